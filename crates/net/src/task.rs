//! The task that owns the swarm.

mod listening;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures::StreamExt;
use libp2p::{
    Swarm,
    core::transport::ListenerId,
    request_response::{self, InboundRequestId, Message, OutboundRequestId, ResponseChannel},
    swarm::SwarmEvent,
};
use opener_trade::{Address, PeerId};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    Event, Limits, Protocol, Reach as Role, ReplyTo, RequestId,
    behaviour::{Behaviour, BehaviourEvent},
    codec::Request,
    event::Way,
    inbound::Inbound,
    outbound::Outbound,
    reach::Reach,
};

/// Events kept inside the task when the owner's queue is full. From then on the swarm is not asked for more, while
/// commands are still taken and every connection still answers pings from its own task.
pub const BACKLOG: usize = 64;

/// Seconds that a shutdown takes at most: for replies already given, then for connections to close.
pub const SHUTDOWN_FLUSH: Duration = Duration::from_secs(2);

/// Milliseconds that connections stay open after the last reply: QUIC drops what is not sent yet when it closes.
const REPLY_LINGER: Duration = Duration::from_millis(200);

/// Requests for pieces of files that one peer may have unanswered. A peer of ours asks for one piece at a time, and may
/// ask for the next before the last is noted as sent here.
pub const BLOBS_PER_PEER: usize = 4;

/// Requests for pieces of files unanswered from everybody: 64 answers of half a MiB are 33 MB of memory.
pub const BLOBS_UNANSWERED: usize = 64;

/// What the owner asks of the task. When the owner is gone, the task shuts down.
pub(crate) enum Command {
    Request {
        id: RequestId,
        to: PeerId,
        addresses: Vec<Address>,
        protocol: Protocol,
        bytes: Arc<[u8]>,
    },
    Learn {
        peer: PeerId,
        addresses: Vec<Address>,
    },
    UseRelays {
        relays: Vec<(PeerId, Vec<Address>)>,
    },
    Reply {
        id: InboundRequestId,
        channel: ResponseChannel<Arc<[u8]>>,
        bytes: Arc<[u8]>,
    },
}

pub(crate) struct Task {
    swarm: Swarm<Behaviour>,
    listeners: Vec<ListenerId>,
    starting: listening::Starting,
    role: Role,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    backlog: VecDeque<Event>,
    outbound: Outbound,
    reach: Reach,
    inbound: Inbound<InboundRequestId>,
    /// Requests for pieces of files, counted apart: their answers are large.
    blobs: Inbound<InboundRequestId>,
    last_reply: Option<Instant>,
    closing: bool,
}

/// What woke the task.
enum Woken {
    Command(Option<Command>),
    Swarm(Box<SwarmEvent<BehaviourEvent>>),
    Delivered,
    OwnerGone,
    Deadline,
}

impl Task {
    pub(crate) fn new(
        swarm: Swarm<Behaviour>,
        listeners: Vec<(ListenerId, bool)>,
        local: PeerId,
        (role, limits): (Role, Limits),
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            swarm,
            listeners: listeners.iter().map(|(id, _)| *id).collect(),
            outbound: Outbound::new(local, !listeners.is_empty()),
            starting: listening::Starting::new(listeners),
            role,
            commands,
            events,
            backlog: VecDeque::new(),
            reach: Reach::default(),
            inbound: Inbound::new(limits.unanswered, limits.unanswered_per_peer),
            blobs: Inbound::new(BLOBS_UNANSWERED, BLOBS_PER_PEER),
            last_reply: None,
            closing: false,
        }
    }

    pub(crate) async fn run(mut self) {
        loop {
            match self.wait().await {
                Woken::Command(Some(command)) => self.on_command(command),
                Woken::Swarm(event) => self.on_swarm(*event),
                Woken::Deadline => self.on_deadline(Instant::now()),
                Woken::Delivered => {}
                Woken::Command(None) => break,
                Woken::OwnerGone => self.backlog.clear(),
            }
        }
        self.shut_down().await;
    }

    async fn wait(&mut self) -> Woken {
        let Self {
            swarm,
            commands,
            events,
            backlog,
            outbound,
            reach,
            starting,
            ..
        } = self;
        let deadlines = [outbound.deadline(), reach.deadline(), starting.deadline()];
        let deadline = deadlines.into_iter().flatten().min();
        tokio::select! {
            command = commands.recv() => Woken::Command(command),
            permit = events.reserve(), if !backlog.is_empty() => match permit {
                Ok(permit) => {
                    if let Some(event) = backlog.pop_front() {
                        permit.send(event);
                    }
                    Woken::Delivered
                }
                Err(_) => Woken::OwnerGone,
            },
            event = swarm.select_next_some(), if backlog.len() < BACKLOG => Woken::Swarm(Box::new(event)),
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => Woken::Deadline,
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Request {
                id,
                to,
                addresses,
                protocol,
                bytes,
            } => {
                let Self {
                    swarm,
                    backlog,
                    outbound,
                    ..
                } = self;
                outbound.request(swarm, backlog, id, to, &addresses, protocol, bytes);
            }
            Command::Learn { peer, addresses } => {
                self.outbound.learn(&mut self.swarm, peer, &addresses);
            }
            Command::UseRelays { relays } => self.use_relays(&relays),
            Command::Reply { id, channel, bytes } => {
                if self
                    .swarm
                    .behaviour_mut()
                    .answer
                    .send_response(channel, bytes)
                    .is_ok()
                {
                    self.inbound.replying(id);
                    self.blobs.replying(id);
                }
            }
        }
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        let Self {
            swarm,
            backlog,
            outbound,
            ..
        } = self;
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Answer(event)) => self.on_answer(event),
            SwarmEvent::Behaviour(BehaviourEvent::Deliver(event)) => {
                outbound.on_ask(swarm, backlog, Protocol::Deliver, event);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Directory(event)) => {
                outbound.on_ask(swarm, backlog, Protocol::Directory, event);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Blob(event)) => {
                outbound.on_ask(swarm, backlog, Protocol::Blob, event);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Punch(punched)) => {
                if let Err(error) = punched.result {
                    tracing::debug!(peer = %punched.remote_peer_id, %error, "no way past the relay");
                    outbound.on_punch_failed(swarm, punched.remote_peer_id);
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping)) => match ping.result {
                Ok(_) | Err(libp2p::ping::Failure::Unsupported) => {}
                Err(error) => {
                    tracing::debug!(peer = %ping.peer, %error, "closing a silent connection");
                    swarm.close_connection(ping.connection);
                }
            },
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => {
                outbound.on_connected(swarm, backlog, peer_id, connection_id, &endpoint);
                self.reach.on_connected(swarm, &peer_id);
                if self.role == Role::Relay {
                    outbound.supersede(swarm, &peer_id, connection_id);
                }
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                ..
            } => {
                outbound.on_closed(swarm, backlog, peer_id, connection_id);
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                outbound.on_dial_error(swarm, backlog, connection_id, &error);
            }
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } => self.on_listening(listener_id, &address),
            SwarmEvent::ExpiredListenAddr {
                listener_id,
                address,
            } => self.on_listening_ended(listener_id, &[address], "the interface is gone"),
            SwarmEvent::ListenerClosed {
                listener_id,
                addresses,
                reason,
            } => match reason {
                Ok(()) => self.on_listening_ended(listener_id, &addresses, "closed"),
                Err(error) => self.on_listening_ended(listener_id, &addresses, &error.to_string()),
            },
            SwarmEvent::ExternalAddrConfirmed { address } => {
                self.reach.on_confirmed(backlog, &address);
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.reach.on_expired(backlog, &address);
            }
            SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "a listener reports an error");
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                tracing::debug!(%error, "an inbound connection failed");
            }
            _ => {}
        }
    }

    fn on_answer(&mut self, event: request_response::Event<Request, Arc<[u8]>>) {
        use request_response::Event as Answer;
        match event {
            Answer::Message {
                peer,
                connection_id,
                message:
                    Message::Request {
                        request_id: id,
                        request,
                        channel,
                    },
                ..
            } => {
                let Some(from) = self.outbound.peer(&peer) else {
                    return;
                };
                let line = match request.protocol {
                    Protocol::Blob => &mut self.blobs,
                    Protocol::Deliver | Protocol::Directory => &mut self.inbound,
                };
                if self.closing || !line.admit(id, peer) {
                    tracing::debug!(%from, "a request beyond the limit is dropped");
                    return;
                }
                let Request {
                    protocol,
                    bytes,
                    hold,
                } = request;
                let reply = ReplyTo(Way::Stream {
                    id,
                    protocol,
                    channel,
                    hold,
                });
                self.backlog.push_back(Event::Request {
                    from,
                    via: self.outbound.via(&peer, connection_id),
                    protocol,
                    bytes,
                    reply,
                });
            }
            Answer::ResponseSent { request_id, .. } => {
                self.answered(request_id);
                self.last_reply = Some(Instant::now());
            }
            Answer::InboundFailure {
                peer,
                request_id,
                error,
                ..
            } => {
                tracing::debug!(%peer, %error, "an answer was not delivered");
                self.answered(request_id);
            }
            Answer::Message {
                message: Message::Response { .. },
                ..
            }
            | Answer::OutboundFailure { .. } => {}
        }
    }

    fn answered(&mut self, id: InboundRequestId) {
        self.inbound.closed(id);
        self.blobs.closed(id);
    }

    /// Listeners go last: closing a QUIC listener cuts every connection that came in through it.
    async fn shut_down(mut self) {
        self.closing = true;
        let end = Instant::now() + SHUTDOWN_FLUSH;
        self.poll_until(end, |task| {
            task.inbound.is_flushed() && task.blobs.is_flushed()
        })
        .await;
        if let Some(last) = self.last_reply {
            self.poll_until(end.min(last + REPLY_LINGER), |_| false)
                .await;
        }
        for listener in std::mem::take(&mut self.listeners) {
            self.swarm.remove_listener(listener);
        }
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _already_gone = self.swarm.disconnect_peer_id(peer);
        }
        self.poll_until(end, |task| task.swarm.network_info().num_peers() == 0)
            .await;
    }

    /// Keeps the swarm going, with nobody left to hear of it, until `done` or `end`.
    async fn poll_until(&mut self, end: Instant, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            match timeout_at(end, self.swarm.select_next_some()).await {
                Ok(event) => self.on_swarm(event),
                Err(_) => return,
            }
            self.backlog.clear();
        }
    }
}

/// The transport's name for a request of ours.
pub(crate) type Sent = (Protocol, OutboundRequestId);

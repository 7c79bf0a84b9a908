//! Requests of ours on their way through dials, connections and streams.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::ConnectedPoint,
    request_response::{self, Message},
    swarm::{ConnectionId, DialError, dial_opts::DialOpts, dial_opts::PeerCondition},
};
use opener_trade::Address;
use tokio::time::Instant;

use crate::{
    Event, Protocol, RequestError, RequestId, address,
    behaviour::Behaviour,
    book::{ADDRESSES_PER_PEER, AddressBook},
    cause::{Lost, describe, judge},
    codec::Request,
    dial::Dials,
    identity,
    links::Links,
    requests::{Pending, Requests},
    task::Sent,
};

/// Seconds to wait for a connection to close before its peer is written to again.
const LEAVE_GRACE: Duration = Duration::from_secs(2);

/// The sending half of the task. Every method takes the swarm and the queue of events to the owner.
pub(crate) struct Outbound {
    local: opener_trade::PeerId,
    book: AddressBook,
    dials: Dials,
    links: Links,
    requests: Requests<Sent>,
    /// Connected peers being dialled at a new address; their requests wait for it.
    moving: HashSet<PeerId>,
    leaving: VecDeque<(Instant, PeerId)>,
}

impl Outbound {
    pub(crate) fn new(local: opener_trade::PeerId) -> Self {
        Self {
            local,
            book: AddressBook::default(),
            dials: Dials::default(),
            links: Links::default(),
            requests: Requests::default(),
            moving: HashSet::new(),
            leaving: VecDeque::new(),
        }
    }

    /// Our name for a connected peer.
    pub(crate) fn peer(&self, id: &PeerId) -> Option<opener_trade::PeerId> {
        self.links.peer(id)
    }

    #[expect(clippy::too_many_arguments, reason = "one command, taken apart")]
    pub(crate) fn request(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        id: RequestId,
        to: opener_trade::PeerId,
        addresses: &[Address],
        protocol: Protocol,
        bytes: Arc<[u8]>,
    ) {
        if to == self.local {
            return events.push_back(Event::Failed {
                id,
                error: RequestError::ToSelf,
            });
        }
        let Ok(peer) = identity::to_libp2p(to) else {
            let error = address::AddressError::InvalidPeer(to.to_string()).into();
            return events.push_back(Event::Failed { id, error });
        };
        let (mut usable, mut unusable) = (Vec::new(), None);
        for address in addresses.iter().take(ADDRESSES_PER_PEER) {
            match address::to_multiaddr(address, to) {
                Ok(multiaddr) => usable.push(multiaddr),
                Err(error) => unusable = unusable.or(Some(error)),
            }
        }
        let news = self.book.learn(peer, &usable);
        if !self.links.is_connected(&peer) && self.book.addresses(&peer).is_empty() {
            let error = unusable.map_or(RequestError::NoAddress, RequestError::Address);
            return events.push_back(Event::Failed { id, error });
        }
        self.requests.add(
            id,
            Pending {
                peer,
                protocol,
                bytes,
                resent: false,
            },
        );
        if news && self.links.is_elsewhere(&peer, &usable) && self.moving.insert(peer) {
            self.dials.want(peer);
        }
        self.advance(swarm, peer);
        self.dial(swarm, events);
    }

    /// Where a peer is now. One that is being dialled is dialled there as well, beside the way that may lead nowhere.
    pub(crate) fn learn(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        to: opener_trade::PeerId,
        addresses: &[Address],
    ) {
        let Ok(peer) = identity::to_libp2p(to) else {
            return;
        };
        let known = self.book.addresses(&peer);
        let usable = addresses.iter().take(ADDRESSES_PER_PEER);
        let fresh: Vec<Multiaddr> = usable
            .filter_map(|address| address::to_multiaddr(address, to).ok())
            .filter(|address| !known.contains(address))
            .collect();
        if fresh.is_empty() {
            return;
        }
        self.book.learn(peer, &fresh);
        if !self.dials.is_dialling(&peer)
            || self.links.is_connected(&peer)
            || !self.dials.has_room()
        {
            return;
        }
        let options = DialOpts::peer_id(peer)
            .addresses(fresh)
            .condition(PeerCondition::Always)
            .build();
        let connection = options.connection_id();
        if swarm.dial(options).is_ok() {
            self.dials.started(connection, peer);
        }
    }

    /// Sends what may be sent to this peer, or sees to a connection.
    fn advance(&mut self, swarm: &mut Swarm<Behaviour>, peer: PeerId) {
        if self.moving.contains(&peer) || self.links.is_leaving(&peer) {
            return;
        }
        if !self.links.is_connected(&peer) {
            if self.requests.has_waiting(&peer) {
                self.dials.want(peer);
            }
            return;
        }
        while let Some((id, protocol, bytes)) = self.requests.next(&peer) {
            let request = Request::outbound(protocol, bytes);
            let sent = swarm
                .behaviour_mut()
                .ask(protocol)
                .send_request(&peer, request);
            self.requests.sent(id, (protocol, sent), Instant::now());
        }
    }

    /// Starts as many dials as may be in flight.
    fn dial(&mut self, swarm: &mut Swarm<Behaviour>, events: &mut VecDeque<Event>) {
        while let Some(peer) = self.dials.next() {
            let moving = self.moving.contains(&peer);
            if !moving && (self.links.is_connected(&peer) || !self.requests.has_waiting(&peer)) {
                self.advance(swarm, peer);
                continue;
            }
            let known = self.book.addresses(&peer).iter();
            let addresses: Vec<Multiaddr> = known
                .filter(|at| !(moving && self.links.is_at(&peer, at)))
                .cloned()
                .collect();
            let options = DialOpts::peer_id(peer)
                .addresses(addresses)
                .condition(PeerCondition::Always)
                .build();
            let connection = options.connection_id();
            match swarm.dial(options) {
                Ok(()) => self.dials.started(connection, peer),
                Err(error) => self.dial_failed(swarm, events, peer, &error),
            }
        }
    }

    pub(crate) fn on_dial_error(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        connection: ConnectionId,
        error: &DialError,
    ) {
        if let Some(peer) = self.dials.ended(connection) {
            self.dial_failed(swarm, events, peer, error);
            self.dial(swarm, events);
        }
    }

    fn dial_failed(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        peer: PeerId,
        error: &DialError,
    ) {
        let was_moving = self.moving.remove(&peer);
        if let DialError::WrongPeerId { address, .. } = error {
            self.book.forget(&peer, &address::bare(address.clone()));
        }
        if self.links.is_connected(&peer) {
            tracing::debug!(%peer, %error, was_moving, "staying with the connection there is");
            return self.advance(swarm, peer);
        }
        if self.dials.is_dialling(&peer) {
            tracing::debug!(%peer, %error, "one way leads nowhere, another is tried");
            return;
        }
        let reason = match error {
            DialError::WrongPeerId { .. } if !self.book.addresses(&peer).is_empty() => {
                return self.advance(swarm, peer);
            }
            DialError::WrongPeerId { address, .. } => RequestError::WrongPeer {
                address: address::bare(address.clone()).to_string(),
            },
            DialError::NoAddresses => RequestError::NoAddress,
            other => RequestError::Unreachable(describe(other)),
        };
        for (id, pending) in self.requests.take_waiting(&peer) {
            let error = if pending.resent {
                RequestError::Closed
            } else {
                reason.clone()
            };
            events.push_back(Event::Failed { id, error });
        }
    }

    pub(crate) fn on_connected(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        id: PeerId,
        connection: ConnectionId,
        endpoint: &ConnectedPoint,
    ) {
        let Ok(peer) = identity::from_libp2p(&id) else {
            swarm.close_connection(connection);
            return;
        };
        let remote = address::bare(endpoint.get_remote_address().clone());
        let dialled = endpoint.is_dialer().then(|| remote.clone());
        if let Some(at) = &dialled {
            self.book.learn(id, std::slice::from_ref(at));
        }
        let first = self.links.opened(id, peer, connection, dialled);
        if let (true, Ok(address)) = (first, address::to_address(&remote)) {
            events.push_back(Event::Connected { peer, address });
        }
        if self.dials.ended(connection).is_some() && self.moving.remove(&id) {
            for other in self.links.others(&id, connection) {
                self.leave(swarm, id, other);
            }
        }
        self.advance(swarm, id);
        self.dial(swarm, events);
    }

    pub(crate) fn on_closed(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        id: PeerId,
        connection: ConnectionId,
    ) {
        if let Some(peer) = self.links.closed(&id, connection) {
            events.push_back(Event::Disconnected { peer });
        }
        self.advance(swarm, id);
        self.dial(swarm, events);
    }

    pub(crate) fn on_ask(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        protocol: Protocol,
        event: request_response::Event<Request, Arc<[u8]>>,
    ) {
        use request_response::Event as Ask;
        match event {
            Ask::Message {
                peer,
                message:
                    Message::Response {
                        request_id,
                        response,
                    },
                ..
            } => {
                if let Some((id, _)) = self.requests.finish((protocol, request_id)) {
                    events.push_back(Event::Response {
                        id,
                        bytes: response,
                    });
                }
                self.advance(swarm, peer);
            }
            Ask::OutboundFailure {
                peer,
                connection_id,
                request_id,
                error,
            } => {
                if let Some((id, pending)) = self.requests.finish((protocol, request_id)) {
                    match judge(error) {
                        Err(Lost) if pending.resent => {
                            events.push_back(Event::Failed {
                                id,
                                error: RequestError::Closed,
                            });
                        }
                        Err(Lost) => {
                            self.requests.again(id, pending);
                            self.leave(swarm, peer, connection_id);
                        }
                        Ok(error) => events.push_back(Event::Failed { id, error }),
                    }
                }
                self.advance(swarm, peer);
                self.dial(swarm, events);
            }
            Ask::Message { .. } | Ask::InboundFailure { .. } | Ask::ResponseSent { .. } => {}
        }
    }

    /// Closes a connection, if it is still open; until it is closed, its peer is not written to.
    fn leave(&mut self, swarm: &mut Swarm<Behaviour>, peer: PeerId, connection: ConnectionId) {
        if swarm.close_connection(connection) {
            self.links.leave(&peer, connection);
            self.leaving.push_back((Instant::now() + LEAVE_GRACE, peer));
        }
    }

    /// When [`Self::on_deadline`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let leaving = self.leaving.front().map(|(at, _)| *at);
        self.requests.deadline().into_iter().chain(leaving).min()
    }

    pub(crate) fn on_deadline(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        now: Instant,
    ) {
        while let Some(key) = self.requests.overdue(now) {
            if let Some((id, pending)) = self.requests.finish(key) {
                events.push_back(Event::Failed {
                    id,
                    error: RequestError::TimedOut,
                });
                self.advance(swarm, pending.peer);
            }
        }
        while let Some((_, peer)) = self.leaving.pop_front_if(|(at, _)| *at <= now) {
            self.links.give_up_waiting(&peer);
            self.advance(swarm, peer);
        }
        self.dial(swarm, events);
    }
}

//! Requests of ours on their way through dials, connections and streams.

mod dialling;
mod relayed;

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::ConnectedPoint,
    request_response::{self, Message},
    swarm::ConnectionId,
};
use opener_trade::Address;
use tokio::time::Instant;

use crate::{
    Event, Prefix, Protocol, RequestError, RequestId, Route, address,
    behaviour::Behaviour,
    book::{ADDRESSES_PER_PEER, AddressBook},
    cause::{Lost, judge},
    codec::Request,
    dial::Dials,
    identity,
    links::Links,
    requests::{Pending, Requests},
    task::Sent,
};

pub use relayed::{CIRCUITS_OPEN, PUNCH_GRACE};

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
    holds: relayed::Holds,
    /// Until our listeners are bound nobody is dialled: dials leave from the ports we listen on.
    waits: bool,
}

impl Outbound {
    pub(crate) fn new(local: opener_trade::PeerId, waits: bool) -> Self {
        Self {
            local,
            book: AddressBook::default(),
            dials: Dials::default(),
            links: Links::default(),
            requests: Requests::default(),
            moving: HashSet::new(),
            leaving: VecDeque::new(),
            holds: relayed::Holds::default(),
            waits,
        }
    }

    /// Our listeners are bound.
    pub(crate) fn start(&mut self, swarm: &mut Swarm<Behaviour>, events: &mut VecDeque<Event>) {
        self.waits = false;
        self.dial(swarm, events);
    }

    /// A peer that dials a relay anew has lost its earlier connection, whether or not it shows yet: what it reserved there
    /// leads nowhere.
    pub(crate) fn supersede(
        &self,
        swarm: &mut Swarm<Behaviour>,
        id: &PeerId,
        connection: ConnectionId,
    ) {
        for earlier in self.links.superseded(id, connection) {
            swarm.close_connection(earlier);
        }
    }

    /// Whether a peer is connected that was dialled there.
    pub(crate) fn is_at(&self, id: &PeerId, address: &Multiaddr) -> bool {
        self.links.is_at(id, address)
    }

    /// Our name for a connected peer.
    pub(crate) fn peer(&self, id: &PeerId) -> Option<opener_trade::PeerId> {
        self.links.peer(id)
    }

    /// The network at the other end of a connection.
    pub(crate) fn via(&self, id: &PeerId, connection: ConnectionId) -> Prefix {
        self.links.via(id, connection)
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
            self.want(peer);
        }
        self.advance(swarm, peer);
        self.dial(swarm, events);
    }

    /// Sends what may be sent to this peer, or sees to a connection.
    fn advance(&mut self, swarm: &mut Swarm<Behaviour>, peer: PeerId) {
        let waits = self.moving.contains(&peer) || self.holds.is_held(&peer);
        if waits || self.links.is_leaving(&peer) {
            return;
        }
        if !self.links.is_connected(&peer) {
            if self.requests.has_waiting(&peer) {
                self.want(peer);
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
        let Some((remote, route)) = way(endpoint) else {
            swarm.close_connection(connection);
            return;
        };
        let dialled = endpoint.is_dialer().then(|| remote.clone());
        if let Some(at) = &dialled {
            self.book.learn(id, std::slice::from_ref(at));
        }
        let before = self.links.best(&id);
        let is_ours = dialled.is_some();
        let way = (route, address::is_quic(&remote));
        let via = Prefix::of_remote(&remote);
        let first = self.links.opened(id, peer, connection, dialled, way, via);
        if let (true, Ok(address)) = (first, address::to_address(&remote)) {
            events.push_back(Event::Connected {
                peer,
                address,
                route,
            });
        }
        self.on_route(events, id, route, is_ours, before);
        if self.dials.ended(connection).is_some() && self.moving.remove(&id) {
            for other in self.links.others(&id, connection) {
                self.leave(swarm, id, other);
            }
        }
        if route == Route::Direct {
            self.close_circuits(swarm, id);
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
        let before = self.links.best(&id);
        if let Some(peer) = self.links.closed(&id, connection) {
            events.push_back(Event::Disconnected { peer });
        }
        self.on_route_closed(events, &id, before);
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
                connection_id,
                message:
                    Message::Response {
                        request_id,
                        response,
                    },
                ..
            } => {
                if let Some((id, _)) = self.requests.finish((protocol, request_id)) {
                    let route = self.links.route(&peer, connection_id);
                    events.push_back(Event::Response {
                        id,
                        bytes: response,
                        route: route.unwrap_or(Route::Direct),
                    });
                }
                self.close_circuits(swarm, peer);
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
                self.close_circuits(swarm, peer);
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
        let waits = [self.requests.deadline(), leaving, self.holds.deadline()];
        waits.into_iter().flatten().min()
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
        self.end_holds(swarm, now);
        self.dial(swarm, events);
    }
}

/// The other end of a connection and the way there; of a relayed one that the other side opened, the relay's end. `None`
/// if it goes through nobody knows whom.
fn way(endpoint: &ConnectedPoint) -> Option<(Multiaddr, Route)> {
    let (remote, through) = match endpoint {
        ConnectedPoint::Dialer { address, .. } => (address, address),
        ConnectedPoint::Listener { local_addr, .. } if endpoint.is_relayed() => {
            (local_addr, local_addr)
        }
        ConnectedPoint::Listener {
            local_addr,
            send_back_addr,
        } => (send_back_addr, local_addr),
    };
    let route = match (endpoint.is_relayed(), address::relay_of(through)) {
        (false, _) => Route::Direct,
        (true, relay) => Route::Relayed {
            by: identity::from_libp2p(&relay?).ok()?,
        },
    };
    Some((address::bare(remote.clone()), route))
}

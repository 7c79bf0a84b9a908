//! Open connections.

use std::collections::HashMap;

use libp2p::{Multiaddr, PeerId, swarm::ConnectionId};

use crate::{Prefix, Route};

#[derive(Debug)]
struct Connection {
    id: ConnectionId,
    /// Where it was dialled, without `/p2p/…`; `None` if the other side dialled.
    dialled: Option<Multiaddr>,
    route: Route,
    is_quic: bool,
    /// The network at its other end.
    via: Prefix,
    /// It is being closed from here.
    leaving: bool,
}

impl Connection {
    /// A circuit that we asked for, so that it is ours to close.
    fn is_circuit_of_ours(&self) -> bool {
        self.route != Route::Direct && self.dialled.is_some()
    }
}

#[derive(Debug)]
struct Link {
    peer: opener_trade::PeerId,
    connections: Vec<Connection>,
}

/// Connections by peer; their number is bounded where they are let in.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: HashMap<PeerId, Link>,
    /// Circuits that we asked for.
    circuits: usize,
}

impl Links {
    /// Tells whether it is the first connection with this peer.
    pub(crate) fn opened(
        &mut self,
        id: PeerId,
        peer: opener_trade::PeerId,
        connection: ConnectionId,
        dialled: Option<Multiaddr>,
        (route, is_quic): (Route, bool),
        via: Prefix,
    ) -> bool {
        let link = self.links.entry(id).or_insert_with(|| Link {
            peer,
            connections: Vec::new(),
        });
        let opened = Connection {
            id: connection,
            dialled,
            route,
            is_quic,
            via,
            leaving: false,
        };
        self.circuits += usize::from(opened.is_circuit_of_ours());
        link.connections.push(opened);
        link.connections.len() == 1
    }

    /// Gives the peer if that was the last connection with it.
    pub(crate) fn closed(
        &mut self,
        id: &PeerId,
        connection: ConnectionId,
    ) -> Option<opener_trade::PeerId> {
        let link = self.links.get_mut(id)?;
        let position = link.connections.iter().position(|c| c.id == connection)?;
        let closed = link.connections.remove(position);
        self.circuits -= usize::from(closed.is_circuit_of_ours());
        if link.connections.is_empty() {
            self.links.remove(id).map(|link| link.peer)
        } else {
            None
        }
    }

    /// Our name for a connected peer.
    pub(crate) fn peer(&self, id: &PeerId) -> Option<opener_trade::PeerId> {
        self.links.get(id).map(|link| link.peer)
    }

    /// Which way a connection goes.
    pub(crate) fn route(&self, id: &PeerId, connection: ConnectionId) -> Option<Route> {
        let open = self.links.get(id).into_iter();
        open.flat_map(|link| &link.connections)
            .find(|open| open.id == connection)
            .map(|open| open.route)
    }

    /// Earlier connections that this peer dialled over the same transport as this one.
    pub(crate) fn superseded(&self, id: &PeerId, connection: ConnectionId) -> Vec<ConnectionId> {
        let Some(link) = self.links.get(id) else {
            return Vec::new();
        };
        let dialled = |open: &&Connection| open.dialled.is_none() && open.route == Route::Direct;
        let mut open = link.connections.iter().filter(dialled);
        let Some(new) = open.clone().find(|open| open.id == connection) else {
            return Vec::new();
        };
        open.by_ref()
            .take_while(|open| open.id != connection)
            .filter(|open| open.is_quic == new.is_quic)
            .map(|open| open.id)
            .collect()
    }

    /// The best way to a connected peer.
    pub(crate) fn best(&self, id: &PeerId) -> Option<Route> {
        let connections = &self.links.get(id)?.connections;
        let direct = connections.iter().find(|open| open.route == Route::Direct);
        direct.or(connections.first()).map(|open| open.route)
    }

    /// Circuits open that we asked for, to everybody.
    pub(crate) const fn circuits(&self) -> usize {
        self.circuits
    }

    /// Circuits to this peer that we asked for.
    pub(crate) fn circuits_to(&self, id: &PeerId) -> Vec<ConnectionId> {
        let open = self.links.get(id).into_iter();
        open.flat_map(|link| &link.connections)
            .filter(|open| open.is_circuit_of_ours() && !open.leaving)
            .map(|open| open.id)
            .collect()
    }

    /// The network at the other end of a connection.
    pub(crate) fn via(&self, id: &PeerId, connection: ConnectionId) -> Prefix {
        let open = self.links.get(id).into_iter();
        open.flat_map(|link| &link.connections)
            .find(|open| open.id == connection)
            .map_or(Prefix::HIDDEN, |open| open.via)
    }

    pub(crate) fn is_connected(&self, id: &PeerId) -> bool {
        self.links.contains_key(id)
    }

    /// A connection of this peer is being closed: what is sent now might go down with it.
    pub(crate) fn is_leaving(&self, id: &PeerId) -> bool {
        self.links
            .get(id)
            .is_some_and(|link| link.connections.iter().any(|open| open.leaving))
    }

    /// Every connection was dialled by us, at none of these addresses.
    pub(crate) fn is_elsewhere(&self, id: &PeerId, addresses: &[Multiaddr]) -> bool {
        self.links.get(id).is_some_and(|link| {
            link.connections.iter().all(|open| {
                open.dialled
                    .as_ref()
                    .is_some_and(|at| !addresses.contains(at))
            })
        })
    }

    /// A connection with this peer was dialled there.
    pub(crate) fn is_at(&self, id: &PeerId, address: &Multiaddr) -> bool {
        self.links.get(id).is_some_and(|link| {
            link.connections
                .iter()
                .any(|open| open.dialled.as_ref() == Some(address))
        })
    }

    /// Marks one connection as leaving.
    pub(crate) fn leave(&mut self, id: &PeerId, connection: ConnectionId) {
        if let Some(link) = self.links.get_mut(id) {
            for open in link
                .connections
                .iter_mut()
                .filter(|open| open.id == connection)
            {
                open.leaving = true;
            }
        }
    }

    /// No longer waits for connections of this peer to leave.
    pub(crate) fn give_up_waiting(&mut self, id: &PeerId) {
        if let Some(link) = self.links.get_mut(id) {
            link.connections
                .iter_mut()
                .for_each(|open| open.leaving = false);
        }
    }

    /// The other connections with the same peer.
    pub(crate) fn others(&self, id: &PeerId, connection: ConnectionId) -> Vec<ConnectionId> {
        self.links
            .get(id)
            .into_iter()
            .flat_map(|link| &link.connections)
            .map(|open| open.id)
            .filter(|open| *open != connection)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity;

    /// Dialled straight, over QUIC.
    const DIRECT: (Route, bool) = (Route::Direct, true);

    fn at(port: u16) -> Multiaddr {
        format!("/ip4/192.0.2.7/tcp/{port}").parse().unwrap()
    }

    fn peer() -> (PeerId, opener_trade::PeerId) {
        let id = identity::keypair(&[1; 32].into())
            .unwrap()
            .public()
            .to_peer_id();
        (id, identity::from_libp2p(&id).unwrap())
    }

    fn number(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn the_first_connection_opens_a_link_and_the_last_closes_it() {
        let (id, peer) = peer();
        let mut links = Links::default();
        assert!(links.opened(id, peer, number(1), Some(at(1)), DIRECT, Prefix::HIDDEN));
        assert!(!links.opened(id, peer, number(2), None, DIRECT, Prefix::HIDDEN));
        assert_eq!(links.others(&id, number(2)), [number(1)]);
        assert_eq!(links.closed(&id, number(1)), None);
        assert_eq!(links.peer(&id), Some(peer));
        assert_eq!(links.closed(&id, number(2)), Some(peer));
        assert!(!links.is_connected(&id));
    }

    #[test]
    fn each_connection_has_the_network_from_which_it_came() {
        let (id, peer) = peer();
        let office = Prefix::of_remote(&at(1));
        let mut links = Links::default();
        links.opened(id, peer, number(1), None, DIRECT, office);
        links.opened(id, peer, number(2), None, DIRECT, Prefix::HIDDEN);
        assert_eq!(links.via(&id, number(1)), office);
        assert_eq!(links.via(&id, number(2)), Prefix::HIDDEN);
        assert_eq!(links.via(&id, number(3)), Prefix::HIDDEN);
    }

    #[test]
    fn a_peer_is_elsewhere_only_if_we_dialled_it_at_an_address_it_no_longer_names() {
        let (id, peer) = peer();
        let mut links = Links::default();
        assert!(!links.is_elsewhere(&id, &[at(2)]), "not connected");
        links.opened(id, peer, number(1), Some(at(1)), DIRECT, Prefix::HIDDEN);
        assert!(links.is_elsewhere(&id, &[at(2)]));
        assert!(!links.is_elsewhere(&id, &[at(2), at(1)]));
        links.opened(id, peer, number(2), None, DIRECT, Prefix::HIDDEN);
        assert!(
            !links.is_elsewhere(&id, &[at(2)]),
            "it dialled us, so it lives"
        );
        assert!(links.is_at(&id, &at(1)) && !links.is_at(&id, &at(2)));
    }

    #[test]
    fn nothing_is_sent_while_a_connection_leaves() {
        let (id, peer) = peer();
        let mut links = Links::default();
        links.opened(id, peer, number(1), Some(at(1)), DIRECT, Prefix::HIDDEN);
        links.opened(id, peer, number(2), Some(at(2)), DIRECT, Prefix::HIDDEN);
        links.leave(&id, number(1));
        assert!(links.is_leaving(&id));
        links.closed(&id, number(1));
        assert!(!links.is_leaving(&id));
        links.leave(&id, number(2));
        links.give_up_waiting(&id);
        assert!(!links.is_leaving(&id));
    }

    #[test]
    fn the_best_way_is_the_direct_one_and_only_our_own_circuits_are_ours_to_close() {
        let (id, peer) = peer();
        let relayed = Route::Relayed { by: peer };
        let mut links = Links::default();
        links.opened(
            id,
            peer,
            number(1),
            Some(at(1)),
            (relayed, true),
            Prefix::HIDDEN,
        );
        links.opened(id, peer, number(2), None, (relayed, true), Prefix::HIDDEN);
        assert_eq!(links.best(&id), Some(relayed));
        assert_eq!(
            (links.circuits(), links.circuits_to(&id)),
            (1, vec![number(1)])
        );
        links.opened(id, peer, number(3), None, DIRECT, Prefix::HIDDEN);
        assert_eq!(links.best(&id), Some(Route::Direct));
        assert_eq!(links.route(&id, number(2)), Some(relayed));
        links.leave(&id, number(1));
        assert!(links.circuits_to(&id).is_empty());
        links.closed(&id, number(1));
        assert_eq!(links.circuits(), 0);
        assert_eq!(links.closed(&id, number(1)), None, "closed already");
        assert_eq!(links.circuits(), 0);
    }

    #[test]
    fn a_peer_that_dials_anew_has_left_its_earlier_connection_over_the_same_transport() {
        let (id, peer) = peer();
        let (quic, tcp) = (DIRECT, (Route::Direct, false));
        let mut links = Links::default();
        links.opened(id, peer, number(1), None, quic, Prefix::HIDDEN);
        links.opened(id, peer, number(2), None, tcp, Prefix::HIDDEN);
        links.opened(id, peer, number(3), Some(at(1)), quic, Prefix::HIDDEN);
        assert!(links.superseded(&id, number(2)).is_empty());
        assert!(links.superseded(&id, number(3)).is_empty(), "we dialled");
        links.opened(id, peer, number(4), None, quic, Prefix::HIDDEN);
        assert_eq!(links.superseded(&id, number(4)), [number(1)]);
        links.opened(id, peer, number(5), None, tcp, Prefix::HIDDEN);
        assert_eq!(links.superseded(&id, number(5)), [number(2)]);
        assert!(links.superseded(&id, number(9)).is_empty());
    }
}

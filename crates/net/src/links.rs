//! Open connections.

use std::collections::HashMap;

use libp2p::{Multiaddr, PeerId, swarm::ConnectionId};

#[derive(Debug)]
struct Connection {
    id: ConnectionId,
    /// Where it was dialled, without `/p2p/…`; `None` if the other side dialled.
    dialled: Option<Multiaddr>,
    /// It is being closed from here.
    leaving: bool,
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
}

impl Links {
    /// Tells whether it is the first connection with this peer.
    pub(crate) fn opened(
        &mut self,
        id: PeerId,
        peer: opener_trade::PeerId,
        connection: ConnectionId,
        dialled: Option<Multiaddr>,
    ) -> bool {
        let link = self.links.entry(id).or_insert_with(|| Link {
            peer,
            connections: Vec::new(),
        });
        link.connections.push(Connection {
            id: connection,
            dialled,
            leaving: false,
        });
        link.connections.len() == 1
    }

    /// Gives the peer if that was the last connection with it.
    pub(crate) fn closed(
        &mut self,
        id: &PeerId,
        connection: ConnectionId,
    ) -> Option<opener_trade::PeerId> {
        let link = self.links.get_mut(id)?;
        link.connections.retain(|open| open.id != connection);
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
        assert!(links.opened(id, peer, number(1), Some(at(1))));
        assert!(!links.opened(id, peer, number(2), None));
        assert_eq!(links.others(&id, number(2)), [number(1)]);
        assert_eq!(links.closed(&id, number(1)), None);
        assert_eq!(links.peer(&id), Some(peer));
        assert_eq!(links.closed(&id, number(2)), Some(peer));
        assert!(!links.is_connected(&id));
    }

    #[test]
    fn a_peer_is_elsewhere_only_if_we_dialled_it_at_an_address_it_no_longer_names() {
        let (id, peer) = peer();
        let mut links = Links::default();
        assert!(!links.is_elsewhere(&id, &[at(2)]), "not connected");
        links.opened(id, peer, number(1), Some(at(1)));
        assert!(links.is_elsewhere(&id, &[at(2)]));
        assert!(!links.is_elsewhere(&id, &[at(2), at(1)]));
        links.opened(id, peer, number(2), None);
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
        links.opened(id, peer, number(1), Some(at(1)));
        links.opened(id, peer, number(2), Some(at(2)));
        links.leave(&id, number(1));
        assert!(links.is_leaving(&id));
        links.closed(&id, number(1));
        assert!(!links.is_leaving(&id));
        links.leave(&id, number(2));
        links.give_up_waiting(&id);
        assert!(!links.is_leaving(&id));
    }
}

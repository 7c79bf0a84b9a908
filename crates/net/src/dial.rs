//! The queue of peers to dial.

use std::collections::{HashMap, HashSet, VecDeque};

use libp2p::{PeerId, swarm::ConnectionId};

/// Dials in flight. All QUIC dials share one UDP socket whose buffer overflows from 32 on: a third of a thousand
/// deliveries then failed, with 16 none did.
pub const DIALS_IN_FLIGHT: usize = 16;

/// Peers waiting to be dialled and peers being dialled. Each has a waiting request, which bounds the queue.
#[derive(Debug, Default)]
pub(crate) struct Dials {
    waiting: VecDeque<PeerId>,
    queued: HashSet<PeerId>,
    in_flight: HashMap<ConnectionId, PeerId>,
    dialling: HashSet<PeerId>,
}

impl Dials {
    /// Queues a peer unless it is queued or being dialled already.
    pub(crate) fn want(&mut self, peer: PeerId) {
        if !self.dialling.contains(&peer) && self.queued.insert(peer) {
            self.waiting.push_back(peer);
        }
    }

    /// The next peer to dial, if there is room for one more.
    pub(crate) fn next(&mut self) -> Option<PeerId> {
        if !self.has_room() {
            return None;
        }
        let peer = self.waiting.pop_front()?;
        self.queued.remove(&peer);
        Some(peer)
    }

    pub(crate) fn started(&mut self, connection: ConnectionId, peer: PeerId) {
        self.in_flight.insert(connection, peer);
        self.dialling.insert(peer);
    }

    /// Whether a peer is being dialled.
    pub(crate) fn is_dialling(&self, peer: &PeerId) -> bool {
        self.dialling.contains(peer)
    }

    /// Whether there is room for one more dial.
    pub(crate) fn has_room(&self) -> bool {
        self.in_flight.len() < DIALS_IN_FLIGHT
    }

    /// The dial came to its end, good or bad. `None` for a connection that was not dialled from here.
    pub(crate) fn ended(&mut self, connection: ConnectionId) -> Option<PeerId> {
        let peer = self.in_flight.remove(&connection)?;
        if !self.in_flight.values().any(|other| *other == peer) {
            self.dialling.remove(&peer);
        }
        Some(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::from_multihash(libp2p::multihash::Multihash::wrap(0, &[n; 32]).unwrap()).unwrap()
    }

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn no_more_than_sixteen_dials_are_in_flight() {
        let mut dials = Dials::default();
        for n in 0..40 {
            dials.want(peer(n));
        }
        let mut started = 0;
        while let Some(peer) = dials.next() {
            dials.started(id(started), peer);
            started += 1;
        }
        assert_eq!(started, DIALS_IN_FLIGHT);
        assert_eq!(dials.ended(id(3)), Some(peer(3)));
        assert_eq!(dials.next(), Some(peer(16)), "first come, first dialled");
    }

    #[test]
    fn a_peer_is_queued_and_dialled_once() {
        let mut dials = Dials::default();
        dials.want(peer(1));
        dials.want(peer(1));
        assert_eq!(dials.next(), Some(peer(1)));
        dials.started(id(1), peer(1));
        dials.want(peer(1));
        assert_eq!(dials.next(), None);
        assert_eq!(dials.ended(id(1)), Some(peer(1)));
        assert_eq!(dials.ended(id(1)), None);
        dials.want(peer(1));
        assert_eq!(dials.next(), Some(peer(1)));
    }

    #[test]
    fn a_peer_that_is_dialled_twice_is_dialled_until_both_have_ended() {
        let mut dials = Dials::default();
        dials.started(id(1), peer(1));
        dials.started(id(2), peer(1));
        dials.ended(id(1));
        assert!(dials.is_dialling(&peer(1)));
        dials.ended(id(2));
        assert!(!dials.is_dialling(&peer(1)));
    }
}

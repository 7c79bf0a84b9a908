//! The queue of peers to dial.

use std::collections::{HashMap, HashSet, VecDeque};

use libp2p::{PeerId, swarm::ConnectionId};

/// Dials in flight. All QUIC dials share one UDP socket whose buffer overflows from 32 on: a third of a thousand
/// deliveries then failed, with 16 none did.
pub const DIALS_IN_FLIGHT: usize = 16;

/// Dials in flight that may go through a relay. A connection to a relay takes ten circuit set-ups at once and drops the
/// others in silence.
pub const CIRCUITS_IN_FLIGHT: usize = 8;

/// A dial in flight.
#[derive(Debug)]
struct Dial {
    peer: PeerId,
    /// Those through whom it may go.
    relays: Vec<PeerId>,
}

/// Peers waiting to be dialled and peers being dialled. Each has a waiting request, which bounds the queue.
#[derive(Debug, Default)]
pub(crate) struct Dials {
    waiting: VecDeque<PeerId>,
    /// Those that may have to be reached through a relay.
    waiting_relayed: VecDeque<PeerId>,
    queued: HashSet<PeerId>,
    in_flight: HashMap<ConnectionId, Dial>,
    dialling: HashSet<PeerId>,
}

impl Dials {
    /// Queues a peer unless it is queued or being dialled already; `relayed` if it may be reached through a relay.
    pub(crate) fn want(&mut self, peer: PeerId, relayed: bool) {
        if !self.dialling.contains(&peer) && self.queued.insert(peer) {
            let line = match relayed {
                true => &mut self.waiting_relayed,
                false => &mut self.waiting,
            };
            line.push_back(peer);
        }
    }

    /// The next peer to dial, if there is room for one more: any while `circuits` may be opened, else none that may need one.
    pub(crate) fn next(&mut self, circuits: bool) -> Option<PeerId> {
        if !self.has_room(false) {
            return None;
        }
        let through_relay = (circuits && self.has_room(true))
            .then(|| self.waiting_relayed.pop_front())
            .flatten();
        let peer = through_relay.or_else(|| self.waiting.pop_front())?;
        self.queued.remove(&peer);
        Some(peer)
    }

    pub(crate) fn started(&mut self, connection: ConnectionId, peer: PeerId, relays: Vec<PeerId>) {
        self.in_flight.insert(connection, Dial { peer, relays });
        self.dialling.insert(peer);
    }

    /// Dials in flight that may go through a relay.
    pub(crate) fn circuits(&self) -> usize {
        let relayed = |dial: &&Dial| !dial.relays.is_empty();
        self.in_flight.values().filter(relayed).count()
    }

    /// Whether a dial in flight may go through this relay.
    pub(crate) fn is_through(&self, relay: &PeerId) -> bool {
        self.in_flight
            .values()
            .any(|dial| dial.relays.contains(relay))
    }

    /// Whether a peer is being dialled.
    pub(crate) fn is_dialling(&self, peer: &PeerId) -> bool {
        self.dialling.contains(peer)
    }

    /// Whether there is room for one more dial, perhaps through a relay.
    pub(crate) fn has_room(&self, relayed: bool) -> bool {
        self.in_flight.len() < DIALS_IN_FLIGHT
            && !(relayed && self.circuits() >= CIRCUITS_IN_FLIGHT)
    }

    /// The dial came to its end, good or bad. `None` for a connection that was not dialled from here.
    pub(crate) fn ended(&mut self, connection: ConnectionId) -> Option<PeerId> {
        let Dial { peer, .. } = self.in_flight.remove(&connection)?;
        if !self.in_flight.values().any(|other| other.peer == peer) {
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
            dials.want(peer(n), false);
        }
        let mut started = 0;
        while let Some(peer) = dials.next(true) {
            dials.started(id(started), peer, vec![]);
            started += 1;
        }
        assert_eq!(started, DIALS_IN_FLIGHT);
        assert_eq!(dials.ended(id(3)), Some(peer(3)));
        assert_eq!(
            dials.next(true),
            Some(peer(16)),
            "first come, first dialled"
        );
    }

    #[test]
    fn a_peer_is_queued_and_dialled_once() {
        let mut dials = Dials::default();
        dials.want(peer(1), false);
        dials.want(peer(1), false);
        assert_eq!(dials.next(true), Some(peer(1)));
        dials.started(id(1), peer(1), vec![]);
        dials.want(peer(1), false);
        assert_eq!(dials.next(true), None);
        assert_eq!(dials.ended(id(1)), Some(peer(1)));
        assert_eq!(dials.ended(id(1)), None);
        dials.want(peer(1), false);
        assert_eq!(dials.next(true), Some(peer(1)));
    }

    #[test]
    fn a_peer_that_is_dialled_twice_is_dialled_until_both_have_ended() {
        let mut dials = Dials::default();
        dials.started(id(1), peer(1), vec![]);
        dials.started(id(2), peer(1), vec![]);
        dials.ended(id(1));
        assert!(dials.is_dialling(&peer(1)));
        dials.ended(id(2));
        assert!(!dials.is_dialling(&peer(1)));
    }

    #[test]
    fn eight_circuits_are_set_up_at_once_and_others_pass_them() {
        let mut dials = Dials::default();
        for n in 0..20 {
            dials.want(peer(n), true);
        }
        dials.want(peer(99), false);
        let mut started = 0;
        while let Some(peer) = dials.next(true) {
            let is_direct = peer == self::peer(99);
            let relays = if is_direct {
                vec![]
            } else {
                vec![self::peer(50)]
            };
            dials.started(id(started), peer, relays);
            started += 1;
        }
        assert_eq!(started, CIRCUITS_IN_FLIGHT + 1);
        assert_eq!(dials.circuits(), CIRCUITS_IN_FLIGHT);
        assert!(dials.is_through(&peer(50)) && !dials.is_through(&peer(51)));
        assert!(!dials.is_dialling(&peer(8)) && dials.is_dialling(&peer(99)));
        dials.ended(id(0));
        assert_eq!(dials.next(false), None, "no more circuits may be open");
        assert_eq!(dials.next(true), Some(peer(8)));
        assert!(!dials.waiting_relayed.is_empty());
    }
}

//! Requests of others that are not answered yet.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use libp2p::PeerId;

/// Counts unanswered requests. `K` is the transport's name for an inbound request.
#[derive(Debug)]
pub(crate) struct Inbound<K> {
    most: usize,
    most_per_peer: usize,
    open: HashMap<K, PeerId>,
    per_peer: HashMap<PeerId, usize>,
    flushing: HashSet<K>,
}

impl<K: Copy + Eq + Hash> Inbound<K> {
    /// At most so many from everybody, and so many from one peer.
    pub(crate) fn new(most: usize, most_per_peer: usize) -> Self {
        Self {
            most,
            most_per_peer,
            open: HashMap::new(),
            per_peer: HashMap::new(),
            flushing: HashSet::new(),
        }
    }

    /// Whether this request may be taken; if so it counts until [`Self::closed`].
    pub(crate) fn admit(&mut self, key: K, from: PeerId) -> bool {
        let of_peer = self.per_peer.get(&from).copied().unwrap_or_default();
        let room = self.open.len() < self.most && of_peer < self.most_per_peer;
        if room {
            self.open.insert(key, from);
            self.per_peer.insert(from, of_peer + 1);
        }
        room
    }

    /// The answer is given and on its way.
    pub(crate) fn replying(&mut self, key: K) {
        if self.open.contains_key(&key) {
            self.flushing.insert(key);
        }
    }

    /// The stream is over: answered, dropped or failed.
    pub(crate) fn closed(&mut self, key: K) {
        self.flushing.remove(&key);
        let Some(from) = self.open.remove(&key) else {
            return;
        };
        if let Some(count) = self.per_peer.get_mut(&from) {
            *count -= 1;
            if *count == 0 {
                self.per_peer.remove(&from);
            }
        }
    }

    /// No answer is on its way any more.
    pub(crate) fn is_flushed(&self) -> bool {
        self.flushing.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::from_multihash(libp2p::multihash::Multihash::wrap(0, &[n; 32]).unwrap()).unwrap()
    }

    #[test]
    fn the_excess_of_one_peer_and_of_all_is_refused_until_something_is_answered() {
        let mut inbound = Inbound::new(3, 2);
        assert!(inbound.admit(1, peer(1)));
        assert!(inbound.admit(2, peer(1)));
        assert!(!inbound.admit(3, peer(1)), "the third of one peer");
        assert!(inbound.admit(4, peer(2)));
        assert!(!inbound.admit(5, peer(3)), "the fourth of all");
        inbound.closed(3);
        assert!(
            !inbound.admit(6, peer(3)),
            "a refused request frees nothing"
        );
        inbound.closed(1);
        assert!(inbound.admit(7, peer(3)));
    }

    #[test]
    fn answers_on_their_way_are_flushed_when_their_streams_are_over() {
        let mut inbound = Inbound::new(3, 2);
        inbound.admit(1, peer(1));
        assert!(inbound.is_flushed());
        inbound.replying(1);
        assert!(!inbound.is_flushed());
        inbound.closed(1);
        inbound.replying(1);
        assert!(inbound.is_flushed() && inbound.open.is_empty() && inbound.per_peer.is_empty());
    }
}

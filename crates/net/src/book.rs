//! Where peers were last known to be.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::address;

/// Addresses kept of one peer, the newest first: as many as a listing may name.
pub const ADDRESSES_PER_PEER: usize = opener_trade::limits::ADDRESSES;

/// Peers kept, the least recently used forgotten first. No fewer than requests may wait, so that a peer with a
/// waiting request is never forgotten.
pub const BOOK_PEERS: usize = 8192;

/// Minutes for which a peer that was not reached past its relay is written to through it without waiting.
const RELAYED_FOR: Duration = Duration::from_secs(600);

const _: () = assert!(BOOK_PEERS >= crate::sockets::REQUESTS);

#[derive(Debug, Default)]
struct Entry {
    addresses: Vec<Multiaddr>,
    used: u64,
    relayed_until: Option<Instant>,
}

/// Addresses by peer. Filled only from what the own program hands over and from its own successful dials.
#[derive(Debug, Default)]
pub(crate) struct AddressBook {
    entries: HashMap<PeerId, Entry>,
    by_use: BTreeMap<u64, PeerId>,
    tick: u64,
}

impl AddressBook {
    /// Puts `addresses` before what is known of the peer; tells whether one of them is new.
    pub(crate) fn learn(&mut self, peer: PeerId, addresses: &[Multiaddr]) -> bool {
        if addresses.is_empty() && !self.entries.contains_key(&peer) {
            return false;
        }
        self.touch(peer);
        let known = &mut self.entries.entry(peer).or_default().addresses;
        let news = addresses.iter().any(|address| !known.contains(address));
        let mut merged: Vec<Multiaddr> = Vec::with_capacity(ADDRESSES_PER_PEER);
        for address in addresses.iter().chain(known.iter()) {
            if merged.len() < ADDRESSES_PER_PEER && !merged.contains(address) {
                merged.push(address.clone());
            }
        }
        *known = merged;
        news
    }

    /// Drops an address at which somebody else answers.
    pub(crate) fn forget(&mut self, peer: &PeerId, address: &Multiaddr) {
        if let Some(entry) = self.entries.get_mut(peer) {
            entry.addresses.retain(|known| known != address);
        }
    }

    /// What is known of a peer, the best first.
    pub(crate) fn addresses(&self, peer: &PeerId) -> &[Multiaddr] {
        self.entries.get(peer).map_or(&[], |entry| &entry.addresses)
    }

    /// Whether one of its addresses leads through a relay.
    pub(crate) fn has_circuit(&self, peer: &PeerId) -> bool {
        self.addresses(peer).iter().any(address::is_circuit)
    }

    /// There is no way past its relay for now.
    pub(crate) fn stay_relayed(&mut self, peer: &PeerId, now: Instant) {
        if let Some(entry) = self.entries.get_mut(peer) {
            entry.relayed_until = Some(now + RELAYED_FOR);
        }
    }

    /// Whether a way past its relay is looked for.
    pub(crate) fn may_be_direct(&self, peer: &PeerId, now: Instant) -> bool {
        let until = self.entries.get(peer).and_then(|entry| entry.relayed_until);
        until.is_none_or(|until| until <= now)
    }

    fn touch(&mut self, peer: PeerId) {
        self.tick += 1;
        let entry = self.entries.entry(peer).or_default();
        self.by_use.remove(&entry.used);
        entry.used = self.tick;
        self.by_use.insert(self.tick, peer);
        while self.entries.len() > BOOK_PEERS {
            match self.by_use.pop_first() {
                Some((_, oldest)) => self.entries.remove(&oldest),
                None => break,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u32) -> PeerId {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&n.to_be_bytes());
        PeerId::from_multihash(libp2p::multihash::Multihash::wrap(0, &digest).unwrap()).unwrap()
    }

    fn at(port: u16) -> Multiaddr {
        format!("/ip4/192.0.2.7/tcp/{port}").parse().unwrap()
    }

    #[test]
    fn new_addresses_come_first_and_old_ones_stay() {
        let mut book = AddressBook::default();
        assert!(book.learn(peer(1), &[at(1), at(2)]));
        assert!(!book.learn(peer(1), &[at(2)]), "known already");
        assert!(book.learn(peer(1), &[at(3)]));
        assert_eq!(book.addresses(&peer(1)), [at(3), at(2), at(1)]);
    }

    #[test]
    fn a_peer_has_no_more_addresses_than_the_limit() {
        let mut book = AddressBook::default();
        for port in 1..=100 {
            book.learn(peer(1), &[at(port)]);
        }
        assert_eq!(book.addresses(&peer(1)).len(), ADDRESSES_PER_PEER);
        assert_eq!(book.addresses(&peer(1))[0], at(100));
    }

    #[test]
    fn the_least_recently_used_peer_is_forgotten() {
        let mut book = AddressBook::default();
        let last = u32::try_from(BOOK_PEERS).unwrap();
        for n in 0..last {
            book.learn(peer(n), &[at(1)]);
        }
        book.learn(peer(0), &[]);
        book.learn(peer(last), &[at(1)]);
        assert_eq!(book.addresses(&peer(0)), [at(1)]);
        assert!(book.addresses(&peer(1)).is_empty());
        assert_eq!(
            (book.entries.len(), book.by_use.len()),
            (BOOK_PEERS, BOOK_PEERS)
        );
    }

    #[test]
    fn an_address_of_somebody_else_is_forgotten() {
        let mut book = AddressBook::default();
        book.learn(peer(1), &[at(1), at(2)]);
        book.forget(&peer(1), &at(1));
        assert_eq!(book.addresses(&peer(1)), [at(2)]);
    }

    #[test]
    fn asking_about_a_stranger_leaves_no_entry() {
        let mut book = AddressBook::default();
        assert!(!book.learn(peer(1), &[]));
        assert!(book.entries.is_empty());
    }

    #[test]
    fn a_peer_reached_only_through_its_relay_is_not_waited_for_again_soon() {
        let mut book = AddressBook::default();
        let now = Instant::now();
        let relayed = address::circuit(&at(1), peer(9));
        book.learn(peer(1), &[at(2)]);
        assert!(!book.has_circuit(&peer(1)));
        book.learn(peer(1), &[relayed]);
        assert!(book.has_circuit(&peer(1)) && book.may_be_direct(&peer(1), now));
        book.stay_relayed(&peer(1), now);
        assert!(!book.may_be_direct(&peer(1), now));
        assert!(book.may_be_direct(&peer(1), now + RELAYED_FOR));
        book.stay_relayed(&peer(2), now);
        assert!(book.may_be_direct(&peer(2), now) && book.entries.len() == 1);
    }
}

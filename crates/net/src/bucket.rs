//! How often a peer, or a network, may ask: one token bucket each, in a bounded map.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use opener_trade::{PeerId, Timestamp};

/// Thousandths in a token; so many tokens a second are as many thousandths a millisecond.
const MILLI: i64 = 1000;

#[derive(Debug)]
struct Bucket {
    milli_tokens: i64,
    filled_at: Timestamp,
    used: u64,
}

/// The buckets of the peers, or of whatever else is counted, seen last. Who was forgotten starts with a full one.
#[derive(Debug)]
pub struct Buckets<K = PeerId> {
    peers: HashMap<K, Bucket>,
    by_use: BTreeMap<u64, K>,
    tick: u64,
    most: usize,
    full: i64,
    refill: u32,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    /// For at most `most` of them, with `burst` tokens each, refilled by `refill` tokens a second.
    pub fn new(most: usize, burst: u32, refill: u32) -> Self {
        Self {
            peers: HashMap::new(),
            by_use: BTreeMap::new(),
            tick: 0,
            most,
            full: i64::from(burst) * MILLI,
            refill,
        }
    }

    /// Takes tokens from one bucket, or none if there are too few.
    pub fn take(&mut self, peer: K, tokens: u32, now: Timestamp) -> bool {
        self.tick += 1;
        let full = self.full;
        let bucket = self.peers.entry(peer).or_insert(Bucket {
            milli_tokens: full,
            filled_at: now,
            used: self.tick,
        });
        self.by_use.remove(&bucket.used);
        bucket.used = self.tick;
        self.by_use.insert(self.tick, peer);
        let refill = now.since(bucket.filled_at).millis().max(0);
        let refill = refill.saturating_mul(i64::from(self.refill));
        bucket.milli_tokens = bucket.milli_tokens.saturating_add(refill).min(full);
        bucket.filled_at = now;
        let price = i64::from(tokens) * MILLI;
        let is_enough = bucket.milli_tokens >= price;
        if is_enough {
            bucket.milli_tokens -= price;
        }
        while self.peers.len() > self.most {
            match self.by_use.pop_first() {
                Some((_, oldest)) => self.peers.remove(&oldest),
                None => break,
            };
        }
        is_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::{Duration, Identity};

    const REFILL: u32 = 50;
    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn peer(seed: u8) -> PeerId {
        Identity::from_seed([seed; 32]).peer_id()
    }

    #[test]
    fn one_token_more_than_the_burst_is_refused_until_time_has_passed() {
        let mut buckets = Buckets::<PeerId>::new(8, 10, REFILL);
        assert!(buckets.take(peer(1), 10, START));
        assert!(!buckets.take(peer(1), 1, START));
        assert!(
            buckets.take(peer(2), 10, START),
            "everybody has an own bucket"
        );
        let later = START.plus(Duration::from_millis(1000 / i64::from(REFILL)));
        assert!(buckets.take(peer(1), 1, later));
        assert!(!buckets.take(peer(1), 1, later));
    }

    #[test]
    fn a_bucket_never_holds_more_than_the_burst() {
        let mut buckets = Buckets::<PeerId>::new(8, 10, REFILL);
        assert!(buckets.take(peer(1), 1, START));
        assert!(!buckets.take(peer(1), 11, Timestamp::LATEST));
        assert!(buckets.take(peer(1), 10, Timestamp::LATEST));
    }

    #[test]
    fn a_clock_that_is_set_back_neither_fills_nor_blocks() {
        let mut buckets = Buckets::<PeerId>::new(8, 10, REFILL);
        assert!(buckets.take(peer(1), 10, START));
        assert!(!buckets.take(peer(1), 1, Timestamp::EARLIEST));
        assert!(buckets.take(
            peer(1),
            10,
            Timestamp::EARLIEST.plus(Duration::from_secs(1))
        ));
    }

    #[test]
    fn one_peer_more_than_the_map_holds_drops_the_least_recently_seen() {
        let mut buckets = Buckets::<PeerId>::new(2, 10, REFILL);
        assert!(buckets.take(peer(1), 10, START));
        assert!(buckets.take(peer(2), 10, START));
        assert!(!buckets.take(peer(1), 1, START));
        assert!(buckets.take(peer(3), 10, START));
        assert_eq!((buckets.peers.len(), buckets.by_use.len()), (2, 2));
        assert!(!buckets.take(peer(1), 1, START), "seen lately: remembered");
        assert!(buckets.take(peer(2), 1, START), "seen long ago: forgotten");
    }
}

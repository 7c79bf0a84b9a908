//! How much one stranger may send.

use std::collections::HashMap;

use opener_trade::{PeerId, Timestamp};

/// Documents that a peer may send at once. A buyer's round with one seller takes about ten.
pub(crate) const BURST: u32 = 100;
/// Documents a second that a peer may send for long.
pub(crate) const PER_SECOND: u32 = 5;
/// Peers that are counted at once; the one that has been quiet longest is forgotten first, with a full bucket.
pub(crate) const COUNTED_PEERS: usize = 10_000;

/// One token bucket for each peer, in a map of bounded size.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    peers: HashMap<PeerId, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// Thousandths of a document.
    tokens: i64,
    filled_at: Timestamp,
}

const FULL: i64 = BURST as i64 * 1000;

impl Buckets {
    /// Takes one document's worth; false when the peer must wait.
    pub(crate) fn take(&mut self, peer: PeerId, now: Timestamp) -> bool {
        if self.peers.len() >= COUNTED_PEERS && !self.peers.contains_key(&peer) {
            self.forget_quietest();
        }
        let bucket = self.peers.entry(peer).or_insert(Bucket {
            tokens: FULL,
            filled_at: now,
        });
        let elapsed = now.since(bucket.filled_at).millis().max(0);
        bucket.tokens = bucket
            .tokens
            .saturating_add(elapsed.saturating_mul(i64::from(PER_SECOND)))
            .min(FULL);
        bucket.filled_at = now;
        if bucket.tokens < 1000 {
            return false;
        }
        bucket.tokens -= 1000;
        true
    }

    /// Forgets the older half at once, so that a full map costs little for each newcomer.
    fn forget_quietest(&mut self) {
        let mut times: Vec<_> = self.peers.values().map(|bucket| bucket.filled_at).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        self.peers.retain(|_, bucket| bucket.filled_at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::{Duration, Identity};

    fn peer(n: u16) -> PeerId {
        let mut seed = [9; 32];
        seed[..2].copy_from_slice(&n.to_be_bytes());
        Identity::from_seed(seed).peer_id()
    }

    #[test]
    fn a_burst_passes_and_one_more_waits() {
        let mut buckets = Buckets::default();
        let now = Timestamp::from_millis(1_000_000);
        assert!((0..BURST).all(|_| buckets.take(peer(1), now)));
        assert!(!buckets.take(peer(1), now));
        assert!(buckets.take(peer(2), now));
        let later = now.plus(Duration::from_secs(1));
        assert!((0..PER_SECOND).all(|_| buckets.take(peer(1), later)));
        assert!(!buckets.take(peer(1), later));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut buckets = Buckets::default();
        let now = Timestamp::from_millis(1_000_000);
        while buckets.take(peer(1), now) {}
        assert!(!buckets.take(peer(1), Timestamp::EARLIEST));
    }

    #[test]
    fn the_map_stays_bounded_whoever_knocks() {
        let mut buckets = Buckets::default();
        let base = peer(0);
        for n in 0..=COUNTED_PEERS {
            let mut bytes = *base.as_bytes();
            bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
            let Ok(stranger) = PeerId::from_bytes(bytes) else {
                continue;
            };
            buckets.take(stranger, Timestamp::from_millis(n as i64));
        }
        for n in 0..200 {
            buckets.take(peer(n), Timestamp::from_millis(1 << 40));
        }
        assert!(buckets.peers.len() <= COUNTED_PEERS);
    }
}

//! Who is online. Kept in memory only: after a restart a peer is online again with its next renewal.

use std::collections::HashMap;

use opener_trade::{PeerId, Timestamp};

use crate::limits::{CLOCK_SKEW, PRESENCE};

/// When each registered peer was last heard of. Holds no peer without a listing, so its size is bounded by theirs.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    heard: HashMap<PeerId, Timestamp>,
}

impl Presence {
    /// Hears of a peer; tells until when it is online.
    pub(crate) fn hear(&mut self, peer: PeerId, now: Timestamp) -> Timestamp {
        self.heard.insert(peer, now);
        now.plus(PRESENCE)
    }

    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.heard.remove(peer);
    }

    /// Whether a peer was heard of in the last [`PRESENCE`]. A moment that lies ahead, because the clock was set back,
    /// does not count as recent.
    pub(crate) fn is_online(&self, peer: &PeerId, now: Timestamp) -> bool {
        self.heard
            .get(peer)
            .is_some_and(|heard| is_recent(*heard, now))
    }

    /// How many are online.
    pub(crate) fn count(&self, now: Timestamp) -> usize {
        self.heard
            .values()
            .filter(|heard| is_recent(**heard, now))
            .count()
    }
}

fn is_recent(heard: Timestamp, now: Timestamp) -> bool {
    let ago = now.since(heard);
    ago < PRESENCE && ago.millis() >= -CLOCK_SKEW.millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::{Duration, Identity};

    #[test]
    fn presence_ends_ninety_seconds_after_the_last_word() {
        let peer = Identity::from_seed([1; 32]).peer_id();
        let start = Timestamp::from_millis(1_000_000);
        let mut presence = Presence::default();
        assert!(!presence.is_online(&peer, start));
        let until = presence.hear(peer, start);
        assert_eq!(until.since(start).millis(), 90_000);
        assert!(presence.is_online(&peer, start.plus(Duration::from_millis(89_999))));
        assert!(!presence.is_online(&peer, until));
        assert_eq!((presence.count(start), presence.count(until)), (1, 0));
        presence.forget(&peer);
        assert!(!presence.is_online(&peer, start));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_everybody_online() {
        let peer = Identity::from_seed([1; 32]).peer_id();
        let mut presence = Presence::default();
        presence.hear(peer, Timestamp::from_millis(7_200_000));
        assert!(!presence.is_online(&peer, Timestamp::from_millis(3_600_000)));
    }
}

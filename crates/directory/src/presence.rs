//! Who is online. Kept in memory only: after a restart a peer is online again with its next renewal.

use std::collections::BTreeMap;

use opener_trade::Timestamp;
use roaring::RoaringBitmap;

use crate::limits::{CLOCK_SKEW, PRESENCE};

/// When the peer of each slot was last heard of, and the slots of those who may be online. As long as the slots are.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    heard: Vec<Option<Timestamp>>,
    maybe: RoaringBitmap,
    /// Seconds at which slots are looked at again; each slot of `maybe` stands in exactly one of them.
    due: BTreeMap<i64, Vec<u32>>,
}

impl Presence {
    /// Hears of the peer in a slot; tells until when it is online.
    pub(crate) fn hear(&mut self, slot: u32, now: Timestamp) -> Timestamp {
        self.advance(now);
        let until = now.plus(PRESENCE);
        let index = slot as usize;
        if index >= self.heard.len() {
            self.heard.resize(index + 1, None);
        }
        if let Some(heard) = self.heard.get_mut(index) {
            *heard = Some(now);
        }
        if self.maybe.insert(slot) {
            self.due.entry(second(until)).or_default().push(slot);
        }
        until
    }

    /// Forgets the peer in a slot.
    pub(crate) fn forget(&mut self, slot: u32) {
        if let Some(heard) = self.heard.get_mut(slot as usize) {
            *heard = None;
        }
    }

    /// Whether the peer in a slot was heard of in the last [`PRESENCE`]. A moment that lies ahead, because the clock was
    /// set back, does not count as recent.
    pub(crate) fn is_online(&self, slot: u32, now: Timestamp) -> bool {
        let heard = self.heard.get(slot as usize).copied().flatten();
        heard.is_some_and(|heard| is_recent(heard, now))
    }

    /// The slots of all who are online, and perhaps of some who lately were.
    pub(crate) const fn maybe(&self) -> &RoaringBitmap {
        &self.maybe
    }

    /// How many are online.
    pub(crate) fn count(&self, now: Timestamp) -> usize {
        let online = self.maybe.iter().filter(|slot| self.is_online(*slot, now));
        online.count()
    }

    /// Lets go of those who are no longer online.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while let Some(entry) = self.due.first_entry()
            && *entry.key() <= now.millis().div_euclid(1000)
        {
            for slot in entry.remove() {
                let Some(heard) = self.heard.get_mut(slot as usize) else {
                    continue;
                };
                match heard.filter(|heard| now.since(*heard) < PRESENCE) {
                    Some(heard) => {
                        let again = second(heard.plus(PRESENCE)).max(second(now));
                        self.due.entry(again).or_default().push(slot);
                    }
                    None => {
                        *heard = None;
                        self.maybe.remove(slot);
                    }
                }
            }
        }
    }
}

/// The first full second after a moment.
const fn second(moment: Timestamp) -> i64 {
    moment.millis().div_euclid(1000) + 1
}

fn is_recent(heard: Timestamp, now: Timestamp) -> bool {
    let ago = now.since(heard);
    ago < PRESENCE && ago.millis() >= -CLOCK_SKEW.millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::Duration;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn presence_ends_ninety_seconds_after_the_last_word() {
        let mut presence = Presence::default();
        assert!(!presence.is_online(3, START));
        let until = presence.hear(3, START);
        assert_eq!(until.since(START).millis(), 90_000);
        assert!(presence.is_online(3, START.plus(Duration::from_millis(89_999))));
        assert!(!presence.is_online(3, until));
        assert_eq!((presence.count(START), presence.count(until)), (1, 0));
        presence.forget(3);
        assert!(!presence.is_online(3, START));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_everybody_online() {
        let mut presence = Presence::default();
        presence.hear(0, Timestamp::from_millis(7_200_000));
        assert!(!presence.is_online(0, Timestamp::from_millis(3_600_000)));
    }

    #[test]
    fn who_falls_silent_leaves_and_who_renews_stays() {
        let mut presence = Presence::default();
        for slot in 0..100 {
            presence.hear(slot, START);
        }
        for minute in 1..=10 {
            let now = START.plus(Duration::from_secs(60 * minute));
            for slot in (0..100).step_by(2) {
                presence.hear(slot, now);
            }
            let waiting: usize = presence.due.values().map(Vec::len).sum();
            assert_eq!(waiting as u64, presence.maybe.len(), "each waits once");
        }
        assert!(presence.maybe().iter().eq((0..100).step_by(2)));
        presence.advance(START.plus(Duration::from_secs(3600)));
        assert!(presence.maybe().is_empty() && presence.due.is_empty());
    }
}

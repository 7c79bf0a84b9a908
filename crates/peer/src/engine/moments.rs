//! What the times of a dialogue tell about its order.
//!
//! Whoever reads an export has only times to put what one side took and what it signed into one order. So of one
//! millisecond a side first takes, then writes to everybody, then to one; whatever comes against that order gets the
//! next millisecond.

use std::collections::HashMap;

use opener_trade::{
    Duration, Timestamp,
    switch::{Countermeasure, holds},
};

use super::{Key, work::Work};

/// How far a moment may be put off: one second, a thousand acts that each come against the order. A moment further
/// ahead is of a clock that was set back since, and holds nothing up.
const AHEAD: Duration = Duration::from_secs(1);
/// The least that two times differ by: the precision of every signed time.
const TICK: Duration = Duration::from_millis(1);

/// What gets a time in a dialogue. Of one millisecond, this is its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// A document of the other side is taken.
    Take,
    /// A document for everybody is signed.
    Announce,
    /// A document for the other side is signed.
    Say,
}

/// The last act of each dialogue, and of the chain that everybody reads, as far as it may still hold something up.
#[derive(Debug, Default)]
pub(super) struct Moments(HashMap<Key, (Timestamp, Act)>);

impl Moments {
    fn insert(&mut self, key: Key, at: Timestamp, act: Act) {
        self.0.insert(key, (at, act));
    }

    /// Takes over later moments, and forgets what holds nothing up any more.
    pub(super) fn adopt(&mut self, later: Self) {
        let Some(latest) = later.0.values().map(|(at, _)| *at).max() else {
            return;
        };
        self.0
            .retain(|_, (at, _)| at.plus(AHEAD) >= latest && latest.plus(AHEAD) >= *at);
        self.0.extend(later.0);
    }

    /// What came before an act with this key: what the same two have, and what was for everybody, or all of it.
    fn before(&self, key: Key, everybody: Key, act: Act) -> Vec<(Timestamp, Act)> {
        if act == Act::Announce {
            let deal = |(of, _): &(&Key, &(Timestamp, Act))| of.0 == key.0;
            return self.0.iter().filter(deal).map(|(_, last)| *last).collect();
        }
        let two = [key, everybody].into_iter();
        two.filter_map(|key| self.0.get(&key).copied()).collect()
    }
}

/// The first moment from now on at which an act reads as coming after this one.
fn after(now: Timestamp, act: Act, (at, last): (Timestamp, Act)) -> Timestamp {
    let against = act < last && holds(Countermeasure::OrderOfMoments);
    let earliest = if against { at.plus(TICK) } else { at };
    if earliest > now.plus(AHEAD) {
        return now;
    }
    now.max(earliest)
}

impl Work<'_> {
    /// Begins an act in a dialogue: this transaction goes on at a moment that tells its place, mostly the present one.
    /// What is for everybody has the key of the buyer, and comes after what was said to anybody.
    pub(super) fn begin_act(&mut self, key: Key, act: Act) -> Timestamp {
        let everybody = (key.0, self.me());
        let before = [&self.machines.moments, &self.changed.moments];
        let before = before.map(|kept| kept.before(key, everybody, act));
        self.now = before
            .into_iter()
            .flatten()
            .fold(self.now, |now, last| after(now, act, last));
        self.changed.moments.insert(key, self.now, act);
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn of_one_millisecond_a_side_takes_then_announces_then_says() {
        let acts = [Act::Take, Act::Announce, Act::Say];
        for (i, last) in acts.into_iter().enumerate() {
            for (j, act) in acts.into_iter().enumerate() {
                let moment = after(at(7), act, (at(7), last));
                assert_eq!(
                    moment,
                    at(if j < i { 8 } else { 7 }),
                    "{act:?} after {last:?}"
                );
            }
        }
        assert_eq!(after(at(9), Act::Take, (at(7), Act::Say)), at(9));
    }

    #[test]
    fn a_moment_is_put_off_by_a_second_at_most_and_a_clock_that_was_set_back_holds_nothing_up() {
        let ahead = AHEAD.millis();
        assert_eq!(after(at(0), Act::Say, (at(ahead), Act::Say)), at(ahead));
        assert_eq!(after(at(0), Act::Say, (at(ahead + 1), Act::Say)), at(0));
    }

    #[test]
    fn what_holds_nothing_up_is_forgotten() {
        let key = |n| {
            let id = opener_trade::Identity::from_seed([n; 32]).peer_id();
            (opener_trade::DealId::of_buyer(id, [n; 6]), id)
        };
        let moments = |n, ms: i64| {
            let mut moments = Moments::default();
            moments.insert(key(n), at(1_000_000 + ms), Act::Say);
            moments
        };
        let mut kept = moments(1, 0);
        kept.adopt(moments(2, 1000));
        assert_eq!(kept.0.len(), 2, "within a second of the latest");
        kept.adopt(moments(3, 1001));
        assert_eq!(kept.0.len(), 2);
        kept.adopt(moments(4, -600_000));
        assert_eq!(kept.0.len(), 1, "the clock was set back");
        kept.adopt(Moments::default());
        assert_eq!(kept.0.len(), 1);
    }
}

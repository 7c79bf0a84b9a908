//! How far this computer's clock is off, by the clocks of directories and of other peers.

use std::collections::VecDeque;

use opener_trade::{
    Duration, PeerId, Timestamp,
    switch::{Countermeasure, holds},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Engine;
use crate::{Event, PeerError};

/// A difference of clocks above this is worth a warning: five seconds can decide a deadline.
pub const WARN_SKEW: Duration = Duration::from_secs(5);
/// A difference above this refuses acts that a deadline decides, until a person confirms the clock.
pub const REFUSE_SKEW: Duration = Duration::from_secs(60);
/// Peers whose clocks are remembered, the newest: enough that a few wrong ones do not matter.
const PEERS: usize = 32;
/// Without a directory fewer peers than this say nothing: one or two may be the ones whose clocks are wrong.
const QUORUM: usize = 3;
/// A receipt that took longer says too little about the moment at which it was signed.
const ROUND_TRIP: Duration = Duration::from_secs(10);

/// What is known of this computer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Nobody has told the time yet.
    Unknown,
    /// It agrees with the others.
    Right,
    /// It differs by more than five seconds.
    Differs,
    /// It differs by more than a minute: what a deadline decides is refused until a person confirms the clock.
    Doubtful,
    /// It differs by more than a minute, and a person has said that it is right.
    Confirmed,
}

/// What others' clocks have shown.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    directories: Vec<Duration>,
    peers: VecDeque<(PeerId, Duration)>,
    /// The difference that a person has confirmed.
    confirmed: Option<Duration>,
}

impl Clocks {
    /// Theirs minus ours: the median over directories and peers, so that a few wrong clocks change nothing.
    fn skew(&self) -> Option<Duration> {
        let peers = self.peers.iter().map(|(_, skew)| *skew);
        let heard = !self.directories.is_empty() || self.peers.len() >= QUORUM;
        let mut skews: Vec<Duration> = self.directories.iter().copied().chain(peers).collect();
        skews.sort();
        let middle = skews.len().checked_sub(1)? / 2;
        skews.get(middle).copied().filter(|_| heard)
    }

    fn state(&self) -> ClockState {
        let Some(skew) = self.skew() else {
            return ClockState::Unknown;
        };
        let over = |ms: i64, bound: Duration| ms.abs() > bound.millis();
        let confirmed = self
            .confirmed
            .is_some_and(|was| !over(skew.millis().saturating_sub(was.millis()), REFUSE_SKEW));
        match skew.millis() {
            ms if over(ms, REFUSE_SKEW) && confirmed => ClockState::Confirmed,
            ms if over(ms, REFUSE_SKEW) => ClockState::Doubtful,
            ms if over(ms, WARN_SKEW) => ClockState::Differs,
            _ => ClockState::Right,
        }
    }
}

impl Engine {
    /// The difference of clocks as measured, theirs minus ours, and what it means.
    pub fn clock(&self) -> (Option<Duration>, ClockState) {
        (self.clocks.skew(), self.clocks.state())
    }

    /// The clocks of the directories were measured: theirs minus ours, one for each that answered.
    pub fn measure_directories(&mut self, skews: Vec<Duration>) {
        self.measure(|clocks| clocks.directories = skews);
    }

    /// A peer signed a receipt at this moment by its clock, for what left here at one moment and was answered at another:
    /// its clock is compared with ours in the middle (as SNTP, RFC 5905).
    pub(super) fn measure_peer(
        &mut self,
        peer: PeerId,
        signed_at: Timestamp,
        sent_at: Timestamp,
        now: Timestamp,
    ) {
        let trip = now.since(sent_at).millis();
        if !(0..=ROUND_TRIP.millis()).contains(&trip) {
            return;
        }
        let skew = signed_at.since(sent_at.plus(Duration::from_millis(trip / 2)));
        self.measure(|clocks| {
            clocks.peers.retain(|(known, _)| *known != peer);
            clocks.peers.push_back((peer, skew));
            if clocks.peers.len() > PEERS {
                clocks.peers.pop_front();
            }
        });
    }

    /// A person says that this clock is right, whatever was measured. It holds until the difference becomes another.
    pub fn confirm_clock(&mut self) {
        self.measure(|clocks| clocks.confirmed = clocks.skew());
    }

    fn measure(&mut self, change: impl FnOnce(&mut Clocks)) {
        let before = self.clocks.state();
        change(&mut self.clocks);
        let (skew, state) = self.clock();
        if state == before {
            return;
        }
        if matches!(state, ClockState::Differs | ClockState::Doubtful) {
            tracing::warn!(?skew, "this computer's clock differs from those of others");
        }
        self.events.push(Event::Clock {
            skew_ms: skew,
            state,
        });
    }

    /// Refuses an act that a deadline decides while the clock is in doubt.
    pub(super) fn check_clock(&self) -> Result<(), PeerError> {
        match self.clock() {
            (Some(skew), ClockState::Doubtful) if holds(Countermeasure::ClockSkew) => {
                Err(PeerError::ClockSkew(skew))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use opener_trade::Identity;

    use super::*;

    fn seconds(seconds: &[i64]) -> Vec<Duration> {
        seconds.iter().map(|s| Duration::from_secs(*s)).collect()
    }

    fn clocks(directories: &[i64], peers: &[i64]) -> Clocks {
        let peer = |n: usize| Identity::from_seed([u8::try_from(n).unwrap(); 32]).peer_id();
        let peers = seconds(peers).into_iter().enumerate();
        Clocks {
            directories: seconds(directories),
            peers: peers.map(|(n, skew)| (peer(n), skew)).collect(),
            confirmed: None,
        }
    }

    #[test]
    fn the_median_over_directories_and_peers_counts() {
        let skew = |directories: &[i64], peers: &[i64]| clocks(directories, peers).skew();
        assert_eq!(skew(&[], &[]), None);
        assert_eq!(skew(&[3], &[]), Some(Duration::from_secs(3)));
        assert_eq!(skew(&[0, 900], &[1]), Some(Duration::from_secs(1)));
        assert_eq!(skew(&[0], &[600, 600]), Some(Duration::from_secs(600)));
        assert_eq!(skew(&[], &[600, 600]), None, "two peers say nothing");
        assert_eq!(skew(&[], &[600, 0, 1]), Some(Duration::from_secs(1)));
    }

    #[test]
    fn five_seconds_warn_and_a_minute_refuses_until_it_is_confirmed() {
        let state = |s: i64| clocks(&[s], &[]).state();
        assert_eq!(clocks(&[], &[]).state(), ClockState::Unknown);
        assert_eq!([state(5), state(-5)], [ClockState::Right; 2]);
        assert_eq!([state(6), state(-60)], [ClockState::Differs; 2]);
        assert_eq!([state(61), state(-61)], [ClockState::Doubtful; 2]);
        let mut confirmed = clocks(&[100], &[]);
        confirmed.confirmed = Some(Duration::from_secs(70));
        assert_eq!(confirmed.state(), ClockState::Confirmed);
        confirmed.confirmed = Some(Duration::from_secs(39));
        assert_eq!(confirmed.state(), ClockState::Doubtful, "it has jumped");
    }
}

//! The state of one call at one side.

use opener_trade::{Timestamp, document::CallEndReason};

use crate::sdp::Candidate;

/// Which side of the call this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// We called.
    Caller,
    /// We were called.
    Called,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing was said yet.
    Idle,
    /// It rings, here or there.
    Ringing,
    /// It was taken; a path is sought.
    Connecting,
    /// The two see or hear each other.
    Connected,
    /// The path broke; another one is sought.
    Reconnecting,
    /// It is over.
    Ended(Ending),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ending {
    /// Why.
    pub reason: CallEndReason,
    /// Whether this side ended it.
    pub by_us: bool,
}

/// One call, at one side.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) side: Side,
    pub(super) phase: Phase,
    /// Only relayed paths are shown before the call is taken.
    pub(super) private: bool,
    pub(super) connected_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// When the phase ends by itself.
    pub(super) deadline: Option<Timestamp>,
    /// When a broken path is renewed, if it does not come back by itself.
    pub(super) renew_at: Option<Timestamp>,
    /// An offer of ours is not answered yet.
    pub(super) offered: bool,
    /// Another renewal is wanted as soon as the one under way is answered.
    pub(super) renew_again: bool,
    /// Paths that are not shown yet.
    pub(super) held: Vec<Candidate>,
    pub(super) gathered: bool,
}

impl Session {
    /// A call that nothing was said of yet.
    pub const fn new(side: Side, private: bool) -> Self {
        Self {
            side,
            phase: Phase::Idle,
            private,
            connected_at: None,
            ended_at: None,
            deadline: None,
            renew_at: None,
            offered: false,
            renew_again: false,
            held: Vec::new(),
            gathered: false,
        }
    }

    /// Which side this is.
    pub const fn side(&self) -> Side {
        self.side
    }

    /// Where it stands.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// When the two saw or heard each other first.
    pub const fn connected_at(&self) -> Option<Timestamp> {
        self.connected_at
    }

    /// When it ended.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// When time next changes something.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.deadline.into_iter().chain(self.renew_at).min()
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }

    /// Whether both have agreed to talk.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(
            self.phase,
            Phase::Connecting | Phase::Connected | Phase::Reconnecting
        )
    }
}

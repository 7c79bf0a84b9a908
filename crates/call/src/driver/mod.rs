//! One call, carried out: a task that feeds the machine and does what it says.

mod codecs;
mod config;
mod connection;
mod estimate;
mod hear;
mod keyframes;
mod outlet;
mod receive;
mod run;
mod send;
mod tell;

use bytes::Bytes;
use opener_trade::{Fingerprint, Timestamp, document::CallEndReason};
use tokio::sync::mpsc;

pub use config::{Config, IceServer, MAX_SERVERS, ServerError};
pub use run::start;

use crate::{Frame, Outgoing, Quality, session::Phase};

/// Bytes of one message about the terms card: the terms of a thousand lines would not fit, but those that people agree on
/// while they talk. It is also what every browser's data channel takes (RFC 8831 section 6.6).
pub const CARD_BYTES: usize = 16 * 1024;

/// What the other side said, verified and in its place in the deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// An offer: the first one rings, a later one renews the path.
    Offer {
        /// The description.
        sdp: String,
        /// The certificate that was signed for.
        fingerprint: Fingerprint,
    },
    /// The answer to our newest offer.
    Answer {
        /// The description.
        sdp: String,
        /// The certificate that was signed for.
        fingerprint: Fingerprint,
    },
    /// Paths to the other side, and perhaps the wish for new ones.
    Candidates {
        /// One `candidate:…` each.
        candidates: Vec<String>,
        /// The path shall be renewed.
        renew: bool,
    },
    /// The call is over.
    End(CallEndReason),
    /// The other side's program refused a document of ours.
    Refused,
}

/// What is to be signed and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An offer.
    Offer {
        /// The description, its lines ended by a line feed.
        sdp: String,
        /// Our certificate.
        fingerprint: Fingerprint,
        /// It renews the path of a call that runs.
        renews: bool,
    },
    /// The answer to the newest offer.
    Answer {
        /// The description, its lines ended by a line feed.
        sdp: String,
        /// Our certificate.
        fingerprint: Fingerprint,
    },
    /// Paths to us.
    Candidates {
        /// One `candidate:…` each.
        candidates: Vec<String>,
        /// There are no further ones.
        last: bool,
        /// The caller shall renew the path.
        renew: bool,
    },
    /// The call is over.
    End {
        /// Why.
        reason: CallEndReason,
        /// When the two were connected first.
        connected_at: Option<Timestamp>,
        /// When it ended.
        ended_at: Timestamp,
    },
}

/// What comes out of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// To be signed and delivered, in this order.
    Say(Said),
    /// The call stands elsewhere now.
    Phase {
        /// Where.
        phase: Phase,
        /// When the two were connected first.
        connected_at: Option<Timestamp>,
        /// When it ended.
        ended_at: Option<Timestamp>,
    },
    /// How it goes; once a second while connected.
    Quality(Quality),
    /// The channel for the terms card is open.
    CardOpen,
    /// A message about the terms card.
    Card(Bytes),
}

/// What a running call is told. Full means that its task does not keep up, which ends the call.
#[derive(Debug)]
pub(crate) enum Ask {
    Accept,
    Decline(CallEndReason),
    HangUp,
    Heard(Heard),
    NetworkChanged,
    Attach(mpsc::Sender<Outgoing>),
    KeyFrame,
    Card(Bytes),
}

/// A running call, to be told things. When all handles are gone, the call ends.
#[derive(Debug, Clone)]
pub struct Handle {
    asks: mpsc::Sender<Ask>,
    frames: mpsc::Sender<Frame>,
}

/// The call is over, or its task does not keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call is over")]
pub struct Over;

impl Handle {
    fn ask(&self, ask: Ask) -> Result<(), Over> {
        self.asks.try_send(ask).map_err(|_| Over)
    }

    /// Takes the call.
    ///
    /// # Errors
    /// The call is over.
    pub fn accept(&self) -> Result<(), Over> {
        self.ask(Ask::Accept)
    }

    /// Does not take it.
    ///
    /// # Errors
    /// The call is over.
    pub fn decline(&self, reason: CallEndReason) -> Result<(), Over> {
        self.ask(Ask::Decline(reason))
    }

    /// Ends it.
    ///
    /// # Errors
    /// It is over.
    pub fn hang_up(&self) -> Result<(), Over> {
        self.ask(Ask::HangUp)
    }

    /// Hands over what the other side said.
    ///
    /// # Errors
    /// The call is over.
    pub fn hear(&self, heard: Heard) -> Result<(), Over> {
        self.ask(Ask::Heard(heard))
    }

    /// This computer's addresses have changed.
    ///
    /// # Errors
    /// The call is over.
    pub fn network_changed(&self) -> Result<(), Over> {
        self.ask(Ask::NetworkChanged)
    }

    /// Gives frames of the other side, and wishes about ours, to this door from now on; the one before gets no more.
    ///
    /// # Errors
    /// The call is over.
    pub fn attach(&self, door: mpsc::Sender<Outgoing>) -> Result<(), Over> {
        self.ask(Ask::Attach(door))
    }

    /// Asks the other side for a key frame: the decoder here needs one.
    ///
    /// # Errors
    /// The call is over.
    pub fn want_key_frame(&self) -> Result<(), Over> {
        self.ask(Ask::KeyFrame)
    }

    /// Sends a message about the terms card.
    ///
    /// # Errors
    /// The call is over, or the message has more than [`CARD_BYTES`].
    pub fn send_card(&self, message: impl Into<Bytes>) -> Result<(), Over> {
        let message = message.into();
        if message.len() > CARD_BYTES {
            return Err(Over);
        }
        self.ask(Ask::Card(message))
    }

    /// Where our own frames go. Waiting for room is how a door learns that it brings too much.
    pub fn frames(&self) -> mpsc::Sender<Frame> {
        self.frames.clone()
    }
}

//! What a call asks its driver to do, in this order.

use opener_trade::{Timestamp, document::CallEndReason};

use super::Phase;
use crate::sdp::Candidate;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Make a connection, and an offer that opens the call.
    Offer,
    /// Make an offer that renews the path.
    OfferRenewal,
    /// Make a connection where there is none, and an answer to their newest offer.
    Answer,
    /// Take their answer into the connection.
    TakeAnswer,
    /// Show these paths to the other side; none means only that there are no further ones.
    Show {
        /// The paths.
        candidates: Vec<Candidate>,
        /// There are no further ones.
        last: bool,
    },
    /// Ask the caller for a renewal.
    AskRenewal,
    /// Ask for a picture that needs none before it, and make one.
    KeyFrames,
    /// Tell the other side that the call is over.
    End {
        /// Why.
        reason: CallEndReason,
        /// When the two were connected first.
        connected_at: Option<Timestamp>,
        /// When it ended.
        ended_at: Timestamp,
    },
    /// Close the connection.
    Close,
    /// Tell the person.
    Notify(Phase),
}

//! The best-and-final round.

use opener_negotiation::{dialogue, request};
use opener_trade::{DocumentId, PeerId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The last round, as one seller is asked into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastRoundView {
    /// The document that asked.
    pub asked: DocumentId,
    /// The last bid is taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here.
    pub award_by: Timestamp,
    /// The seller has sent its last bid.
    pub answered: bool,
}

impl LastRoundView {
    pub(super) fn of(state: &dialogue::State) -> Option<Self> {
        state.last_round.map(|round| LastRoundView {
            asked: round.asked,
            deadline: round.deadline,
            award_by: round.award_by,
            answered: state.last_bid_is_made(),
        })
    }
}

/// The last round, as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AdmittedView {
    /// The sellers that the buyer has admitted.
    pub sellers: Vec<PeerId>,
    /// Their last bids are taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here.
    pub award_by: Timestamp,
}

impl From<&request::LastRound> for AdmittedView {
    fn from(round: &request::LastRound) -> Self {
        AdmittedView {
            sellers: round.sellers.iter().copied().collect(),
            deadline: round.deadline,
            award_by: round.award_by,
        }
    }
}

/// Documents that were signed and queued, one for each recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignedEach {
    /// The documents.
    pub documents: Vec<DocumentId>,
}

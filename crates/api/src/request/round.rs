//! The best-and-final round.

use opener_peer::{Handle, LastBids};
use opener_trade::{DealId, PeerId, PeerText, Timestamp, limits::REMARK_BYTES};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::SignedEach};

/// Asks the admitted sellers for their last bids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RoundBestAndFinal {
    /// The deal.
    pub deal: DealId,
    /// Whom the buyer admits: sellers whose bids stand. None of them learns of the others.
    pub sellers: Vec<PeerId>,
    /// Their last bids are taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here; with as much time as the request gave if nothing is said.
    pub award_by: Option<Timestamp>,
    /// In words, to each of them.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

pub(super) async fn best_and_final(
    handle: &Handle,
    said: RoundBestAndFinal,
) -> Result<SignedEach, ApiError> {
    let asked = LastBids {
        sellers: said.sellers,
        deadline: said.deadline,
        award_by: said.award_by,
        remark: said.remark.unwrap_or_default(),
    };
    let documents = handle.ask_last_bids(said.deal, asked).await?;
    Ok(SignedEach { documents })
}

//! Rankings.

use opener_negotiation::Role;
use opener_peer::Handle;
use opener_trade::DealId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::RankingView};

/// Asks how the bids rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RankingShow {
    /// The deal.
    pub deal: DealId,
    /// For this lot; absent for the whole request.
    pub lot: Option<u16>,
}

pub(super) async fn show(handle: &Handle, asked: RankingShow) -> Result<RankingView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    if deal.role != Role::Buyer {
        return Err(ApiError::not_found("request of mine"));
    }
    if asked
        .lot
        .is_some_and(|lot| !deal.rfp.body.lots.iter().any(|known| known.number == lot))
    {
        return Err(ApiError::not_found("lot"));
    }
    Ok(RankingView::new(&deal, asked.lot))
}

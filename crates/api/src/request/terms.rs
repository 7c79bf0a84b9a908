//! The final terms.

use opener_negotiation::Role;
use opener_peer::Handle;
use opener_trade::{DealId, PeerId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::find::dialogue;
use crate::{
    ApiError,
    view::{Signed, TermsView},
};

/// Signs the final terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct TermsSign {
    /// The deal.
    pub deal: DealId,
    /// Buyer: with which seller.
    pub seller: Option<PeerId>,
}

/// Asks for the final terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct TermsShow {
    /// The deal.
    pub deal: DealId,
    /// Buyer: with which seller.
    pub seller: Option<PeerId>,
}

pub(super) async fn sign(handle: &Handle, asked: TermsSign) -> Result<Signed, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let state = dialogue(&deal, asked.seller)?;
    let seller = (deal.role == Role::Buyer).then_some(state.seller);
    let document = handle.sign_terms(asked.deal, seller).await?;
    Ok(Signed { document })
}

pub(super) async fn show(handle: &Handle, asked: TermsShow) -> Result<TermsView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let state = dialogue(&deal, asked.seller)?;
    TermsView::new(state)?.ok_or_else(|| ApiError::not_found("contract"))
}

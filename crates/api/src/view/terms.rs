//! The final terms.

use opener_decision::{Concluded, terms_of};
use opener_negotiation::dialogue::{Phase, State};
use opener_trade::{DealId, DocumentId, Invalid, PeerId, document::Terms};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What both sides sign and the directory learns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TermsView {
    /// The deal.
    pub deal: DealId,
    /// The seller.
    pub seller: PeerId,
    /// The terms, disclosed as the stricter of both wishes allows.
    pub terms: Terms,
    /// Their id, once somebody has signed.
    pub document: Option<DocumentId>,
    /// Whether the buyer has signed.
    pub signed_by_buyer: bool,
    /// Whether the seller has signed.
    pub signed_by_seller: bool,
}

/// The terms that follow from the documents of a dialogue; none before a contract.
///
/// # Errors
/// The documents contradict each other.
pub(crate) fn computed(state: &State) -> Result<Option<Terms>, Invalid> {
    if !matches!(
        state.phase,
        Phase::Answered | Phase::Concluded | Phase::Reported
    ) {
        return Ok(None);
    }
    let (Some(offer), Some(placed)) = (&state.standing, &state.order) else {
        return Ok(None);
    };
    let Some(response) = &placed.response else {
        return Ok(None);
    };
    terms_of(Concluded {
        deal: state.deal,
        buyer: state.buyer,
        seller: state.seller,
        rfp_id: state.rfp.id(),
        rfp: &state.rfp.body,
        bid_id: offer.id(),
        bid: offer.bid(),
        order_id: placed.document.id(),
        ordered_at: placed.document.header.issued_at,
        order: placed.order(),
        response_id: response.id(),
        accepted_at: response.header.issued_at.min(placed.order().decide_at()),
        response: &response.body,
        change: placed.amended.as_ref().map(|it| (it.agreement, &*it.order)),
    })
    .map(Some)
}

impl TermsView {
    /// The terms as signed, or as they would be signed.
    pub(crate) fn new(state: &State) -> Result<Option<Self>, Invalid> {
        let signed = state
            .terms
            .by_buyer
            .as_ref()
            .or(state.terms.by_seller.as_ref());
        let terms = match signed {
            Some(signed) => Terms::clone(signed),
            None => match computed(state)? {
                Some(terms) => terms,
                None => return Ok(None),
            },
        };
        Ok(Some(TermsView {
            deal: state.deal,
            seller: state.seller,
            terms,
            document: signed.map(|signed| signed.id()),
            signed_by_buyer: state.terms.by_buyer.is_some(),
            signed_by_seller: state.terms.by_seller.is_some(),
        }))
    }
}

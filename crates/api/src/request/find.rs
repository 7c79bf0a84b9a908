//! Finding a dialogue or a bid in a deal.

use opener_negotiation::{Role, dialogue::State};
use opener_peer::DealSnapshot;
use opener_trade::{DocumentId, PeerId};

use crate::ApiError;

/// The dialogue with a seller; where there is one dialogue only, it need not be named.
pub(super) fn dialogue(deal: &DealSnapshot, seller: Option<PeerId>) -> Result<&State, ApiError> {
    match (deal.role, seller, deal.dialogues.as_slice()) {
        (Role::Seller, _, [own, ..]) | (Role::Buyer, None, [own]) => Ok(own),
        (Role::Buyer, Some(seller), all) => all
            .iter()
            .find(|state| state.seller == seller)
            .ok_or_else(|| ApiError::not_found("dialogue")),
        (Role::Buyer, None, [_, _, ..]) => {
            Err(ApiError::invalid("seller", "say with which seller"))
        }
        _ => Err(ApiError::not_found("dialogue")),
    }
}

/// The dialogue that a bid was made in.
pub(super) fn dialogue_of_bid(deal: &DealSnapshot, bid: DocumentId) -> Result<&State, ApiError> {
    let holds = |state: &&State| {
        let offers = [&state.standing, &state.late, &state.unconfirmed]
            .into_iter()
            .flatten()
            .chain(&state.superseded);
        offers.into_iter().any(|offer| offer.id() == bid)
    };
    deal.dialogues
        .iter()
        .find(holds)
        .ok_or_else(|| ApiError::not_found("bid"))
}

/// Refuses what only the buyer does.
pub(super) fn require_buyer(deal: &DealSnapshot) -> Result<(), ApiError> {
    match deal.role {
        Role::Buyer => Ok(()),
        Role::Seller => Err(ApiError::not_found("request of mine")),
    }
}

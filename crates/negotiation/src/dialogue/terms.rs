//! Rules for the final terms.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Verified,
    document::{FinalTerms, Terms},
    envelope::open_as,
};

use super::{
    Effect, NoticeKind, notify,
    state::{Phase, State},
};
use crate::{Rejection, Role};

impl State {
    /// One side's signature. The second must cover the same bytes as the first.
    pub(super) fn sign_terms(
        &mut self,
        sender: Role,
        id: DocumentId,
        body: &FinalTerms,
    ) -> Result<Vec<Effect>, Rejection> {
        // The buyer signs terms only of a deal that it has concluded, so its signature says what a lost receipt would.
        let learns = self.phase == Phase::Answered && sender == Role::Buyer;
        if self.phase != Phase::Concluded && !learns {
            return Err(Rejection::not_allowed(
                "there is no concluded deal to sign terms of",
            ));
        }
        let signed: Verified<Terms> = open_as(&body.signed)
            .map_err(|e| Rejection::new(e.reason(), format!("the terms: {e}")))?;
        if signed.signer() != self.party(sender) {
            return Err(Rejection::not_allowed("each side signs for itself"));
        }
        self.check_terms(&signed)?;
        if let Some(first) = self.terms.of(sender.other())
            && first.id() != signed.id()
        {
            return Err(Rejection::stale(
                "the other side signed other terms",
                first.id(),
            ));
        }
        if self.terms.of(sender).is_some() {
            return Err(Rejection::not_allowed("this side has signed already"));
        }
        *self.terms.of_mut(sender) = Some(Arc::new(signed));
        self.phase = Phase::Concluded;
        let (Some(by_buyer), Some(by_seller)) = (&self.terms.by_buyer, &self.terms.by_seller)
        else {
            return Ok(self.tell(sender, NoticeKind::TermsToSign, id));
        };
        self.phase = Phase::Reported;
        let report = Effect::Report {
            by_buyer: by_buyer.bytes().clone(),
            by_seller: by_seller.bytes().clone(),
        };
        Ok(vec![report, notify(NoticeKind::TermsSigned, Some(id))])
    }

    /// The terms are those of this deal: its parties, its documents, its moments, its total.
    fn check_terms(&self, terms: &Terms) -> Result<(), Rejection> {
        let other = || Rejection::not_allowed("the terms are not those of this deal");
        let (Some(standing), Some(placed)) = (&self.standing, &self.order) else {
            return Err(other());
        };
        let Some(response) = &placed.response else {
            return Err(other());
        };
        let order = placed.order();
        let same = terms.deal == self.deal
            && terms.buyer == self.buyer
            && terms.seller == self.seller
            && terms.rfp == self.rfp.id()
            && terms.bid == standing.document.id()
            && terms.order == placed.document.id()
            && terms.response == response.id()
            && terms.bid_valid_until == standing.bid().valid_until
            && terms.ordered_at == placed.document.header.issued_at
            && terms.answer_by == order.decide_at()
            && terms.accepted_at == response.header.issued_at
            && terms.disclosure == order.disclosure
            && (placed.confirmation.is_some()
                || terms.total.is_none_or(|total| total == order.total));
        if same { Ok(()) } else { Err(other()) }
    }
}

//! Rules for the final terms.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Money, Quantity, Timestamp, Verified,
    document::{FinalTerms, Terms},
    envelope::open_as,
};

use super::{
    Effect, NoticeKind,
    exact::Agreed,
    notify,
    placed::Placed,
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
        at: Timestamp,
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
        let mut told = self.check_proposal(sender, signed.change, at)?;
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
            told.extend(learns.then(|| notify(NoticeKind::DealConcluded, self.response_id())));
            told.extend(self.tell(sender, NoticeKind::TermsToSign, id));
            return Ok(told);
        };
        self.phase = Phase::Reported;
        let report = Effect::Report {
            by_buyer: by_buyer.bytes().clone(),
            by_seller: by_seller.bytes().clone(),
        };
        told.extend([report, notify(NoticeKind::TermsSigned, Some(id))]);
        Ok(told)
    }

    /// Nobody signs while a change is proposed; a signature that crosses the proposal stands. Terms that rest on our
    /// agreement say that the proposer had it.
    fn check_proposal(
        &mut self,
        sender: Role,
        change: Option<DocumentId>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(open) = &self.proposal else {
            return Ok(Vec::new());
        };
        if let Some(agreement) = open.agreement.filter(|it| Some(*it) == change)
            && sender != self.role
        {
            return Ok(self.settle_proposal(agreement));
        }
        let gone = open.by != self.role && open.agreement.is_none() && at > open.until;
        let crosses = sender != self.role && open.by == self.role;
        if crosses || (sender == self.role && gone) {
            return Ok(Vec::new());
        }
        Err(Rejection::not_allowed(
            "a change of the order is proposed: that is answered or taken back first",
        ))
    }

    /// The terms are those of this deal: its parties, its documents, its moments, its goods and its total.
    fn check_terms(&self, terms: &Terms) -> Result<(), Rejection> {
        let other = || Rejection::not_allowed("the terms are not those of this deal");
        let (Some(standing), Some(placed)) = (&self.standing, &self.order) else {
            return Err(other());
        };
        let Some(response) = &placed.response else {
            return Err(other());
        };
        let order = placed.order();
        let agreed = Agreed::of_order(&self.rfp.body, standing.bid(), placed.agreed_order());
        let same = terms.deal == self.deal
            && terms.buyer == self.buyer
            && terms.seller == self.seller
            && terms.rfp == self.rfp.id()
            && terms.bid == standing.id()
            && terms.order == placed.document.id()
            && terms.response == response.id()
            && terms.bid_valid_until == standing.bid().valid_until
            && terms.ordered_at == placed.document.header.issued_at
            && terms.answer_by == order.decide_at()
            && terms.accepted_at == response.header.issued_at.min(order.decide_at())
            && terms.disclosure == order.disclosure
            && terms.change == placed.amended.as_ref().map(|it| it.agreement)
            && terms
                .region
                .is_none_or(|region| region == agreed.delivery.place.country)
            && is_or_absent(&terms.delivery, Some(agreed.delivery))
            && is_or_absent(&terms.incoterm, agreed.incoterm)
            && is_or_absent(&terms.payment, agreed.payment)
            && terms
                .total
                .is_none_or(|total| same_goods(terms, total, placed));
        if same { Ok(()) } else { Err(other()) }
    }
}

fn is_or_absent<T: PartialEq>(said: &Option<T>, agreed: Option<&T>) -> bool {
    said.is_none() || said.as_ref() == agreed
}

/// The lines and charges are those of the order as both have changed it, or as it was placed, or those of the changed
/// answer that the buyer confirmed. The total is their sum already.
fn same_goods(terms: &Terms, total: Money, placed: &Placed) -> bool {
    let order = placed.agreed_order();
    let said = terms
        .lines
        .iter()
        .map(|line| (line.line, line.quantity, line.price));
    let confirmed = placed.confirmation.as_ref();
    let same_lines = match confirmed.filter(|_| placed.amended.is_none()) {
        None => said.eq(order
            .lines
            .iter()
            .map(|line| (line.line, line.quantity, line.price))),
        Some(confirmation) => said.eq(confirmation.body.lines.iter().filter_map(|line| {
            let ordered = order
                .lines
                .iter()
                .find(|ordered| ordered.line == line.line)?;
            let unit = ordered.quantity.unit;
            let value = line.quantity;
            Some((line.line, Quantity { value, unit }, line.price))
        })),
    };
    same_lines && terms.charges == order.charges && total.currency() == order.total.currency()
}

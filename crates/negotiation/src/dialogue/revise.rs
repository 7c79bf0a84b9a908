//! Rules for a revised request: what it may change, and what becomes of the bids on the revision before.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Reason, Verified,
    document::{Document, Rfp},
};

use super::{
    Effect, NoticeKind,
    state::{Offer, Phase, State},
};
use crate::{Rejection, Role};

/// Revisions of one request. Buyers correct themselves some times; every revision is kept, and all sellers read it.
pub(crate) const REVISIONS: usize = 64;

/// What a revision may do to the schedule, by the rule printed in the revision before it. Every party judges it by the
/// moment at which the buyer signed, so all of them agree.
///
/// # Errors
/// `late` when bids are no longer taken, `not-allowed` when a moment moves that must not.
pub(crate) fn check_revision(old: &Rfp, new: &Document<Rfp>) -> Result<(), Rejection> {
    let (before, after) = (&old.schedule, &new.body.schedule);
    let signed_at = new.header.issued_at;
    if new.body.revision <= old.revision {
        return Err(Rejection::new(
            Reason::RevisionMismatch,
            "a revision is numbered after the one before",
        ));
    }
    if signed_at > before.bid_deadline {
        return Err(Rejection::new(
            Reason::Late,
            "a request is revised before its deadline",
        ));
    }
    if after.open != before.open {
        return Err(Rejection::not_allowed("the opening moment stays"));
    }
    if after.bid_deadline < before.bid_deadline {
        return Err(Rejection::not_allowed("the deadline never moves earlier"));
    }
    let extension = old.rules.extension;
    let left = before.bid_deadline.since(signed_at);
    if left < extension && after.bid_deadline < signed_at.plus(extension) {
        return Err(Rejection::not_allowed(
            "so shortly before the deadline a revision moves it, by the time that the request printed",
        ));
    }
    Ok(())
}

impl State {
    /// A revision of the request. It has no effect on a dialogue that is over, and waits where an order is open.
    pub(super) fn revise(
        &mut self,
        rfp: Arc<Verified<Document<Rfp>>>,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.phase.is_terminal() {
            return Ok(Vec::new());
        }
        let latest = self.pending.as_ref().unwrap_or(&self.rfp);
        check_revision(&latest.body, &rfp)?;
        if self.revisions.len() >= REVISIONS {
            let rule = format!("a request has at most {REVISIONS} revisions");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        let id = rfp.id();
        self.revisions.push(id);
        if self.phase.is_before_order() {
            self.adopt(rfp);
        } else {
            self.pending = Some(rfp);
        }
        Ok(self.tell(Role::Buyer, NoticeKind::RequestRevised, id))
    }

    /// An order came to nothing and the bid stands again; what was revised meanwhile takes effect.
    pub(super) fn reopen(&mut self) {
        if self.called_off {
            self.phase = Phase::Cancelled;
            return;
        }
        self.phase = Phase::BidStanding;
        if let Some(rfp) = self.pending.take() {
            self.adopt(rfp);
        }
    }

    /// The newest bid on the revision before waits to be confirmed; one that had expired when the revision was signed
    /// ends the dialogue.
    fn adopt(&mut self, rfp: Arc<Verified<Document<Rfp>>>) {
        let signed_at = rfp.header.issued_at;
        self.rfp = rfp;
        let mut offers: Vec<Offer> = self.unconfirmed.take().into_iter().collect();
        offers.extend(self.standing.take());
        offers.extend(self.late.take());
        offers.sort_by_key(Offer::seq);
        let Some(newest) = offers.pop() else {
            return;
        };
        self.superseded.extend(offers);
        self.phase = if newest.bid().valid_until < signed_at && self.phase != Phase::NeedsReconfirm
        {
            Phase::LapsedExpired
        } else {
            Phase::NeedsReconfirm
        };
        self.unconfirmed = Some(newest);
    }

    /// Whether this is a revision of this request, the newest or an earlier one.
    pub(super) fn is_revision(&self, rfp: DocumentId) -> bool {
        self.revisions.contains(&rfp)
    }
}

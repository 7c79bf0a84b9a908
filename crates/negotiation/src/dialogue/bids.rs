//! Rules for intent, decline, bid and withdrawal.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_trade::{
    DocumentId, Reason, Timestamp, Verified,
    document::{Bid, Document, LineOffer, Rfp},
};

use super::{
    Effect, NoticeKind,
    firm::check_not_worse,
    state::{Offer, Phase, State},
};
use crate::{Rejection, Role};

/// Bids of one dialogue, revised ones included. Nobody haggles that often with one buyer, and all of them are kept.
pub(super) const BIDS: usize = 64;

impl State {
    pub(super) fn engage(
        &mut self,
        id: DocumentId,
        rfp: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        if !self.is_revision(rfp) {
            return Err(Rejection::stale("another revision stands", self.rfp.id()));
        }
        if !matches!(
            self.phase,
            Phase::Invited | Phase::Delivered | Phase::Engaged
        ) {
            return Err(Rejection::not_allowed("an intent comes before the bid"));
        }
        self.phase = Phase::Engaged;
        Ok(self.tell(Role::Seller, NoticeKind::IntentArrived, id))
    }

    pub(super) fn decline(
        &mut self,
        id: DocumentId,
        rfp: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        self.require_rfp(rfp)?;
        if !matches!(
            self.phase,
            Phase::Invited | Phase::Delivered | Phase::Engaged
        ) {
            return Err(Rejection::not_allowed(
                "who has bid withdraws the bid instead of declining",
            ));
        }
        self.phase = Phase::Declined;
        Ok(self.tell(Role::Seller, NoticeKind::SellerDeclined, id))
    }

    /// A bid, or a revised bid. A late one is kept apart and never replaces one that came in time.
    pub(super) fn bid(
        &mut self,
        document: Arc<Verified<Document<Bid>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let bid = &document.body;
        if !self.phase.takes_bids() {
            return Err(Rejection::not_allowed("this dialogue takes no more bids"));
        }
        let rfp = &self.rfp.body;
        if bid.revision != rfp.revision {
            return Err(Rejection {
                head: Some(self.rfp.id()),
                ..Rejection::new(Reason::RevisionMismatch, "another revision stands")
            });
        }
        self.require_rfp(bid.rfp)?;
        if self.role == Role::Buyer && at < rfp.schedule.open {
            return Err(Rejection::not_allowed("bids are not taken yet"));
        }
        check_scope(rfp, bid)?;
        if bid.valid_until < at {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        let current = || self.standing.iter().chain(&self.late);
        let is_last = self.check_last_bid(&document)?;
        if current().next().is_some() && !rfp.rules.repeated && !is_last {
            return Err(Rejection::not_allowed(
                "this request takes one bid from each seller",
            ));
        }
        if self.superseded.len() + current().chain(&self.unconfirmed).count() >= BIDS {
            return Err(Rejection::not_allowed(format!(
                "one seller bids at most {BIDS} times"
            )));
        }
        current().try_for_each(|earlier| check_not_worse(rfp, earlier.bid(), bid, at))?;
        self.check_own_counter(Role::Seller, at)?;
        let id = document.id();
        let confirms = self.phase == Phase::NeedsReconfirm;
        let is_late = self.keep(Offer::of_bid(document, at, self.role == Role::Buyer));
        Ok(self.tell(
            Role::Seller,
            match (is_late, confirms) {
                (true, _) => NoticeKind::LateBidArrived,
                (false, true) => NoticeKind::BidReconfirmed,
                (false, false) => NoticeKind::BidArrived,
            },
            id,
        ))
    }

    pub(super) fn withdraw(
        &mut self,
        id: DocumentId,
        bid: DocumentId,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let withdrawable = matches!(
            self.phase,
            Phase::BidStanding
                | Phase::CounteredByBuyer
                | Phase::CounteredBySeller
                | Phase::BidLate
                | Phase::NeedsReconfirm
        ) || (self.role == Role::Buyer && self.order_is_on_its_way());
        let newest = self.newest();
        let Some(newest) = newest.filter(|_| withdrawable) else {
            return Err(Rejection::not_allowed("there is no bid to withdraw"));
        };
        let current = || self.standing.iter().chain(&self.late);
        if current()
            .chain(&self.unconfirmed)
            .all(|offer| offer.id() != bid)
        {
            return Err(Rejection::stale("another bid stands", newest.id()));
        }
        let firm = current().any(|offer| offer.bid().commitment.is_firm_at(at));
        if firm && holds(Countermeasure::FirmWithdrawal) {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "the bid is firm and cannot be withdrawn yet",
            ));
        }
        self.check_own_counter(Role::Seller, at)?;
        self.phase = Phase::Withdrawn;
        Ok(self.tell(Role::Seller, NoticeKind::BidWithdrawn, id))
    }

    /// The seller answers orders, so a withdrawal before its answer was written before the order reached it; but not
    /// one that comes after its receipt for the order.
    fn order_is_on_its_way(&self) -> bool {
        self.phase == Phase::Ordered
            && self
                .order
                .as_ref()
                .is_some_and(|placed| placed.received_at.is_none())
    }
}

/// What a bid must have to answer this request at all.
pub(super) fn check_scope(rfp: &Rfp, bid: &Bid) -> Result<(), Rejection> {
    if !rfp.currencies.contains(&bid.currency) {
        let allowed: Vec<_> = rfp
            .currencies
            .iter()
            .map(|currency| currency.code())
            .collect();
        let rule = format!("bids are taken in {}", allowed.join(", "));
        return Err(Rejection::new(Reason::CurrencyNotAllowed, rule));
    }
    for line in &bid.lines {
        let Some(asked) = rfp.line(line.line) else {
            return Err(Rejection::new(
                Reason::Malformed,
                format!("line {} was not asked for", line.line),
            ));
        };
        if line.offer == LineOffer::Alternative && !rfp.rules.alternatives {
            return Err(Rejection::not_allowed(format!(
                "line {}: alternatives are not taken",
                line.line
            )));
        }
        let same_unit = line.quantity.unit == asked.quantity.unit;
        if line.is_offered() && same_unit && line.quantity.value > asked.quantity.value {
            return Err(Rejection::new(
                Reason::QuantityExceeded,
                format!("line {}: more than asked", line.line),
            ));
        }
    }
    if !rfp.rules.partial {
        let missing = rfp.lines.iter().filter(|line| !line.optional).find(|line| {
            let lot_is_offered = line.lot.is_none()
                || bid
                    .offered()
                    .any(|offered| rfp.lot_of(offered.line) == line.lot);
            lot_is_offered && !bid.offered().any(|offered| offered.line == line.number)
        });
        if let Some(line) = missing {
            return Err(Rejection::not_allowed(format!(
                "line {} is missing and partial bids are not taken",
                line.number
            )));
        }
    }
    Ok(())
}

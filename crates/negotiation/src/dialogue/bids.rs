//! Rules for intent, decline, bid and withdrawal.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Reason, Timestamp, Verified,
    document::{Bid, Commitment, Document, LineOffer, Rfp},
};

use super::{
    Effect, NoticeKind, notify,
    state::{Offer, Phase, State},
};
use crate::{Entry, Rejection, Role};

impl State {
    pub(super) fn engage(
        &mut self,
        id: DocumentId,
        rfp: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        self.require_rfp(rfp)?;
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
        let newest = self.standing.as_ref().or(self.late.as_ref());
        if newest.is_some() && !rfp.rules.repeated {
            return Err(Rejection::not_allowed(
                "this request takes one bid from each seller",
            ));
        }
        if let Some(standing) = &self.standing {
            check_not_worse(standing.bid(), bid, at)?;
        }
        let id = document.id();
        let offer = Offer {
            document,
            received_at: at,
            proved: self.role == Role::Buyer,
        };
        if at > rfp.schedule.bid_deadline {
            self.superseded.extend(self.late.replace(offer));
            if self.standing.is_none() {
                self.phase = Phase::BidLate;
            }
            return Ok(self.tell(Role::Seller, NoticeKind::LateBidArrived, id));
        }
        self.superseded.extend(self.standing.replace(offer));
        self.phase = Phase::BidStanding;
        Ok(self.tell(Role::Seller, NoticeKind::BidArrived, id))
    }

    pub(super) fn withdraw(
        &mut self,
        id: DocumentId,
        bid: DocumentId,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let withdrawable = matches!(self.phase, Phase::BidStanding | Phase::BidLate)
            // The seller answers orders, so a withdrawal that precedes its answer came before the order reached it.
            || (self.phase == Phase::Ordered && self.role == Role::Buyer);
        if !withdrawable {
            return Err(Rejection::not_allowed("there is no bid to withdraw"));
        }
        let Some(newest) = self.standing.as_ref().or(self.late.as_ref()) else {
            return Err(Rejection::not_allowed("there is no bid to withdraw"));
        };
        if newest.document.id() != bid {
            return Err(Rejection::stale("another bid stands", newest.document.id()));
        }
        if newest.bid().commitment.is_firm_at(at) {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "the bid is firm and cannot be withdrawn yet",
            ));
        }
        self.phase = Phase::Withdrawn;
        Ok(self.tell(Role::Seller, NoticeKind::BidWithdrawn, id))
    }

    /// The buyer admits a late bid: from here on it stands like any other.
    pub(super) fn admit_late(&mut self, bid: DocumentId) -> Result<Vec<Effect>, Rejection> {
        if self.role != Role::Buyer {
            return Err(Rejection::not_allowed("only the buyer admits a late bid"));
        }
        if !matches!(self.phase, Phase::BidLate | Phase::BidStanding) {
            return Err(Rejection::not_allowed("this dialogue takes no more bids"));
        }
        match self.late.take() {
            Some(late) if late.document.id() == bid => {
                self.superseded.extend(self.standing.replace(late));
                self.phase = Phase::BidStanding;
                Ok(vec![Effect::Persist(Entry::AdmitLate { bid })])
            }
            late => {
                self.late = late;
                Err(Rejection::not_allowed("there is no such late bid"))
            }
        }
    }

    /// The buyer's receipt proves when a bid arrived, by the clock that judges the deadline.
    pub(super) fn prove_bid(&mut self, bid: DocumentId, at: Timestamp) -> Vec<Effect> {
        let deadline = self.rfp.body.schedule.bid_deadline;
        let prove = |offer: &mut Offer| {
            offer.received_at = at;
            offer.proved = true;
        };
        if let Some(standing) = self
            .standing
            .as_mut()
            .filter(|offer| offer.document.id() == bid)
        {
            prove(standing);
            if at > deadline && self.phase == Phase::BidStanding {
                self.late = self.standing.take();
                self.standing = self.superseded.pop();
                if self.standing.is_none() {
                    self.phase = Phase::BidLate;
                }
                return vec![notify(NoticeKind::BidWasLate, Some(bid))];
            }
        } else if let Some(late) = self
            .late
            .as_mut()
            .filter(|offer| offer.document.id() == bid)
        {
            prove(late);
            if at <= deadline && self.phase.takes_bids() {
                self.superseded.extend(self.standing.take());
                self.standing = self.late.take();
                self.phase = Phase::BidStanding;
            }
        }
        Vec::new()
    }
}

/// What a bid must have to answer this request at all.
fn check_scope(rfp: &Rfp, bid: &Bid) -> Result<(), Rejection> {
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

/// A firm bid is never made worse, and no commitment is ever shortened.
fn check_not_worse(old: &Bid, new: &Bid, at: Timestamp) -> Result<(), Rejection> {
    let Commitment::Firm { until } = old.commitment else {
        return Ok(());
    };
    if at > until {
        return Ok(());
    }
    let worse = |what: &str| {
        Err(Rejection::new(
            Reason::FirmCommitment,
            format!("a firm bid is not worsened: {what}"),
        ))
    };
    match new.commitment {
        Commitment::Firm { until: new_until } if new_until >= until => {}
        _ => return worse("it stays firm at least as long"),
    }
    if new.valid_until < old.valid_until {
        return worse("it stays valid at least as long");
    }
    if new.currency != old.currency || new.tax_basis != old.tax_basis {
        return worse("its currency and tax basis stay");
    }
    if new.all_or_nothing && !old.all_or_nothing {
        return worse("it may still be ordered in part");
    }
    for line in old.offered() {
        let kept = new.offered().find(|offered| {
            offered.line == line.line && offered.quantity.unit == line.quantity.unit
        });
        let Some(kept) = kept else {
            return worse("every line stays");
        };
        if kept.quantity.value < line.quantity.value || unit_price(kept) > unit_price(line) {
            return worse("no line gets less or dearer");
        }
        if kept.lead_time_days.unwrap_or(u32::MAX) > line.lead_time_days.unwrap_or(u32::MAX) {
            return worse("no line gets slower");
        }
    }
    let charges = |bid: &Bid| {
        bid.charges
            .iter()
            .map(|charge| i128::from(charge.amount.minor()))
            .sum::<i128>()
    };
    if charges(new) > charges(old) {
        worse("charges do not rise")
    } else {
        Ok(())
    }
}

fn unit_price(line: &opener_trade::document::BidLine) -> Option<rust_decimal::Decimal> {
    line.price
        .price
        .decimal()
        .checked_div(line.price.base_quantity.decimal())
}

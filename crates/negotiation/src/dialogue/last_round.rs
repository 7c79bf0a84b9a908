//! Rules for the best-and-final round: one for each request, for the sellers that the buyer admits.

use opener_trade::{
    DocumentId, Reason, Timestamp, Verified,
    document::{BestAndFinal, Bid, Document},
    switch::{Countermeasure, holds},
};

use super::{
    Effect, NoticeKind,
    state::{Offer, State},
};
use crate::{Rejection, Role};

/// The last round, as the buyer has asked this seller into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRound {
    /// The document that asked.
    pub asked: DocumentId,
    /// The last bid is taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here.
    pub award_by: Timestamp,
    /// The deadline has passed, by this side's clock.
    pub over: bool,
}

impl State {
    /// The buyer asks for the last bid. From here on there are no counter-offers, and no order before the deadline. All of
    /// it is judged by the moment at which the buyer signed, so both sides judge alike.
    pub(super) fn ask_last_bid(
        &mut self,
        document: &Verified<Document<BestAndFinal>>,
    ) -> Result<Vec<Effect>, Rejection> {
        let (id, asked, signed_at) = (document.id(), &document.body, document.header.issued_at);
        if self.last_round.is_some() && holds(Countermeasure::OneLastRound) {
            return Err(Rejection::not_allowed(
                "a request has one best-and-final round",
            ));
        }
        self.require_rfp(asked.rfp)?;
        self.follow_last_round(asked.offer);
        let Some(standing) = self
            .standing
            .as_ref()
            .filter(|_| self.phase.takes_counters())
        else {
            return Err(Rejection::not_allowed(
                "only a seller whose bid stands is asked for its last bid",
            ));
        };
        if asked.offer != standing.id() {
            return Err(Rejection::stale("another offer stands", standing.id()));
        }
        if signed_at <= self.rfp.body.schedule.bid_deadline {
            return Err(Rejection::not_allowed(
                "the best-and-final round comes after the deadline for bids",
            ));
        }
        if asked.deadline <= signed_at {
            return Err(Rejection::not_allowed(
                "the deadline of the best-and-final round must lie ahead",
            ));
        }
        if signed_at > standing.bid().valid_until {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        self.check_own_counter(Role::Buyer, signed_at)?;
        self.last_round = Some(LastRound {
            asked: id,
            deadline: asked.deadline,
            award_by: asked.award_by,
            over: false,
        });
        self.counter = None;
        self.rounds.last_by = None;
        self.settle_phase();
        Ok(self.tell(Role::Buyer, NoticeKind::LastBidAsked, id))
    }

    /// Whether the seller has sent its last bid.
    pub fn last_bid_is_made(&self) -> bool {
        let offers = self.superseded.iter().chain(&self.standing);
        offers.chain(&self.late).any(|offer| self.is_last(offer))
    }

    fn is_last(&self, offer: &Offer) -> bool {
        self.last_round
            .is_some_and(|round| offer.document.header.answers == Some(round.asked))
    }

    /// The deadline that judges a bid: the last round's for its answer, else the request's.
    pub fn deadline_of(&self, offer: &Offer) -> Timestamp {
        match self.last_round {
            Some(round) if self.is_last(offer) => round.deadline,
            _ => self.rfp.body.schedule.bid_deadline,
        }
    }

    /// Until when the buyer chooses.
    pub fn award_by(&self) -> Timestamp {
        let schedule = &self.rfp.body.schedule;
        self.last_round
            .map_or(schedule.award_by, |round| round.award_by)
    }

    /// In the last round there is one bid, in answer to the question; true if this is it.
    pub(super) fn check_last_bid(&self, bid: &Verified<Document<Bid>>) -> Result<bool, Rejection> {
        let Some(round) = self.last_round else {
            return Ok(false);
        };
        if bid.header.answers != Some(round.asked) {
            return Err(Rejection::stale(
                "the best-and-final round has begun; a bid answers it",
                round.asked,
            ));
        }
        if self.last_bid_is_made() && holds(Countermeasure::OneLastBid) {
            return Err(Rejection::not_allowed(
                "there is one bid in the best-and-final round",
            ));
        }
        Ok(true)
    }

    /// No counter-offer follows the last round's question; one that crossed it has lapsed.
    pub(super) fn check_no_last_round(&self) -> Result<(), Rejection> {
        match self.last_round {
            Some(round) if holds(Countermeasure::CounterAfterLastRound) => Err(Rejection::stale(
                "no counter-offer follows the best-and-final round",
                round.asked,
            )),
            _ => Ok(()),
        }
    }

    /// Nobody is ordered from while others may still bid.
    pub(super) fn check_order_after(&self, signed_at: Timestamp) -> Result<(), Rejection> {
        match self.last_round {
            Some(round)
                if signed_at <= round.deadline && holds(Countermeasure::OrderAfterLastRound) =>
            {
                Err(Rejection::not_allowed(
                    "an order comes after the deadline of the best-and-final round",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The last round's deadline, while its bid is awaited.
    pub(super) fn awaits_last_bid(&self) -> Option<Timestamp> {
        let round = self.last_round.filter(|round| !round.over)?;
        (!self.last_bid_is_made()).then_some(round.deadline)
    }

    /// The moment up to which the last round is open, if it is.
    pub(super) fn last_round_until(&self) -> Option<Timestamp> {
        let round = self.last_round.filter(|round| !round.over);
        round.map(|round| round.deadline)
    }

    /// The last round ends in time; true if it just did.
    pub(super) fn end_last_round(&mut self, now: Timestamp) -> bool {
        match &mut self.last_round {
            Some(round) if !round.over && now > round.deadline => {
                round.over = true;
                true
            }
            _ => false,
        }
    }
}

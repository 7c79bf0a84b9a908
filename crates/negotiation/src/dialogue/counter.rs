//! Rules for counter-offers: one open at a time, on the offer that stands, in counted rounds.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_trade::{
    DocumentId, Reason, Timestamp, Verified,
    document::{Bid, Commitment, Counter, Document, Rfp},
};

use super::{
    Effect, NoticeKind,
    bids::check_scope,
    firm::keeps_commitment,
    state::{Offer, Phase, State},
};
use crate::{Rejection, Role};

/// A counter-offer that waits for its answer.
#[derive(Debug, Clone)]
pub struct OpenCounter {
    /// The counter-offer.
    pub document: Arc<Verified<Document<Counter>>>,
    /// Who made it; the other side answers.
    pub by: Role,
    /// The offer that stands if it is accepted.
    pub proposed: Arc<Bid>,
}

impl OpenCounter {
    /// Whether its sender may not take it back yet.
    /// Changes an offer that has got more time; false where the change would shorten that.
    pub(super) fn moves_to(&mut self, rfp: &Rfp, offer: &Bid) -> bool {
        let moved = proposed(rfp, offer, &self.document.body);
        moved.map(|bid| self.proposed = Arc::new(bid)).is_ok()
    }

    fn is_firm_at(&self, at: Timestamp) -> bool {
        self.document.body.commitment.is_firm_at(at)
    }
}

/// How far the counter-offers of a dialogue have come.
#[derive(Debug, Clone, Default)]
pub(super) struct Rounds {
    /// Counter-offers made, by either side; two that crossed count once.
    pub(super) made: u8,
    /// Who made the last one.
    pub(super) last_by: Option<Role>,
    /// The last one of each side: buyer, seller.
    pub(super) last: [Option<DocumentId>; 2],
}

const fn place(role: Role) -> usize {
    match role {
        Role::Buyer => 0,
        Role::Seller => 1,
    }
}

/// What a counter-offer proposes: a bid that the request takes, and that shortens no firm commitment.
fn proposed(rfp: &Rfp, offer: &Bid, counter: &Counter) -> Result<Bid, Rejection> {
    let proposed = offer.with_changes(&counter.changes)?;
    check_scope(rfp, &proposed)?;
    let firm = matches!(offer.commitment, Commitment::Firm { .. });
    if firm && !keeps_commitment(offer, &proposed) {
        return Err(Rejection::new(
            Reason::FirmCommitment,
            "a firm offer stays firm and valid at least as long",
        ));
    }
    Ok(proposed)
}

impl State {
    /// The number of the next counter-offer.
    pub const fn next_round(&self) -> u8 {
        self.rounds.made.saturating_add(1)
    }

    /// A counter-offer. The buyer makes the first; an open one is answered by the other side, also by one of its own. Two
    /// of the same round have crossed: both lapse, and the offer stands.
    pub(super) fn counter(
        &mut self,
        sender: Role,
        document: Arc<Verified<Document<Counter>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        self.check_no_last_round()?;
        if sender == Role::Buyer {
            self.follow_admission(document.body.offer);
        }
        if !self.phase.takes_counters() {
            return Err(Rejection::not_allowed(
                "no offer stands that could be changed",
            ));
        }
        let Some(standing) = &self.standing else {
            return Err(Rejection::not_allowed(
                "no offer stands that could be changed",
            ));
        };
        let (id, counter) = (document.id(), &document.body);
        if counter.offer != standing.id() && holds(Countermeasure::StaleCounter) {
            return Err(Rejection::stale("another offer stands", standing.id()));
        }
        let crossed = counter.round == self.rounds.made
            && self.rounds.last_by.is_some_and(|last| last != sender);
        if crossed {
            self.counter = None;
            self.rounds.last_by = None;
            self.rounds.last[place(sender)] = Some(id);
            self.phase = Phase::BidStanding;
            return Ok(self.tell(sender, NoticeKind::CountersCrossed, id));
        }
        let head = self
            .counter
            .as_ref()
            .map_or(standing.id(), |open| open.document.id());
        if counter.round != self.next_round() {
            return Err(Rejection::stale("another round is open", head));
        }
        let over = counter.round > self.rfp.body.rules.max_rounds;
        if over && holds(Countermeasure::RoundLimit) {
            return Err(Rejection::new(
                Reason::RoundsExhausted,
                format!(
                    "this request allows {} rounds",
                    self.rfp.body.rules.max_rounds
                ),
            ));
        }
        if counter.round == 1 && sender == Role::Seller {
            return Err(Rejection::not_allowed(
                "the buyer makes the first counter-offer",
            ));
        }
        if self.counter.as_ref().is_some_and(|open| open.by == sender) {
            return Err(Rejection::not_allowed("the other side answers first"));
        }
        if counter.valid_until < at {
            return Err(Rejection::new(
                Reason::Expired,
                "the counter-offer has expired",
            ));
        }
        if counter.valid_until > standing.bid().valid_until {
            return Err(Rejection::not_allowed(
                "a counter-offer is valid no longer than the offer that it changes",
            ));
        }
        let proposed = proposed(&self.rfp.body, standing.bid(), counter)?;
        if proposed.valid_until < at {
            return Err(Rejection::new(
                Reason::Expired,
                "the new offer would have expired",
            ));
        }
        self.rounds.made = counter.round;
        self.rounds.last_by = Some(sender);
        self.rounds.last[place(sender)] = Some(id);
        self.counter = Some(OpenCounter {
            document,
            by: sender,
            proposed: Arc::new(proposed),
        });
        self.phase = Phase::countered_by(sender);
        Ok(self.tell(sender, NoticeKind::CounterArrived, id))
    }

    /// The other side takes the counter-offer: what it proposes is the offer that stands from here on.
    pub(super) fn accept_counter(
        &mut self,
        sender: Role,
        id: DocumentId,
        counter: DocumentId,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let open = self.open_counter(counter)?;
        if open.by == sender {
            return Err(Rejection::not_allowed(
                "nobody accepts their own counter-offer",
            ));
        }
        if at > open.document.body.valid_until || at > open.proposed.valid_until {
            return Err(Rejection::new(
                Reason::Expired,
                "the counter-offer has expired",
            ));
        }
        let (Some(open), Some(standing)) = (self.counter.take(), self.standing.take()) else {
            return Err(Rejection::not_allowed("no counter-offer is open"));
        };
        let offer = standing.countered(counter, open.proposed, id, sender != self.role);
        self.superseded.push(standing);
        self.standing = Some(offer);
        self.rounds.last_by = None;
        self.phase = Phase::BidStanding;
        Ok(self.tell(sender, NoticeKind::CounterAccepted, id))
    }

    /// The offer stands as it was. Its own sender may take a counter-offer back, unless it is firm.
    pub(super) fn refuse_counter(
        &mut self,
        sender: Role,
        id: DocumentId,
        counter: DocumentId,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        // It has lapsed here already, in time or by crossing another.
        let stands = self
            .standing
            .as_ref()
            .is_some_and(|offer| offer.id() == counter);
        let over = self
            .counter
            .as_ref()
            .is_none_or(|open| open.document.id() != counter);
        if over && !stands && self.rounds.last.contains(&Some(counter)) {
            return Ok(Vec::new());
        }
        let open = self.open_counter(counter)?;
        let own = open.by == sender;
        if own && open.is_firm_at(at) {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "the counter-offer is firm and cannot be taken back yet",
            ));
        }
        self.counter = None;
        // Taken back, it may still cross one of the other side.
        if !own {
            self.rounds.last_by = None;
        }
        self.phase = Phase::BidStanding;
        let kind = if own {
            NoticeKind::CounterWithdrawn
        } else {
            NoticeKind::CounterRefused
        };
        Ok(self.tell(sender, kind, id))
    }

    fn open_counter(&self, counter: DocumentId) -> Result<&OpenCounter, Rejection> {
        let Some(open) = &self.counter else {
            return Err(Rejection {
                head: self.standing.as_ref().map(Offer::id),
                ..Rejection::new(Reason::Stale, "no counter-offer is open")
            });
        };
        if open.document.id() != counter {
            let head = open.document.id();
            return Err(Rejection::stale("another counter-offer is open", head));
        }
        Ok(open)
    }

    /// A side may not set aside its own counter-offer while that is firm.
    pub(super) fn check_own_counter(&self, sender: Role, at: Timestamp) -> Result<(), Rejection> {
        match &self.counter {
            Some(open) if open.by == sender && open.is_firm_at(at) => Err(Rejection::new(
                Reason::FirmCommitment,
                "a firm counter-offer of this side is open",
            )),
            _ => Ok(()),
        }
    }
}

//! The best-and-final round of a request: whom the buyer admits, and its moments.

use std::collections::BTreeSet;

use opener_trade::{PeerId, Timestamp, document::Schedule};

use super::{
    effect::Effect,
    state::{Phase, State},
};
use crate::Rejection;

/// The last round: bids of the admitted sellers alone, then the choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRound {
    /// The sellers that the buyer admits; each was asked by a document of its own.
    pub sellers: BTreeSet<PeerId>,
    /// Their bids are taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here.
    pub award_by: Timestamp,
}

impl State {
    /// The moments that count: those of the request, or of its last round.
    pub fn schedule(&self) -> Schedule {
        let schedule = self.rfp.body.schedule;
        match &self.last_round {
            None => schedule,
            Some(round) => Schedule {
                bid_deadline: round.deadline,
                award_by: round.award_by,
                ..schedule
            },
        }
    }

    /// Begins the last round. Bids are collected again, of the admitted sellers.
    pub(super) fn begin_last_round(
        &mut self,
        now: Timestamp,
        sellers: &[PeerId],
        deadline: Timestamp,
        award_by: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let passed = self.pass(now);
        if self.last_round.is_some() {
            return Err(Rejection::not_allowed(
                "a request has one best-and-final round",
            ));
        }
        if self.phase != Phase::Evaluating {
            return Err(Rejection::not_allowed(
                "the best-and-final round comes after the deadline for bids, when bids stand and nothing is ordered",
            ));
        }
        if sellers.is_empty() || sellers.iter().any(|seller| !self.bidders.contains(seller)) {
            return Err(Rejection::not_allowed(
                "admit sellers whose bids stand to the best-and-final round",
            ));
        }
        if deadline <= now || award_by < deadline {
            return Err(Rejection::not_allowed(
                "the deadline of the best-and-final round lies ahead, and before the time to choose ends",
            ));
        }
        self.last_round = Some(LastRound {
            sellers: sellers.iter().copied().collect(),
            deadline,
            award_by,
        });
        self.deadline_passed = false;
        self.phase = Phase::Collecting;
        Ok(passed)
    }

    /// Nothing is ordered while admitted sellers may still bid.
    pub(super) fn check_round_is_over(&self) -> Result<(), Rejection> {
        if self.last_round.is_some() && !self.deadline_passed {
            return Err(Rejection::not_allowed(
                "an order comes after the deadline of the best-and-final round",
            ));
        }
        Ok(())
    }
}

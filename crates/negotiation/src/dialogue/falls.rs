//! What happens when the time to act passes unused.

use opener_trade::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::state::{Phase, State};

/// What happens when the time to act passes unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Falls {
    /// Bids are no longer taken.
    BiddingEnds,
    /// The offer that stands expires.
    BidExpires,
    /// The counter-offer lapses; the offer before it stands.
    CounterLapses,
    /// The order ends unanswered; the quantity is free again.
    OrderLapses,
    /// The time to choose ends without an award.
    ChoiceEnds,
    /// The proposal lapses; the order stays as it is.
    AmendmentLapses,
}

impl Falls {
    /// What happens at the end of a turn in this phase, where the buyer chooses until `award_by`.
    pub fn of(phase: Phase, until: Timestamp, award_by: Timestamp) -> Option<Self> {
        match phase {
            Phase::Invited | Phase::Delivered | Phase::Engaged => Some(Falls::BiddingEnds),
            Phase::NeedsReconfirm => Some(Falls::BidExpires),
            Phase::CounteredByBuyer | Phase::CounteredBySeller => Some(Falls::CounterLapses),
            Phase::BidStanding | Phase::BidLate if until < award_by => Some(Falls::BidExpires),
            Phase::BidStanding | Phase::BidLate => Some(Falls::ChoiceEnds),
            Phase::Ordered | Phase::Answered | Phase::Conditional => Some(Falls::OrderLapses),
            Phase::Concluded => Some(Falls::AmendmentLapses),
            _ => None,
        }
    }
}

impl State {
    /// What happens when the time of [`State::turn`] passes unused; nothing where no time is set.
    pub fn falls(&self) -> Option<Falls> {
        match self.awaits_last_bid() {
            Some(_) => Some(Falls::BiddingEnds),
            None => Falls::of(self.phase, self.turn().until?, self.award_by()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_bid_expires_or_outlives_the_choice() {
        let at = Timestamp::from_millis;
        let standing = |until| Falls::of(Phase::BidStanding, at(until), at(50));
        assert_eq!(standing(49), Some(Falls::BidExpires));
        assert_eq!(standing(50), Some(Falls::ChoiceEnds));
    }

    #[test]
    fn nothing_happens_to_what_is_over() {
        let at = Timestamp::from_millis;
        for phase in [Phase::Reported, Phase::Declined, Phase::LapsedExpired] {
            assert_eq!(Falls::of(phase, at(1), at(1)), None, "{phase:?}");
        }
    }
}

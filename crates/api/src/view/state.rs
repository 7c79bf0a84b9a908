//! States as codes.

use opener_negotiation::{
    Role,
    dialogue::{self, Falls},
    request,
};
use opener_trade::Timestamp;
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use ts_rs::TS;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident from $phase:ty { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl From<$phase> for $name {
            fn from(phase: $phase) -> Self {
                match phase { $(<$phase>::$variant => $name::$variant,)* }
            }
        }

        impl From<$name> for $phase {
            fn from(state: $name) -> Self {
                match state { $($name::$variant => <$phase>::$variant,)* }
            }
        }
    };
}

codes! {
    /// Where one dialogue stands.
    DialogueState from dialogue::Phase {
        /// Buyer: the RFP is on its way.
        Invited,
        /// The seller has the RFP.
        Delivered,
        /// The seller means to bid.
        Engaged,
        /// A bid stands.
        BidStanding,
        /// The only bid came after the deadline.
        BidLate,
        /// The buyer's counter-offer is open; the seller must answer.
        CounteredByBuyer,
        /// The seller's counter-offer is open; the buyer must answer.
        CounteredBySeller,
        /// The request was revised; the bid waits to be confirmed or revised.
        NeedsReconfirm,
        /// The buyer has ordered.
        Ordered,
        /// Seller: accepted, waiting to learn that the buyer has it in time.
        Answered,
        /// The seller accepted with changes; the buyer must answer.
        Conditional,
        /// There is a contract.
        Concluded,
        /// Both have signed the final terms.
        Reported,
        /// The seller will not bid.
        Declined,
        /// The seller took its bid back.
        Withdrawn,
        /// The seller refused the order.
        Refused,
        /// The award went elsewhere.
        NotChosen,
        /// Called off: the request by the buyer, or the concluded order by both.
        Cancelled,
        /// The RFP could not be delivered in time.
        LapsedUndelivered,
        /// No bid came.
        LapsedSilent,
        /// The bid expired.
        LapsedExpired,
        /// The order ended unanswered.
        LapsedUnanswered,
        /// The seller let the order go that it had accepted and heard nothing of.
        Released,
    }
}

codes! {
    /// Where a buyer's request as a whole stands.
    RequestState from request::Phase {
        /// Sent; bids are not taken yet.
        Issued,
        /// Bids are taken.
        Collecting,
        /// The deadline has passed and no bid stands.
        Closed,
        /// The deadline has passed; the buyer chooses.
        Evaluating,
        /// Something is ordered.
        Awarding,
        /// Everything that is not optional is ordered and accepted.
        Awarded,
        /// The time to choose has passed with a part awarded.
        PartlyAwarded,
        /// The time to choose has passed without an award.
        NoAward,
        /// Called off.
        Cancelled,
        /// No bid came.
        Expired,
    }
}

/// Where a deal stands: at the buyer the request as a whole, at the seller its one dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum DealState {
    /// We buy.
    Request(RequestState),
    /// We sell.
    Dialogue(DialogueState),
}

impl DealState {
    /// Reads the word that a list keeps.
    pub(crate) fn of_word(role: Role, word: &str) -> Option<Self> {
        type Plain = serde::de::value::Error;
        match role {
            Role::Buyer => {
                let state: Result<RequestState, Plain> =
                    Deserialize::deserialize(word.into_deserializer());
                state.ok().map(DealState::Request)
            }
            Role::Seller => {
                let state: Result<DialogueState, Plain> =
                    Deserialize::deserialize(word.into_deserializer());
                state.ok().map(DealState::Dialogue)
            }
        }
    }

    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        match self {
            DealState::Request(state) => request::Phase::from(state).is_terminal(),
            DealState::Dialogue(state) => dialogue::Phase::from(state).is_terminal(),
        }
    }
}

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The person here.
    Me,
    /// The other side.
    Other,
    /// Nobody.
    Nobody,
}

/// Whose turn it is, until when it counts, and what happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Turn {
    /// Who must act.
    pub who: Who,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What happens when that passes unused.
    pub then: Option<Falls>,
}

impl Turn {
    pub(crate) const NOBODY: Turn = Turn {
        who: Who::Nobody,
        until: None,
        then: None,
    };

    /// The turn in one dialogue, seen from our side.
    pub(crate) fn of(state: &dialogue::State) -> Self {
        let turn = state.turn();
        let who = match turn.who {
            Some(role) if role == state.role => Who::Me,
            Some(_) => Who::Other,
            None => Who::Nobody,
        };
        Turn {
            who,
            until: turn.until,
            then: state.falls(),
        }
    }

    /// The turn of a deal with several dialogues: mine before the others', then what ends soonest.
    pub(crate) fn first(turns: impl Iterator<Item = Turn>) -> Self {
        let rank = |turn: &Turn| (turn.who as u8, turn.until.unwrap_or(Timestamp::LATEST));
        turns.min_by_key(rank).unwrap_or(Turn::NOBODY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_by_the_side_we_are_on() {
        let bought = DealState::of_word(Role::Buyer, "cancelled");
        assert_eq!(bought, Some(DealState::Request(RequestState::Cancelled)));
        let sold = DealState::of_word(Role::Seller, "cancelled");
        assert_eq!(sold, Some(DealState::Dialogue(DialogueState::Cancelled)));
        assert_eq!(DealState::of_word(Role::Buyer, "bid_standing"), None);
        assert_eq!(serde_json::to_value(sold).unwrap(), "cancelled");
    }

    #[test]
    fn mine_comes_before_theirs_and_sooner_before_later() {
        let turn = |who, until| Turn {
            then: None,
            who,
            until: Some(Timestamp::from_millis(until)),
        };
        let mine = turn(Who::Me, 9);
        assert_eq!(
            Turn::first([turn(Who::Other, 1), mine, turn(Who::Me, 10)].into_iter()),
            mine
        );
        let open = Turn {
            then: None,
            who: Who::Other,
            until: None,
        };
        assert_eq!(Turn::first([Turn::NOBODY, open].into_iter()), open);
        assert_eq!(Turn::first([].into_iter()), Turn::NOBODY);
    }
}

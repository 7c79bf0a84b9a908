//! What a list says of a deal, gathered when the deal changes.

use std::{cmp::Reverse, collections::BTreeSet};

use opener_negotiation::{
    Role,
    dialogue::{self, Falls, Phase},
    request,
};
use opener_store::{DealSummary, DialogueRow, LEADS, Turn};
use opener_trade::{Timestamp, document::Rfp, words::tokens};
use serde::{Deserialize, de::IntoDeserializer, de::value::Error as Unknown};

use super::project::phase_name;

/// At the seller: its one dialogue.
pub(super) fn of_seller(state: &dialogue::State) -> DealSummary {
    let bid = state.standing.as_ref().filter(|_| has_bid(state.phase));
    DealSummary {
        is_over: state.phase.is_terminal() && state.turn().who != Some(Role::Seller),
        falls: state
            .falls()
            .map(|falls| phase_name(&falls))
            .unwrap_or_default(),
        lead_state: phase_name(&state.phase),
        party: state.rfp.body.buyer.name.as_str().to_owned(),
        leads: vec![state.buyer],
        invited: 1,
        received: 1,
        bids: u32::from(bid.is_some()),
        declined: u32::from(state.phase == Phase::Declined),
        best: bid.map(|offer| offer.bid().total),
    }
}

/// At the buyer: the request and all its dialogues.
pub(super) fn of_buyer(
    state: &request::State,
    dialogues: &[DialogueRow],
    falls: Option<Falls>,
) -> DealSummary {
    let mut rows: Vec<(Option<Phase>, &DialogueRow)> =
        dialogues.iter().map(|row| (phase_of(row), row)).collect();
    rows.sort_by_key(|(phase, row)| rank(*phase, row));
    let counted = |test: fn(Phase) -> bool| {
        let found = rows
            .iter()
            .filter(|(phase, _)| phase.is_some_and(test))
            .count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let totals = rows.iter().filter(|(phase, _)| phase.is_some_and(has_bid));
    let first = state.rfp.body.currencies.first().copied();
    let best = totals
        .filter_map(|(_, row)| row.total)
        .min_by_key(|total| (Some(total.currency()) != first, total.minor()));
    // A contract waits for the seller's signature as it does for the buyer's.
    let waits = rows.iter().any(|(phase, row)| match row.turn {
        Turn::Buyer => true,
        Turn::Seller => *phase == Some(Phase::Concluded),
        Turn::Nobody => false,
    });
    DealSummary {
        is_over: state.phase.is_terminal() && !waits,
        falls: falls.map(|falls| phase_name(&falls)).unwrap_or_default(),
        lead_state: rows
            .first()
            .map(|(_, row)| row.state.clone())
            .unwrap_or_default(),
        party: String::new(),
        leads: rows.iter().take(LEADS).map(|(_, row)| row.seller).collect(),
        invited: counted(|_| true),
        received: counted(|phase| !matches!(phase, Phase::Invited | Phase::LapsedUndelivered)),
        bids: counted(has_bid),
        declined: counted(|phase| phase == Phase::Declined),
        best,
    }
}

/// Until when somebody has to act on a request, and what happens then: what waits for the buyer before what does not,
/// and of these the soonest.
pub(super) fn moment(
    state: &request::State,
    dialogues: &[DialogueRow],
) -> (Option<Timestamp>, Option<Falls>) {
    let schedule = state.schedule();
    let own = match (state.choose_by(), state.phase) {
        (Some(until), _) => Some((false, until, Some(Falls::ChoiceEnds))),
        (None, request::Phase::Issued | request::Phase::Collecting) => {
            Some((true, schedule.bid_deadline, Some(Falls::BiddingEnds)))
        }
        _ => None,
    };
    let theirs = dialogues.iter().filter(|row| row.turn != Turn::Nobody);
    let theirs = theirs.filter_map(|row| {
        let until = row.act_by?;
        let last_bid = state.last_round.is_some() && until == schedule.bid_deadline;
        let falls = match phase_of(row)? {
            Phase::BidStanding if last_bid => Some(Falls::BiddingEnds),
            phase => Falls::of(phase, until, schedule.award_by),
        };
        Some((row.turn == Turn::Seller, until, falls))
    });
    let soonest = theirs
        .chain(own)
        .min_by_key(|(other, until, _)| (*other, *until));
    let waits = |row: &DialogueRow| row.turn == Turn::Buyer;
    match soonest {
        // What waits for the buyer without a time must not borrow the time of what waits for a seller.
        Some((true, _, _)) if dialogues.iter().any(waits) => (None, None),
        Some((_, until, falls)) => (Some(until), falls),
        None => (None, None),
    }
}

/// Words that find a request: its title, the buyer, the names of its lines.
pub(super) fn words(rfp: &Rfp) -> BTreeSet<String> {
    let mut words = tokens(rfp.title.as_str());
    words.extend(tokens(rfp.buyer.name.as_str()));
    for line in &rfp.lines {
        words.extend(tokens(line.name.as_str()));
    }
    words
}

/// Contracts first, then what waits for the buyer, then bids from the lowest, then who means to bid.
fn rank(phase: Option<Phase>, row: &DialogueRow) -> (u8, Option<i64>, Reverse<Timestamp>) {
    let place = match phase {
        Some(Phase::Concluded | Phase::Reported) => 0,
        Some(phase) if phase.is_ordering() => 1,
        _ if row.turn == Turn::Buyer => 2,
        Some(phase) if has_bid(phase) => 3,
        Some(Phase::Engaged) => 4,
        Some(phase) if phase.is_before_order() => 5,
        _ => 6,
    };
    (
        place,
        row.total.map(opener_trade::Money::minor),
        Reverse(row.updated_at),
    )
}

/// Whether a bid stands, with whatever is going on about it, or has become a contract.
const fn has_bid(phase: Phase) -> bool {
    phase.is_ordering()
        || matches!(
            phase,
            Phase::BidStanding
                | Phase::CounteredByBuyer
                | Phase::CounteredBySeller
                | Phase::NeedsReconfirm
                | Phase::Concluded
                | Phase::Reported
        )
}

fn phase_of(row: &DialogueRow) -> Option<Phase> {
    let word: serde::de::value::StrDeserializer<'_, Unknown> =
        row.state.as_str().into_deserializer();
    Phase::deserialize(word).ok()
}

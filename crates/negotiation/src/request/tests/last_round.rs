//! The best-and-final round at the buyer's books.

use opener_trade::Reason;

use super::kit::*;
use crate::{
    dialogue::tests::kit::{AWARD_BY, DEADLINE, at},
    request::{Notice, Phase},
};

/// The last bids are taken until this minute, and the buyer chooses until the other.
const LAST: i64 = DEADLINE + 40;
const CHOICE: i64 = AWARD_BY + 50;

/// Three sellers have bid, and the deadline has passed.
fn closed() -> Desk {
    let mut desk = Desk::new();
    for seller in [1, 2, 3] {
        desk.bid(10, seller);
    }
    desk.tick(DEADLINE + 1);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk
}

#[test]
fn bids_are_collected_again_and_then_chosen_from() {
    let mut desk = closed();
    desk.last_round(DEADLINE + 2, &[1, 3], LAST, CHOICE)
        .unwrap();
    assert_eq!(desk.phase(), Phase::Collecting);
    let round = desk.request.state().last_round.clone().unwrap();
    assert!(round.sellers.contains(&peer(1)) && !round.sellers.contains(&peer(2)));
    desk.tick(LAST);
    assert_eq!(desk.phase(), Phase::Collecting, "the moment itself counts");
    desk.tick(LAST + 1);
    assert_eq!(desk.notices(), [Notice::BidsClosed]);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk.tick(AWARD_BY + 1);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk.reserve(CHOICE, 1, &[(1, "10"), (2, "20")]).unwrap();
    desk.conclude(CHOICE, 1, &[(1, "10"), (2, "20")]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarded);
    desk.check_replay();
}

#[test]
fn the_time_to_choose_is_that_of_the_last_round() {
    let mut desk = closed();
    desk.last_round(DEADLINE + 2, &[1], LAST, CHOICE).unwrap();
    desk.tick(LAST + 1);
    let late = desk.reserve(CHOICE + 1, 1, &[(1, "1")]).unwrap_err();
    assert_eq!(late.reason, Reason::Late);
    desk.tick(CHOICE + 1);
    assert_eq!(desk.phase(), Phase::NoAward);
    desk.check_replay();
}

#[test]
fn nothing_is_ordered_and_nothing_revised_while_the_last_round_is_open() {
    let mut desk = closed();
    desk.last_round(DEADLINE + 2, &[1], LAST, CHOICE).unwrap();
    let early = desk.reserve(LAST, 2, &[(1, "1")]).unwrap_err();
    assert_eq!(early.reason, Reason::NotAllowed);
    let revised = desk.revise(LAST, |rfp| rfp.schedule.bid_deadline = at(LAST + 60));
    assert_eq!(revised.unwrap_err().reason, Reason::Late);
    desk.cancel(LAST).unwrap();
    assert_eq!(desk.phase(), Phase::Cancelled);
    desk.check_replay();
}

#[test]
fn there_is_one_last_round_after_the_deadline_with_bidders_before_anything_is_ordered() {
    let mut early = Desk::new();
    early.bid(10, 1);
    early.last_round(DEADLINE, &[1], LAST, CHOICE).unwrap_err();
    let mut empty = Desk::new();
    empty.tick(DEADLINE + 1);
    empty
        .last_round(DEADLINE + 2, &[1], LAST, CHOICE)
        .unwrap_err();

    let mut desk = closed();
    for (sellers, deadline, award_by) in [
        (&[][..], LAST, CHOICE),
        (&[1, 4], LAST, CHOICE),
        (&[1], DEADLINE + 2, CHOICE),
        (&[1], LAST, LAST - 1),
    ] {
        let refused = desk.last_round(DEADLINE + 2, sellers, deadline, award_by);
        assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    }
    desk.reserve(DEADLINE + 3, 1, &[(1, "1")]).unwrap();
    desk.last_round(DEADLINE + 4, &[1], LAST, CHOICE)
        .unwrap_err();
    desk.free(DEADLINE + 5, 1);
    desk.last_round(DEADLINE + 6, &[1], LAST, CHOICE).unwrap();
    desk.tick(LAST + 1);
    desk.last_round(LAST + 2, &[1], LAST + 30, CHOICE)
        .unwrap_err();
    desk.check_replay();
}

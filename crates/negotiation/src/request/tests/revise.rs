//! When a request may be revised, and what the buyer's own books make of it.

use opener_trade::Reason;

use super::kit::*;
use crate::{
    Entry,
    dialogue::{
        ANSWERS, REVISIONS,
        tests::kit::{DEADLINE, EXTENSION, at, list, rfp},
    },
    request::{Effect, Notice, Phase},
};

#[test]
fn a_revision_goes_to_everybody_and_bids_before_it_no_longer_count() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.revise(20, |_| {}).unwrap();
    let state = desk.request.state();
    let id = state.rfp.id();
    assert_eq!(state.rfp.body.revision, 2);
    assert_eq!((state.phase, state.bidders.len()), (Phase::Collecting, 0));
    let persist = Effect::Persist(Entry::Document { id, at: at(20) });
    assert_eq!(desk.effects[..2], [persist, Effect::Broadcast(id)]);
    desk.tick(DEADLINE + 1);
    assert_eq!(desk.notices(), [Notice::NoBids]);
    desk.check_replay();
}

#[test]
fn a_request_may_be_revised_before_bids_are_taken() {
    let mut later = rfp();
    later.schedule.open = at(5);
    let mut desk = Desk::asking(later);
    desk.revise(2, |_| {}).unwrap();
    assert_eq!(desk.phase(), Phase::Issued);
}

#[test]
fn the_new_deadline_is_the_one_that_counts() {
    let mut desk = Desk::new();
    let late = DEADLINE - EXTENSION + 10;
    let refused = desk.revise(late, |_| {}).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    desk.revise(late, |rfp| rfp.schedule.bid_deadline = at(DEADLINE + 10))
        .unwrap();
    desk.bid(DEADLINE + 5, 1);
    desk.tick(DEADLINE + 5);
    assert_eq!(desk.phase(), Phase::Collecting);
    desk.tick(DEADLINE + 11);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk.check_replay();
}

#[test]
fn what_is_ordered_or_past_its_deadline_is_not_revised() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.reserve(20, 1, &[(1, "1")]).unwrap();
    assert_eq!(
        desk.revise(21, |_| {}).unwrap_err().reason,
        Reason::NotAllowed
    );
    desk.free(22, 1);
    desk.revise(23, |_| {}).unwrap();
    let late = desk.revise(DEADLINE + 1, |rfp| {
        rfp.schedule.bid_deadline = at(DEADLINE + 60)
    });
    assert_eq!(late.unwrap_err().reason, Reason::Late);
}

#[test]
fn revisions_are_counted_without_gaps_and_only_so_many() {
    let mut desk = Desk::new();
    let gap = desk.revise(10, |rfp| rfp.revision = 3);
    assert_eq!(gap.unwrap_err().reason, Reason::RevisionMismatch);
    for _ in 1..REVISIONS {
        desk.revise(10, |_| {}).unwrap();
    }
    assert_eq!(
        desk.revise(10, |_| {}).unwrap_err().reason,
        Reason::TooLarge
    );
    desk.check_replay();
}

#[test]
fn a_revised_request_is_called_off_by_its_newest_revision() {
    let mut desk = Desk::new();
    let first = desk.request.state().rfp.id();
    desk.revise(10, |_| {}).unwrap();
    assert_eq!(
        desk.cancel_naming(20, first).unwrap_err().reason,
        Reason::Stale
    );
    desk.cancel(20).unwrap();
    desk.check_replay();
}

#[test]
fn an_answer_goes_to_everybody_until_the_request_is_over() {
    let mut desk = Desk::new();
    let first = desk.request.state().rfp.id();
    desk.answer(10, first).unwrap();
    let id = desk.request.state().answers[0];
    assert!(desk.effects.contains(&Effect::Broadcast(id)));
    desk.revise(20, |_| {}).unwrap();
    let stale = desk.answer(21, first).unwrap_err();
    assert_eq!(stale.reason, Reason::Stale);
    let second = desk.request.state().rfp.id();
    for _ in 1..ANSWERS {
        desk.answer(22, second).unwrap();
    }
    assert_eq!(
        desk.answer(23, second).unwrap_err().reason,
        Reason::TooLarge
    );
    desk.cancel(24).unwrap();
    assert_eq!(
        desk.answer(25, second).unwrap_err().reason,
        Reason::NotAllowed
    );
    desk.check_replay();
}

#[test]
fn what_is_held_for_one_seller_goes_to_nobody_else_until_then() {
    let mut desk = Desk::new();
    let held = |until: i64, seller: u8, lines: Vec<u32>| Entry::Hold {
        seller: peer(seller),
        until: at(until),
        lines: list(lines),
    };
    desk.learn(10, held(60, 1, vec![1])).unwrap();
    let elsewhere = desk.reserve(20, 2, &[(1, "1")]).unwrap_err();
    assert_eq!(elsewhere.reason, Reason::FirmCommitment);
    let twice = desk.learn(20, held(60, 2, vec![1, 2])).unwrap_err();
    assert_eq!(twice.reason, Reason::FirmCommitment);
    desk.reserve(20, 2, &[(2, "1")]).unwrap();
    desk.reserve(20, 1, &[(1, "1")]).unwrap();
    let elsewhere = desk.reserve(60, 3, &[(1, "1")]).unwrap_err();
    assert_eq!(elsewhere.reason, Reason::FirmCommitment);
    desk.reserve(61, 3, &[(1, "1")]).unwrap();
    desk.check_replay();

    let mut desk = Desk::new();
    desk.learn(10, held(60, 1, vec![1])).unwrap();
    desk.learn(20, held(-1, 1, vec![])).unwrap();
    desk.reserve(21, 2, &[(1, "1")]).unwrap();
    desk.check_replay();
}

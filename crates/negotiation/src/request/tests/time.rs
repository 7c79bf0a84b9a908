//! What time does to a request.

use std::sync::Arc;

use opener_trade::{Duration, Reason};

use super::kit::*;
use crate::{
    Entry,
    dialogue::tests::kit::{AWARD_BY, DEADLINE, at, rfp, sign_rfp},
    request::{Effect, Notice, Phase, Request},
};

#[test]
fn a_request_whose_deadline_has_passed_is_not_issued() {
    let rfp = Arc::new(sign_rfp(rfp()));
    let issue = |minute| Request::issue(rfp.clone(), at(minute));
    assert!(issue(DEADLINE - 1).is_ok());
    assert_eq!(issue(DEADLINE).unwrap_err().reason, Reason::Late);
}

#[test]
fn a_request_begins_with_its_first_revision() {
    let mut second = rfp();
    second.revision = 2;
    let refused = Request::issue(Arc::new(sign_rfp(second)), at(0)).unwrap_err();
    assert_eq!(refused.reason, Reason::BadChain);
}

#[test]
fn bids_are_collected_from_opening_to_deadline() {
    let mut later = rfp();
    later.schedule.open = at(5);
    let mut desk = Desk::asking(later);
    assert_eq!(desk.phase(), Phase::Issued);
    assert!(desk.effects.contains(&Effect::WakeAt(at(5))));
    desk.tick(4);
    assert!(desk.effects.is_empty());
    desk.tick(5);
    assert_eq!(desk.phase(), Phase::Collecting);
    assert!(desk.effects.contains(&Effect::Persist(Entry::Tick)));
    let after = at(DEADLINE).plus(Duration::from_millis(1));
    assert!(desk.effects.contains(&Effect::WakeAt(after)));
    desk.tick(DEADLINE);
    assert_eq!(desk.phase(), Phase::Collecting);
}

#[test]
fn at_the_deadline_the_buyer_chooses_or_learns_that_no_bid_came() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.tick(DEADLINE + 1);
    assert_eq!(desk.phase(), Phase::Evaluating);
    assert_eq!(desk.notices(), [Notice::BidsClosed]);
    desk.tick(DEADLINE + 2);
    assert!(desk.effects.is_empty(), "told once");

    let mut desk = Desk::new();
    desk.tick(DEADLINE + 1);
    assert_eq!(desk.phase(), Phase::Closed);
    assert_eq!(desk.notices(), [Notice::NoBids]);
    // A late one is admitted.
    desk.bid(DEADLINE + 2, 1);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk.bid(DEADLINE + 3, 1);
    assert!(desk.effects.is_empty(), "known already");
}

#[test]
fn when_the_time_to_choose_has_passed_it_is_said_what_came_of_it() {
    let mut nothing = Desk::new();
    nothing.tick(DEADLINE + 1);
    nothing.tick(AWARD_BY);
    assert_eq!(nothing.phase(), Phase::Closed);
    nothing.tick(AWARD_BY + 1);
    assert_eq!(nothing.phase(), Phase::Expired);
    assert!(nothing.notices().is_empty(), "it was told at the deadline");

    let mut unchosen = Desk::new();
    unchosen.bid(10, 1);
    unchosen.tick(AWARD_BY + 1);
    assert_eq!(unchosen.phase(), Phase::NoAward);
    assert_eq!(unchosen.notices(), [Notice::BidsClosed, Notice::NotAwarded]);
    assert!(unchosen.tells_losers());

    let mut partly = Desk::new();
    partly.bid(10, 1);
    partly.reserve(110, 1, &[(1, "10")]).unwrap();
    partly.conclude(111, 1, &[(1, "10")]).unwrap();
    partly.tick(AWARD_BY + 1);
    assert_eq!(partly.phase(), Phase::PartlyAwarded);
    assert_eq!(partly.notices(), [Notice::PartlyAwarded]);
    assert!(partly.tells_losers());
    for desk in [nothing, unchosen, partly] {
        assert_eq!(desk.request.state().wake_at(), None);
        desk.check_replay();
    }
}

#[test]
fn an_open_order_is_decided_before_the_request_closes() {
    for concluded in [true, false] {
        let mut desk = Desk::new();
        desk.bid(10, 1);
        desk.tick(DEADLINE + 1);
        desk.reserve(AWARD_BY, 1, &[(1, "10")]).unwrap();
        desk.tick(AWARD_BY + 1);
        assert!(desk.effects.is_empty());
        assert_eq!(desk.phase(), Phase::Awarding);
        assert_eq!(desk.request.state().wake_at(), None);
        if concluded {
            desk.conclude(AWARD_BY + 9, 1, &[(1, "10")]).unwrap();
        } else {
            desk.free(AWARD_BY + 9, 1);
        }
        let end = if concluded {
            Phase::PartlyAwarded
        } else {
            Phase::NoAward
        };
        assert_eq!(desk.phase(), end);
        desk.check_replay();
    }
}

#[test]
fn an_order_before_the_deadline_outlives_it() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.reserve(50, 1, &[(1, "10")]).unwrap();
    desk.tick(DEADLINE + 1);
    assert_eq!(desk.phase(), Phase::Awarding);
    assert!(desk.notices().is_empty());
    desk.free(DEADLINE + 2, 1);
    assert_eq!(desk.phase(), Phase::Evaluating);
    desk.check_replay();
}

#[test]
fn every_prefix_of_a_journal_gives_the_request_of_its_moment() {
    let mut desk = Desk::new();
    let mut seen = vec![(desk.journal.len(), format!("{:?}", desk.request))];
    let steps: &[&dyn Fn(&mut Desk)] = &[
        &|desk| desk.bid(10, 1),
        &|desk| desk.bid(11, 2),
        &|desk| desk.tick(DEADLINE + 1),
        &|desk| desk.reserve(110, 1, &[(1, "10")]).unwrap(),
        &|desk| desk.reserve(110, 2, &[(2, "20")]).unwrap(),
        &|desk| desk.free(111, 1),
        &|desk| desk.conclude(112, 2, &[(2, "19")]).unwrap(),
        &|desk| desk.cancel(113).unwrap(),
    ];
    for step in steps {
        step(&mut desk);
        seen.push((desk.journal.len(), format!("{:?}", desk.request)));
    }
    for (entries, then) in seen {
        assert_eq!(format!("{:?}", desk.replayed(entries)), then);
    }
}

#[test]
fn a_journal_whose_cancellation_is_gone_is_refused() {
    let mut desk = Desk::new();
    let gone = Entry::Document {
        id: crate::dialogue::tests::kit::nothing(),
        at: at(1),
    };
    let refused = desk.request.replay(at(1), gone, |_| None).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

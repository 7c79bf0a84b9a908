//! Never more is ordered than was asked.

use opener_trade::{Reason, document::Lot};
use rust_decimal::Decimal;

use super::kit::*;
use crate::{
    Entry,
    dialogue::tests::kit::{AWARD_BY, at, list, nothing, parse, rfp},
    request::{Notice, Phase},
};

const ALL: &[(u32, &str)] = &[(1, "10"), (2, "20")];

#[test]
fn one_line_is_split_between_two_sellers_and_no_more_of_it_is_left() {
    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "6.5")]).unwrap();
    let more = desk.reserve(110, 2, &[(1, "3.6")]).unwrap_err();
    assert_eq!(more.reason, Reason::QuantityExceeded);
    desk.reserve(110, 2, &[(1, "3.5")]).unwrap();
    assert_eq!(desk.request.state().taken(1), Decimal::TEN);
    let none = desk.reserve(110, 3, &[(1, "0.001")]).unwrap_err();
    assert_eq!(none.reason, Reason::AlreadyAwarded);
    desk.reserve(110, 3, &[(2, "20")]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarding);
}

#[test]
fn a_line_that_is_named_twice_counts_twice() {
    let mut desk = Desk::new();
    let twice = desk.reserve(110, 1, &[(1, "6"), (1, "6")]).unwrap_err();
    assert_eq!(twice.reason, Reason::QuantityExceeded);
    desk.reserve(110, 1, &[(1, "4"), (1, "6")]).unwrap();
    assert_eq!(desk.request.state().taken(1), Decimal::TEN);
}

#[test]
fn what_was_not_asked_or_is_no_quantity_is_not_reserved() {
    let mut desk = Desk::new();
    for lines in [[(9, "1")], [(1, "0")], [(1, "-1")]] {
        let refused = desk.reserve(110, 1, &lines).unwrap_err();
        assert_eq!(refused.reason, Reason::NotAllowed, "{lines:?}");
    }
}

#[test]
fn there_is_one_order_with_a_seller_at_a_time_and_none_after_a_contract() {
    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "1")]).unwrap();
    let second = desk.reserve(111, 1, &[(2, "1")]).unwrap_err();
    assert_eq!(second.reason, Reason::AlreadyAwarded);
    desk.free(112, 1);
    desk.reserve(113, 1, &[(2, "1")]).unwrap();
    desk.conclude(114, 1, &[(2, "1")]).unwrap();
    assert!(desk.reserve(115, 1, &[(1, "1")]).is_err());
}

#[test]
fn what_a_refused_or_lapsed_order_had_is_free_again() {
    for (minute, phase) in [(50, Phase::Collecting), (110, Phase::Evaluating)] {
        let mut desk = Desk::new();
        desk.bid(10, 1);
        desk.tick(minute);
        desk.reserve(minute, 1, ALL).unwrap();
        assert_eq!(desk.phase(), Phase::Awarding);
        desk.free(minute + 1, 1);
        assert_eq!(desk.phase(), phase);
        assert_eq!(desk.request.state().taken(1), Decimal::ZERO);
        desk.reserve(minute + 2, 2, ALL).unwrap();
        desk.check_replay();
    }
}

#[test]
fn a_contract_is_not_freed_and_nothing_is_freed_twice() {
    let mut desk = Desk::new();
    desk.free(110, 1);
    assert!(desk.effects.is_empty());
    desk.reserve(110, 1, &[(1, "4")]).unwrap();
    desk.conclude(111, 1, &[(1, "4")]).unwrap();
    desk.free(112, 1);
    assert!(desk.effects.is_empty());
    assert_eq!(desk.request.state().awarded(1), Decimal::from(4));
}

#[test]
fn all_that_is_not_optional_makes_an_award_and_the_losers_are_told_once() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.reserve(110, 1, &[(1, "10"), (2, "5")]).unwrap();
    desk.reserve(110, 2, &[(2, "15")]).unwrap();
    desk.reserve(110, 3, &[(3, "5")]).unwrap();
    desk.conclude(111, 1, &[(1, "10"), (2, "5")]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarding);
    assert!(!desk.tells_losers());
    desk.conclude(112, 2, &[(2, "15")]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarded);
    assert!(desk.tells_losers());
    assert_eq!(desk.notices(), [Notice::Awarded]);
    assert_eq!(desk.request.state().wake_at(), None);
    // The lamps were ordered before, and may still be accepted.
    desk.conclude(113, 3, &[(3, "5")]).unwrap();
    assert!(!desk.tells_losers() && desk.notices().is_empty());
    assert_eq!(desk.request.state().awarded(3), Decimal::from(5));
    let more = desk.reserve(114, 4, &[(3, "1")]).unwrap_err();
    assert_eq!(more.reason, Reason::AlreadyAwarded);
    desk.check_replay();
}

#[test]
fn a_changed_answer_concludes_for_what_is_left_and_no_more() {
    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "6")]).unwrap();
    desk.reserve(110, 2, &[(1, "4")]).unwrap();
    let raised = desk.conclude(111, 1, &[(1, "7")]).unwrap_err();
    assert_eq!(raised.reason, Reason::QuantityExceeded);
    assert_eq!(desk.request.state().taken(1), Decimal::TEN);
    desk.conclude(111, 1, &[(1, "5")]).unwrap();
    assert_eq!(desk.request.state().taken(1), Decimal::from(9));
    desk.reserve(112, 3, &[(1, "1")]).unwrap();
}

#[test]
fn nothing_is_concluded_without_an_order_or_twice() {
    let mut desk = Desk::new();
    let refused = desk.conclude(110, 1, &[(1, "1")]).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    desk.reserve(110, 1, &[(1, "1")]).unwrap();
    desk.conclude(111, 1, &[(1, "1")]).unwrap();
    assert!(desk.conclude(112, 1, &[(1, "2")]).is_err());
}

#[test]
fn nothing_is_ordered_before_bids_are_taken_or_after_the_end() {
    let mut later = rfp();
    later.schedule.open = at(5);
    let mut desk = Desk::asking(later);
    let early = desk.reserve(4, 1, &[(1, "1")]).unwrap_err();
    assert_eq!(early.reason, Reason::AlreadyAwarded);
    desk.reserve(5, 1, &[(1, "1")]).unwrap();
    let mut desk = Desk::new();
    desk.reserve(AWARD_BY, 1, &[(1, "1")]).unwrap();
    let late = desk.reserve(AWARD_BY + 1, 2, &[(1, "1")]).unwrap_err();
    assert_eq!(late.reason, Reason::Late);
    let mut desk = Desk::new();
    desk.cancel(50).unwrap();
    let over = desk.reserve(51, 1, &[(1, "1")]).unwrap_err();
    assert_eq!(over.reason, Reason::AlreadyAwarded);
}

#[test]
fn a_request_is_cancelled_unless_an_order_is_open_or_it_is_over() {
    let mut desk = Desk::new();
    desk.cancel(50).unwrap();
    assert_eq!(desk.phase(), Phase::Cancelled);
    let broadcasts = |desk: &Desk| {
        let broadcast = |effect: &&_| matches!(effect, crate::request::Effect::Broadcast(_));
        desk.effects.iter().filter(broadcast).count()
    };
    assert_eq!(broadcasts(&desk), 1);
    assert_eq!(desk.request.state().wake_at(), None);
    assert!(desk.cancel(51).is_err());
    desk.check_replay();

    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "1")]).unwrap();
    let open = desk.cancel(111).unwrap_err();
    assert_eq!(open.reason, Reason::NotAllowed);
    desk.conclude(112, 1, &[(1, "1")]).unwrap();
    desk.cancel(113).unwrap();
    assert_eq!(desk.phase(), Phase::PartlyAwarded, "a contract stays");
}

#[test]
fn a_cancellation_names_the_revision_that_stands() {
    let mut desk = Desk::new();
    let stale = desk.cancel_naming(50, nothing()).unwrap_err();
    assert_eq!(stale.reason, Reason::Stale);
    assert_eq!(stale.head, Some(desk.request.state().rfp.id()));
}

#[test]
fn a_cancellation_can_be_signed_and_delivered_long_after_the_time_to_choose() {
    let mut far = rfp();
    let years = |years: i64| at(years * 366 * 24 * 60);
    far.schedule.award_by = years(4);
    let mut desk = Desk::asking(far);
    desk.cancel(50).unwrap();
    let header = Desk::new().request.broadcast_header(years(1));
    assert!(header.expires_at > years(1));
}

#[test]
fn lots_do_not_change_how_much_of_a_line_there_is() {
    let mut lots = rfp();
    lots.lots = list(vec![Lot {
        number: 1,
        title: parse("desks"),
    }]);
    let mut lines = lots.lines.clone().into_vec();
    lines[0].lot = Some(1);
    lots.lines = list(lines);
    let mut desk = Desk::asking(lots);
    desk.reserve(110, 1, &[(1, "10")]).unwrap();
    assert!(desk.reserve(110, 2, &[(1, "1")]).is_err());
}

#[test]
fn facts_of_a_dialogue_are_not_a_requests() {
    let mut desk = Desk::new();
    let receipt = Entry::AdmitLate { bid: nothing() };
    assert_eq!(
        desk.learn(10, receipt).unwrap_err().reason,
        Reason::NotAllowed
    );
}

#[test]
fn what_a_change_frees_is_ordered_again_and_what_it_adds_must_be_free() {
    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "6")]).unwrap();
    desk.conclude(111, 1, &[(1, "6")]).unwrap();
    desk.reserve(112, 2, &[(1, "4")]).unwrap();
    let more = desk.amend(113, 1, &[(1, "7")], &[]).unwrap_err();
    assert_eq!(more.reason, Reason::QuantityExceeded);
    desk.amend(114, 1, &[(1, "5")], &[]).unwrap();
    desk.reserve(115, 3, &[(1, "1")]).unwrap();
    desk.amend(116, 1, &[], &[]).unwrap();
    assert_eq!(desk.request.state().awarded(1), Decimal::ZERO);
    assert_eq!(desk.phase(), Phase::Awarding, "orders are open");
    desk.reserve(117, 1, &[(1, "5")]).unwrap();
    desk.check_replay();
}

#[test]
fn what_the_buyer_has_proposed_is_kept_free_and_awards_nothing() {
    let mut desk = Desk::new();
    desk.reserve(110, 1, &[(1, "6"), (2, "20")]).unwrap();
    desk.conclude(111, 1, &[(1, "6"), (2, "20")]).unwrap();
    let (now, then) = ([(1, "6"), (2, "20")], [(1, "10")]);
    desk.amend(112, 1, &now, &then).unwrap();
    assert!(!desk.tells_losers());
    assert_eq!(desk.phase(), Phase::Awarding);
    let more = desk.amend(113, 1, &now, &[(1, "11")]).unwrap_err();
    assert_eq!(more.reason, Reason::QuantityExceeded);
    let kept = desk.reserve(113, 2, &[(1, "1")]).unwrap_err();
    assert_eq!(kept.reason, Reason::AlreadyAwarded);
    desk.amend(114, 1, &now, &[]).unwrap();
    desk.reserve(115, 2, &[(1, "4")]).unwrap();
    desk.conclude(116, 2, &[(1, "4")]).unwrap();
    assert!(desk.tells_losers());
    desk.check_replay();
}

#[test]
fn an_award_whose_order_ends_is_partly_awarded_or_not_at_all() {
    let mut desk = Desk::new();
    desk.bid(10, 1);
    desk.reserve(110, 1, &[(1, "10")]).unwrap();
    desk.reserve(110, 2, &[(2, "20")]).unwrap();
    desk.conclude(111, 1, &[(1, "10")]).unwrap();
    desk.conclude(112, 2, &[(2, "20")]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarded);
    desk.amend(113, 1, &[(1, "9")], &[]).unwrap();
    assert_eq!(desk.phase(), Phase::PartlyAwarded);
    desk.amend(114, 1, &[(1, "10")], &[]).unwrap();
    assert_eq!(desk.phase(), Phase::Awarded);
    assert!(!desk.tells_losers(), "once is enough");
    desk.amend(115, 1, &[], &[]).unwrap();
    assert_eq!(desk.phase(), Phase::PartlyAwarded);
    desk.amend(116, 2, &[], &[]).unwrap();
    assert_eq!(desk.phase(), Phase::NoAward);
    let over = desk.reserve(117, 3, &[(1, "1")]).unwrap_err();
    assert_eq!(over.reason, Reason::AlreadyAwarded, "all have been told");
    assert!(desk.amend(118, 2, &[(2, "1")], &[]).is_err());
    desk.check_replay();
}

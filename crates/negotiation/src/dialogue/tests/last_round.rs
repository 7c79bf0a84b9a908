//! The best-and-final round: one bid, one deadline, nothing after it.

use opener_trade::{
    Reason, Timestamp,
    document::{Commitment, OrderOutcome},
};

use super::kit::*;
use crate::{
    Role,
    dialogue::{Command, NoticeKind, Phase},
};

/// The last bids are taken until this minute.
const LAST: i64 = 140;

/// A bid stands on both sides, and the deadline for bids has passed.
fn closed(commitment: Commitment) -> Pair {
    Pair::with_bid(10, commitment)
}

fn asks(pair: &mut Pair, now: i64) -> std::sync::Arc<opener_trade::Opened> {
    let command = ask_last_bid(pair.buyer.state(), at(LAST));
    pair.buyer_says(at(now), command)
}

/// The buyer has asked, and the seller knows.
fn asked(commitment: Commitment) -> Pair {
    let mut pair = closed(commitment);
    asks(&mut pair, DEADLINE + 1);
    pair.flush(at(DEADLINE + 2));
    pair
}

fn better(pair: &Pair) -> Command {
    let mut body = pair.seller.state().standing.as_ref().unwrap().bid().clone();
    body.charges = list(vec![]);
    Command::Bid(Box::new(summed(body)))
}

fn same(pair: &Pair) {
    let standing = |side: &Side| side.state().standing.as_ref().map(|offer| offer.id());
    assert_eq!(standing(&pair.buyer), standing(&pair.seller));
    let round = |side: &Side| side.state().last_round.map(|round| round.asked);
    assert_eq!(round(&pair.buyer), round(&pair.seller));
    pair.check_replays();
}

#[test]
fn the_last_bid_replaces_the_one_before_and_can_be_ordered() {
    let mut pair = asked(firm(at(FIRM)));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    for role in [Role::Buyer, Role::Seller] {
        let turn = pair.side(role).state().turn();
        assert_eq!((turn.who, turn.until), (Some(Role::Seller), Some(at(LAST))));
    }
    let last = better(&pair);
    let last = pair.seller_says(at(LAST), last);
    pair.deliver(at(LAST), &last);
    assert_eq!(pair.buyer.notices(), [NoticeKind::BidArrived]);
    assert!(pair.buyer.state().last_bid_is_made());
    assert_eq!(pair.buyer.state().turn().who, Some(Role::Buyer));
    let standing = pair.buyer.state().standing.as_ref().unwrap();
    assert_eq!(standing.id(), last.id());
    same(&pair);
    pair.tick(at(LAST + 1));
    pair.buyer_orders(at(LAST + 1));
    pair.flush(at(LAST + 2));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    same(&pair);
}

#[test]
fn the_seller_is_told_and_the_bid_that_stands_counts_as_it_is() {
    let mut pair = closed(Commitment::Revocable);
    let question = asks(&mut pair, DEADLINE + 1);
    pair.hand(at(DEADLINE + 2), &question).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::LastBidAsked]);
    pair.flush(at(DEADLINE + 2));
    pair.tick(at(LAST));
    assert_eq!(pair.buyer.state().turn().who, Some(Role::Seller));
    pair.tick(at(LAST + 1));
    let turn = pair.buyer.state().turn();
    assert_eq!(
        (turn.who, turn.until),
        (Some(Role::Buyer), Some(at(LAST + 60)))
    );
    assert!(pair.seller.state().last_round.unwrap().over);
    same(&pair);
    let order = pair.buyer_orders(at(LAST + 1));
    pair.deliver(at(LAST + 2), &order);
    pair.flush(at(LAST + 3));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
}

#[test]
fn a_last_bid_after_its_deadline_is_late_and_the_one_before_stands() {
    let mut pair = asked(Commitment::Revocable);
    let standing = pair.buyer.state().standing.as_ref().unwrap().id();
    let last = better(&pair);
    let last = pair.seller_says(at(LAST), last);
    pair.deliver(at(LAST + 1), &last);
    assert_eq!(pair.buyer.notices(), [NoticeKind::LateBidArrived]);
    assert_eq!(pair.buyer.state().standing.as_ref().unwrap().id(), standing);
    assert!(pair.buyer.state().late.is_some());
    same(&pair);
}

#[test]
fn there_is_one_bid_in_the_last_round() {
    let mut pair = asked(Commitment::Revocable);
    let last = better(&pair);
    pair.seller_says(at(120), last);
    pair.flush(at(121));
    let again = better(&pair);
    let own = pair.seller.say(at(122), again.clone()).unwrap_err();
    assert_eq!(own.reason, Reason::NotAllowed);
    let forged = pair.seller_forges(at(122), again);
    let answer = pair.hand(at(123), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
}

#[test]
fn a_firm_bid_gets_no_worse_in_the_last_round() {
    let mut pair = asked(firm(at(FIRM)));
    let mut body = pair.seller.state().standing.as_ref().unwrap().bid().clone();
    body.charges = list(vec![freight("26")]);
    let worse = Command::Bid(Box::new(summed(body)));
    let refused = pair.seller.say(at(120), worse.clone()).unwrap_err();
    assert_eq!(refused.reason, Reason::FirmCommitment);
    let forged = pair.seller_forges(at(120), worse);
    let answer = pair.hand(at(121), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::FirmCommitment));
}

#[test]
fn a_request_that_takes_one_bid_takes_one_more_in_the_last_round() {
    let mut once = rfp();
    once.rules.repeated = false;
    let mut pair = Pair::asking(once);
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(10), body);
    asks(&mut pair, DEADLINE + 1);
    pair.flush(at(DEADLINE + 1));
    let last = better(&pair);
    pair.seller_says(at(120), last);
    pair.flush(at(121));
    same(&pair);
}

#[test]
fn the_round_comes_after_the_deadline_once_and_only_where_a_bid_stands() {
    let mut pair = closed(Commitment::Revocable);
    let early = ask_last_bid(pair.buyer.state(), at(LAST));
    let refused = pair.buyer.say(at(DEADLINE), early).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let behind = ask_last_bid(pair.buyer.state(), at(DEADLINE + 1));
    let refused = pair.buyer.say(at(DEADLINE + 1), behind).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let question = asks(&mut pair, DEADLINE + 1);
    pair.flush(at(DEADLINE + 1));
    let again = ask_last_bid(pair.buyer.state(), at(LAST + 5));
    let refused = pair.buyer.say(at(DEADLINE + 2), again.clone()).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let forged = pair.buyer_forges(at(DEADLINE + 2), again);
    let answer = pair.hand(at(DEADLINE + 3), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
    let round = pair.seller.state().last_round.unwrap();
    assert_eq!((round.asked, round.deadline), (question.id(), at(LAST)));

    let mut silent = Pair::new();
    let command = ask_last_bid(silent.buyer.state(), at(LAST));
    let refused = silent.buyer.say(at(DEADLINE + 1), command).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

#[test]
fn an_expired_offer_is_not_asked_about() {
    let mut pair = Pair::new();
    let mut body = pair.bid(Commitment::Revocable);
    body.valid_until = at(DEADLINE + 5);
    pair.bids(at(10), body);
    let command = ask_last_bid(pair.buyer.state(), at(LAST));
    let refused = pair.buyer.say(at(DEADLINE + 6), command).unwrap_err();
    assert_eq!(refused.reason, Reason::Expired);
}

#[test]
fn no_order_comes_before_the_deadline_of_the_last_round() {
    let mut pair = asked(firm(at(FIRM)));
    let early = Command::Order(Box::new(pair.order(at(LAST))));
    let refused = pair.buyer.say(at(LAST), early.clone()).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let forged = pair.buyer_forges(at(LAST), early);
    let answer = pair.hand(at(LAST), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
}

#[test]
fn no_counter_offer_follows_the_question_for_the_last_bid() {
    let mut pair = asked(Commitment::Revocable);
    for role in [Role::Buyer, Role::Seller] {
        let refused = pair.counters(role, at(120), "95").unwrap_err();
        assert_eq!(refused.reason, Reason::Stale);
        assert_eq!(
            refused.head,
            pair.buyer.state().last_round.map(|round| round.asked)
        );
    }
}

/// The buyer has countered; now it asks for the last bid, and this crosses it.
fn crossing(act: impl FnOnce(&mut Pair, Timestamp)) -> Pair {
    let mut pair = closed(Commitment::Revocable);
    pair.counters(Role::Buyer, at(DEADLINE + 1), "95").unwrap();
    pair.flush(at(DEADLINE + 1));
    act(&mut pair, at(DEADLINE + 2));
    asks(&mut pair, DEADLINE + 2);
    pair.flush(at(DEADLINE + 3));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert!(pair.seller.state().counter.is_none());
    same(&pair);
    pair
}

#[test]
fn a_counter_offer_that_crosses_the_question_lapses() {
    let pair = crossing(|pair, now| {
        pair.counters(Role::Seller, now, "97").unwrap();
    });
    assert!(pair.buyer.state().last_round.is_some());
}

#[test]
fn an_acceptance_or_refusal_that_crosses_the_question_changes_nothing() {
    let pair = crossing(|pair, now| {
        pair.seller_says(now, Command::AcceptCounter);
    });
    let standing = pair.buyer.state().standing.as_ref().unwrap();
    assert_eq!(standing.id(), standing.document.id());
    crossing(|pair, now| {
        pair.seller_says(now, Command::RefuseCounter(Default::default()));
    });
}

#[test]
fn a_bid_that_crosses_the_question_is_refused_and_may_answer_it() {
    let mut pair = closed(firm(at(FIRM)));
    let crossing = better(&pair);
    let crossing = pair.seller_says(at(DEADLINE + 1), crossing);
    let question = asks(&mut pair, DEADLINE + 1);
    pair.deliver(at(DEADLINE + 2), &question);
    let refused = pair.deliver(at(DEADLINE + 2), &crossing);
    assert_eq!(refused, Answer::Failure(Reason::Stale));
    same(&pair);
    let last = better(&pair);
    let last = pair.seller_says(at(120), last);
    pair.flush(at(121));
    assert_eq!(
        pair.buyer.state().standing.as_ref().unwrap().id(),
        last.id()
    );
    same(&pair);
}

#[test]
fn a_withdrawal_that_crosses_the_question_ends_the_dialogue() {
    let mut pair = closed(Commitment::Revocable);
    pair.seller_says(at(DEADLINE + 1), Command::WithdrawBid(Default::default()));
    asks(&mut pair, DEADLINE + 1);
    pair.flush(at(DEADLINE + 2));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    pair.check_replays();
}

#[test]
fn a_bid_may_be_withdrawn_in_the_last_round_unless_it_is_firm() {
    let gone = || Command::WithdrawBid(Default::default());
    let mut pair = asked(Commitment::Revocable);
    pair.seller_says(at(120), gone());
    pair.flush(at(121));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    let mut pair = asked(firm(at(FIRM)));
    let refused = pair.seller.say(at(120), gone()).unwrap_err();
    assert_eq!(refused.reason, Reason::FirmCommitment);
}

#[test]
fn an_order_and_the_question_do_not_cross() {
    let mut pair = closed(Commitment::Indicative);
    pair.buyer_orders(at(DEADLINE + 1));
    let command = ask_last_bid(pair.buyer.state(), at(LAST));
    let refused = pair
        .buyer
        .say(at(DEADLINE + 2), command.clone())
        .unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    pair.flush(at(DEADLINE + 2));
    let forged = pair.buyer_forges(at(DEADLINE + 3), command);
    let answer = pair.hand(at(DEADLINE + 3), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
    assert_eq!(
        pair.answer(opener_trade::document::ResponseStatus::Accepted)
            .outcome(),
        OrderOutcome::Accepted
    );
}

#[test]
fn a_late_bid_that_the_buyer_admitted_is_asked_about() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.bids(at(DEADLINE + 1), body);
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
    let admit = crate::dialogue::Input::AdmitLate { bid };
    pair.buyer.take(at(DEADLINE + 2), admit).unwrap();
    asks(&mut pair, DEADLINE + 3);
    pair.flush(at(DEADLINE + 4));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    same(&pair);
}

#[test]
fn only_the_buyer_asks_for_the_last_bid() {
    let mut pair = closed(Commitment::Revocable);
    let command = ask_last_bid(pair.buyer.state(), at(LAST));
    let forged = pair.seller_forges(at(DEADLINE + 1), command);
    let answer = pair.hand(at(DEADLINE + 1), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
}

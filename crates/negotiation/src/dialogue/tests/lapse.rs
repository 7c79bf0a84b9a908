//! What time does.

use opener_trade::{
    Duration, Reason,
    document::{Commitment, Lapse, ResponseStatus},
};

use super::kit::*;
use crate::{
    Entry, Role,
    dialogue::{Command, Effect, Input, NoticeKind, Phase},
};

/// The first minute after which the order of minute 110 is decided.
const DECIDED: i64 = 110 + DECIDE + 1;

#[test]
fn an_invitation_without_receipt_lapses_at_the_deadline() {
    let mut pair = Pair::unconfirmed(rfp());
    pair.buyer.tick(at(DEADLINE));
    assert!(pair.buyer.effects.is_empty());
    assert_eq!(pair.buyer.phase(), Phase::Invited);
    pair.buyer.tick(at(DEADLINE + 1));
    assert_eq!(pair.buyer.phase(), Phase::LapsedUndelivered);
    assert_eq!(pair.buyer.notices(), [NoticeKind::Undelivered]);
    assert!(pair.buyer.effects.contains(&Effect::Persist(Entry::Tick)));
}

#[test]
fn a_silent_seller_lapses_when_the_time_to_choose_has_passed() {
    for engaged in [false, true] {
        let mut pair = Pair::new();
        if engaged {
            pair.seller_says(at(2), Command::Intent);
            pair.flush(at(3));
        }
        pair.tick(at(AWARD_BY));
        assert_ne!(pair.buyer.phase(), Phase::LapsedSilent);
        pair.tick(at(AWARD_BY + 1));
        assert_eq!(pair.phases(), (Phase::LapsedSilent, Phase::LapsedSilent));
        pair.check_replays();
    }
}

#[test]
fn the_machine_asks_to_be_woken_when_time_next_counts() {
    let after = |minute| at(minute).plus(Duration::from_millis(1));
    let pair = Pair::unconfirmed(rfp());
    assert!(
        pair.buyer
            .effects
            .contains(&Effect::WakeAt(after(DEADLINE)))
    );
    let mut pair = Pair::new();
    assert_eq!(pair.buyer.state().wake_at(), Some(after(DEADLINE)));
    pair.buyer.tick(after(DEADLINE));
    assert_eq!(pair.buyer.state().wake_at(), Some(after(AWARD_BY)));
    let body = pair.bid(Commitment::Indicative);
    pair.bids(at(10), body);
    assert_eq!(pair.seller.state().wake_at(), Some(after(VALID)));
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    assert_eq!(pair.buyer.state().wake_at(), Some(after(110 + DECIDE)));
    assert_eq!(
        pair.seller.state().wake_at(),
        Some(after(110 + DECIDE + 15))
    );
    assert_eq!(Pair::concluded().buyer.state().wake_at(), None);
}

#[test]
fn an_unanswered_order_lapses_once_and_the_seller_is_told() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    pair.buyer.tick(at(110 + DECIDE));
    assert!(pair.buyer.authored().is_empty());
    pair.buyer.tick(at(DECIDED));
    assert_eq!(pair.buyer.authored(), [&Command::Lapse]);
    assert_eq!(pair.buyer.phase(), Phase::LapsedUnanswered);
    pair.buyer.tick(at(DECIDED + 1));
    assert!(pair.buyer.effects.is_empty(), "once is enough");
    let lapse = pair.buyer.outbox[0].clone();
    pair.deliver(at(DECIDED + 2), &lapse);
    assert_eq!(pair.seller.phase(), Phase::LapsedUnanswered);
    pair.check_replays();
}

#[test]
fn a_firm_or_revocable_bid_whose_exact_order_lapses_is_recorded_as_broken() {
    for (commitment, broken) in [
        (firm(at(FIRM)), true),
        (Commitment::Revocable, true),
        (Commitment::Indicative, false),
    ] {
        let mut pair = Pair::with_bid(10, commitment);
        let order = pair.buyer_orders(at(110));
        pair.hand(at(111), &order).unwrap();
        pair.buyer.tick(at(DECIDED));
        let lapse = pair.buyer.outbox[1].clone();
        assert_eq!(
            pair.deliver(at(DECIDED), &lapse),
            Answer::Receipt(at(DECIDED))
        );
        for side in [&pair.buyer, &pair.seller] {
            assert_eq!(side.phase(), Phase::LapsedUnanswered);
            assert_eq!(side.state().order.as_ref().unwrap().broken, broken);
        }
    }
}

#[test]
fn an_unconfirmed_change_lapses_and_breaks_nothing() {
    let mut pair = Pair::conditional();
    pair.buyer.tick(at(DECIDED));
    assert_eq!(pair.buyer.authored(), [&Command::Lapse]);
    pair.flush(at(DECIDED));
    assert_eq!(
        pair.phases(),
        (Phase::LapsedUnanswered, Phase::LapsedUnanswered)
    );
    assert!(!pair.buyer.state().order.as_ref().unwrap().broken);
    let yes = pair.confirmation(ResponseStatus::Accepted);
    let late = pair.buyer.say(at(DECIDED), Command::Respond(Box::new(yes)));
    assert!(late.is_err());
}

#[test]
fn an_answer_in_the_last_moment_counts_and_a_later_one_is_void_and_lapses() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(111), &order);
    pair.flush(at(110 + DECIDE));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.tick(at(DECIDED));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));

    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(111), &order);
    let response = pair.seller.outbox[0].clone();
    assert_eq!(
        pair.deliver(at(DECIDED), &response),
        Answer::Failure(Reason::Late)
    );
    assert_eq!(pair.phases(), (Phase::Ordered, Phase::Ordered));
    assert_eq!(
        pair.buyer.dialogue.is_void(response.id()),
        Some(Reason::Late)
    );
    pair.buyer.tick(at(DECIDED));
    pair.flush(at(DECIDED));
    assert_eq!(
        pair.phases(),
        (Phase::LapsedUnanswered, Phase::LapsedUnanswered)
    );
    pair.check_replays();
}

#[test]
fn a_lapse_reaches_a_seller_that_has_answered_in_vain() {
    for status in [
        ResponseStatus::Accepted,
        ResponseStatus::Refused,
        ResponseStatus::Changed,
    ] {
        let mut pair = Pair::with_bid(10, Commitment::Indicative);
        pair.buyer_orders(at(110));
        pair.flush(at(111));
        let response = pair.seller_answers(at(112), status);
        pair.buyer.tick(at(DECIDED));
        let lapse = pair.buyer.outbox[0].clone();
        assert_eq!(
            pair.deliver(at(DECIDED), &lapse),
            Answer::Receipt(at(DECIDED))
        );
        assert_eq!(
            pair.phases(),
            (Phase::LapsedUnanswered, Phase::LapsedUnanswered)
        );
        assert!(matches!(
            pair.deliver(at(DECIDED), &response),
            Answer::Failure(_)
        ));
        assert_eq!(pair.seller.phase(), Phase::LapsedUnanswered);
        pair.check_replays();
    }
}

#[test]
fn an_order_lapses_after_its_time_and_not_when_it_is_concluded() {
    let mut pair = Pair::with_firm_bid();
    pair.buyer_orders(at(110));
    let early = pair
        .buyer
        .say(at(110 + DECIDE), Command::Lapse)
        .unwrap_err();
    assert_eq!(early.reason, Reason::NotAllowed);
    let mut concluded = Pair::concluded();
    let done = concluded
        .buyer
        .say(at(DECIDED), Command::Lapse)
        .unwrap_err();
    assert_eq!(done.reason, Reason::NotAllowed);
    let mut none = Pair::with_firm_bid();
    assert!(none.buyer.say(at(DECIDED), Command::Lapse).is_err());
}

#[test]
fn a_seller_believes_a_lapse_only_of_its_order_and_after_its_time() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let order = pair.buyer_orders(at(110));
    pair.flush(at(111));
    for (order, decided_at, reason) in [
        (order.id(), at(110 + DECIDE), Reason::NotAllowed),
        (nothing(), at(DECIDED), Reason::Stale),
    ] {
        let lapse = pair.buyer.sign(at(DECIDED), Lapse { order, decided_at });
        let input = Input::Document {
            document: lapse,
            at: at(DECIDED),
        };
        let refused = pair.seller.take(at(DECIDED), input).unwrap_err();
        assert_eq!(refused.reason, reason);
    }
}

#[test]
fn a_decided_lapse_stays_although_the_seller_had_refused_the_order() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    // It arrives too late to be answered, and the failure is lost for a while.
    let answer = pair.hand(at(DECIDED + 15), &order).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::Late));
    pair.buyer.tick(at(DECIDED));
    assert!(pair.buyer.state().order.as_ref().unwrap().broken);
    let lapse = pair.buyer.outbox[1].clone();
    assert_eq!(
        pair.deliver(at(DECIDED), &lapse),
        Answer::Receipt(at(DECIDED))
    );
    pair.buyer.answered(at(DECIDED + 1), &order, answer);
    assert_eq!(
        pair.phases(),
        (Phase::LapsedUnanswered, Phase::LapsedUnanswered)
    );
    assert!(pair.buyer.state().order.is_none(), "nobody broke anything");
    pair.check_replays();
}

#[test]
fn a_sellers_own_clock_keeps_it_only_from_a_hopeless_answer() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    let response = pair.answer(ResponseStatus::Accepted);
    let own = pair
        .seller
        .say(
            at(DECIDED + 15),
            Command::Respond(Box::new(response.clone())),
        )
        .unwrap_err();
    assert_eq!(own.reason, Reason::Late);
    // A clock that is ahead by less: by the buyer's the answer comes in time, and the terms state the last moment.
    let ahead = pair.seller_says(at(DECIDED), Command::Respond(Box::new(response)));
    pair.deliver(at(112), &ahead);
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    let terms = pair.terms();
    assert_eq!(terms.accepted_at, terms.answer_by);
    for role in [Role::Buyer, Role::Seller] {
        pair.signs(role, at(113), terms.clone()).unwrap();
        pair.flush(at(114));
    }
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
}

#[test]
fn an_order_that_is_late_by_the_sellers_clock_is_taken_and_the_buyers_decides() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(DECIDED + 5), &order);
    assert_eq!(pair.phases(), (Phase::Ordered, Phase::Answered));
    let response = pair.seller.outbox[0].clone();
    pair.deliver(at(120), &response);
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();

    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(DECIDED + 5), &order);
    pair.buyer.tick(at(DECIDED));
    pair.flush(at(DECIDED + 5));
    let lapsed = (Phase::LapsedUnanswered, Phase::LapsedUnanswered);
    assert_eq!(pair.phases(), lapsed);
    for side in [&pair.buyer, &pair.seller] {
        let broken = side.state().order.as_ref().unwrap().broken;
        assert!(!broken, "the order came too late to be answered");
    }
    pair.check_replays();
}

#[test]
fn an_order_that_waited_too_long_for_the_document_before_it_is_refused() {
    let mut pair = Pair::with_firm_bid();
    let before = pair.buyer_says(at(109), chat("an order follows"));
    let order = pair.buyer_orders(at(110));
    pair.hand(at(DECIDED + 15), &before).unwrap();
    // It arrived in time and could not be read until now.
    let input = Input::Document {
        document: order,
        at: at(111),
    };
    let late = pair.seller.take(at(DECIDED + 15), input).unwrap_err();
    assert_eq!(late.reason, Reason::Late);
    assert_eq!(pair.seller.phase(), Phase::BidStanding);
}

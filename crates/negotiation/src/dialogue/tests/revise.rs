//! Revised requests: what becomes of bids, and what crosses a revision.

use opener_trade::{
    Reason,
    document::{Commitment, Rfp},
};

use super::{super::revise::REVISIONS, kit::*};
use crate::{
    Role,
    dialogue::{Command, NoticeKind, Phase},
};

fn unchanged(_: &mut Rfp) {}

fn later(minute: i64) -> impl FnOnce(&mut Rfp) {
    move |rfp| rfp.schedule.bid_deadline = at(minute)
}

/// A firm bid on the first revision waits to be confirmed for the second.
fn revised() -> Pair {
    let mut pair = Pair::with_firm_bid();
    pair.revises(at(20), unchanged).unwrap();
    pair.flush(at(21));
    pair
}

#[test]
fn a_revision_makes_a_bid_wait_to_be_confirmed() {
    let mut pair = Pair::with_firm_bid();
    let first = pair.seller.state().standing.as_ref().unwrap().document.id();
    let revision = pair.revises(at(20), unchanged).unwrap();
    assert!(pair.buyer.notices().is_empty());
    pair.hand(at(21), &revision).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::RequestRevised]);
    for side in [&pair.buyer, &pair.seller] {
        let state = side.state();
        assert_eq!(state.phase, Phase::NeedsReconfirm);
        assert_eq!(state.rfp.id(), revision.id());
        assert_eq!(state.unconfirmed.as_ref().unwrap().document.id(), first);
        assert!(state.standing.is_none() && state.superseded.is_empty());
        let turn = state.turn();
        assert_eq!(
            (turn.who, turn.until),
            (Some(Role::Seller), Some(at(DEADLINE)))
        );
    }
    pair.check_replays();
}

#[test]
fn one_bid_on_the_revision_confirms_whatever_the_firm_one_before_promised() {
    let mut pair = revised();
    let mut dearer = pair.bid(Commitment::Revocable);
    dearer.charges = list(vec![freight("99")]);
    let bid = pair.bids(at(30), summed(dearer));
    assert_eq!(pair.buyer.notices(), [NoticeKind::BidReconfirmed]);
    for side in [&pair.buyer, &pair.seller] {
        let state = side.state();
        assert_eq!(state.phase, Phase::BidStanding);
        assert_eq!(state.standing.as_ref().unwrap().document.id(), bid);
        assert!(state.unconfirmed.is_none());
        assert_eq!(state.superseded.len(), 1);
    }
    pair.check_replays();
}

#[test]
fn a_request_for_one_bid_takes_one_for_each_revision() {
    let mut once = rfp();
    once.rules.repeated = false;
    let mut pair = Pair::asking(once);
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(10), body);
    pair.revises(at(20), unchanged).unwrap();
    pair.flush(at(21));
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(30), body.clone());
    let again = pair.seller.say(at(31), Command::Bid(Box::new(body)));
    assert_eq!(again.unwrap_err().reason, Reason::NotAllowed);
}

#[test]
fn an_unconfirmed_bid_cannot_be_ordered() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.order(at(20));
    pair.revises(at(20), unchanged).unwrap();
    let forged = pair.buyer_forges(at(22), Command::Order(Box::new(order.clone())));
    pair.flush(at(21));
    let refused = pair.buyer.say(at(22), Command::Order(Box::new(order)));
    assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    assert_eq!(
        pair.hand(at(22), &forged).unwrap(),
        Answer::Failure(Reason::NotAllowed)
    );
}

#[test]
fn an_order_on_a_firm_bid_of_an_earlier_revision_is_refused_by_the_seller() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.order(at(20));
    pair.revises(at(20), unchanged).unwrap();
    pair.flush(at(21));
    let body = pair.bid(Commitment::Revocable);
    pair.seller_says(at(22), Command::Bid(Box::new(body)));
    let forged = pair.buyer_forges(at(23), Command::Order(Box::new(order)));
    assert_eq!(
        pair.hand(at(24), &forged).unwrap(),
        Answer::Failure(Reason::Stale)
    );
}

#[test]
fn an_unconfirmed_bid_lapses_at_the_new_deadline() {
    let mut pair = Pair::with_firm_bid();
    pair.revises(at(20), later(120)).unwrap();
    pair.flush(at(21));
    pair.tick(at(120));
    assert_eq!(
        pair.phases(),
        (Phase::NeedsReconfirm, Phase::NeedsReconfirm)
    );
    pair.tick(at(121));
    assert_eq!(pair.phases(), (Phase::LapsedSilent, Phase::LapsedSilent));
    assert_eq!(pair.seller.notices(), [NoticeKind::BidNotReconfirmed]);
    pair.check_replays();
}

#[test]
fn an_unconfirmed_bid_may_be_withdrawn_although_it_was_firm() {
    let mut pair = revised();
    pair.seller_says(at(22), Command::WithdrawBid(Default::default()));
    pair.flush(at(23));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    pair.check_replays();
}

#[test]
fn a_bid_that_crosses_a_revision_is_refused_naming_the_new_one() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(20), Command::Bid(Box::new(body)));
    let revision = pair.revises(at(20), unchanged).unwrap();
    pair.hand(at(21), &revision).unwrap();
    assert_eq!(pair.seller.phase(), Phase::NeedsReconfirm);
    assert_eq!(
        pair.deliver(at(22), &bid),
        Answer::Failure(Reason::RevisionMismatch)
    );
    assert_eq!(pair.phases(), (Phase::Delivered, Phase::Delivered));
    pair.check_replays();
}

#[test]
fn a_bid_that_was_received_before_its_receipt_crosses_the_revision_waits_at_both() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(20), Command::Bid(Box::new(body)));
    let receipt = pair.hand(at(21), &bid).unwrap();
    let revision = pair.revises(at(22), unchanged).unwrap();
    pair.hand(at(23), &revision).unwrap();
    pair.seller.answered(at(24), &bid, receipt);
    for side in [&pair.buyer, &pair.seller] {
        let waiting = side.state().unconfirmed.as_ref().unwrap();
        assert_eq!(waiting.document.id(), bid.id());
        assert!(waiting.proved);
        assert_eq!(waiting.received_at, at(21));
    }
    pair.check_replays();
}

#[test]
fn a_decline_that_crosses_a_revision_is_asked_again_and_an_intent_stays() {
    let mut pair = Pair::new();
    let no = decline(pair.rfp.id());
    let no = pair.seller_says(at(20), Command::Decline(no));
    pair.revises(at(20), unchanged).unwrap();
    assert_eq!(pair.deliver(at(21), &no), Answer::Failure(Reason::Stale));
    pair.flush(at(22));
    assert_eq!(pair.phases(), (Phase::Delivered, Phase::Delivered));
    let mean_to = pair.seller_says(at(23), Command::Intent);
    pair.revises(at(23), unchanged).unwrap();
    assert_eq!(pair.deliver(at(24), &mean_to), Answer::Receipt(at(24)));
    pair.flush(at(25));
    assert_eq!(pair.phases(), (Phase::Engaged, Phase::Engaged));
    pair.check_replays();
}

#[test]
fn a_receipt_for_an_earlier_revision_says_that_the_seller_is_reached() {
    let mut pair = Pair::unconfirmed(rfp());
    pair.revises(at(2), unchanged).unwrap();
    let first = pair.buyer.outbox.front().unwrap().clone();
    pair.buyer.answered(at(3), &first, Answer::Receipt(at(1)));
    assert_eq!(pair.buyer.phase(), Phase::Delivered);
}

#[test]
fn a_dialogue_that_is_over_is_not_reopened_by_a_revision() {
    let mut pair = Pair::new();
    let no = decline(pair.rfp.id());
    pair.seller_says(at(2), Command::Decline(no));
    pair.flush(at(3));
    pair.revises(at(20), unchanged).unwrap();
    pair.flush(at(21));
    assert_eq!(pair.phases(), (Phase::Declined, Phase::Declined));
    pair.check_replays();
}

#[test]
fn a_bid_that_had_expired_when_the_request_was_revised_stays_expired_at_both() {
    let mut pair = Pair::new();
    let mut short = pair.bid(Commitment::Revocable);
    short.valid_until = at(20);
    pair.bids(at(10), short);
    pair.buyer.tick(at(21));
    pair.revises(at(30), unchanged).unwrap();
    pair.flush(at(31));
    assert_eq!(pair.phases(), (Phase::LapsedExpired, Phase::LapsedExpired));
}

#[test]
fn a_revision_that_overtakes_the_end_of_an_order_takes_effect_with_it() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(20));
    pair.flush(at(21));
    pair.seller_answers(at(22), opener_trade::document::ResponseStatus::Changed);
    pair.flush(at(23));
    let no = pair.confirmation(opener_trade::document::ResponseStatus::Refused);
    let no = pair.buyer_says(at(24), Command::Respond(Box::new(no)));
    let revision = pair.revises(at(25), unchanged).unwrap();
    pair.deliver(at(26), &revision);
    assert_eq!(pair.phases(), (Phase::NeedsReconfirm, Phase::Conditional));
    pair.deliver(at(27), &no);
    assert_eq!(
        pair.phases(),
        (Phase::NeedsReconfirm, Phase::NeedsReconfirm)
    );
    pair.check_replays();
}

fn verdict(now: i64, change: impl FnOnce(&mut Rfp)) -> Answer {
    let mut pair = Pair::new();
    let revision = std::sync::Arc::new(pair.revision(at(now), change).into());
    let by_buyer = pair.buyer.receive(at(now), &revision);
    let by_seller = pair.hand(at(now), &revision).unwrap();
    if let Answer::Receipt(_) = by_seller {
        assert!(matches!(by_buyer, Ok(Answer::Receipt(_))));
    } else {
        assert!(by_buyer.is_err());
    }
    by_seller
}

#[test]
fn both_sides_hold_a_revision_to_the_printed_rule() {
    let taken = |now| Answer::Receipt(at(now));
    let no = Answer::Failure(Reason::NotAllowed);
    let enough = DEADLINE - EXTENSION;
    assert_eq!(verdict(enough, unchanged), taken(enough));
    assert_eq!(
        verdict(enough + 1, unchanged),
        no,
        "a minute less than printed"
    );
    assert_eq!(verdict(enough + 1, later(DEADLINE + 1)), taken(enough + 1));
    assert_eq!(verdict(DEADLINE, later(DEADLINE + EXTENSION - 1)), no);
    assert_eq!(
        verdict(DEADLINE, later(DEADLINE + EXTENSION)),
        taken(DEADLINE)
    );
    let after = verdict(DEADLINE + 1, later(DEADLINE + 90));
    assert_eq!(after, Answer::Failure(Reason::Late));
    assert_eq!(verdict(10, later(DEADLINE - 1)), no, "earlier");
    assert_eq!(verdict(10, |rfp| rfp.schedule.open = at(5)), no);
    let again = verdict(10, |rfp| rfp.revision = 1);
    assert_eq!(again, Answer::Failure(Reason::RevisionMismatch));
}

#[test]
fn a_request_is_revised_only_so_often() {
    let mut pair = Pair::new();
    for _ in 1..REVISIONS {
        pair.revises(at(10), unchanged).unwrap();
    }
    assert_eq!(pair.buyer.state().rfp.body.revision, 64);
    let more = pair.revises(at(10), unchanged);
    assert_eq!(more.unwrap_err().reason, Reason::TooLarge);
}

#[test]
fn a_seller_who_is_reached_only_by_a_revision_begins_there() {
    let mut pair = Pair::new();
    let revision = pair.revision(at(20), unchanged);
    let opened = |revision| {
        crate::dialogue::Dialogue::open(
            Role::Seller,
            seller().peer_id(),
            std::sync::Arc::new(revision),
            at(21),
        )
    };
    let (dialogue, _) = opened(revision).unwrap();
    assert_eq!(dialogue.state().rfp.body.revision, 2);
    assert_eq!(dialogue.state().phase, Phase::Delivered);
    pair.revises(at(20), unchanged).unwrap();
    let forged = pair.revision(at(22), |rfp| rfp.revision = 1);
    assert_eq!(opened(forged).unwrap_err().reason, Reason::OutOfOrder);
}

//! Who must act, and until when: every row of the machine, at both sides.

use opener_trade::{
    Timestamp,
    document::{Commitment, ResponseStatus},
};

use super::kit::*;
use crate::{
    Role::{self, Buyer, Seller},
    dialogue::{Command, Phase},
};

/// Whose turn it is and until when, as the buyer and as the seller see it.
type Row = (Option<Role>, Option<Timestamp>);

fn turns(pair: &Pair) -> (Row, Row) {
    let turn = |side: &Side| {
        let turn = side.state().turn();
        (turn.who, turn.until)
    };
    (turn(&pair.buyer), turn(&pair.seller))
}

/// Both see the same.
fn assert_turn(pair: &Pair, who: Role, until: Option<i64>) {
    let row = (Some(who), until.map(at));
    assert_eq!(turns(pair), (row, row), "{:?}", pair.phases());
}

fn assert_over(pair: &Pair) {
    let (buyer, seller) = pair.phases();
    assert!(buyer.is_terminal() && seller.is_terminal());
    assert_eq!(turns(pair), ((None, None), (None, None)));
}

#[test]
fn the_seller_bids_until_the_deadline_and_then_nobody_acts() {
    let mut pair = Pair::unconfirmed(rfp());
    assert_eq!(pair.phases(), (Phase::Invited, Phase::Delivered));
    assert_turn(&pair, Seller, Some(DEADLINE));
    pair.flush(at(1));
    assert_turn(&pair, Seller, Some(DEADLINE));
    pair.seller_says(at(2), Command::Intent);
    pair.flush(at(3));
    assert_eq!(pair.phases(), (Phase::Engaged, Phase::Engaged));
    assert_turn(&pair, Seller, Some(DEADLINE));
    pair.tick(at(DEADLINE + 1));
    assert_eq!(
        turns(&pair),
        ((None, None), (None, None)),
        "too late to bid"
    );
    assert_eq!(pair.phases(), (Phase::Engaged, Phase::Engaged));
    pair.tick(at(AWARD_BY + 1));
    assert_over(&pair);
}

#[test]
fn a_program_that_slept_over_both_moments_comes_to_the_end_at_once() {
    let mut pair = Pair::new();
    pair.tick(at(AWARD_BY + 1));
    assert_eq!(pair.phases(), (Phase::LapsedSilent, Phase::LapsedSilent));
    assert_over(&pair);
}

#[test]
fn the_buyer_chooses_while_a_bid_stands_and_each_side_answers_the_other() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    assert_turn(&pair, Buyer, Some(AWARD_BY));
    pair.counters(Buyer, at(20), "90").unwrap();
    pair.flush(at(21));
    assert_turn(&pair, Seller, Some(50));
    pair.counters(Seller, at(22), "95").unwrap();
    pair.flush(at(23));
    assert_turn(&pair, Buyer, Some(52));
    pair.tick(at(53));
    assert_turn(&pair, Buyer, Some(AWARD_BY));
    let offer = pair.buyer.state().standing.as_ref().unwrap().id();
    pair.buyer_says(at(54), ask_extension(offer, at(VALID + 9)));
    pair.flush(at(55));
    assert_turn(&pair, Seller, Some(VALID));
    pair.seller_says(at(56), refuse_extension(offer));
    pair.revises(at(57), |_| {}).unwrap();
    pair.flush(at(58));
    assert_eq!(
        pair.phases(),
        (Phase::NeedsReconfirm, Phase::NeedsReconfirm)
    );
    assert_turn(&pair, Seller, Some(DEADLINE));
}

#[test]
fn a_late_bid_waits_for_the_buyer() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(DEADLINE + 1), body);
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
    assert_turn(&pair, Buyer, Some(AWARD_BY));
}

#[test]
fn an_order_is_answered_by_the_seller_and_decided_by_the_buyer() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    assert_turn(&pair, Seller, Some(110 + ANSWER));
    pair.seller.tick(at(110 + DECIDE + 15 + 1));
    let too_late = (Some(Buyer), None);
    assert_eq!(turns(&pair).1, too_late, "the seller can do nothing now");
    pair.buyer.tick(at(110 + DECIDE + 1));
    pair.flush(at(140));
    assert_over(&pair);

    let mut pair = Pair::conditional();
    assert_turn(&pair, Buyer, Some(110 + DECIDE));
    pair.seller.tick(at(171));
    assert_eq!(turns(&pair).1, (Some(Seller), None), "it may release");

    let mut pair = Pair::unheard();
    let waits = (Some(Buyer), Some(at(110 + DECIDE)));
    assert_eq!(turns(&pair), ((Some(Buyer), None), waits));
    pair.seller.tick(at(171));
    assert_eq!(turns(&pair).1, (Some(Seller), None), "it may release");
}

#[test]
fn each_side_signs_the_terms_of_a_concluded_deal_and_then_waits_for_the_other() {
    for first in [Buyer, Seller] {
        let mut pair = Pair::concluded();
        let both = ((Some(Buyer), None), (Some(Seller), None));
        assert_eq!(turns(&pair), both, "both may sign");
        let terms = pair.terms();
        pair.signs(first, at(120), terms.clone()).unwrap();
        pair.flush(at(121));
        assert_turn(&pair, first.other(), None);
        pair.signs(first.other(), at(122), terms).unwrap();
        pair.flush(at(123));
        assert_over(&pair);
    }
}

#[test]
fn a_proposal_is_answered_by_the_other_side_until_its_time() {
    for by in [Buyer, Seller] {
        let mut pair = Pair::concluded();
        pair.proposes(by, 120, "8", 30);
        pair.flush(at(121));
        assert_turn(&pair, by.other(), Some(150));
        let agreement = pair.agrees(by.other(), 122);
        let answered = pair.side(by.other()).state().turn();
        assert_eq!((answered.who, answered.until), (Some(by), None));
        pair.deliver(at(123), &agreement);
        let both = ((Some(Buyer), None), (Some(Seller), None));
        assert_eq!(turns(&pair), both, "both may sign");
    }
}

#[test]
fn nobody_acts_when_it_is_over() {
    let mut refused = Pair::with_bid(10, Commitment::Indicative);
    refused.buyer_orders(at(110));
    refused.flush(at(111));
    refused.seller_answers(at(112), ResponseStatus::Refused);
    refused.flush(at(113));
    let mut declined = Pair::new();
    let rfp = declined.rfp.id();
    declined.seller_says(at(2), Command::Decline(decline(rfp)));
    declined.flush(at(3));
    let mut withdrawn = Pair::with_bid(10, Commitment::Revocable);
    withdrawn.seller_says(at(11), Command::WithdrawBid(Default::default()));
    withdrawn.flush(at(12));
    let mut chosen = Pair::with_bid(10, Commitment::Revocable);
    let rfp = chosen.rfp.id();
    chosen.buyer_says(at(11), not_chosen(rfp));
    chosen.flush(at(12));
    let mut cancelled = Pair::concluded();
    cancelled.proposes_to_cancel(Buyer, 120);
    cancelled.flush(at(121));
    cancelled.agrees(Seller, 122);
    cancelled.flush(at(123));
    let mut released = Pair::unheard();
    released.seller_says(at(170), Command::Release(Default::default()));
    released.flush(at(171));
    let mut expired = Pair::with_bid(10, Commitment::Revocable);
    expired.tick(at(VALID + 1));
    for pair in [
        refused, declined, withdrawn, chosen, cancelled, released, expired,
    ] {
        assert_over(&pair);
    }
}

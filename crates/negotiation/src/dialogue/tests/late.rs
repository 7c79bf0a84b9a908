//! Deadlines of bids, by the buyer's clock.

use opener_trade::{
    DocumentId, Reason,
    document::{Commitment, ResponseStatus},
};

use super::kit::*;
use crate::dialogue::{Command, Input, NoticeKind, Phase, State};

fn ids(state: &State) -> (Option<DocumentId>, Option<DocumentId>) {
    let id = |offer: &crate::dialogue::Offer| offer.document.id();
    (state.standing.as_ref().map(id), state.late.as_ref().map(id))
}

fn revocable(pair: &Pair) -> Command {
    Command::Bid(Box::new(pair.bid(Commitment::Revocable)))
}

fn firm_bid(pair: &Pair) -> Command {
    Command::Bid(Box::new(pair.bid(firm(at(FIRM)))))
}

#[test]
fn a_late_bid_is_kept_and_excluded() {
    let mut pair = Pair::new();
    let bid = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    assert_eq!(pair.seller.phase(), Phase::BidLate);
    let answer = pair.hand(at(DEADLINE + 2), &bid).unwrap();
    assert_eq!(answer, Answer::Receipt(at(DEADLINE + 2)));
    assert_eq!(pair.buyer.notices(), [NoticeKind::LateBidArrived]);
    assert_eq!(pair.buyer.phase(), Phase::BidLate);
    assert_eq!(ids(pair.buyer.state()), (None, Some(bid.id())));
    let body = pair.bid(Commitment::Revocable);
    let order = Command::Order(Box::new(order(bid.id(), &body, at(110))));
    let refused = pair.buyer.say(at(110), order).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

#[test]
fn the_deadline_itself_is_in_time() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(DEADLINE), body);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
}

#[test]
fn a_late_revision_never_replaces_a_bid_that_came_in_time() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let (first, _) = ids(pair.buyer.state());
    let second = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE + 1), &second);
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(ids(side.state()), (first, Some(second.id())));
        assert_eq!(side.phase(), Phase::BidStanding);
    }
}

#[test]
fn the_buyers_receipt_tells_the_seller_that_its_only_bid_was_late() {
    let mut pair = Pair::new();
    let bid = pair.seller_says(at(DEADLINE), revocable(&pair));
    assert_eq!(pair.seller.phase(), Phase::BidStanding);
    pair.deliver(at(DEADLINE + 1), &bid);
    assert_eq!(pair.seller.notices(), [NoticeKind::BidWasLate]);
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(side.phase(), Phase::BidLate);
        assert_eq!(ids(side.state()), (None, Some(bid.id())));
    }
    pair.check_replays();
}

#[test]
fn the_bid_before_stands_again_when_its_revision_was_late() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let (first, _) = ids(pair.buyer.state());
    let second = pair.seller_says(at(DEADLINE), revocable(&pair));
    assert_eq!(ids(pair.seller.state()), (Some(second.id()), None));
    pair.deliver(at(DEADLINE + 1), &second);
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(ids(side.state()), (first, Some(second.id())));
    }
    pair.check_replays();
}

#[test]
fn receipts_settle_which_bid_stands_in_whatever_order_they_come() {
    for receipts in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        for times in [
            [DEADLINE, DEADLINE + 1, DEADLINE + 1],
            [DEADLINE, DEADLINE, DEADLINE + 1],
            [DEADLINE + 1, DEADLINE + 1, DEADLINE + 1],
            [DEADLINE, DEADLINE, DEADLINE],
        ] {
            let mut pair = Pair::new();
            let bids = [0, 1, 2].map(|_| pair.seller_says(at(50), revocable(&pair)));
            let answers: Vec<_> = bids
                .iter()
                .zip(times)
                .map(|(bid, time)| pair.hand(at(time), bid).unwrap())
                .collect();
            for i in receipts {
                pair.seller.answered(at(120), &bids[i], answers[i]);
            }
            let (buyer, seller) = (pair.buyer.state(), pair.seller.state());
            assert_eq!(ids(buyer), ids(seller), "{receipts:?} {times:?}");
            assert_eq!(buyer.phase, seller.phase);
            pair.check_replays();
        }
    }
}

#[test]
fn a_bid_late_by_the_sellers_clock_and_in_time_by_the_buyers_stands() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let bid = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE), &bid);
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(side.phase(), Phase::BidStanding);
        assert_eq!(ids(side.state()), (Some(bid.id()), None));
    }
}

#[test]
fn the_first_receipt_counts_and_a_second_changes_nothing() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let (bid, _) = ids(pair.seller.state());
    let second = Input::Receipt {
        document: bid.unwrap(),
        at: at(DEADLINE + 1),
    };
    pair.seller.take(at(130), second).unwrap();
    assert!(pair.seller.effects.is_empty());
    assert_eq!(pair.seller.phase(), Phase::BidStanding);
}

#[test]
fn only_the_buyer_admits_a_late_bid() {
    let mut pair = Pair::new();
    let bid = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE + 2), &bid);
    let admit = Input::AdmitLate { bid: bid.id() };
    let other = Input::AdmitLate { bid: pair.rfp.id() };
    let refused = pair.seller.take(at(104), admit.clone()).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    assert!(pair.buyer.take(at(104), other).is_err());
    let expired = pair.buyer.take(at(VALID + 1), admit.clone()).unwrap_err();
    assert_eq!(expired.reason, Reason::Expired);
    pair.buyer.take(at(104), admit.clone()).unwrap();
    assert_eq!(ids(pair.buyer.state()), (Some(bid.id()), None));
    assert_eq!(pair.buyer.phase(), Phase::BidStanding);
    assert!(pair.buyer.take(at(105), admit).is_err(), "once is enough");
    pair.check_replays();
}

#[test]
fn an_order_tells_the_seller_that_its_late_bid_was_admitted() {
    for earlier in [false, true] {
        let mut pair = Pair::new();
        if earlier {
            let body = pair.bid(Commitment::Revocable);
            pair.bids(at(10), body);
        }
        let bid = pair.seller_says(at(DEADLINE + 1), firm_bid(&pair));
        pair.deliver(at(DEADLINE + 2), &bid);
        let admit = Input::AdmitLate { bid: bid.id() };
        pair.buyer.take(at(104), admit).unwrap();
        pair.buyer_orders(at(110));
        pair.flush(at(111));
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
        assert_eq!(ids(pair.seller.state()).0, Some(bid.id()));
        pair.check_replays();
    }
}

#[test]
fn an_older_late_bid_is_not_admitted_over_a_newer_one() {
    let mut pair = Pair::new();
    let older = pair.seller_says(at(50), revocable(&pair));
    let newer = pair.seller_says(at(51), revocable(&pair));
    pair.hand(at(DEADLINE + 1), &older).unwrap();
    // It had arrived before the deadline and waited for the one before it.
    let input = Input::Document {
        document: newer.clone(),
        at: at(DEADLINE),
    };
    pair.buyer.take(at(DEADLINE + 1), input).unwrap();
    assert_eq!(ids(pair.buyer.state()), (Some(newer.id()), None));
    let admit = Input::AdmitLate { bid: older.id() };
    assert!(pair.buyer.take(at(104), admit).is_err());
}

#[test]
fn an_order_on_a_firm_bid_wins_over_a_revision_that_crossed_it() {
    let mut pair = Pair::with_firm_bid();
    let (first, _) = ids(pair.buyer.state());
    let order = pair.buyer_orders(at(50));
    let revision = pair.seller_says(at(50), firm_bid(&pair));
    pair.deliver(at(51), &order);
    assert_eq!(pair.seller.phase(), Phase::Answered);
    assert_eq!(
        pair.deliver(at(51), &revision),
        Answer::Failure(Reason::NotAllowed)
    );
    pair.flush(at(52));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    assert_eq!(ids(pair.seller.state()).0, first);
    pair.check_replays();
}

#[test]
fn an_order_on_a_firm_bid_is_good_while_nobody_knows_that_its_revision_was_late() {
    let mut pair = Pair::with_firm_bid();
    let revision = pair.seller_says(at(DEADLINE), firm_bid(&pair));
    let receipt = pair.hand(at(DEADLINE + 1), &revision).unwrap();
    pair.buyer_orders(at(110));
    let order = pair.buyer.outbox[0].clone();
    pair.deliver(at(111), &order);
    pair.seller.answered(at(112), &revision, receipt);
    pair.flush(at(113));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();
}

#[test]
fn an_order_on_a_replaced_bid_is_stale_and_names_the_newer_one() {
    let mut crossed = Pair::with_bid(10, Commitment::Revocable);
    let order = crossed.buyer_orders(at(50));
    let newer = crossed.seller_says(at(50), revocable(&crossed));
    let input = Input::Document {
        document: order.clone(),
        at: at(51),
    };
    let stale = crossed.seller.take(at(51), input).unwrap_err();
    assert_eq!(
        (stale.reason, stale.head),
        (Reason::Stale, Some(newer.id()))
    );
    crossed.flush(at(52));
    assert_eq!(crossed.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert_eq!(ids(crossed.buyer.state()), ids(crossed.seller.state()));
    crossed.buyer_orders(at(53));
    crossed.flush(at(54));
    assert_eq!(crossed.phases(), (Phase::Concluded, Phase::Concluded));
    crossed.check_replays();

    let mut proved = Pair::with_firm_bid();
    let old = proved.order(at(50));
    let newer = proved.bid(firm(at(FIRM)));
    let newer = proved.bids(at(40), newer);
    let forged = proved.buyer_forges(at(50), Command::Order(Box::new(old.clone())));
    let input = Input::Document {
        document: forged,
        at: at(51),
    };
    let stale = proved.seller.take(at(51), input).unwrap_err();
    assert_eq!((stale.reason, stale.head), (Reason::Stale, Some(newer)));
    let own = proved.buyer.say(at(50), Command::Order(Box::new(old)));
    assert_eq!(own.unwrap_err().head, Some(newer));
}

#[test]
fn a_late_bid_remains_when_the_standing_one_expires() {
    let mut pair = Pair::new();
    let mut short = pair.bid(Commitment::Indicative);
    short.valid_until = at(120);
    pair.bids(at(10), short);
    let late = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE + 1), &late);
    pair.tick(at(121));
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(side.notices(), [NoticeKind::BidExpired]);
        assert_eq!(side.phase(), Phase::BidLate);
        assert_eq!(ids(side.state()), (None, Some(late.id())));
    }
    let admit = Input::AdmitLate { bid: late.id() };
    pair.buyer.take(at(122), admit).unwrap();
    pair.buyer_orders(at(123));
    pair.flush(at(124));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    let accepted = pair.answer(ResponseStatus::Accepted);
    assert_eq!(
        accepted.order,
        pair.buyer.state().order.as_ref().unwrap().document.id()
    );
}

/// One late bid, admitted by the buyer, of which the seller has not heard.
fn admitted() -> (Pair, DocumentId) {
    let mut pair = Pair::new();
    let bid = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE + 2), &bid);
    let bid = bid.id();
    pair.buyer
        .take(at(DEADLINE + 3), Input::AdmitLate { bid })
        .unwrap();
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidLate));
    (pair, bid)
}

#[test]
fn more_time_asked_for_a_late_bid_says_that_it_was_admitted() {
    let (mut pair, bid) = admitted();
    let asked = pair.buyer_says(at(DEADLINE + 4), ask_extension(bid, at(VALID + 60)));
    pair.deliver(at(DEADLINE + 5), &asked);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert_eq!(ids(pair.seller.state()), (Some(bid), None));
    pair.check_replays();
}

#[test]
fn a_buyers_hold_where_only_a_late_bid_is_says_that_it_was_admitted() {
    let (mut pair, bid) = admitted();
    let held = pair.buyer_says(at(DEADLINE + 4), hold(at(DEADLINE + 9)));
    pair.deliver(at(DEADLINE + 5), &held);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert_eq!(ids(pair.seller.state()), (Some(bid), None));
    pair.check_replays();
}

#[test]
fn a_sellers_hold_admits_no_late_bid_of_its_own() {
    let mut pair = Pair::new();
    let bid = pair.seller_says(at(DEADLINE + 1), revocable(&pair));
    pair.deliver(at(DEADLINE + 2), &bid);
    let refused = pair.seller.say(at(DEADLINE + 3), hold(at(DEADLINE + 9)));
    assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
}

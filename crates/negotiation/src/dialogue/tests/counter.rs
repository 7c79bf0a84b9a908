//! Counter-offers: rounds, answers, and what crosses them.

use std::sync::Arc;

use opener_trade::{
    Opened, Reason,
    document::{Change, Commitment, Counter, ResponseStatus},
};

use super::kit::*;
use crate::{
    Rejection, Role,
    dialogue::{Command, NoticeKind, Phase},
};

const BUYER: Role = Role::Buyer;
const SELLER: Role = Role::Seller;

fn refuse() -> Command {
    Command::RefuseCounter(Default::default())
}

/// The buyer has asked for desks at 90; the bid is revocable.
fn countered() -> (Pair, Arc<Opened>) {
    countered_on(Commitment::Revocable)
}

fn countered_on(commitment: Commitment) -> (Pair, Arc<Opened>) {
    let mut pair = Pair::with_bid(10, commitment);
    let counter = pair.counters(BUYER, at(20), "90").unwrap();
    pair.hand(at(21), &counter).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::CounterArrived]);
    pair.buyer
        .answered(at(21), &counter, Answer::Receipt(at(21)));
    assert_eq!(
        pair.phases(),
        (Phase::CounteredByBuyer, Phase::CounteredByBuyer)
    );
    (pair, counter)
}

fn both(pair: &Pair, phase: Phase) {
    assert_eq!(pair.phases(), (phase, phase));
    let open = phase == Phase::CounteredByBuyer || phase == Phase::CounteredBySeller;
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(side.state().counter.is_some(), open);
    }
    let standing = |side: &Side| side.state().standing.as_ref().unwrap().id();
    assert_eq!(standing(&pair.buyer), standing(&pair.seller));
    let rounds = |side: &Side| side.state().next_round();
    assert_eq!(rounds(&pair.buyer), rounds(&pair.seller));
    pair.check_replays();
}

fn refused(said: Result<Arc<Opened>, Rejection>) -> Reason {
    said.unwrap_err().reason
}

#[test]
fn an_accepted_counter_offer_is_the_offer_and_can_be_ordered() {
    let (mut pair, counter) = countered();
    let turn = pair.seller.state().turn();
    assert_eq!((turn.who, turn.until), (Some(SELLER), Some(at(50))));
    let accept = pair.seller_says(at(22), Command::AcceptCounter);
    pair.hand(at(23), &accept).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::CounterAccepted]);
    both(&pair, Phase::BidStanding);
    let standing = pair.seller.state().standing.clone().unwrap();
    assert_eq!(standing.id(), counter.id());
    assert_eq!(standing.bid().lines[0].price, price("90"));
    assert_eq!(standing.bid().total, euro("1535"));
    assert_eq!(pair.buyer.state().superseded.len(), 1);
    pair.seller
        .answered(at(24), &accept, Answer::Receipt(at(23)));
    pair.buyer_orders(at(30));
    pair.flush(at(31));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    let terms = pair.terms();
    assert_eq!(terms.bid, counter.id());
    pair.signs(BUYER, at(32), terms.clone()).unwrap();
    pair.flush(at(33));
    pair.signs(SELLER, at(34), terms).unwrap();
    pair.flush(at(35));
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
    pair.check_replays();
}

#[test]
fn a_refused_counter_offer_leaves_the_offer_as_it_was() {
    let (mut pair, _) = countered();
    let bid = pair.buyer.state().standing.as_ref().unwrap().document.id();
    let no = pair.seller_says(at(22), refuse());
    pair.hand(at(23), &no).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::CounterRefused]);
    both(&pair, Phase::BidStanding);
    assert_eq!(pair.buyer.state().standing.as_ref().unwrap().id(), bid);
}

#[test]
fn a_counter_offer_expires_at_both_and_the_offer_stands() {
    let (mut pair, _) = countered();
    pair.tick(at(50));
    both(&pair, Phase::CounteredByBuyer);
    let late = pair.seller_forges(at(51), Command::AcceptCounter);
    assert_eq!(
        refused(pair.seller.say(at(51), Command::AcceptCounter)),
        Reason::Expired
    );
    assert_eq!(
        pair.hand(at(51), &late).unwrap(),
        Answer::Failure(Reason::Expired)
    );
    pair.tick(at(51));
    assert_eq!(pair.seller.notices(), [NoticeKind::CounterExpired]);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
}

#[test]
fn a_counter_offer_and_its_offer_expire_in_one_look_at_the_clock() {
    let (mut pair, _) = countered();
    pair.tick(at(VALID + 1));
    assert_eq!(pair.phases(), (Phase::LapsedExpired, Phase::LapsedExpired));
    pair.check_replays();
}

#[test]
fn the_sides_counter_in_turn_until_the_rounds_are_used_up() {
    let (mut pair, _) = countered();
    assert_eq!(
        refused(pair.counters(BUYER, at(22), "91")),
        Reason::NotAllowed
    );
    pair.counters(SELLER, at(22), "98").unwrap();
    pair.flush(at(23));
    both(&pair, Phase::CounteredBySeller);
    assert_eq!(pair.buyer.state().turn().who, Some(BUYER));
    pair.counters(BUYER, at(24), "92").unwrap();
    pair.flush(at(25));
    both(&pair, Phase::CounteredByBuyer);
    assert_eq!(
        refused(pair.counters(SELLER, at(26), "97")),
        Reason::RoundsExhausted
    );
    pair.seller_says(at(26), refuse());
    pair.flush(at(27));
    assert_eq!(
        refused(pair.counters(BUYER, at(28), "93")),
        Reason::RoundsExhausted
    );
    both(&pair, Phase::BidStanding);
}

#[test]
fn the_buyer_makes_the_first_counter_offer() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    assert_eq!(
        refused(pair.counters(SELLER, at(20), "95")),
        Reason::NotAllowed
    );
    let mut none = Pair::new();
    assert_eq!(
        refused(none.counters(BUYER, at(20), "95")),
        Reason::NotAllowed
    );
}

fn verdict(commitment: Commitment, change: impl FnOnce(&mut Counter)) -> Result<(), Reason> {
    let mut pair = Pair::with_bid(10, commitment);
    let mut body = pair.counter(BUYER, at(20), "90", 30);
    change(&mut body);
    let forged = pair.buyer_forges(at(20), Command::Counter(Box::new(body.clone())));
    let own = pair.buyer.say(at(20), Command::Counter(Box::new(body)));
    let own = own.map(drop).map_err(|rejection| rejection.reason);
    let theirs = match pair.hand(at(20), &forged).unwrap() {
        Answer::Receipt(_) => Ok(()),
        Answer::Failure(reason) => Err(reason),
    };
    assert_eq!(own, theirs, "both sides judge alike");
    own
}

#[test]
fn a_counter_offer_names_its_offer_its_round_and_a_time_within_the_offers() {
    let revocable = Commitment::Revocable;
    assert_eq!(verdict(revocable, |_| {}), Ok(()));
    let stale = Err(Reason::Stale);
    assert_eq!(verdict(revocable, |it| it.offer = nothing()), stale);
    assert_eq!(verdict(revocable, |it| it.round = 2), stale);
    assert_eq!(
        verdict(revocable, |it| it.valid_until = at(19)),
        Err(Reason::Expired)
    );
    let long = verdict(revocable, |it| it.valid_until = at(VALID + 1));
    assert_eq!(long, Err(Reason::NotAllowed));
}

#[test]
fn a_counter_offer_makes_a_bid_that_the_request_takes() {
    let more = |quantity: &'static str| {
        move |it: &mut Counter| {
            it.changes = list(vec![Change::Line {
                line: 1,
                price: None,
                quantity: Some(parse(quantity)),
                lead_time_days: None,
            }]);
        }
    };
    let revocable = Commitment::Revocable;
    assert_eq!(
        verdict(revocable, more("11")),
        Err(Reason::QuantityExceeded)
    );
    assert_eq!(verdict(revocable, more("9")), Ok(()));
    assert_eq!(
        verdict(revocable, more("10")),
        Err(Reason::NotAllowed),
        "no change"
    );
}

#[test]
fn a_counter_offer_shortens_no_firm_commitment() {
    let until = |minute| {
        move |it: &mut Counter| {
            it.changes = list(vec![Change::Commitment {
                commitment: firm(at(minute)),
            }]);
        }
    };
    let standing = firm(at(FIRM));
    assert_eq!(
        verdict(standing, until(FIRM - 1)),
        Err(Reason::FirmCommitment)
    );
    assert_eq!(verdict(standing, until(FIRM + 1)), Ok(()));
    let shorter = verdict(standing, |it| {
        it.changes = list(vec![Change::ValidUntil {
            until: at(VALID - 1),
        }]);
    });
    assert_eq!(shorter, Err(Reason::FirmCommitment));
    assert_eq!(
        verdict(standing, |_| {}),
        Ok(()),
        "a price may change by agreement"
    );
}

#[test]
fn a_counter_offer_is_taken_back_unless_it_is_firm() {
    let (mut pair, _) = countered();
    let back = pair.buyer_says(at(22), refuse());
    pair.hand(at(23), &back).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::CounterWithdrawn]);
    both(&pair, Phase::BidStanding);

    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let mut body = pair.counter(BUYER, at(20), "90", 30);
    body.commitment = firm(at(40));
    pair.buyer_says(at(20), Command::Counter(Box::new(body)));
    pair.flush(at(21));
    assert_eq!(
        refused(pair.buyer.say(at(40), refuse())),
        Reason::FirmCommitment
    );
    let order = pair.order(at(40));
    let order = pair.buyer.say(at(40), Command::Order(Box::new(order)));
    assert_eq!(refused(order), Reason::FirmCommitment);
    assert!(pair.buyer.say(at(41), refuse()).is_ok());
}

#[test]
fn nobody_accepts_their_own_counter_offer() {
    let (mut pair, _) = countered();
    assert_eq!(
        refused(pair.buyer.say(at(22), Command::AcceptCounter)),
        Reason::NotAllowed
    );
}

#[test]
fn counter_offers_that_cross_both_lapse() {
    let (mut pair, _) = countered();
    pair.seller_says(at(22), refuse());
    pair.flush(at(23));
    let by_buyer = pair.counters(BUYER, at(24), "92").unwrap();
    let by_seller = pair.counters(SELLER, at(24), "97").unwrap();
    pair.deliver(at(25), &by_buyer);
    pair.hand(at(25), &by_seller).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::CountersCrossed]);
    pair.seller
        .answered(at(26), &by_seller, Answer::Receipt(at(25)));
    both(&pair, Phase::BidStanding);
    assert_eq!(pair.buyer.state().next_round(), 3);
}

#[test]
fn a_counter_offer_taken_back_still_crosses_the_other() {
    let (mut pair, _) = countered();
    pair.seller_says(at(22), refuse());
    pair.flush(at(23));
    pair.counters(BUYER, at(24), "92").unwrap();
    pair.buyer_says(at(24), refuse());
    pair.counters(SELLER, at(24), "97").unwrap();
    pair.flush(at(25));
    both(&pair, Phase::BidStanding);
}

#[test]
fn an_acceptance_that_crosses_a_taking_back_changes_no_terms() {
    let (mut pair, _) = countered();
    let accept = pair.seller_says(at(22), Command::AcceptCounter);
    let back = pair.buyer_says(at(22), refuse());
    let stale = Answer::Failure(Reason::Stale);
    assert_eq!(pair.hand(at(23), &accept).unwrap(), stale);
    assert_eq!(pair.hand(at(23), &back).unwrap(), stale);
    pair.seller.answered(at(24), &accept, stale);
    pair.buyer.answered(at(24), &back, stale);
    both(&pair, Phase::CounteredByBuyer);

    let (mut pair, _) = countered();
    let accept = pair.seller_says(at(22), Command::AcceptCounter);
    let back = pair.buyer_says(at(22), refuse());
    assert_eq!(pair.deliver(at(23), &accept), stale);
    assert_eq!(pair.deliver(at(24), &back), Answer::Receipt(at(24)));
    both(&pair, Phase::BidStanding);
}

#[test]
fn an_order_sets_an_open_counter_offer_of_either_side_aside() {
    let (mut pair, _) = countered();
    pair.buyer_orders(at(22));
    pair.flush(at(23));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));

    let (mut pair, _) = countered();
    pair.counters(SELLER, at(22), "98").unwrap();
    pair.flush(at(23));
    pair.buyer_orders(at(24));
    pair.flush(at(25));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    assert!(pair.seller.state().counter.is_none());
    pair.check_replays();
}

#[test]
fn an_order_that_crosses_the_acceptance_of_a_counter_offer_wins() {
    for firmness in [
        Commitment::Revocable,
        Commitment::Indicative,
        firm(at(FIRM)),
    ] {
        let (mut pair, _) = countered_on(firmness);
        let accept = pair.seller_says(at(22), Command::AcceptCounter);
        let order = pair.buyer_orders(at(22));
        assert_eq!(pair.deliver(at(23), &order), Answer::Receipt(at(23)));
        assert_eq!(
            pair.deliver(at(23), &accept),
            Answer::Failure(Reason::Stale)
        );
        if firmness == Commitment::Indicative {
            pair.seller_answers(at(24), ResponseStatus::Accepted);
        }
        pair.flush(at(25));
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
        let standing = |side: &Side| side.state().standing.as_ref().unwrap().id();
        assert_eq!(standing(&pair.buyer), standing(&pair.seller));
        pair.check_replays();
    }
}

#[test]
fn a_new_bid_sets_the_buyers_counter_offer_aside() {
    let (mut pair, _) = countered();
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(22), body);
    both(&pair, Phase::BidStanding);

    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(20), Command::Bid(Box::new(body)));
    let counter = pair.counters(BUYER, at(20), "90").unwrap();
    assert_eq!(
        pair.deliver(at(21), &counter),
        Answer::Failure(Reason::Stale)
    );
    assert_eq!(pair.deliver(at(21), &bid), Answer::Receipt(at(21)));
    both(&pair, Phase::BidStanding);
}

#[test]
fn a_revision_sets_an_open_counter_offer_aside() {
    let (mut pair, _) = countered();
    let accept = pair.seller_says(at(22), Command::AcceptCounter);
    pair.revises(at(22), |_| {}).unwrap();
    assert_eq!(
        pair.deliver(at(23), &accept),
        Answer::Failure(Reason::Stale)
    );
    pair.flush(at(24));
    assert_eq!(
        pair.phases(),
        (Phase::NeedsReconfirm, Phase::NeedsReconfirm)
    );
    pair.check_replays();
}

#[test]
fn a_counter_offer_on_a_late_bid_says_that_it_was_admitted() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(DEADLINE + 5), Command::Bid(Box::new(body)));
    pair.deliver(at(DEADLINE + 6), &bid);
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
    let input = crate::dialogue::Input::AdmitLate { bid: bid.id() };
    pair.buyer.take(at(DEADLINE + 7), input).unwrap();
    let counter = pair.counters(BUYER, at(DEADLINE + 8), "90").unwrap();
    pair.deliver(at(DEADLINE + 9), &counter);
    both(&pair, Phase::CounteredByBuyer);
}

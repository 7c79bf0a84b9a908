//! A directory's stamp proves a bid whose receipt came too late, and nothing else.

use opener_trade::{DocumentId, Identity, Reason, document::Commitment};

use super::kit::*;
use crate::dialogue::{Command, NoticeKind, Phase};

/// The seller bids before the deadline, and the bid arrives after it.
fn late() -> (Pair, DocumentId) {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(DEADLINE - 5), Command::Bid(Box::new(body)));
    pair.deliver(at(DEADLINE + 5), &bid);
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
    (pair, bid.id())
}

fn forges(pair: &mut Pair, proof: Command) -> Answer {
    let forged = pair.seller_forges(at(DEADLINE + 6), proof.clone());
    assert!(
        pair.seller.say(at(DEADLINE + 6), proof).is_err(),
        "its own program refuses"
    );
    pair.hand(at(DEADLINE + 7), &forged).unwrap()
}

#[test]
fn a_stamp_before_the_deadline_makes_a_late_bid_stand_at_both() {
    let (mut pair, bid) = late();
    let proof = prove(bid, at(DEADLINE), &directory());
    let proof = pair.seller_says(at(DEADLINE + 6), proof);
    assert_eq!(pair.seller.phase(), Phase::BidStanding);
    pair.hand(at(DEADLINE + 7), &proof).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::LateBidProved]);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    pair.check_replays();
    pair.flush(at(DEADLINE + 7));
    pair.buyer_orders(at(DEADLINE + 8));
    pair.flush(at(DEADLINE + 9));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();
}

#[test]
fn a_proof_that_comes_before_its_receipt_keeps_the_bid_standing() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(DEADLINE - 5), Command::Bid(Box::new(body)));
    let proof = prove(bid.id(), at(DEADLINE - 4), &directory());
    pair.seller_says(at(DEADLINE - 3), proof);
    pair.flush(at(DEADLINE + 5));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    pair.check_replays();
}

#[test]
fn a_stamp_after_the_deadline_is_kept_and_changes_nothing() {
    let (mut pair, bid) = late();
    let past = opener_trade::Timestamp::from_millis(at(DEADLINE).millis() + 1);
    pair.seller_says(at(DEADLINE + 6), prove(bid, past, &directory()));
    pair.flush(at(DEADLINE + 7));
    assert_eq!(pair.phases(), (Phase::BidLate, Phase::BidLate));
    let late = pair.buyer.state().late.as_ref().unwrap();
    assert_eq!(late.stamped_at, Some(past));
    pair.check_replays();
}

#[test]
fn a_stamp_of_a_directory_that_nobody_named_does_not_count() {
    let (mut pair, bid) = late();
    let proof = prove(bid, at(DEADLINE), &stranger());
    assert_eq!(
        forges(&mut pair, proof),
        Answer::Failure(Reason::NotAllowed)
    );
    assert_eq!(pair.buyer.phase(), Phase::BidLate);
}

#[test]
fn a_forged_stamp_and_one_of_another_document_do_not_count() {
    let (mut pair, bid) = late();
    let Command::ProveTime(mut forged) = prove(bid, at(DEADLINE), &directory()) else {
        panic!("a proof")
    };
    if let Some(byte) = forged.stamp.last_mut() {
        *byte ^= 1;
    }
    let forged = forges(&mut pair, Command::ProveTime(forged));
    assert_eq!(forged, Answer::Failure(Reason::BadSignature));

    let (mut pair, bid) = late();
    let Command::ProveTime(mut other) = prove(nothing(), at(DEADLINE), &directory()) else {
        panic!("a proof")
    };
    other.document = bid;
    let other = forges(&mut pair, Command::ProveTime(other));
    assert_eq!(other, Answer::Failure(Reason::Malformed));
    assert_eq!(pair.buyer.phase(), Phase::BidLate);
}

#[test]
fn a_proof_is_given_once_and_for_a_bid_of_this_dialogue() {
    let (mut pair, bid) = late();
    pair.seller_says(at(DEADLINE + 6), prove(bid, at(DEADLINE), &directory()));
    pair.flush(at(DEADLINE + 6));
    let again = prove(bid, at(DEADLINE - 50), &directory());
    assert_eq!(
        forges(&mut pair, again),
        Answer::Failure(Reason::NotAllowed)
    );
    let (mut pair, _) = late();
    let nothing = prove(nothing(), at(DEADLINE), &directory());
    assert_eq!(
        forges(&mut pair, nothing),
        Answer::Failure(Reason::NotAllowed)
    );
}

#[test]
fn what_is_awarded_or_ordered_is_not_undone_by_a_proof() {
    let (mut pair, bid) = late();
    let not_chosen = not_chosen(pair.rfp.id());
    pair.buyer_says(at(DEADLINE + 6), not_chosen);
    pair.seller_says(at(DEADLINE + 6), prove(bid, at(DEADLINE), &directory()));
    pair.flush(at(DEADLINE + 7));
    assert_eq!(pair.phases(), (Phase::NotChosen, Phase::NotChosen));
    let kept = pair.buyer.state().late.as_ref().unwrap();
    assert_eq!(kept.stamped_at, Some(at(DEADLINE)), "it is recorded");
    pair.check_replays();

    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let mut body = pair.bid(Commitment::Indicative);
    body.valid_until = at(VALID + 1);
    let second = pair.seller_says(at(DEADLINE - 5), Command::Bid(Box::new(body)));
    pair.deliver(at(DEADLINE + 5), &second);
    let ordered = pair.buyer_orders(at(DEADLINE + 6));
    let proof = prove(second.id(), at(DEADLINE - 1), &directory());
    let proof = pair.seller_forges(at(DEADLINE + 6), proof);
    pair.hand(at(DEADLINE + 7), &proof).unwrap();
    assert_eq!(pair.buyer.phase(), Phase::Ordered);
    let order = pair.buyer.state().order.as_ref().unwrap();
    assert_eq!(order.document.id(), ordered.id());
}

#[test]
fn a_late_last_bid_is_proved_by_the_last_rounds_deadline() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let question = ask_last_bid(pair.buyer.state(), at(140));
    pair.buyer_says(at(DEADLINE + 1), question);
    pair.flush(at(DEADLINE + 2));
    let mut body = pair.bid(Commitment::Revocable);
    body.charges = list(vec![]);
    let last = pair.seller_says(at(139), Command::Bid(Box::new(summed(body))));
    pair.deliver(at(150), &last);
    assert!(pair.buyer.state().late.is_some());
    pair.seller_says(at(151), prove(last.id(), at(140), &directory()));
    pair.flush(at(152));
    for side in [&pair.buyer, &pair.seller] {
        assert_eq!(side.state().standing.as_ref().unwrap().id(), last.id());
    }
    pair.check_replays();
}

#[test]
fn a_request_that_names_no_directory_takes_no_proof() {
    let mut asked = rfp();
    asked.stamps = list(vec![]);
    let mut pair = Pair::asking(asked);
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(DEADLINE - 5), Command::Bid(Box::new(body)));
    pair.deliver(at(DEADLINE + 5), &bid);
    let own: Identity = directory();
    let proof = prove(bid.id(), at(DEADLINE), &own);
    assert_eq!(
        forges(&mut pair, proof),
        Answer::Failure(Reason::NotAllowed)
    );
}

//! Taking a bid back.

use opener_trade::{
    Reason,
    document::{BidWithdraw, Commitment},
};

use super::kit::*;
use crate::dialogue::{Command, Input, NoticeKind, Phase};

fn withdraw() -> Command {
    Command::WithdrawBid(Default::default())
}

#[test]
fn a_revocable_or_indicative_bid_can_be_withdrawn() {
    for commitment in [Commitment::Revocable, Commitment::Indicative] {
        let mut pair = Pair::with_bid(10, commitment);
        let document = pair.seller_says(at(20), withdraw());
        pair.hand(at(21), &document).unwrap();
        assert_eq!(pair.buyer.notices(), [NoticeKind::BidWithdrawn]);
        assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    }
}

#[test]
fn a_firm_bid_cannot_be_withdrawn_until_it_is_firm_no_more() {
    let mut pair = Pair::with_firm_bid();
    let own = pair.seller.say(at(FIRM), withdraw()).unwrap_err();
    assert_eq!(own.reason, Reason::FirmCommitment);
    let forged = pair.seller_forges(at(FIRM), withdraw());
    let theirs = pair.hand(at(FIRM), &forged).unwrap();
    assert_eq!(theirs, Answer::Failure(Reason::FirmCommitment));

    let mut pair = Pair::with_firm_bid();
    pair.seller_says(at(FIRM + 1), withdraw());
    pair.flush(at(FIRM + 1));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
}

#[test]
fn nothing_is_withdrawn_where_no_bid_is() {
    let mut pair = Pair::new();
    let refused = pair.seller.say(at(10), withdraw()).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    pair.seller_says(at(20), withdraw());
    let again = pair.seller.say(at(21), withdraw()).unwrap_err();
    assert_eq!(again.reason, Reason::NotAllowed);
}

#[test]
fn a_withdrawal_of_an_earlier_bid_is_stale() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let crossing = pair.bid(Commitment::Revocable);
    let newer = pair.seller_says(at(20), Command::Bid(Box::new(crossing)));
    pair.deliver(at(20), &newer);
    let earlier = pair.seller.state().superseded[0].document.id();
    let body = BidWithdraw {
        bid: earlier,
        reason: Default::default(),
    };
    let document = pair.seller.sign(at(21), body);
    let input = Input::Document {
        document,
        at: at(21),
    };
    let stale = pair.buyer.take(at(21), input).unwrap_err();
    assert_eq!(
        (stale.reason, stale.head),
        (Reason::Stale, Some(newer.id()))
    );
}

#[test]
fn a_withdrawal_of_what_the_seller_thought_standing_ends_the_dialogue_at_both() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let body = pair.bid(Commitment::Revocable);
    let late = pair.seller_says(at(DEADLINE), Command::Bid(Box::new(body)));
    let receipt = pair.hand(at(DEADLINE + 1), &late).unwrap();
    let document = pair.seller_says(at(DEADLINE + 1), withdraw());
    pair.seller.answered(at(DEADLINE + 2), &late, receipt);
    pair.deliver(at(DEADLINE + 2), &document);
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    pair.check_replays();
}

#[test]
fn a_withdrawal_that_crosses_an_order_takes_a_revocable_bid_away() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let order = pair.buyer_orders(at(110));
    let document = pair.seller_says(at(110), withdraw());
    assert_eq!(
        pair.deliver(at(111), &order),
        Answer::Failure(Reason::NotAllowed)
    );
    assert_eq!(pair.deliver(at(111), &document), Answer::Receipt(at(111)));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));

    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    pair.buyer_orders(at(110));
    let document = pair.seller_says(at(110), withdraw());
    assert_eq!(pair.deliver(at(111), &document), Answer::Receipt(at(111)));
    pair.flush(at(112));
    assert_eq!(pair.phases(), (Phase::Withdrawn, Phase::Withdrawn));
    pair.check_replays();
}

#[test]
fn a_withdrawal_after_the_receipt_for_the_order_is_refused() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let order = pair.buyer_orders(at(110));
    let dishonest = pair.seller_forges(at(112), withdraw());
    pair.buyer
        .answered(at(111), &order, Answer::Receipt(at(111)));
    let placed = pair.buyer.state().order.as_ref().unwrap();
    assert_eq!(placed.received_at, Some(at(111)));
    assert_eq!(
        pair.hand(at(112), &dishonest).unwrap(),
        Answer::Failure(Reason::NotAllowed)
    );
    assert_eq!(pair.buyer.phase(), Phase::Ordered);
}

#[test]
fn a_firm_bid_is_not_withdrawn_by_crossing_an_order() {
    let mut pair = Pair::with_firm_bid();
    pair.buyer_orders(at(110));
    let document = pair.seller_forges(at(110), withdraw());
    assert_eq!(
        pair.hand(at(111), &document).unwrap(),
        Answer::Failure(Reason::FirmCommitment)
    );
    assert_eq!(pair.buyer.phase(), Phase::Ordered);
}

#[test]
fn a_seller_with_an_order_at_hand_answers_it_instead_of_withdrawing() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    let refused = pair.seller.say(at(112), withdraw()).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

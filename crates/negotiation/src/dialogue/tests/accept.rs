//! From the request to the contract.

use opener_trade::{
    Reason,
    document::{Commitment, ResponseStatus},
};

use super::kit::*;
use crate::{
    Rejection, Role,
    dialogue::{Command, Effect, Input, NoticeKind, Phase, Turn},
};

#[test]
fn an_invitation_is_sent_and_its_receipt_says_delivered() {
    let mut pair = Pair::unconfirmed(rfp());
    let id = pair.rfp.id();
    assert!(pair.buyer.effects.contains(&Effect::Send(id)));
    assert_eq!(pair.seller.notices(), [NoticeKind::RequestArrived]);
    assert_eq!(pair.phases(), (Phase::Invited, Phase::Delivered));
    pair.flush(at(2));
    assert_eq!(pair.phases(), (Phase::Delivered, Phase::Delivered));
}

#[test]
fn nobody_invites_themselves_and_the_sellers_clock_judges_no_request() {
    use crate::dialogue::Dialogue;
    let rfp = std::sync::Arc::new(sign_rfp(rfp()));
    let own = Dialogue::open(Role::Buyer, buyer().peer_id(), rfp.clone(), at(0));
    assert_eq!(own.unwrap_err().reason, Reason::NotAllowed);
    let open = |minute| Dialogue::open(Role::Seller, seller().peer_id(), rfp.clone(), at(minute));
    for minute in [DEADLINE, DEADLINE + 1] {
        assert!(open(minute).is_ok());
    }
}

#[test]
fn an_intent_engages_both_sides_and_tells_the_buyer() {
    let mut pair = Pair::new();
    pair.seller_says(at(2), Command::Intent);
    pair.flush(at(3));
    assert_eq!(pair.phases(), (Phase::Engaged, Phase::Engaged));
    let mut late = Pair::new();
    let intent = late.seller_says(at(2), Command::Intent);
    late.hand(at(3), &intent).unwrap();
    assert_eq!(late.buyer.notices(), [NoticeKind::IntentArrived]);
}

#[test]
fn a_seller_declines_before_it_bids_and_not_after() {
    let mut pair = Pair::new();
    let no = decline(pair.rfp.id());
    let document = pair.seller_says(at(2), Command::Decline(no.clone()));
    assert_eq!(pair.deliver(at(3), &document), Answer::Receipt(at(3)));
    assert_eq!(pair.phases(), (Phase::Declined, Phase::Declined));

    let mut pair = Pair::with_firm_bid();
    let refused = pair.seller.say(at(11), Command::Decline(no)).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let refused = pair.seller.say(at(11), Command::Intent).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

#[test]
fn a_bid_stands_at_both_sides_and_the_buyers_receipt_proves_its_time() {
    let mut pair = Pair::new();
    let body = pair.bid(firm(at(FIRM)));
    let document = pair.seller_says(at(10), Command::Bid(Box::new(body)));
    let sent = pair.seller.state().standing.clone().unwrap();
    assert_eq!((sent.received_at, sent.proved), (at(10), false));
    let answer = pair.hand(at(12), &document).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::BidArrived]);
    pair.seller.answered(at(13), &document, answer);
    for side in [&pair.buyer, &pair.seller] {
        let standing = side.state().standing.as_ref().unwrap();
        assert_eq!(standing.document.id(), document.id());
        assert_eq!((standing.received_at, standing.proved), (at(12), true));
        assert_eq!(side.phase(), Phase::BidStanding);
    }
}

#[test]
fn a_bid_counts_although_the_receipt_for_the_request_was_lost() {
    let mut pair = Pair::unconfirmed(rfp());
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(10), body);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    pair.flush(at(11));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
}

#[test]
fn an_exact_order_on_a_firm_or_revocable_bid_is_accepted_by_the_sellers_program() {
    for commitment in [firm(at(FIRM)), Commitment::Revocable] {
        let mut pair = Pair::with_bid(10, commitment);
        let order = pair.buyer_orders(at(110));
        assert_eq!(pair.phases(), (Phase::Ordered, Phase::BidStanding));
        let answer = pair.hand(at(111), &order).unwrap();
        let accept = pair.answer(ResponseStatus::Accepted);
        assert_eq!(
            pair.seller.authored(),
            [&Command::Respond(Box::new(accept))]
        );
        assert_eq!(pair.seller.notices(), [NoticeKind::OrderAutoAccepted]);
        assert_eq!(pair.seller.phase(), Phase::Answered);
        pair.buyer.answered(at(111), &order, answer);

        let response = pair.seller.outbox[0].clone();
        let answer = pair.hand(at(112), &response).unwrap();
        assert_eq!(pair.buyer.notices(), [NoticeKind::DealConcluded]);
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Answered));
        pair.seller.answered(at(113), &response, answer);
        assert_eq!(pair.seller.notices(), [NoticeKind::DealConcluded]);
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
        pair.check_replays();
    }
}

#[test]
fn an_order_on_an_indicative_bid_waits_for_the_sellers_person() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let order = pair.buyer_orders(at(110));
    pair.hand(at(111), &order).unwrap();
    assert!(pair.seller.authored().is_empty());
    assert_eq!(pair.seller.notices(), [NoticeKind::OrderArrived]);
    pair.seller_answers(at(112), ResponseStatus::Accepted);
    pair.flush(at(113));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
}

#[test]
fn a_seller_does_not_refuse_or_change_what_its_bid_promised() {
    for status in [ResponseStatus::Refused, ResponseStatus::Changed] {
        for commitment in [firm(at(FIRM)), Commitment::Revocable] {
            let mut pair = Pair::with_bid(10, commitment);
            let document = pair.buyer_orders(at(110));
            // The machine alone: the program that would carry out its effects accepts at once.
            let mut dialogue = pair.seller.dialogue.clone();
            let input = |document| Input::Document {
                document,
                at: at(111),
            };
            dialogue.step(at(111), input(document.clone())).unwrap();
            let placed = dialogue.state().order.clone().unwrap();
            let response = answer(document.id(), placed.order(), status);
            let response = pair.seller.sign(at(111), response);
            let refused = dialogue.step(at(111), input(response)).unwrap_err();
            assert_eq!(refused.reason, Reason::FirmCommitment);
        }
    }
}

#[test]
fn an_order_that_is_not_exact_may_be_refused_whatever_the_bid() {
    let mut pair = Pair::with_firm_bid();
    let whole = pair.order(at(110));
    let less = vec![order_line(&whole, 0, "9"), order_line(&whole, 1, "20")];
    let charges = whole.charges.to_vec();
    let less = ordering(whole, less, charges);
    pair.buyer_says(at(110), Command::Order(Box::new(less)));
    pair.flush(at(111));
    assert_eq!(pair.phases(), (Phase::Ordered, Phase::Ordered));
    pair.seller_answers(at(112), ResponseStatus::Refused);
    pair.flush(at(113));
    assert_eq!(pair.phases(), (Phase::Refused, Phase::Refused));
}

#[test]
fn a_buyer_does_not_take_a_refusal_or_a_change_of_what_was_promised() {
    for status in [ResponseStatus::Refused, ResponseStatus::Changed] {
        for commitment in [firm(at(FIRM)), Commitment::Revocable] {
            let mut pair = Pair::with_bid(10, commitment);
            let order = pair.buyer_orders(at(110));
            let placed = pair.buyer.state().order.as_ref().unwrap().order().clone();
            let response = answer(order.id(), &placed, status);
            let refused = pair.seller.sign(at(111), response);
            let rejection = pair.hand(at(112), &refused).unwrap();
            assert_eq!(rejection, Answer::Failure(Reason::FirmCommitment));
            assert_eq!(pair.buyer.phase(), Phase::Ordered);
        }
    }
}

#[test]
fn a_refused_order_ends_the_dialogue_and_tells_the_buyer() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    let refusal = pair.seller_answers(at(112), ResponseStatus::Refused);
    pair.hand(at(113), &refusal).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::OrderRefused]);
    assert_eq!(pair.phases(), (Phase::Refused, Phase::Refused));
}

#[test]
fn an_answer_must_fit_the_order_and_name_it() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    let mut unanswered = pair.answer(ResponseStatus::Accepted);
    unanswered.lines = list(vec![unanswered.lines[0].clone()]);
    let mut other = pair.answer(ResponseStatus::Accepted);
    other.order = pair.rfp.id();
    let mut dearer = pair.answer(ResponseStatus::Accepted);
    let mut lines = dearer.lines.into_vec();
    lines[0].price = price("101");
    dearer.lines = list(lines);
    for (response, reason) in [
        (unanswered, Reason::Malformed),
        (other, Reason::Stale),
        (dearer, Reason::Malformed),
    ] {
        let command = Command::Respond(Box::new(response));
        let refused: Rejection = pair.seller.say(at(112), command).unwrap_err();
        assert_eq!(refused.reason, reason, "{refused}");
    }
}

#[test]
fn a_changed_answer_is_confirmed_whole() {
    let mut pair = Pair::conditional();
    let confirmation = pair.confirmation(ResponseStatus::Accepted);
    let document = pair.buyer_says(at(114), Command::Respond(Box::new(confirmation)));
    pair.hand(at(115), &document).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::DealConcluded]);
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));

    let mut pair = Pair::conditional();
    let mut partly = pair.confirmation(ResponseStatus::Accepted);
    partly.lines = list(vec![partly.lines[0].clone()]);
    let refused = pair
        .buyer
        .say(at(114), Command::Respond(Box::new(partly)))
        .unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

#[test]
fn a_changed_answer_that_the_buyer_refuses_leaves_the_bid_standing() {
    let mut pair = Pair::conditional();
    let no = pair.confirmation(ResponseStatus::Refused);
    let document = pair.buyer_says(at(114), Command::Respond(Box::new(no)));
    pair.hand(at(115), &document).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::ChangeRefused]);
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert!(pair.buyer.state().order.is_none() && pair.seller.state().order.is_none());
    pair.flush(at(116));
    pair.buyer_orders(at(117));
    pair.flush(at(118));
    assert_eq!(pair.phases(), (Phase::Ordered, Phase::Ordered));
    pair.check_replays();
}

#[test]
fn only_the_seller_answers_an_order_and_only_the_buyer_confirms() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    let own = pair.answer(ResponseStatus::Accepted);
    let refused = pair
        .buyer
        .say(at(112), Command::Respond(Box::new(own)))
        .unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let mut pair = Pair::conditional();
    let again = pair.answer(ResponseStatus::Accepted);
    let refused = pair
        .seller
        .say(at(114), Command::Respond(Box::new(again)))
        .unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
}

#[test]
fn the_turn_says_who_must_act_and_until_when() {
    let turn = |who, minute: i64| Turn {
        who: Some(who),
        until: Some(at(minute)),
    };
    let mut pair = Pair::new();
    assert_eq!(pair.buyer.state().turn(), turn(Role::Seller, DEADLINE));
    let body = pair.bid(Commitment::Indicative);
    pair.bids(at(10), body);
    assert_eq!(pair.seller.state().turn(), turn(Role::Buyer, AWARD_BY));
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    assert_eq!(pair.buyer.state().turn(), turn(Role::Seller, 110 + ANSWER));
    pair.seller_answers(at(112), ResponseStatus::Changed);
    pair.flush(at(113));
    assert_eq!(pair.seller.state().turn(), turn(Role::Buyer, 110 + DECIDE));
    let concluded = Pair::concluded();
    let no_hurry = |who| Turn { who, until: None };
    assert_eq!(concluded.buyer.state().turn(), no_hurry(Some(Role::Buyer)));
    let mut declined = Pair::new();
    let no = decline(declined.rfp.id());
    declined.seller_says(at(2), Command::Decline(no));
    assert_eq!(declined.seller.state().turn(), no_hurry(None));
}

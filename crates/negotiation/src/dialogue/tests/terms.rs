//! The final terms.

use opener_trade::{
    Reason,
    document::{Disclosure, FinalTerms, ResponseStatus, Terms},
    sign,
};

use super::kit::*;
use crate::{
    Role,
    dialogue::{Command, Effect, NoticeKind, Phase},
};

#[test]
fn both_sign_the_same_bytes_and_each_reports_them() {
    for first in [Role::Buyer, Role::Seller] {
        let mut pair = Pair::concluded();
        let terms = pair.terms();
        let document = pair.signs(first, at(120), terms.clone()).unwrap();
        pair.hand(at(121), &document).unwrap();
        let second = pair.side(first.other());
        assert_eq!(second.notices(), [NoticeKind::TermsToSign]);
        assert_eq!(second.phase(), Phase::Concluded);
        let document = pair.signs(first.other(), at(122), terms.clone()).unwrap();
        let report = Effect::Report {
            by_buyer: sign(&buyer(), terms.clone()).unwrap().bytes().clone(),
            by_seller: sign(&seller(), terms).unwrap().bytes().clone(),
        };
        assert!(pair.side(first.other()).effects.contains(&report));
        pair.hand(at(123), &document).unwrap();
        assert!(pair.side(first).effects.contains(&report));
        assert_eq!(pair.side(first).notices(), [NoticeKind::TermsSigned]);
        assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
        pair.check_replays();
    }
}

#[test]
fn terms_of_another_deal_or_another_total_are_refused_by_both() {
    let changes: &[fn(&mut Terms)] = &[
        |t| t.deal = opener_trade::DealId::from_bytes([8; 16]),
        |t| t.rfp = nothing(),
        |t| t.bid = nothing(),
        |t| t.order = nothing(),
        |t| t.response = nothing(),
        |t| t.bid_valid_until = at(VALID + 1),
        |t| t.ordered_at = at(109),
        |t| t.answer_by = at(140),
        |t| t.accepted_at = at(112),
        |t| t.seller = stranger().peer_id(),
        |t| t.region = Some(parse("FR")),
        |t| {
            t.disclosure = Disclosure::Full;
            t.delivery = Some(delivery("Hamburg"));
        },
        |t| {
            t.charges = list(vec![]);
            t.total = Some(euro("1610"));
        },
        |t| {
            let mut lines = t.lines.clone().into_vec();
            lines[0].price = price("99");
            lines[0].amount = euro("990");
            t.lines = list(lines);
            t.total = Some(euro("1625"));
        },
        |t| {
            // The same total for other goods.
            let mut lines = t.lines.clone().into_vec();
            lines[0].quantity = pieces("20");
            lines[0].price = price("50");
            t.lines = list(lines);
        },
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut pair = Pair::concluded();
        let mut terms = pair.terms();
        change(&mut terms);
        let signed = sign(&buyer(), terms).unwrap();
        let signed = signed.bytes().to_vec().into();
        let command = Command::SignTerms(FinalTerms { signed });
        let own = pair.buyer.say(at(120), command.clone()).unwrap_err();
        assert_eq!(own.reason, Reason::NotAllowed, "change {i}");
        let forged = pair.buyer_forges(at(120), command);
        let theirs = pair.hand(at(121), &forged).unwrap();
        assert_eq!(theirs, Answer::Failure(Reason::NotAllowed), "change {i}");
    }
}

#[test]
fn terms_may_disclose_less_inside_what_was_agreed() {
    let mut pair = Pair::concluded();
    let mut terms = pair.terms();
    terms.region = None;
    assert!(pair.signs(Role::Buyer, at(120), terms).is_ok());
}

#[test]
fn the_second_signature_covers_the_bytes_of_the_first() {
    let mut pair = Pair::concluded();
    let terms = pair.terms();
    let first = pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    pair.hand(at(121), &first).unwrap();
    let mut other = terms.clone();
    other.region = None;
    let refused = pair.signs(Role::Seller, at(122), other).unwrap_err();
    assert_eq!(refused.reason, Reason::Stale);
    assert_eq!(
        refused.head,
        Some(sign(&buyer(), terms).unwrap().id()),
        "the head is what the other side signed"
    );
}

#[test]
fn each_side_signs_once_and_for_itself() {
    let mut pair = Pair::concluded();
    let terms = pair.terms();
    pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    let again = pair.signs(Role::Buyer, at(121), terms.clone());
    assert_eq!(again.unwrap_err().reason, Reason::NotAllowed);
    let by_seller = sign(&seller(), terms).unwrap().bytes().to_vec();
    let mut pair = Pair::concluded();
    let command = |signed: Vec<u8>| {
        Command::SignTerms(FinalTerms {
            signed: signed.into(),
        })
    };
    let refused = pair.buyer.say(at(120), command(by_seller)).unwrap_err();
    assert_eq!(refused.reason, Reason::NotAllowed);
    let garbage = pair.buyer.say(at(120), command(vec![1, 2, 3])).unwrap_err();
    assert_eq!(garbage.reason, Reason::Malformed);
}

#[test]
fn nothing_is_signed_before_there_is_a_contract() {
    let concluded = Pair::concluded();
    let mut pair = Pair::with_firm_bid();
    let refused = pair.signs(Role::Buyer, at(120), concluded.terms());
    assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    // The seller has answered and does not know yet whether it counted.
    pair.buyer_orders(at(110));
    let order = pair.buyer.outbox[0].clone();
    pair.deliver(at(111), &order);
    let terms = terms(pair.seller.state());
    let refused = pair.signs(Role::Seller, at(112), terms);
    assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
}

#[test]
fn the_buyers_terms_tell_a_waiting_seller_that_the_deal_is_concluded() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(111), &order);
    let response = pair.seller.outbox[0].clone();
    let receipt = pair.hand(at(112), &response).unwrap();
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Answered));
    let terms = pair.terms();
    let signed = pair.signs(Role::Buyer, at(113), terms).unwrap();
    pair.hand(at(114), &signed).unwrap();
    assert_eq!(pair.seller.phase(), Phase::Concluded);
    assert_eq!(
        pair.seller.notices(),
        [NoticeKind::DealConcluded, NoticeKind::TermsToSign]
    );
    pair.seller.answered(at(115), &response, receipt);
    assert!(pair.seller.effects.is_empty(), "it is known already");
    pair.check_replays();
}

#[test]
fn the_terms_of_a_changed_answer_are_those_that_were_confirmed() {
    let mut pair = Pair::conditional();
    let yes = pair.confirmation(ResponseStatus::Accepted);
    pair.buyer_says(at(114), Command::Respond(Box::new(yes)));
    pair.flush(at(115));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    let terms = pair.terms();
    assert_eq!(terms.total, Some(euro("1535")), "nine desks");
    let mut as_ordered = terms.clone();
    let mut lines = as_ordered.lines.into_vec();
    lines[0].quantity = pieces("10");
    lines[0].amount = euro("1000");
    as_ordered.lines = list(lines);
    as_ordered.total = Some(euro("1635"));
    assert!(pair.signs(Role::Buyer, at(120), as_ordered).is_err());
    pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    pair.flush(at(121));
    pair.signs(Role::Seller, at(122), terms).unwrap();
    pair.flush(at(123));
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
}

//! Changing and cancelling a concluded order: both sign the same, or nothing changes.

use opener_trade::{Reason, document::OrderChange};

use super::kit::*;
use crate::{
    Role,
    dialogue::{Amendment, Command, NoticeKind, Phase, amend::PROPOSALS},
};

const BOTH: [Role; 2] = [Role::Buyer, Role::Seller];

fn desks(pair: &Pair, role: Role) -> String {
    let state = match role {
        Role::Buyer => pair.buyer.state(),
        Role::Seller => pair.seller.state(),
    };
    let order = state.order.as_ref().unwrap().agreed_order();
    order.lines[0].quantity.value.to_string()
}

#[test]
fn a_change_holds_when_both_have_signed_it() {
    for by in BOTH {
        let mut pair = Pair::concluded();
        let proposal = pair.proposes(by, 120, "8", 30);
        pair.flush(at(121));
        let other = pair.side(by.other());
        assert_eq!(other.notices(), [NoticeKind::AmendmentProposed]);
        for role in BOTH {
            let turn = pair.side(role).state().turn();
            assert_eq!((turn.who, turn.until), (Some(by.other()), Some(at(150))));
        }
        let agreement = pair.agrees(by.other(), 122);
        assert_eq!(
            agreement.header().unwrap().answers,
            Some(proposal.id()),
            "an agreement names the proposal"
        );
        assert_eq!(desks(&pair, by.other()), "10", "not before the receipt");
        let answer = pair.hand(at(123), &agreement).unwrap();
        assert_eq!(pair.side(by).notices(), [NoticeKind::OrderAmended]);
        pair.side(by.other()).answered(at(124), &agreement, answer);
        assert_eq!(pair.side(by.other()).notices(), [NoticeKind::OrderAmended]);
        for role in BOTH {
            assert_eq!(desks(&pair, role), "8");
            assert_eq!(pair.side(role).phase(), Phase::Concluded);
        }
        pair.check_replays();
    }
}

#[test]
fn the_final_terms_are_those_of_the_changed_order() {
    let mut pair = Pair::concluded();
    let as_ordered = pair.terms();
    pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    let agreement = pair.agrees(Role::Seller, 122);
    pair.flush(at(123));
    let terms = pair.terms();
    assert_eq!(terms.change, Some(agreement.id()));
    assert_eq!(terms.total, Some(euro("1435")), "eight desks");
    let old = pair.signs(Role::Buyer, at(124), as_ordered);
    assert_eq!(old.unwrap_err().reason, Reason::NotAllowed);
    let mut unnamed = terms.clone();
    unnamed.change = None;
    assert!(pair.signs(Role::Buyer, at(124), unnamed).is_err());
    pair.signs(Role::Buyer, at(124), terms.clone()).unwrap();
    pair.flush(at(125));
    pair.signs(Role::Seller, at(126), terms).unwrap();
    pair.flush(at(127));
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
    pair.check_replays();
}

#[test]
fn an_order_is_changed_again_and_then_cancelled() {
    let mut pair = Pair::concluded();
    for (minute, by, count) in [(120, Role::Buyer, "8"), (130, Role::Seller, "9")] {
        pair.proposes(by, minute, count, 30);
        pair.flush(at(minute + 1));
        pair.agrees(by.other(), minute + 2);
        pair.flush(at(minute + 3));
        assert_eq!(desks(&pair, Role::Buyer), count);
    }
    pair.proposes_to_cancel(Role::Seller, 140);
    pair.flush(at(141));
    let open = pair.buyer.state().proposal.as_ref().unwrap();
    assert_eq!(open.amendment, Amendment::Cancel);
    pair.agrees(Role::Buyer, 142);
    pair.flush(at(143));
    assert_eq!(pair.phases(), (Phase::Cancelled, Phase::Cancelled));
    assert_eq!(pair.buyer.notices(), [NoticeKind::OrderCancelled]);
    let again = pair.buyer.say(at(150), Command::AcceptAmendment);
    assert!(again.is_err(), "it is over");
    pair.check_replays();
}

#[test]
fn what_is_refused_or_taken_back_leaves_the_order_as_it_was() {
    for (by, ends, told) in [
        (Role::Buyer, Role::Seller, NoticeKind::AmendmentRefused),
        (Role::Seller, Role::Buyer, NoticeKind::AmendmentRefused),
        (Role::Buyer, Role::Buyer, NoticeKind::AmendmentWithdrawn),
        (Role::Seller, Role::Seller, NoticeKind::AmendmentWithdrawn),
    ] {
        let mut pair = Pair::concluded();
        let proposal = pair.proposes(by, 120, "8", 30);
        pair.flush(at(121));
        let refuse = Command::RefuseAmendment(refuse_amendment(proposal.id()));
        let word = pair.side(ends).say(at(122), refuse.clone()).unwrap();
        pair.hand(at(123), &word).unwrap();
        assert_eq!(pair.side(ends.other()).notices(), [told]);
        pair.flush(at(124));
        for role in BOTH {
            assert!(pair.side(role).state().proposal.is_none());
            assert_eq!(desks(&pair, role), "10");
        }
        let again = pair.side(ends).say(at(125), refuse).unwrap_err();
        assert_eq!(again.reason, Reason::NotAllowed);
        pair.proposes(by, 126, "7", 30);
        pair.check_replays();
    }
}

#[test]
fn a_proposal_keeps_to_the_request_and_changes_something() {
    type Spoil = fn(&mut OrderChange);
    let spoils: &[(Spoil, Reason)] = &[
        (|c| c.order = nothing(), Reason::Stale),
        (
            |c| {
                let mut lines = c.lines.clone().into_vec();
                lines[0].line = 9;
                c.lines = list(lines);
            },
            Reason::NotAllowed,
        ),
        (
            |c| {
                let mut lines = c.lines.clone().into_vec();
                lines[0].quantity.unit = parse("KGM");
                c.lines = list(lines);
            },
            Reason::UnitNotConvertible,
        ),
    ];
    let mut pair = Pair::concluded();
    let say = |pair: &mut Pair, body: OrderChange| {
        let command = Command::ChangeOrder(Box::new(body), at(150));
        pair.buyer.say(at(120), command).unwrap_err().reason
    };
    for (spoil, reason) in spoils {
        let mut body = change(pair.buyer.state(), "8");
        spoil(&mut body);
        assert_eq!(say(&mut pair, body), *reason);
    }
    let more = change(pair.buyer.state(), "11");
    assert_eq!(say(&mut pair, more), Reason::QuantityExceeded);
    let same = change(pair.buyer.state(), "10");
    assert_eq!(say(&mut pair, same), Reason::NotAllowed);
}

#[test]
fn only_a_concluded_order_is_changed() {
    let concluded = Pair::concluded();
    let body = change(concluded.buyer.state(), "8");
    let mut pair = Pair::with_firm_bid();
    pair.buyer_orders(at(110));
    let command = Command::ChangeOrder(Box::new(body), at(150));
    let early = pair.buyer.say(at(111), command.clone()).unwrap_err();
    assert_eq!(early.reason, Reason::NotAllowed);

    let mut pair = Pair::concluded();
    let terms = pair.terms();
    pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    pair.flush(at(121));
    pair.signs(Role::Seller, at(122), terms).unwrap();
    pair.flush(at(123));
    for role in BOTH {
        let body = change(pair.side(role).state(), "8");
        let command = Command::ChangeOrder(Box::new(body), at(150));
        let refused = pair.side(role).say(at(124), command).unwrap_err();
        assert_eq!(refused.reason, Reason::NotAllowed, "both have signed");
    }
}

#[test]
fn an_agreement_to_something_else_is_refused() {
    let mut pair = Pair::concluded();
    pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    let open = pair.seller.state().proposal.as_ref().unwrap();
    let (other, answers) = (change(pair.seller.state(), "9"), open.document.id());
    let forged = pair.seller.sign_in_answer(at(122), other, Some(answers));
    let answer = pair.hand(at(123), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
    assert_eq!(desks(&pair, Role::Buyer), "10");
}

#[test]
fn the_proposers_clock_judges_until_when_it_is_agreed_to() {
    let mut pair = Pair::concluded();
    let proposal = pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    let agreement = pair.agrees(Role::Seller, 150);
    // The post takes a minute too long.
    let answer = pair.deliver(at(151), &agreement);
    assert_eq!(answer, Answer::Failure(Reason::Expired));
    assert_eq!(desks(&pair, Role::Seller), "10");
    pair.tick(at(151));
    assert_eq!(
        pair.buyer.authored(),
        [&Command::RefuseAmendment(refuse_amendment(proposal.id()))]
    );
    assert_eq!(pair.seller.notices(), [NoticeKind::AmendmentExpired]);
    let late = pair.seller.say(at(152), Command::AcceptAmendment);
    assert!(late.is_err());
    pair.flush(at(153));
    for role in BOTH {
        assert!(pair.side(role).state().proposal.is_none());
        assert_eq!(pair.side(role).state().wake_at(), None);
    }
    pair.check_replays();
}

#[test]
fn a_proposal_that_comes_after_its_time_is_refused() {
    let mut pair = Pair::concluded();
    let proposal = pair.proposes(Role::Seller, 120, "8", 5);
    let answer = pair.deliver(at(126), &proposal);
    assert_eq!(answer, Answer::Failure(Reason::Expired));
    assert!(pair.seller.state().proposal.is_none());
    pair.check_replays();
}

#[test]
fn an_agreement_that_crosses_the_taking_back_comes_to_nothing() {
    for (by, failure_first) in [
        (Role::Buyer, true),
        (Role::Buyer, false),
        (Role::Seller, true),
        (Role::Seller, false),
    ] {
        let mut pair = Pair::concluded();
        let proposal = pair.proposes(by, 120, "8", 30);
        pair.flush(at(121));
        let agreement = pair.agrees(by.other(), 122);
        let refuse = Command::RefuseAmendment(refuse_amendment(proposal.id()));
        let back = pair.side(by).say(at(122), refuse).unwrap();
        if failure_first {
            let answer = pair.deliver(at(123), &agreement);
            assert_eq!(answer, Answer::Failure(Reason::Stale));
            pair.deliver(at(124), &back);
        } else {
            pair.deliver(at(123), &back);
            pair.deliver(at(124), &agreement);
        }
        for role in BOTH {
            assert!(pair.side(role).state().proposal.is_none());
            assert_eq!(desks(&pair, role), "10");
        }
        pair.check_replays();
    }
}

#[test]
fn what_is_agreed_is_not_taken_back() {
    let mut pair = Pair::concluded();
    let proposal = pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    let refuse = Command::RefuseAmendment(refuse_amendment(proposal.id()));
    pair.agrees(Role::Seller, 122);
    let waiting = pair.seller.say(at(123), refuse.clone()).unwrap_err();
    assert_eq!(waiting.reason, Reason::NotAllowed);
    pair.flush(at(124));
    let forged = pair.buyer_forges(at(125), refuse);
    let answer = pair.hand(at(126), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
    assert_eq!(desks(&pair, Role::Seller), "8");
}

#[test]
fn of_two_proposals_that_cross_the_buyers_stands() {
    let mut pair = Pair::concluded();
    let asked = pair.proposes(Role::Buyer, 120, "8", 30);
    pair.proposes(Role::Seller, 120, "9", 30);
    pair.flush(at(121));
    for role in BOTH {
        let open = pair.side(role).state().proposal.as_ref().unwrap();
        assert_eq!(open.document.id(), asked.id());
        let turn = pair.side(role).state().turn();
        assert_eq!(turn.who, Some(Role::Seller));
    }
    pair.agrees(Role::Seller, 122);
    pair.flush(at(123));
    for role in BOTH {
        assert_eq!(desks(&pair, role), "8");
    }
    pair.check_replays();
}

#[test]
fn a_sellers_proposal_gives_way_even_to_one_that_was_taken_back() {
    let mut pair = Pair::concluded();
    let asked = pair.proposes(Role::Buyer, 120, "8", 30);
    let refuse = Command::RefuseAmendment(refuse_amendment(asked.id()));
    pair.buyer_says(at(121), refuse);
    let offered = pair.proposes(Role::Seller, 121, "9", 30);
    // The seller's is there first, and the buyer agrees to it.
    pair.deliver(at(122), &offered);
    pair.agrees(Role::Buyer, 123);
    pair.flush(at(124));
    for role in BOTH {
        assert!(pair.side(role).state().proposal.is_none());
        assert_eq!(desks(&pair, role), "10");
    }
    pair.check_replays();
}

#[test]
fn two_cancellations_that_cross_cancel_the_order() {
    let mut pair = Pair::concluded();
    pair.proposes_to_cancel(Role::Buyer, 120);
    pair.proposes_to_cancel(Role::Seller, 120);
    pair.flush(at(121));
    assert_eq!(pair.phases(), (Phase::Cancelled, Phase::Cancelled));
    pair.check_replays();
}

#[test]
fn nobody_signs_terms_while_a_change_is_proposed() {
    let mut pair = Pair::concluded();
    pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    for role in BOTH {
        let terms = pair.terms();
        let refused = pair.signs(role, at(122), terms).unwrap_err();
        assert_eq!(refused.reason, Reason::NotAllowed);
    }
    let terms = pair.terms();
    let forged = pair.buyer_forges(at(123), sign_terms(&buyer(), terms));
    let answer = pair.hand(at(124), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
}

#[test]
fn a_signature_that_crosses_a_proposal_stands_and_an_agreed_change_voids_it() {
    let mut pair = Pair::concluded();
    let terms = pair.terms();
    pair.signs(Role::Seller, at(120), terms).unwrap();
    pair.proposes(Role::Buyer, 120, "8", 30);
    pair.flush(at(121));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.agrees(Role::Seller, 122);
    pair.flush(at(123));
    for role in BOTH {
        assert!(pair.side(role).state().terms.by_seller.is_none());
    }
    let terms = pair.terms();
    pair.signs(Role::Buyer, at(124), terms.clone()).unwrap();
    pair.signs(Role::Seller, at(124), terms).unwrap();
    pair.flush(at(125));
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
    pair.check_replays();
}

#[test]
fn the_second_signature_that_crosses_a_proposal_ends_it() {
    let mut pair = Pair::concluded();
    let terms = pair.terms();
    pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    pair.flush(at(121));
    pair.proposes(Role::Buyer, 122, "8", 30);
    pair.signs(Role::Seller, at(122), terms).unwrap();
    pair.flush(at(123));
    assert_eq!(pair.phases(), (Phase::Reported, Phase::Reported));
    for role in BOTH {
        assert_eq!(desks(&pair, role), "10");
    }
    pair.check_replays();
}

#[test]
fn what_rests_on_an_agreement_says_that_it_came_in_time() {
    let agreed = || {
        let mut pair = Pair::concluded();
        pair.proposes(Role::Buyer, 120, "8", 30);
        pair.flush(at(121));
        let agreement = pair.agrees(Role::Seller, 122);
        // The receipt is lost.
        pair.hand(at(123), &agreement).unwrap();
        assert_eq!(desks(&pair, Role::Seller), "10");
        pair
    };
    let mut pair = agreed();
    let terms = pair.terms();
    let signed = pair.signs(Role::Buyer, at(124), terms).unwrap();
    pair.hand(at(125), &signed).unwrap();
    assert_eq!(desks(&pair, Role::Seller), "8");
    pair.check_replays();

    let mut pair = agreed();
    let next = pair.proposes(Role::Buyer, 124, "7", 30);
    pair.hand(at(125), &next).unwrap();
    assert_eq!(desks(&pair, Role::Seller), "8");
    assert!(pair.seller.state().proposal.is_some());
    pair.check_replays();
}

#[test]
fn a_proposal_tells_a_waiting_seller_that_the_deal_is_concluded() {
    let mut pair = Pair::unheard();
    let proposal = pair.proposes(Role::Buyer, 113, "8", 30);
    pair.hand(at(114), &proposal).unwrap();
    assert_eq!(pair.seller.phase(), Phase::Concluded);
    assert_eq!(
        pair.seller.notices(),
        [NoticeKind::DealConcluded, NoticeKind::AmendmentProposed]
    );
    pair.check_replays();
}

#[test]
fn a_changed_answer_is_changed_back_to_what_was_ordered() {
    let mut pair = Pair::conditional();
    let yes = pair.confirmation(opener_trade::document::ResponseStatus::Accepted);
    pair.buyer_says(at(114), Command::Respond(Box::new(yes)));
    pair.flush(at(115));
    pair.proposes(Role::Buyer, 120, "10", 30);
    pair.flush(at(121));
    pair.agrees(Role::Seller, 122);
    pair.flush(at(123));
    assert_eq!(pair.terms().total, Some(euro("1635")), "ten desks again");
    pair.check_replays();
}

#[test]
fn each_side_proposes_so_often_and_no_more() {
    let mut pair = Pair::concluded();
    for _ in 0..PROPOSALS {
        let proposal = pair.proposes(Role::Buyer, 120, "8", 30);
        let refuse = Command::RefuseAmendment(refuse_amendment(proposal.id()));
        pair.buyer_says(at(120), refuse);
    }
    let body = change(pair.buyer.state(), "8");
    let command = Command::ChangeOrder(Box::new(body), at(150));
    let own = pair.buyer.say(at(120), command.clone()).unwrap_err();
    assert_eq!(own.reason, Reason::TooLarge);
    pair.flush(at(121));
    let forged = pair.buyer_forges(at(122), command);
    let theirs = pair.hand(at(123), &forged).unwrap();
    assert_eq!(theirs, Answer::Failure(Reason::TooLarge));
}

//! The seller lets an order go that it has accepted and heard nothing of.

use opener_trade::{Duration, Reason, document::ResponseStatus};

use super::kit::*;
use crate::{
    Role,
    dialogue::{Command, NoticeKind, Phase, release::CLOCKS_APART},
};

/// `release_after` of an order that is placed in minute 110.
const AFTER: i64 = 170;

fn release() -> Command {
    Command::Release(Default::default())
}

#[test]
fn a_release_ends_the_order_at_a_buyer_that_had_concluded() {
    let mut pair = Pair::unheard();
    let word = pair.seller_says(at(AFTER), release());
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Released));
    pair.hand(at(AFTER + 1), &word).unwrap();
    assert_eq!(pair.phases(), (Phase::Released, Phase::Released));
    assert_eq!(pair.buyer.notices(), [NoticeKind::OrderReleased]);
    // The receipt for the acceptance comes at last, and undoes nothing.
    pair.flush(at(AFTER + 2));
    assert_eq!(pair.phases(), (Phase::Released, Phase::Released));
    pair.check_replays();
}

#[test]
fn nothing_is_released_before_its_time() {
    let mut pair = Pair::unheard();
    let early = at(AFTER).plus(Duration::from_millis(-1));
    let own = pair.seller.say(early, release()).unwrap_err();
    assert_eq!(own.reason, Reason::NotAllowed);
    let forged = pair.seller_forges(early, release());
    let theirs = pair.hand(at(AFTER + 1), &forged).unwrap();
    assert_eq!(theirs, Answer::Failure(Reason::NotAllowed), "signed early");

    let allowed = at(AFTER).plus(Duration::from_millis(-CLOCKS_APART.millis()));
    let mut pair = Pair::unheard();
    let word = pair.seller_says(at(AFTER), release());
    let too_early = allowed.plus(Duration::from_millis(-1));
    let theirs = pair.deliver(too_early, &word);
    assert_eq!(theirs, Answer::Failure(Reason::NotAllowed));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Answered));
    pair.check_replays();

    let mut pair = Pair::unheard();
    let word = pair.seller_says(at(AFTER), release());
    assert_eq!(pair.deliver(allowed, &word), Answer::Receipt(allowed));
}

#[test]
fn only_a_seller_that_waits_releases() {
    let mut pair = Pair::with_firm_bid();
    assert!(pair.seller.say(at(AFTER), release()).is_err(), "no order");
    let mut pair = Pair::concluded();
    let known = pair.seller.say(at(AFTER), release()).unwrap_err();
    assert_eq!(known.reason, Reason::NotAllowed);
    let forged = pair.buyer_forges(at(AFTER), release());
    let not_the_buyer = pair.hand(at(AFTER), &forged).unwrap();
    assert_eq!(not_the_buyer, Answer::Failure(Reason::NotAllowed));
    let mut pair = Pair::with_bid(10, opener_trade::document::Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    assert!(pair.seller.say(at(AFTER), release()).is_err(), "no answer");
    let forged = pair.seller_forges(at(AFTER), release());
    let unanswered = pair.hand(at(AFTER), &forged).unwrap();
    assert_eq!(unanswered, Answer::Failure(Reason::NotAllowed));
}

#[test]
fn what_has_lapsed_stays_lapsed() {
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(111), &order);
    pair.buyer.tick(at(136));
    assert_eq!(pair.phases(), (Phase::LapsedUnanswered, Phase::Answered));
    pair.seller_says(at(AFTER), release());
    pair.flush(at(AFTER + 1));
    assert_eq!(
        pair.phases(),
        (Phase::LapsedUnanswered, Phase::LapsedUnanswered)
    );
    pair.check_replays();
}

#[test]
fn a_seller_that_is_proved_to_have_known_releases_nothing() {
    let mut pair = Pair::unheard();
    let terms = pair.terms();
    let signed = pair.signs(Role::Buyer, at(113), terms).unwrap();
    let forged = pair.seller_forges(at(AFTER), release());
    // The seller signs that it has the buyer's terms, and then says that it has heard nothing.
    pair.buyer
        .answered(at(114), &signed, Answer::Receipt(at(114)));
    let answer = pair.hand(at(AFTER), &forged).unwrap();
    assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
    assert_eq!(pair.buyer.phase(), Phase::Concluded);
    pair.check_replays();
}

#[test]
fn a_release_that_crosses_the_buyers_terms_ends_the_order() {
    for release_first in [true, false] {
        let mut pair = Pair::unheard();
        let word = pair.seller_says(at(AFTER), release());
        let terms = pair.terms();
        let signed = pair.signs(Role::Buyer, at(AFTER), terms).unwrap();
        if release_first {
            pair.deliver(at(AFTER + 1), &word);
            let signed = &pair.buyer.state().terms.by_buyer;
            assert!(signed.is_none(), "there is nothing to have signed");
        }
        let answer = pair.deliver(at(AFTER + 1), &signed);
        assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
        pair.flush(at(AFTER + 2));
        assert_eq!(pair.phases(), (Phase::Released, Phase::Released));
        pair.check_replays();
    }
}

#[test]
fn a_release_that_crosses_a_proposal_ends_the_order() {
    for release_first in [true, false] {
        let mut pair = Pair::unheard();
        let word = pair.seller_says(at(AFTER), release());
        let proposal = pair.proposes(Role::Buyer, AFTER, "8", 30);
        if release_first {
            pair.deliver(at(AFTER + 1), &word);
        }
        let answer = pair.deliver(at(AFTER + 1), &proposal);
        assert_eq!(answer, Answer::Failure(Reason::NotAllowed));
        pair.flush(at(AFTER + 2));
        assert_eq!(pair.phases(), (Phase::Released, Phase::Released));
        assert!(pair.buyer.state().proposal.is_none());
        pair.check_replays();
    }
}

#[test]
fn a_changed_answer_that_the_buyer_confirmed_in_vain_is_released() {
    for release_first in [true, false] {
        let mut pair = Pair::conditional();
        let yes = pair.confirmation(ResponseStatus::Accepted);
        let confirmed = pair.buyer_says(at(114), Command::Respond(Box::new(yes)));
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Conditional));
        let word = pair.seller_says(at(AFTER), release());
        if release_first {
            pair.deliver(at(AFTER + 1), &word);
        }
        pair.deliver(at(AFTER + 2), &confirmed);
        pair.flush(at(AFTER + 3));
        assert_eq!(pair.phases(), (Phase::Released, Phase::Released));
        pair.check_replays();
    }
}

#[test]
fn the_seller_is_told_once_that_it_may_release() {
    let mut pair = Pair::unheard();
    assert_eq!(pair.seller.state().turn().who, Some(Role::Buyer));
    let wake = pair.seller.state().wake_at().unwrap();
    assert_eq!(wake, at(AFTER).plus(Duration::from_millis(1)));
    pair.seller.tick(wake);
    assert_eq!(pair.seller.notices(), [NoticeKind::ReleasePossible]);
    assert_eq!(pair.seller.state().turn().who, Some(Role::Seller));
    assert_eq!(pair.seller.state().wake_at(), None);
    pair.seller.tick(at(AFTER + 9));
    assert!(pair.seller.effects.is_empty());
    // Released or not is the seller's choice: a receipt still concludes.
    pair.flush(at(AFTER + 10));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();
}

//! Calls in a dialogue: who may ring, how often, and what crosses.

use opener_trade::{
    CallId, DocumentId, Fingerprint, Reason,
    document::{CallAnswer, CallCandidate, CallEnd, CallEndReason, CallOffer, Commitment},
};

use super::{
    super::{
        calls::{CANDIDATE_DOCUMENTS, RENEWALS, RING_WINDOW, RINGS, RINGS_HEARD},
        command::CALL_LIFETIME,
    },
    kit::*,
};
use crate::{
    Role,
    dialogue::{Command, Effect, NoticeKind, Phase},
};

const fn call(n: u8) -> CallId {
    CallId::from_bytes([n; 16])
}

fn offer(n: u8, renews: Option<DocumentId>) -> CallOffer {
    CallOffer {
        call: call(n),
        sdp: parse("v=0\n"),
        fingerprint: Fingerprint::from_bytes([n; 32]),
        renews,
    }
}

fn rings(n: u8) -> Command {
    Command::CallOffer(offer(n, None))
}

fn takes(n: u8, offer: DocumentId) -> Command {
    Command::CallAnswer(CallAnswer {
        call: call(n),
        offer,
        sdp: parse("v=0\n"),
        fingerprint: Fingerprint::from_bytes([n; 32]),
    })
}

fn paths(n: u8, offer: DocumentId, renew: bool) -> Command {
    Command::CallCandidate(CallCandidate {
        call: call(n),
        offer,
        candidates: list(vec![]),
        last: true,
        renew,
    })
}

fn ends(n: u8, reason: CallEndReason, minute: i64) -> Command {
    Command::CallEnd(CallEnd {
        call: call(n),
        reason,
        connected_at: None,
        ended_at: at(minute),
    })
}

fn signals(effects: &[Effect]) -> usize {
    let signal = |effect: &&Effect| matches!(effect, Effect::Signal(_));
    effects.iter().filter(signal).count()
}

#[test]
fn a_call_changes_neither_terms_nor_turn() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let before = (pair.phases(), pair.buyer.state().turn());
    let bid = pair.buyer.state().standing.as_ref().unwrap().id();

    let ring = pair.buyer_says(at(10), rings(1));
    assert_eq!(signals(&pair.buyer.effects), 0);
    assert_eq!(pair.deliver(at(10), &ring), Answer::Receipt(at(10)));
    assert_eq!(signals(&pair.seller.effects), 1);
    assert_eq!(pair.seller.notices(), [NoticeKind::CallArrived]);

    let taken = pair.seller_says(at(10), takes(1, ring.id()));
    assert_eq!(pair.deliver(at(10), &taken), Answer::Receipt(at(10)));
    assert_eq!(signals(&pair.buyer.effects), 1);
    assert!(pair.buyer.notices().is_empty());
    let path = pair.seller_says(at(10), paths(1, ring.id(), false));
    assert_eq!(pair.deliver(at(10), &path), Answer::Receipt(at(10)));
    let again = Command::CallOffer(offer(1, Some(ring.id())));
    let again = pair.buyer_says(at(11), again);
    assert_eq!(pair.deliver(at(11), &again), Answer::Receipt(at(11)));
    assert!(pair.seller.notices().is_empty(), "a renewal does not ring");
    let over = pair.seller_says(at(12), ends(1, CallEndReason::HungUp, 12));
    assert_eq!(pair.deliver(at(12), &over), Answer::Receipt(at(12)));
    assert!(pair.buyer.notices().is_empty());

    assert_eq!((pair.phases(), pair.buyer.state().turn()), before);
    assert_eq!(pair.buyer.state().standing.as_ref().unwrap().id(), bid);
    assert!(pair.buyer.state().calls.made_by(Role::Buyer).is_none());
    pair.check_replays();
}

#[test]
fn only_the_other_side_of_an_open_call_answers_it() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let ring = pair.buyer_says(at(10), rings(1));
    // The caller cannot take its own call, and nobody one that was not made.
    assert!(pair.buyer.say(at(10), takes(1, ring.id())).is_err());
    pair.deliver(at(10), &ring);
    assert!(pair.seller.say(at(10), takes(2, ring.id())).is_err());
    assert!(pair.seller.say(at(10), paths(1, ring.id(), false)).is_err());
    assert!(pair.buyer.say(at(10), paths(1, ring.id(), true)).is_err());
    let forged = pair.seller_forges(at(10), takes(1, nothing()));
    assert_eq!(
        pair.deliver(at(10), &forged),
        Answer::Failure(Reason::Stale)
    );
    let forged = pair.buyer_forges(at(10), rings(1));
    assert_eq!(
        pair.deliver(at(10), &forged),
        Answer::Failure(Reason::NotAllowed)
    );
}

#[test]
fn who_rings_too_often_waits_and_blocks_no_chain() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    for n in 0..RINGS as u8 {
        let ring = pair.buyer_says(at(10), rings(n));
        assert_eq!(pair.deliver(at(10), &ring), Answer::Receipt(at(10)));
    }
    let refused = pair.buyer.say(at(10), rings(99)).unwrap_err();
    assert_eq!(refused.reason, Reason::RateLimited);

    // A clock that runs ahead: some more are heard, then no more, and nothing is kept of those.
    for n in RINGS..RINGS_HEARD {
        let ring = pair.buyer_says(at(20), rings(n as u8));
        assert_eq!(pair.deliver(at(10), &ring), Answer::Receipt(at(10)));
    }
    let ring = pair.buyer_says(at(20), rings(100));
    let input = crate::dialogue::Input::Document {
        document: ring.clone(),
        at: at(10),
    };
    let refused = pair.seller.dialogue.step(at(10), input).unwrap_err();
    assert_eq!(
        (refused.reason, refused.in_chain),
        (Reason::RateLimited, false)
    );

    // Sent again it has expired, keeps its place, and the chain goes on.
    let later = at(20).plus(CALL_LIFETIME).plus(minutes(1));
    let input = crate::dialogue::Input::Document {
        document: ring,
        at: later,
    };
    let refused = pair.seller.dialogue.step(later, input).unwrap_err();
    assert_eq!((refused.reason, refused.in_chain), (Reason::Expired, true));

    // After a while the side itself may ring again.
    let after = at(20).plus(RING_WINDOW);
    assert!(pair.buyer.say(after, rings(101)).is_ok());
}

#[test]
fn an_end_that_crosses_or_comes_late_is_no_fault() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let ring = pair.buyer_says(at(10), rings(1));
    pair.deliver(at(10), &ring);
    let over = pair.buyer_says(at(11), ends(1, CallEndReason::Cancelled, 11));
    let taken = pair.seller_says(at(11), takes(1, ring.id()));
    let hung_up = pair.seller_says(at(11), ends(1, CallEndReason::HungUp, 11));
    assert_eq!(pair.deliver(at(11), &over), Answer::Receipt(at(11)));
    assert_eq!(signals(&pair.seller.effects), 0, "it ended here before");
    assert_eq!(pair.deliver(at(11), &taken), Answer::Receipt(at(11)));
    assert_eq!(pair.deliver(at(11), &hung_up), Answer::Receipt(at(11)));
    assert_eq!(signals(&pair.buyer.effects), 0);

    // Who was off while it rang hears of it by its end.
    let ring = pair.buyer_says(at(20), rings(2));
    let over = pair.buyer_says(at(21), ends(2, CallEndReason::NoAnswer, 21));
    assert_eq!(
        pair.deliver(at(60), &ring),
        Answer::Failure(Reason::Expired)
    );
    assert_eq!(pair.deliver(at(60), &over), Answer::Receipt(at(60)));
    assert_eq!(pair.seller.notices(), [NoticeKind::CallMissed]);
    pair.check_replays();
}

#[test]
fn nobody_is_called_before_the_request_is_there_or_after_the_deal_is_over() {
    let mut pair = Pair::unconfirmed(rfp());
    assert_eq!(pair.buyer.phase(), Phase::Invited);
    assert!(pair.buyer.say(at(1), rings(1)).is_err());
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let lost = pair.buyer_says(at(10), not_chosen(pair.rfp.id()));
    assert!(pair.buyer.say(at(11), rings(1)).is_err());
    let ring = pair.seller_says(at(11), rings(2));
    pair.deliver(at(12), &lost);
    assert_eq!(
        pair.deliver(at(12), &ring),
        Answer::Failure(Reason::NotAllowed)
    );
}

#[test]
fn renewals_and_candidates_are_bounded() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let ring = pair.buyer_says(at(10), rings(1));
    pair.deliver(at(10), &ring);
    for _ in 0..CANDIDATE_DOCUMENTS {
        pair.buyer_says(at(10), paths(1, ring.id(), false));
    }
    let refused = pair.buyer.say(at(10), paths(1, ring.id(), false));
    assert_eq!(refused.unwrap_err().reason, Reason::TooLarge);

    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let mut newest = pair.buyer_says(at(10), rings(1));
    let early = Command::CallOffer(offer(1, Some(newest.id())));
    assert!(pair.buyer.say(at(10), early).is_err(), "it is not answered");
    for n in 0..=RENEWALS {
        pair.deliver(at(10), &newest);
        let taken = pair.seller_says(at(10), takes(1, newest.id()));
        pair.deliver(at(10), &taken);
        let renewal = Command::CallOffer(offer(1, Some(newest.id())));
        match pair.buyer.say(at(10), renewal) {
            Ok(renewed) => newest = renewed,
            Err(refused) => assert_eq!((n, refused.reason), (RENEWALS, Reason::TooLarge)),
        }
    }
}

#[test]
fn a_refused_offer_is_told_to_the_call_and_not_to_the_inbox() {
    let mut pair = Pair::with_bid(5, Commitment::Indicative);
    let ring = pair.buyer_says(at(10), rings(1));
    let effects = pair
        .buyer
        .dialogue
        .record_void(at(11), &ring, Reason::Blocked);
    assert_eq!(signals(&effects), 1);
    assert!(!effects.iter().any(|it| matches!(it, Effect::Notify(_))));
    assert!(pair.buyer.state().calls.made_by(Role::Buyer).is_none());
}

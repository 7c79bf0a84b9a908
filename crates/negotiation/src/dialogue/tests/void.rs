//! Chains, documents that are refused, and journals that are played again.

use std::sync::Arc;

use opener_trade::{
    Opened, Reason,
    document::{Commitment, Document, Header, Intent, ResponseStatus},
    sign,
};

use super::{super::Input, kit::*};
use crate::{
    Entry, Rejection, Role,
    chain::CHAIN,
    dialogue::{Command, Effect, NoticeKind, Phase},
};

fn intent(pair: &Pair, change: impl FnOnce(&mut Header)) -> Arc<Opened> {
    let mut header = Header {
        deal: deal(),
        from: seller().peer_id(),
        to: Some(buyer().peer_id()),
        seq: 1,
        previous: None,
        answers: None,
        issued_at: at(2),
        expires_at: at(500),
    };
    change(&mut header);
    let identity = [buyer(), seller(), stranger()]
        .into_iter()
        .find(|identity| identity.peer_id() == header.from)
        .unwrap();
    let body = Intent { rfp: pair.rfp.id() };
    Arc::new(sign(&identity, Document { header, body }).unwrap().into())
}

fn refusal(change: impl FnOnce(&mut Header)) -> Rejection {
    let mut pair = Pair::new();
    let document = intent(&pair, change);
    let input = Input::Document {
        document,
        at: at(3),
    };
    pair.buyer.take(at(3), input).unwrap_err()
}

#[test]
fn documents_of_strangers_other_deals_and_other_readers_are_refused() {
    let other_deal = refusal(|h| h.deal = opener_trade::DealId::from_bytes([8; 16]));
    assert_eq!(
        (other_deal.reason, other_deal.in_chain),
        (Reason::UnknownDeal, false)
    );
    let third = refusal(|h| h.from = stranger().peer_id());
    assert_eq!((third.reason, third.in_chain), (Reason::NotInvited, false));
    let misdirected = refusal(|h| h.to = Some(stranger().peer_id()));
    assert_eq!(
        (misdirected.reason, misdirected.in_chain),
        (Reason::WrongRecipient, false)
    );
    // A document that only the other side writes is in its chain, and void.
    let swapped = refusal(|h| {
        h.from = buyer().peer_id();
        h.to = Some(seller().peer_id());
    });
    assert_eq!(swapped.reason, Reason::NotAllowed);
}

#[test]
fn a_gap_waits_and_another_continuation_is_refused_with_the_head() {
    let mut pair = Pair::new();
    let first = pair.seller_says(at(2), chat("first"));
    let second = pair.seller_says(at(2), chat("second"));
    let early = pair.hand(at(3), &second).unwrap_err();
    assert_eq!((early.reason, early.in_chain), (Reason::OutOfOrder, false));
    pair.hand(at(3), &first).unwrap();
    let fork = intent(&pair, |_| {});
    let forked = pair.hand(at(3), &fork).unwrap_err();
    assert_eq!((forked.reason, forked.in_chain), (Reason::BadChain, false));
    assert_eq!(forked.head, Some(first.id()));
    let wrong_previous = intent(&pair, |header| {
        header.seq = 2;
        header.previous = Some(nothing());
    });
    let forked = pair.hand(at(3), &wrong_previous).unwrap_err();
    assert_eq!(
        (forked.reason, forked.head),
        (Reason::BadChain, Some(first.id()))
    );
    assert_eq!(pair.hand(at(4), &second).unwrap(), Answer::Receipt(at(4)));
}

#[test]
fn a_chain_ends_somewhere() {
    let last = refusal(|header| {
        header.seq = CHAIN;
        header.previous = Some(nothing());
    });
    assert_eq!(last.reason, Reason::OutOfOrder);
    let over = refusal(|header| {
        header.seq = CHAIN + 1;
        header.previous = Some(nothing());
    });
    assert_eq!((over.reason, over.in_chain), (Reason::TooLarge, false));
}

#[test]
fn a_repeated_document_is_answered_the_same_and_changes_nothing() {
    let mut pair = Pair::new();
    let hello = pair.seller_says(at(2), chat("hello"));
    pair.hand(at(3), &hello).unwrap();
    let input = Input::Document {
        document: hello.clone(),
        at: at(4),
    };
    let again = pair.buyer.take(at(4), input).unwrap_err();
    assert_eq!((again.reason, again.in_chain), (Reason::BadChain, false));
    assert_eq!(pair.hand(at(5), &hello).unwrap(), Answer::Receipt(at(3)));
}

#[test]
fn a_refused_document_of_ours_is_never_in_a_chain() {
    let mut pair = Pair::with_firm_bid();
    let refused = pair
        .seller
        .say(at(20), Command::WithdrawBid(Default::default()))
        .unwrap_err();
    assert!(!refused.in_chain);
    let forged = pair.seller_forges(at(20), Command::WithdrawBid(Default::default()));
    let input = Input::Document {
        document: forged,
        at: at(20),
    };
    assert!(pair.buyer.take(at(20), input).unwrap_err().in_chain);
}

#[test]
fn the_chain_goes_on_after_a_void_document_at_both_sides() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let crossing = pair.bid(Commitment::Revocable);
    pair.buyer_orders(at(50));
    let void = pair.seller_says(at(50), Command::Bid(Box::new(crossing)));
    assert_eq!(
        pair.deliver(at(51), &void),
        Answer::Failure(Reason::NotAllowed)
    );
    assert!(pair.buyer.effects.contains(&Effect::Persist(Entry::Void {
        id: void.id(),
        reason: Reason::NotAllowed
    })));
    assert_eq!(pair.seller.notices(), [NoticeKind::DocumentRefused]);
    assert_eq!(
        pair.buyer.dialogue.is_void(void.id()),
        Some(Reason::NotAllowed)
    );
    let next = pair.seller_says(at(52), chat("never mind"));
    assert_eq!(next.header().unwrap().previous, Some(void.id()));
    assert_eq!(pair.deliver(at(53), &next), Answer::Receipt(at(53)));
    pair.flush(at(54));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();
}

#[test]
fn a_refused_order_of_ours_is_undone_and_the_buyer_goes_on() {
    let mut pair = Pair::with_firm_bid();
    let first = pair.buyer_orders(at(110));
    assert_eq!(
        pair.deliver(at(110 + DECIDE + 16), &first),
        Answer::Failure(Reason::Late)
    );
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert!(pair.buyer.state().order.is_none());
    assert_eq!(pair.buyer.notices(), [NoticeKind::DocumentRefused]);
    let wake = Effect::WakeAt(pair.buyer.state().wake_at().unwrap());
    assert!(pair.buyer.effects.contains(&wake));
    pair.buyer_orders(at(152));
    pair.flush(at(153));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    pair.check_replays();
}

#[test]
fn a_refused_bid_of_ours_is_undone_and_the_one_before_stands_again() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let before = pair.seller.state().standing.clone().unwrap();
    let newer = pair.bid(Commitment::Revocable);
    let newer = pair.seller_says(at(20), Command::Bid(Box::new(newer)));
    let chat = pair.seller_says(at(21), chat("as discussed"));
    pair.seller
        .answered(at(22), &newer, Answer::Failure(Reason::NotAllowed));
    let standing = pair.seller.state().standing.as_ref().unwrap();
    assert_eq!(standing.document.id(), before.document.id());
    assert_eq!(
        pair.seller.state().chain(Role::Seller).head(),
        Some(chat.id())
    );
    pair.seller.check_replay();
}

#[test]
fn what_followed_from_a_void_document_is_undone_with_it() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    let bid = pair.seller_says(at(10), Command::Bid(Box::new(body)));
    pair.seller_says(at(11), Command::WithdrawBid(Default::default()));
    assert_eq!(pair.seller.phase(), Phase::Withdrawn);
    pair.seller
        .answered(at(12), &bid, Answer::Failure(Reason::NotAllowed));
    assert_eq!(pair.seller.phase(), Phase::Delivered);
    pair.seller.check_replay();
}

#[test]
fn nobody_refuses_what_they_have_signed_for() {
    // A seller that accepted an order cannot refuse it afterwards.
    let mut pair = Pair::concluded();
    let order = pair.buyer.state().order.as_ref().unwrap().document.clone();
    let document: Arc<Opened> = Arc::new((*order).clone().into());
    let before = fingerprint(pair.buyer.state());
    pair.buyer.void(at(120), &document, Reason::NotAllowed);
    assert!(pair.buyer.effects.is_empty());
    assert_eq!(fingerprint(pair.buyer.state()), before);
    // Nor one whose answer came before its receipt for the order.
    let mut pair = Pair::with_firm_bid();
    let order = pair.buyer_orders(at(110));
    pair.hand(at(111), &order).unwrap();
    let response = pair.seller.outbox[0].clone();
    pair.deliver(at(112), &response);
    pair.buyer
        .answered(at(113), &order, Answer::Failure(Reason::NotAllowed));
    assert_eq!(pair.buyer.phase(), Phase::Concluded);
    assert_eq!(pair.buyer.dialogue.is_void(order.id()), None);
    // A buyer that signed a receipt for the acceptance cannot refuse it.
    pair.seller
        .answered(at(114), &response, Answer::Failure(Reason::Late));
    assert_eq!(pair.seller.phase(), Phase::Concluded);
    pair.check_replays();
}

#[test]
fn a_receipt_or_an_answer_stands_against_a_later_refusal_of_what_it_is_for() {
    let refused = Answer::Failure(Reason::NotAllowed);
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let bid = pair.seller.state().standing.as_ref().unwrap();
    let bid: Arc<Opened> = Arc::new((*bid.document).clone().into());
    pair.seller.answered(at(20), &bid, refused);
    assert_eq!(pair.seller.phase(), Phase::BidStanding);
    let order = pair.buyer_orders(at(110));
    pair.deliver(at(111), &order);
    pair.buyer.answered(at(112), &order, refused);
    assert_eq!(pair.buyer.phase(), Phase::Ordered);

    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let order = pair.buyer_orders(at(110));
    pair.hand(at(111), &order).unwrap();
    let change = pair.seller_answers(at(112), ResponseStatus::Changed);
    pair.hand(at(113), &change).unwrap();
    pair.buyer.answered(at(114), &order, refused);
    assert_eq!(pair.buyer.phase(), Phase::Conditional);
    assert_eq!(pair.buyer.dialogue.is_void(order.id()), None);
}

#[test]
fn signed_terms_are_not_undone_once_they_are_reported() {
    let mut pair = Pair::concluded();
    let terms = pair.terms();
    let ours = pair.signs(Role::Buyer, at(120), terms.clone()).unwrap();
    pair.hand(at(121), &ours).unwrap();
    let theirs = pair.signs(Role::Seller, at(122), terms).unwrap();
    pair.hand(at(123), &theirs).unwrap();
    pair.buyer
        .answered(at(124), &ours, Answer::Failure(Reason::Stale));
    assert_eq!(pair.buyer.phase(), Phase::Reported);
}

#[test]
fn a_seller_cannot_undo_a_lapse_or_a_cancellation_by_refusing_it() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(110));
    pair.flush(at(111));
    pair.buyer.tick(at(110 + DECIDE + 1));
    let lapse = pair.buyer.outbox[0].clone();
    pair.buyer
        .answered(at(140), &lapse, Answer::Failure(Reason::NotAllowed));
    assert_eq!(pair.buyer.phase(), Phase::LapsedUnanswered);
    assert_eq!(pair.buyer.notices(), [NoticeKind::DocumentRefused]);
    let mut pair = Pair::with_firm_bid();
    let cancel = pair.cancels(at(110));
    pair.buyer.void(at(111), &cancel, Reason::NotAllowed);
    assert_eq!(pair.buyer.phase(), Phase::Cancelled);
    pair.buyer.check_replay();
}

#[test]
fn a_document_is_void_once() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let order = pair.buyer_orders(at(110));
    pair.buyer.void(at(111), &order, Reason::Blocked);
    assert!(!pair.buyer.effects.is_empty());
    pair.buyer.void(at(112), &order, Reason::Late);
    assert!(pair.buyer.effects.is_empty());
    assert_eq!(
        pair.buyer.dialogue.is_void(order.id()),
        Some(Reason::Blocked)
    );
}

#[test]
fn a_tick_that_only_asks_is_no_part_of_the_journal() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let order = pair.buyer_orders(at(110));
    pair.hand(at(111), &order).unwrap();
    let late = at(VALID + 1);
    let asked = pair.buyer.dialogue.step(late, Input::Tick).unwrap();
    assert!(asked.contains(&Effect::Author(Command::Lapse)));
    assert!(
        !asked
            .iter()
            .any(|effect| matches!(effect, Effect::Persist(_)))
    );
    pair.buyer.check_replay();
    pair.buyer.void(late, &order, Reason::Late);
    pair.buyer.check_replay();
    assert_eq!(pair.buyer.phase(), Phase::BidStanding);
}

#[test]
fn every_prefix_of_a_journal_gives_the_state_of_its_moment() {
    let mut pair = Pair::new();
    let mut seen: Vec<(usize, usize, String, String)> = Vec::new();
    let mut note = |pair: &Pair| {
        let debug = |side: &Side| format!("{:?}", side.dialogue);
        seen.push((
            pair.buyer.journal.len(),
            pair.seller.journal.len(),
            debug(&pair.buyer),
            debug(&pair.seller),
        ));
    };
    note(&pair);
    pair.seller_says(at(2), Command::Intent);
    note(&pair);
    let body = pair.bid(Commitment::Indicative);
    pair.seller_says(at(10), Command::Bid(Box::new(body.clone())));
    pair.flush(at(11));
    note(&pair);
    pair.seller_says(at(DEADLINE), Command::Bid(Box::new(body)));
    note(&pair);
    pair.flush(at(DEADLINE + 1));
    note(&pair);
    let late = pair.buyer.state().late.as_ref().unwrap().document.id();
    pair.buyer
        .take(at(102), Input::AdmitLate { bid: late })
        .unwrap();
    note(&pair);
    let order = pair.buyer_orders(at(103));
    pair.deliver(at(103 + DECIDE + 16), &order);
    note(&pair);
    pair.buyer_orders(at(150));
    pair.flush(at(151));
    pair.seller_answers(at(152), ResponseStatus::Changed);
    note(&pair);
    pair.flush(at(153));
    note(&pair);
    pair.buyer.tick(at(190));
    pair.flush(at(191));
    note(&pair);
    for (buyer, seller, buyer_then, seller_then) in seen {
        assert_eq!(format!("{:?}", pair.buyer.replayed(buyer)), buyer_then);
        assert_eq!(format!("{:?}", pair.seller.replayed(seller)), seller_then);
    }
}

#[test]
fn a_journal_that_names_what_is_not_there_or_is_not_its_own_is_refused() {
    let mut pair = Pair::new();
    let gone = Entry::Document {
        id: nothing(),
        at: at(2),
    };
    let void = Entry::Void {
        id: nothing(),
        reason: Reason::Late,
    };
    let request = Entry::Bid {
        seller: seller().peer_id(),
    };
    for entry in [gone, void, request] {
        let refused = pair.buyer.dialogue.replay(at(2), &entry, |_| None);
        assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    }
}

//! The ends that a buyer brings about, and ends that cross.

use opener_trade::{
    Reason,
    document::{Commitment, ResponseStatus},
};

use super::kit::*;
use crate::dialogue::{Command, NoticeKind, Phase};

#[test]
fn a_loser_is_told_that_the_award_went_elsewhere() {
    for mut pair in [Pair::new(), Pair::with_firm_bid()] {
        let document = pair.buyer_says(at(110), not_chosen(pair.rfp.id()));
        pair.hand(at(111), &document).unwrap();
        assert_eq!(pair.seller.notices(), [NoticeKind::NotChosen]);
        assert_eq!(pair.phases(), (Phase::NotChosen, Phase::NotChosen));
    }
}

#[test]
fn nobody_who_is_ordered_is_not_chosen() {
    let mut pair = Pair::with_firm_bid();
    pair.buyer_orders(at(110));
    for mut pair in [pair, Pair::concluded()] {
        let refused = pair
            .buyer
            .say(at(112), not_chosen(pair.rfp.id()))
            .unwrap_err();
        assert_eq!(refused.reason, Reason::NotAllowed);
    }
}

#[test]
fn a_cancelled_request_ends_its_open_dialogues() {
    for mut pair in [Pair::new(), Pair::with_firm_bid()] {
        let cancel = pair.cancels(at(110));
        assert!(pair.buyer.outbox.is_empty(), "the request broadcasts it");
        pair.hand(at(111), &cancel).unwrap();
        assert_eq!(pair.seller.notices(), [NoticeKind::RequestCancelled]);
        assert_eq!(pair.phases(), (Phase::Cancelled, Phase::Cancelled));
        pair.check_replays();
    }
}

#[test]
fn what_is_ordered_stays_ordered_when_the_rest_is_cancelled() {
    let mut ordered = Pair::with_bid(10, Commitment::Indicative);
    ordered.buyer_orders(at(110));
    ordered.flush(at(111));
    for mut pair in [ordered, Pair::conditional(), Pair::concluded()] {
        let before = pair.phases();
        let cancel = pair.cancels(at(114));
        assert_eq!(
            pair.hand(at(115), &cancel).unwrap(),
            Answer::Receipt(at(115))
        );
        assert_eq!(pair.phases(), before);
    }
}

#[test]
fn an_order_that_ends_in_a_cancelled_request_does_not_revive_the_bid() {
    let mut pair = Pair::conditional();
    let no = pair.confirmation(ResponseStatus::Refused);
    let refusal = pair.buyer_says(at(114), Command::Respond(Box::new(no)));
    let cancel = pair.cancels(at(115));
    // The broadcast overtakes the refusal.
    pair.hand(at(116), &cancel).unwrap();
    assert_eq!(pair.seller.phase(), Phase::Conditional);
    pair.deliver(at(117), &refusal);
    assert_eq!(pair.phases(), (Phase::Cancelled, Phase::Cancelled));
    pair.check_replays();
}

#[test]
fn ends_that_cross_are_both_taken_and_undo_nothing() {
    let withdraw = Command::WithdrawBid(Default::default());
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let theirs = pair.seller_says(at(110), withdraw.clone());
    let ours = pair.buyer_says(at(110), not_chosen(pair.rfp.id()));
    assert_eq!(pair.deliver(at(111), &theirs), Answer::Receipt(at(111)));
    assert_eq!(pair.deliver(at(111), &ours), Answer::Receipt(at(111)));
    assert_eq!(pair.phases(), (Phase::NotChosen, Phase::Withdrawn));

    let mut pair = Pair::new();
    let no = decline(pair.rfp.id());
    let theirs = pair.seller_says(at(110), Command::Decline(no));
    let ours = pair.cancels(at(110));
    assert_eq!(pair.deliver(at(111), &theirs), Answer::Receipt(at(111)));
    assert_eq!(pair.hand(at(111), &ours).unwrap(), Answer::Receipt(at(111)));
    assert_eq!(pair.phases(), (Phase::Cancelled, Phase::Declined));
    pair.check_replays();
}

#[test]
fn chat_and_unknown_kinds_are_kept_in_any_state() {
    let mut declined = Pair::new();
    let no = decline(declined.rfp.id());
    declined.seller_says(at(2), Command::Decline(no));
    declined.flush(at(3));
    let mut lapsed = Pair::new();
    lapsed.tick(at(AWARD_BY + 1));
    let mut pairs = [
        Pair::new(),
        Pair::with_firm_bid(),
        Pair::conditional(),
        Pair::concluded(),
        declined,
        lapsed,
    ];
    for pair in &mut pairs {
        let before = pair.phases();
        let hello = pair.buyer_says(at(250), chat("hello"));
        pair.hand(at(251), &hello).unwrap();
        assert_eq!(pair.seller.notices(), [NoticeKind::ChatArrived]);
        let newer = pair.seller.forge_unknown(at(252));
        assert_eq!(
            pair.hand(at(253), &newer).unwrap(),
            Answer::Receipt(at(253))
        );
        assert_eq!(pair.buyer.notices(), [NoticeKind::UnknownArrived]);
        assert_eq!(pair.phases(), before);
        pair.buyer.check_replay();
    }
}

#[test]
fn an_expired_document_is_void_and_its_chain_goes_on() {
    let mut pair = Pair::with_firm_bid();
    let hello = pair.buyer_says(at(20), chat("hello"));
    let month_later = at(20 + 31 * 24 * 60);
    assert_eq!(
        pair.deliver(month_later, &hello),
        Answer::Failure(Reason::Expired)
    );
    assert_eq!(pair.buyer.notices(), [NoticeKind::DocumentRefused]);
    let again = pair.buyer_says(month_later, chat("are you there?"));
    assert_eq!(
        pair.deliver(month_later, &again),
        Answer::Receipt(month_later)
    );
}

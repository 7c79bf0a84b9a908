//! What a bid must have to answer a request.

use opener_trade::{
    Reason,
    document::{Bid, Commitment, LineOffer, Rfp},
};

use super::{super::bids::BIDS, kit::*};
use crate::dialogue::{Command, Phase};

/// The buyer's verdict on a bid that a careless seller sent.
fn verdict(asked: Rfp, change: impl FnOnce(&mut Bid)) -> Answer {
    let mut pair = Pair::asking(asked);
    let mut body = pair.bid(Commitment::Revocable);
    change(&mut body);
    let document = pair.seller_forges(at(10), Command::Bid(Box::new(summed(body))));
    pair.hand(at(10), &document).unwrap()
}

fn refused(reason: Reason) -> Answer {
    Answer::Failure(reason)
}

fn taken() -> Answer {
    Answer::Receipt(at(10))
}

#[test]
fn a_bid_names_the_request_and_its_revision() {
    assert_eq!(verdict(rfp(), |_| {}), taken());
    let other = verdict(rfp(), |bid| bid.rfp = nothing());
    assert_eq!(other, refused(Reason::Stale));
    let revision = verdict(rfp(), |bid| bid.revision = 2);
    assert_eq!(revision, refused(Reason::RevisionMismatch));
}

#[test]
fn a_bid_is_in_a_currency_of_the_request() {
    let dollars = verdict(rfp(), |bid| {
        bid.currency = parse("USD");
        bid.charges = list(vec![]);
    });
    assert_eq!(dollars, refused(Reason::CurrencyNotAllowed));
    let won = verdict(rfp(), |bid| {
        bid.currency = parse("KRW");
        bid.charges = list(vec![]);
    });
    assert_eq!(won, taken());
}

#[test]
fn a_bid_offers_lines_that_were_asked_and_no_more_of_them() {
    let unknown = verdict(rfp(), |bid| bid.lines = list(vec![bid_line(9, "1", "1")]));
    assert_eq!(unknown, refused(Reason::Malformed));
    let more = verdict(rfp(), |bid| {
        bid.lines = list(vec![bid_line(1, "10.5", "1")])
    });
    assert_eq!(more, refused(Reason::QuantityExceeded));
    let less = verdict(rfp(), |bid| bid.lines = list(vec![bid_line(1, "9.5", "1")]));
    assert_eq!(less, taken());
}

#[test]
fn an_alternative_is_offered_only_where_the_request_allows_it() {
    let alternative = |bid: &mut Bid| {
        let mut lines = bid.lines.clone().into_vec();
        lines[0].offer = LineOffer::Alternative;
        bid.lines = list(lines);
    };
    assert_eq!(verdict(rfp(), alternative), refused(Reason::NotAllowed));
    let mut open = rfp();
    open.rules.alternatives = true;
    assert_eq!(verdict(open, alternative), taken());
}

#[test]
fn a_partial_bid_is_taken_only_where_the_request_allows_it() {
    let partial = |bid: &mut Bid| bid.lines = list(vec![bid_line(1, "10", "100")]);
    assert_eq!(verdict(rfp(), partial), taken());
    let mut whole = rfp();
    whole.rules.partial = false;
    assert_eq!(
        verdict(whole.clone(), |_| {}),
        taken(),
        "lamps are optional"
    );
    assert_eq!(verdict(whole.clone(), partial), refused(Reason::NotAllowed));

    let mut lots = whole;
    lots.lots = list(vec![lot(1), lot(2)]);
    let mut lines = lots.lines.clone().into_vec();
    lines[0].lot = Some(1);
    lines[1].lot = Some(2);
    lots.lines = list(lines);
    assert_eq!(verdict(lots, partial), taken(), "a whole lot is no part");
}

#[test]
fn a_bid_that_has_expired_on_arrival_or_comes_before_opening_is_refused() {
    let expired = verdict(rfp(), |bid| bid.valid_until = at(9));
    assert_eq!(expired, refused(Reason::Expired));
    assert_eq!(verdict(rfp(), |bid| bid.valid_until = at(10)), taken());
    let mut later = rfp();
    later.schedule.open = at(11);
    assert_eq!(verdict(later.clone(), |_| {}), refused(Reason::NotAllowed));
    later.schedule.open = at(10);
    assert_eq!(verdict(later, |_| {}), taken());
}

#[test]
fn a_revised_bid_replaces_the_one_before() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let first = pair.buyer.state().standing.clone().unwrap();
    let body = pair.bid(Commitment::Indicative);
    let second = pair.bids(at(20), body);
    for side in [&pair.buyer, &pair.seller] {
        let state = side.state();
        assert_eq!(state.phase, Phase::BidStanding);
        assert_eq!(state.standing.as_ref().unwrap().document.id(), second);
        assert_eq!(state.superseded.len(), 1);
        assert_eq!(state.superseded[0].document.id(), first.document.id());
    }
}

#[test]
fn one_bid_is_all_where_the_request_takes_no_revised_ones() {
    let mut once = rfp();
    once.rules.repeated = false;
    let mut pair = Pair::asking(once);
    let body = pair.bid(Commitment::Revocable);
    pair.bids(at(10), body.clone());
    let again = pair.seller.say(at(20), Command::Bid(Box::new(body)));
    assert_eq!(again.unwrap_err().reason, Reason::NotAllowed);
}

#[test]
fn one_seller_bids_only_so_many_times() {
    let mut pair = Pair::new();
    let body = pair.bid(Commitment::Revocable);
    for _ in 0..BIDS {
        pair.seller_says(at(10), Command::Bid(Box::new(body.clone())));
    }
    pair.flush(at(11));
    assert_eq!(pair.buyer.state().superseded.len(), BIDS - 1);
    let more = pair.seller.say(at(12), Command::Bid(Box::new(body)));
    assert_eq!(more.unwrap_err().reason, Reason::NotAllowed);
}

#[test]
fn no_bid_comes_after_an_order_or_an_end() {
    let mut ordered = Pair::with_bid(10, Commitment::Indicative);
    ordered.buyer_orders(at(110));
    ordered.flush(at(111));
    let mut declined = Pair::new();
    let no = decline(declined.rfp.id());
    declined.seller_says(at(2), Command::Decline(no));
    for mut pair in [ordered, declined, Pair::concluded()] {
        let body = pair.bid(Commitment::Revocable);
        let refused = pair.seller.say(at(112), Command::Bid(Box::new(body)));
        assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    }
}

//! What an order must be: the bid, as it stands.

use opener_trade::{
    Reason,
    document::{Bid, Charge, Commitment, Disclosure, Incoterm, IncotermRule, Order, Rfp},
};

use super::kit::*;
use crate::dialogue::{Command, NoticeKind, Phase};

/// What both sides say to an order: refused by both for this reason, or taken, and whether it is exact.
fn judged(
    asked: Rfp,
    offered: impl Fn(&mut Bid),
    change: impl Fn(Order) -> Order,
) -> Result<bool, Reason> {
    let mut pair = Pair::asking(asked);
    let mut body = pair.bid(firm(at(FIRM)));
    offered(&mut body);
    pair.bids(at(10), summed(body));
    let order = change(pair.order(at(110)));
    let command = Command::Order(Box::new(order));
    let forged = pair.buyer_forges(at(110), command.clone());
    let theirs = pair.hand(at(110), &forged).unwrap();
    match (pair.buyer.say(at(110), command), theirs) {
        (Ok(_), Answer::Receipt(_)) => {
            let exact = |side: &Side| side.state().order.as_ref().unwrap().exact;
            assert_eq!(exact(&pair.buyer), exact(&pair.seller));
            let answered = pair.seller.phase() == Phase::Answered;
            assert_eq!(
                answered,
                exact(&pair.seller),
                "exact orders are accepted at once"
            );
            Ok(answered)
        }
        (Err(own), Answer::Failure(reason)) => {
            assert_eq!(own.reason, reason, "{own}");
            Err(reason)
        }
        (own, theirs) => panic!("{own:?} but {theirs:?}"),
    }
}

fn order_with(change: impl Fn(Order) -> Order) -> Result<bool, Reason> {
    judged(rfp(), |_| {}, change)
}

/// The order with these quantities of its first lines.
fn quantities(order: Order, quantities: &[&str]) -> Order {
    let lines = quantities
        .iter()
        .enumerate()
        .map(|(place, quantity)| order_line(&order, place, quantity));
    let lines = lines.collect();
    let charges = order.charges.to_vec();
    ordering(order, lines, charges)
}

fn charged(order: Order, charges: Vec<Charge>) -> Order {
    let lines = order.lines.to_vec();
    ordering(order, lines, charges)
}

#[test]
fn an_order_on_the_whole_bid_is_exact() {
    assert_eq!(order_with(|order| order), Ok(true));
}

#[test]
fn whole_lines_of_a_bid_are_exact_and_less_of_a_line_needs_the_seller() {
    assert_eq!(order_with(|order| quantities(order, &["10"])), Ok(true));
    assert_eq!(
        order_with(|order| quantities(order, &["9", "20"])),
        Ok(false)
    );
}

#[test]
fn an_order_takes_the_bids_price_and_unit() {
    let at_price = |text| {
        order_with(move |order: Order| {
            let mut lines = order.lines.to_vec();
            lines[0].price = price(text);
            let charges = order.charges.to_vec();
            ordering(order, lines, charges)
        })
    };
    assert_eq!(at_price("99"), Err(Reason::NotAllowed));
    assert_eq!(at_price("101"), Err(Reason::NotAllowed));
    let in_sets = order_with(|order| {
        let mut lines = order.lines.to_vec();
        lines[0].quantity.unit = parse("SET");
        let charges = order.charges.to_vec();
        ordering(order, lines, charges)
    });
    assert_eq!(in_sets, Err(Reason::NotAllowed));
}

#[test]
fn an_order_is_in_the_bids_currency() {
    // Ten desks at 100 won are not ten desks at 100 euro.
    let in_won = order_with(|order| {
        let won = opener_trade::Money::zero(parse("KRW"));
        let lines = vec![order_line(&order, 0, "10")];
        let order = Order {
            total: won,
            ..order
        };
        ordering(order, lines, vec![])
    });
    assert_eq!(in_won, Err(Reason::CurrencyNotAllowed));
}

#[test]
fn an_order_takes_what_is_offered_and_no_more() {
    let more = order_with(|order| quantities(order, &["11"]));
    assert_eq!(more, Err(Reason::QuantityExceeded));
    let unknown = order_with(|order| {
        let mut lines = order.lines.to_vec();
        lines[0].line = 3;
        let charges = order.charges.to_vec();
        ordering(order, lines, charges)
    });
    assert_eq!(unknown, Err(Reason::NotAllowed));
    let not_quoted = judged(
        rfp(),
        |bid| {
            let mut lines = bid.lines.clone().into_vec();
            lines[1].offer = opener_trade::document::LineOffer::NoQuote;
            bid.lines = list(lines);
        },
        |order| {
            let mut lines = order.lines.to_vec();
            lines[0].line = 2;
            let charges = order.charges.to_vec();
            ordering(order, lines, charges)
        },
    );
    assert_eq!(not_quoted, Err(Reason::NotAllowed));
}

#[test]
fn charges_of_the_bid_as_a_whole_belong_to_every_order_once() {
    let free = order_with(|order| charged(order, vec![]));
    assert_eq!(free, Err(Reason::NotAllowed));
    let cheaper = order_with(|order| charged(order, vec![freight("24")]));
    assert_eq!(cheaper, Err(Reason::NotAllowed));
    let twice = order_with(|order| charged(order, vec![freight("25"), freight("25")]));
    assert_eq!(twice, Err(Reason::NotAllowed));
    let two = |bid: &mut Bid| bid.charges = list(vec![freight("25"), freight("25")]);
    assert_eq!(judged(rfp(), two, |order| order), Ok(true));
    let one = |order| charged(order, vec![freight("25")]);
    assert_eq!(judged(rfp(), two, one), Err(Reason::NotAllowed));
}

#[test]
fn charges_of_a_lot_belong_to_orders_on_that_lot() {
    let mut lots = rfp();
    lots.lots = list(vec![lot(1), lot(2)]);
    let mut lines = lots.lines.clone().into_vec();
    lines[0].lot = Some(1);
    lines[1].lot = Some(2);
    lots.lines = list(lines);
    let of_lot = |lot| Charge {
        lot: Some(lot),
        ..freight("10")
    };
    let offered = move |bid: &mut Bid| bid.charges = list(vec![of_lot(1), of_lot(2)]);
    let first_lot = |charges: Vec<Charge>| {
        judged(lots.clone(), offered, move |order: Order| {
            let lines = vec![order_line(&order, 0, "10")];
            ordering(order, lines, charges.clone())
        })
    };
    assert_eq!(first_lot(vec![of_lot(1)]), Ok(true));
    assert_eq!(first_lot(vec![]), Err(Reason::NotAllowed));
    assert_eq!(first_lot(vec![of_lot(2)]), Err(Reason::NotAllowed));
}

#[test]
fn all_or_nothing_is_ordered_whole() {
    let whole = |bid: &mut Bid| {
        bid.all_or_nothing = true;
        bid.charges = list(vec![freight("1"), freight("900")]);
    };
    assert_eq!(judged(rfp(), whole, |order| order), Ok(true));
    for part in [&["10"] as &[_], &["10", "19"]] {
        let part = judged(rfp(), whole, |order| quantities(order, part));
        assert_eq!(part, Err(Reason::NotAllowed));
    }
    let cheap_twice = |order| charged(order, vec![freight("1"), freight("1")]);
    assert_eq!(judged(rfp(), whole, cheap_twice), Err(Reason::NotAllowed));
}

#[test]
fn an_order_to_another_place_or_on_other_terms_needs_the_seller() {
    let elsewhere = order_with(|mut order| {
        order.delivery = delivery("Munich");
        order
    });
    assert_eq!(elsewhere, Ok(false));
    let later = order_with(|mut order| {
        order.payment = Some(parse("in a year"));
        order
    });
    assert_eq!(later, Ok(false));
    let free_house = order_with(|mut order| {
        order.incoterm = Some(Incoterm {
            rule: IncotermRule::Ddp,
            place: parse("Hamburg"),
            year: 2020,
        });
        order
    });
    assert_eq!(free_house, Ok(false));
    let as_asked = order_with(|mut order| {
        order.payment = Some(parse("30 days net"));
        order
    });
    assert_eq!(as_asked, Ok(true));
    let as_offered = |bid: &mut Bid| bid.delivery = Some(delivery("Bremen"));
    assert_eq!(judged(rfp(), as_offered, |order| order), Ok(true));
}

#[test]
fn the_disclosure_is_the_stricter_of_request_and_bid() {
    for wrong in [Disclosure::Conclusion, Disclosure::Full] {
        let refused = order_with(|mut order| {
            order.disclosure = wrong;
            order
        });
        assert_eq!(refused, Err(Reason::NotAllowed));
    }
    let mut strict = rfp();
    strict.disclosure = Disclosure::Conclusion;
    let stricter = |mut order: Order| {
        order.disclosure = Disclosure::Conclusion;
        order
    };
    assert_eq!(judged(strict, |_| {}, stricter), Ok(true));
}

#[test]
fn an_order_leaves_time_to_answer() {
    let late = order_with(|mut order| {
        order.answer_by = at(109);
        order
    });
    assert_eq!(late, Err(Reason::Late));
}

#[test]
fn an_expired_bid_cannot_be_ordered_at_either_side() {
    let mut pair = Pair::with_firm_bid();
    let mut in_time = Pair::with_firm_bid();
    in_time.buyer_orders(at(VALID));
    in_time.flush(at(VALID));
    assert_eq!(in_time.buyer.phase(), Phase::Concluded);

    let order = Command::Order(Box::new(pair.order(at(VALID + 1))));
    let own = pair.buyer.say(at(VALID + 1), order.clone()).unwrap_err();
    assert_eq!(own.reason, Reason::Expired);
    let forged = pair.buyer_forges(at(VALID), order.clone());
    assert_eq!(
        pair.hand(at(VALID + 1), &forged).unwrap(),
        Answer::Failure(Reason::Expired)
    );
    let mut ahead = Pair::with_firm_bid();
    let forged = ahead.buyer_forges(at(VALID + 1), order.clone());
    assert_eq!(
        ahead.hand(at(VALID), &forged).unwrap(),
        Answer::Failure(Reason::Expired),
        "no terms could state that it was ordered then"
    );
    pair.tick(at(VALID));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    pair.tick(at(VALID + 1));
    assert_eq!(pair.buyer.notices(), [NoticeKind::BidExpired]);
    assert_eq!(pair.phases(), (Phase::LapsedExpired, Phase::LapsedExpired));
    let own = pair.buyer.say(at(VALID + 1), order).unwrap_err();
    assert_eq!(own.reason, Reason::Expired);
}

#[test]
fn nothing_can_be_ordered_without_a_standing_bid_or_twice() {
    let pair = Pair::new();
    let order = order(nothing(), &pair.bid(Commitment::Revocable), at(10));
    let concluded = Pair::concluded();
    let again = concluded.order(at(120));
    for (mut pair, order) in [(pair, order), (Pair::concluded(), again)] {
        let refused = pair.buyer.say(at(120), Command::Order(Box::new(order)));
        assert_eq!(refused.unwrap_err().reason, Reason::NotAllowed);
    }
    let other = Order {
        bid: nothing(),
        ..concluded.order(at(120))
    };
    let mut pair = Pair::with_firm_bid();
    let refused = pair.buyer.say(at(120), Command::Order(Box::new(other)));
    assert_eq!(refused.unwrap_err().reason, Reason::Stale);
}

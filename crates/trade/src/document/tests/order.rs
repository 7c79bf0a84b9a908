//! Rules of an order and of the answer to it.

use super::{at, body, edit, money, number, refused, text, vector};
use crate::{
    DocumentId, Duration, Period,
    document::{Body, Order, OrderOutcome, OrderResponse, ResponseStatus},
};

const ID: DocumentId = DocumentId::from_bytes([7; 32]);

fn order() -> Order {
    body(vector!("order"))
}

#[test]
fn an_order_adds_up_in_one_currency() {
    refused! { order();
        |o| edit(&mut o.lines, |lines| lines[0].amount = money(1, "KRW")) => "lines[0].amount", SumMismatch;
        |o| o.total = money(20_160_001, "KRW") => "total", SumMismatch;
        |o| edit(&mut o.charges, |charges| charges.clear()) => "total", SumMismatch;
        |o| edit(&mut o.lines, |lines| lines[0].amount = money(10_740_000, "JPY")) => "lines[0].amount", CurrencyNotAllowed;
        |o| edit(&mut o.charges, |charges| charges[0].amount = money(180_000, "JPY")) => "total.currency", CurrencyNotAllowed;
        |o| o.total = money(20_160_000, "JPY") => "lines[0].amount", CurrencyNotAllowed;
    }
}

#[test]
fn an_order_orders_something_once_at_a_price() {
    refused! { order();
        |o| edit(&mut o.lines, |lines| lines.clear()) => "lines", Malformed;
        |o| edit(&mut o.lines, |lines| lines[1].line = 1) => "lines[1]", Malformed;
        |o| edit(&mut o.lines, |lines| lines[0].quantity.value = number("0")) => "lines[0].quantity", Malformed;
        |o| edit(&mut o.lines, |lines| lines[0].price.price = number("-89500")) => "lines[0].price", Malformed;
        |o| o.delivery.place.latitude_e6 = None => "delivery.place.latitude_e6", Malformed;
    }
}

#[test]
fn the_seller_is_released_only_after_the_buyer_has_decided() {
    refused! { order();
        |o| o.grace = Duration::from_millis(-1) => "release_after", Malformed;
        |o| o.release_after = at("2026-11-19T09:14:59.999Z") => "release_after", Malformed;
    }
    let mut order = order();
    assert_eq!(order.decide_at(), at("2026-11-19T09:15:00Z"));
    order.release_after = order.decide_at();
    assert_eq!(order.check(), Ok(()));
}

#[test]
fn a_response_is_well_formed() {
    let backwards = Period {
        from: at("2026-12-02T00:00:00Z"),
        until: at("2026-12-01T00:00:00Z"),
    };
    refused! { body::<OrderResponse>(vector!("order-response.changed"));
        |r| edit(&mut r.lines, |lines| lines.clear()) => "lines", Malformed;
        |r| edit(&mut r.lines, |lines| lines[0].quantity = number("0")) => "lines[0].quantity", Malformed;
        |r| edit(&mut r.lines, |lines| lines[0].price.price = number("-1")) => "lines[0].price", Malformed;
        |r| edit(&mut r.lines, |lines| lines[0].price.base_quantity = number("0")) => "lines[0].base_quantity", Malformed;
        |r| edit(&mut r.lines, |lines| lines[1].window = Some(backwards)) => "lines[1].window.until", Malformed;
    }
}

#[test]
fn a_response_answers_what_was_ordered_and_nothing_else() {
    let order = order();
    let accepted = OrderResponse::accept(ID, &order);
    assert_eq!(accepted.check_against(&order), Ok(()));
    let broken = |change: fn(&mut OrderResponse)| {
        let mut response = accepted.clone();
        change(&mut response);
        response.check_against(&order).unwrap_err().field
    };
    assert_eq!(
        broken(|r| edit(&mut r.lines, |lines| lines.truncate(1))),
        "lines"
    );
    assert_eq!(
        broken(|r| edit(&mut r.lines, |lines| lines[1].line = 3)),
        "lines[1].line"
    );
    assert_eq!(
        broken(|r| edit(&mut r.lines, |lines| lines[0].quantity = number("119"))),
        "lines[0].status"
    );
    assert_eq!(
        broken(|r| edit(&mut r.lines, |lines| lines[0].price.price = number("89501"))),
        "lines[0].status"
    );
    let twice = |r: &mut OrderResponse| edit(&mut r.lines, |lines| lines.push(lines[0].clone()));
    assert_eq!(broken(twice), "lines[0].status", "accepted twice");
    let window = |r: &mut OrderResponse| {
        let window = Period {
            from: at("2026-12-01T00:00:00Z"),
            until: at("2026-12-02T00:00:00Z"),
        };
        edit(&mut r.lines, |lines| lines[0].window = Some(window));
    };
    assert_eq!(broken(window), "lines[0].status");
    let changed: OrderResponse = body(vector!("order-response.changed"));
    assert_eq!(
        changed.check_against(&order),
        Ok(()),
        "two lines may answer one"
    );
}

#[test]
fn the_outcome_is_accepted_or_refused_only_as_a_whole() {
    let order = order();
    let accepted = OrderResponse::accept(ID, &order);
    assert_eq!(accepted.outcome(), OrderOutcome::Accepted);
    let refused = OrderResponse::refuse(ID, &order, text("품절"));
    assert_eq!(
        (refused.outcome(), refused.check_against(&order)),
        (OrderOutcome::Refused, Ok(()))
    );
    let mut mixed = accepted;
    edit(&mut mixed.lines, |lines| {
        lines[0].status = ResponseStatus::Refused
    });
    assert_eq!(mixed.outcome(), OrderOutcome::Conditional);
    let changed: OrderResponse = body(vector!("order-response.changed"));
    assert_eq!(changed.outcome(), OrderOutcome::Conditional);
}

//! Orders, answers and terms.

use opener_trade::{
    DocumentId, Money, Quantity, Timestamp,
    document::{
        Bid, Charge, Order, OrderCancel, OrderChange, OrderLine, OrderResponse, ResponseStatus,
        Terms, TermsLine,
    },
};

use super::{ANSWER, DECIDE, delivery, eur, list, minutes, parse, pieces};
use crate::dialogue::State;

/// Everything that the bid offers.
pub(crate) fn order(bid_id: DocumentId, bid: &Bid, now: Timestamp) -> Order {
    let lines = bid
        .offered()
        .map(|offered| OrderLine {
            line: offered.line,
            quantity: offered.quantity,
            price: offered.price,
            amount: offered.amount,
        })
        .collect();
    Order {
        bid: bid_id,
        lines: list(lines),
        charges: bid.charges.clone(),
        total: bid.total,
        delivery: bid.delivery.clone().unwrap_or_else(|| delivery("Hamburg")),
        incoterm: bid.incoterm.clone(),
        payment: bid.payment.clone(),
        answer_by: now.plus(minutes(ANSWER)),
        grace: minutes(DECIDE - ANSWER),
        release_after: now.plus(minutes(60)),
        disclosure: bid.disclosure,
    }
}

/// A line of an order, in another quantity.
pub(crate) fn order_line(order: &Order, place: usize, quantity: &str) -> OrderLine {
    OrderLine {
        quantity: pieces(quantity),
        ..order.lines[place].clone()
    }
}

/// The same order with other lines or charges, and its sums made right.
pub(crate) fn ordering(mut order: Order, lines: Vec<OrderLine>, charges: Vec<Charge>) -> Order {
    let currency = order.total.currency();
    let lines: Vec<_> = lines
        .into_iter()
        .map(|line| OrderLine {
            amount: line.price.amount_of(&line.quantity, currency).unwrap(),
            ..line
        })
        .collect();
    let amounts = lines.iter().map(|line| line.amount);
    order.total = Money::sum(
        currency,
        amounts.chain(charges.iter().map(|charge| charge.amount)),
    )
    .unwrap();
    order.lines = list(lines);
    order.charges = list(charges);
    order
}

/// An answer that gives each line this status, with one desk less where it is changed.
pub(crate) fn answer(id: DocumentId, order: &Order, status: ResponseStatus) -> OrderResponse {
    let mut response = OrderResponse::accept(id, order);
    let mut lines = response.lines.into_vec();
    for line in &mut lines {
        line.status = status;
    }
    if status == ResponseStatus::Changed {
        lines[0].quantity = parse("9");
    }
    response.lines = list(lines);
    response
}

/// The terms of a concluded dialogue.
pub(crate) fn terms(state: &State) -> Terms {
    let standing = state.standing.as_ref().unwrap();
    let placed = state.order.as_ref().unwrap();
    let response = placed.response.as_ref().unwrap();
    let order = placed.agreed_order();
    let confirmed = placed.confirmation.as_ref();
    let agreed: Vec<_> = match confirmed.filter(|_| placed.amended.is_none()) {
        Some(confirmation) => confirmation
            .body
            .lines
            .iter()
            .map(|line| (line.line, line.quantity, line.price))
            .collect(),
        None => order
            .lines
            .iter()
            .map(|line| (line.line, line.quantity.value, line.price))
            .collect(),
    };
    let lines: Vec<_> = agreed
        .into_iter()
        .map(|(line, value, price)| {
            let quantity = Quantity {
                value,
                unit: parse("H87"),
            };
            TermsLine {
                line,
                category: None,
                quantity,
                price,
                amount: price.amount_of(&quantity, eur()).unwrap(),
                name: None,
            }
        })
        .collect();
    let amounts = lines.iter().map(|line| line.amount);
    let charges = order.charges.iter().map(|charge| charge.amount);
    Terms {
        deal: state.deal,
        buyer: state.buyer,
        seller: state.seller,
        rfp: state.rfp.id(),
        bid: standing.id(),
        order: placed.document.id(),
        response: response.id(),
        bid_valid_until: standing.bid().valid_until,
        ordered_at: placed.document.header.issued_at,
        answer_by: order.decide_at(),
        accepted_at: response.header.issued_at.min(order.decide_at()),
        disclosure: order.disclosure,
        region: Some(order.delivery.place.country),
        total: Some(Money::sum(eur(), amounts.chain(charges)).unwrap()),
        lines: list(lines),
        charges: order.charges.clone(),
        delivery: None,
        incoterm: None,
        payment: None,
        change: placed.amended.as_ref().map(|it| it.agreement),
    }
}

/// The order as it is here, with so many desks instead; none takes the line out.
pub(crate) fn change(state: &State, desks: &str) -> OrderChange {
    let placed = state.order.as_ref().unwrap();
    let order = placed.agreed_order().clone();
    let others = order.lines.iter().filter(|line| line.line != 1).cloned();
    let desk = state.standing.as_ref().unwrap().bid().lines[0].clone();
    let desks = (desks != "0").then(|| OrderLine {
        line: 1,
        quantity: pieces(desks),
        price: desk.price,
        amount: desk.amount,
    });
    let lines = desks.into_iter().chain(others).collect();
    let charges = order.charges.to_vec();
    let order = ordering(order, lines, charges);
    OrderChange {
        order: placed.document.id(),
        lines: order.lines,
        charges: order.charges,
        total: order.total,
        delivery: order.delivery,
        remark: Default::default(),
    }
}

pub(crate) fn cancellation(state: &State) -> OrderCancel {
    OrderCancel {
        order: state.order.as_ref().unwrap().document.id(),
        reason: Default::default(),
    }
}

//! What both make of an order that is concluded.

use opener_trade::{
    Period,
    document::{
        AmendmentRefuse, Charge, ChargeKind, Delivery, Document, Header, OrderCancel, OrderChange,
        OrderLine, Release,
    },
};

use crate::actors::{
    Actor, after, answering, at, document, first, list, money, place, price, quantity, text,
};

use super::{id_of, order, order_response};

fn to_seller(issued_at: &str) -> Header {
    let header = first(Actor::Buyer, Some(Actor::Seller), issued_at);
    let header = after(id_of(Actor::Buyer, order()), 3, header);
    answering(id_of(Actor::Seller, order_response()), header)
}

fn to_buyer(issued_at: &str) -> Header {
    let header = first(Actor::Seller, Some(Actor::Buyer), issued_at);
    after(id_of(Actor::Seller, order_response()), 4, header)
}

/// The buyer wants twenty chairs less, and all of it a week later.
pub fn order_change() -> Document<OrderChange> {
    let line = |line, of: &str, each: &str, amount: &str| OrderLine {
        line,
        quantity: quantity(of),
        price: price(each, "1"),
        amount: money(amount),
    };
    let body = OrderChange {
        order: id_of(Actor::Buyer, order()),
        lines: list(vec![
            line(1, "100 H87", "89500", "8950000 KRW"),
            line(2, "40 H87", "231000", "9240000 KRW"),
        ]),
        charges: list(vec![Charge {
            kind: ChargeKind::Freight,
            description: text("파주–서울"),
            amount: money("180000 KRW"),
            lot: Some(1),
        }]),
        total: money("18370000 KRW"),
        delivery: Delivery {
            place: place(
                "KR",
                "서울특별시 마포구 월드컵북로 400",
                37_579_600,
                126_889_100,
            ),
            window: Some(Period {
                from: at("2026-12-08T00:00:00Z"),
                until: at("2026-12-18T09:00:00Z"),
            }),
        },
        remark: text("입주가 한 주 늦어졌습니다."),
    };
    document(to_seller("2026-11-24T01:00:00Z"), body)
}

/// The seller agrees: the same body, in answer to the proposal.
pub fn order_change_agreed() -> Document<OrderChange> {
    let proposal = order_change();
    let header = to_buyer("2026-11-24T02:20:00Z");
    document(
        answering(id_of(Actor::Buyer, proposal.clone()), header),
        proposal.body,
    )
}

/// The seller would like the order to end.
pub fn order_cancel() -> Document<OrderCancel> {
    let order = id_of(Actor::Buyer, order());
    let body = OrderCancel {
        order,
        reason: text("공장 화재로 납품할 수 없습니다."),
    };
    let made = id_of(Actor::Seller, order_response());
    document(answering(made, to_buyer("2026-11-25T00:10:00Z")), body)
}

/// The seller does not agree to the change.
pub fn amendment_refuse() -> Document<AmendmentRefuse> {
    let proposal = id_of(Actor::Buyer, order_change());
    let body = AmendmentRefuse {
        proposal,
        reason: text("이미 생산에 들어갔습니다."),
    };
    document(answering(proposal, to_buyer("2026-11-24T02:20:00Z")), body)
}

/// The seller has heard nothing since it accepted, and lets the order go.
pub fn release() -> Document<Release> {
    let order = id_of(Actor::Buyer, order());
    let body = Release {
        order,
        reason: text(""),
    };
    document(answering(order, to_buyer("2026-12-01T00:00:00Z")), body)
}

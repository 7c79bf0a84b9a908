//! Counter-offers and what they are answered.

use opener_trade::{
    Period,
    document::{
        Change, Charge, ChargeKind, Commitment, Counter, CounterAccept, CounterRefuse, Delivery,
        Document, Header, Incoterm, IncotermRule,
    },
};

use crate::actors::{
    Actor, after, answering, at, document, first, list, money, number, place, price, text,
};

use super::{bid, bid_in_euro, chat, id_of};

fn to_seller(issued_at: &str) -> Header {
    let header = first(Actor::Buyer, Some(Actor::Seller), issued_at);
    let header = after(id_of(Actor::Buyer, chat()), 2, header);
    answering(id_of(Actor::Seller, bid()), header)
}

/// The buyer changes something of every sort in the bid in won.
pub fn counter() -> Document<Counter> {
    let changes = vec![
        Change::Line {
            line: 1,
            price: Some(price("87250.5", "1")),
            quantity: None,
            lead_time_days: Some(10),
        },
        Change::Line {
            line: 3,
            price: None,
            quantity: Some(number("1250")),
            lead_time_days: None,
        },
        Change::RemoveCharge { index: 0 },
        Change::ChangeCharge {
            index: 1,
            charge: Charge {
                kind: ChargeKind::Other,
                description: text("포장재 수거, 2회"),
                amount: money("-12000 KRW"),
                lot: None,
            },
        },
        Change::AddCharge {
            charge: Charge {
                kind: ChargeKind::Installation,
                description: text("설치"),
                amount: money("150000 KRW"),
                lot: Some(1),
            },
        },
        Change::Delivery {
            delivery: Some(Delivery {
                place: place("KR", "인천항", 37_452_000, 126_605_000),
                window: Some(Period {
                    from: at("2026-11-27T00:00:00Z"),
                    until: at("2026-12-04T09:00:00Z"),
                }),
            }),
        },
        Change::Incoterm {
            incoterm: Some(Incoterm {
                rule: IncotermRule::Dap,
                place: text("인천항"),
                year: 2020,
            }),
        },
        Change::Payment { payment: None },
        Change::ValidUntil {
            until: at("2026-12-04T05:00:00Z"),
        },
        Change::Commitment {
            commitment: Commitment::Firm {
                until: at("2026-11-27T05:00:00Z"),
            },
        },
    ];
    let body = Counter {
        offer: id_of(Actor::Seller, bid()),
        round: 1,
        changes: list(changes),
        valid_until: at("2026-11-18T09:00:00Z"),
        commitment: Commitment::Firm {
            until: at("2026-11-18T05:00:00Z"),
        },
        remark: text("운송비를 빼 주시면 바로 주문하겠습니다."),
    };
    document(to_seller("2026-11-17T04:00:00Z"), body)
}

/// The seller in Hamburg offers another price itself, and to deliver as asked.
pub fn counter_of_the_seller() -> Document<Counter> {
    let bid = id_of(Actor::Foreigner, bid_in_euro());
    let body = Counter {
        offer: bid,
        round: 2,
        changes: list(vec![
            Change::Line {
                line: 2,
                price: Some(price("184.5", "1")),
                quantity: Some(number("36")),
                lead_time_days: None,
            },
            Change::Delivery { delivery: None },
            Change::Commitment {
                commitment: Commitment::Indicative,
            },
        ]),
        valid_until: at("2026-11-20T00:00:00Z"),
        commitment: Commitment::Revocable,
        remark: text(""),
    };
    let header = first(
        Actor::Foreigner,
        Some(Actor::Buyer),
        "2026-11-17T09:30:00.250Z",
    );
    document(after(bid, 2, header), body)
}

fn to_buyer(issued_at: &str) -> Header {
    let header = first(Actor::Seller, Some(Actor::Buyer), issued_at);
    let header = after(id_of(Actor::Seller, bid()), 3, header);
    answering(id_of(Actor::Buyer, counter()), header)
}

/// The seller in Paju takes the buyer's counter-offer.
pub fn counter_accept() -> Document<CounterAccept> {
    let body = CounterAccept {
        counter: id_of(Actor::Buyer, counter()),
    };
    document(to_buyer("2026-11-17T05:12:00Z"), body)
}

/// The seller in Paju does not.
pub fn counter_refuse() -> Document<CounterRefuse> {
    let body = CounterRefuse {
        counter: id_of(Actor::Buyer, counter()),
        reason: text("설치비가 너무 낮습니다."),
    };
    document(to_buyer("2026-11-17T05:12:00Z"), body)
}

//! From the order to the final terms.

use opener_trade::{
    Category, Duration, Period,
    document::{
        Charge, ChargeKind, Chat, Delivery, Disclosure, Document, FinalTerms, Header, Lapse,
        NotChosen, Order, OrderLine, OrderResponse, ResponseLine, ResponseStatus, Terms, TermsLine,
    },
    sign,
};

use crate::actors::{
    Actor, after, answering, at, attachment, deal, document, first, list, money, number, parse,
    place, price, quantity, text,
};

use super::{bid, bid_in_euro, id_of, rfp};

fn to_seller(issued_at: &str) -> Header {
    first(Actor::Buyer, Some(Actor::Seller), issued_at)
}

/// The first word of the buyer to the seller, and the worked example of the protocol pages.
pub fn chat() -> Document<Chat> {
    let body = Chat::of(text("안녕하세요, 책상은 언제 받을 수 있나요?"));
    document(to_seller("2026-11-17T02:00:00Z"), body)
}

/// A picture without words.
pub fn chat_with_a_file() -> Document<Chat> {
    let body = Chat {
        attachments: list(vec![attachment("현장.jpg", 0xc3)]),
        ..Chat::of(text(""))
    };
    document(to_seller("2026-11-17T02:00:00Z"), body)
}

fn freight() -> Charge {
    Charge {
        kind: ChargeKind::Freight,
        description: text("파주–서울"),
        amount: money("180000 KRW"),
        lot: Some(1),
    }
}

/// Chairs and desks are ordered, the screws are not.
pub fn order() -> Document<Order> {
    let bid = id_of(Actor::Seller, bid());
    let line = |line, of: &str, each: &str, amount: &str| OrderLine {
        line,
        quantity: quantity(of),
        price: price(each, "1"),
        amount: money(amount),
    };
    let body = Order {
        bid,
        lines: list(vec![
            line(1, "120 H87", "89500", "10740000 KRW"),
            line(2, "40 H87", "231000", "9240000 KRW"),
        ]),
        charges: list(vec![freight()]),
        total: money("20160000 KRW"),
        delivery: Delivery {
            place: place(
                "KR",
                "서울특별시 마포구 월드컵북로 400",
                37_579_600,
                126_889_100,
            ),
            window: Some(Period {
                from: at("2026-12-01T00:00:00Z"),
                until: at("2026-12-11T09:00:00Z"),
            }),
        },
        incoterm: None,
        payment: Some(text("검수 후 14일 이내")),
        answer_by: at("2026-11-19T09:00:00Z"),
        grace: Duration::from_secs(15 * 60),
        release_after: at("2026-11-20T09:00:00Z"),
        disclosure: Disclosure::Prices,
    };
    let header = after(
        id_of(Actor::Buyer, chat()),
        2,
        to_seller("2026-11-18T01:00:00Z"),
    );
    document(answering(bid, header), body)
}

fn to_buyer(issued_at: &str) -> Header {
    let header = first(Actor::Seller, Some(Actor::Buyer), issued_at);
    answering(
        id_of(Actor::Buyer, order()),
        after(id_of(Actor::Seller, bid()), 3, header),
    )
}

/// The seller accepts it as it stands.
pub fn order_response() -> Document<OrderResponse> {
    let order = order();
    let mut body = OrderResponse::accept(id_of(Actor::Buyer, order.clone()), &order.body);
    body.remark = text("감사합니다.");
    document(to_buyer("2026-11-18T01:00:05Z"), body)
}

/// The seller would deliver the desks in two parts, and cannot deliver all the chairs.
pub fn order_response_with_changes() -> Document<OrderResponse> {
    let line = |line, status, of: &str, each: &str, window, remark: &str| ResponseLine {
        line,
        status,
        quantity: number(of),
        price: price(each, "1"),
        window,
        remark: text(remark),
    };
    let week = |from: &str, until: &str| {
        Some(Period {
            from: at(from),
            until: at(until),
        })
    };
    let body = OrderResponse {
        order: id_of(Actor::Buyer, order()),
        lines: list(vec![
            line(
                1,
                ResponseStatus::Changed,
                "100",
                "88000.5",
                None,
                "재고 부족",
            ),
            line(
                2,
                ResponseStatus::Changed,
                "15",
                "231000",
                week("2026-12-01T00:00:00Z", "2026-12-04T09:00:00Z"),
                "",
            ),
            line(
                2,
                ResponseStatus::Changed,
                "25",
                "231000",
                week("2027-01-04T00:00:00Z", "2027-01-08T09:00:00Z"),
                "",
            ),
        ]),
        remark: text(""),
    };
    document(to_buyer("2026-11-18T03:20:00Z"), body)
}

/// The buyer decides that the order ended unanswered.
pub fn lapse() -> Document<Lapse> {
    let order = id_of(Actor::Buyer, order());
    let body = Lapse {
        order,
        decided_at: at("2026-11-19T09:15:00Z"),
    };
    document(after(order, 3, to_seller("2026-11-19T09:15:00.012Z")), body)
}

/// The seller in Hamburg hears that another was chosen.
pub fn not_chosen() -> Document<NotChosen> {
    let body = NotChosen {
        rfp: id_of(Actor::Buyer, rfp()),
        reason: text("Andere Lieferzeit"),
        rank: Some(2),
    };
    let header = first(Actor::Buyer, Some(Actor::Foreigner), "2026-11-18T01:30:00Z");
    document(
        answering(id_of(Actor::Foreigner, bid_in_euro()), header),
        body,
    )
}

/// What buyer and seller both sign.
pub fn terms() -> Terms {
    let chairs = TermsLine {
        line: 1,
        category: Some(Category {
            scheme: text("UNSPSC"),
            version: Some(text("26.0801")),
            code: text("56112102"),
        }),
        quantity: quantity("120 H87"),
        price: price("89500", "1"),
        amount: money("10740000 KRW"),
        name: None,
    };
    let desks = TermsLine {
        line: 2,
        category: None,
        quantity: quantity("40 H87"),
        price: price("231000", "1"),
        amount: money("9240000 KRW"),
        name: None,
    };
    let order = order();
    Terms {
        deal: deal(),
        buyer: Actor::Buyer.peer(),
        seller: Actor::Seller.peer(),
        rfp: id_of(Actor::Buyer, rfp()),
        bid: id_of(Actor::Seller, bid()),
        order: id_of(Actor::Buyer, order.clone()),
        response: id_of(Actor::Seller, order_response()),
        bid_valid_until: bid().body.valid_until,
        ordered_at: order.header.issued_at,
        answer_by: order.body.decide_at(),
        accepted_at: order_response().header.issued_at,
        disclosure: Disclosure::Prices,
        region: Some(parse("KR")),
        lines: list(vec![chairs, desks]),
        charges: list(vec![Charge {
            description: text(""),
            ..freight()
        }]),
        total: Some(money("20160000 KRW")),
        delivery: None,
        incoterm: None,
        payment: None,
        change: None,
    }
}

/// The buyer hands its signature to the seller.
pub fn final_terms() -> Document<FinalTerms> {
    let signed = sign(&Actor::Buyer.identity(), terms()).unwrap();
    let header = after(
        id_of(Actor::Buyer, order()),
        3,
        to_seller("2026-11-18T01:00:20Z"),
    );
    let header = answering(id_of(Actor::Seller, order_response()), header);
    document(
        header,
        FinalTerms {
            signed: signed.bytes().to_vec().into(),
        },
    )
}

//! What the sellers answer.

use opener_trade::document::{
    Bid, BidLine, BidWithdraw, Charge, ChargeKind, Commitment, CriterionAnswer, Decline,
    DeclineReason, Delivery, Deviation, Disclosure, Document, Header, Incoterm, IncotermRule,
    Intent, LineOffer, Tax, TaxBasis,
};

use crate::actors::{
    Actor, after, answering, at, attachment, document, first, list, money, number, party, place,
    price, quantity, text,
};

use super::{id_of, rfp};

fn from_seller(seller: Actor, issued_at: &str) -> Header {
    let rfp = id_of(Actor::Buyer, rfp());
    answering(rfp, first(seller, Some(Actor::Buyer), issued_at))
}

/// The seller in Paju means to bid.
pub fn intent() -> Document<Intent> {
    let body = Intent {
        rfp: id_of(Actor::Buyer, rfp()),
    };
    document(from_seller(Actor::Seller, "2026-11-02T01:12:44.507Z"), body)
}

/// The seller in Hamburg does not.
pub fn decline() -> Document<Decline> {
    let body = Decline {
        rfp: id_of(Actor::Buyer, rfp()),
        reason: DeclineReason::Other,
        remark: text("Werksferien bis Mitte Dezember"),
    };
    document(from_seller(Actor::Foreigner, "2026-11-03T08:00:00Z"), body)
}

fn line(line: u32, offer: LineOffer, of: &str, at: (&str, &str), amount: &str) -> BidLine {
    BidLine {
        line,
        offer,
        description: text(""),
        quantity: quantity(of),
        price: price(at.0, at.1),
        amount: money(amount),
        lead_time_days: None,
    }
}

/// A firm bid in won without tax, with charges, an alternative and a price for a hundred.
pub fn bid() -> Document<Bid> {
    let chairs = BidLine {
        lead_time_days: Some(14),
        ..line(
            1,
            LineOffer::Quoted,
            "120 H87",
            ("89500", "1"),
            "10740000 KRW",
        )
    };
    let desks = BidLine {
        description: text("폭 1400 mm 대신 1600 mm"),
        lead_time_days: Some(21),
        ..line(
            2,
            LineOffer::Alternative,
            "40 H87",
            ("231000", "1"),
            "9240000 KRW",
        )
    };
    let screws = line(
        3,
        LineOffer::Quoted,
        "2500 H87",
        ("1852.5", "100"),
        "46312 KRW",
    );
    let charges = vec![
        Charge {
            kind: ChargeKind::Freight,
            description: text("파주–서울"),
            amount: money("180000 KRW"),
            lot: Some(1),
        },
        Charge {
            kind: ChargeKind::Other,
            description: text("포장재 수거"),
            amount: money("-6312 KRW"),
            lot: None,
        },
    ];
    let taxes = vec![Tax {
        category: text("S"),
        rate: number("10"),
        taxable: money("20200000 KRW"),
        amount: money("2020000 KRW"),
    }];
    let body = Bid {
        rfp: id_of(Actor::Buyer, rfp()),
        revision: 1,
        quote_number: Some(text("Q-2026-1187")),
        seller: party(Actor::Seller),
        currency: "KRW".parse().unwrap(),
        tax_basis: TaxBasis::Net,
        lines: list(vec![chairs, desks, screws]),
        charges: list(charges),
        taxes: list(taxes),
        total: money("20200000 KRW"),
        delivery: None,
        incoterm: None,
        payment: Some(text("검수 후 14일 이내, 2 % 할인")),
        deviations: list(vec![
            Deviation {
                field: text("payment"),
                line: None,
                offered: text("검수 후 14일 이내"),
            },
            Deviation {
                field: text("description"),
                line: Some(2),
                offered: text("1600 mm"),
            },
        ]),
        answers: list(vec![CriterionAnswer {
            criterion: text("보증"),
            value: number("36"),
            note: text("36개월 무상"),
        }]),
        urls: list(vec![text("https://seoulgagu.example/의자/m-120")]),
        attachments: list(vec![attachment("견적서.pdf", 0xb2)]),
        valid_until: at("2026-11-30T05:00:00Z"),
        commitment: Commitment::Firm {
            until: at("2026-11-23T05:00:00Z"),
        },
        all_or_nothing: false,
        disclosure: Disclosure::Prices,
    };
    let header = after(
        id_of(Actor::Seller, intent()),
        2,
        from_seller(Actor::Seller, "2026-11-04T06:30:00Z"),
    );
    document(header, body)
}

/// A revocable bid in euro with tax, on other terms of delivery, all or nothing.
pub fn bid_in_euro() -> Document<Bid> {
    let not_quoted = line(3, LineOffer::NoQuote, "2500 H87", ("0", "1"), "0.00 EUR");
    let lines = vec![
        BidLine {
            lead_time_days: Some(30),
            ..line(
                1,
                LineOffer::Quoted,
                "120 H87",
                ("71.375", "1"),
                "8565.00 EUR",
            )
        },
        BidLine {
            lead_time_days: Some(35),
            ..line(
                2,
                LineOffer::Quoted,
                "40 H87",
                ("189.9", "1"),
                "7596.00 EUR",
            )
        },
        not_quoted,
    ];
    let taxes = vec![Tax {
        category: text("S"),
        rate: number("19"),
        taxable: money("13580.67 EUR"),
        amount: money("2580.33 EUR"),
    }];
    let body = Bid {
        rfp: id_of(Actor::Buyer, rfp()),
        revision: 1,
        quote_number: None,
        seller: party(Actor::Foreigner),
        currency: "EUR".parse().unwrap(),
        tax_basis: TaxBasis::Gross,
        lines: list(lines),
        charges: list(vec![]),
        taxes: list(taxes),
        total: money("16161.00 EUR"),
        delivery: Some(Delivery {
            place: place("KR", "부산항", 35_101_000, 129_040_000),
            window: None,
        }),
        incoterm: Some(Incoterm {
            rule: IncotermRule::Cif,
            place: text("Busan"),
            year: 2020,
        }),
        payment: None,
        deviations: list(vec![]),
        answers: list(vec![]),
        urls: list(vec![]),
        attachments: list(vec![]),
        valid_until: at("2026-11-21T00:00:00Z"),
        commitment: Commitment::Revocable,
        all_or_nothing: true,
        disclosure: Disclosure::Conclusion,
    };
    document(
        from_seller(Actor::Foreigner, "2026-11-06T15:45:10.001Z"),
        body,
    )
}

/// The bid in euro is taken back.
pub fn bid_withdraw() -> Document<BidWithdraw> {
    let bid = id_of(Actor::Foreigner, bid_in_euro());
    let body = BidWithdraw {
        bid,
        reason: text("Lieferant ausgefallen"),
    };
    document(
        after(
            bid,
            2,
            from_seller(Actor::Foreigner, "2026-11-09T10:00:00Z"),
        ),
        body,
    )
}

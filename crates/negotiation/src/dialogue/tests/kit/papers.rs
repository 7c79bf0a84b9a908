//! Papers that the tests sign: a request for ten desks and twenty chairs, and bids.

use std::{fmt::Debug, str::FromStr};

use opener_trade::{
    Currency, DealId, DocumentId, Duration, Identity, List, Money, Number, PeerText, Place,
    Quantity, Timestamp, Verified,
    document::{
        Bid, BidLine, BidRules, Charge, ChargeKind, Commitment, Criterion, Decline, DeclineReason,
        Delivery, Direction, Disclosure, Document, Header, Line, LineOffer, Lot, Measure, Party,
        Price, Rfp, Schedule, TaxBasis,
    },
    sign,
};

/// The moment that many minutes after the request is sent.
pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus(minutes(minute))
}

pub(crate) fn minutes(minutes: i64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// Bids are taken until this minute.
pub(crate) const DEADLINE: i64 = 100;
/// The buyer chooses until this minute.
pub(crate) const AWARD_BY: i64 = 200;
/// Minutes that a late revision leaves at least.
pub(crate) const EXTENSION: i64 = 30;
/// Bids of the kit can be ordered until this minute.
pub(crate) const VALID: i64 = 300;
/// Firm bids of the kit are firm until this minute.
pub(crate) const FIRM: i64 = 250;
/// Minutes from an order to its `answer_by`.
pub(crate) const ANSWER: i64 = 20;
/// Minutes from an order to its decision.
pub(crate) const DECIDE: i64 = 25;

pub(crate) fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn list<T: Debug, const MAX: usize>(items: Vec<T>) -> List<T, MAX> {
    List::try_from(items).unwrap()
}

pub(crate) fn buyer() -> Identity {
    Identity::from_seed([1; 32])
}

pub(crate) fn seller() -> Identity {
    Identity::from_seed([2; 32])
}

/// The directory whose stamps the kit's request lets count.
pub(crate) fn directory() -> Identity {
    Identity::from_seed([4; 32])
}

pub(crate) fn stranger() -> Identity {
    Identity::from_seed([3; 32])
}

pub(crate) fn deal() -> DealId {
    DealId::of_buyer(buyer().peer_id(), [7; 6])
}

pub(crate) fn eur() -> Currency {
    parse("EUR")
}

pub(crate) fn pieces(value: &str) -> Quantity {
    Quantity {
        value: parse(value),
        unit: parse("H87"),
    }
}

pub(crate) fn price(price: &str) -> Price {
    Price {
        price: parse(price),
        base_quantity: Number::ONE,
    }
}

pub(crate) fn euro(amount: &str) -> Money {
    Money::exact(parse(amount), eur()).unwrap()
}

pub(crate) fn delivery(locality: &str) -> Delivery {
    Delivery {
        place: Place {
            country: parse("DE"),
            locality: parse(locality),
            latitude_e6: None,
            longitude_e6: None,
        },
        window: None,
    }
}

fn party(name: &str) -> Party {
    Party {
        name: parse(name),
        place: delivery("Hamburg").place,
        contact: None,
    }
}

pub(crate) fn line(number: u32, name: &str, quantity: &str) -> Line {
    Line {
        number,
        name: parse(name),
        description: PeerText::default(),
        quantity: pieces(quantity),
        categories: List::default(),
        properties: List::default(),
        delivery: None,
        optional: false,
        lot: None,
    }
}

/// Ten desks, twenty chairs and, if they like, five lamps.
pub(crate) fn rfp() -> Rfp {
    let lamps = Line {
        optional: true,
        ..line(3, "lamp", "5")
    };
    let criterion = |name, weight, direction, best, worst, measure| Criterion {
        name: parse(name),
        weight: parse(weight),
        direction,
        best: parse(best),
        worst: parse(worst),
        knock_out: false,
        measure,
    };
    Rfp {
        revision: 1,
        title: parse("office furniture"),
        description: PeerText::default(),
        language: parse("en"),
        buyer: party("Ann's office"),
        schedule: Schedule {
            open: at(0),
            question_cutoff: None,
            bid_deadline: at(DEADLINE),
            award_by: at(AWARD_BY),
        },
        rules: BidRules {
            extension: minutes(EXTENSION),
            ..BidRules::default()
        },
        currencies: list(vec![eur(), parse("KRW")]),
        delivery: delivery("Hamburg"),
        incoterm: None,
        payment: Some(parse("30 days net")),
        criteria: list(vec![
            criterion("price", "80", Direction::Lower, "0", "5000", Measure::Total),
            criterion(
                "warranty",
                "20",
                Direction::Higher,
                "60",
                "0",
                Measure::Answer,
            ),
        ]),
        disclosure: Disclosure::Full,
        attachments: List::default(),
        lots: List::default(),
        lines: list(vec![line(1, "desk", "10"), line(2, "chair", "20"), lamps]),
        stamps: list(vec![directory().peer_id()]),
    }
}

pub(crate) fn sign_rfp(body: Rfp) -> Verified<Document<Rfp>> {
    let header = Header {
        deal: deal(),
        from: buyer().peer_id(),
        to: None,
        seq: 1,
        previous: None,
        answers: None,
        issued_at: at(0),
        expires_at: at(DEADLINE),
    };
    sign(&buyer(), Document { header, body }).unwrap()
}

pub(crate) fn lot(number: u16) -> Lot {
    Lot {
        number,
        title: parse("a part"),
    }
}

/// An id that belongs to nothing.
pub(crate) const fn nothing() -> DocumentId {
    DocumentId::from_bytes([9; 32])
}

pub(crate) fn bid_line(number: u32, quantity: &str, unit_price: &str) -> BidLine {
    BidLine {
        line: number,
        offer: LineOffer::Quoted,
        description: PeerText::default(),
        quantity: pieces(quantity),
        price: price(unit_price),
        amount: euro("0"),
        lead_time_days: Some(14),
    }
}

pub(crate) fn freight(amount: &str) -> Charge {
    Charge {
        kind: ChargeKind::Freight,
        description: PeerText::default(),
        amount: euro(amount),
        lot: None,
    }
}

/// Desks at 100, chairs at 30.50, freight 25.
pub(crate) fn bid(rfp: DocumentId, commitment: Commitment) -> Bid {
    summed(Bid {
        rfp,
        revision: 1,
        quote_number: None,
        seller: party("Bob's furniture"),
        currency: eur(),
        tax_basis: TaxBasis::Net,
        lines: list(vec![bid_line(1, "10", "100"), bid_line(2, "20", "30.5")]),
        charges: list(vec![freight("25")]),
        taxes: List::default(),
        total: euro("0"),
        delivery: None,
        incoterm: None,
        payment: None,
        deviations: List::default(),
        answers: List::default(),
        urls: List::default(),
        attachments: List::default(),
        valid_until: at(VALID),
        commitment,
        all_or_nothing: false,
        disclosure: Disclosure::Prices,
    })
}

pub(crate) const fn firm(until: Timestamp) -> Commitment {
    Commitment::Firm { until }
}

/// The same bid with its sums made right.
pub(crate) fn summed(mut bid: Bid) -> Bid {
    let currency = bid.currency;
    let mut lines = bid.lines.into_vec();
    for line in &mut lines {
        line.amount = match line.offer {
            LineOffer::NoQuote => Money::zero(currency),
            _ => line.price.amount_of(&line.quantity, currency).unwrap(),
        };
    }
    let amounts = lines.iter().map(|line| line.amount);
    let charges = bid.charges.iter().map(|charge| charge.amount);
    bid.total = Money::sum(currency, amounts.chain(charges)).unwrap();
    bid.lines = list(lines);
    bid
}

pub(crate) fn decline(rfp: DocumentId) -> Decline {
    Decline {
        rfp,
        reason: DeclineReason::NoStock,
        remark: PeerText::default(),
    }
}

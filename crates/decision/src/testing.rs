//! Documents for the tests of this room.

use opener_trade::{
    Currency, DocumentId, Duration, Identity, List, Money, Number, PeerText, Place, Quantity,
    Timestamp, Unit,
    document::{
        Bid, BidLine, BidRules, Body, Charge, ChargeKind, Commitment, Criterion, Delivery,
        Direction, Disclosure, Line, LineOffer, Lot, Measure, Party, Price, Rfp, Schedule, Tax,
        TaxBasis,
    },
};

use crate::{Candidate, Moments};

pub(crate) fn number(text: &str) -> Number {
    text.parse().unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_secs(seconds))
}

pub(crate) fn currency() -> Currency {
    "EUR".parse().unwrap()
}

/// Whole euros.
pub(crate) fn eur(euros: i64) -> Money {
    Money::from_minor(euros * 100, currency())
}

pub(crate) fn id(byte: u8) -> DocumentId {
    DocumentId::from_bytes([byte; 32])
}

pub(crate) fn text<const N: usize>(text: &str) -> PeerText<N> {
    PeerText::new(text).unwrap()
}

pub(crate) fn party(name: &str) -> Party {
    let place = Place {
        country: "DE".parse().unwrap(),
        locality: text("Freiburg"),
        latitude_e6: Some(47_999_000),
        longitude_e6: Some(7_842_000),
    };
    Party {
        name: text(name),
        place,
        contact: None,
    }
}

pub(crate) fn criterion(
    name: &str,
    weight: &str,
    measure: Measure,
    best: &str,
    worst: &str,
) -> Criterion {
    let (best, worst) = (number(best), number(worst));
    Criterion {
        name: text(name),
        weight: number(weight),
        direction: if best < worst {
            Direction::Lower
        } else {
            Direction::Higher
        },
        best,
        worst,
        knock_out: false,
        measure,
    }
}

/// A request for lines of pieces, each with its lot, ranked by price from 0 to 1000 EUR, prices net.
pub(crate) fn rfp(lines: &[(&str, Option<u16>)]) -> Rfp {
    let line = |(i, (quantity, lot)): (usize, &(&str, Option<u16>))| Line {
        number: u32::try_from(i).unwrap() + 1,
        name: text("chair"),
        description: PeerText::default(),
        quantity: Quantity {
            value: number(quantity),
            unit: Unit::PIECE,
        },
        categories: Default::default(),
        properties: Default::default(),
        delivery: None,
        optional: false,
        lot: *lot,
    };
    let mut lots: Vec<u16> = lines.iter().filter_map(|(_, lot)| *lot).collect();
    lots.sort_unstable();
    lots.dedup();
    let lots: Vec<Lot> = lots
        .into_iter()
        .map(|number| Lot {
            number,
            title: text("lot"),
        })
        .collect();
    let rfp = Rfp {
        revision: 1,
        title: text("chairs"),
        description: PeerText::default(),
        language: "en".parse().unwrap(),
        buyer: party("Buyer"),
        schedule: Schedule {
            open: at(0),
            question_cutoff: None,
            bid_deadline: at(3600),
            award_by: at(7200),
        },
        rules: BidRules {
            partial: false,
            tax_basis: TaxBasis::Net,
            ..BidRules::default()
        },
        currencies: vec![currency()].try_into().unwrap(),
        delivery: Delivery {
            place: party("Buyer").place,
            window: None,
        },
        incoterm: None,
        payment: None,
        criteria: vec![criterion("price", "100", Measure::Total, "0", "1000")]
            .try_into()
            .unwrap(),
        disclosure: Disclosure::Full,
        attachments: Default::default(),
        lots: lots.try_into().unwrap(),
        lines: lines
            .iter()
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
        stamps: List::default(),
    };
    rfp.check().unwrap();
    rfp
}

/// A bid on every line as asked, for these amounts in whole euros.
pub(crate) fn bid(rfp: &Rfp, euros: &[i64]) -> Bid {
    let line = |(asked, euros): (&Line, &i64)| BidLine {
        line: asked.number,
        offer: LineOffer::Quoted,
        description: PeerText::default(),
        quantity: asked.quantity,
        price: Price {
            price: eur(*euros).amount(),
            base_quantity: asked.quantity.value,
        },
        amount: eur(*euros),
        lead_time_days: Some(10),
    };
    let until = rfp.schedule.bid_deadline.plus(rfp.rules.validity);
    Bid {
        rfp: id(0xaa),
        revision: rfp.revision,
        quote_number: None,
        seller: party("Seller"),
        currency: currency(),
        tax_basis: TaxBasis::Net,
        lines: rfp
            .lines
            .iter()
            .zip(euros)
            .map(line)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
        charges: Default::default(),
        taxes: Default::default(),
        total: eur(euros.iter().sum()),
        delivery: None,
        incoterm: None,
        payment: None,
        deviations: Default::default(),
        answers: Default::default(),
        urls: Default::default(),
        attachments: Default::default(),
        valid_until: until,
        commitment: Commitment::Firm { until },
        all_or_nothing: false,
        disclosure: Disclosure::Full,
    }
}

/// The bid with one more charge.
pub(crate) fn charge(mut bid: Bid, euros: i64, lot: Option<u16>) -> Bid {
    let mut charges = bid.charges.into_vec();
    charges.push(Charge {
        kind: ChargeKind::Freight,
        description: PeerText::default(),
        amount: eur(euros),
        lot,
    });
    bid.charges = charges.try_into().unwrap();
    bid.total = bid.total.checked_add(eur(euros)).unwrap();
    bid.check().unwrap();
    bid
}

/// The net bid with one tax on all of it.
pub(crate) fn taxed(mut bid: Bid, rate: &str) -> Bid {
    let exact =
        bid.total.amount().decimal() * number(rate).decimal() / rust_decimal::Decimal::ONE_HUNDRED;
    bid.taxes = vec![Tax {
        category: text("S"),
        rate: number(rate),
        taxable: bid.total,
        amount: Money::rounded(exact, currency()).unwrap(),
    }]
    .try_into()
    .unwrap();
    bid.check().unwrap();
    bid
}

/// The bid as received `n` seconds after the opening, with the id and the seller of that number.
pub(crate) fn candidate(n: u8, offer: &Bid) -> Candidate<'_> {
    Candidate {
        bid: id(n),
        seller: Identity::from_seed([n; 32]).peer_id(),
        received_at: at(i64::from(n)),
        offer,
        standing: true,
        late: false,
        late_override: None,
        assessments: vec![],
        exclusions: vec![],
    }
}

pub(crate) fn moments() -> Moments {
    let answer_by = at(10_000);
    let grace = Duration::from_secs(60);
    Moments {
        answer_by,
        grace,
        release_after: answer_by.plus(grace),
    }
}

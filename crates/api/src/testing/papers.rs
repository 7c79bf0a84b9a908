//! What is asked and offered in tests.

use opener_trade::{
    Currency, DocumentId, Duration, Identity, List, Money, PeerText, Quantity, Timestamp, Unit,
    document::{
        BidRules, Criterion, Delivery, Direction, Disclosure, Line, Measure, Party, Rfp, Schedule,
        TaxBasis,
    },
};

use crate::request::{BidDraft, LineDraft, draft::Context};

/// Seconds after the beginning of a test's time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + seconds * 1000)
}

pub fn eur() -> Currency {
    "EUR".parse().unwrap()
}

pub fn cents(minor: i64) -> Money {
    Money::from_minor(minor, eur())
}

pub fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    PeerText::new(text).unwrap()
}

fn party(name: &str) -> Party {
    let place = serde_json::from_str(r#"{"country":"KR","locality":"Seoul"}"#).unwrap();
    Party {
        name: text(name),
        place,
        contact: None,
    }
}

/// The directory whose stamps the request lets count.
pub fn directory() -> Identity {
    Identity::from_seed([8; 32])
}

/// A request for so much of each line; bids until 1 000 s, the choice until 5 000 s.
pub fn rfp(quantities: &[&str]) -> Rfp {
    let line = |(number, quantity): (u32, &&str)| Line {
        number,
        name: text("chair"),
        description: PeerText::default(),
        quantity: Quantity {
            value: quantity.parse().unwrap(),
            unit: Unit::PIECE,
        },
        categories: List::default(),
        properties: List::default(),
        delivery: None,
        optional: false,
        lot: None,
    };
    let price = Criterion {
        name: text("price"),
        weight: "100".parse().unwrap(),
        direction: Direction::Lower,
        best: "0".parse().unwrap(),
        worst: "1000".parse().unwrap(),
        knock_out: false,
        measure: Measure::Total,
    };
    Rfp {
        revision: 1,
        title: text("chairs"),
        description: PeerText::default(),
        language: "en".parse().unwrap(),
        buyer: party("Ann"),
        schedule: Schedule {
            open: at(0),
            question_cutoff: None,
            bid_deadline: at(1000),
            award_by: at(5000),
        },
        rules: BidRules {
            validity: Duration::from_secs(9000),
            tax_basis: TaxBasis::Net,
            ..BidRules::default()
        },
        currencies: vec![eur()].try_into().unwrap(),
        delivery: Delivery {
            place: party("").place,
            window: None,
        },
        incoterm: None,
        payment: None,
        criteria: vec![price].try_into().unwrap(),
        disclosure: Disclosure::Prices,
        attachments: List::default(),
        lots: List::default(),
        lines: (1..)
            .zip(quantities)
            .map(line)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
        stamps: vec![directory().peer_id()].try_into().unwrap(),
    }
}

/// What a seller writes when each line costs so much a piece.
pub fn draft(prices: &[&str]) -> BidDraft {
    let line = |(line, price): (u32, &&str)| LineDraft {
        line,
        offer: None,
        description: None,
        quantity: None,
        price: Some(price.parse().unwrap()),
        base_quantity: None,
        amount: None,
        lead_time_days: Some(7),
    };
    let lines: Vec<_> = (1..).zip(prices).map(line).collect();
    BidDraft {
        lines: lines.try_into().unwrap(),
        ..BidDraft::default()
    }
}

pub fn context<'a>(rfp_id: DocumentId, rfp: &'a Rfp) -> Context<'a> {
    Context {
        rfp_id,
        rfp,
        seller: party("Bob"),
        disclosure: Disclosure::Prices,
        now: at(10),
    }
}

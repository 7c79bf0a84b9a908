//! Papers that stories share: profiles, a request for bolts and washers, bids on it. Stories change what they need.

use std::{fmt::Display, str::FromStr};

use opener_peer::Profile;
use opener_trade::{
    Currency, Duration, List, Money, Number, PeerText, Place, Quantity, Timestamp, Unit, Verified,
    document::{
        Bid, BidLine, BidRules, Commitment, CommitmentKind, Criterion, Delivery, Direction,
        Disclosure, Document, Line, LineOffer, Lot, Measure, Party, Price, Rfp, Roles, Schedule,
        TaxBasis,
    },
};

use crate::program::must;

/// From the sending of a request to its deadline: two days.
pub const DEADLINE: Duration = Duration::from_secs(2 * 24 * 3600);
/// From the sending of a request to the award: four days. The bids of this module are firm until then.
pub const AWARD_BY: Duration = Duration::from_secs(4 * 24 * 3600);
/// From the sending of a request to the end of the bids' validity: ten days.
pub const VALID: Duration = Duration::from_secs(10 * 24 * 3600);

/// A profile that buys.
#[must_use]
pub fn buyer(name: &str) -> Profile {
    profile(name, true, false)
}

/// A profile that sells.
#[must_use]
pub fn seller(name: &str) -> Profile {
    profile(name, false, true)
}

/// A profile that buys and sells.
#[must_use]
pub fn trader(name: &str) -> Profile {
    profile(name, true, true)
}

fn profile(name: &str, buys: bool, sells: bool) -> Profile {
    Profile {
        name: text(name),
        roles: Roles { buys, sells },
        place: place(),
        contact: None,
        categories: List::default(),
        words: text("bolts washers"),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        url: None,
        disclosure: Disclosure::Prices,
    }
}

/// A request for 1000 bolts (lot 1) and 400 washers (lot 2), judged by price alone, on [`DEADLINE`] and [`AWARD_BY`].
#[must_use]
pub fn rfp(now: Timestamp) -> Rfp {
    Rfp {
        revision: 1,
        title: text("Bolts and washers"),
        description: text("M8, zinc-plated, by Friday"),
        language: parse("en"),
        buyer: party("Anna's workshop"),
        schedule: Schedule {
            open: now,
            question_cutoff: None,
            bid_deadline: now.plus(DEADLINE),
            award_by: now.plus(AWARD_BY),
        },
        rules: BidRules {
            commitment: CommitmentKind::Indicative,
            tax_basis: TaxBasis::Net,
            ..BidRules::default()
        },
        currencies: list(vec![euro()]),
        delivery: Delivery {
            place: place(),
            window: None,
        },
        incoterm: None,
        payment: Some(text("30 days net")),
        criteria: list(vec![Criterion {
            name: text("price"),
            weight: parse("100"),
            direction: Direction::Lower,
            best: parse("100"),
            worst: parse("1000"),
            knock_out: false,
            measure: Measure::Total,
        }]),
        disclosure: Disclosure::Prices,
        attachments: List::default(),
        lots: list(vec![lot(1, "Bolts"), lot(2, "Washers")]),
        lines: list(vec![
            line(1, "Bolt M8×40", "1000"),
            line(2, "Washer M8", "400"),
        ]),
        stamps: List::default(),
    }
}

fn lot(number: u16, title: &str) -> Lot {
    Lot {
        number,
        title: text(title),
    }
}

fn line(number: u32, name: &str, pieces: &str) -> Line {
    Line {
        number,
        name: text(name),
        description: PeerText::default(),
        quantity: quantity(pieces),
        categories: List::default(),
        properties: List::default(),
        delivery: None,
        optional: false,
        lot: u16::try_from(number).ok(),
    }
}

/// A firm bid on everything at one price a piece.
#[must_use]
pub fn bid(rfp: &Verified<Document<Rfp>>, seller: &str, price: &str) -> Bid {
    let lines: Vec<(u32, String)> = rfp
        .body
        .lines
        .iter()
        .map(|line| (line.number, line.quantity.value.to_string()))
        .collect();
    let lines: Vec<(u32, &str, &str)> = lines
        .iter()
        .map(|(line, pieces)| (*line, pieces.as_str(), price))
        .collect();
    offer(rfp, seller, &lines)
}

/// A firm bid on these lines: number, pieces, price a piece.
#[must_use]
pub fn offer(rfp: &Verified<Document<Rfp>>, seller: &str, lines: &[(u32, &str, &str)]) -> Bid {
    let lines: Vec<BidLine> = lines
        .iter()
        .map(|(line, pieces, price)| bid_line(*line, pieces, price))
        .collect();
    let total = must(Money::sum(euro(), lines.iter().map(|line| line.amount)));
    let schedule = rfp.body.schedule;
    Bid {
        rfp: rfp.id(),
        revision: rfp.body.revision,
        quote_number: None,
        seller: party(seller),
        currency: euro(),
        tax_basis: TaxBasis::Net,
        lines: list(lines),
        charges: List::default(),
        taxes: List::default(),
        total,
        delivery: None,
        incoterm: None,
        payment: None,
        deviations: List::default(),
        answers: List::default(),
        urls: List::default(),
        attachments: List::default(),
        valid_until: rfp.header.issued_at.plus(VALID),
        commitment: Commitment::Firm {
            until: schedule.award_by,
        },
        all_or_nothing: false,
        disclosure: Disclosure::Prices,
    }
}

fn bid_line(line: u32, pieces: &str, price: &str) -> BidLine {
    let quantity = quantity(pieces);
    let price = Price {
        price: parse(price),
        base_quantity: Number::ONE,
    };
    BidLine {
        line,
        offer: LineOffer::Quoted,
        description: PeerText::default(),
        quantity,
        price,
        amount: must(price.amount_of(&quantity, euro())),
        lead_time_days: Some(7),
    }
}

/// A party at the place of every story.
#[must_use]
pub fn party(name: &str) -> Party {
    Party {
        name: text(name),
        place: place(),
        contact: None,
    }
}

fn place() -> Place {
    Place {
        country: parse("DE"),
        locality: text("Kassel"),
        latitude_e6: Some(51_312_000),
        longitude_e6: Some(9_479_000),
    }
}

fn quantity(pieces: &str) -> Quantity {
    Quantity {
        value: parse(pieces),
        unit: Unit::PIECE,
    }
}

fn euro() -> Currency {
    parse("EUR")
}

/// Text of a story.
///
/// # Panics
/// It is too long.
#[must_use]
pub fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    must(PeerText::new(text))
}

fn list<T, const MAX: usize>(items: Vec<T>) -> List<T, MAX> {
    must(List::try_from(items))
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> T {
    must(text.parse())
}

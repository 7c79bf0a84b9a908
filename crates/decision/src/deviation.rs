//! Where a bid differs from the request: computed from the two documents, not claimed.

use std::{collections::HashMap, fmt};

use opener_trade::{
    List, PeerText,
    document::{
        Bid, BidLine, Commitment, CommitmentKind, Delivery, Incoterm, Line, LineOffer, Measure,
        Rfp, TaxBasis,
    },
    limits::DEVIATIONS,
};
use serde::Serialize;
use ts_rs::TS;

/// The point in which a bid differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// It answers another revision.
    Revision,
    /// Its currency is not accepted.
    Currency,
    /// Prices with tax instead of without, or the other way round, or nothing said.
    TaxBasis,
    /// A line is not offered.
    LineMissing,
    /// Something else is offered instead.
    Alternative,
    /// A line was not asked for.
    NotAsked,
    /// Another quantity.
    Quantity,
    /// Another unit.
    Unit,
    /// Another place of delivery.
    DeliveryPlace,
    /// Delivery outside the window.
    DeliveryWindow,
    /// Another Incoterm.
    Incoterm,
    /// Other terms of payment.
    Payment,
    /// Less firm than asked, or not for as long.
    Commitment,
    /// Not valid for as long as asked.
    Validity,
    /// A criterion that bidders answer is not answered.
    Answer,
}

impl Point {
    /// The name of the field, as bids declare it.
    pub const fn field(self) -> &'static str {
        match self {
            Point::Revision => "revision",
            Point::Currency => "currencies",
            Point::TaxBasis => "rules.tax_basis",
            Point::LineMissing | Point::Alternative | Point::NotAsked => "lines",
            Point::Quantity => "lines.quantity",
            Point::Unit => "lines.quantity.unit",
            Point::DeliveryPlace => "delivery.place",
            Point::DeliveryWindow => "delivery.window",
            Point::Incoterm => "incoterm",
            Point::Payment => "payment",
            Point::Commitment => "rules.commitment",
            Point::Validity => "rules.validity",
            Point::Answer => "criteria",
        }
    }
}

/// One difference: what was asked and what is offered, both as text. An empty text means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Deviation {
    /// In which point.
    pub point: Point,
    /// On which line, where it concerns one.
    pub line: Option<u32>,
    /// What was asked.
    pub asked: String,
    /// What is offered.
    pub offered: String,
}

/// Everything in which a bid differs from the request, in the order of [`Point`] and line.
pub fn deviations(rfp: &Rfp, bid: &Bid) -> Vec<Deviation> {
    let mut found = Found(vec![]);
    terms(rfp, bid, &mut found);
    lines(rfp, bid, &mut found);
    binding(rfp, bid, &mut found);
    for criterion in rfp.criteria.iter().filter(|c| c.measure == Measure::Answer) {
        if !bid
            .answers
            .iter()
            .any(|answer| answer.criterion == criterion.name)
        {
            found.add(Point::Answer, None, &criterion.name, "");
        }
    }
    found
        .0
        .sort_by_key(|deviation| (deviation.point, deviation.line));
    found.0
}

/// The deviations in the form in which a bid declares them, at most [`DEVIATIONS`].
pub fn declared(rfp: &Rfp, bid: &Bid) -> List<opener_trade::document::Deviation, DEVIATIONS> {
    let declared: Vec<_> = deviations(rfp, bid)
        .into_iter()
        .take(DEVIATIONS)
        .map(|deviation| opener_trade::document::Deviation {
            field: PeerText::truncated(deviation.point.field()),
            line: deviation.line,
            offered: PeerText::truncated(&deviation.offered),
        })
        .collect();
    List::try_from(declared).unwrap_or_default()
}

struct Found(Vec<Deviation>);

impl Found {
    fn add(
        &mut self,
        point: Point,
        line: Option<u32>,
        asked: impl fmt::Display,
        offered: impl fmt::Display,
    ) {
        self.0.push(Deviation {
            point,
            line,
            asked: asked.to_string(),
            offered: offered.to_string(),
        });
    }
}

fn terms(rfp: &Rfp, bid: &Bid, found: &mut Found) {
    if bid.revision != rfp.revision {
        found.add(Point::Revision, None, rfp.revision, bid.revision);
    }
    if !rfp.currencies.contains(&bid.currency) {
        let accepted: Vec<&str> = rfp
            .currencies
            .iter()
            .map(|currency| currency.code())
            .collect();
        found.add(Point::Currency, None, accepted.join(", "), bid.currency);
    }
    let asked = rfp.rules.tax_basis;
    if asked != TaxBasis::Unstated && bid.tax_basis != asked {
        found.add(Point::TaxBasis, None, basis(asked), basis(bid.tax_basis));
    }
    if let Some(delivery) = &bid.delivery {
        self::delivery(&rfp.delivery, delivery, found);
    }
    if let Some(offered) = bid
        .incoterm
        .as_ref()
        .filter(|offered| rfp.incoterm.as_ref() != Some(offered))
    {
        let asked = rfp.incoterm.as_ref().map(incoterm).unwrap_or_default();
        found.add(Point::Incoterm, None, asked, incoterm(offered));
    }
    if let Some(offered) = bid
        .payment
        .as_ref()
        .filter(|offered| rfp.payment.as_ref() != Some(offered))
    {
        let asked = rfp
            .payment
            .as_ref()
            .map(PeerText::as_str)
            .unwrap_or_default();
        found.add(Point::Payment, None, asked, offered);
    }
}

fn delivery(asked: &Delivery, offered: &Delivery, found: &mut Found) {
    if asked.place != offered.place {
        let place =
            |delivery: &Delivery| format!("{} {}", delivery.place.country, delivery.place.locality);
        found.add(Point::DeliveryPlace, None, place(asked), place(offered));
    }
    let Some(window) = asked.window else {
        return;
    };
    let text = |delivery: &Delivery| {
        delivery.window.map_or(String::new(), |window| {
            format!("{} – {}", window.from, window.until)
        })
    };
    let is_inside = offered
        .window
        .is_some_and(|offered| window.from <= offered.from && offered.until <= window.until);
    if !is_inside {
        found.add(Point::DeliveryWindow, None, text(asked), text(offered));
    }
}

fn lines(rfp: &Rfp, bid: &Bid, found: &mut Found) {
    let offered: HashMap<u32, &BidLine> = bid.offered().map(|line| (line.line, line)).collect();
    for asked in &rfp.lines {
        match offered.get(&asked.number) {
            Some(offer) => line(asked, offer, found),
            None if !asked.optional => {
                found.add(Point::LineMissing, Some(asked.number), asked.quantity, "");
            }
            None => {}
        }
    }
    let asked: HashMap<u32, &Line> = rfp.lines.iter().map(|line| (line.number, line)).collect();
    for extra in bid.offered().filter(|line| !asked.contains_key(&line.line)) {
        found.add(Point::NotAsked, Some(extra.line), "", extra.quantity);
    }
}

fn line(asked: &Line, offer: &BidLine, found: &mut Found) {
    let number = Some(asked.number);
    if offer.offer == LineOffer::Alternative {
        found.add(Point::Alternative, number, &asked.name, &offer.description);
    }
    if offer.quantity.unit != asked.quantity.unit {
        found.add(
            Point::Unit,
            number,
            asked.quantity.unit,
            offer.quantity.unit,
        );
    }
    if offer.quantity.value != asked.quantity.value {
        found.add(Point::Quantity, number, asked.quantity, offer.quantity);
    }
}

fn binding(rfp: &Rfp, bid: &Bid, found: &mut Found) {
    let until = rfp.schedule.bid_deadline.plus(rfp.rules.validity);
    let asked = match rfp.rules.commitment {
        CommitmentKind::Indicative => Commitment::Indicative,
        CommitmentKind::Revocable => Commitment::Revocable,
        CommitmentKind::Firm => Commitment::Firm { until },
    };
    let is_shorter = matches!((asked, bid.commitment),
        (Commitment::Firm { until: asked }, Commitment::Firm { until }) if until < asked);
    if bid.commitment.kind() < asked.kind() || is_shorter {
        found.add(
            Point::Commitment,
            None,
            commitment(&asked),
            commitment(&bid.commitment),
        );
    }
    if bid.valid_until < until {
        found.add(Point::Validity, None, until, bid.valid_until);
    }
}

fn commitment(commitment: &Commitment) -> String {
    match commitment {
        Commitment::Indicative => "indicative".to_owned(),
        Commitment::Revocable => "revocable".to_owned(),
        Commitment::Firm { until } => format!("firm {until}"),
    }
}

fn incoterm(term: &Incoterm) -> String {
    let rule = format!("{:?}", term.rule).to_uppercase();
    format!("{rule} {} {}", term.place, term.year)
}

const fn basis(basis: TaxBasis) -> &'static str {
    match basis {
        TaxBasis::Net => "net",
        TaxBasis::Gross => "gross",
        TaxBasis::Unstated => "unstated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, bid, rfp, text};
    use opener_trade::{
        Duration, Period,
        document::{CriterionAnswer, IncotermRule},
    };

    fn points(rfp: &Rfp, bid: &Bid) -> Vec<(Point, Option<u32>)> {
        deviations(rfp, bid)
            .iter()
            .map(|found| (found.point, found.line))
            .collect()
    }

    #[test]
    fn a_bid_as_asked_deviates_in_nothing() {
        let rfp = rfp(&[("12", None)]);
        assert_eq!(points(&rfp, &bid(&rfp, &[100])), []);
    }

    #[test]
    fn every_line_that_differs_is_named() {
        let rfp = rfp(&[("12", None), ("4", None), ("1", None)]);
        let mut offer = bid(&rfp, &[100, 100]);
        let mut lines = offer.lines.clone().into_vec();
        lines[0].quantity.value = "10".parse().unwrap();
        lines[1].quantity.unit = "SET".parse().unwrap();
        lines[1].offer = LineOffer::Alternative;
        lines[1].description = text("a set of two");
        let mut extra = lines[0].clone();
        extra.line = 9;
        lines.push(extra);
        offer.lines = lines.try_into().unwrap();
        let expected = [
            (Point::LineMissing, Some(3)),
            (Point::Alternative, Some(2)),
            (Point::NotAsked, Some(9)),
            (Point::Quantity, Some(1)),
            (Point::Unit, Some(2)),
        ];
        assert_eq!(points(&rfp, &offer), expected);
        let quantity = &deviations(&rfp, &offer)[3];
        assert_eq!(
            (quantity.asked.as_str(), quantity.offered.as_str()),
            ("12 H87", "10 H87")
        );
    }

    #[test]
    fn every_term_that_differs_is_named() {
        let mut rfp = rfp(&[("1", None)]);
        rfp.delivery.window = Some(Period {
            from: at(10_000),
            until: at(20_000),
        });
        rfp.payment = Some(text("30 days"));
        let mut offer = bid(&rfp, &[100]);
        offer.revision = 2;
        offer.currency = "USD".parse().unwrap();
        offer.tax_basis = TaxBasis::Gross;
        let mut delivery = rfp.delivery.clone();
        delivery.place.locality = text("Basel");
        delivery.window = Some(Period {
            from: at(10_000),
            until: at(20_001),
        });
        offer.delivery = Some(delivery);
        let (rule, place, year) = (IncotermRule::Exw, text("Basel"), 2020);
        offer.incoterm = Some(Incoterm { rule, place, year });
        offer.payment = Some(text("in advance"));
        let points: Vec<Point> = points(&rfp, &offer)
            .into_iter()
            .map(|(point, _)| point)
            .collect();
        let expected = [
            Point::Revision,
            Point::Currency,
            Point::TaxBasis,
            Point::DeliveryPlace,
            Point::DeliveryWindow,
            Point::Incoterm,
            Point::Payment,
        ];
        assert_eq!(points, expected);
        assert_eq!(deviations(&rfp, &offer)[5].offered, "EXW Basel 2020");
    }

    #[test]
    fn delivery_inside_the_window_and_terms_repeated_are_no_deviation() {
        let mut rfp = rfp(&[("1", None)]);
        rfp.delivery.window = Some(Period {
            from: at(10_000),
            until: at(20_000),
        });
        rfp.payment = Some(text("30 days"));
        let mut offer = bid(&rfp, &[100]);
        offer.payment = rfp.payment.clone();
        let window = Some(Period {
            from: at(11_000),
            until: at(12_000),
        });
        offer.delivery = Some(Delivery {
            window,
            ..rfp.delivery.clone()
        });
        assert_eq!(points(&rfp, &offer), []);
    }

    #[test]
    fn a_weaker_or_shorter_commitment_and_a_shorter_validity_are_named() {
        let rfp = rfp(&[("1", None)]);
        let mut offer = bid(&rfp, &[100]);
        let earlier = offer.valid_until.plus(Duration::from_millis(-1));
        offer.commitment = Commitment::Firm { until: earlier };
        assert_eq!(points(&rfp, &offer), [(Point::Commitment, None)]);
        offer.commitment = Commitment::Revocable;
        assert_eq!(points(&rfp, &offer), [(Point::Commitment, None)]);
        offer.valid_until = earlier;
        assert_eq!(
            points(&rfp, &offer),
            [(Point::Commitment, None), (Point::Validity, None)]
        );
    }

    #[test]
    fn a_question_that_is_not_answered_is_named() {
        let mut rfp = rfp(&[("1", None)]);
        let warranty = crate::testing::criterion("warranty", "100", Measure::Answer, "60", "12");
        rfp.criteria = vec![warranty].try_into().unwrap();
        let mut offer = bid(&rfp, &[100]);
        assert_eq!(points(&rfp, &offer), [(Point::Answer, None)]);
        let (criterion, value) = (text("warranty"), "24".parse().unwrap());
        let note = PeerText::default();
        offer.answers = vec![CriterionAnswer {
            criterion,
            value,
            note,
        }]
        .try_into()
        .unwrap();
        assert_eq!(points(&rfp, &offer), []);
    }

    #[test]
    fn more_deviations_than_a_bid_may_declare_are_cut() {
        let rfp = rfp(&vec![("1", None); DEVIATIONS + 2]);
        let offer = bid(&rfp, &[1]);
        assert_eq!(deviations(&rfp, &offer).len(), DEVIATIONS + 1);
        assert_eq!(declared(&rfp, &offer).len(), DEVIATIONS);
    }
}

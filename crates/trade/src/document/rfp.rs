//! `rfp`: a request for proposal, one revision.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body, check_each, check_unique,
    kind::Kind,
    shared::{
        Attachments, CommitmentKind, Delivery, Disclosure, Incoterm, Party, Property, TaxBasis,
        word_enum,
    },
};
use crate::{
    Category, Currency, Duration, Invalid, Language, List, Number, PeerId, PeerText, Quantity,
    Timestamp,
    limits::{
        CRITERIA, CURRENCIES, DESCRIPTION_BYTES, LABEL_BYTES, LINE_CATEGORIES,
        LINE_DESCRIPTION_BYTES, LINES, LOTS, MAX_ROUNDS, NAME_BYTES, PROPERTIES, REMARK_BYTES,
        STAMPS,
    },
};

/// The moments of a request. Each is judged by the buyer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Bids are taken from here on.
    #[n(0)]
    pub open: Timestamp,
    /// Questions are taken until here.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub question_cutoff: Option<Timestamp>,
    /// Bids are taken until here.
    #[n(2)]
    pub bid_deadline: Timestamp,
    /// The buyer chooses until here.
    #[n(3)]
    pub award_by: Timestamp,
}

impl Schedule {
    fn check(&self) -> Result<(), Invalid> {
        if self.open > self.bid_deadline {
            return Err(Invalid::new("bid_deadline", "must not be before open"));
        }
        if self
            .question_cutoff
            .is_some_and(|at| at > self.bid_deadline)
        {
            return Err(Invalid::new(
                "question_cutoff",
                "must not be after bid_deadline",
            ));
        }
        if self.award_by < self.bid_deadline {
            return Err(Invalid::new("award_by", "must not be before bid_deadline"));
        }
        Ok(())
    }
}

/// What bids may and must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields, default)]
pub struct BidRules {
    /// The commitment that the buyer asks for; a bid may be less firm, and says so.
    #[n(0)]
    pub commitment: CommitmentKind,
    /// How long after the deadline a bid should stay valid.
    #[n(1)]
    pub validity: Duration,
    /// A bid may leave lines out.
    #[n(2)]
    pub partial: bool,
    /// A bid may offer something else instead.
    #[n(3)]
    pub alternatives: bool,
    /// A bid may be revised.
    #[n(4)]
    pub repeated: bool,
    /// Rounds of counter-offers with one seller.
    #[n(5)]
    pub max_rounds: u8,
    /// When a revision leaves less than this before the deadline, the deadline moves to now plus this.
    #[n(6)]
    pub extension: Duration,
    /// Whether prices are asked with or without tax.
    #[n(7)]
    pub tax_basis: TaxBasis,
}

/// Thirty days: what trade customarily calls a bid's validity.
const DEFAULT_VALIDITY: Duration = Duration::from_secs(30 * 24 * 3600);
/// A day: enough to read a revision and answer it.
const DEFAULT_EXTENSION: Duration = Duration::from_secs(24 * 3600);

impl Default for BidRules {
    fn default() -> Self {
        Self {
            commitment: CommitmentKind::Firm,
            validity: DEFAULT_VALIDITY,
            partial: true,
            alternatives: false,
            repeated: true,
            max_rounds: 3,
            extension: DEFAULT_EXTENSION,
            tax_basis: TaxBasis::Unstated,
        }
    }
}

word_enum! {
    /// Which way a measure is better.
    Direction {
        /// Less is better: price, days, distance.
        Lower = 0,
        /// More is better: quality, warranty.
        Higher = 1,
    }
}

word_enum! {
    /// Where a criterion's value comes from.
    Measure {
        /// The bid's total in the RFP's tax basis, in major units.
        Total = 0,
        /// The longest lead time of the quoted lines, in days.
        LeadTimeDays = 1,
        /// Distance between the seller's place and the place of delivery, in kilometres.
        DistanceKm = 2,
        /// What the bidder answers.
        Answer = 3,
        /// What the buyer finds: a test, a reference, a qualification.
        Assessment = 4,
    }
}

/// One criterion: what is measured, how much it weighs, and the bounds between which it counts.
///
/// The bounds are fixed in the RFP, so that one bid more or less never changes how the others compare.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its name, unique in the RFP.
    #[n(0)]
    pub name: PeerText<LABEL_BYTES>,
    /// Its share of the score; the weights of an RFP add to 100.
    #[n(1)]
    pub weight: Number,
    /// Which way is better.
    #[n(2)]
    pub direction: Direction,
    /// The value that earns everything; better ones earn no more.
    #[n(3)]
    pub best: Number,
    /// The value that earns nothing; worse ones earn no less.
    #[n(4)]
    pub worst: Number,
    /// A bid worse than `worst` is out.
    #[n(5)]
    #[serde(default)]
    pub knock_out: bool,
    /// Where the value comes from.
    #[n(6)]
    pub measure: Measure,
}

impl Criterion {
    fn check(&self) -> Result<(), Invalid> {
        if self.name.is_blank() {
            return Err(Invalid::new("name", "must not be blank"));
        }
        if self.weight.is_negative() {
            return Err(Invalid::new("weight", "must not be negative"));
        }
        let in_order = match self.direction {
            Direction::Lower => self.best < self.worst,
            Direction::Higher => self.best > self.worst,
        };
        if in_order {
            Ok(())
        } else {
            Err(Invalid::new("best", "must be better than worst"))
        }
    }
}

/// A part of the request that may be awarded by itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// Its number, unique in the RFP.
    #[n(0)]
    pub number: u16,
    /// What it is.
    #[n(1)]
    pub title: PeerText<NAME_BYTES>,
}

/// One line: so much of this.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number, unique in the RFP.
    #[n(0)]
    pub number: u32,
    /// What it is.
    #[n(1)]
    pub name: PeerText<NAME_BYTES>,
    /// More about it.
    #[n(2)]
    #[serde(default)]
    pub description: PeerText<LINE_DESCRIPTION_BYTES>,
    /// How much.
    #[n(3)]
    pub quantity: Quantity,
    /// What it is, by code.
    #[n(4)]
    #[serde(default)]
    pub categories: List<Category, LINE_CATEGORIES>,
    /// Its properties.
    #[n(5)]
    #[serde(default)]
    pub properties: List<Property, PROPERTIES>,
    /// Its own delivery, where it differs.
    #[n(6)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub delivery: Option<Delivery>,
    /// It may be left out of a complete bid.
    #[n(7)]
    #[serde(default)]
    pub optional: bool,
    /// The lot it belongs to.
    #[n(8)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lot: Option<u16>,
}

impl Line {
    fn check(&self) -> Result<(), Invalid> {
        if self.name.is_blank() {
            return Err(Invalid::new("name", "must not be blank"));
        }
        self.quantity.check_positive()?;
        check_each("categories", &self.categories, Category::check)?;
        self.delivery
            .as_ref()
            .map_or(Ok(()), |d| d.check().map_err(|e| e.within("delivery")))
    }
}

/// A request for proposal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Rfp {
    /// Revision, from 1.
    #[n(0)]
    pub revision: u32,
    /// Title, for lists.
    #[n(1)]
    pub title: PeerText<NAME_BYTES>,
    /// What is wanted, in words.
    #[n(2)]
    pub description: PeerText<DESCRIPTION_BYTES>,
    /// The language it is written in.
    #[n(3)]
    pub language: Language,
    /// Who asks.
    #[n(4)]
    pub buyer: Party,
    /// The moments.
    #[n(5)]
    pub schedule: Schedule,
    /// What bids may and must be.
    #[n(6)]
    pub rules: BidRules,
    /// Currencies accepted; the first is preferred.
    #[n(7)]
    pub currencies: List<Currency, CURRENCIES>,
    /// Where and when to deliver.
    #[n(8)]
    pub delivery: Delivery,
    /// The Incoterm asked for.
    #[n(9)]
    pub incoterm: Option<Incoterm>,
    /// Terms of payment, in words.
    #[n(10)]
    pub payment: Option<PeerText<REMARK_BYTES>>,
    /// The criteria; their weights add to 100.
    #[n(11)]
    pub criteria: List<Criterion, CRITERIA>,
    /// What the directory may learn in the end.
    #[n(12)]
    pub disclosure: Disclosure,
    /// Files.
    #[n(13)]
    pub attachments: Attachments,
    /// Lots, if the lines are awarded in parts.
    #[n(14)]
    pub lots: List<Lot, LOTS>,
    /// The lines.
    #[n(15)]
    pub lines: List<Line, LINES>,
    /// The directories whose stamps prove when a bid existed; none means that only receipts count.
    #[n(16)]
    #[serde(default)]
    pub stamps: List<PeerId, STAMPS>,
}

impl Rfp {
    /// The line with this number.
    pub fn line(&self, number: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.number == number)
    }

    /// The lot a line belongs to; `None` is the whole request.
    pub fn lot_of(&self, line: u32) -> Option<u16> {
        self.line(line).and_then(|line| line.lot)
    }
}

impl Body for Rfp {
    const KIND: Kind = Kind::Rfp;
    const BROADCAST: bool = true;

    fn check(&self) -> Result<(), Invalid> {
        if self.revision == 0 {
            return Err(Invalid::new("revision", "counts from 1"));
        }
        if self.title.is_blank() {
            return Err(Invalid::new("title", "must not be blank"));
        }
        self.buyer.check().map_err(|e| e.within("buyer"))?;
        self.schedule.check().map_err(|e| e.within("schedule"))?;
        if self.rules.max_rounds > MAX_ROUNDS {
            return Err(Invalid::new(
                "rules.max_rounds",
                format!("is at most {MAX_ROUNDS}"),
            ));
        }
        if self.rules.validity < Duration::ZERO || self.rules.extension < Duration::ZERO {
            return Err(Invalid::new("rules.validity", "must not be negative"));
        }
        if self.currencies.is_empty() {
            return Err(Invalid::new(
                "currencies",
                "must name at least one currency",
            ));
        }
        self.delivery.check().map_err(|e| e.within("delivery"))?;
        check_each("criteria", &self.criteria, Criterion::check)?;
        check_unique("criteria", &self.criteria, |c| c.name.clone())?;
        let weights = self
            .criteria
            .iter()
            .try_fold(rust_decimal::Decimal::ZERO, |sum, c| {
                sum.checked_add(c.weight.decimal())
                    .ok_or_else(|| Invalid::new("criteria", "the weights are too large"))
            })?;
        if weights != rust_decimal::Decimal::ONE_HUNDRED {
            return Err(Invalid::new(
                "criteria",
                format!("the weights must add to 100, not {weights}"),
            ));
        }
        check_unique("stamps", &self.stamps, |directory| *directory)?;
        check_unique("lots", &self.lots, |lot| lot.number)?;
        if self.lines.is_empty() {
            return Err(Invalid::new("lines", "must hold at least one line"));
        }
        check_each("lines", &self.lines, Line::check)?;
        check_unique("lines", &self.lines, |line| line.number)?;
        check_each("lines", &self.lines, |line| match line.lot {
            Some(lot) if !self.lots.iter().any(|l| l.number == lot) => {
                Err(Invalid::new("lot", "names no lot"))
            }
            _ => Ok(()),
        })
    }
}

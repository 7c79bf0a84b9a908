//! `bid`: a seller's offer to one revision of an RFP.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body, Tax, check_each, check_unique,
    kind::Kind,
    shared::{
        Attachments, Commitment, Delivery, Disclosure, Incoterm, Party, Price, TaxBasis, check_sum,
        word_enum,
    },
};
use crate::{
    Currency, DocumentId, Invalid, List, Money, Number, PeerText, Quantity, Reason, Timestamp,
    limits::{
        CHARGES, CRITERIA, DEVIATIONS, LABEL_BYTES, LINE_DESCRIPTION_BYTES, LINES, NAME_BYTES,
        REMARK_BYTES, TAXES, URL_BYTES, URLS,
    },
};

word_enum! {
    /// What a bid does with a line.
    LineOffer {
        /// Offers what was asked.
        Quoted = 0,
        /// Offers nothing for it.
        NoQuote = 1,
        /// Offers something else instead, described.
        Alternative = 2,
    }
}

/// The offer for one line of the RFP.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct BidLine {
    /// The RFP's line number.
    #[n(0)]
    pub line: u32,
    /// Quoted, not quoted, or an alternative.
    #[n(1)]
    pub offer: LineOffer,
    /// What the alternative is, or a remark.
    #[n(2)]
    #[serde(default)]
    pub description: PeerText<LINE_DESCRIPTION_BYTES>,
    /// How much is offered.
    #[n(3)]
    pub quantity: Quantity,
    /// At what price.
    #[n(4)]
    pub price: Price,
    /// Quantity × price, rounded once.
    #[n(5)]
    pub amount: Money,
    /// Days from order to delivery.
    #[n(6)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lead_time_days: Option<u32>,
}

impl BidLine {
    /// Whether it offers anything.
    pub const fn is_offered(&self) -> bool {
        !matches!(self.offer, LineOffer::NoQuote)
    }
}

word_enum! {
    /// What a charge is for (after UNCL 7161).
    ChargeKind {
        /// Transport.
        Freight = 0,
        /// Packing.
        Packing = 1,
        /// Insurance.
        Insurance = 2,
        /// Handling.
        Handling = 3,
        /// Installation and commissioning.
        Installation = 4,
        /// Anything else; the description says what.
        Other = 5,
    }
}

/// A charge beside the lines.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// What for.
    #[n(0)]
    pub kind: ChargeKind,
    /// In words.
    #[n(1)]
    #[serde(default)]
    pub description: PeerText<NAME_BYTES>,
    /// How much.
    #[n(2)]
    pub amount: Money,
    /// The lot it belongs to; absent for the bid as a whole.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lot: Option<u16>,
}

/// A point in which the bid differs from the request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// The field of the RFP, e.g. `payment`.
    #[n(0)]
    pub field: PeerText<LABEL_BYTES>,
    /// The line, where it concerns one.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub line: Option<u32>,
    /// What is offered instead.
    #[n(2)]
    pub offered: PeerText<NAME_BYTES>,
}

/// The bidder's value for a criterion that it answers itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct CriterionAnswer {
    /// The criterion's name.
    #[n(0)]
    pub criterion: PeerText<LABEL_BYTES>,
    /// The value.
    #[n(1)]
    pub value: Number,
    /// How it is shown.
    #[n(2)]
    #[serde(default)]
    pub note: PeerText<REMARK_BYTES>,
}

/// A bid.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// The RFP it answers.
    #[n(0)]
    pub rfp: DocumentId,
    /// The revision of that RFP.
    #[n(1)]
    pub revision: u32,
    /// The seller's own quote number.
    #[n(2)]
    pub quote_number: Option<PeerText<LABEL_BYTES>>,
    /// Who offers.
    #[n(3)]
    pub seller: Party,
    /// The currency of every amount.
    #[n(4)]
    pub currency: Currency,
    /// Whether the amounts include tax.
    #[n(5)]
    pub tax_basis: TaxBasis,
    /// The lines.
    #[n(6)]
    pub lines: List<BidLine, LINES>,
    /// Charges beside the lines.
    #[n(7)]
    pub charges: List<Charge, CHARGES>,
    /// The taxes, where the seller states them: with them both net and gross are known.
    #[n(8)]
    pub taxes: List<Tax, TAXES>,
    /// The sum of all offered lines and charges, in the bid's tax basis.
    #[n(9)]
    pub total: Money,
    /// Where and when it delivers, if otherwise than asked.
    #[n(10)]
    pub delivery: Option<Delivery>,
    /// Its Incoterm, if otherwise than asked.
    #[n(11)]
    pub incoterm: Option<Incoterm>,
    /// Its terms of payment, if otherwise than asked.
    #[n(12)]
    pub payment: Option<PeerText<REMARK_BYTES>>,
    /// Where it differs from the request.
    #[n(13)]
    pub deviations: List<Deviation, DEVIATIONS>,
    /// Its values for the criteria that bidders answer.
    #[n(14)]
    pub answers: List<CriterionAnswer, CRITERIA>,
    /// Pages about the goods.
    #[n(15)]
    pub urls: List<PeerText<URL_BYTES>, URLS>,
    /// Files.
    #[n(16)]
    pub attachments: Attachments,
    /// It can be ordered until here.
    #[n(17)]
    pub valid_until: Timestamp,
    /// How firmly it binds.
    #[n(18)]
    pub commitment: Commitment,
    /// It can only be ordered whole.
    #[n(19)]
    pub all_or_nothing: bool,
    /// What the directory may learn in the end.
    #[n(20)]
    pub disclosure: Disclosure,
}

impl Bid {
    /// The lines that offer something.
    pub fn offered(&self) -> impl Iterator<Item = &BidLine> {
        self.lines.iter().filter(|line| line.is_offered())
    }

    /// The tax in all, where the seller states it.
    pub fn tax(&self) -> Option<Money> {
        if self.taxes.is_empty() {
            return None;
        }
        Money::sum(self.currency, self.taxes.iter().map(|tax| tax.amount)).ok()
    }

    /// The total without tax, where it is known.
    pub fn net(&self) -> Option<Money> {
        match self.tax_basis {
            TaxBasis::Net => Some(self.total),
            TaxBasis::Gross => {
                let tax = self.tax()?;
                self.total
                    .checked_add(Money::from_minor(
                        tax.minor().checked_neg()?,
                        tax.currency(),
                    ))
                    .ok()
            }
            TaxBasis::Unstated => None,
        }
    }

    /// The total with tax, where it is known.
    pub fn gross(&self) -> Option<Money> {
        match self.tax_basis {
            TaxBasis::Gross => Some(self.total),
            TaxBasis::Net => self.total.checked_add(self.tax()?).ok(),
            TaxBasis::Unstated => None,
        }
    }

    fn check_line(&self, line: &BidLine) -> Result<(), Invalid> {
        if line.amount.currency() != self.currency {
            return Err(Invalid::because(
                Reason::CurrencyNotAllowed,
                "amount",
                "must be in the bid's currency",
            ));
        }
        if line.is_offered() {
            line.price.check_amount(&line.quantity, line.amount)
        } else if line.amount.minor() == 0 {
            Ok(())
        } else {
            Err(Invalid::because(
                Reason::SumMismatch,
                "amount",
                "a line that is not quoted costs nothing",
            ))
        }
    }
}

impl Body for Bid {
    const KIND: Kind = Kind::Bid;

    fn check(&self) -> Result<(), Invalid> {
        self.seller.check().map_err(|e| e.within("seller"))?;
        check_each("lines", &self.lines, |line| self.check_line(line))?;
        check_unique("lines", &self.lines, |line| line.line)?;
        if self.offered().next().is_none() {
            return Err(Invalid::new(
                "lines",
                "must offer at least one line; otherwise decline",
            ));
        }
        check_each("taxes", &self.taxes, Tax::check)?;
        check_unique("answers", &self.answers, |answer| answer.criterion.clone())?;
        if self.total.currency() != self.currency {
            return Err(Invalid::because(
                Reason::CurrencyNotAllowed,
                "total",
                "must be in the bid's currency",
            ));
        }
        let lines = self.offered().map(|line| line.amount);
        check_sum(
            "total",
            self.total,
            lines.chain(self.charges.iter().map(|charge| charge.amount)),
        )?;
        if !self.taxes.is_empty() {
            let taxable = Money::sum(self.currency, self.taxes.iter().map(|tax| tax.taxable))?;
            if self.net() != Some(taxable) {
                return Err(Invalid::because(
                    Reason::SumMismatch,
                    "taxes",
                    "must cover the net total exactly",
                ));
            }
        }
        if let Commitment::Firm { until } = self.commitment
            && until > self.valid_until
        {
            return Err(Invalid::new(
                "commitment.until",
                "must not be after valid_until",
            ));
        }
        self.delivery
            .as_ref()
            .map_or(Ok(()), |d| d.check().map_err(|e| e.within("delivery")))
    }
}

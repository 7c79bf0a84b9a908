//! Parts that several documents share.

use crate::switch::{Countermeasure, holds};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Currency, Invalid, List, Money, Number, PeerText, Period, Place, Quantity, Reason, Timestamp,
    limits::{ATTACHMENTS, LABEL_BYTES, NAME_BYTES},
};

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $n:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize, TS)]
        #[cbor(index_only)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$vdoc])* #[n($n)] $variant,)*
        }
    };
}
pub(crate) use word_enum;

/// A party to a deal, as it describes itself. Its identity is the key it signs with, not these words.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Name of the firm or person.
    #[n(0)]
    pub name: PeerText<NAME_BYTES>,
    /// Where it is.
    #[n(1)]
    pub place: Place,
    /// How a person may be reached: a telephone number, an e-mail address.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub contact: Option<PeerText<NAME_BYTES>>,
}

impl Party {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.name.is_blank() {
            return Err(Invalid::new("name", "must not be blank"));
        }
        self.place.check().map_err(|e| e.within("place"))
    }
}

/// Where and when goods are delivered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The place.
    #[n(0)]
    pub place: Place,
    /// The window.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub window: Option<Period>,
}

impl Delivery {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        self.place.check().map_err(|e| e.within("place"))?;
        self.window.map_or(Ok(()), |window| {
            window.check().map_err(|e| e.within("window"))
        })
    }
}

word_enum! {
    /// A rule of Incoterms 2020 (ICC publication 723E) or of 2010, which has DAT in place of DPU.
    IncotermRule {
        /// Ex works.
        Exw = 0,
        /// Free carrier.
        Fca = 1,
        /// Carriage paid to.
        Cpt = 2,
        /// Carriage and insurance paid to.
        Cip = 3,
        /// Delivered at place.
        Dap = 4,
        /// Delivered at place unloaded.
        Dpu = 5,
        /// Delivered duty paid.
        Ddp = 6,
        /// Free alongside ship.
        Fas = 7,
        /// Free on board.
        Fob = 8,
        /// Cost and freight.
        Cfr = 9,
        /// Cost, insurance and freight.
        Cif = 10,
        /// Delivered at terminal (2010).
        Dat = 11,
    }
}

/// An Incoterm: rule, named place and the year of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Incoterm {
    /// The rule.
    #[n(0)]
    pub rule: IncotermRule,
    /// The named place.
    #[n(1)]
    pub place: PeerText<NAME_BYTES>,
    /// Year of the edition, e.g. 2020.
    #[n(2)]
    pub year: u16,
}

word_enum! {
    /// Whether prices include tax. Net and gross are compared as such, never with each other.
    TaxBasis {
        /// Prices exclude tax.
        Net = 0,
        /// Prices include tax.
        Gross = 1,
        /// Nobody said.
        Unstated = 2,
    }
}

word_enum! {
    /// How much of the final terms the directory may learn. The stricter of the two parties' wishes holds.
    Disclosure {
        /// That the two concluded, and when: parties, deal, hashes. No goods, no prices.
        Conclusion = 0,
        /// And categories, quantities, prices and total.
        Prices = 1,
        /// And names of lines, delivery and payment.
        Full = 2,
    }
}

word_enum! {
    /// How firmly a bid binds the seller, without its date.
    CommitmentKind {
        /// An order needs the seller's acceptance.
        Indicative = 0,
        /// It may be withdrawn until an order arrives.
        Revocable = 1,
        /// It can be neither withdrawn nor worsened before a named moment.
        Firm = 2,
    }
}

/// How firmly a bid binds the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Commitment {
    /// An order needs the seller's acceptance.
    #[n(0)]
    Indicative,
    /// It may be withdrawn until an order arrives.
    #[n(1)]
    Revocable,
    /// It can be neither withdrawn nor worsened before `until`; an order inside it concludes.
    #[n(2)]
    #[cbor(map)]
    Firm {
        /// The moment until which it is firm.
        #[n(0)]
        until: Timestamp,
    },
}

impl Commitment {
    /// The kind, without its date.
    pub const fn kind(&self) -> CommitmentKind {
        match self {
            Commitment::Indicative => CommitmentKind::Indicative,
            Commitment::Revocable => CommitmentKind::Revocable,
            Commitment::Firm { .. } => CommitmentKind::Firm,
        }
    }

    /// Whether it is firm at this moment. The named moment itself still binds.
    pub fn is_firm_at(&self, now: Timestamp) -> bool {
        matches!(self, Commitment::Firm { until } if now <= *until)
    }
}

/// A file that belongs to a document, by its hash. The bytes are fetched only when asked for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// File name, for display.
    #[n(0)]
    pub name: PeerText<NAME_BYTES>,
    /// Media type, e.g. `application/pdf`.
    #[n(1)]
    pub media_type: PeerText<LABEL_BYTES>,
    /// Size in bytes.
    #[n(2)]
    #[ts(type = "number")]
    pub size: u64,
    /// SHA-256 of the bytes.
    #[n(3)]
    pub sha256: crate::DocumentId,
}

/// The attachments of one document.
pub type Attachments = List<Attachment, ATTACHMENTS>;

/// A property of a line, e.g. colour: blue.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// What.
    #[n(0)]
    pub name: PeerText<LABEL_BYTES>,
    /// Its value.
    #[n(1)]
    pub value: PeerText<NAME_BYTES>,
}

/// A price for a base quantity: 3.75 for 100 pieces (UBL `cac:Price`, EN 16931 BT-146 and BT-149).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Price of the base quantity, in major units of the document's currency; not negative.
    #[n(0)]
    pub price: Number,
    /// The quantity that the price is for, in the line's unit; above zero.
    #[n(1)]
    #[serde(default = "one")]
    pub base_quantity: Number,
}

fn one() -> Number {
    Number::ONE
}

impl Price {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.price.is_negative() {
            return Err(Invalid::new("price", "must not be negative"));
        }
        if !self.base_quantity.is_positive() {
            return Err(Invalid::new("base_quantity", "must be above zero"));
        }
        Ok(())
    }

    /// Quantity × price ÷ base quantity, rounded half-even once to the minor unit (EN 16931 BR-CO line rules).
    ///
    /// # Errors
    /// The amount does not fit.
    pub fn amount_of(&self, quantity: &Quantity, currency: Currency) -> Result<Money, Invalid> {
        let too_large = || Invalid::new("amount", "is too large");
        let product = quantity
            .value
            .decimal()
            .checked_mul(self.price.decimal())
            .ok_or_else(too_large)?;
        let amount = product
            .checked_div(self.base_quantity.decimal())
            .ok_or_else(too_large)?;
        Money::rounded(amount, currency)
    }

    /// Refuses an amount that is not [`Price::amount_of`] the quantity.
    pub(crate) fn check_amount(&self, quantity: &Quantity, amount: Money) -> Result<(), Invalid> {
        self.check()?;
        quantity.check_positive()?;
        let right = self.amount_of(quantity, amount.currency())?;
        if right == amount {
            Ok(())
        } else {
            Err(wrong_sum("amount", right))
        }
    }
}

pub(crate) fn wrong_sum(field: &str, right: Money) -> Invalid {
    Invalid::because(Reason::SumMismatch, field, format!("must be {right}"))
}

pub(crate) fn check_sum(
    field: &str,
    total: Money,
    parts: impl IntoIterator<Item = Money>,
) -> Result<(), Invalid> {
    let right = Money::sum(total.currency(), parts).map_err(|e| e.within(field))?;
    if right == total || !holds(Countermeasure::ExactSum) {
        Ok(())
    } else {
        Err(wrong_sum(field, right))
    }
}

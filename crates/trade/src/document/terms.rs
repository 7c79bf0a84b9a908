//! `terms` and `final-terms`: what both parties sign and the directory learns.

use minicbor::{Decode, Encode, bytes::ByteVec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body, check_each,
    kind::Kind,
    shared::{Delivery, Disclosure, Incoterm, Price, check_sum},
};
use crate::{
    Category, CountryCode, DealId, DocumentId, Invalid, List, Money, PeerId, PeerText, Quantity,
    Reason, Timestamp,
    document::Charge,
    envelope::Payload,
    limits::{CHARGES, LINES, MAX_TERMS_BYTES, NAME_BYTES, REMARK_BYTES},
};

/// One line of the final terms.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
pub struct TermsLine {
    /// The RFP's line number.
    #[n(0)]
    pub line: u32,
    /// What it is, by code.
    #[n(1)]
    pub category: Option<Category>,
    /// How much.
    #[n(2)]
    pub quantity: Quantity,
    /// At what price.
    #[n(3)]
    pub price: Price,
    /// Quantity × price, rounded once.
    #[n(4)]
    pub amount: Money,
    /// What it is, in words; only under full disclosure.
    #[n(5)]
    pub name: Option<PeerText<NAME_BYTES>>,
}

/// What was concluded. Buyer and seller each sign these bytes: same payload, same protected header, one document id.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
pub struct Terms {
    /// The deal.
    #[n(0)]
    pub deal: DealId,
    /// Who buys.
    #[n(1)]
    pub buyer: PeerId,
    /// Who sells.
    #[n(2)]
    pub seller: PeerId,
    /// The RFP, the bid, the order and the response that made the contract.
    #[n(3)]
    pub rfp: DocumentId,
    /// The bid.
    #[n(4)]
    pub bid: DocumentId,
    /// The order.
    #[n(5)]
    pub order: DocumentId,
    /// The response that accepted it.
    #[n(6)]
    pub response: DocumentId,
    /// The bid could be ordered until here.
    #[n(7)]
    pub bid_valid_until: Timestamp,
    /// When the order was signed.
    #[n(8)]
    pub ordered_at: Timestamp,
    /// The order was to be answered by here, grace included.
    #[n(9)]
    pub answer_by: Timestamp,
    /// When the acceptance was signed, by the seller's clock; `answer_by` where that clock was ahead.
    #[n(10)]
    pub accepted_at: Timestamp,
    /// The stricter of the two parties' wishes.
    #[n(11)]
    pub disclosure: Disclosure,
    /// Country of delivery; from `prices` disclosure on.
    #[n(12)]
    pub region: Option<CountryCode>,
    /// The lines; from `prices` disclosure on.
    #[n(13)]
    pub lines: List<TermsLine, LINES>,
    /// The charges; from `prices` disclosure on.
    #[n(14)]
    pub charges: List<Charge, CHARGES>,
    /// Sum of lines and charges; from `prices` disclosure on.
    #[n(15)]
    pub total: Option<Money>,
    /// Where and when to deliver; only under full disclosure.
    #[n(16)]
    pub delivery: Option<Delivery>,
    /// The Incoterm; only under full disclosure.
    #[n(17)]
    pub incoterm: Option<Incoterm>,
    /// Terms of payment; only under full disclosure.
    #[n(18)]
    pub payment: Option<PeerText<REMARK_BYTES>>,
    /// The agreement that changed the order last, if both changed it.
    #[n(19)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub change: Option<DocumentId>,
}

impl Terms {
    fn check_moments(&self) -> Result<(), Invalid> {
        if self.buyer == self.seller {
            return Err(Invalid::new("seller", "must not be the buyer"));
        }
        if self.ordered_at > self.bid_valid_until {
            return Err(Invalid::because(
                Reason::Expired,
                "ordered_at",
                "is after the bid's validity",
            ));
        }
        if self.accepted_at > self.answer_by {
            return Err(Invalid::because(
                Reason::Late,
                "accepted_at",
                "is after answer_by",
            ));
        }
        Ok(())
    }

    fn check_disclosure(&self) -> Result<(), Invalid> {
        let prices = self.total.is_some()
            || self.region.is_some()
            || !self.lines.is_empty()
            || !self.charges.is_empty();
        let full = self.delivery.is_some()
            || self.incoterm.is_some()
            || self.payment.is_some()
            || self.lines.iter().any(|line| line.name.is_some());
        match self.disclosure {
            Disclosure::Conclusion if prices || full => Err(Invalid::new(
                "disclosure",
                "conclusion discloses no goods or prices",
            )),
            Disclosure::Prices if full => Err(Invalid::new(
                "disclosure",
                "prices discloses no names, delivery or payment",
            )),
            Disclosure::Prices | Disclosure::Full
                if self.total.is_none() || self.lines.is_empty() =>
            {
                Err(Invalid::new(
                    "total",
                    "lines and total are disclosed from prices on",
                ))
            }
            _ => Ok(()),
        }
    }
}

impl Payload for Terms {
    const KIND: Kind = Kind::Terms;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.buyer == *key || self.seller == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        self.check_moments()?;
        self.check_disclosure()?;
        let Some(total) = self.total else {
            return Ok(());
        };
        check_each("lines", &self.lines, |line| {
            line.category.as_ref().map_or(Ok(()), Category::check)?;
            line.price.check_amount(&line.quantity, line.amount)
        })?;
        let amounts = self.lines.iter().map(|line| line.amount);
        check_sum(
            "total",
            total,
            amounts.chain(self.charges.iter().map(|charge| charge.amount)),
        )
    }
}

/// `final-terms`: carries one party's signed [`Terms`] to the other.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
pub struct FinalTerms {
    /// The `COSE_Sign1` of kind `terms`, signed by the sender of this document.
    #[n(0)]
    #[serde(with = "crate::envelope::hex_bytes")]
    #[ts(type = "string")]
    pub signed: ByteVec,
}

impl Body for FinalTerms {
    const KIND: Kind = Kind::FinalTerms;

    fn check(&self) -> Result<(), Invalid> {
        if self.signed.len() > MAX_TERMS_BYTES {
            return Err(Invalid::because(
                Reason::TooLarge,
                "signed",
                format!("at most {MAX_TERMS_BYTES} bytes"),
            ));
        }
        Ok(())
    }
}

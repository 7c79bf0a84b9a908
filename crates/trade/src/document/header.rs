//! What the documents of a deal have in common.

use minicbor::{Decode, Encode};
use serde::Serialize;

use super::kind::Kind;
use crate::{
    DealId, DocumentId, Invalid, PeerId, Reason, Timestamp, envelope::Payload,
    limits::MAX_LIFETIME_MS,
};

/// The part of a document that places it: which deal, whose chain, what it answers, until when it counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Header {
    /// The deal.
    #[n(0)]
    pub deal: DealId,
    /// Who signs.
    #[n(1)]
    pub from: PeerId,
    /// Who receives; absent for a broadcast, which is signed once for all.
    #[n(2)]
    pub to: Option<PeerId>,
    /// Place in the sender's chain to `to` in this deal, from 1. Broadcasts are a chain of their own.
    #[n(3)]
    pub seq: u64,
    /// The document before this one in the same chain; absent exactly when `seq` is 1.
    #[n(4)]
    pub previous: Option<DocumentId>,
    /// The other side's document that this one replies to: the head it was written in sight of. Absent in broadcasts.
    #[n(5)]
    pub answers: Option<DocumentId>,
    /// When it was signed, by the sender's clock.
    #[n(6)]
    pub issued_at: Timestamp,
    /// After this moment it need not be delivered any more.
    #[n(7)]
    pub expires_at: Timestamp,
}

impl Header {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.seq == 0 || (self.seq == 1) != self.previous.is_none() {
            return Err(Invalid::because(
                Reason::BadChain,
                "header.previous",
                "is absent exactly in the first document",
            ));
        }
        if self.to == Some(self.from) {
            return Err(Invalid::new(
                "header.to",
                "a document is not addressed to its sender",
            ));
        }
        let lifetime = self.expires_at.since(self.issued_at).millis();
        if !(0..=MAX_LIFETIME_MS).contains(&lifetime) {
            return Err(Invalid::new(
                "header.expires_at",
                "lies between issue and two years after it",
            ));
        }
        Ok(())
    }
}

/// The content of a document of a deal.
pub trait Body: Encode<()> + for<'b> Decode<'b, ()> {
    /// The kind it is registered as.
    const KIND: Kind;
    /// Whether it goes to every invited seller, signed once.
    const BROADCAST: bool = false;

    /// The rules that its fields keep by themselves: sums, bounds, order of moments.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    fn check(&self) -> Result<(), Invalid>;
}

/// A document of a deal: header and body.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Document<B> {
    /// Its place in the deal.
    #[n(0)]
    pub header: Header,
    /// What it says.
    #[n(1)]
    pub body: B,
}

impl<B: Body> Payload for Document<B> {
    const KIND: Kind = B::KIND;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.header.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        self.header.check()?;
        if self.header.to.is_none() != B::BROADCAST {
            return Err(Invalid::new("header.to", "is absent exactly in broadcasts"));
        }
        if B::BROADCAST && self.header.answers.is_some() {
            return Err(Invalid::new(
                "header.answers",
                "is absent in broadcasts: what everybody reads names nobody's document",
            ));
        }
        self.body.check()
    }
}

//! What a directory signs: `stamp` and `report-receipt`.

use minicbor::{Decode, Encode};
use serde::Serialize;
use ts_rs::TS;

use super::kind::Kind;
use crate::{DealId, DocumentId, Invalid, PeerId, Timestamp, envelope::Payload};

/// A directory saw this hash, and nothing else, at this time.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct Stamp {
    /// The directory.
    #[n(0)]
    pub from: PeerId,
    /// The hash: a document's id.
    #[n(1)]
    pub hash: DocumentId,
    /// When, by the directory's clock.
    #[n(2)]
    pub at: Timestamp,
}

impl Payload for Stamp {
    const KIND: Kind = Kind::Stamp;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// A directory holds the final terms of a deal, signed by both, since then.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct ReportReceipt {
    /// The directory.
    #[n(0)]
    pub from: PeerId,
    /// The deal.
    #[n(1)]
    pub deal: DealId,
    /// The id of the terms that both signed.
    #[n(2)]
    pub terms: DocumentId,
    /// Since when, by the directory's clock.
    #[n(3)]
    pub at: Timestamp,
}

impl Payload for ReportReceipt {
    const KIND: Kind = Kind::ReportReceipt;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

//! What a directory signs: `stamp`, `report-receipt` and `log-head`.

use minicbor::{Decode, Encode};
use serde::Serialize;
use ts_rs::TS;

use super::kind::Kind;
use crate::{
    DealId, DocumentId, Invalid, PeerId, Timestamp, envelope::Payload, limits::MAX_LOG_LEAVES,
};

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

/// How many final terms a directory keeps, and the root of the Merkle tree over them (RFC 6962 section 2.1). A directory
/// that signs two heads of which neither continues the other has changed its log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct LogHead {
    /// The directory.
    #[n(0)]
    pub from: PeerId,
    /// Leaves of the tree.
    #[n(1)]
    #[ts(type = "number")]
    pub size: u64,
    /// Its root.
    #[n(2)]
    pub root: DocumentId,
    /// When it was signed, by the directory's clock.
    #[n(3)]
    pub at: Timestamp,
}

impl Payload for LogHead {
    const KIND: Kind = Kind::LogHead;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.size > MAX_LOG_LEAVES {
            let rule = format!("at most {MAX_LOG_LEAVES} leaves");
            return Err(Invalid::new("size", rule));
        }
        Ok(())
    }
}

//! `receipt` and `failure`: the two possible answers to a delivery.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{kind::Kind, shared::word_enum};
use crate::{
    DealId, DocumentId, Invalid, PeerId, PeerText, Reason, Timestamp, envelope::Payload,
    limits::REMARK_BYTES,
};

word_enum! {
    /// How far a document has come.
    Stage {
        /// It is committed at the receiver.
        Received = 0,
        /// A person has opened it.
        Read = 1,
    }
}

/// The receiver has the document and its effects on disk since then. Its time judges the deadlines that the
/// receiver set.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct Receipt {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Its deal.
    #[n(1)]
    pub deal: DealId,
    /// Who signs: the receiver of the document.
    #[n(2)]
    pub from: PeerId,
    /// Who sent the document.
    #[n(3)]
    pub to: PeerId,
    /// Received or read.
    #[n(4)]
    pub stage: Stage,
    /// When it first arrived, or was first opened, by the receiver's clock.
    #[n(5)]
    pub at: Timestamp,
}

impl Payload for Receipt {
    const KIND: Kind = Kind::Receipt;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.from == self.to {
            Err(Invalid::new("to", "must not be the signer"))
        } else {
            Ok(())
        }
    }
}

/// The receiver refuses the document and keeps nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct Failure {
    /// The document, where its bytes could be read that far.
    #[n(0)]
    pub document: Option<DocumentId>,
    /// Who signs: the receiver of the document.
    #[n(1)]
    pub from: PeerId,
    /// Who sent it.
    #[n(2)]
    pub to: PeerId,
    /// Why.
    #[n(3)]
    pub reason: Reason,
    /// The document that the sender should have answered or continued.
    #[n(4)]
    pub head: Option<DocumentId>,
    /// The field or rule, in words.
    #[n(5)]
    pub detail: PeerText<REMARK_BYTES>,
    /// When, by the receiver's clock.
    #[n(6)]
    pub at: Timestamp,
}

impl Payload for Failure {
    const KIND: Kind = Kind::Failure;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.from == self.to {
            Err(Invalid::new("to", "must not be the signer"))
        } else {
            Ok(())
        }
    }
}

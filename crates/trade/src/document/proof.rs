//! `time-proof`: a directory's stamp of a bid, handed to the buyer.

use minicbor::{Decode, Encode, bytes::ByteVec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Body, kind::Kind, report::Stamp};
use crate::{DocumentId, Invalid, Reason, Verified, envelope::open_as, limits::MAX_RECEIPT_BYTES};

/// `time-proof`: hands on a directory's [`Stamp`] of a bid that its sender made before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct TimeProof {
    /// The bid that was stamped.
    #[n(0)]
    pub document: DocumentId,
    /// The `COSE_Sign1` of kind `stamp`, signed by a directory.
    #[n(1)]
    #[serde(with = "crate::envelope::hex_bytes")]
    #[ts(type = "string")]
    pub stamp: ByteVec,
}

impl TimeProof {
    /// The stamp, with the directory's signature checked.
    ///
    /// # Errors
    /// It is no stamp, its signature is not its signer's, or it is of something else than the document.
    pub fn stamp(&self) -> Result<Verified<Stamp>, Invalid> {
        let stamp: Verified<Stamp> = open_as(&self.stamp)
            .map_err(|error| Invalid::because(error.reason(), "stamp", error.to_string()))?;
        if stamp.hash == self.document {
            Ok(stamp)
        } else {
            Err(Invalid::new("stamp", "is of another document"))
        }
    }
}

impl Body for TimeProof {
    const KIND: Kind = Kind::TimeProof;

    fn check(&self) -> Result<(), Invalid> {
        if self.stamp.len() > MAX_RECEIPT_BYTES {
            return Err(Invalid::because(
                Reason::TooLarge,
                "stamp",
                format!("at most {MAX_RECEIPT_BYTES} bytes"),
            ));
        }
        Ok(())
    }
}

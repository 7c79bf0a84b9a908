//! The envelope: `COSE_Sign1` (RFC 9052) around every document. The one place that makes a [`Verified`].

mod cose;
mod identity;
mod opened;

use crate::switch::{Countermeasure, holds};
use std::{ops::Deref, sync::Arc};

use minicbor::{Decode, Encode};

use crate::{
    DocumentId, Invalid, Kind, PeerId, Reason,
    limits::{
        MAX_CALL_BYTES, MAX_DOCUMENT_BYTES, MAX_LISTING_BYTES, MAX_RECEIPT_BYTES, MAX_TERMS_BYTES,
    },
};

pub use identity::Identity;
pub use opened::{Opened, UnknownDocument, open, open_own_record};

/// What can be signed: a document of a deal, or one that stands alone.
pub trait Payload: Encode<()> + for<'b> Decode<'b, ()> {
    /// The registered kind: media type and external AAD of the signature.
    const KIND: Kind;

    /// Whether this key is the one that the content names as its signer.
    fn may_be_signed_by(&self, key: &PeerId) -> bool;

    /// The rules that the content keeps by itself.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    fn check(&self) -> Result<(), Invalid>;
}

/// Content whose signature, signer and rules of form have been checked. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T> {
    content: T,
    id: DocumentId,
    signer: PeerId,
    bytes: Arc<[u8]>,
}

impl<T> Verified<T> {
    /// The document's id: the SHA-256 of its `Sig_structure`.
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// Whose key signed it.
    pub const fn signer(&self) -> PeerId {
        self.signer
    }

    /// The bytes as received or signed, shared and never encoded again.
    pub const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The content alone.
    pub fn into_content(self) -> T {
        self.content
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

/// Why bytes are not a believable document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not a `COSE_Sign1` of this protocol, or content that does not decode.
    #[error("not a document of this protocol: {0}")]
    Malformed(String),
    /// The signature does not verify, or the signer may not sign this content.
    #[error("the signature is not the sender's")]
    BadSignature,
    /// A critical header or another kind than expected: a newer program is needed.
    #[error("a newer version is needed to read this document: {0}")]
    VersionUnsupported(String),
    /// Over its size limit.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// The content breaks a rule of its own.
    #[error("{0}")]
    Invalid(#[from] Invalid),
}

impl EnvelopeError {
    /// The reason that a peer answers with.
    pub const fn reason(&self) -> Reason {
        match self {
            EnvelopeError::Malformed(_) => Reason::Malformed,
            EnvelopeError::BadSignature => Reason::BadSignature,
            EnvelopeError::VersionUnsupported(_) => Reason::VersionUnsupported,
            EnvelopeError::TooLarge(_) => Reason::TooLarge,
            EnvelopeError::Invalid(invalid) => invalid.reason,
        }
    }
}

/// Signs content that keeps its own rules.
///
/// # Errors
/// The content breaks a rule, names another signer, or is over the limit of its kind.
pub fn sign<T: Payload>(identity: &Identity, content: T) -> Result<Verified<T>, EnvelopeError> {
    content.check()?;
    if !content.may_be_signed_by(&identity.peer_id()) && holds(Countermeasure::SignerIsNamed) {
        return Err(EnvelopeError::BadSignature);
    }
    let payload =
        minicbor::to_vec(&content).map_err(|e| EnvelopeError::Malformed(e.to_string()))?;
    let (bytes, id) = cose::seal(identity, T::KIND, payload)?;
    within_limit(T::KIND, bytes.len())?;
    Ok(Verified {
        content,
        id,
        signer: identity.peer_id(),
        bytes: bytes.into(),
    })
}

/// Opens bytes that must be of one kind.
///
/// # Errors
/// As [`EnvelopeError`] says.
pub fn open_as<T: Payload>(bytes: &[u8]) -> Result<Verified<T>, EnvelopeError> {
    let sealed = cose::unseal(bytes)?;
    if sealed.kind_name != T::KIND.name() {
        let unexpected = format!("{} where {} was expected", sealed.kind_name, T::KIND);
        return Err(EnvelopeError::VersionUnsupported(unexpected));
    }
    sealed.verify()?.content(bytes)
}

/// Whether two signatures cover the same bytes.
pub fn same_bytes_signed<T>(a: &Verified<T>, b: &Verified<T>) -> bool {
    a.id == b.id
}

fn within_limit(kind: Kind, len: usize) -> Result<(), EnvelopeError> {
    let limit = match kind {
        Kind::Listing => MAX_LISTING_BYTES,
        Kind::Receipt | Kind::Failure | Kind::Stamp | Kind::ReportReceipt | Kind::LogHead => {
            MAX_RECEIPT_BYTES
        }
        Kind::Terms => MAX_TERMS_BYTES,
        Kind::CallOffer | Kind::CallAnswer | Kind::CallCandidate | Kind::CallEnd => MAX_CALL_BYTES,
        _ => MAX_DOCUMENT_BYTES,
    };
    if len > limit && holds(Countermeasure::SizeLimit) {
        Err(EnvelopeError::TooLarge(limit))
    } else {
        Ok(())
    }
}

/// Bytes as a hexadecimal string in JSON.
pub(crate) mod hex_bytes {
    use data_encoding::HEXLOWER;
    use minicbor::bytes::ByteVec;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &ByteVec,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ByteVec, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        HEXLOWER
            .decode(text.as_bytes())
            .map(ByteVec::from)
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;

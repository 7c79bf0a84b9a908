//! `COSE_Sign1`: how bytes become a checked signature, and the other way round.

use crate::switch::{Countermeasure, holds};
use coset::{
    CborSerializable, ContentType, CoseSign1, CoseSign1Builder, Header, HeaderBuilder,
    RegisteredLabelWithPrivate, iana,
};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{EnvelopeError, Identity, Payload, Verified, within_limit};
use crate::{DocumentId, Invalid, Kind, PeerId, limits::MAX_DOCUMENT_BYTES};

const MEDIA_TYPE_HEAD: &str = "application/vnd.opener.";
const MEDIA_TYPE_TAIL: &str = "+cbor";
/// Characters of a kind's name; the longest registered one has 14.
const MAX_KIND_NAME: usize = 32;

/// Bytes of the right shape whose signature nobody has checked yet.
pub(super) struct Sealed {
    pub(super) kind_name: String,
    key: PeerId,
    cose: CoseSign1,
}

/// A checked signature over a payload that has not been decoded yet.
pub(super) struct Unsealed {
    pub(super) id: DocumentId,
    pub(super) key: PeerId,
    pub(super) payload: Vec<u8>,
}

pub(super) fn seal(
    identity: &Identity,
    kind: Kind,
    payload: Vec<u8>,
) -> Result<(Vec<u8>, DocumentId), EnvelopeError> {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .content_type(kind.media_type().to_owned())
        .build();
    let unprotected = HeaderBuilder::new()
        .key_id(identity.peer_id().as_bytes().to_vec())
        .build();
    let mut id = DocumentId::from_bytes([0; 32]);
    let cose = CoseSign1Builder::new()
        .protected(protected)
        .unprotected(unprotected)
        .payload(payload)
        .create_signature(domain(kind.aad()), |structure| {
            id = id_of(structure);
            identity.sign_bytes(structure)
        })
        .build();
    let bytes = cose
        .to_vec()
        .map_err(|e| EnvelopeError::Malformed(e.to_string()))?;
    Ok((bytes, id))
}

pub(super) fn unseal(bytes: &[u8]) -> Result<Sealed, EnvelopeError> {
    if bytes.len() > MAX_DOCUMENT_BYTES && holds(Countermeasure::SizeLimit) {
        return Err(EnvelopeError::TooLarge(MAX_DOCUMENT_BYTES));
    }
    let malformed = |what: &str| EnvelopeError::Malformed(what.to_owned());
    let cose = CoseSign1::from_slice(bytes).map_err(|_| malformed("not a COSE_Sign1"))?;
    let protected = &cose.protected.header;
    if let Some(label) = protected.crit.first()
        && holds(Countermeasure::CriticalHeader)
    {
        return Err(EnvelopeError::VersionUnsupported(format!(
            "critical header {label:?}"
        )));
    }
    if protected.alg != Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA)) {
        return Err(malformed("the algorithm is not EdDSA"));
    }
    let Some(ContentType::Text(media_type)) = &protected.content_type else {
        return Err(malformed("no content type"));
    };
    let kind_name = media_type
        .strip_prefix(MEDIA_TYPE_HEAD)
        .and_then(|rest| rest.strip_suffix(MEDIA_TYPE_TAIL))
        .filter(|name| (1..=MAX_KIND_NAME).contains(&name.len()))
        .filter(|name| {
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
        .ok_or_else(|| malformed("another content type"))?
        .to_owned();
    if let Some(kind) = Kind::from_name(&kind_name) {
        within_limit(kind, bytes.len())?;
    }
    let key = PeerId::try_from(cose.unprotected.key_id.as_slice())
        .map_err(|_| EnvelopeError::BadSignature)?;
    let bare = carries_only_key_id(&cose.unprotected) && protected.key_id.is_empty();
    if !bare && holds(Countermeasure::UnsignedHeader) {
        return Err(malformed("unexpected headers"));
    }
    Ok(Sealed {
        kind_name,
        key,
        cose,
    })
}

/// What is not signed must not carry anything but the key.
fn carries_only_key_id(unprotected: &Header) -> bool {
    let expected = Header {
        key_id: unprotected.key_id.clone(),
        ..Header::default()
    };
    *unprotected == expected
}

impl Sealed {
    /// The bytes that were signed.
    fn structure(&self) -> Result<Vec<u8>, EnvelopeError> {
        let payload = self.cose.payload.as_ref();
        if payload.is_none_or(Vec::is_empty) {
            return Err(EnvelopeError::Malformed("no payload".to_owned()));
        }
        let aad = format!("opener/{}/1", self.kind_name);
        Ok(self.cose.tbs_data(domain(aad.as_bytes())))
    }

    /// Takes it for what was verified under this id before; that it is that document, its hash tells.
    pub(super) fn kept_as(self, id: DocumentId) -> Result<Unsealed, EnvelopeError> {
        if id_of(&self.structure()?) != id {
            return Err(EnvelopeError::Malformed("kept under another id".to_owned()));
        }
        Ok(Unsealed {
            id,
            key: self.key,
            payload: self.cose.payload.unwrap_or_default(),
        })
    }

    pub(super) fn verify(self) -> Result<Unsealed, EnvelopeError> {
        let structure = self.structure()?;
        let signature =
            Signature::from_slice(&self.cose.signature).map_err(|_| EnvelopeError::BadSignature)?;
        VerifyingKey::from_bytes(self.key.as_bytes())
            .and_then(|key| match holds(Countermeasure::StrictSignature) {
                true => key.verify_strict(&structure, &signature),
                false => key.verify(&structure, &signature),
            })
            .map_err(|_| EnvelopeError::BadSignature)?;
        let payload = self.cose.payload.unwrap_or_default();
        Ok(Unsealed {
            id: id_of(&structure),
            key: self.key,
            payload,
        })
    }
}

impl Unsealed {
    /// Decodes the payload and checks signer and rules.
    pub(super) fn content<T: Payload>(self, bytes: &[u8]) -> Result<Verified<T>, EnvelopeError> {
        let content: T = decode_whole(&self.payload)?;
        if !content.may_be_signed_by(&self.key) && holds(Countermeasure::SignerIsNamed) {
            return Err(EnvelopeError::BadSignature);
        }
        content.check()?;
        Ok(Verified {
            content,
            id: self.id,
            signer: self.key,
            bytes: bytes.into(),
        })
    }
}

fn decode_whole<T: for<'b> minicbor::Decode<'b, ()>>(payload: &[u8]) -> Result<T, EnvelopeError> {
    let mut decoder = minicbor::Decoder::new(payload);
    let content = decoder.decode().map_err(unreadable)?;
    if decoder.position() == payload.len() {
        Ok(content)
    } else {
        Err(EnvelopeError::Malformed(
            "bytes after the content".to_owned(),
        ))
    }
}

/// A value that breaks a rule of its own keeps its reason; anything else is just not our CBOR.
fn unreadable(error: minicbor::decode::Error) -> EnvelopeError {
    match std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Invalid>()) {
        Some(invalid) => EnvelopeError::Invalid(invalid.clone()),
        None => EnvelopeError::Malformed(error.to_string()),
    }
}

/// What a signature covers beside the content.
fn domain(aad: &[u8]) -> &[u8] {
    if holds(Countermeasure::SignatureDomain) {
        aad
    } else {
        &[]
    }
}

fn id_of(structure: &[u8]) -> DocumentId {
    DocumentId::from_bytes(Sha256::digest(structure).into())
}

//! A second, careless hand that seals documents: COSE_Sign1 from `coset` and `ed25519-dalek` alone, so that it can also
//! write what the language refuses to write.

use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, cbor::Value, iana};
use ed25519_dalek::{Signer, SigningKey};

use crate::actors::Actor;

/// What is to be sealed, and how. [`Forge::of`] gives the honest way.
#[derive(Debug, Clone)]
pub struct Forge {
    /// Whose key signs.
    pub signer: Actor,
    /// The payload.
    pub payload: Vec<u8>,
    /// The protected header.
    pub protected: Protected,
    /// The external additional authenticated data.
    pub aad: String,
    /// The `kid` of the unprotected header.
    pub kid: Vec<u8>,
    /// Another entry of the unprotected header.
    pub unprotected: Option<(i64, Value)>,
}

/// The protected header, as parts that can be changed one by one.
#[derive(Debug, Clone)]
pub struct Protected {
    /// The algorithm.
    pub algorithm: iana::Algorithm,
    /// The content type.
    pub media_type: Option<String>,
    /// A label that is marked as critical and present.
    pub critical: Option<String>,
    /// A label that is present and not critical.
    pub extra: Option<String>,
}

impl Forge {
    /// An honest seal of a payload as this kind.
    pub fn of(signer: Actor, kind: &str, payload: Vec<u8>) -> Self {
        Self {
            signer,
            payload,
            protected: Protected {
                algorithm: iana::Algorithm::EdDSA,
                media_type: Some(format!("application/vnd.opener.{kind}+cbor")),
                critical: None,
                extra: None,
            },
            aad: format!("opener/{kind}/1"),
            kid: signer.peer().as_bytes().to_vec(),
            unprotected: None,
        }
    }

    /// Signs with the signer's key.
    pub fn seal(&self) -> Vec<u8> {
        let key = SigningKey::from_bytes(&self.signer.seed());
        self.seal_with(|structure| key.sign(structure).to_bytes().to_vec())
    }

    /// Signs in another way.
    pub fn seal_with(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let parts = &self.protected;
        let mut protected = HeaderBuilder::new().algorithm(parts.algorithm);
        if let Some(media_type) = &parts.media_type {
            protected = protected.content_type(media_type.clone());
        }
        if let Some(label) = &parts.critical {
            protected = protected
                .add_critical_label(coset::RegisteredLabelWithPrivate::Text(label.clone()));
        }
        for label in [&parts.critical, &parts.extra].into_iter().flatten() {
            protected = protected.text_value(label.clone(), Value::Bool(true));
        }
        let mut unprotected = HeaderBuilder::new().key_id(self.kid.clone());
        if let Some((label, value)) = &self.unprotected {
            unprotected = unprotected.value(*label, value.clone());
        }
        CoseSign1Builder::new()
            .protected(protected.build())
            .unprotected(unprotected.build())
            .payload(self.payload.clone())
            .create_signature(self.aad.as_bytes(), sign)
            .build()
            .to_vec()
            .unwrap()
    }
}

/// Bytes of a CBOR value.
pub fn encode(value: &Value) -> Vec<u8> {
    value.clone().to_vec().unwrap()
}

/// The CBOR value in bytes.
pub fn decode(bytes: &[u8]) -> Value {
    Value::from_slice(bytes).unwrap()
}

/// The entry of a map with this key, or the item of an array at this place, inside and inside again.
pub fn at_path<'a>(value: &'a mut Value, path: &[i64]) -> &'a mut Value {
    let Some((step, rest)) = path.split_first() else {
        return value;
    };
    let inner = match value {
        Value::Map(entries) => entries
            .iter_mut()
            .find(|(key, _)| *key == Value::from(*step))
            .map(|(_, value)| value)
            .unwrap_or_else(|| panic!("no key {step}")),
        Value::Array(items) => &mut items[usize::try_from(*step).unwrap()],
        other => panic!("nothing inside {other:?}"),
    };
    at_path(inner, rest)
}

/// A map with integer keys.
pub fn map(entries: Vec<(i64, Value)>) -> Value {
    Value::Map(
        entries
            .into_iter()
            .map(|(key, value)| (Value::from(key), value))
            .collect(),
    )
}

/// Sets an entry of a map, which may be new.
pub fn set(map: &mut Value, key: i64, value: Value) {
    let Value::Map(entries) = map else {
        panic!("not a map: {map:?}")
    };
    entries.retain(|(known, _)| *known != Value::from(key));
    entries.push((Value::from(key), value));
}

/// A byte string.
pub fn bytes(bytes: impl Into<Vec<u8>>) -> Value {
    Value::Bytes(bytes.into())
}

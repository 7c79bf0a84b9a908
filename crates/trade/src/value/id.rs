//! Identifiers: of a deal, of a document, of a peer.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER_PERMISSIVE as HEX;

use super::{Invalid, ts_as};

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        impl $name {
            /// From its raw bytes.
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEX.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let rule = || Invalid::new($field, concat!("must be ", $len, " bytes in hexadecimal"));
                let bytes = HEX.decode(text.as_bytes()).map_err(|_| rule())?;
                Ok(Self(bytes.try_into().map_err(|_| rule())?))
            }
        }

        id_codec!($name, $len);

        impl TryFrom<&[u8]> for $name {
            type Error = Invalid;

            fn try_from(bytes: &[u8]) -> Result<Self, Invalid> {
                bytes.try_into().map(Self).map_err(|_| Invalid::new($field, concat!("must be ", $len, " bytes")))
            }
        }
    };
}

macro_rules! id_codec {
    ($name:ident, $len:literal) => {
        impl $name {
            /// The raw bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let position = d.position();
                Self::try_from(d.bytes()?)
                    .map_err(|e| minicbor::decode::Error::custom(e).at(position))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text =
                    <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse()
                    .map_err(|e: Invalid| serde::de::Error::custom(e.rule))
            }
        }

        ts_as!($name, "string");
    };
}

bytes_id!(
    /// The thread of one request and all that answers it: 80 bits of the buyer's key and 48 random bits, so that nobody
    /// else begins a deal with the same id. See [`DealId::of_buyer`].
    DealId, 16, "deal"
);
bytes_id!(
    /// The SHA-256 of a document's `Sig_structure` (RFC 9052 section 4.4). It names signed content, so the same
    /// bytes signed twice have one id.
    DocumentId, 32, "document"
);
bytes_id!(
    /// One call in a dialogue: 128 random bits that the caller draws.
    CallId, 16, "call"
);
bytes_id!(
    /// The SHA-256 of a DTLS certificate in DER (RFC 8122 section 5): the key that a call is carried under.
    Fingerprint, 32, "fingerprint"
);

/// A peer: its Ed25519 public key. The text form is the libp2p peer id (`12D3KooW…`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId([u8; 32]);

id_codec!(PeerId, 32);

/// Identity multihash of a protobuf-encoded Ed25519 public key: the constant head of every such libp2p peer id.
const LIBP2P_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

impl PeerId {
    /// From the 32 bytes of an Ed25519 public key.
    ///
    /// # Errors
    /// The bytes are not the canonical encoding of a point on the curve (RFC 8032 section 5.1.3), so that one key has
    /// one id, or the point is of small order, under which signatures prove nothing.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, Invalid> {
        let rule = || Invalid::new("peer", "must be an Ed25519 public key");
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| rule())?;
        if is_reduced(&bytes) && !key.is_weak() {
            Ok(Self(bytes))
        } else {
            Err(rule())
        }
    }

    /// From a record of this program's own, which holds nothing but ids that were checked when they came in: checking one
    /// costs as much as reading a hundred rows. Never for what others say.
    pub const fn from_own_record(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn of_key(key: &ed25519_dalek::VerifyingKey) -> Self {
        Self(key.to_bytes())
    }
}

/// Whether the y coordinate is below the field's prime 2^255 − 19 (RFC 8032 section 5.1.3 step 1). The other encoding
/// that is not canonical, x = 0 with the sign bit, is of a point of small order.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let largest = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff);
    !largest || bytes[0] < 0xed
}

impl TryFrom<&[u8]> for PeerId {
    type Error = Invalid;

    fn try_from(bytes: &[u8]) -> Result<Self, Invalid> {
        Self::from_bytes(
            bytes
                .try_into()
                .map_err(|_| Invalid::new("peer", "must be 32 bytes"))?,
        )
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 38];
        bytes[..6].copy_from_slice(&LIBP2P_PREFIX);
        bytes[6..].copy_from_slice(&self.0);
        f.write_str(&bs58::encode(bytes).into_string())
    }
}

impl FromStr for PeerId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::new("peer", "must be a peer id such as 12D3KooW…");
        let mut bytes = [0; 38];
        let len = bs58::decode(text)
            .onto(&mut bytes[..])
            .map_err(|_| rule())?;
        match bytes.strip_prefix(&LIBP2P_PREFIX) {
            Some(key) if len == 38 => Self::try_from(key),
            _ => Err(rule()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_reads_back_from_its_libp2p_text() {
        let id = crate::Identity::from_seed([7; 32]).peer_id();
        let text = id.to_string();
        assert!(text.starts_with("12D3KooW"), "{text}");
        assert_eq!(text.parse::<PeerId>().unwrap(), id);
    }

    #[test]
    fn garbage_and_small_order_keys_are_not_peers() {
        assert!("12D3KooW".parse::<PeerId>().is_err());
        assert!("".parse::<PeerId>().is_err());
        assert!("0OIl".parse::<PeerId>().is_err());
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert!(PeerId::from_bytes(identity_point).is_err());
        assert!(PeerId::from_bytes([0xff; 32]).is_err());
    }

    #[test]
    fn one_key_has_one_id() {
        let prime = |y: u8, sign: u8| {
            let mut bytes = [0xff; 32];
            bytes[0] = 0xed + y;
            bytes[31] = 0x7f | sign;
            bytes
        };
        let mut on_the_curve = 0;
        for (y, sign) in (0..19).flat_map(|y| [(y, 0), (y, 0x80)]) {
            on_the_curve +=
                usize::from(ed25519_dalek::VerifyingKey::from_bytes(&prime(y, sign)).is_ok());
            assert!(PeerId::from_bytes(prime(y, sign)).is_err(), "p + {y}");
        }
        assert!(on_the_curve > 4, "the curve's library reads them");
        let mut ids = 0;
        for n in 0..200u8 {
            let bytes: [u8; 32] =
                std::array::from_fn(|at| n.wrapping_mul(37).wrapping_add(at as u8 ^ n));
            let Ok(id) = PeerId::from_bytes(bytes) else {
                continue;
            };
            let key = ed25519_dalek::VerifyingKey::from_bytes(id.as_bytes()).unwrap();
            assert_eq!(key.to_edwards().compress().to_bytes(), bytes);
            ids += 1;
        }
        assert!(ids > 50);
    }

    #[test]
    fn hexadecimal_ids_have_one_length() {
        assert!("00".parse::<DealId>().is_err());
        assert!("zz".repeat(16).parse::<DealId>().is_err());
        let id: DealId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0e0f");
    }
}

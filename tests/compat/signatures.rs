//! Signatures that a plain verification accepts and ours does not ("Taming the many EdDSAs", eprint 2020/1244).

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, SigningKey, Verifier, VerifyingKey};
use opener_trade::{PeerId, Reason, open};
use sha2::{Digest, Sha512};

use crate::{
    actors::Actor,
    forge::{self, Forge},
    vectors::named,
};

/// Every encoding of the eight points of small order, canonical or not (the paper's table 1).
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// The order of the base point, little-endian (RFC 8032 section 5.1).
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn point(hex: &str) -> [u8; 32] {
    HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
}

fn chat() -> Forge {
    let vector = named("chat");
    Forge::of(Actor::Buyer, "chat", vector.bytes("/payload"))
}

fn signature(r: [u8; 32], s: [u8; 32]) -> Vec<u8> {
    [r, s].concat()
}

fn accepted_plainly(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    key.verify(message, &Signature::from_slice(signature).unwrap())
        .is_ok()
}

#[test]
fn a_key_of_small_order_is_nobody() {
    let mut plainly = 0;
    for key in SMALL_ORDER.map(point) {
        assert!(PeerId::from_bytes(key).is_err());
        let mut payload = forge::decode(&chat().payload);
        *forge::at_path(&mut payload, &[0, 1]) = forge::bytes(key);
        for r in SMALL_ORDER.map(point) {
            let forged = Forge {
                kid: key.to_vec(),
                payload: forge::encode(&payload),
                ..chat()
            };
            let bytes = forged.seal_with(|message| {
                let made = signature(r, [0; 32]);
                let key = VerifyingKey::from_bytes(&key);
                plainly += usize::from(key.is_ok_and(|key| accepted_plainly(&key, message, &made)));
                made
            });
            assert_eq!(open(&bytes).unwrap_err().reason(), Reason::BadSignature);
        }
    }
    assert!(
        plainly > 0,
        "plain verification was expected to fall for some of them"
    );
}

/// `zero` plus the little-endian number in `bytes`, in whatever field the type computes.
fn number<S>(zero: S, bytes: &[u8]) -> S
where
    S: Copy + From<u64> + std::ops::Add<Output = S> + std::ops::Mul<Output = S>,
{
    bytes.iter().rev().fold(zero, |sum, byte| {
        sum * S::from(256) + S::from(u64::from(*byte))
    })
}

#[test]
fn a_signature_with_a_commitment_of_small_order_is_refused() {
    let key = SigningKey::from_bytes(&Actor::Buyer.seed());
    let secret = key.to_scalar();
    let identity = point(SMALL_ORDER[0]);
    let bytes = chat().seal_with(|message| {
        let hash = Sha512::new()
            .chain_update(identity)
            .chain_update(key.verifying_key().as_bytes());
        let challenge = number(secret - secret, &hash.chain_update(message).finalize());
        let made = signature(identity, (challenge * secret).to_bytes());
        assert!(accepted_plainly(&key.verifying_key(), message, &made));
        made
    });
    assert_eq!(open(&bytes).unwrap_err().reason(), Reason::BadSignature);
}

#[test]
fn a_signature_has_one_form() {
    let key = SigningKey::from_bytes(&Actor::Buyer.seed());
    let bytes = chat().seal_with(|message| {
        let mut made = ed25519_dalek::Signer::sign(&key, message).to_bytes();
        let mut carry = 0;
        for (byte, order) in made[32..].iter_mut().zip(point(ORDER)) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        made.to_vec()
    });
    assert_eq!(open(&bytes).unwrap_err().reason(), Reason::BadSignature);
    for len in [0, 63, 65] {
        let bytes = chat().seal_with(|_| vec![1; len]);
        assert_eq!(
            open(&bytes).unwrap_err().reason(),
            Reason::BadSignature,
            "{len} bytes"
        );
    }
}

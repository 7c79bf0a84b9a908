//! One Ed25519 key, two spellings: ours and libp2p's.

use libp2p::{
    identity::{DecodingError, Keypair, PublicKey},
    multihash::Multihash,
};
use opener_trade::PeerId;
use zeroize::Zeroizing;

/// A libp2p peer id that is not one of our peers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the id of an Ed25519 key")]
pub(crate) struct NotEd25519(pub(crate) String);

/// Code of the identity multihash: the key itself follows, not its hash.
const IDENTITY_MULTIHASH: u64 = 0;

/// The key pair of a seed. libp2p clears what it is handed; it gets a copy.
pub(crate) fn keypair(seed: &Zeroizing<[u8; 32]>) -> Result<Keypair, DecodingError> {
    let mut copy = seed.clone();
    Keypair::ed25519_from_bytes(&mut *copy)
}

/// Reads the Ed25519 key inside a libp2p peer id, which by itself accepts any bytes.
pub(crate) fn from_libp2p(id: &libp2p::PeerId) -> Result<PeerId, NotEd25519> {
    let not = || NotEd25519(id.to_string());
    let multihash = id.as_ref();
    if multihash.code() != IDENTITY_MULTIHASH {
        return Err(not());
    }
    let key = PublicKey::try_decode_protobuf(multihash.digest()).map_err(|_| not())?;
    let key = key.try_into_ed25519().map_err(|_| not())?;
    PeerId::from_bytes(key.to_bytes()).map_err(|_| not())
}

/// Protobuf encoding of an Ed25519 public key up to the key: type 1 in field 1, 32 bytes in field 2 (libp2p specs,
/// peer-ids).
const ED25519_PREFIX: [u8; 4] = [0x08, 0x01, 0x12, 0x20];

/// The libp2p spelling of a peer.
pub(crate) fn to_libp2p(peer: PeerId) -> Result<libp2p::PeerId, NotEd25519> {
    let not = || NotEd25519(peer.to_string());
    let key = [&ED25519_PREFIX[..], peer.as_bytes()].concat();
    let multihash = Multihash::wrap(IDENTITY_MULTIHASH, &key).map_err(|_| not())?;
    libp2p::PeerId::from_multihash(multihash).map_err(|_| not())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_the_same_text() {
        let seed = Zeroizing::new([7; 32]);
        let theirs = keypair(&seed).unwrap().public().to_peer_id();
        let ours = from_libp2p(&theirs).unwrap();
        assert_eq!(ours.to_string(), theirs.to_string());
        assert_eq!(to_libp2p(ours).unwrap(), theirs);
        assert_eq!(ours, opener_trade::Identity::from_seed([7; 32]).peer_id());
    }

    #[test]
    fn the_seed_is_left_as_it_was() {
        let seed = Zeroizing::new([7; 32]);
        keypair(&seed).unwrap();
        assert_eq!(*seed, [7; 32]);
    }

    #[test]
    fn garbage_hashes_and_small_order_keys_are_not_peers() {
        let hashed = Multihash::<64>::wrap(0x12, &[1; 32]).unwrap();
        let garbage = Multihash::<64>::wrap(0, &[1; 32]).unwrap();
        let mut weak = vec![0x08, 0x01, 0x12, 0x20, 1];
        weak.resize(36, 0);
        let weak = Multihash::<64>::wrap(0, &weak).unwrap();
        for hash in [hashed, garbage, weak] {
            let id = libp2p::PeerId::from_multihash(hash).unwrap();
            assert!(from_libp2p(&id).is_err(), "{id}");
        }
    }
}

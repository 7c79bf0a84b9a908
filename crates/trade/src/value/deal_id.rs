//! Whose deal it is: the id of a deal begins with a hash of the buyer's key.

use sha2::{Digest, Sha256};

use super::{DealId, PeerId};

/// What is hashed before the key, so that the hash serves nothing else.
const DOMAIN: &[u8] = b"opener/deal/1";
/// Bytes of the hash in an id. Whoever wants to begin a deal with a given buyer's id needs a key with the same 80 bits.
const OWN_BYTES: usize = 10;
/// Random bytes in an id: a buyer with 100 000 deals draws one twice with a chance of 1 in 50 000, and then draws anew.
pub const DEAL_RANDOM_BYTES: usize = 6;

impl DealId {
    /// The id of a deal that this buyer begins: the first ten bytes of SHA-256 over `opener/deal/1` and the 32 bytes of the
    /// buyer's key, and six random bytes.
    pub fn of_buyer(buyer: PeerId, random: [u8; DEAL_RANDOM_BYTES]) -> Self {
        let mut id = [0; 16];
        let (own, rest) = id.split_at_mut(OWN_BYTES);
        own.copy_from_slice(&prefix(buyer));
        rest.copy_from_slice(&random);
        Self::from_bytes(id)
    }

    /// Whether this buyer may begin a deal with this id.
    pub fn is_of(&self, buyer: PeerId) -> bool {
        self.as_bytes().starts_with(&prefix(buyer))
    }
}

fn prefix(buyer: PeerId) -> [u8; OWN_BYTES] {
    let hash = Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(buyer.as_bytes())
        .finalize();
    let mut own = [0; OWN_BYTES];
    own.copy_from_slice(&hash[..OWN_BYTES]);
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Identity;

    #[test]
    fn an_id_is_of_its_buyer_alone() {
        let [ann, bob] = [1, 2].map(|n| Identity::from_seed([n; 32]).peer_id());
        let deal = DealId::of_buyer(ann, [7; 6]);
        assert!(deal.is_of(ann) && !deal.is_of(bob));
        assert_ne!(deal, DealId::of_buyer(ann, [8; 6]));
        for bit in 0..8 * OWN_BYTES {
            let mut other = *deal.as_bytes();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!DealId::from_bytes(other).is_of(ann), "{bit}");
        }
    }

    #[test]
    fn the_derivation_is_that_of_the_protocol_page() {
        let ann = Identity::from_seed([1; 32]).peer_id();
        assert_eq!(
            DealId::of_buyer(ann, [0; 6]).to_string(),
            "91231607fc741cb766ed000000000000"
        );
    }
}

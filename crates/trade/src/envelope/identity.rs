//! The secret half of a peer.

use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use crate::PeerId;

/// A peer's Ed25519 key. It cannot be printed, compared or serialised; it is wiped when dropped.
pub struct Identity {
    key: SigningKey,
    peer: PeerId,
}

impl Identity {
    /// From the 32-byte seed that is also the libp2p key.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        let key = SigningKey::from_bytes(&seed);
        let peer = PeerId::of_key(&key.verifying_key());
        Self { key, peer }
    }

    /// The public half.
    pub const fn peer_id(&self) -> PeerId {
        self.peer
    }

    /// A copy of the seed, for the transport and for the file it is kept in.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    pub(super) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_bytes().to_vec()
    }
}

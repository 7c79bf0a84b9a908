//! What it costs to make a key of a passphrase, and the key: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::Passphrase;

/// Memory, passes and lanes of Argon2id: the second recommended option of RFC 9106 section 4, for machines with little
/// memory. A quarter of a second on an office computer, and 64 MiB for each guess of an attacker.
pub(crate) const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 4,
};

/// The dearest file that is opened, lest a foreign file hold the program up: 1 GiB and a minute.
const DEAREST: Cost = Cost {
    memory_kib: 1024 * 1024,
    passes: 16,
    lanes: 16,
};

/// What deriving a key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// The cost that a file says in twelve bytes: memory in KiB, passes and lanes, big-endian.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut numbers = bytes
            .chunks(4)
            .map(|four| four.iter().fold(0, |n, byte| (n << 8) | u32::from(*byte)));
        let mut next = || numbers.next().unwrap_or_default();
        Self {
            memory_kib: next(),
            passes: next(),
            lanes: next(),
        }
    }

    /// As it stands in a file.
    pub(crate) fn bytes(self) -> Vec<u8> {
        [self.memory_kib, self.passes, self.lanes]
            .into_iter()
            .flat_map(u32::to_be_bytes)
            .collect()
    }

    /// Whether a file of this cost is opened.
    pub(crate) const fn is_bearable(self) -> bool {
        self.memory_kib <= DEAREST.memory_kib
            && self.passes <= DEAREST.passes
            && self.lanes <= DEAREST.lanes
    }

    /// The key for this passphrase and salt; nothing if Argon2 does not know such a cost.
    pub(crate) fn key(self, passphrase: &Passphrase, salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.bytes(), salt, &mut *key)
            .ok()?;
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_read_as_it_was_written_and_a_dear_one_is_not_borne() {
        assert_eq!(COST.bytes().len(), 12);
        assert_eq!(Cost::read(&COST.bytes()), COST);
        assert!(COST.is_bearable() && DEAREST.is_bearable());
        let dear = Cost {
            passes: DEAREST.passes + 1,
            ..COST
        };
        assert!(!Cost::read(&dear.bytes()).is_bearable());
    }
}

//! A key file sealed with a passphrase: Argon2id (RFC 9106) makes a key of the passphrase, and XChaCha20-Poly1305
//! seals the seed with it.
//!
//! ```text
//! 0   7   "OPENKEY"          36  24  nonce
//! 7   1   version, 1         60  48  sealed seed and its tag
//! 8   4   memory in KiB      108 32  SHA-256 of all before
//! 12  4   passes
//! 16  4   lanes
//! 20  16  salt
//! ```
//!
//! Numbers are big-endian. Everything before the sealed seed is authenticated with it. The hash tells a damaged file
//! from a wrong passphrase; it protects nothing.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use opener_net::{
    identity_file::SEED_BYTES,
    private_file::{self, PrivateFileError},
};
use opener_trade::Identity;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Passphrase;

const MAGIC: &[u8; 7] = b"OPENKEY";
const VERSION: u8 = 1;
const SALT: std::ops::Range<usize> = 20..36;
const NONCE: std::ops::Range<usize> = 36..60;
/// Bytes before the sealed seed.
const HEADER: usize = 60;
/// Bytes before the hash: the header, the seed and a tag of 16.
const HASHED: usize = HEADER + SEED_BYTES + 16;
/// Bytes of the file.
const FILE: usize = HASHED + 32;

/// Memory, passes and lanes of Argon2id: the second recommended option of RFC 9106 section 4, for machines with little
/// memory. A quarter of a second on an office computer, and 64 MiB for each guess of an attacker.
const COST: Cost = Cost {
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

/// Why a sealed key file cannot be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// The file.
    #[error("the identity: {0}")]
    File(#[from] PrivateFileError),
    /// The passphrase is another.
    #[error(
        "this passphrase does not open {0}: try again, and mind capital letters and the keyboard's language"
    )]
    WrongPassphrase(PathBuf),
    /// The file is not whole.
    #[error("the identity file {0} is damaged: put a copy of it back")]
    Damaged(PathBuf),
    /// A newer program wrote it.
    #[error(
        "the identity file {path} has format {found}, and this program knows {VERSION}: use a newer one"
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its format.
        found: u8,
    },
    /// Opening it would cost more than is sensible.
    #[error(
        "the identity file {0} asks for more memory or time than any of ours: put a copy of it back"
    )]
    TooDear(PathBuf),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The cipher refuses, which it does for no key and no text of these lengths.
    #[error("the identity cannot be sealed")]
    Cipher,
}

/// What deriving a key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    fn read(file: &[u8; FILE]) -> Self {
        let number = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&file[at..at + 4]);
            u32::from_be_bytes(bytes)
        };
        Self {
            memory_kib: number(8),
            passes: number(12),
            lanes: number(16),
        }
    }

    const fn is_bearable(self) -> bool {
        self.memory_kib <= DEAREST.memory_kib
            && self.passes <= DEAREST.passes
            && self.lanes <= DEAREST.lanes
    }

    /// The key for this passphrase and salt; nothing if Argon2 does not know such a cost.
    fn key(self, passphrase: &Passphrase, salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.bytes(), salt, &mut *key)
            .ok()?;
        Some(key)
    }
}

/// Opens the file.
///
/// # Errors
/// See [`SealedError`].
pub(super) fn load(path: &Path, passphrase: &Passphrase) -> Result<Identity, SealedError> {
    let damaged = || SealedError::Damaged(path.to_owned());
    let bytes = private_file::read(path)?.ok_or_else(damaged)?;
    match bytes.get(7) {
        Some(&found) if bytes.starts_with(MAGIC) && found > VERSION => {
            let path = path.to_owned();
            return Err(SealedError::Newer { path, found });
        }
        Some(&VERSION) if bytes.starts_with(MAGIC) => {}
        _ => return Err(damaged()),
    }
    let file = <&[u8; FILE]>::try_from(bytes.as_slice()).map_err(|_| damaged())?;
    let (hashed, hash) = file.split_at(HASHED);
    if Sha256::digest(hashed).as_slice() != hash {
        return Err(damaged());
    }
    let cost = Cost::read(file);
    if !cost.is_bearable() {
        return Err(SealedError::TooDear(path.to_owned()));
    }
    let key = cost.key(passphrase, &file[SALT]).ok_or_else(damaged)?;
    let (header, sealed) = hashed.split_at(HEADER);
    let payload = Payload {
        msg: sealed,
        aad: header,
    };
    let opened = XChaCha20Poly1305::new(Key::from_slice(&*key))
        .decrypt(XNonce::from_slice(&file[NONCE]), payload)
        .map(Zeroizing::new)
        .map_err(|_| SealedError::WrongPassphrase(path.to_owned()))?;
    let seed = <[u8; SEED_BYTES]>::try_from(opened.as_slice()).map_err(|_| damaged())?;
    Ok(Identity::from_seed(*Zeroizing::new(seed)))
}

/// Seals the identity into the file.
///
/// # Errors
/// See [`SealedError`].
pub(super) fn keep(
    path: &Path,
    identity: &Identity,
    passphrase: &Passphrase,
) -> Result<(), SealedError> {
    let mut file = Vec::with_capacity(FILE);
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    for number in [COST.memory_kib, COST.passes, COST.lanes] {
        file.extend_from_slice(&number.to_be_bytes());
    }
    let mut random = [0; SALT.end - SALT.start + NONCE.end - NONCE.start];
    getrandom::fill(&mut random).map_err(SealedError::Random)?;
    file.extend_from_slice(&random);
    let key = COST
        .key(passphrase, &file[SALT])
        .ok_or(SealedError::Cipher)?;
    let payload = Payload {
        msg: &*identity.seed(),
        aad: &file,
    };
    let sealed = XChaCha20Poly1305::new(Key::from_slice(&*key))
        .encrypt(XNonce::from_slice(&file[NONCE]), payload)
        .map_err(|_| SealedError::Cipher)?;
    file.extend_from_slice(&sealed);
    let hash = Sha256::digest(&file);
    file.extend_from_slice(&hash);
    Ok(private_file::write(path, &file)?)
}

#[cfg(test)]
mod tests;

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

use super::{
    Passphrase,
    cost::{COST, Cost},
};

const MAGIC: &[u8; 7] = b"OPENKEY";
const VERSION: u8 = 1;
const COST_AT: std::ops::Range<usize> = 8..20;
const SALT: std::ops::Range<usize> = 20..36;
const NONCE: std::ops::Range<usize> = 36..60;
/// Bytes before the sealed seed.
const HEADER: usize = 60;
/// Bytes before the hash: the header, the seed and a tag of 16.
const HASHED: usize = HEADER + SEED_BYTES + 16;
/// Bytes of the file.
const FILE: usize = HASHED + 32;

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
    let cost = Cost::read(&file[COST_AT]);
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
    file.extend_from_slice(&COST.bytes());
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

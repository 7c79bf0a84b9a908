//! A stream sealed with a passphrase: Argon2id makes a key of it, and XChaCha20-Poly1305 seals chunk by chunk in the
//! STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that no chunk can be changed, moved or left out.
//!
//! ```text
//! 0   7   "OPENBAK"        36  19  nonce
//! 7   1   version, 1       55  …   chunks of 65 536 bytes and a tag of 16; the last may be shorter
//! 8   12  cost             …   32  SHA-256 of all before
//! 20  16  salt
//! ```
//!
//! The hash tells a damaged file from a wrong passphrase; it protects nothing.

use std::{
    io::{self, Read, Write},
    ops::Range,
};

use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305,
    aead::{
        Payload,
        generic_array::GenericArray,
        stream::{DecryptorBE32, EncryptorBE32},
    },
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::BackupError;
use crate::{
    Passphrase,
    identity::cost::{COST, Cost},
};

const MAGIC: &[u8; 7] = b"OPENBAK";
const VERSION: u8 = 1;
const COST_AT: Range<usize> = 8..20;
const SALT: Range<usize> = 20..36;
const NONCE: Range<usize> = 36..55;
/// Bytes before the first chunk.
const HEADER: usize = 55;
/// Bytes of a chunk before it is sealed: little enough to hold, much more than its tag.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const HASH: usize = 32;

type Cipher = XChaCha20Poly1305;

/// Seals what is written into it. Nothing is whole until [`Sealing::finish`].
pub(super) struct Sealing<W> {
    out: Hashed<W>,
    header: [u8; HEADER],
    cipher: EncryptorBE32<Cipher>,
    waiting: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(out: W, passphrase: &Passphrase) -> Result<Self, BackupError> {
        let mut header = [0; HEADER];
        header[..7].copy_from_slice(MAGIC);
        header[7] = VERSION;
        header[COST_AT].copy_from_slice(&COST.bytes());
        getrandom::fill(&mut header[SALT.start..NONCE.end]).map_err(BackupError::Random)?;
        let key = COST
            .key(passphrase, &header[SALT])
            .ok_or(BackupError::Cipher)?;
        let mut out = Hashed {
            out,
            hash: Sha256::new(),
        };
        out.write_all(&header)?;
        let cipher = Cipher::new(Key::from_slice(&*key));
        Ok(Self {
            out,
            cipher: EncryptorBE32::from_aead(cipher, GenericArray::from_slice(&header[NONCE])),
            header,
            waiting: Zeroizing::new(Vec::with_capacity(CHUNK)),
        })
    }

    /// Seals the last chunk and gives the output back.
    pub(super) fn finish(mut self) -> Result<W, BackupError> {
        let last = Payload {
            msg: &self.waiting,
            aad: &self.header,
        };
        let sealed = self
            .cipher
            .encrypt_last(last)
            .map_err(|_| BackupError::Cipher)?;
        self.out.write_all(&sealed)?;
        let Hashed { mut out, hash } = self.out;
        out.write_all(&hash.finalize())?;
        out.flush()?;
        Ok(out)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes: the last one is sealed otherwise.
        if self.waiting.len() == CHUNK && !bytes.is_empty() {
            let payload = Payload {
                msg: &self.waiting,
                aad: &self.header,
            };
            let sealed = self
                .cipher
                .encrypt_next(payload)
                .map_err(|_| io::Error::other("the cipher refuses"))?;
            self.out.write_all(&sealed)?;
            self.waiting.clear();
        }
        let taken = bytes.len().min(CHUNK - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct Hashed<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads a backup through and says how many of its bytes stand before the hash.
///
/// # Errors
/// It is no backup, a newer one, or not whole.
pub(super) fn whole(from: &mut impl Read) -> Result<u64, BackupError> {
    let mut head = [0; HEADER];
    from.read_exact(&mut head)
        .map_err(|_| BackupError::NoBackup)?;
    match head[7] {
        VERSION if head.starts_with(MAGIC) => {}
        newer if head.starts_with(MAGIC) && newer > VERSION => return Err(BackupError::Newer),
        _ => return Err(BackupError::NoBackup),
    }
    let mut hash = Sha256::new_with_prefix(head);
    let (mut length, mut held) = (HEADER, Vec::new());
    loop {
        let taken = from.take(CHUNK as u64).read_to_end(&mut held)?;
        if taken == 0 {
            break;
        }
        // The last bytes may be the hash itself.
        let before = held.len().saturating_sub(HASH);
        hash.update(&held[..before]);
        held.drain(..before);
        length += before;
    }
    if held.len() == HASH && hash.finalize().as_slice() == held {
        u64::try_from(length).map_err(|_| BackupError::Damaged)
    } else {
        Err(BackupError::Damaged)
    }
}

/// Opens what was sealed. What it gives is authentic; whether it is whole is known at its end.
pub(super) struct Opening<R> {
    from: R,
    header: [u8; HEADER],
    cipher: Option<DecryptorBE32<Cipher>>,
    sealed: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    at: usize,
}

impl<R: Read> Opening<R> {
    /// Takes a backup without its hash.
    ///
    /// # Errors
    /// The passphrase does not open it.
    pub(super) fn new(mut from: R, passphrase: &Passphrase) -> Result<Self, BackupError> {
        let mut header = [0; HEADER];
        from.read_exact(&mut header)
            .map_err(|_| BackupError::NoBackup)?;
        let cost = Cost::read(&header[COST_AT]);
        if !cost.is_bearable() {
            return Err(BackupError::Damaged);
        }
        let key = cost
            .key(passphrase, &header[SALT])
            .ok_or(BackupError::Damaged)?;
        let cipher = Cipher::new(Key::from_slice(&*key));
        let mut opening = Self {
            cipher: Some(DecryptorBE32::from_aead(
                cipher,
                GenericArray::from_slice(&header[NONCE]),
            )),
            sealed: chunk(&mut from)?,
            from,
            header,
            plain: Zeroizing::default(),
            at: 0,
        };
        opening.next().map_err(|_| BackupError::WrongPassphrase)?;
        Ok(opening)
    }

    /// Opens the chunk that was read, and reads the one after it.
    fn next(&mut self) -> io::Result<()> {
        let forged = |_| io::Error::new(io::ErrorKind::InvalidData, "a chunk is damaged");
        let Some(mut cipher) = self.cipher.take() else {
            self.plain.clear();
            return Ok(());
        };
        let following = chunk(&mut self.from)?;
        let payload = Payload {
            msg: &self.sealed,
            aad: &self.header,
        };
        let plain = if following.is_empty() {
            cipher.decrypt_last(payload).map_err(forged)?
        } else {
            let plain = cipher.decrypt_next(payload).map_err(forged)?;
            self.cipher = Some(cipher);
            plain
        };
        self.plain = Zeroizing::new(plain);
        self.at = 0;
        self.sealed = following;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.plain.len() && self.cipher.is_some() {
            self.next()?;
        }
        let left = &self.plain[self.at..];
        let given = left.len().min(into.len());
        into[..given].copy_from_slice(&left[..given]);
        self.at += given;
        Ok(given)
    }
}

/// One sealed chunk, empty at the end.
fn chunk(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut sealed = Vec::with_capacity(CHUNK + TAG);
    from.take((CHUNK + TAG) as u64).read_to_end(&mut sealed)?;
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Passphrase {
        Passphrase::new(text).unwrap()
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealing = Sealing::new(Vec::new(), &words("correct horse")).unwrap();
        sealing.write_all(plain).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(bytes: &[u8], words: &Passphrase) -> Result<Vec<u8>, BackupError> {
        let length = usize::try_from(whole(&mut &*bytes)?).unwrap();
        let mut plain = Vec::new();
        Opening::new(&bytes[..length], words)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    /// Puts the hash right, as somebody does who tampers on purpose.
    fn rehashed(mut bytes: Vec<u8>) -> Vec<u8> {
        let hash = Sha256::digest(&bytes);
        bytes.extend_from_slice(&hash);
        bytes
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        let words = words("correct horse");
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert!(
                opened(&sealed(&plain), &words).unwrap() == plain,
                "{length}"
            );
        }
    }

    #[test]
    fn nothing_changed_moved_or_left_out_opens() {
        let words = words("correct horse");
        let mut bytes = sealed(&vec![7; 2 * CHUNK + 100]);
        bytes.truncate(bytes.len() - HASH);
        let one = CHUNK + TAG;
        let mut swapped = bytes.clone();
        let (first, second) = swapped[HEADER..].split_at_mut(one);
        first.swap_with_slice(&mut second[..one]);
        assert!(opened(&rehashed(swapped), &words).is_err());
        for length in [HEADER, HEADER + one, HEADER + 2 * one] {
            assert!(opened(&rehashed(bytes[..length].to_vec()), &words).is_err());
        }
        for at in [15, 21, 40, HEADER + 5, HEADER + one + 5, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(opened(&rehashed(changed), &words).is_err(), "{at}");
        }
        let mut dear = bytes;
        dear[8] = 0xff;
        let refused = opened(&rehashed(dear), &words);
        assert!(matches!(refused, Err(BackupError::Damaged)));
    }

    #[test]
    fn damage_a_wrong_passphrase_and_a_foreign_file_are_told_apart() {
        let bytes = sealed(&[3; 1000]);
        let right = words("correct horse");
        let wrong = opened(&bytes, &words("correct house"));
        assert!(matches!(wrong, Err(BackupError::WrongPassphrase)));
        let foreign = opened(&[b'{'; 100], &right);
        assert!(matches!(foreign, Err(BackupError::NoBackup)));
        let mut newer = bytes.clone();
        newer[7] = VERSION + 1;
        assert!(matches!(opened(&newer, &right), Err(BackupError::Newer)));
        for length in [HEADER, HEADER + 10, bytes.len() - 1] {
            let cut = opened(&bytes[..length], &right);
            assert!(matches!(cut, Err(BackupError::Damaged)), "{length}");
        }
        let mut flipped = bytes;
        flipped[HEADER + 3] ^= 1;
        assert!(matches!(
            opened(&flipped, &right),
            Err(BackupError::Damaged)
        ));
    }
}

//! A passphrase, as a person typed it.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use opener_net::private_file::{self, PrivateFileError};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Characters of a passphrase at least, as NIST SP 800-63B section 5.1.1.1 asks of passwords that people choose.
pub const MIN_PASSPHRASE_CHARS: usize = 8;

/// Bytes of a passphrase in UTF-8 at most: a long sentence of any language, and well below the file it is read from.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// A passphrase. It shows itself to nobody and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

/// Why words are no passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Too few characters.
    #[error("a passphrase has at least {MIN_PASSPHRASE_CHARS} characters")]
    TooShort,
    /// Too many bytes.
    #[error("a passphrase has at most {MAX_PASSPHRASE_BYTES} bytes")]
    TooLong,
    /// A line end, a tab or the like.
    #[error("a passphrase has no control characters, such as tabs or line ends")]
    Control,
}

/// Why a file gives no passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseFileError {
    /// The file.
    #[error("the passphrase: {0}")]
    File(#[from] PrivateFileError),
    /// There is none.
    #[error(
        "there is no file {0} with a passphrase: write one, with the passphrase as its first line"
    )]
    Missing(PathBuf),
    /// It is not UTF-8.
    #[error("the file {0} is no text in UTF-8: write the passphrase as its first line")]
    NotText(PathBuf),
    /// Its first line is no passphrase.
    #[error("{0}")]
    Words(#[from] PassphraseError),
}

impl Passphrase {
    /// Takes what was typed, in the form NFC, so that 한 typed as one character or as three letters is the same
    /// (RFC 8265 section 4.2).
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn new(typed: &str) -> Result<Self, PassphraseError> {
        if typed.len() > MAX_PASSPHRASE_BYTES {
            return Err(PassphraseError::TooLong);
        }
        if typed.chars().any(char::is_control) {
            return Err(PassphraseError::Control);
        }
        // A character takes at most three times its bytes in NFC, so that nothing grows and leaves a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(3 * typed.len()));
        text.extend(typed.nfc());
        if text.chars().count() < MIN_PASSPHRASE_CHARS {
            return Err(PassphraseError::TooShort);
        }
        Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
    }

    /// Reads the first line of a file for its owner alone.
    ///
    /// # Errors
    /// There is no such file, others may read it, or the line is no passphrase.
    pub fn read(path: &Path) -> Result<Self, PassphraseFileError> {
        let bytes = private_file::read(path)?
            .ok_or_else(|| PassphraseFileError::Missing(path.to_owned()))?;
        let line = bytes.split(|byte| *byte == b'\n').next();
        let line = str::from_utf8(line.unwrap_or_default())
            .map_err(|_| PassphraseFileError::NotText(path.to_owned()))?;
        Ok(Self::new(line.trim_end_matches('\r'))?)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passphrase").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_and_the_longest_are_taken_and_others_refused() {
        Passphrase::new("여덟글자면된다네").unwrap();
        assert_eq!(
            Passphrase::new("seven c").err(),
            Some(PassphraseError::TooShort)
        );
        Passphrase::new(&"x".repeat(MAX_PASSPHRASE_BYTES)).unwrap();
        let long = Passphrase::new(&"x".repeat(MAX_PASSPHRASE_BYTES + 1));
        assert_eq!(long.err(), Some(PassphraseError::TooLong));
        let control = Passphrase::new("a line\nand another");
        assert_eq!(control.err(), Some(PassphraseError::Control));
    }

    #[test]
    fn the_same_words_typed_on_another_system_are_the_same() {
        let composed = Passphrase::new("한강 사무실 열쇠").unwrap();
        let letters: String = "한강 사무실 열쇠".nfd().collect();
        assert_eq!(Passphrase::new(&letters).unwrap().bytes(), composed.bytes());
    }

    #[test]
    fn the_first_line_of_a_private_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        assert!(matches!(
            Passphrase::read(&path),
            Err(PassphraseFileError::Missing(_))
        ));
        for text in ["open sesame", "open sesame\n", "open sesame\r\nmore"] {
            private_file::write(&path, text.as_bytes()).unwrap();
            assert_eq!(Passphrase::read(&path).unwrap().bytes(), b"open sesame");
        }
        private_file::write(&path, b"\nopen sesame").unwrap();
        assert!(matches!(
            Passphrase::read(&path),
            Err(PassphraseFileError::Words(PassphraseError::TooShort))
        ));
        private_file::write(&path, &[0xff; 12]).unwrap();
        assert!(matches!(
            Passphrase::read(&path),
            Err(PassphraseFileError::NotText(_))
        ));
    }

    #[test]
    fn a_passphrase_does_not_show_itself() {
        let shown = format!("{:?}", Passphrase::new("open sesame").unwrap());
        assert!(!shown.contains("sesame"), "{shown}");
    }
}

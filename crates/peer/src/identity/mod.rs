//! Where a peer's key is kept, and how it is opened: in a plain file, in a file sealed with a passphrase, or in the
//! keychain of the operating system. A data folder has one key in one place; it never gets a second by mistake.

pub(crate) mod cost;
#[cfg(any(feature = "keychain", test))]
mod keychain;
mod passphrase;
mod sealed;

use std::path::{Path, PathBuf};

use opener_net::{
    identity_file::{self, IdentityFileError},
    private_file::{self, PrivateFileError},
};
use opener_trade::Identity;

pub use passphrase::{
    MAX_PASSPHRASE_BYTES, MIN_PASSPHRASE_CHARS, Passphrase, PassphraseError, PassphraseFileError,
};
pub use sealed::SealedError;

/// Names of the files of which one is in a data folder that has a key.
pub(crate) const KEY_FILES: [&str; 3] = [PLAIN_FILE, SEALED_FILE, KEYCHAIN_FILE];
/// Name of the plain key file in the data folder.
const PLAIN_FILE: &str = "identity.key";
/// Name of the sealed key file.
const SEALED_FILE: &str = "identity.sealed";
/// Name of the file that says which entry of the keychain holds the key.
const KEYCHAIN_FILE: &str = "identity.keychain";

/// Where a peer is to keep its key.
#[derive(Debug, Clone, Default)]
pub enum KeyPlace {
    /// In a file for its owner alone: for servers, which start with nobody there.
    #[default]
    Plain,
    /// In a file sealed with a passphrase. A plain file that is found is sealed and taken away.
    Sealed(Passphrase),
    /// In the keychain of the operating system.
    #[cfg(feature = "keychain")]
    Keychain,
}

/// Where the key of a data folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFound {
    /// Nowhere: the folder has no key yet.
    Nowhere,
    /// In a plain file.
    Plain,
    /// In a sealed file.
    Sealed,
    /// In the keychain.
    Keychain,
}

/// Why an identity cannot be opened or made. No variant holds key material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The plain key file.
    #[error(transparent)]
    Plain(#[from] IdentityFileError),
    /// A file beside the key.
    #[error("the identity: {0}")]
    File(#[from] PrivateFileError),
    /// The sealed key file.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// The key is sealed, and nobody gave the passphrase.
    #[error("the identity in {0} is sealed: give its passphrase")]
    NeedsPassphrase(PathBuf),
    /// The key is in the keychain, and another place was asked for.
    #[error(
        "the identity of this folder is in the keychain of this computer ({0}): start Opener's window on it, or take another folder"
    )]
    InKeychain(PathBuf),
    /// The key is in a file, and the keychain was asked for.
    #[error("the identity of this folder is in a file already: {0}")]
    InFile(PathBuf),
    /// The keychain refuses.
    #[error("the keychain of this computer refuses: {0}; unlock it and try again")]
    Keychain(String),
    /// The keychain has lost the key.
    #[error(
        "the keychain of this computer does not hold the key of {0}: restore the keychain, or start with another folder"
    )]
    Lost(String),
    /// The task that opens the key ended early.
    #[error("opening the identity was broken off; try again")]
    BrokenOff,
}

/// Where the key of this data folder is.
pub fn key_found(data: &Path) -> KeyFound {
    let there = |name: &str| data.join(name).exists();
    if there(KEYCHAIN_FILE) {
        KeyFound::Keychain
    } else if there(SEALED_FILE) {
        KeyFound::Sealed
    } else if there(PLAIN_FILE) {
        KeyFound::Plain
    } else {
        KeyFound::Nowhere
    }
}

/// Whether this computer has a keychain that answers.
#[cfg(feature = "keychain")]
pub fn has_keychain() -> bool {
    keychain::answers()
}

/// Opens the key of this data folder, or makes one. Takes up to a second and is best called where waiting is no harm.
///
/// # Errors
/// See [`IdentityError`]; nothing has changed.
pub(crate) fn open(data: &Path, place: &KeyPlace) -> Result<Identity, IdentityError> {
    let (plain, sealed) = (data.join(PLAIN_FILE), data.join(SEALED_FILE));
    match (place, key_found(data)) {
        (KeyPlace::Plain, KeyFound::Nowhere | KeyFound::Plain) => {
            Ok(identity_file::load_or_create(&plain)?)
        }
        (KeyPlace::Plain, KeyFound::Sealed) => Err(IdentityError::NeedsPassphrase(sealed)),
        (KeyPlace::Sealed(passphrase), KeyFound::Sealed) => {
            let identity = sealed::load(&sealed, passphrase)?;
            forget_plain(&plain, &identity)?;
            Ok(identity)
        }
        (KeyPlace::Sealed(passphrase), KeyFound::Nowhere | KeyFound::Plain) => {
            let identity = match identity_file::load(&plain)? {
                Some(identity) => identity,
                None => identity_file::generate()?,
            };
            sealed::keep(&sealed, &identity, passphrase)?;
            forget_plain(&plain, &identity)?;
            Ok(identity)
        }
        (KeyPlace::Plain | KeyPlace::Sealed(_), KeyFound::Keychain) => {
            Err(IdentityError::InKeychain(data.join(KEYCHAIN_FILE)))
        }
        #[cfg(feature = "keychain")]
        (KeyPlace::Keychain, KeyFound::Nowhere | KeyFound::Keychain) => {
            keychain::open(&data.join(KEYCHAIN_FILE), &keychain::System)
        }
        #[cfg(feature = "keychain")]
        (KeyPlace::Keychain, KeyFound::Plain) => Err(IdentityError::InFile(plain)),
        #[cfg(feature = "keychain")]
        (KeyPlace::Keychain, KeyFound::Sealed) => Err(IdentityError::InFile(sealed)),
    }
}

/// Keeps this identity in a folder that has none.
///
/// # Errors
/// See [`IdentityError`].
pub(crate) fn keep(
    data: &Path,
    identity: &Identity,
    place: &KeyPlace,
) -> Result<(), IdentityError> {
    match place {
        KeyPlace::Plain => Ok(private_file::write(
            &data.join(PLAIN_FILE),
            &*identity.seed(),
        )?),
        KeyPlace::Sealed(words) => Ok(sealed::keep(&data.join(SEALED_FILE), identity, words)?),
        #[cfg(feature = "keychain")]
        KeyPlace::Keychain => {
            keychain::keep(&data.join(KEYCHAIN_FILE), identity, &keychain::System)
        }
    }
}

/// Takes a plain key away that is now sealed. A different one is left where it is: it is somebody's identity.
fn forget_plain(plain: &Path, identity: &Identity) -> Result<(), IdentityError> {
    match identity_file::load(plain)? {
        Some(same) if same.peer_id() == identity.peer_id() => Ok(private_file::remove(plain)?),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> KeyPlace {
        KeyPlace::Sealed(Passphrase::new(text).unwrap())
    }

    #[test]
    fn a_key_is_made_sealed_and_found_again() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(key_found(data.path()), KeyFound::Nowhere);
        let made = open(data.path(), &words("eight or more")).unwrap();
        assert_eq!(key_found(data.path()), KeyFound::Sealed);
        let again = open(data.path(), &words("eight or more")).unwrap();
        assert_eq!(again.peer_id(), made.peer_id());
    }

    #[test]
    fn a_plain_key_is_sealed_and_its_file_taken_away() {
        let data = tempfile::tempdir().unwrap();
        let plain = open(data.path(), &KeyPlace::Plain).unwrap();
        let sealed = open(data.path(), &words("eight or more")).unwrap();
        assert_eq!(sealed.peer_id(), plain.peer_id());
        assert!(!data.path().join(PLAIN_FILE).exists());
        // A crash between sealing and taking away leaves both; the next start finishes.
        private_file::write(&data.path().join(PLAIN_FILE), &*plain.seed()).unwrap();
        open(data.path(), &words("eight or more")).unwrap();
        assert!(!data.path().join(PLAIN_FILE).exists());
    }

    #[test]
    fn a_sealed_key_is_not_replaced_by_a_new_plain_one() {
        let data = tempfile::tempdir().unwrap();
        open(data.path(), &words("eight or more")).unwrap();
        let refused = open(data.path(), &KeyPlace::Plain);
        assert!(matches!(refused, Err(IdentityError::NeedsPassphrase(_))));
        let refused = open(data.path(), &words("some other words"));
        assert!(matches!(
            refused,
            Err(IdentityError::Sealed(SealedError::WrongPassphrase(_)))
        ));
        assert!(!data.path().join(PLAIN_FILE).exists());
    }

    #[test]
    fn a_key_in_the_keychain_is_not_replaced_by_one_in_a_file() {
        let data = tempfile::tempdir().unwrap();
        private_file::write(&data.path().join(KEYCHAIN_FILE), b"x").unwrap();
        for place in [KeyPlace::Plain, words("eight or more")] {
            let refused = open(data.path(), &place);
            assert!(matches!(refused, Err(IdentityError::InKeychain(_))));
        }
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
    }
}

//! The file in the data folder that holds a program's Ed25519 seed: 32 bytes, for its owner alone.

use std::path::{Path, PathBuf};

use opener_trade::Identity;
use zeroize::Zeroizing;

use crate::private_file::{self, PrivateFileError};

/// Bytes of an Ed25519 seed (RFC 8032 section 5.1.5).
pub const SEED_BYTES: usize = 32;

/// Why an identity cannot be read or made. No variant holds key material.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFileError {
    /// The file cannot be read or written, or others may read it.
    #[error("the identity: {0}")]
    File(#[from] PrivateFileError),
    /// The file is not an identity. It is never overwritten.
    #[error("the identity file {path} is damaged: it holds {SEED_BYTES} bytes")]
    Damaged {
        /// Which.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// Reads the identity in this file, or makes one if there is no such file. The folder exists; its owner sees to it that
/// one program uses it.
///
/// # Errors
/// See [`IdentityFileError`].
pub fn load_or_create(path: &Path) -> Result<Identity, IdentityFileError> {
    if let Some(identity) = load(path)? {
        return Ok(identity);
    }
    let identity = generate()?;
    private_file::write(path, &*identity.seed())?;
    Ok(identity)
}

/// Reads the identity in this file; nothing if there is no such file.
///
/// # Errors
/// See [`IdentityFileError`].
pub fn load(path: &Path) -> Result<Option<Identity>, IdentityFileError> {
    let Some(bytes) = private_file::read(path)? else {
        return Ok(None);
    };
    let Ok(seed) = <[u8; SEED_BYTES]>::try_from(bytes.as_slice()) else {
        return Err(IdentityFileError::Damaged {
            path: path.to_owned(),
        });
    };
    Ok(Some(Identity::from_seed(*Zeroizing::new(seed))))
}

/// A new identity, kept nowhere yet.
///
/// # Errors
/// The system gives no random bytes.
pub fn generate() -> Result<Identity, IdentityFileError> {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    getrandom::fill(&mut *seed).map_err(IdentityFileError::Random)?;
    Ok(Identity::from_seed(*seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_identity_is_made_once_and_then_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        let made = load_or_create(&path).unwrap().peer_id();
        assert_eq!(load_or_create(&path).unwrap().peer_id(), made);
        let other = load_or_create(&folder.path().join("other.key")).unwrap();
        assert_ne!(other.peer_id(), made);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn an_identity_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        load_or_create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = load_or_create(&path).err().unwrap();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_refused_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [&b""[..], &[7; 31], &[7; 33]] {
            let path = folder.path().join(bytes.len().to_string());
            private_file::write(&path, bytes).unwrap();
            let error = load_or_create(&path).err().unwrap();
            assert!(matches!(error, IdentityFileError::Damaged { .. }));
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_or_create(&folder.path().join("no/identity.key"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("identity.key"), "{error}");
    }
}

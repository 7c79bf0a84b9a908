//! The file in the data folder that holds a program's Ed25519 seed: 32 bytes, for its owner alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use opener_trade::Identity;
use zeroize::Zeroizing;

/// Bytes of an Ed25519 seed (RFC 8032 section 5.1.5).
const SEED_BYTES: usize = 32;

/// Why an identity cannot be read or made. No variant holds key material.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFileError {
    /// The file or its folder cannot be used.
    #[error("cannot use the identity file {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others on this machine may read the file.
    #[error(
        "the identity file {path} may be read by others (mode {mode:03o}): make it private with chmod 600, and make a new identity if others may have seen it"
    )]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
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

/// Reads the identity in this file, or makes one if there is no such file: written beside it, synced and renamed, so that
/// after a crash there is a whole file or none. The folder exists; its owner sees to it that one program uses it.
///
/// # Errors
/// See [`IdentityFileError`].
pub fn load_or_create(path: &Path) -> Result<Identity, IdentityFileError> {
    match File::open(path) {
        Ok(file) => load(path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(error) => Err(file_error(path)(error)),
    }
}

fn load(path: &Path, mut file: File) -> Result<Identity, IdentityFileError> {
    refuse_exposed(path, &file)?;
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    let mut more = [0];
    let whole = file
        .read_exact(&mut *seed)
        .and_then(|()| file.read(&mut more));
    match whole {
        Ok(0) => Ok(Identity::from_seed(*seed)),
        Ok(_) => Err(IdentityFileError::Damaged {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(IdentityFileError::Damaged {
                path: path.to_owned(),
            })
        }
        Err(error) => Err(file_error(path)(error)),
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), IdentityFileError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(file_error(path))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(IdentityFileError::Exposed {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> Result<(), IdentityFileError> {
    Ok(())
}

fn create(path: &Path) -> Result<Identity, IdentityFileError> {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    getrandom::fill(&mut *seed).map_err(IdentityFileError::Random)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    write(&beside, &seed).map_err(file_error(&beside))?;
    fs::rename(&beside, path).map_err(file_error(path))?;
    sync_folder(path).map_err(file_error(path))?;
    Ok(Identity::from_seed(*seed))
}

/// Writes a file that did not exist, or was left behind by a crash.
fn write(path: &Path, seed: &Zeroizing<[u8; SEED_BYTES]>) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(&**seed)?;
    file.sync_all()
}

/// Makes the new name durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> IdentityFileError {
    let path = path.to_owned();
    move |source| IdentityFileError::File {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_a_crash_left_behind_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        fs::write(folder.path().join("identity.key.new"), b"half").unwrap();
        let made = load_or_create(&path).unwrap().peer_id();
        assert_eq!(load_or_create(&path).unwrap().peer_id(), made);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_one_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        load_or_create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        for exposed in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
            let error = load_or_create(&path).err().unwrap();
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [&b""[..], &[7; 31], &[7; 33]] {
            let path = folder.path().join(bytes.len().to_string());
            write(&path, &Zeroizing::new([0; 32])).unwrap();
            fs::write(&path, bytes).unwrap();
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

//! Small files for their owner alone: whole or not there, and never readable by others.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// Bytes that are read of such a file at most: the largest holds a passphrase and a line end. A longer one is none of ours.
pub const MAX_BYTES: usize = 4096;

/// Why a private file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// The file or its folder cannot be used.
    #[error("cannot use the file {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others on this machine may read the file.
    #[error(
        "the file {path} may be read by others (mode {mode:03o}): make it private with chmod 600, and replace what is in it if others may have seen it"
    )]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is longer than any of ours.
    #[error("the file {path} is too long: at most {MAX_BYTES} bytes are expected")]
    TooLong {
        /// Which.
        path: PathBuf,
    },
}

/// Reads the file; nothing if there is none.
///
/// # Errors
/// See [`PrivateFileError`].
pub fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(path)(error)),
    };
    refuse_exposed(path, &file)?;
    // Of full size from the start: a growing one would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(file_error(path))?;
    if bytes.len() > MAX_BYTES {
        return Err(PrivateFileError::TooLong {
            path: path.to_owned(),
        });
    }
    Ok(Some(bytes))
}

/// Writes the file: beside it, synced and renamed, so that after a crash there is a whole file or the one before.
///
/// # Errors
/// The disk or the folder refuses.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    write_new(&beside, bytes).map_err(file_error(&beside))?;
    fs::rename(&beside, path).map_err(file_error(path))?;
    sync_folder(path).map_err(file_error(path))
}

/// Takes the file away for good.
///
/// # Errors
/// The disk or the folder refuses.
pub fn remove(path: &Path) -> Result<(), PrivateFileError> {
    fs::remove_file(path)
        .and_then(|()| sync_folder(path))
        .map_err(file_error(path))
}

/// Writes a file that did not exist, or was left behind by a crash.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), PrivateFileError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(file_error(path))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(PrivateFileError::Exposed {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> Result<(), PrivateFileError> {
    Ok(())
}

/// Makes a new or vanished name durable.
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

fn file_error(path: &Path) -> impl Fn(io::Error) -> PrivateFileError {
    let path = path.to_owned();
    move |source| PrivateFileError::File {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(read(&path).unwrap().is_none());
        fs::write(folder.path().join("file.new"), b"left by a crash").unwrap();
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_slice(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        remove(&path).unwrap();
        assert!(read(&path).unwrap().is_none());
    }

    #[test]
    fn the_longest_file_is_read_and_one_more_byte_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, &[7; MAX_BYTES]).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().len(), MAX_BYTES);
        write(&path, &[7; MAX_BYTES + 1]).unwrap();
        assert!(matches!(read(&path), Err(PrivateFileError::TooLong { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_one_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"mine").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        for exposed in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
            let error = read(&path).err().unwrap();
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }
}

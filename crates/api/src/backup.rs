//! Backups, out and in. They are no requests: a passphrase and a path never stand in one. The gateway streams the sealed
//! bytes, and the desktop names the file that a person chose in a dialog.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use opener_peer::{Handle, KeyPlace, Passphrase};
use tokio::task::spawn_blocking;

pub use opener_peer::backup::{BackupError, Restored, move_in, settle};

use crate::{ApiError, Code};

/// A backup of everything as it is now, sealed with this passphrase: for reading, and its size.
///
/// # Errors
/// Another one is being made, or the disk refuses.
pub async fn sealed(handle: &Handle, passphrase: Passphrase) -> Result<(File, u64), ApiError> {
    let file = handle.backup(passphrase).await?;
    let size = file.metadata().map_err(unwritten)?.len();
    Ok((file, size))
}

/// Makes a backup in this file, in place of what was there, once it is whole. Gives its size in bytes.
///
/// # Errors
/// As [`sealed`], or the file cannot be written there.
pub async fn save(handle: &Handle, passphrase: Passphrase, to: &Path) -> Result<u64, ApiError> {
    let (mut sealed, size) = sealed(handle, passphrase).await?;
    let to = to.to_owned();
    let copied = spawn_blocking(move || {
        let part = beside(&to);
        let copied = copy(&mut sealed, &part).and_then(|()| fs::rename(&part, &to));
        if copied.is_err() {
            // What is left of it is worth nothing; the first failure is the one that counts.
            drop(fs::remove_file(&part));
        }
        copied
    });
    let copied = copied
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    copied.map(|()| size).map_err(unwritten)
}

fn beside(to: &Path) -> PathBuf {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

/// The key is inside: even sealed, it is for its owner alone.
fn copy(sealed: &mut File, to: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to)?;
    io::copy(sealed, &mut file)?;
    file.sync_all()
}

/// Restores a backup into a folder where nobody is at home, with the key in this place.
///
/// # Errors
/// See [`BackupError`]; the folder is as it was.
pub async fn restore(
    from: PathBuf,
    folder: PathBuf,
    passphrase: Passphrase,
    place: KeyPlace,
) -> Result<Restored, BackupError> {
    opener_peer::backup::restore(from, folder, passphrase, place, crate::clock::now()).await
}

/// Reads and checks a backup beside what is in this folder, on which a peer may still run; [`move_in`] does the rest.
///
/// # Errors
/// See [`BackupError`]; nothing is left of it.
pub async fn unpack(
    from: PathBuf,
    folder: PathBuf,
    passphrase: Passphrase,
    place: KeyPlace,
) -> Result<Restored, BackupError> {
    opener_peer::backup::unpack(from, folder, passphrase, place, crate::clock::now()).await
}

fn unwritten(error: io::Error) -> ApiError {
    let message = format!("the backup cannot be written: {error}; choose another place");
    ApiError::new(Code::Unavailable, message)
}

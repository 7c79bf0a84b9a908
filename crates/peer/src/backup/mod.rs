//! A whole peer in one sealed file, for another machine: key, database, attached files.
//!
//! Inside the seal stand entries, each a byte for its sort, 32 bytes of id (of the peer or of the file, else zero), its
//! length as eight big-endian bytes, and its content: first what it is, then key, database and files, at last an empty
//! end.

mod restore;
mod seal;
mod settle;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use opener_store::StoreError;
use opener_trade::{DocumentId, Identity, PeerId, Timestamp};

pub(crate) use restore::RESTORED;
pub use restore::{Restored, move_in, restore, unpack};
pub use settle::settle;

use crate::{IdentityError, Passphrase};
use seal::Sealing;

const ABOUT: u8 = 1;
const KEY: u8 = 2;
const TABLES: u8 = 3;
const ATTACHED: u8 = 4;
const END: u8 = 0;

/// Why a backup is not made or not restored. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The disk.
    #[error("the disk: {0}")]
    Disk(#[from] io::Error),
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The key has no place.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Somebody is at home in the folder.
    #[error("there is a peer in {0} already: choose another folder, nothing is written over")]
    Occupied(PathBuf),
    /// The file is no backup.
    #[error("this file is no backup of a peer: choose another")]
    NoBackup,
    /// A newer program made it.
    #[error("a newer version of this program made the backup: restore it with that one")]
    Newer,
    /// The passphrase does not open it.
    #[error(
        "this passphrase does not open the backup: try again, and mind capital letters and the keyboard's language"
    )]
    WrongPassphrase,
    /// It is cut or changed.
    #[error("the backup is damaged or was cut off: take another copy of it")]
    Damaged,
    /// Another backup is being made.
    #[error("another backup is being made: wait until it is done")]
    Busy,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The cipher refuses, which it does for no key of these lengths.
    #[error("the backup cannot be sealed")]
    Cipher,
    /// The task that does it ended early.
    #[error("it was broken off; try again")]
    BrokenOff,
}

/// What goes into a backup: a copy of the database at one moment, the folder of files, the key.
pub(crate) struct Source<'s> {
    pub(crate) tables: &'s Path,
    pub(crate) files: &'s Path,
    pub(crate) identity: &'s Identity,
    pub(crate) now: Timestamp,
}

/// A place for a copy of the database; what a crash left there is taken away. Dropped, it is taken away again.
pub(crate) struct Copy(PathBuf);

impl Copy {
    pub(crate) fn beside(tables: &Path) -> Result<Self, BackupError> {
        let copy = Self(tables.with_extension("copy"));
        copy.remove()?;
        Ok(copy)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!(%error, "a copy of the database stays until the next backup");
        }
    }
}

/// Seals everything into a file without a name in this folder, and gives it from its start.
pub(crate) fn sealed(
    source: &Source<'_>,
    folder: &Path,
    passphrase: &Passphrase,
) -> Result<File, BackupError> {
    let mut file = write(source, tempfile::tempfile_in(folder)?, passphrase)?;
    file.rewind()?;
    Ok(file)
}

fn write(source: &Source<'_>, file: File, passphrase: &Passphrase) -> Result<File, BackupError> {
    let mut out = Sealing::new(BufWriter::new(file), passphrase)?;
    let peer: PeerId = source.identity.peer_id();
    let made_at = source.now.millis().to_be_bytes();
    entry(&mut out, ABOUT, peer.as_bytes(), made_at.as_slice(), 8)?;
    let seed = source.identity.seed();
    entry(&mut out, KEY, &[0; 32], seed.as_slice(), 32)?;
    let tables = File::open(source.tables)?;
    let length = tables.metadata()?.len();
    entry(&mut out, TABLES, &[0; 32], tables, length)?;
    for (id, path) in attached(source.files)? {
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        entry(&mut out, ATTACHED, id.as_bytes(), file, length)?;
    }
    entry(&mut out, END, &[0; 32], io::empty(), 0)?;
    Ok(out
        .finish()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?)
}

fn entry(
    out: &mut impl Write,
    sort: u8,
    id: &[u8; 32],
    content: impl Read,
    length: u64,
) -> Result<(), BackupError> {
    out.write_all(&[sort])?;
    out.write_all(id)?;
    out.write_all(&length.to_be_bytes())?;
    let copied = io::copy(&mut content.take(length), out)?;
    // A file that shrinks meanwhile would shift everything after it.
    if copied == length {
        Ok(())
    } else {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

/// The whole attached files; those that are still coming are fetched again.
fn attached(folder: &Path) -> io::Result<Vec<(DocumentId, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(Ok(id)), true) = (name.map(str::parse), path.is_file()) {
            found.push((id, path));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;

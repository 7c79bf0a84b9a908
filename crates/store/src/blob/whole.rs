//! One file while its bytes come in, and when all of them are there.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use opener_trade::DocumentId;
use sha2::{Digest, Sha256};

use crate::{StoreError, open::open_private};

/// Bytes read at once when what is on disk is hashed again.
const READ_BYTES: usize = 64 * 1024;

/// A file that grows at its end; its hash grows with it. Dropped, it stays on disk only where a fetch goes on from it.
#[derive(Debug)]
pub struct Part {
    file: File,
    hasher: Sha256,
    len: u64,
    path: Held,
}

/// All bytes of a file, on disk and safe from a loss of power, under a name of the moment. Dropped, it is removed.
#[derive(Debug)]
pub struct Whole {
    path: Held,
    sha256: DocumentId,
    size: u64,
}

/// A path whose file goes with it, unless it is let go.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    remove: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.remove {
            // What is left behind is cleared away at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Part {
    /// The first `have` bytes of the file at a path, or fewer if it is shorter; the rest of it is cut off.
    pub(super) fn at(path: PathBuf, have: u64, temporary: bool) -> Result<Self, StoreError> {
        let opened = || -> io::Result<(File, Sha256, u64)> {
            let mut file = open_private(&path)?;
            let len = file.metadata()?.len().min(have);
            file.set_len(len)?;
            file.seek(SeekFrom::Start(0))?;
            let mut hasher = Sha256::new();
            let mut buffer = vec![0; READ_BYTES];
            loop {
                match file.read(&mut buffer)? {
                    0 => break,
                    n => hasher.update(&buffer[..n]),
                }
            }
            Ok((file, hasher, len))
        };
        let (file, hasher, len) = opened().map_err(StoreError::Blob)?;
        let path = Held {
            path,
            remove: temporary,
        };
        Ok(Self {
            file,
            hasher,
            len,
            path,
        })
    }

    /// Bytes so far.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts bytes at the end.
    ///
    /// # Errors
    /// The disk refuses; what is on disk is then unknown, and the part is to be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(StoreError::Blob)?;
        self.hasher.update(bytes);
        self.len = self
            .len
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Puts what was written on disk: when this returns, it survives a loss of power.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(StoreError::Blob)
    }

    /// Nothing more comes: puts all of it on disk and says what it is.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn finish(self) -> Result<Whole, StoreError> {
        self.file.sync_all().map_err(StoreError::Blob)?;
        let Self {
            hasher,
            len,
            mut path,
            ..
        } = self;
        path.remove = true;
        Ok(Whole {
            path,
            sha256: DocumentId::from_bytes(hasher.finalize().into()),
            size: len,
        })
    }
}

impl Whole {
    /// SHA-256 of the bytes.
    pub const fn sha256(&self) -> DocumentId {
        self.sha256
    }

    /// Their number.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Gives the file its lasting name.
    pub(super) fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path.path, to)?;
        self.path.remove = false;
        Ok(())
    }
}

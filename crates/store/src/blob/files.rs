//! The bytes of attached files, in a folder of their own. A file's name there is its hash and nothing that anybody said.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use opener_trade::DocumentId;

use super::{FetchId, Part, Whole};
use crate::{StoreError, open::make_folder};

/// Folder of the files that are not whole yet, inside that of the whole ones.
const PARTS: &str = "part";

/// The folder of the files.
#[derive(Debug)]
pub struct Blobs {
    folder: PathBuf,
    capacity: u64,
    imports: AtomicU64,
}

impl Blobs {
    /// Bytes that attached files may take on disk: some hundred of the largest, and small beside any disk sold today.
    pub const CAPACITY: u64 = 8 * 1024 * 1024 * 1024;

    /// Opens or makes the folder, readable by this user only, with room for so many bytes. One program uses it at a
    /// time: the one that holds the database beside it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn open(folder: &Path, capacity: u64) -> Result<Self, StoreError> {
        make_folder(&folder.join(PARTS)).map_err(StoreError::Blob)?;
        Ok(Self {
            folder: folder.to_owned(),
            capacity,
            imports: AtomicU64::new(0),
        })
    }

    /// Bytes that may be kept.
    pub const fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Begins a file from elsewhere on this computer.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn import(&self) -> Result<Part, StoreError> {
        let number = self.imports.fetch_add(1, Ordering::Relaxed);
        Part::at(self.parts().join(format!("in-{number}")), 0, true)
    }

    /// Goes on with a fetched file from its first `have` bytes.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn part(&self, fetch: FetchId, have: u64) -> Result<Part, StoreError> {
        Part::at(self.part_path(fetch), have, false)
    }

    /// Throws away what has come of a fetched file.
    pub fn discard(&self, fetch: FetchId) {
        remove(&self.part_path(fetch));
    }

    /// Keeps a file under its hash; when this returns, it survives a loss of power.
    ///
    /// # Errors
    /// The disk refuses; the file is gone.
    pub fn keep(&self, whole: Whole) -> Result<(), StoreError> {
        let path = self.path(whole.sha256());
        whole.rename(&path).map_err(StoreError::Blob)?;
        sync_folder(&self.folder).map_err(StoreError::Blob)
    }

    /// The file with this hash, if it is here and has this size.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn file(&self, sha256: DocumentId, size: u64) -> Result<Option<File>, StoreError> {
        let opened = File::open(self.path(sha256)).and_then(|file| {
            let right = file.metadata()?.len() == size;
            Ok(right.then_some(file))
        });
        match opened {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            other => other.map_err(StoreError::Blob),
        }
    }

    /// So many bytes of a file from an offset on; nothing if it is not here with this size.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn read(
        &self,
        sha256: DocumentId,
        size: u64,
        offset: u64,
        len: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut file) = self.file(sha256, size)? else {
            return Ok(None);
        };
        let mut bytes = vec![0; len];
        let read = file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| file.read_exact(&mut bytes));
        read.map_err(StoreError::Blob)?;
        Ok(Some(bytes))
    }

    /// Removes a file.
    pub fn remove(&self, sha256: DocumentId) {
        remove(&self.path(sha256));
    }

    /// Removes what a crash left: files that are not among the known ones, and parts of fetches that are over. Gives the
    /// known ones that are missing, or have another size than is known.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn tidy(
        &self,
        known: &HashMap<DocumentId, u64>,
        fetches: &HashSet<FetchId>,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let mut here = HashSet::new();
        for (name, path, len) in files_in(&self.folder).map_err(StoreError::Blob)? {
            match name.parse::<DocumentId>() {
                Ok(sha256) if known.get(&sha256) == Some(&len) => {
                    here.insert(sha256);
                }
                _ => remove(&path),
            }
        }
        for (name, path, _) in files_in(&self.parts()).map_err(StoreError::Blob)? {
            let fetch = name.parse().ok().map(FetchId::new);
            if !fetch.is_some_and(|fetch| fetches.contains(&fetch)) {
                remove(&path);
            }
        }
        let missing = known.keys().filter(|sha256| !here.contains(sha256));
        Ok(missing.copied().collect())
    }

    fn parts(&self) -> PathBuf {
        self.folder.join(PARTS)
    }

    fn part_path(&self, fetch: FetchId) -> PathBuf {
        self.parts().join(fetch.number().to_string())
    }

    fn path(&self, sha256: DocumentId) -> PathBuf {
        self.folder.join(sha256.to_string())
    }
}

/// Name, path and length of the files in a folder.
fn files_in(folder: &Path) -> io::Result<Vec<(String, PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((name, entry.path(), about.len()));
        }
    }
    Ok(files)
}

/// What cannot be removed now is removed at the next start.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Puts a new name in a folder on disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere the system keeps names in order by itself, and folders cannot be opened.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

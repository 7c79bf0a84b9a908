//! The data folder: for its owner alone, and for one process.

use std::{
    fs::{self, File, OpenOptions},
    path::Path,
};

use crate::store::StoreError;

/// Makes a folder for its owner alone, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| StoreError::File {
        path: folder.to_owned(),
        source,
    })
}

/// Opens a file for its owner alone; SQLite gives its other files the same mode.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })
}

/// Locked until the process ends or the store is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, StoreError> {
    let file = private_file(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(StoreError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Sqlite;

    #[cfg(unix)]
    #[tokio::test]
    async fn the_files_belong_to_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new");
        let _store = Sqlite::open(&data.join("directory.db")).await.unwrap();
        assert_eq!(
            fs::metadata(&data).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let mut files = 0;
        for entry in fs::read_dir(&data).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            files += 1;
        }
        assert!(files >= 3, "database, journal and lock");
    }
}

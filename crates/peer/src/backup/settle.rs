//! From a folder that was unpacked whole to the data folder it is to be.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    identity::KEY_FILES,
    start::{DATABASE, FILES},
};

/// Name of the folder inside the data folder that holds a restored peer until it has moved in. Whole, or not there.
const WAITING: &str = "restored";

/// Where a restored peer is put together before it waits.
pub(super) fn unpacking(data: &Path) -> PathBuf {
    data.join("restored.new")
}

/// Says that what was unpacked is whole. From here on it moves in, however often that is broken off.
pub(super) fn is_whole(data: &Path) -> io::Result<()> {
    fs::rename(unpacking(data), data.join(WAITING))?;
    sync(data)
}

/// Lets a restored peer that waits in a data folder move in, in place of one that never had a profile. Without one that
/// waits it does nothing.
///
/// # Errors
/// The disk refuses; the next call goes on.
pub fn settle(data: &Path) -> io::Result<()> {
    let waiting = data.join(WAITING);
    if !waiting.is_dir() {
        return Ok(());
    }
    if waiting.join(DATABASE).exists() {
        for beside in ["", "-wal", "-shm"] {
            gone(fs::remove_file(data.join(format!("{DATABASE}{beside}"))))?;
        }
        fs::rename(waiting.join(DATABASE), data.join(DATABASE))?;
    }
    if waiting.join(FILES).exists() {
        gone(fs::remove_dir_all(data.join(FILES)))?;
        fs::rename(waiting.join(FILES), data.join(FILES))?;
    }
    for key in KEY_FILES {
        if waiting.join(key).exists() {
            for old in KEY_FILES {
                gone(fs::remove_file(data.join(old)))?;
            }
            fs::rename(waiting.join(key), data.join(key))?;
        }
    }
    sync(data)?;
    fs::remove_dir_all(waiting)
}

/// What is not there need not be taken away.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes new and vanished names durable.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

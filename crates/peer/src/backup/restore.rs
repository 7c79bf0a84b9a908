//! From a backup to a data folder.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use opener_store::Store;
use opener_trade::{DocumentId, Identity, PeerId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    ABOUT, ATTACHED, BackupError, END, KEY, TABLES,
    seal::{self, Opening},
    settle::{gone, is_whole, settle, unpacking},
};
use crate::{
    KeyFound, KeyPlace, Passphrase,
    engine::PROFILE,
    identity::{self, key_found},
    start::{DATABASE, FILES},
};

/// The setting that says that this peer was restored and waits for its owner's word.
pub(crate) const RESTORED: &str = "restored";
/// Listings signed between backup and restoring at most. The next one counts on from beyond them, or directories would
/// take it for an old one.
const LISTINGS_SINCE: u32 = 1_000_000;

/// A peer that was restored from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Who it is.
    pub peer: PeerId,
    /// When the backup was made. What was said since then is not here.
    pub made_at: Timestamp,
    /// When it was restored.
    pub at: Timestamp,
}

/// Restores a backup into a folder where nobody is at home: one that is not there, has no peer, or has one that never had
/// a profile, which gives way. The restored peer says and takes nothing until its owner says that the old one is off.
///
/// # Errors
/// See [`BackupError`]; the folder is as it was.
pub async fn restore(
    from: PathBuf,
    folder: PathBuf,
    passphrase: Passphrase,
    place: KeyPlace,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    settle(&folder)?;
    refuse_occupied(&folder).await?;
    let restored = unpack(from, folder.clone(), passphrase, place, now).await?;
    move_in(&folder)?;
    Ok(restored)
}

/// Reads and checks a backup beside what is in this folder, and puts the key into its place. Nothing else of the folder
/// changes before [`move_in`], so that a peer may still run on it.
///
/// # Errors
/// See [`BackupError`]; nothing is left of it.
pub async fn unpack(
    from: PathBuf,
    folder: PathBuf,
    passphrase: Passphrase,
    place: KeyPlace,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let beside = unpacking(&folder);
    let target = beside.clone();
    let unpacked = tokio::task::spawn_blocking(move || -> Result<_, BackupError> {
        let from = open(&from)?;
        gone(fs::remove_dir_all(&target))?;
        make_folder(&target)?;
        let mut opening = Opening::new(from, &passphrase)?;
        let (restored, identity) = read_entries(&mut opening, &target, now)?;
        identity::keep(&target, &identity, &place)?;
        Ok(restored)
    });
    let unpacked = unpacked.await.unwrap_or(Err(BackupError::BrokenOff));
    let marked = match unpacked {
        Ok(restored) => mark(&beside, restored).await,
        Err(error) => Err(error),
    };
    if marked.is_err() {
        gone(fs::remove_dir_all(&beside))?;
    }
    marked
}

/// Lets what was unpacked move in, in place of what is in the folder, on which no peer runs now.
///
/// # Errors
/// The disk refuses. If it was broken off, the next start goes on.
pub fn move_in(folder: &Path) -> io::Result<()> {
    is_whole(folder)?;
    settle(folder)
}

/// A folder is free where there is no peer, or one that never had a profile and so never said anything.
async fn refuse_occupied(folder: &Path) -> Result<(), BackupError> {
    let tables = folder.join(DATABASE);
    if tables.exists() {
        let store = Store::open(&tables).await?;
        let is_somebody = store.read().setting(PROFILE).await?.is_some();
        store.close().await?;
        if !is_somebody {
            return Ok(());
        }
    } else if key_found(folder) == KeyFound::Nowhere {
        return Ok(());
    }
    Err(BackupError::Occupied(folder.to_owned()))
}

/// Opens the file, which is whole.
fn open(path: &Path) -> Result<io::Take<BufReader<File>>, BackupError> {
    let sealed = seal::whole(&mut BufReader::new(File::open(path)?))?;
    Ok(BufReader::new(File::open(path)?).take(sealed))
}

/// Checks the database, and marks it as restored.
async fn mark(folder: &Path, restored: Restored) -> Result<Restored, BackupError> {
    let store = Store::open(&folder.join(DATABASE)).await?;
    if !store.is_sound().await? {
        return Err(BackupError::Damaged);
    }
    let mut tx = store.begin().await?;
    let json = serde_json::to_string(&restored).map_err(|_| BackupError::Damaged)?;
    tx.set_setting(RESTORED, &json).await?;
    tx.skip_listing_seq(LISTINGS_SINCE).await?;
    tx.commit().await?;
    store.close().await?;
    Ok(restored)
}

fn read_entries(
    from: &mut impl Read,
    folder: &Path,
    at: Timestamp,
) -> Result<(Restored, Identity), BackupError> {
    let (mut about, mut identity, mut has_tables) = (None, None, false);
    loop {
        let mut head = [0; 41];
        exactly(from, &mut head)?;
        let (sort, id) = (head[0], &head[1..33]);
        let length = head[33..]
            .iter()
            .fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte));
        match sort {
            ABOUT if about.is_none() && length == 8 => {
                let mut made_at = [0; 8];
                exactly(from, &mut made_at)?;
                about = Some(Restored {
                    peer: PeerId::try_from(id).map_err(|_| BackupError::Damaged)?,
                    made_at: Timestamp::from_millis(i64::from_be_bytes(made_at)),
                    at,
                });
            }
            KEY if identity.is_none() && length == 32 => {
                let mut seed = Zeroizing::new([0; 32]);
                exactly(from, &mut *seed)?;
                let key = Identity::from_seed(*seed);
                if about.map(|about: Restored| about.peer) != Some(key.peer_id()) {
                    return Err(BackupError::Damaged);
                }
                identity = Some(key);
            }
            TABLES if identity.is_some() && !has_tables => {
                keep(from, &folder.join(DATABASE), length)?;
                make_folder(&folder.join(FILES))?;
                has_tables = true;
            }
            ATTACHED if has_tables => {
                let id = DocumentId::try_from(id).map_err(|_| BackupError::Damaged)?;
                keep(from, &folder.join(FILES).join(id.to_string()), length)?;
            }
            END if has_tables && length == 0 => {
                return about.zip(identity).ok_or(BackupError::Damaged);
            }
            _ => return Err(BackupError::Damaged),
        }
    }
}

/// What cannot be read from the middle of a file that was whole is no fault of the disk alone.
fn exactly(from: &mut impl Read, into: &mut [u8]) -> Result<(), BackupError> {
    from.read_exact(into).map_err(|_| BackupError::Damaged)
}

fn keep(from: &mut impl Read, path: &Path, length: u64) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let copied = io::copy(&mut from.take(length), &mut file).map_err(|error| {
        if error.kind() == io::ErrorKind::InvalidData {
            BackupError::Damaged
        } else {
            error.into()
        }
    })?;
    file.sync_all()?;
    if copied == length {
        Ok(())
    } else {
        Err(BackupError::Damaged)
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

use std::collections::BTreeMap;

use opener_store::Store;

use super::*;
use crate::{
    KeyFound, KeyPlace,
    engine::PROFILE,
    identity::{self, key_found},
    start::{DATABASE, FILES},
};

const FILE_NAME: &str = "abababababababababababababababababababababababababababababababab";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn words(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn right() -> Passphrase {
    words("correct horse")
}

/// A folder for one test: `old` holds a peer, `file` its backup, `new` is not there yet.
struct Place {
    folder: tempfile::TempDir,
    peer: PeerId,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        fs::create_dir_all(old.join(FILES).join("part")).unwrap();
        fs::write(old.join(FILES).join(FILE_NAME), vec![5; 200_000]).unwrap();
        fs::write(old.join(FILES).join("part").join("1"), b"half").unwrap();
        let identity = identity::open(&old, &KeyPlace::Plain).unwrap();
        let store = Store::open(&old.join(DATABASE)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.set_setting(PROFILE, "한강").await.unwrap();
        tx.next_listing_seq().await.unwrap();
        tx.commit().await.unwrap();
        let copy = Copy::beside(&old.join(DATABASE)).unwrap();
        store.snapshot(copy.path()).await.unwrap();
        let source = Source {
            tables: copy.path(),
            files: &old.join(FILES),
            identity: &identity,
            now: at(5),
        };
        let mut sealed = sealed(&source, &old, &right()).unwrap();
        let mut file = File::create(folder.path().join("file")).unwrap();
        io::copy(&mut sealed, &mut file).unwrap();
        drop(copy);
        store.close().await.unwrap();
        Self {
            folder,
            peer: identity.peer_id(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn restore(
        &self,
        from: &str,
        to: &str,
        words: Passphrase,
    ) -> Result<Restored, BackupError> {
        let place = KeyPlace::Sealed(words.clone());
        restore(self.path(from), self.path(to), words, place, at(9)).await
    }
}

/// Every file below a folder with its bytes; the lock, which holds nothing, aside.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), vec![]);
            found.extend(files(&path));
        } else if path.extension().is_none_or(|ending| ending != "lock") {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

#[tokio::test]
async fn a_restored_folder_holds_what_the_old_one_held_and_waits_for_its_owner() {
    let place = Place::new().await;
    assert!(!place.path("old").join("peer.copy").exists());
    let restored = place.restore("file", "new", right()).await.unwrap();
    let peer = place.peer;
    let expected = Restored {
        peer,
        made_at: at(5),
        at: at(9),
    };
    assert_eq!(restored, expected);
    let new = place.path("new");
    assert_eq!(key_found(&new), KeyFound::Sealed);
    let opened = identity::open(&new, &KeyPlace::Sealed(right())).unwrap();
    assert_eq!(opened.peer_id(), peer);
    let attached = fs::read(new.join(FILES).join(FILE_NAME)).unwrap();
    assert_eq!(attached, vec![5; 200_000]);
    assert!(!new.join(FILES).join("part").exists());
    assert!(!new.join("restored").exists() && !new.join("restored.new").exists());
    let store = Store::open(&new.join(DATABASE)).await.unwrap();
    let mut read = store.read();
    let profile = read.setting(PROFILE).await.unwrap();
    assert_eq!(profile.as_deref(), Some("한강"));
    assert!(read.setting(RESTORED).await.unwrap().is_some());
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.next_listing_seq().await.unwrap(), 1_000_002);
}

#[tokio::test]
async fn nothing_changes_where_a_backup_does_not_open() {
    let place = Place::new().await;
    let wrong = place.restore("file", "new", words("another horse")).await;
    assert!(matches!(wrong, Err(BackupError::WrongPassphrase)));
    let whole = fs::read(place.path("file")).unwrap();
    let mut changed = vec![];
    for length in [0, 60, whole.len() / 2, whole.len() - 1] {
        changed.push(whole[..length].to_vec());
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    changed.push(flipped);
    for bytes in changed {
        fs::write(place.path("cut"), &bytes).unwrap();
        let refused = place.restore("cut", "new", right()).await;
        let told = matches!(refused, Err(BackupError::Damaged | BackupError::NoBackup));
        assert!(told, "{}: {refused:?}", bytes.len());
        assert!(files(&place.path("new")).is_empty());
    }
}

#[tokio::test]
async fn a_peer_that_is_somebody_is_never_replaced_and_a_fresh_one_gives_way() {
    let place = Place::new().await;
    let before = files(&place.path("old"));
    let refused = place.restore("file", "old", right()).await;
    assert!(matches!(refused, Err(BackupError::Occupied(_))));
    assert_eq!(files(&place.path("old")), before);
    fs::create_dir(place.path("key")).unwrap();
    identity::open(&place.path("key"), &KeyPlace::Plain).unwrap();
    let refused = place.restore("file", "key", right()).await;
    assert!(
        matches!(refused, Err(BackupError::Occupied(_))),
        "a key alone is an identity"
    );

    let fresh = place.path("fresh");
    let running = Store::open(&fresh.join(DATABASE)).await.unwrap();
    identity::open(&fresh, &KeyPlace::Plain).unwrap();
    let refused = place.restore("file", "fresh", right()).await;
    assert!(matches!(
        refused,
        Err(BackupError::Store(StoreError::InUse(_)))
    ));
    running.close().await.unwrap();
    place.restore("file", "fresh", right()).await.unwrap();
    let opened = identity::open(&fresh, &KeyPlace::Sealed(right())).unwrap();
    assert_eq!(opened.peer_id(), place.peer);
    assert!(!fresh.join("identity.key").exists());
}

#[tokio::test]
async fn a_restored_peer_moves_in_at_the_next_start_wherever_that_was_broken_off() {
    let place = Place::new().await;
    place.restore("file", "new", right()).await.unwrap();
    let names = [DATABASE, FILES, "identity.sealed"];
    for moved in 0..=names.len() {
        let folder = place.path(&format!("{moved}"));
        let waiting = folder.join("restored");
        fs::create_dir_all(&waiting).unwrap();
        fs::write(folder.join("identity.key"), b"a fresh key").unwrap();
        for (n, name) in names.iter().enumerate() {
            let to = if n < moved { &folder } else { &waiting };
            if *name == FILES {
                fs::create_dir(to.join(name)).unwrap();
            } else {
                fs::copy(place.path("new").join(name), to.join(name)).unwrap();
            }
        }
        if moved == names.len() {
            fs::remove_file(folder.join("identity.key")).unwrap();
        }
        settle(&folder).unwrap();
        settle(&folder).unwrap();
        let opened = identity::open(&folder, &KeyPlace::Sealed(right())).unwrap();
        assert_eq!(opened.peer_id(), place.peer);
        assert!(folder.join(DATABASE).exists() && !waiting.exists());
        assert!(!folder.join("identity.key").exists());
    }
}

//! Attached files: on disk by hash, what documents say of them, and fetches.

use std::collections::{HashMap, HashSet};

use opener_trade::{Reason, document::Attachment};
use sha2::{Digest, Sha256};

use super::*;
use crate::{Blobs, FetchId, NamedFiles, NewFetch, StoreError, Whole};

fn hash(bytes: &[u8]) -> DocumentId {
    DocumentId::from_bytes(Sha256::digest(bytes).into())
}

fn file(name: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        name: name.parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
        size: bytes.len() as u64,
        sha256: hash(bytes),
    }
}

fn whole(blobs: &Blobs, bytes: &[u8]) -> Whole {
    let mut part = blobs.import().unwrap();
    part.write(bytes).unwrap();
    part.finish().unwrap()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_kept_under_its_hash_and_read_from_any_offset() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs"), 100).unwrap();
    let done = whole(&blobs, b"steel bars");
    assert_eq!((done.sha256(), done.size()), (hash(b"steel bars"), 10));
    let sha256 = done.sha256();
    blobs.keep(done).unwrap();
    assert_eq!(
        names(&folder.path().join("blobs")),
        [sha256.to_string().as_str(), "part"]
    );
    assert_eq!(names(&folder.path().join("blobs/part")), [""; 0]);
    assert_eq!(blobs.read(sha256, 10, 6, 4).unwrap().unwrap(), b"bars");
    assert!(
        blobs.read(sha256, 11, 0, 4).unwrap().is_none(),
        "another size"
    );
    assert!(blobs.read(hash(b""), 0, 0, 0).unwrap().is_none());
    assert!(matches!(
        blobs.read(sha256, 10, 8, 4),
        Err(StoreError::Blob(_))
    ));
    blobs.remove(sha256);
    assert!(blobs.file(sha256, 10).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs"), 100).unwrap();
    let done = whole(&blobs, b"secret");
    let path = folder.path().join("blobs").join(done.sha256().to_string());
    blobs.keep(done).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("blobs")), 0o700);
}

#[test]
fn an_import_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), 100).unwrap();
    let mut part = blobs.import().unwrap();
    part.write(b"half").unwrap();
    drop(part);
    drop(whole(&blobs, b"all of it, and then not wanted"));
    assert_eq!(names(&folder.path().join("part")), [""; 0]);
}

#[test]
fn a_fetched_file_goes_on_from_what_is_surely_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), 100).unwrap();
    let mut part = blobs.part(FetchId::new(7), 0).unwrap();
    part.write(b"steel").unwrap();
    part.sync().unwrap();
    part.write(b"??lost").unwrap();
    drop(part);
    let mut part = blobs.part(FetchId::new(7), 5).unwrap();
    assert_eq!(part.len(), 5);
    part.write(b" bars").unwrap();
    let done = part.finish().unwrap();
    assert_eq!(done.sha256(), hash(b"steel bars"));
    blobs.keep(done).unwrap();
    let shorter = blobs.part(FetchId::new(8), 100).unwrap();
    assert!(shorter.is_empty(), "nothing is there");
}

#[test]
fn what_a_crash_left_is_cleared_away_and_what_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), 100).unwrap();
    for bytes in [b"known".as_slice(), b"unknown", b"changed"] {
        blobs.keep(whole(&blobs, bytes)).unwrap();
    }
    let path = |bytes| folder.path().join(hash(bytes).to_string());
    std::fs::write(path(b"changed"), b"longer than before").unwrap();
    std::fs::write(folder.path().join("passwd"), b"").unwrap();
    for fetch in [1, 2] {
        drop(blobs.part(FetchId::new(fetch), 0).unwrap());
    }
    std::fs::write(folder.path().join("part/in-3"), b"half").unwrap();
    let known = HashMap::from([
        (hash(b"known"), 5),
        (hash(b"changed"), 7),
        (hash(b"gone"), 4),
    ]);
    let mut missing = blobs
        .tidy(&known, &HashSet::from([FetchId::new(2)]))
        .unwrap();
    missing.sort();
    let mut expected = vec![hash(b"changed"), hash(b"gone")];
    expected.sort();
    assert_eq!(missing, expected);
    assert_eq!(
        names(folder.path()),
        [hash(b"known").to_string().as_str(), "part"]
    );
    assert_eq!(names(&folder.path().join("part")), ["2"]);
}

/// Document 1, the broadcast of peer 1, names a file; peer 2 was sent it.
async fn named(store: &Store, bytes: &[u8]) -> DocumentId {
    keep(store, 2).await;
    let files = [file("../plan\u{202e}.pdf", bytes)];
    let named = NamedFiles {
        document: id(1),
        deal: deal(1),
        sender: peer(1),
        files: &files,
    };
    change!(store, tx => tx.name_files(named));
    change!(store, tx => tx.enqueue(to(peer(2), 1)));
    change!(store, tx => tx.enqueue(to(peer(3), 2)));
    hash(bytes)
}

on_both! {
    async fn a_file_is_shared_with_whoever_was_sent_a_document_that_names_it(store) {
        let sha256 = named(store, b"plan").await;
        let to = async |of: DealId, sha256, peer| {
            store.read().file_sent_to(of, sha256, peer).await.unwrap()
        };
        assert_eq!(to(deal(1), sha256, peer(2)).await, Some(4));
        assert_eq!(to(deal(1), sha256, peer(3)).await, None, "another document");
        assert_eq!(to(deal(1), sha256, peer(1)).await, None);
        assert_eq!(to(deal(2), sha256, peer(2)).await, None, "another deal");
        assert_eq!(to(deal(1), hash(b"other"), peer(2)).await, None);
    }

    async fn a_file_is_seen_to_come_and_to_go(store) {
        let sha256 = named(store, b"plan").await;
        let status = async || store.read().files_of_deal(deal(1), 10).await.unwrap().remove(0);
        assert_eq!((status().await.here, status().await.fetch), (None, None));
        let new = NewFetch { deal: deal(1), peer: peer(1), sha256, size: 4, at: at(20) };
        let (fetch, before) = change!(store, tx => tx.begin_fetch(new));
        assert_eq!(before, None);
        change!(store, tx => tx.advance_fetch(fetch, 3));
        assert_eq!(status().await.fetch, Some((fetch, 3, None)));
        assert_eq!(store.read().blob_bytes().await.unwrap(), 4, "room is kept for it");
        change!(store, tx => tx.refuse_fetch(fetch, Reason::AttachmentHash));
        assert_eq!(status().await.fetch, Some((fetch, 0, Some(Reason::AttachmentHash))));
        assert!(store.read().open_fetches(10).await.unwrap().is_empty());
        let (again, before) = change!(store, tx => tx.begin_fetch(new));
        assert_eq!(before, Some(fetch));
        assert_ne!(again, fetch, "a number is never used again");
        assert_eq!(store.read().open_fetches(10).await.unwrap()[0].id, again);
        change!(store, tx => tx.add_blob(sha256, 4, at(30)));
        assert!(change!(store, tx => tx.end_fetch(again)));
        assert!(!change!(store, tx => tx.end_fetch(again)));
        assert_eq!((status().await.here, status().await.fetch), (Some(4), None));
        assert_eq!(status().await, store.read().file_of_document(id(1), sha256).await.unwrap().unwrap());
        assert_eq!(store.read().blobs().await.unwrap(), HashMap::from([(sha256, 4)]));
        assert!(change!(store, tx => tx.remove_blob(sha256)));
        assert_eq!(store.read().blob(sha256).await.unwrap(), None);
    }

    async fn only_files_that_no_document_names_are_loose(store) {
        let sha256 = named(store, b"plan").await;
        for (n, moment) in [(8, 50), (9, 40), (10, 60)] {
            change!(store, tx => tx.add_blob(id(n), u64::from(n), at(moment)));
        }
        change!(store, tx => tx.add_blob(sha256, 4, at(10)));
        let loose = store.read().loose_blobs(at(60), 10).await.unwrap();
        assert_eq!(loose, [(id(9), 9), (id(8), 8)]);
        assert_eq!(store.read().loose_blobs(at(60), 1).await.unwrap().len(), 1);
        assert_eq!(store.read().blob_bytes().await.unwrap(), 4 + 8 + 9 + 10);
    }
}

//! The file: its rights, its lock, its format, and that it keeps what it was given.

use std::{fs, path::PathBuf};

use sqlx::Row;
use tempfile::TempDir;

use super::*;
use crate::{NewNotice, StoreError};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("data").join("peer.db");
    (folder, path)
}

async fn raw(store: &Store, sql: &'static str) {
    let mut writer = store.writer().await;
    sqlx::raw_sql(sql)
        .execute(&mut writer.connection)
        .await
        .unwrap();
}

async fn refused(path: &std::path::Path) -> StoreError {
    match Store::open(path).await {
        Ok(_) => panic!("was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    keep(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    tx.append_journal(deal(1), Some(peer(2)), at(5), b"entry")
        .await
        .unwrap();
    tx.enqueue(to(peer(2), 1)).await.unwrap();
    tx.notify(NewNotice {
        loud: crate::Loud::Rings,
        at: at(1),
        deal: None,
        peer: None,
        kind: "clock-skew",
        document: None,
    })
    .await
    .unwrap();
    tx.set_setting("profile", "{}").await.unwrap();
    assert_eq!(tx.next_listing_seq().await.unwrap(), 1);
    tx.commit().await.unwrap();
    store.close().await.unwrap();

    let store = Store::open(&path).await.unwrap();
    let mut read = store.read();
    let kept = read.document(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.bytes.as_slice(), kept.mine), (&b"signed"[..], true));
    assert_eq!(
        read.journal(deal(1), Some(peer(2))).await.unwrap()[0].entry,
        b"entry"
    );
    assert_eq!(
        read.due(at(10), 9).await.unwrap()[0].bytes.as_ref(),
        b"signed"
    );
    assert_eq!(read.unread_count().await.unwrap(), 1);
    assert_eq!(
        read.setting("profile").await.unwrap().as_deref(),
        Some("{}")
    );
    assert_eq!(change!(store, tx => tx.next_listing_seq()), 2);
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_drop_without_close() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    keep(&store, 1).await;
    drop(store);
    let store = Store::open(&path).await.unwrap();
    assert!(store.read().document(id(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_second_open_of_one_file_is_refused() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    let error = refused(&path).await;
    assert!(
        matches!(&error, StoreError::InUse(named) if *named == path),
        "{error:?}"
    );
    store.close().await.unwrap();
    Store::open(&path).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    keep(&store, 1).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let data = path.parent().unwrap();
    assert_eq!(mode(data), 0o700);
    let files: Vec<_> = fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_could_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    Store::open(&path).await.unwrap().close().await.unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let _store = Store::open(&path).await.unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// Numbered files without a gap: as many formats.
fn formats() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn the_format_is_made_once() {
    let (_folder, path) = place();
    let mut seen = vec![];
    for _ in 0..2 {
        let store = Store::open(&path).await.unwrap();
        let sql = "SELECT count(*) AS n, max(installed_on) AS last FROM _sqlx_migrations";
        let row = sqlx::query(sql)
            .fetch_one(&mut store.reader().await.connection)
            .await
            .unwrap();
        seen.push((row.get::<i64, _>("n"), row.get::<String, _>("last")));
        store.close().await.unwrap();
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(usize::try_from(seen[0].0).unwrap(), formats());
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '2030-01-01', 1, x'00', 0)";
    raw(&store, newer).await;
    store.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    let error = refused(&path).await;
    assert!(
        matches!(
            error,
            StoreError::NewerFormat { found: 9999, known } if known == formats() as i64
        ),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!(
            "the data was written by a newer version of this program (format 9999, this version knows {})",
            formats()
        )
    );
    assert!(fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn an_altered_format_is_refused() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    raw(
        &store,
        "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 3",
    )
    .await;
    store.close().await.unwrap();
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::ForeignFormat(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged() {
    let (_folder, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, [b'x'; 4096]).unwrap();
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), b"").unwrap();
    let error = refused(&folder.path().join("taken").join("peer.db")).await;
    assert!(
        matches!(&error, StoreError::File { path, .. } if path.ends_with("taken")),
        "{error:?}"
    );
}

#[tokio::test]
async fn commits_reach_the_disk_and_readers_cannot_write() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    let pragmas = [
        ("PRAGMA journal_mode", "wal"),
        ("PRAGMA synchronous", "2"),
        ("PRAGMA foreign_keys", "1"),
        ("PRAGMA recursive_triggers", "1"),
        ("PRAGMA busy_timeout", "10000"),
    ];
    for (pragma, expected) in pragmas {
        let mut writer = store.writer().await;
        let row = sqlx::query(pragma)
            .fetch_one(&mut writer.connection)
            .await
            .unwrap();
        let value = row
            .try_get::<String, _>(0)
            .unwrap_or_else(|_| row.get::<i64, _>(0).to_string());
        assert_eq!(value, expected, "{pragma}");
    }
    let mut reader = store.reader().await;
    let written = sqlx::query("DELETE FROM setting")
        .execute(&mut reader.connection)
        .await;
    assert!(written.unwrap_err().to_string().contains("readonly"));
}

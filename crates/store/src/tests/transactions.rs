//! Changes: all or nothing, one at a time.

use std::future::ready;

use super::*;
use crate::StoreError;

on_both! {
    async fn a_change_dropped_without_commit_leaves_nothing(store) {
        let mut tx = store.begin().await.unwrap();
        tx.insert_document(broadcast(1)).await.unwrap();
        tx.append_journal(deal(1), None, at(1), b"entry").await.unwrap();
        assert!(tx.read().document(id(1)).await.unwrap().is_some());
        drop(tx);
        assert_eq!(store.read().document(id(1)).await.unwrap(), None);
        assert_eq!(store.read().journal(deal(1), None).await.unwrap(), []);
        keep(store, 1).await;
        assert!(store.read().document(id(1)).await.unwrap().is_some());
    }

    async fn a_second_change_waits_for_the_first(store) {
        let mut first = store.begin().await.unwrap();
        tokio::select! {
            biased;
            _ = store.begin() => panic!("two changes at once"),
            () = ready(()) => {}
        }
        first.insert_document(broadcast(1)).await.unwrap();
        first.commit().await.unwrap();
        let mut second = store.begin().await.unwrap();
        assert!(!second.insert_document(broadcast(1)).await.unwrap());
    }

    async fn a_beginning_given_up_half_way_blocks_nobody(store) {
        for _ in 0..3 {
            tokio::select! {
                biased;
                _ = store.begin() => {}
                () = ready(()) => {}
            }
        }
        keep(store, 1).await;
        assert!(store.read().document(id(1)).await.unwrap().is_some());
    }

    async fn a_refused_statement_leaves_the_rest_of_the_change(store) {
        let mut tx = store.begin().await.unwrap();
        tx.insert_document(broadcast(1)).await.unwrap();
        let unknown = tx.enqueue(to(peer(2), 9)).await;
        assert!(matches!(unknown, Err(StoreError::Contradiction(_))), "{unknown:?}");
        tx.commit().await.unwrap();
        assert!(store.read().document(id(1)).await.unwrap().is_some());
    }

    async fn an_error_shows_no_sql_and_keeps_its_cause(store) {
        let mut tx = store.begin().await.unwrap();
        let error = tx.enqueue(to(peer(2), 9)).await.unwrap_err();
        let text = error.to_string();
        assert_eq!(text, "the stored data would contradict itself");
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("FOREIGN KEY"));
    }
}

#[tokio::test]
async fn a_change_is_seen_by_others_only_when_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("peer.db")).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert_document(broadcast(1)).await.unwrap();
    assert_eq!(store.read().document(id(1)).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert!(store.read().document(id(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_change_holds_the_right_to_write_from_the_start() {
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("peer.db");
    let store = Store::open(&path).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&path);
    let at_once = std::time::Duration::ZERO;
    let mut other = options.busy_timeout(at_once).connect().await.unwrap();
    let tx = store.begin().await.unwrap();
    let refused = sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await;
    let error = StoreError::from(refused.unwrap_err());
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    tx.commit().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
}

#[tokio::test]
async fn more_questions_than_readers_are_all_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("peer.db")).await.unwrap();
    keep(&store, 1).await;
    let held = [
        store.reader().await,
        store.reader().await,
        store.reader().await,
    ];
    assert_eq!(held.len(), crate::open::READERS);
    tokio::select! {
        biased;
        _ = store.reader() => panic!("more readers than connections"),
        () = ready(()) => {}
    }
    drop(held);
    assert!(store.read().document(id(1)).await.unwrap().is_some());
}

#[test]
fn a_change_may_move_between_threads() {
    fn moves<T: Send>(_: T) {}
    async fn round(store: &Store) -> Result<(), StoreError> {
        let mut tx = store.begin().await?;
        tx.insert_document(broadcast(1)).await?;
        tx.read().document(id(1)).await?;
        tx.commit().await?;
        store.read().due(at(1), 1).await?;
        Ok(())
    }
    let _ = |store: &Store| moves(round(store));
}

//! The database: one writer, some readers. Everything is committed with `synchronous=FULL` before it is answered.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use opener_trade::{DealId, DocumentId, PeerId, Timestamp, Verified, document::Listing, envelope};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, MutexGuard};

use crate::files::{lock, make_folder, private_file};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

const DATABASE_FILE: &str = "directory.db";
const LOCK_FILE: &str = "directory.lock";

/// Connections for reading: with the writer no more than cores of a small server.
const READERS: u32 = 3;

/// Seconds to wait for a lock of the database, which only a backup program holds for long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Listings read at a time when the directory starts: 16 MB at most.
const LOAD_AT_ONCE: u32 = 1000;

/// Why the data cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database fails.
    #[error("the database fails: {0}")]
    Database(#[from] sqlx::Error),
    /// The database cannot be brought to this version; a newer program may have written it.
    #[error("the database cannot be brought to this version: {0}")]
    Migrate(#[from] MigrateError),
    /// A file or folder cannot be used.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process serves the same data.
    #[error("another process serves {0}")]
    InUse(PathBuf),
}

/// A report to keep.
pub(crate) struct Report {
    pub(crate) terms: DocumentId,
    pub(crate) deal: DealId,
    pub(crate) buyer: PeerId,
    pub(crate) seller: PeerId,
    pub(crate) reporter: PeerId,
    pub(crate) reported_at: Timestamp,
    pub(crate) by_buyer: Arc<[u8]>,
    pub(crate) by_seller: Arc<[u8]>,
    pub(crate) receipt: Arc<[u8]>,
}

/// What is known of a deal between two.
pub(crate) enum Reported {
    /// Nothing.
    Never,
    /// These terms; their receipt.
    Same(Vec<u8>),
    /// Other terms.
    Other,
}

/// The open database.
pub(crate) struct Store {
    writer: Mutex<SqliteConnection>,
    readers: SqlitePool,
    reports: AtomicU64,
    reported_bytes: AtomicU64,
    _lock: File,
}

impl Store {
    /// Opens the folder, makes what is missing, and keeps every other process out.
    pub(crate) async fn open(folder: &Path) -> Result<Self, StoreError> {
        make_folder(folder)?;
        let lock = lock(&folder.join(LOCK_FILE))?;
        let path = folder.join(DATABASE_FILE);
        drop(private_file(&path)?);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("secure_delete", "ON");
        let mut writer = SqliteConnection::connect_with(&options).await?;
        MIGRATIONS.run(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options.read_only(true))
            .await?;
        let (reports, bytes): (i64, i64) = sqlx::query_as(
            "SELECT count(*), coalesce(sum(length(by_buyer) + length(by_seller)), 0) FROM report",
        )
        .fetch_one(&readers)
        .await?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers,
            reports: AtomicU64::new(reports.unsigned_abs()),
            reported_bytes: AtomicU64::new(bytes.unsigned_abs()),
            _lock: lock,
        })
    }

    /// The one who may write. Whoever holds it also changes what is in memory, so both stay the same.
    pub(crate) async fn writer(&self) -> Writer<'_> {
        Writer {
            connection: self.writer.lock().await,
            store: self,
        }
    }

    /// Forgets the expired listings and hands over the others, verified again.
    pub(crate) async fn load_listings(
        &self,
        now: Timestamp,
        mut keep: impl FnMut(Verified<Listing>),
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await;
        sqlx::query("DELETE FROM listing WHERE expires_at <= ?")
            .bind(now.millis())
            .execute(&mut *writer.connection)
            .await?;
        let mut last = Vec::new();
        loop {
            let page: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
                "SELECT peer, signed FROM listing WHERE peer > ? ORDER BY peer LIMIT ?",
            )
            .bind(&last)
            .bind(LOAD_AT_ONCE)
            .fetch_all(&self.readers)
            .await?;
            let Some((peer, _)) = page.last() else {
                return Ok(());
            };
            last.clone_from(peer);
            for (peer, signed) in page {
                match envelope::open_as::<Listing>(&signed) {
                    Ok(listing) if listing.signer().as_bytes()[..] == peer => keep(listing),
                    _ => {
                        tracing::error!("a damaged listing is dropped");
                        sqlx::query("DELETE FROM listing WHERE peer = ?")
                            .bind(peer)
                            .execute(&mut *writer.connection)
                            .await?;
                    }
                }
            }
        }
    }

    /// The receipt of terms that were reported before.
    pub(crate) async fn receipt_of(
        &self,
        terms: DocumentId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let receipt = sqlx::query_scalar("SELECT receipt FROM report WHERE terms = ?")
            .bind(&terms.as_bytes()[..])
            .fetch_optional(&self.readers)
            .await?;
        Ok(receipt)
    }

    /// How many reports are kept.
    pub(crate) fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    /// Bytes of all reports.
    pub(crate) fn reported_bytes(&self) -> u64 {
        self.reported_bytes.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 FROM listing LIMIT 1")
            .execute(&self.readers)
            .await?;
        Ok(())
    }

    pub(crate) async fn close(self) {
        self.readers.close().await;
        if let Err(error) = self.writer.into_inner().close().await {
            tracing::error!(%error, "the database closed badly");
        }
    }
}

/// The right to write, one at a time.
pub(crate) struct Writer<'a> {
    connection: MutexGuard<'a, SqliteConnection>,
    store: &'a Store,
}

impl Writer<'_> {
    /// Keeps a listing in place of the one its signer had, and forgets others, in one transaction.
    pub(crate) async fn put_listing(
        &mut self,
        listing: &Verified<Listing>,
        forget: &[PeerId],
    ) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        delete(&mut transaction, forget).await?;
        sqlx::query(
            "INSERT INTO listing (peer, expires_at, signed) VALUES (?, ?, ?)
             ON CONFLICT (peer) DO UPDATE SET expires_at = excluded.expires_at, signed = excluded.signed",
        )
        .bind(&listing.signer().as_bytes()[..])
        .bind(listing.expires_at.millis())
        .bind(&listing.bytes()[..])
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets the listings of these peers.
    pub(crate) async fn forget(&mut self, peers: &[PeerId]) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        delete(&mut transaction, peers).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What was reported of a deal between two.
    pub(crate) async fn reported(
        &mut self,
        terms: DocumentId,
        deal: &DealId,
        buyer: &PeerId,
        seller: &PeerId,
    ) -> Result<Reported, StoreError> {
        let kept: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT terms, receipt FROM report WHERE deal = ? AND buyer = ? AND seller = ?",
        )
        .bind(&deal.as_bytes()[..])
        .bind(&buyer.as_bytes()[..])
        .bind(&seller.as_bytes()[..])
        .fetch_optional(&mut *self.connection)
        .await?;
        Ok(match kept {
            None => Reported::Never,
            Some((kept, receipt)) if kept == terms.as_bytes()[..] => Reported::Same(receipt),
            Some(_) => Reported::Other,
        })
    }

    /// How many reports a peer brought since then.
    pub(crate) async fn reports_of(
        &mut self,
        reporter: &PeerId,
        since: Timestamp,
    ) -> Result<u32, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM report WHERE reporter = ? AND reported_at > ?",
        )
        .bind(&reporter.as_bytes()[..])
        .bind(since.millis())
        .fetch_one(&mut *self.connection)
        .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Keeps a report.
    pub(crate) async fn put_report(&mut self, report: &Report) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO report
                (terms, deal, buyer, seller, reporter, reported_at, by_buyer, by_seller, receipt)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&report.terms.as_bytes()[..])
        .bind(&report.deal.as_bytes()[..])
        .bind(&report.buyer.as_bytes()[..])
        .bind(&report.seller.as_bytes()[..])
        .bind(&report.reporter.as_bytes()[..])
        .bind(report.reported_at.millis())
        .bind(&report.by_buyer[..])
        .bind(&report.by_seller[..])
        .bind(&report.receipt[..])
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let bytes = (report.by_buyer.len() + report.by_seller.len()) as u64;
        self.store.reports.fetch_add(1, Ordering::Relaxed);
        self.store
            .reported_bytes
            .fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

async fn delete(connection: &mut SqliteConnection, peers: &[PeerId]) -> Result<(), StoreError> {
    for peer in peers {
        sqlx::query("DELETE FROM listing WHERE peer = ?")
            .bind(&peer.as_bytes()[..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_writer_syncs_fully_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut writer = store.writer().await;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&mut *writer.connection)
            .await
            .unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&mut *writer.connection)
            .await
            .unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
        assert!(
            sqlx::query("DELETE FROM listing")
                .execute(&store.readers)
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn one_process_serves_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert!(matches!(
            Store::open(folder.path()).await,
            Err(StoreError::InUse(_))
        ));
        store.close().await;
        assert!(Store::open(folder.path()).await.is_ok());
    }
}

//! SQLite, for a directory of one process: one writer, some readers, every commit with `synchronous=FULL`.

use std::{fs::File, future::pending, path::Path, time::Duration};

use futures::future::BoxFuture;
use opener_trade::{DocumentId, PeerId, Timestamp};
use sqlx::{
    Connection as _, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Mutex;

use super::{Change, Changed, Extent, News, Outcome, PriceRow, Store, StoreError, Stored};
use crate::{
    files::{lock, make_folder, private_file},
    limits::Limits,
    prices::Group,
};

#[expect(
    clippy::duplicate_mod,
    reason = "the same statements, each time with its own `Connection`"
)]
#[path = "rows.rs"]
mod rows;

type Connection = sqlx::SqliteConnection;

/// `BEGIN IMMEDIATE` keeps other writers out by itself.
const LOCK_EXTENT: &str =
    "SELECT listings, bytes, entries, changed, reports, report_bytes FROM extent";

/// Nobody else reads the database while this process serves it.
const SHARED: bool = false;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections for reading: with the writer no more than cores of a small server.
const READERS: u32 = 3;

/// Seconds to wait for a lock of the database, which only a backup program holds for long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The open database.
pub(crate) struct Sqlite {
    writer: Mutex<Connection>,
    readers: SqlitePool,
    _lock: File,
}

impl Sqlite {
    /// Opens the file, makes what is missing, and keeps every other process out.
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let lock = lock(&path.with_extension("lock"))?;
        drop(private_file(path)?);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("secure_delete", "ON");
        let mut writer = Connection::connect_with(&options).await?;
        MIGRATIONS.run(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers,
            _lock: lock,
        })
    }
}

impl Store for Sqlite {
    fn apply<'a>(
        &'a self,
        changes: &'a [Change],
        limits: &'a Limits,
        now: Timestamp,
    ) -> Stored<'a, Vec<Outcome>> {
        Box::pin(async move {
            let mut writer = self.writer.lock().await;
            let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
            let (outcomes, _) = rows::apply(&mut transaction, changes, limits, now).await?;
            transaction.commit().await?;
            Ok(outcomes)
        })
    }

    fn changed_after(&self, number: i64) -> Stored<'_, Vec<Changed>> {
        Box::pin(async move {
            let mut reader = self.readers.acquire().await?;
            Ok(rows::changed_after(&mut reader, number).await?)
        })
    }

    fn terms_from(&self, number: i64) -> Stored<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            let mut reader = self.readers.acquire().await?;
            Ok(rows::terms_from(&mut reader, number).await?)
        })
    }

    fn kept(&self, terms: DocumentId) -> Stored<'_, Option<(i64, Timestamp)>> {
        Box::pin(async move {
            let mut reader = self.readers.acquire().await?;
            Ok(rows::kept_terms(&mut reader, terms).await?)
        })
    }

    fn prices<'a>(&'a self, group: &'a Group, since_month: i64) -> Stored<'a, Vec<PriceRow>> {
        Box::pin(async move {
            let mut reader = self.readers.acquire().await?;
            Ok(rows::prices(&mut reader, group, since_month).await?)
        })
    }

    fn extent(&self) -> Stored<'_, Extent> {
        Box::pin(async move {
            let mut reader = self.readers.acquire().await?;
            Ok(rows::extent(&mut reader).await?)
        })
    }

    fn check(&self) -> Stored<'_, ()> {
        Box::pin(async move {
            let mut writer = self.writer.lock().await;
            sqlx::query("UPDATE extent SET changed = changed")
                .execute(&mut *writer)
                .await?;
            Ok(())
        })
    }

    fn tell<'a>(&'a self, _: &'a [PeerId]) -> Stored<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn news(&self) -> Stored<'_, News> {
        Box::pin(pending())
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.readers.close().await;
            let mut writer = self.writer.lock().await;
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .execute(&mut *writer)
                .await
            {
                tracing::error!(%error, "the database closed badly");
            }
        })
    }
}

#[cfg(test)]
impl Sqlite {
    /// Refuses every change from now on, as a disk that was mounted anew for reading does.
    pub(crate) async fn refuse_writing(&self) {
        let mut writer = self.writer.lock().await;
        sqlx::raw_sql("PRAGMA query_only = ON")
            .execute(&mut *writer)
            .await
            .unwrap();
    }

    /// Leaves the database so many pages, as a full disk would.
    pub(crate) async fn limit_pages(&self, pages: u32) {
        let mut writer = self.writer.lock().await;
        let sql = format!("PRAGMA max_page_count = {pages}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut *writer)
            .await
            .unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_writer_syncs_fully_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("directory.db"))
            .await
            .unwrap();
        let mut writer = store.writer.lock().await;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&mut *writer)
            .await
            .unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&mut *writer)
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
    async fn one_process_serves_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.db");
        let store = Sqlite::open(&path).await.unwrap();
        assert!(matches!(
            Sqlite::open(&path).await,
            Err(StoreError::InUse(_))
        ));
        store.close().await;
        drop(store);
        assert!(Sqlite::open(&path).await.is_ok());
    }
}

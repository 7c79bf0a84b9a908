//! PostgreSQL, for several processes on one database. Each may be killed at any moment: what it answered is committed,
//! and what it did not is not there.
//!
//! Writers take turns by a lock on the one row of `extent`, so the numbers of changes rise in the order of commits and
//! nobody who asks for what came after a number misses one that is committed later. Many changes share a transaction.

use std::{str::FromStr, time::Duration};

use data_encoding::BASE64;
use futures::future::BoxFuture;
use opener_trade::{DocumentId, PeerId, Timestamp};
use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::sync::Mutex;

use super::{Change, Changed, Extent, News, Outcome, PriceRow, Store, StoreError, Stored};
use crate::{limits::Limits, prices::Group};

#[expect(
    clippy::duplicate_mod,
    reason = "the same statements, each time with its own `Connection`"
)]
#[path = "rows.rs"]
mod rows;

type Connection = sqlx::PgConnection;

const LOCK_EXTENT: &str =
    "SELECT listings, bytes, entries, changed, reports, report_bytes FROM extent FOR UPDATE";

/// Others have the same listings in memory.
const SHARED: bool = true;

static MIGRATIONS: Migrator = sqlx::migrate!("./postgres");

/// Connections: one that writes, one that listens, the others for reading reports.
const CONNECTIONS: u32 = 6;

/// Seconds to wait for a connection. A request that waits for a dead database longer than its asker is in vain.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Milliseconds that a statement may take, the wait for another process's transaction included.
const STATEMENT_TIMEOUT_MS: &str = "10000";

/// Where processes tell each other; `opener_directory` alone says that there are changes.
const CHANNEL: &str = "opener_directory";

/// Peers in one notification: PostgreSQL takes less than 8 000 bytes, and each is 44 here.
const TOLD_AT_ONCE: usize = 150;

const _: () = assert!(TOLD_AT_ONCE * 45 + 128 < 8000);

/// The database, and what this process is called there.
pub(crate) struct Postgres {
    pool: PgPool,
    listener: Mutex<Option<PgListener>>,
    name: String,
}

impl Postgres {
    /// Connects, and makes what is missing. `name` tells this process from the others.
    pub(crate) async fn open(url: &str, name: String) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.options([
            ("statement_timeout", STATEMENT_TIMEOUT_MS),
            ("synchronous_commit", "on"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await?;
        let listener = listen(&pool).await?;
        Ok(Self {
            pool,
            listener: Mutex::new(Some(listener)),
            name,
        })
    }

    /// Anything that others said, if it was not this process itself.
    fn read(&self, payload: &str) -> Option<News> {
        let (from, heard) = payload.split_once(' ').unwrap_or((payload, ""));
        if from == self.name {
            return None;
        }
        if heard.is_empty() {
            return Some(News::Changed);
        }
        let peer = |text: &str| {
            let bytes = BASE64.decode(text.as_bytes()).ok()?;
            PeerId::try_from(&bytes[..]).ok()
        };
        Some(News::Heard(heard.split(',').filter_map(peer).collect()))
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

async fn notify(connection: &mut Connection, payload: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(payload)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store for Postgres {
    fn apply<'a>(
        &'a self,
        changes: &'a [Change],
        limits: &'a Limits,
        now: Timestamp,
    ) -> Stored<'a, Vec<Outcome>> {
        Box::pin(async move {
            let mut transaction = self.pool.begin().await?;
            let (outcomes, is_different) =
                rows::apply(&mut transaction, changes, limits, now).await?;
            if is_different {
                notify(&mut transaction, &self.name).await?;
            }
            transaction.commit().await?;
            Ok(outcomes)
        })
    }

    fn changed_after(&self, number: i64) -> Stored<'_, Vec<Changed>> {
        Box::pin(async move {
            let mut reader = self.pool.acquire().await?;
            Ok(rows::changed_after(&mut reader, number).await?)
        })
    }

    fn terms_from(&self, number: i64) -> Stored<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            let mut reader = self.pool.acquire().await?;
            Ok(rows::terms_from(&mut reader, number).await?)
        })
    }

    fn kept(&self, terms: DocumentId) -> Stored<'_, Option<(i64, Timestamp)>> {
        Box::pin(async move {
            let mut reader = self.pool.acquire().await?;
            Ok(rows::kept_terms(&mut reader, terms).await?)
        })
    }

    fn prices<'a>(&'a self, group: &'a Group, since_month: i64) -> Stored<'a, Vec<PriceRow>> {
        Box::pin(async move {
            let mut reader = self.pool.acquire().await?;
            Ok(rows::prices(&mut reader, group, since_month).await?)
        })
    }

    fn extent(&self) -> Stored<'_, Extent> {
        Box::pin(async move {
            let mut reader = self.pool.acquire().await?;
            Ok(rows::extent(&mut reader).await?)
        })
    }

    fn check(&self) -> Stored<'_, ()> {
        Box::pin(async move {
            sqlx::query("UPDATE extent SET changed = changed")
                .execute(&self.pool)
                .await?;
            Ok(())
        })
    }

    fn tell<'a>(&'a self, heard: &'a [PeerId]) -> Stored<'a, ()> {
        Box::pin(async move {
            let mut connection = self.pool.acquire().await?;
            for some in heard.chunks(TOLD_AT_ONCE) {
                let peers: Vec<String> = some
                    .iter()
                    .map(|peer| BASE64.encode(&peer.as_bytes()[..]))
                    .collect();
                let payload = format!("{} {}", self.name, peers.join(","));
                notify(&mut connection, &payload).await?;
            }
            Ok(())
        })
    }

    /// After a broken connection it is made anew, and whatever was said meanwhile is missed.
    fn news(&self) -> Stored<'_, News> {
        Box::pin(async move {
            let mut slot = self.listener.lock().await;
            loop {
                let Some(listener) = slot.as_mut() else {
                    *slot = Some(listen(&self.pool).await?);
                    return Ok(News::Missed);
                };
                match listener.try_recv().await {
                    Ok(Some(notification)) => {
                        if let Some(news) = self.read(notification.payload()) {
                            return Ok(news);
                        }
                    }
                    Ok(None) => *slot = None,
                    Err(error) => {
                        *slot = None;
                        return Err(error.into());
                    }
                }
            }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            drop(self.listener.lock().await.take());
            self.pool.close().await;
        })
    }
}

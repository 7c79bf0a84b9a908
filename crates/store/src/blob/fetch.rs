//! Files that a person wants from another peer.

use opener_trade::{DealId, DocumentId, PeerId, Reason, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, counter, reason_number, rows},
};

/// Names one fetch; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(i64);

impl FetchId {
    /// From its number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// A file that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct NewFetch {
    /// The deal.
    pub deal: DealId,
    /// From whom.
    pub peer: PeerId,
    /// SHA-256 as signed.
    pub sha256: DocumentId,
    /// Bytes as signed.
    pub size: u64,
    /// When a person asked for it.
    pub at: Timestamp,
}

/// A fetch that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Its number.
    pub id: FetchId,
    /// The deal.
    pub deal: DealId,
    /// From whom.
    pub peer: PeerId,
    /// SHA-256 as signed.
    pub sha256: DocumentId,
    /// Bytes as signed.
    pub size: u64,
    /// Bytes that are surely on disk.
    pub have: u64,
    /// When a person asked for it.
    pub wanted_at: Timestamp,
}

const BEGIN: &str =
    "INSERT INTO fetch (deal, peer, sha256, size, have, wanted_at) VALUES (?1, ?2, ?3, ?4, 0, ?5)
    RETURNING n";

pub(crate) const OPEN: &str = "SELECT * FROM fetch WHERE reason IS NULL ORDER BY n LIMIT ?1";

impl Write<'_> {
    /// Begins a fetch. One of the same file from the same peer in the same deal, over or not, ends with it; its number
    /// comes back, so that what has come of it can be thrown away.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn begin_fetch(
        &mut self,
        new: NewFetch,
    ) -> Result<(FetchId, Option<FetchId>), StoreError> {
        let before = sqlx::query(
            "DELETE FROM fetch WHERE deal = ?1 AND peer = ?2 AND sha256 = ?3 RETURNING n",
        )
        .bind(new.deal.as_bytes().as_slice())
        .bind(new.peer.as_bytes().as_slice())
        .bind(new.sha256.as_bytes().as_slice())
        .fetch_optional(self.connection())
        .await?;
        let before = before.map(|row| row.plain("n").map(FetchId)).transpose()?;
        let row = sqlx::query(BEGIN)
            .bind(new.deal.as_bytes().as_slice())
            .bind(new.peer.as_bytes().as_slice())
            .bind(new.sha256.as_bytes().as_slice())
            .bind(counter(new.size))
            .bind(new.at.millis())
            .fetch_one(self.connection())
            .await?;
        Ok((FetchId(row.plain("n")?), before))
    }

    /// So many bytes of it are on disk.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn advance_fetch(&mut self, id: FetchId, have: u64) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE fetch SET have = ?2 WHERE n = ?1").bind(id.0);
        query.bind(counter(have)).execute(self.connection()).await?;
        Ok(())
    }

    /// It is not tried any more; nothing of it is kept.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn refuse_fetch(&mut self, id: FetchId, why: Reason) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE fetch SET have = 0, reason = ?2 WHERE n = ?1").bind(id.0);
        let query = query.bind(reason_number(Some(why)));
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// The file is here, or is not wanted any more; false if there was no such fetch.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn end_fetch(&mut self, id: FetchId) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM fetch WHERE n = ?1").bind(id.0);
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The fetches that are not over, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn open_fetches(&mut self, limit: usize) -> Result<Vec<Fetch>, StoreError> {
        let query = sqlx::query(OPEN).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(fetch).collect()
    }
}

fn fetch(row: &SqliteRow) -> Result<Fetch, StoreError> {
    Ok(Fetch {
        id: FetchId(row.plain("n")?),
        deal: row.id("deal")?,
        peer: row.id("peer")?,
        sha256: row.id("sha256")?,
        size: row.count("size")?,
        have: row.count("have")?,
        wanted_at: row.time("wanted_at")?,
    })
}

//! Journals of the machines: opaque entries in order, only ever added.

use opener_trade::{DealId, PeerId, Timestamp};

use crate::{
    Read, StoreError, Write,
    row::{Fields, or_empty},
};

/// One entry of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Its place, from 1 without gaps.
    pub n: u64,
    /// The `now` that the machine was given with it.
    pub at: Timestamp,
    /// The entry as the machine wrote it.
    pub entry: Vec<u8>,
}

const APPEND: &str = "INSERT INTO journal (deal, peer, n, at, entry)
    VALUES (?1, ?2, (SELECT coalesce(max(n), 0) + 1 FROM journal WHERE deal = ?1 AND peer = ?2), ?3, ?4)
    RETURNING n";

impl Write<'_> {
    /// Adds an entry to the journal of a dialogue, or with no peer of the request, and gives its place.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn append_journal(
        &mut self,
        deal: DealId,
        peer: Option<PeerId>,
        at: Timestamp,
        entry: &[u8],
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(APPEND)
            .bind(deal.as_bytes().as_slice())
            .bind(or_empty(peer.as_ref().map(PeerId::as_bytes)))
            .bind(at.millis())
            .bind(entry)
            .fetch_one(self.connection())
            .await?;
        row.count("n")
    }
}

impl Read<'_> {
    /// The journal of a dialogue, or with no peer of the request, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn journal(
        &mut self,
        deal: DealId,
        peer: Option<PeerId>,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let sql = "SELECT n, at, entry FROM journal WHERE deal = ?1 AND peer = ?2 ORDER BY n";
        let found = sqlx::query(sql)
            .bind(deal.as_bytes().as_slice())
            .bind(or_empty(peer.as_ref().map(PeerId::as_bytes)))
            .fetch_all(&mut *self.connection().await)
            .await?;
        let row = |row: &sqlx::sqlite::SqliteRow| {
            Ok(JournalRow {
                n: row.count("n")?,
                at: row.time("at")?,
                entry: row.plain("entry")?,
            })
        };
        found.iter().map(row).collect()
    }
}

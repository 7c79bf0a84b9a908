//! Verified documents that came before an earlier one of their chain.

use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, counter, or_empty, rows},
};

/// A document that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedDocument {
    /// Its id.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
    /// Who signed it.
    pub sender: PeerId,
    /// Who receives it; none for a broadcast.
    pub recipient: Option<PeerId>,
    /// Its place in the sender's chain.
    pub seq: u64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The bytes as received.
    pub bytes: Vec<u8>,
}

const PARK: &str = "INSERT INTO parked (document, deal, sender, recipient, seq, received_at, bytes)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (document) DO NOTHING";

const NEXT: &str = "SELECT * FROM parked WHERE deal = ?1 AND sender = ?2 AND (recipient = x'') = ?3
    ORDER BY seq, received_at LIMIT 1";

const EXPIRE: &str = "DELETE FROM parked WHERE document IN
    (SELECT document FROM parked WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";

impl Write<'_> {
    /// Parks a document; false if it waits already. The caller keeps the caps, by [`Read::parked_count`].
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn park(&mut self, new: &ParkedDocument) -> Result<bool, StoreError> {
        let done = sqlx::query(PARK)
            .bind(new.document.as_bytes().as_slice())
            .bind(new.deal.as_bytes().as_slice())
            .bind(new.sender.as_bytes().as_slice())
            .bind(or_empty(new.recipient.as_ref().map(PeerId::as_bytes)))
            .bind(counter(new.seq))
            .bind(new.received_at.millis())
            .bind(new.bytes.as_slice())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a document out of the waiting ones; false if it was not among them.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn unpark(&mut self, document: DocumentId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM parked WHERE document = ?1")
            .bind(document.as_bytes().as_slice())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets the oldest documents that arrived before a moment, at most `limit`, and says how many. They were not
    /// acknowledged, so their sender still has them.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn forget_parked(
        &mut self,
        before: Timestamp,
        limit: usize,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(EXPIRE)
            .bind(before.millis())
            .bind(rows(limit))
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected())
    }
}

impl Read<'_> {
    /// How many documents of a sender wait, or with none of all senders.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn parked_count(&mut self, sender: Option<PeerId>) -> Result<usize, StoreError> {
        let query = match &sender {
            Some(sender) => sqlx::query("SELECT count(*) AS n FROM parked WHERE sender = ?1")
                .bind(sender.as_bytes().as_slice()),
            None => sqlx::query("SELECT count(*) AS n FROM parked"),
        };
        let row = query.fetch_one(&mut *self.connection().await).await?;
        row.count("n")
    }

    /// The waiting document of the lowest `seq` in a sender's chain: of its broadcasts, or of what it sent us alone.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn parked_after(
        &mut self,
        deal: DealId,
        sender: PeerId,
        broadcast: bool,
    ) -> Result<Option<ParkedDocument>, StoreError> {
        let row = sqlx::query(NEXT)
            .bind(deal.as_bytes().as_slice())
            .bind(sender.as_bytes().as_slice())
            .bind(broadcast)
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(parked).transpose()
    }
}

fn parked(row: &SqliteRow) -> Result<ParkedDocument, StoreError> {
    Ok(ParkedDocument {
        document: row.id("document")?,
        deal: row.id("deal")?,
        sender: row.id("sender")?,
        recipient: row.maybe_id("recipient")?,
        seq: row.count("seq")?,
        received_at: row.time("received_at")?,
        bytes: row.plain("bytes")?,
    })
}

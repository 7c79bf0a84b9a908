//! The delivery board: how far every document of a deal has come.

use opener_trade::DealId;
use sqlx::sqlite::SqliteRow;

use super::{Delivery, DeliveryCounts, OutboxId};
use crate::{Read, StoreError, row::Fields};

const BOARD: &str =
    "SELECT outbox.*, document.kind FROM outbox JOIN document ON document.id = outbox.document
    WHERE outbox.deal = ?1 ORDER BY outbox.id";

const COUNTS: &str = "SELECT
        count(*) FILTER (WHERE state = 'queued') AS queued,
        count(*) FILTER (WHERE state = 'sent') AS sent,
        count(*) FILTER (WHERE state = 'received' AND read_at IS NULL) AS received,
        count(*) FILTER (WHERE state = 'received' AND read_at IS NOT NULL) AS read,
        count(*) FILTER (WHERE state = 'refused') AS refused,
        count(*) FILTER (WHERE state = 'expired') AS expired
    FROM outbox WHERE deal = ?1";

impl Read<'_> {
    /// Every delivery of a deal, a row a recipient and document, in the order they were enqueued.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn delivery(&mut self, deal: DealId) -> Result<Vec<Delivery>, StoreError> {
        let found = sqlx::query(BOARD)
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(delivery).collect()
    }

    /// How many deliveries of a deal have come how far.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn delivery_counts(&mut self, deal: DealId) -> Result<DeliveryCounts, StoreError> {
        let row = sqlx::query(COUNTS)
            .bind(deal.as_bytes().as_slice())
            .fetch_one(&mut *self.connection().await)
            .await?;
        Ok(DeliveryCounts {
            queued: row.count("queued")?,
            sent: row.count("sent")?,
            received: row.count("received")?,
            read: row.count("read")?,
            refused: row.count("refused")?,
            expired: row.count("expired")?,
        })
    }
}

fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let in_front: bool = row.plain("in_front")?;
    let next = row.time("next_attempt_at")?;
    Ok(Delivery {
        id: OutboxId(row.plain("id")?),
        recipient: row.id("recipient")?,
        document: row.id("document")?,
        kind: row.plain("kind")?,
        state: row.word("state")?,
        attempts: row.count("attempts")?,
        enqueued_at: row.time("enqueued_at")?,
        expires_at: row.time("expires_at")?,
        next_attempt_at: in_front.then_some(next),
        sent_at: row.maybe_time("sent_at")?,
        answered_at: row.maybe_time("answered_at")?,
        read_at: row.maybe_time("read_at")?,
        reason: row.maybe_reason("reason")?,
        detail: row.plain("detail")?,
        way: row.maybe_word("way")?,
    })
}

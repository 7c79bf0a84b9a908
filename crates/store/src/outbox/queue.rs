//! The queue: enqueue, take what is due, note what became of it.

use std::{collections::HashMap, sync::Arc};

use opener_trade::{DocumentId, PeerId, Reason, Timestamp};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{Expired, NewDelivery, OutboxId, OutboxRow, Way};
use crate::{
    Read, StoreError, Write,
    row::{Fields, reason_number, rows},
};

const ENQUEUE: &str = "INSERT INTO outbox (recipient, document, deal, state, in_front, attempts, enqueued_at, \
     expires_at, next_attempt_at, detail)
    VALUES (?1, ?2, ?3, 'queued', NOT EXISTS (SELECT 1 FROM outbox WHERE recipient = ?1 AND in_front = 1), 0, ?4, ?5, \
     ?4, '')
    ON CONFLICT (recipient, document) DO NOTHING";

pub(crate) const DUE: &str =
    "SELECT id, recipient, document, deal, attempts, expires_at FROM outbox
    WHERE in_front = 1 AND next_attempt_at <= ?1 AND expires_at > ?1 ORDER BY next_attempt_at, id LIMIT ?2";

const SENT: &str =
    "UPDATE outbox SET state = 'sent', attempts = attempts + 1, next_attempt_at = ?3, sent_at = coalesce(sent_at, ?2)
    WHERE id = ?1 AND in_front = 1";

const RETRY: &str =
    "UPDATE outbox SET state = 'queued', next_attempt_at = ?2, reason = ?3, detail = ?4
    WHERE id = ?1 AND in_front = 1";

const RECEIVED: &str = "UPDATE outbox SET state = 'received', in_front = 0, answered_at = ?3, reason = NULL, detail = ''
    WHERE recipient = ?1 AND document = ?2 AND state <> 'received'";

const READ: &str =
    "UPDATE outbox SET state = 'received', in_front = 0, answered_at = CASE state WHEN 'received' THEN answered_at \
     ELSE ?3 END, read_at = ?3, reason = NULL, detail = ''
    WHERE recipient = ?1 AND document = ?2 AND read_at IS NULL";

const WAY: &str = "UPDATE outbox SET way = ?2 WHERE id = ?1";

const REFUSED: &str =
    "UPDATE outbox SET state = 'refused', in_front = 0, answered_at = ?3, reason = ?4, detail = ?5
    WHERE recipient = ?1 AND document = ?2 AND state IN ('queued', 'sent')";

pub(crate) const EXPIRE: &str = "UPDATE outbox SET state = 'expired', in_front = 0 WHERE id IN (
        SELECT id FROM outbox WHERE state IN ('queued', 'sent') AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
    RETURNING id, recipient, document, deal";

pub(crate) const STEP_FORWARD: &str = "UPDATE outbox SET in_front = 1 WHERE id = (
        SELECT min(id) FROM outbox WHERE recipient = ?1 AND state IN ('queued', 'sent'))";

pub(crate) const WAKE: &str = "UPDATE outbox SET next_attempt_at = ?2
    WHERE recipient = ?1 AND in_front = 1 AND state = 'queued' AND next_attempt_at > ?2";

const WAKE_ALL: &str =
    "UPDATE outbox SET state = 'queued', next_attempt_at = ?1 WHERE in_front = 1";

impl Write<'_> {
    /// Puts a kept document into the queue of a recipient; false if it was put there before, whatever became of it.
    ///
    /// # Errors
    /// The document is not kept, or the database cannot be written.
    pub async fn enqueue(&mut self, new: NewDelivery) -> Result<bool, StoreError> {
        let done = sqlx::query(ENQUEUE)
            .bind(new.recipient.as_bytes().as_slice())
            .bind(new.document.as_bytes().as_slice())
            .bind(new.deal.as_bytes().as_slice())
            .bind(new.at.millis())
            .bind(new.expires_at.millis())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a row was given to the network, and when to try again if no answer comes.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn mark_sent(
        &mut self,
        id: OutboxId,
        at: Timestamp,
        try_again_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(SENT).bind(id.0).bind(at.millis());
        let done = query
            .bind(try_again_at.millis())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Puts a row back to be tried at `next`, with the reason why it was not answered.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn retry_at(
        &mut self,
        id: OutboxId,
        next: Timestamp,
        reason: Option<Reason>,
        detail: &str,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(RETRY).bind(id.0).bind(next.millis());
        let query = query.bind(reason_number(reason)).bind(detail);
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes the recipient's receipt, whenever it comes, also after an expiry; false if it was noted before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn mark_received(
        &mut self,
        recipient: PeerId,
        document: DocumentId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.answered(RECEIVED, recipient, document, at).await
    }

    /// Notes that a person at the recipient opened the document, which is a receipt as well; false if noted before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn mark_read(
        &mut self,
        recipient: PeerId,
        document: DocumentId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.answered(READ, recipient, document, at).await
    }

    /// Notes which way the receipt of a delivery came.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn note_way(&mut self, id: OutboxId, way: Way) -> Result<(), StoreError> {
        let query = sqlx::query(WAY).bind(id.0).bind(way.name());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes a refusal for good; false if the delivery was answered before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn mark_refused(
        &mut self,
        recipient: PeerId,
        document: DocumentId,
        at: Timestamp,
        reason: Reason,
        detail: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(REFUSED)
            .bind(recipient.as_bytes().as_slice())
            .bind(document.as_bytes().as_slice())
            .bind(at.millis())
            .bind(i64::from(reason.number()))
            .bind(detail)
            .execute(self.connection())
            .await?;
        self.step_forward(recipient).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives up the deliveries whose time has passed, at most `limit`, and returns them.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn expire(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Expired>, StoreError> {
        let query = sqlx::query(EXPIRE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(self.connection()).await?;
        let mut all = found
            .iter()
            .map(expired)
            .collect::<Result<Vec<_>, StoreError>>()?;
        all.sort_by_key(|expired| expired.id);
        for expired in &all {
            self.step_forward(expired.recipient).await?;
        }
        Ok(all)
    }

    /// Makes the row in front of a recipient due at once, unless its answer is awaited: the recipient is back.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn wake_recipient(
        &mut self,
        recipient: PeerId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(WAKE)
            .bind(recipient.as_bytes().as_slice())
            .bind(now.millis())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Makes every unanswered delivery due at once: at start, when no answer is awaited any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn wake_all(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(WAKE_ALL).bind(now.millis());
        query.execute(self.connection()).await?;
        Ok(())
    }

    async fn answered(
        &mut self,
        sql: &'static str,
        recipient: PeerId,
        document: DocumentId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql)
            .bind(recipient.as_bytes().as_slice())
            .bind(document.as_bytes().as_slice())
            .bind(at.millis())
            .execute(self.connection())
            .await?;
        self.step_forward(recipient).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn step_forward(&mut self, recipient: PeerId) -> Result<(), StoreError> {
        sqlx::query(STEP_FORWARD)
            .bind(recipient.as_bytes().as_slice())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Read<'_> {
    /// Deliveries that are due, longest due first: of each recipient at most the oldest unanswered one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn due(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let mut connection = self.connection().await;
        let query = sqlx::query(DUE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *connection).await?;
        let mut shared: HashMap<DocumentId, Arc<[u8]>> = HashMap::new();
        let mut all = Vec::with_capacity(found.len());
        for row in &found {
            let document = row.id("document")?;
            let bytes = match shared.get(&document) {
                Some(bytes) => Arc::clone(bytes),
                None => bytes_of(&mut connection, document).await?,
            };
            shared.insert(document, Arc::clone(&bytes));
            all.push(OutboxRow {
                id: OutboxId(row.plain("id")?),
                recipient: row.id("recipient")?,
                document,
                deal: row.id("deal")?,
                attempts: row.count("attempts")?,
                expires_at: row.time("expires_at")?,
                bytes,
            });
        }
        Ok(all)
    }
}

async fn bytes_of(
    connection: &mut SqliteConnection,
    document: DocumentId,
) -> Result<Arc<[u8]>, StoreError> {
    let row = sqlx::query("SELECT bytes FROM document WHERE id = ?1")
        .bind(document.as_bytes().as_slice())
        .fetch_one(connection)
        .await?;
    Ok(row.plain::<&[u8]>("bytes")?.into())
}

fn expired(row: &SqliteRow) -> Result<Expired, StoreError> {
    Ok(Expired {
        id: OutboxId(row.plain("id")?),
        recipient: row.id("recipient")?,
        document: row.id("document")?,
        deal: row.id("deal")?,
    })
}

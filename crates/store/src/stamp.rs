//! Bids of ours that wait for a directory's stamp.

use opener_trade::{DealId, DocumentId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, rows},
};

/// A bid of ours for which a stamp is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampWish {
    /// The bid.
    pub document: DocumentId,
    /// The deal.
    pub deal: DealId,
    /// The deadline that judges the bid: a later stamp proves nothing.
    pub deadline: Timestamp,
}

const WISH: &str = "INSERT INTO stamp_wish (document, deal, deadline, next_attempt_at)
    VALUES (?1, ?2, ?3, ?4) ON CONFLICT (document) DO NOTHING";

pub(crate) const DUE: &str = "SELECT document, deal, deadline FROM stamp_wish
    WHERE next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2";

impl Write<'_> {
    /// Wants a stamp, to be asked for from then on; false if it is wanted already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn wish_stamp(
        &mut self,
        wish: &StampWish,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(WISH)
            .bind(wish.document.as_bytes().as_slice())
            .bind(wish.deal.as_bytes().as_slice())
            .bind(wish.deadline.millis())
            .bind(at.millis())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Asks again then; false if no stamp is wanted.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn ask_stamp_at(
        &mut self,
        document: DocumentId,
        next: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE stamp_wish SET next_attempt_at = ?2 WHERE document = ?1";
        let query = sqlx::query(sql).bind(document.as_bytes().as_slice());
        let done = query.bind(next.millis()).execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Wants no stamp any more; false if none was wanted.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn forget_stamp(&mut self, document: DocumentId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM stamp_wish WHERE document = ?1")
            .bind(document.as_bytes().as_slice())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The wish for a stamp of this document, if there is one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn stamp_wish(
        &mut self,
        document: DocumentId,
    ) -> Result<Option<StampWish>, StoreError> {
        let sql = "SELECT document, deal, deadline FROM stamp_wish WHERE document = ?1";
        let row = sqlx::query(sql)
            .bind(document.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(wish).transpose()
    }

    /// The stamps to ask for now, longest due first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn stamps_due(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<StampWish>, StoreError> {
        let query = sqlx::query(DUE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(wish).collect()
    }
}

fn wish(row: &SqliteRow) -> Result<StampWish, StoreError> {
    Ok(StampWish {
        document: row.id("document")?,
        deal: row.id("deal")?,
        deadline: row.time("deadline")?,
    })
}

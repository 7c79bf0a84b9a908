//! What the buyer found about bids: only ever added, the latest counts.

use opener_trade::{DealId, DocumentId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{Read, StoreError, Write, row::Fields};

/// One finding about one bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The deal.
    pub deal: DealId,
    /// The bid.
    pub bid: DocumentId,
    /// The criterion; empty where the finding is about the whole bid.
    pub criterion: String,
    /// The value found, as written; none where there is none, or where an earlier one is taken back.
    pub value: Option<String>,
    /// Whether the bid is excluded for it.
    pub excluded: bool,
    /// Why, in words.
    pub reason: String,
    /// When it was found.
    pub at: Timestamp,
}

const INSERT: &str = "INSERT INTO assessment (deal, bid, criterion, value, excluded, reason, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const LATEST: &str = "SELECT * FROM assessment WHERE n IN (
        SELECT max(n) FROM assessment WHERE deal = ?1 GROUP BY bid, criterion)
    ORDER BY bid, criterion";

const HISTORY: &str = "SELECT * FROM assessment WHERE deal = ?1 AND bid = ?2 ORDER BY n";

impl Write<'_> {
    /// Adds a finding. It replaces an earlier one of the same bid and criterion, which stays on record.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn assess(&mut self, new: &Assessment) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(new.deal.as_bytes().as_slice())
            .bind(new.bid.as_bytes().as_slice())
            .bind(new.criterion.as_str())
            .bind(new.value.as_deref())
            .bind(new.excluded)
            .bind(new.reason.as_str())
            .bind(new.at.millis())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Read<'_> {
    /// The findings that count in a deal: the latest of each bid and criterion.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn assessments(&mut self, deal: DealId) -> Result<Vec<Assessment>, StoreError> {
        let found = sqlx::query(LATEST)
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(assessment).collect()
    }

    /// Every finding about a bid, in the order they were made.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn assessment_history(
        &mut self,
        deal: DealId,
        bid: DocumentId,
    ) -> Result<Vec<Assessment>, StoreError> {
        let found = sqlx::query(HISTORY)
            .bind(deal.as_bytes().as_slice())
            .bind(bid.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(assessment).collect()
    }
}

fn assessment(row: &SqliteRow) -> Result<Assessment, StoreError> {
    Ok(Assessment {
        deal: row.id("deal")?,
        bid: row.id("bid")?,
        criterion: row.plain("criterion")?,
        value: row.plain("value")?,
        excluded: row.plain("excluded")?,
        reason: row.plain("reason")?,
        at: row.time("at")?,
    })
}

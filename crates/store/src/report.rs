//! Final terms, the signatures of both sides over them, and how far their report to each directory has come.

use opener_trade::{DealId, DocumentId, PeerId, Reason, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, reason_number, rows},
    word::word_enum,
};

word_enum! {
    /// Who signed.
    Side {
        /// The buyer.
        Buyer = "buyer",
        /// The seller.
        Seller = "seller",
    }
}

word_enum! {
    /// How far a report to one directory has come.
    ReportState {
        /// It is to be sent, or sent again.
        Queued = "queued",
        /// The directory signed that it has it.
        Accepted = "accepted",
        /// The directory refused it for good.
        Refused = "refused",
    }
}

/// Final terms of one deal and seller. Both signatures cover the same bytes, so both have the one id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The id of the terms.
    pub terms: DocumentId,
    /// The deal.
    pub deal: DealId,
    /// The seller.
    pub seller: PeerId,
    /// The terms signed by the buyer.
    pub by_buyer: Option<Vec<u8>>,
    /// The terms signed by the seller.
    pub by_seller: Option<Vec<u8>>,
}

/// A report that is to be sent to a directory now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReport {
    /// To which directory.
    pub directory: PeerId,
    /// Tries so far.
    pub attempts: u32,
    /// What.
    pub report: Report,
}

/// How far one report to one directory has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportStatus {
    /// The id of the terms.
    pub terms: DocumentId,
    /// The directory.
    pub directory: PeerId,
    /// How far.
    pub state: ReportState,
    /// Tries so far.
    pub attempts: u32,
    /// When it is tried next, while it is queued.
    pub next_attempt_at: Option<Timestamp>,
    /// The last typed reason: of the refusal, or of why it is tried again.
    pub reason: Option<Reason>,
    /// The words to that reason.
    pub detail: String,
    /// The directory's signed receipt.
    pub receipt: Option<Vec<u8>>,
}

const BY_BUYER: &str =
    "INSERT INTO report (terms, deal, seller, by_buyer, by_seller) VALUES (?1, ?2, ?3, ?4, x'')
    ON CONFLICT (terms) DO UPDATE SET by_buyer = excluded.by_buyer WHERE by_buyer = x''";

const BY_SELLER: &str =
    "INSERT INTO report (terms, deal, seller, by_buyer, by_seller) VALUES (?1, ?2, ?3, x'', ?4)
    ON CONFLICT (terms) DO UPDATE SET by_seller = excluded.by_seller WHERE by_seller = x''";

const QUEUE: &str =
    "INSERT INTO report_state (terms, directory, state, attempts, next_attempt_at, detail, receipt)
    VALUES (?1, ?2, 'queued', 0, ?3, '', x'') ON CONFLICT (terms, directory) DO NOTHING";

const RETRY: &str =
    "UPDATE report_state SET attempts = attempts + 1, next_attempt_at = ?3, reason = ?4, detail = ?5
    WHERE terms = ?1 AND directory = ?2 AND state = 'queued'";

const ACCEPTED: &str = "UPDATE report_state SET state = 'accepted', attempts = attempts + 1, receipt = ?3, reason = NULL, \
     detail = ''
    WHERE terms = ?1 AND directory = ?2 AND state <> 'accepted'";

const REFUSED: &str =
    "UPDATE report_state SET state = 'refused', attempts = attempts + 1, reason = ?3, detail = ?4
    WHERE terms = ?1 AND directory = ?2 AND state = 'queued'";

pub(crate) const DUE: &str =
    "SELECT directory, attempts, report.* FROM report_state JOIN report USING (terms)
    WHERE state = 'queued' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2";

const OF_DEAL: &str = "SELECT report_state.* FROM report JOIN report_state USING (terms)
    WHERE report.deal = ?1 ORDER BY terms, directory";

impl Write<'_> {
    /// Keeps one side's signature over final terms; false if it is kept already. The first one of a side stays.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn sign_report(
        &mut self,
        terms: DocumentId,
        deal: DealId,
        seller: PeerId,
        side: Side,
        signed: &[u8],
    ) -> Result<bool, StoreError> {
        let sql = match side {
            Side::Buyer => BY_BUYER,
            Side::Seller => BY_SELLER,
        };
        let done = sqlx::query(sql)
            .bind(terms.as_bytes().as_slice())
            .bind(deal.as_bytes().as_slice())
            .bind(seller.as_bytes().as_slice())
            .bind(signed)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Queues the report of kept terms for a directory, due at once; false if it was queued before.
    ///
    /// # Errors
    /// The terms are not kept, or the database cannot be written.
    pub async fn queue_report(
        &mut self,
        terms: DocumentId,
        directory: PeerId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(QUEUE).bind(terms.as_bytes().as_slice());
        let query = query
            .bind(directory.as_bytes().as_slice())
            .bind(at.millis());
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes a try that was not answered for good, and when to try again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn retry_report_at(
        &mut self,
        terms: DocumentId,
        directory: PeerId,
        next: Timestamp,
        reason: Option<Reason>,
        detail: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(RETRY)
            .bind(terms.as_bytes().as_slice())
            .bind(directory.as_bytes().as_slice())
            .bind(next.millis())
            .bind(reason_number(reason))
            .bind(detail)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps the directory's signed receipt; false if one is kept already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn report_accepted(
        &mut self,
        terms: DocumentId,
        directory: PeerId,
        receipt: &[u8],
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(ACCEPTED).bind(terms.as_bytes().as_slice());
        let query = query.bind(directory.as_bytes().as_slice()).bind(receipt);
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes the directory's refusal for good; false if it answered before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn report_refused(
        &mut self,
        terms: DocumentId,
        directory: PeerId,
        reason: Reason,
        detail: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(REFUSED)
            .bind(terms.as_bytes().as_slice())
            .bind(directory.as_bytes().as_slice())
            .bind(i64::from(reason.number()))
            .bind(detail)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// Final terms by their id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn report(&mut self, terms: DocumentId) -> Result<Option<Report>, StoreError> {
        let row = sqlx::query("SELECT * FROM report WHERE terms = ?1")
            .bind(terms.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(report).transpose()
    }

    /// Final terms of a deal, by seller.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reports_of_deal(&mut self, deal: DealId) -> Result<Vec<Report>, StoreError> {
        let found = sqlx::query("SELECT * FROM report WHERE deal = ?1 ORDER BY seller, terms")
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(report).collect()
    }

    /// Reports to send now, longest due first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reports_due(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueReport>, StoreError> {
        let query = sqlx::query(DUE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        let due = |row: &SqliteRow| {
            Ok(DueReport {
                directory: row.id("directory")?,
                attempts: row.count("attempts")?,
                report: report(row)?,
            })
        };
        found.iter().map(due).collect()
    }

    /// How far the reports of a deal have come, a row a directory.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn report_status(&mut self, deal: DealId) -> Result<Vec<ReportStatus>, StoreError> {
        let found = sqlx::query(OF_DEAL)
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(status).collect()
    }
}

fn unless_empty(bytes: Vec<u8>) -> Option<Vec<u8>> {
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

fn report(row: &SqliteRow) -> Result<Report, StoreError> {
    Ok(Report {
        terms: row.id("terms")?,
        deal: row.id("deal")?,
        seller: row.id("seller")?,
        by_buyer: unless_empty(row.plain("by_buyer")?),
        by_seller: unless_empty(row.plain("by_seller")?),
    })
}

fn status(row: &SqliteRow) -> Result<ReportStatus, StoreError> {
    let state = row.word("state")?;
    let next = row.time("next_attempt_at")?;
    Ok(ReportStatus {
        terms: row.id("terms")?,
        directory: row.id("directory")?,
        state,
        attempts: row.count("attempts")?,
        next_attempt_at: (state == ReportState::Queued).then_some(next),
        reason: row.maybe_reason("reason")?,
        detail: row.plain("detail")?,
        receipt: unless_empty(row.plain("receipt")?),
    })
}

//! The inbox: what needs a person.

use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, millis, or_empty, rows},
    word::{Word, word_enum},
};

word_enum! {
    /// How loud a notice was when it came.
    Loud {
        /// It is in the inbox.
        Silent = "silent",
        /// It was shown.
        Shown = "shown",
        /// It rang.
        Rings = "rings",
    }
}

/// The handle of a notice; a higher one is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeId(i64);

impl NoticeId {
    /// The handle with this number, as an earlier [`NoticeId::number`] gave it.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// Something to tell a person, once for each deal, peer, kind and document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNotice<'a> {
    /// When it came about.
    pub at: Timestamp,
    /// The deal that it is about.
    pub deal: Option<DealId>,
    /// The peer that it is about.
    pub peer: Option<PeerId>,
    /// What it is: a word of the caller's, not empty.
    pub kind: &'a str,
    /// The document that it is about.
    pub document: Option<DocumentId>,
    /// How loud it is.
    pub loud: Loud,
}

/// A kept notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its handle.
    pub id: NoticeId,
    /// When it came about.
    pub at: Timestamp,
    /// The deal that it is about.
    pub deal: Option<DealId>,
    /// The peer that it is about.
    pub peer: Option<PeerId>,
    /// What it is.
    pub kind: String,
    /// The document that it is about.
    pub document: Option<DocumentId>,
    /// When a person saw it.
    pub acknowledged_at: Option<Timestamp>,
    /// How loud it was.
    pub loud: Loud,
    /// Until when a person has put it off; then it rings anew.
    pub snoozed_until: Option<Timestamp>,
}

const NOTIFY: &str =
    "INSERT INTO notice (at, deal, peer, kind, document, loudness) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (deal, peer, kind, document) DO NOTHING";

const ALL: &str = "SELECT * FROM notice WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

pub(crate) const UNACKNOWLEDGED: &str =
    "SELECT * FROM notice WHERE acknowledged_at IS NULL AND id < ?1 ORDER BY id DESC LIMIT ?2";

const WOKEN: &str = "SELECT * FROM notice WHERE snoozed_until <= ?1 AND acknowledged_at IS NULL
    ORDER BY snoozed_until LIMIT ?2";

impl Write<'_> {
    /// Keeps a notice; false if the same one was given before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn notify(&mut self, new: NewNotice<'_>) -> Result<bool, StoreError> {
        let done = sqlx::query(NOTIFY)
            .bind(new.at.millis())
            .bind(or_empty(new.deal.as_ref().map(DealId::as_bytes)))
            .bind(or_empty(new.peer.as_ref().map(PeerId::as_bytes)))
            .bind(new.kind)
            .bind(or_empty(new.document.as_ref().map(DocumentId::as_bytes)))
            .bind(new.loud.word())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes when a person first saw a notice; false if it is not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn acknowledge(&mut self, id: NoticeId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE notice SET acknowledged_at = ifnull(acknowledged_at, ?2) WHERE id = ?1";
        let query = sqlx::query(sql).bind(id.0).bind(at.millis());
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a person has seen every notice about a deal; says how many were new.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn acknowledge_deal(
        &mut self,
        deal: DealId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql =
            "UPDATE notice SET acknowledged_at = ?2 WHERE deal = ?1 AND acknowledged_at IS NULL";
        let query = sqlx::query(sql).bind(deal.as_bytes().as_slice());
        let done = query.bind(at.millis()).execute(self.connection()).await?;
        Ok(done.rows_affected())
    }

    /// Puts a notice off that nobody has acknowledged, or takes that back; false if there is none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn snooze(
        &mut self,
        id: NoticeId,
        until: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE notice SET snoozed_until = ?2 WHERE id = ?1 AND acknowledged_at IS NULL";
        let query = sqlx::query(sql).bind(id.0).bind(millis(until));
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// Notices, newest first, older than `before`, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn notices(
        &mut self,
        unacknowledged_only: bool,
        limit: usize,
        before: Option<NoticeId>,
    ) -> Result<Vec<Notice>, StoreError> {
        let sql = if unacknowledged_only {
            UNACKNOWLEDGED
        } else {
            ALL
        };
        let found = sqlx::query(sql)
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(rows(limit))
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(notice).collect()
    }

    /// Notices whose time to be put off has passed, the longest ago first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn woken(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let query = sqlx::query(WOKEN).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(notice).collect()
    }

    /// How many notices nobody has seen.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn unread_count(&mut self) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) AS n FROM notice WHERE acknowledged_at IS NULL";
        let query = sqlx::query(sql);
        let row = query.fetch_one(&mut *self.connection().await).await?;
        row.count("n")
    }
}

fn notice(row: &SqliteRow) -> Result<Notice, StoreError> {
    Ok(Notice {
        id: NoticeId(row.plain("id")?),
        at: row.time("at")?,
        deal: row.maybe_id("deal")?,
        peer: row.maybe_id("peer")?,
        kind: row.plain("kind")?,
        document: row.maybe_id("document")?,
        acknowledged_at: row.maybe_time("acknowledged_at")?,
        loud: row.word("loudness")?,
        snoozed_until: row.maybe_time("snoozed_until")?,
    })
}

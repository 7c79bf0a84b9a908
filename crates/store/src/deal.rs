//! Deals as screens and clocks see them: a projection, rebuilt from the journals whenever they say otherwise.

use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, millis, or_empty, rows},
    word::{Word, word_enum},
};

word_enum! {
    /// Which side of a deal this peer is on.
    Role {
        /// It asked.
        Buyer = "buyer",
        /// It was asked.
        Seller = "seller",
    }
}

/// One deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealRow {
    /// The deal.
    pub deal: DealId,
    /// Our side.
    pub role: Role,
    /// Who asked.
    pub buyer: PeerId,
    /// The newest revision of the RFP; none while it is a draft.
    pub rfp: Option<DocumentId>,
    /// Its number; 0 while it is a draft.
    pub revision: u32,
    /// Its title.
    pub title: String,
    /// The state of the request's machine: a word of the caller's.
    pub state: String,
    /// Whether it waits for the person here.
    pub needs_me: bool,
    /// Until when somebody has to act.
    pub act_by: Option<Timestamp>,
    /// When the request's machine wants to be woken.
    pub wake_at: Option<Timestamp>,
    /// When bidding ends.
    pub closes_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it began; a later upsert leaves it as it is.
    pub created_at: Timestamp,
}

/// Which deals to list; the default lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DealFilter {
    /// Only those where we are on this side.
    pub role: Option<Role>,
    /// Only those that wait for the person here.
    pub needs_me_only: bool,
    /// Only those in this state.
    pub state: Option<String>,
}

const UPSERT: &str =
    "INSERT INTO deal (deal, role, buyer, rfp, revision, title, state, needs_me, act_by, wake_at, closes_at, \
     updated_at, created_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (deal) DO UPDATE SET rfp = excluded.rfp, revision = excluded.revision, title = excluded.title,
        state = excluded.state, needs_me = excluded.needs_me, act_by = excluded.act_by, wake_at = excluded.wake_at,
        closes_at = excluded.closes_at, updated_at = excluded.updated_at";

/// The keys of the order stand in the index `deal_order` word for word.
pub(crate) const LIST: &str =
    "SELECT * FROM deal WHERE (?1 IS NULL OR role = ?1) AND (?2 = 0 OR needs_me = 1) AND (?3 IS NULL OR state = ?3)
    ORDER BY 1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal LIMIT ?4";

pub(crate) const LIST_AFTER: &str =
    "SELECT * FROM deal WHERE (?1 IS NULL OR role = ?1) AND (?2 = 0 OR needs_me = 1) AND (?3 IS NULL OR state = ?3)
    AND (1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal) > (
        SELECT 1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal FROM deal WHERE deal = ?5)
    ORDER BY 1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal LIMIT ?4";

impl Write<'_> {
    /// Keeps the newest view of a deal. Role, buyer and beginning stay as they were first given.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn upsert_deal(&mut self, row: &DealRow) -> Result<(), StoreError> {
        sqlx::query(UPSERT)
            .bind(row.deal.as_bytes().as_slice())
            .bind(row.role.word())
            .bind(row.buyer.as_bytes().as_slice())
            .bind(or_empty(row.rfp.as_ref().map(DocumentId::as_bytes)))
            .bind(i64::from(row.revision))
            .bind(row.title.as_str())
            .bind(row.state.as_str())
            .bind(row.needs_me)
            .bind(millis(row.act_by))
            .bind(millis(row.wake_at))
            .bind(millis(row.closes_at))
            .bind(row.updated_at.millis())
            .bind(row.created_at.millis())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Read<'_> {
    /// One deal.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deal(&mut self, deal: DealId) -> Result<Option<DealRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM deal WHERE deal = ?1")
            .bind(deal.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(deal_row).transpose()
    }

    /// Deals that need the person here first, then by who must act soonest, then the newest first; at most `limit`,
    /// beginning after the deal `after`, the last one of the page before.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deals(
        &mut self,
        filter: &DealFilter,
        limit: usize,
        after: Option<DealId>,
    ) -> Result<Vec<DealRow>, StoreError> {
        let query = sqlx::query(if after.is_some() { LIST_AFTER } else { LIST })
            .bind(filter.role.map(Role::name))
            .bind(filter.needs_me_only)
            .bind(filter.state.as_deref())
            .bind(rows(limit));
        let query = match &after {
            Some(deal) => query.bind(deal.as_bytes().as_slice()),
            None => query,
        };
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(deal_row).collect()
    }
}

fn deal_row(row: &SqliteRow) -> Result<DealRow, StoreError> {
    Ok(DealRow {
        deal: row.id("deal")?,
        role: row.word("role")?,
        buyer: row.id("buyer")?,
        rfp: row.maybe_id("rfp")?,
        revision: row.count("revision")?,
        title: row.plain("title")?,
        state: row.plain("state")?,
        needs_me: row.plain("needs_me")?,
        act_by: row.maybe_time("act_by")?,
        wake_at: row.maybe_time("wake_at")?,
        closes_at: row.maybe_time("closes_at")?,
        updated_at: row.time("updated_at")?,
        created_at: row.time("created_at")?,
    })
}

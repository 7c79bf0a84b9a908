//! Deals as screens and clocks see them: a projection, rebuilt from the journals whenever they say otherwise.

use opener_trade::{DealId, DocumentId, Money, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, Id, damaged, millis, or_empty},
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
    /// What else a list says of it.
    pub summary: DealSummary,
}

/// What a list says of a deal beside its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DealSummary {
    /// Nothing more is to be done.
    pub is_over: bool,
    /// What happens when the time to act passes: a word of the caller's, empty for nothing.
    pub falls: String,
    /// The state of the dialogue with the first of the leads: a word of the caller's.
    pub lead_state: String,
    /// What the other side calls itself in its documents; empty where it has not spoken.
    pub party: String,
    /// The peers on the other side, the most important first; [`LEADS`] at most.
    pub leads: Vec<PeerId>,
    /// Sellers invited.
    pub invited: u32,
    /// Of them, those that have the request.
    pub received: u32,
    /// Of them, those whose bid stands or was ordered.
    pub bids: u32,
    /// Of them, those that will not bid.
    pub declined: u32,
    /// The lowest total among the bids, in the first currency of the request if there is one in it.
    pub best: Option<Money>,
}

/// Peers that a list names of one deal: more do not fit a line.
pub const LEADS: usize = 3;

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDeal {
    /// The deal.
    pub row: DealRow,
    /// Notices about it that nobody has acknowledged.
    pub unread: u32,
    /// The leads' names, as far as they are known: in the order of [`DealSummary::leads`].
    pub names: Vec<String>,
}

/// How many deals there are of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DealCounts {
    /// All.
    pub all: u32,
    /// Those that wait for the person here.
    pub needs_me: u32,
    /// Those where we buy.
    pub buying: u32,
    /// Those where we sell.
    pub selling: u32,
    /// Those where nothing more is to be done.
    pub over: u32,
}

/// Which deals to list; the default lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DealFilter {
    /// Only those where we are on this side.
    pub role: Option<Role>,
    /// Only those that wait for the person here.
    pub needs_me_only: bool,
    /// Only those that are over, or only those that are not.
    pub over: Option<bool>,
    /// Only those with every one of these words, or with one that begins so; see [`opener_trade::words`].
    pub words: Vec<String>,
}

const UPSERT: &str =
    "INSERT INTO deal (deal, role, buyer, rfp, revision, title, state, needs_me, act_by, wake_at, closes_at, \
     updated_at, created_at, is_over, falls, lead_state, party, leads, invited, received, bids, declined, best_minor, \
     best_currency)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
        ?24)
    ON CONFLICT (deal) DO UPDATE SET rfp = excluded.rfp, revision = excluded.revision, title = excluded.title,
        state = excluded.state, needs_me = excluded.needs_me, act_by = excluded.act_by, wake_at = excluded.wake_at,
        closes_at = excluded.closes_at, updated_at = excluded.updated_at, is_over = excluded.is_over,
        falls = excluded.falls, lead_state = excluded.lead_state, party = excluded.party, leads = excluded.leads,
        invited = excluded.invited, received = excluded.received, bids = excluded.bids, declined = excluded.declined,
        best_minor = excluded.best_minor, best_currency = excluded.best_currency";

impl Write<'_> {
    /// Keeps the newest view of a deal. Role, buyer and beginning stay as they were first given.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn upsert_deal(&mut self, row: &DealRow) -> Result<(), StoreError> {
        let leads = row.summary.leads.iter().take(LEADS);
        let leads: Vec<[u8; 32]> = leads.map(|peer| *peer.as_bytes()).collect();
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
            .bind(row.summary.is_over)
            .bind(row.summary.falls.as_str())
            .bind(row.summary.lead_state.as_str())
            .bind(row.summary.party.as_str())
            .bind(leads.concat())
            .bind(i64::from(row.summary.invited))
            .bind(i64::from(row.summary.received))
            .bind(i64::from(row.summary.bids))
            .bind(i64::from(row.summary.declined))
            .bind(row.summary.best.map(Money::minor))
            .bind(row.summary.best.map(|best| best.currency().code()))
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
}

pub(crate) fn deal_row(row: &SqliteRow) -> Result<DealRow, StoreError> {
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
        summary: DealSummary {
            is_over: row.plain("is_over")?,
            falls: row.plain("falls")?,
            lead_state: row.plain("lead_state")?,
            party: row.plain("party")?,
            leads: leads(row)?,
            invited: row.count("invited")?,
            received: row.count("received")?,
            bids: row.count("bids")?,
            declined: row.count("declined")?,
            best: row.maybe_money("best_minor", "best_currency")?,
        },
    })
}

fn leads(row: &SqliteRow) -> Result<Vec<PeerId>, StoreError> {
    let bytes: &[u8] = row.plain("leads")?;
    let peers = bytes.chunks(32).map(PeerId::of_bytes);
    peers
        .map(|peer| peer.ok_or_else(|| damaged("leads")))
        .collect()
}

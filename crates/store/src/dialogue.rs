//! Dialogues as screens and clocks see them: one for each deal and seller.

use opener_trade::{DealId, DocumentId, Money, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, millis, or_empty},
    word::{Word, word_enum},
};

word_enum! {
    /// Who has to act next.
    Turn {
        /// The buyer.
        Buyer = "buyer",
        /// The seller.
        Seller = "seller",
        /// Nobody.
        Nobody = "nobody",
    }
}

/// One dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogueRow {
    /// The deal.
    pub deal: DealId,
    /// The seller.
    pub seller: PeerId,
    /// The state of the dialogue's machine: a word of the caller's.
    pub state: String,
    /// Who has to act next.
    pub turn: Turn,
    /// Until when.
    pub act_by: Option<Timestamp>,
    /// When the machine wants to be woken.
    pub wake_at: Option<Timestamp>,
    /// The standing bid.
    pub bid: Option<DocumentId>,
    /// Its total.
    pub total: Option<Money>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

const UPSERT: &str =
    "INSERT INTO dialogue (deal, seller, state, turn, act_by, wake_at, bid, total_minor, currency, updated_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (deal, seller) DO UPDATE SET state = excluded.state, turn = excluded.turn, act_by = excluded.act_by,
        wake_at = excluded.wake_at, bid = excluded.bid, total_minor = excluded.total_minor,
        currency = excluded.currency, updated_at = excluded.updated_at";

impl Write<'_> {
    /// Keeps the newest view of a dialogue.
    ///
    /// # Errors
    /// The deal is not kept, or the database cannot be written.
    pub async fn upsert_dialogue(&mut self, row: &DialogueRow) -> Result<(), StoreError> {
        sqlx::query(UPSERT)
            .bind(row.deal.as_bytes().as_slice())
            .bind(row.seller.as_bytes().as_slice())
            .bind(row.state.as_str())
            .bind(row.turn.word())
            .bind(millis(row.act_by))
            .bind(millis(row.wake_at))
            .bind(or_empty(row.bid.as_ref().map(DocumentId::as_bytes)))
            .bind(row.total.map(Money::minor))
            .bind(row.total.map(|total| total.currency().code()))
            .bind(row.updated_at.millis())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Read<'_> {
    /// One dialogue.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn dialogue(
        &mut self,
        deal: DealId,
        seller: PeerId,
    ) -> Result<Option<DialogueRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM dialogue WHERE deal = ?1 AND seller = ?2")
            .bind(deal.as_bytes().as_slice())
            .bind(seller.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(dialogue_row).transpose()
    }

    /// The dialogues of a deal, by seller.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn dialogues(&mut self, deal: DealId) -> Result<Vec<DialogueRow>, StoreError> {
        let found = sqlx::query("SELECT * FROM dialogue WHERE deal = ?1 ORDER BY seller")
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(dialogue_row).collect()
    }
}

fn dialogue_row(row: &SqliteRow) -> Result<DialogueRow, StoreError> {
    Ok(DialogueRow {
        deal: row.id("deal")?,
        seller: row.id("seller")?,
        state: row.plain("state")?,
        turn: row.word("turn")?,
        act_by: row.maybe_time("act_by")?,
        wake_at: row.maybe_time("wake_at")?,
        bid: row.maybe_id("bid")?,
        total: row.maybe_money("total_minor", "currency")?,
        updated_at: row.time("updated_at")?,
    })
}

//! Receipts, issued and received: the first for a document, signer and stage stays.

use opener_trade::{DealId, DocumentId, PeerId, Timestamp, document::Stage};
use sqlx::sqlite::SqliteRow;

use crate::{Read, StoreError, Write, row::Fields, word::Word};

/// A signed receipt to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewReceipt<'a> {
    /// The document it is for.
    pub document: DocumentId,
    /// Who signed the receipt.
    pub signer: PeerId,
    /// How far the document had come.
    pub stage: Stage,
    /// The document's deal.
    pub deal: DealId,
    /// When, by the signer's clock: the receipt's own time.
    pub at: Timestamp,
    /// The signed bytes.
    pub bytes: &'a [u8],
}

/// A kept receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// The document it is for.
    pub document: DocumentId,
    /// Who signed the receipt.
    pub signer: PeerId,
    /// How far the document had come.
    pub stage: Stage,
    /// The document's deal.
    pub deal: DealId,
    /// When, by the signer's clock.
    pub at: Timestamp,
    /// The signed bytes.
    pub bytes: Vec<u8>,
}

impl Word for Stage {
    fn word(&self) -> &'static str {
        match self {
            Stage::Received => "received",
            Stage::Read => "read",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "received" => Some(Stage::Received),
            "read" => Some(Stage::Read),
            _ => None,
        }
    }
}

const INSERT: &str = "INSERT INTO receipt (document, signer, stage, deal, at, bytes)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (document, signer, stage) DO NOTHING";

impl Write<'_> {
    /// Keeps a receipt; false if one of this signer and stage is there already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn insert_receipt(&mut self, new: NewReceipt<'_>) -> Result<bool, StoreError> {
        let done = sqlx::query(INSERT)
            .bind(new.document.as_bytes().as_slice())
            .bind(new.signer.as_bytes().as_slice())
            .bind(new.stage.word())
            .bind(new.deal.as_bytes().as_slice())
            .bind(new.at.millis())
            .bind(new.bytes)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// One receipt.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn receipt(
        &mut self,
        document: DocumentId,
        signer: PeerId,
        stage: Stage,
    ) -> Result<Option<StoredReceipt>, StoreError> {
        let sql = "SELECT * FROM receipt WHERE document = ?1 AND signer = ?2 AND stage = ?3";
        let row = sqlx::query(sql)
            .bind(document.as_bytes().as_slice())
            .bind(signer.as_bytes().as_slice())
            .bind(stage.word())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    /// Every receipt for a document.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn receipts_of(
        &mut self,
        document: DocumentId,
    ) -> Result<Vec<StoredReceipt>, StoreError> {
        let sql = "SELECT * FROM receipt WHERE document = ?1 ORDER BY at, signer, stage";
        let found = sqlx::query(sql)
            .bind(document.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(stored).collect()
    }

    /// Every receipt for the documents of a deal, by the signers' times.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn receipts_of_deal(
        &mut self,
        deal: DealId,
    ) -> Result<Vec<StoredReceipt>, StoreError> {
        let sql = "SELECT * FROM receipt WHERE deal = ?1 ORDER BY at, document, signer, stage";
        let found = sqlx::query(sql)
            .bind(deal.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(stored).collect()
    }
}

fn stored(row: &SqliteRow) -> Result<StoredReceipt, StoreError> {
    Ok(StoredReceipt {
        document: row.id("document")?,
        signer: row.id("signer")?,
        stage: row.word("stage")?,
        deal: row.id("deal")?,
        at: row.time("at")?,
        bytes: row.plain("bytes")?,
    })
}

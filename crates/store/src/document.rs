//! Signed documents, the bytes as received; only ever added.

use opener_trade::{DealId, DocumentId, Opened, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, counter, or_empty, rows},
};

/// A verified document to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewDocument<'a> {
    /// Its id.
    pub id: DocumentId,
    /// The name of its kind; `unknown` where this version cannot read it. The bytes keep the name.
    pub kind: &'a str,
    /// Its deal; none for a document that stands alone.
    pub deal: Option<DealId>,
    /// Who signed it.
    pub sender: PeerId,
    /// Who receives it; none for a broadcast.
    pub recipient: Option<PeerId>,
    /// Its place in the sender's chain, from 1; 0 where it stands alone.
    pub seq: u64,
    /// The document before it in its chain.
    pub previous: Option<DocumentId>,
    /// The bytes as received or signed.
    pub bytes: &'a [u8],
    /// When it arrived, or was signed here.
    pub received_at: Timestamp,
    /// Whether this peer signed it.
    pub mine: bool,
}

impl<'a> NewDocument<'a> {
    /// What there is to keep of a verified document.
    pub fn of(document: &'a Opened, received_at: Timestamp, mine: bool) -> Self {
        let header = document.header();
        Self {
            id: document.id(),
            kind: document.kind().map_or("unknown", opener_trade::Kind::name),
            deal: header.map(|header| header.deal),
            sender: document.signer(),
            recipient: header.and_then(|header| header.to),
            seq: header.map_or(0, |header| header.seq),
            previous: header.and_then(|header| header.previous),
            bytes: document.bytes(),
            received_at,
            mine,
        }
    }
}

/// A kept document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// The name of its kind.
    pub kind: String,
    /// Its deal; none for a document that stands alone.
    pub deal: Option<DealId>,
    /// Who signed it.
    pub sender: PeerId,
    /// Who receives it; none for a broadcast.
    pub recipient: Option<PeerId>,
    /// Its place in the sender's chain; 0 where it stands alone.
    pub seq: u64,
    /// The document before it in its chain.
    pub previous: Option<DocumentId>,
    /// The bytes as received or signed.
    pub bytes: Vec<u8>,
    /// When it arrived, or was signed here.
    pub received_at: Timestamp,
    /// Whether this peer signed it.
    pub mine: bool,
}

const INSERT: &str = "INSERT INTO document (id, kind, deal, sender, recipient, seq, previous, received_at, mine, bytes)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";

pub(crate) const OF_DIALOGUE: &str = "SELECT * FROM document WHERE n IN (
        SELECT n FROM document WHERE deal = ?1 AND recipient = ?2
        UNION SELECT n FROM document WHERE deal = ?1 AND sender = ?2
        UNION SELECT n FROM document WHERE deal = ?1 AND recipient = x'')
    ORDER BY n";

pub(crate) const LAST_IN_CHAIN: &str =
    "SELECT * FROM document WHERE deal = ?1 AND sender = ?2 AND recipient = ?3
    ORDER BY seq DESC, n DESC LIMIT 1";

impl Write<'_> {
    /// Keeps a document; false if it is there already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn insert_document(&mut self, new: NewDocument<'_>) -> Result<bool, StoreError> {
        let done = sqlx::query(INSERT)
            .bind(new.id.as_bytes().as_slice())
            .bind(new.kind)
            .bind(or_empty(new.deal.as_ref().map(DealId::as_bytes)))
            .bind(new.sender.as_bytes().as_slice())
            .bind(or_empty(new.recipient.as_ref().map(PeerId::as_bytes)))
            .bind(counter(new.seq))
            .bind(or_empty(new.previous.as_ref().map(DocumentId::as_bytes)))
            .bind(new.received_at.millis())
            .bind(new.mine)
            .bind(new.bytes)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The document with this id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn document(&mut self, id: DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        let row = sqlx::query("SELECT * FROM document WHERE id = ?1")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    /// Documents of a deal in the order they were kept, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn documents_of_deal(
        &mut self,
        deal: DealId,
        limit: usize,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        let found = sqlx::query("SELECT * FROM document WHERE deal = ?1 ORDER BY n LIMIT ?2")
            .bind(deal.as_bytes().as_slice())
            .bind(rows(limit))
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(stored).collect()
    }

    /// Documents of a deal from or to one peer, and the deal's broadcasts, in the order they were kept.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn documents_of_dialogue(
        &mut self,
        deal: DealId,
        peer: PeerId,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        let found = sqlx::query(OF_DIALOGUE)
            .bind(deal.as_bytes().as_slice())
            .bind(peer.as_bytes().as_slice())
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(stored).collect()
    }

    /// The last kept document of a chain: of `sender` to `recipient`, or of its broadcasts.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn last_in_chain(
        &mut self,
        deal: DealId,
        sender: PeerId,
        recipient: Option<PeerId>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let row = sqlx::query(LAST_IN_CHAIN)
            .bind(deal.as_bytes().as_slice())
            .bind(sender.as_bytes().as_slice())
            .bind(or_empty(recipient.as_ref().map(PeerId::as_bytes)))
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(stored).transpose()
    }
}

fn stored(row: &SqliteRow) -> Result<StoredDocument, StoreError> {
    Ok(StoredDocument {
        id: row.id("id")?,
        kind: row.plain("kind")?,
        deal: row.maybe_id("deal")?,
        sender: row.id("sender")?,
        recipient: row.maybe_id("recipient")?,
        seq: row.count("seq")?,
        previous: row.maybe_id("previous")?,
        bytes: row.plain("bytes")?,
        received_at: row.time("received_at")?,
        mine: row.plain("mine")?,
    })
}

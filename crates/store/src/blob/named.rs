//! What documents say of files, and the files that are here.

use std::collections::HashMap;

use opener_trade::{DealId, DocumentId, PeerId, Reason, Timestamp, document::Attachment};
use sqlx::sqlite::SqliteRow;

use super::FetchId;
use crate::{
    Read, StoreError, Write,
    row::{Fields, counter, rows},
};

/// The files that a document names.
#[derive(Debug, Clone, Copy)]
pub struct NamedFiles<'a> {
    /// The document, which is kept already.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
    /// Who signed it.
    pub sender: PeerId,
    /// What it names.
    pub files: &'a [Attachment],
}

/// A file that a document names, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The document.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
    /// Who signed it.
    pub sender: PeerId,
    /// SHA-256 as signed.
    pub sha256: DocumentId,
    /// Bytes as signed.
    pub size: u64,
    /// Name as signed: a stranger's text.
    pub name: String,
    /// Media type as signed: a stranger's text.
    pub media_type: String,
    /// The size of the file with this hash, where it is here.
    pub here: Option<u64>,
    /// The fetch of it from this sender, bytes on disk, and why it is over if it is.
    pub fetch: Option<(FetchId, u64, Option<Reason>)>,
}

const NAME: &str =
    "INSERT INTO attachment (document, place, deal, sender, sha256, size, name, media_type)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (document, place) DO NOTHING";

macro_rules! status {
    ($which:literal) => {
        concat!(
            "SELECT a.*, b.size AS here, f.n AS fetch, f.have, f.reason FROM attachment a
            LEFT JOIN blob b ON b.sha256 = a.sha256
            LEFT JOIN fetch f ON f.deal = a.deal AND f.peer = a.sender AND f.sha256 = a.sha256 AND f.size = a.size ",
            $which
        )
    };
}

pub(crate) const OF_DEAL: &str = status!(
    "JOIN document d ON d.id = a.document WHERE a.deal = ?1 ORDER BY d.n, a.place LIMIT ?2"
);

pub(crate) const OF_DOCUMENT: &str = status!("WHERE a.document = ?1 AND a.sha256 = ?2 LIMIT 1");

/// What a peer was sent: its outbox rows remember every document that went to it.
pub(crate) const SHARED: &str = "SELECT a.size FROM attachment a
    JOIN outbox o ON o.document = a.document AND o.recipient = ?3
    WHERE a.sha256 = ?1 AND a.deal = ?2 LIMIT 1";

pub(crate) const LOOSE: &str = "SELECT sha256, size FROM blob WHERE added_at < ?1
    AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.sha256 = blob.sha256)
    ORDER BY added_at LIMIT ?2";

const KEPT: &str = "SELECT (SELECT coalesce(sum(size), 0) FROM blob)
    + (SELECT coalesce(sum(size), 0) FROM fetch WHERE reason IS NULL) AS bytes";

const ADD: &str = "INSERT INTO blob (sha256, size, added_at) VALUES (?1, ?2, ?3)
    ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, added_at = excluded.added_at";

impl Write<'_> {
    /// Notes what a document says of files.
    ///
    /// # Errors
    /// The document is not kept, or the database cannot be written.
    pub async fn name_files(&mut self, named: NamedFiles<'_>) -> Result<(), StoreError> {
        for (place, file) in named.files.iter().enumerate() {
            sqlx::query(NAME)
                .bind(named.document.as_bytes().as_slice())
                .bind(rows(place))
                .bind(named.deal.as_bytes().as_slice())
                .bind(named.sender.as_bytes().as_slice())
                .bind(file.sha256.as_bytes().as_slice())
                .bind(counter(file.size))
                .bind(file.name.as_str())
                .bind(file.media_type.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Notes that a file is here; its bytes are on disk already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn add_blob(
        &mut self,
        sha256: DocumentId,
        size: u64,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(ADD).bind(sha256.as_bytes().as_slice());
        let query = query.bind(counter(size)).bind(at.millis());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes that a file is not here any more; false if it was not. Its bytes may be removed once this is committed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn remove_blob(&mut self, sha256: DocumentId) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM blob WHERE sha256 = ?1");
        let query = query.bind(sha256.as_bytes().as_slice());
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The files that the documents of a deal name, in the order of the documents, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn files_of_deal(
        &mut self,
        deal: DealId,
        limit: usize,
    ) -> Result<Vec<NamedFile>, StoreError> {
        let query = sqlx::query(OF_DEAL);
        let query = query.bind(deal.as_bytes().as_slice()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(named_file).collect()
    }

    /// One file that a document names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn file_of_document(
        &mut self,
        document: DocumentId,
        sha256: DocumentId,
    ) -> Result<Option<NamedFile>, StoreError> {
        let query = sqlx::query(OF_DOCUMENT).bind(document.as_bytes().as_slice());
        let query = query.bind(sha256.as_bytes().as_slice());
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        row.as_ref().map(named_file).transpose()
    }

    /// The size of a file as signed in a document of this deal that was sent to this peer; nothing if there is none.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn file_sent_to(
        &mut self,
        deal: DealId,
        sha256: DocumentId,
        recipient: PeerId,
    ) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(SHARED)
            .bind(sha256.as_bytes().as_slice())
            .bind(deal.as_bytes().as_slice())
            .bind(recipient.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.map(|row| row.count("size")).transpose()
    }

    /// The size of a file that is here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn blob(&mut self, sha256: DocumentId) -> Result<Option<u64>, StoreError> {
        let query = sqlx::query("SELECT size FROM blob WHERE sha256 = ?1");
        let query = query.bind(sha256.as_bytes().as_slice());
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        row.map(|row| row.count("size")).transpose()
    }

    /// Every file that is here, with its size.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn blobs(&mut self) -> Result<HashMap<DocumentId, u64>, StoreError> {
        let query = sqlx::query("SELECT sha256, size FROM blob");
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(sized).collect()
    }

    /// Files that no document names and that came before a moment, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn loose_blobs(
        &mut self,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<(DocumentId, u64)>, StoreError> {
        let query = sqlx::query(LOOSE).bind(before.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(sized).collect()
    }

    /// Bytes of the files that are here, and of those that are being fetched when they will be whole.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn blob_bytes(&mut self) -> Result<u64, StoreError> {
        let query = sqlx::query(KEPT);
        let row = query.fetch_one(&mut *self.connection().await).await?;
        row.count("bytes")
    }
}

fn sized(row: &SqliteRow) -> Result<(DocumentId, u64), StoreError> {
    Ok((row.id("sha256")?, row.count("size")?))
}

fn named_file(row: &SqliteRow) -> Result<NamedFile, StoreError> {
    let here: Option<i64> = row.plain("here")?;
    let fetch = match row.plain::<Option<i64>>("fetch")? {
        Some(n) => Some((
            FetchId::new(n),
            row.count("have")?,
            row.maybe_reason("reason")?,
        )),
        None => None,
    };
    Ok(NamedFile {
        document: row.id("document")?,
        deal: row.id("deal")?,
        sender: row.id("sender")?,
        sha256: row.id("sha256")?,
        size: row.count("size")?,
        name: row.plain("name")?,
        media_type: row.plain("media_type")?,
        here: here.and_then(|size| u64::try_from(size).ok()),
        fetch,
    })
}

//! The directories' logs of final terms: heads that were checked, heads to compare, contradictions, and proofs.

use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, rows},
};

/// Heads of one directory that wait to be compared at most: partners hand over one with each reported deal, and each is
/// compared within seconds while the directory answers.
pub const HEARD_HEADS: u32 = 8;

/// Two heads of one directory that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFork {
    /// When that was found.
    pub found_at: Timestamp,
    /// The one that was known, signed.
    pub one: Vec<u8>,
    /// The one that does not go with it, signed.
    pub other: Vec<u8>,
}

/// Reported terms whose place in a log is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedProof {
    /// The terms.
    pub terms: DocumentId,
    /// Whose log.
    pub directory: PeerId,
    /// The deal.
    pub deal: DealId,
}

/// Where terms stand in a directory's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProof {
    /// The terms.
    pub terms: DocumentId,
    /// Which leaf they are, counted from zero.
    pub leaf: u64,
    /// The directory's head, signed.
    pub head: Vec<u8>,
    /// The hashes from the leaf to the root.
    pub path: Vec<DocumentId>,
}

const HEAR: &str = "INSERT INTO log_heard (directory, head, heard_at, signed) SELECT ?1, ?2, ?3, ?4
    WHERE (SELECT count(*) FROM log_heard WHERE directory = ?1) < ?5 ON CONFLICT DO NOTHING";

const WANT: &str =
    "INSERT INTO log_proof (terms, directory, deal, next_attempt_at, leaf, head, path)
    VALUES (?1, ?2, ?3, ?4, 0, x'', x'') ON CONFLICT DO NOTHING";

const KEEP: &str = "UPDATE log_proof SET leaf = ?3, head = ?4, path = ?5
    WHERE terms = ?1 AND directory = ?2 AND head = x''";

pub(crate) const DUE: &str = "SELECT terms, directory, deal FROM log_proof
    WHERE head = x'' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2";

pub(crate) const OF_DEAL: &str = "SELECT terms, leaf, head, path FROM log_proof
    WHERE deal = ?1 AND head <> x'' ORDER BY terms, directory";

impl Write<'_> {
    /// Keeps the newest head of a directory.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_log_head(
        &mut self,
        directory: PeerId,
        signed: &[u8],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO log_head (directory, signed) VALUES (?1, ?2)
            ON CONFLICT (directory) DO UPDATE SET signed = excluded.signed";
        let query = sqlx::query(sql).bind(directory.as_bytes().as_slice());
        query.bind(signed).execute(self.connection()).await?;
        Ok(())
    }

    /// Keeps a head that somebody handed over, to be compared; false if it waits already, or [`HEARD_HEADS`] do.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn hear_log_head(
        &mut self,
        directory: PeerId,
        head: DocumentId,
        signed: &[u8],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(HEAR)
            .bind(directory.as_bytes().as_slice())
            .bind(head.as_bytes().as_slice())
            .bind(at.millis())
            .bind(signed)
            .bind(HEARD_HEADS)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A head has been compared.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn forget_heard_head(
        &mut self,
        directory: PeerId,
        head: DocumentId,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM log_heard WHERE directory = ?1 AND head = ?2")
            .bind(directory.as_bytes().as_slice())
            .bind(head.as_bytes().as_slice())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Keeps two heads that contradict each other; false if two are kept already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_log_fork(
        &mut self,
        directory: PeerId,
        fork: &LogFork,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO log_fork (directory, found_at, one, other) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING";
        let done = sqlx::query(sql)
            .bind(directory.as_bytes().as_slice())
            .bind(fork.found_at.millis())
            .bind(&fork.one)
            .bind(&fork.other)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Wants to know where terms stand in a log, asked for from then on; false if that is wanted or known already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn want_proof(
        &mut self,
        wanted: &WantedProof,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(WANT)
            .bind(wanted.terms.as_bytes().as_slice())
            .bind(wanted.directory.as_bytes().as_slice())
            .bind(wanted.deal.as_bytes().as_slice())
            .bind(at.millis())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Asks again then.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn ask_proof_at(
        &mut self,
        wanted: &WantedProof,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE log_proof SET next_attempt_at = ?3 WHERE terms = ?1 AND directory = ?2",
        )
        .bind(wanted.terms.as_bytes().as_slice())
        .bind(wanted.directory.as_bytes().as_slice())
        .bind(next.millis())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Keeps where terms stand; false if that is known already or was not wanted.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn keep_proof(
        &mut self,
        directory: PeerId,
        proof: &KeptProof,
    ) -> Result<bool, StoreError> {
        let path: Vec<u8> = proof
            .path
            .iter()
            .flat_map(|hash| *hash.as_bytes())
            .collect();
        let done = sqlx::query(KEEP)
            .bind(proof.terms.as_bytes().as_slice())
            .bind(directory.as_bytes().as_slice())
            .bind(i64::try_from(proof.leaf).unwrap_or(i64::MAX))
            .bind(&proof.head)
            .bind(path)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The newest head of a directory, signed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn log_head(&mut self, directory: PeerId) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sqlx::query("SELECT signed FROM log_head WHERE directory = ?1")
            .bind(directory.as_bytes().as_slice());
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        row.as_ref().map(|row| row.plain("signed")).transpose()
    }

    /// The head of a directory that has waited longest to be compared, signed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn heard_head(&mut self, directory: PeerId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql =
            "SELECT signed FROM log_heard WHERE directory = ?1 ORDER BY heard_at, head LIMIT 1";
        let query = sqlx::query(sql).bind(directory.as_bytes().as_slice());
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        row.as_ref().map(|row| row.plain("signed")).transpose()
    }

    /// Two heads of a directory that contradict each other, if there are any.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn log_fork(&mut self, directory: PeerId) -> Result<Option<LogFork>, StoreError> {
        let query = sqlx::query("SELECT * FROM log_fork WHERE directory = ?1")
            .bind(directory.as_bytes().as_slice());
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        let fork = |row: &SqliteRow| {
            Ok(LogFork {
                found_at: row.time("found_at")?,
                one: row.plain("one")?,
                other: row.plain("other")?,
            })
        };
        row.as_ref().map(fork).transpose()
    }

    /// Terms whose place is to be asked for now, longest due first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn proofs_due(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<WantedProof>, StoreError> {
        let query = sqlx::query(DUE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        let wanted = |row: &SqliteRow| {
            Ok(WantedProof {
                terms: row.id("terms")?,
                directory: row.id("directory")?,
                deal: row.id("deal")?,
            })
        };
        found.iter().map(wanted).collect()
    }

    /// Where the terms of a deal stand, a row for each directory.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn proofs_of_deal(&mut self, deal: DealId) -> Result<Vec<KeptProof>, StoreError> {
        let query = sqlx::query(OF_DEAL).bind(deal.as_bytes().as_slice());
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(proof).collect()
    }
}

fn proof(row: &SqliteRow) -> Result<KeptProof, StoreError> {
    let path: Vec<u8> = row.plain("path")?;
    let (hashes, _) = path.as_chunks::<32>();
    Ok(KeptProof {
        terms: row.id("terms")?,
        leaf: row.plain::<i64>("leaf")?.unsigned_abs(),
        head: row.plain("head")?,
        path: hashes
            .iter()
            .map(|hash| DocumentId::from_bytes(*hash))
            .collect(),
    })
}

//! Peers we know, with their newest listing and addresses.

use opener_trade::{PeerId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, counter, rows},
};

/// What was learnt of a peer.
#[derive(Debug, Clone, Copy)]
pub struct NewContact<'a> {
    /// The peer.
    pub peer: PeerId,
    /// Its signed listing; empty if none is known.
    pub listing: &'a [u8],
    /// The listing's `seq`; 0 without a listing.
    pub listing_seq: u64,
    /// Its name.
    pub name: &'a str,
    /// Its addresses, in text form.
    pub addresses: &'a [String],
    /// Where it was learnt: a word of the caller's.
    pub source: &'a str,
    /// When it was learnt.
    pub at: Timestamp,
}

/// A peer that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The peer.
    pub peer: PeerId,
    /// Its newest signed listing; empty if none is known.
    pub listing: Vec<u8>,
    /// The listing's `seq`; 0 without a listing.
    pub listing_seq: u64,
    /// Its name.
    pub name: String,
    /// Its addresses, in text form.
    pub addresses: Vec<String>,
    /// Where the newest of this was learnt.
    pub source: String,
    /// When the newest of this was learnt.
    pub known_at: Timestamp,
    /// When it was last connected or reported present.
    pub last_seen: Option<Timestamp>,
    /// When documents were first exchanged with it.
    pub met_at: Option<Timestamp>,
    /// Whether nothing is taken from it.
    pub blocked: bool,
    /// What the person here calls it; empty where they do not.
    pub own_name: String,
    /// When it was taken into the contact book.
    pub kept_at: Option<Timestamp>,
}

const UPSERT: &str =
    "INSERT INTO contact (peer, name, addresses, source, listing_seq, known_at, blocked, listing)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
    ON CONFLICT (peer) DO UPDATE SET name = excluded.name, addresses = excluded.addresses, source = excluded.source,
        listing_seq = excluded.listing_seq, known_at = excluded.known_at, listing = excluded.listing
    WHERE excluded.listing_seq > contact.listing_seq OR (excluded.listing_seq = 0 AND contact.listing_seq = 0)";

const BLOCK: &str =
    "INSERT INTO contact (peer, name, addresses, source, listing_seq, known_at, blocked, listing)
    VALUES (?1, '', '', '', 0, ?2, ?3, x'') ON CONFLICT (peer) DO UPDATE SET blocked = excluded.blocked";

const SEEN: &str = "UPDATE contact SET last_seen = max(coalesce(last_seen, 0), ?2) WHERE peer = ?1";

const MET: &str = "UPDATE contact SET met_at = coalesce(met_at, ?2) WHERE peer = ?1";

pub(crate) const EVICT: &str = "DELETE FROM contact WHERE peer IN (
    SELECT peer FROM contact WHERE met_at IS NULL AND blocked = 0 AND kept_at IS NULL
    ORDER BY coalesce(last_seen, known_at) LIMIT ?1)";

impl Write<'_> {
    /// Keeps what was learnt of a peer, unless a listing at least as new is known; says whether it was kept. Whether
    /// the peer is blocked, seen or met stays as it is.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn upsert_contact(&mut self, new: NewContact<'_>) -> Result<bool, StoreError> {
        let done = sqlx::query(UPSERT)
            .bind(new.peer.as_bytes().as_slice())
            .bind(new.name)
            .bind(new.addresses.join("\n"))
            .bind(new.source)
            .bind(counter(new.listing_seq))
            .bind(new.at.millis())
            .bind(new.listing)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Blocks or unblocks a peer, known or not.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_blocked(
        &mut self,
        peer: PeerId,
        blocked: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(BLOCK).bind(peer.as_bytes().as_slice());
        let query = query.bind(at.millis()).bind(blocked);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes when a known peer was last seen; an earlier moment changes nothing.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn touch_seen(&mut self, peer: PeerId, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(SEEN).bind(peer.as_bytes().as_slice());
        query.bind(at.millis()).execute(self.connection()).await?;
        Ok(())
    }

    /// Notes when documents were first exchanged with a known peer. It is never evicted from then on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn mark_met(&mut self, peer: PeerId, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(MET).bind(peer.as_bytes().as_slice());
        query.bind(at.millis()).execute(self.connection()).await?;
        Ok(())
    }

    /// Forgets the `n` peers, neither met nor blocked nor in the contact book, that were not seen or heard of for longest; says how many.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn evict_oldest_unmet(&mut self, n: usize) -> Result<u64, StoreError> {
        let query = sqlx::query(EVICT).bind(rows(n));
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected())
    }
}

impl Read<'_> {
    /// One peer.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn contact(&mut self, peer: PeerId) -> Result<Option<Contact>, StoreError> {
        let row = sqlx::query("SELECT * FROM contact WHERE peer = ?1")
            .bind(peer.as_bytes().as_slice())
            .fetch_optional(&mut *self.connection().await)
            .await?;
        row.as_ref().map(contact).transpose()
    }

    /// Peers by name, at most `limit`, after the first `offset`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn contacts(
        &mut self,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<Contact>, StoreError> {
        let sql = "SELECT * FROM contact ORDER BY name, peer LIMIT ?1 OFFSET ?2";
        let query = sqlx::query(sql).bind(rows(limit)).bind(rows(offset));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(contact).collect()
    }

    /// How many peers are known.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn contact_count(&mut self) -> Result<usize, StoreError> {
        let query = sqlx::query("SELECT count(*) AS n FROM contact");
        let row = query.fetch_one(&mut *self.connection().await).await?;
        row.count("n")
    }
}

pub(crate) fn contact(row: &SqliteRow) -> Result<Contact, StoreError> {
    Ok(Contact {
        peer: row.id("peer")?,
        listing: row.plain("listing")?,
        listing_seq: row.count("listing_seq")?,
        name: row.plain("name")?,
        addresses: row
            .plain::<&str>("addresses")?
            .lines()
            .map(str::to_owned)
            .collect(),
        source: row.plain("source")?,
        known_at: row.time("known_at")?,
        last_seen: row.maybe_time("last_seen")?,
        met_at: row.maybe_time("met_at")?,
        blocked: row.plain("blocked")?,
        own_name: row.plain("own_name")?,
        kept_at: row.maybe_time("kept_at")?,
    })
}

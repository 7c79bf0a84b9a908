//! What the person set, and the program's own counters.

use sqlx::Row;

use crate::{Read, StoreError, Write, row::Fields};

/// The counter of our own listings.
const LISTING_SEQ: &str = "listing.seq";

const SET: &str = "INSERT INTO setting (key, value) VALUES (?1, ?2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

const SKIP: &str = "INSERT INTO setting (key, value) VALUES (?1, CAST(?2 AS TEXT))
    ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + ?2 AS TEXT)";

const UNDER: &str = "SELECT substr(key, length(?1) + 1) AS rest, value FROM setting
    WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key";

const NEXT: &str = "INSERT INTO setting (key, value) VALUES (?1, '1')
    ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
    RETURNING CAST(value AS INTEGER) AS n";

impl Write<'_> {
    /// Sets a value.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let query = sqlx::query(SET).bind(key).bind(value);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Takes a value back; false if there was none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn remove_setting(&mut self, key: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM setting WHERE key = ?1").bind(key);
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Passes over so many `seq` of our listings: others may have seen them.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn skip_listing_seq(&mut self, n: u32) -> Result<(), StoreError> {
        let query = sqlx::query(SKIP).bind(LISTING_SEQ).bind(i64::from(n));
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// The `seq` for our next listing, from 1: higher than every one given in a committed change.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn next_listing_seq(&mut self) -> Result<u64, StoreError> {
        let query = sqlx::query(NEXT).bind(LISTING_SEQ);
        query.fetch_one(self.connection()).await?.count("n")
    }
}

impl Read<'_> {
    /// A value.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT value FROM setting WHERE key = ?1").bind(key);
        let row = query.fetch_optional(&mut *self.connection().await).await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    /// The values whose keys begin so, by key without that beginning.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn settings_under(
        &mut self,
        beginning: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let query = sqlx::query(UNDER).bind(beginning);
        let rows = query.fetch_all(&mut *self.connection().await).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("rest")?, row.try_get("value")?)))
            .collect()
    }
}

//! The two ways to the data: a transaction that writes, and questions.

use std::ops::{Deref, DerefMut};

use sqlx::SqliteConnection;
use tokio::sync::MutexGuard;

use crate::{Store, StoreError, open::Slot};

/// One transaction that writes. Nothing of it is kept unless [`Write::commit`] returns well; dropped, it is undone.
///
/// There is one at a time: the next [`Store::begin`] waits for it. After [`StoreError::Contradiction`] the rest of the
/// change stands and may be committed; after every other error drop it, SQLite may have undone it already.
pub struct Write<'s> {
    slot: MutexGuard<'s, Slot>,
}

/// Questions to the store: of what is committed, or inside a change of what it has written so far.
///
/// Each question sees one moment of the database; two questions may see two.
pub struct Read<'s> {
    source: Source<'s>,
}

enum Source<'s> {
    Store(&'s Store),
    Write(&'s mut SqliteConnection),
}

/// A connection for the length of one question.
pub(crate) enum Lease<'c> {
    Slot(MutexGuard<'c, Slot>),
    Write(&'c mut SqliteConnection),
}

impl Store {
    /// Begins a change, holding the right to write from the start.
    ///
    /// # Errors
    /// The database cannot be written now.
    pub async fn begin(&self) -> Result<Write<'_>, StoreError> {
        let mut slot = self.writer().await;
        slot.unfinished = true;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut slot.connection)
            .await?;
        Ok(Write { slot })
    }

    /// Questions about what is committed.
    pub const fn read(&self) -> Read<'_> {
        Read {
            source: Source::Store(self),
        }
    }
}

impl Write<'_> {
    /// Puts the change on disk: when this returns, it survives a loss of power.
    ///
    /// # Errors
    /// The disk refuses; then nothing of the change is kept.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("COMMIT").execute(self.connection()).await?;
        self.slot.unfinished = false;
        Ok(())
    }

    /// Questions that see this change as far as it is written.
    pub fn read(&mut self) -> Read<'_> {
        Read {
            source: Source::Write(self.connection()),
        }
    }

    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.slot.connection
    }
}

impl Read<'_> {
    pub(crate) async fn connection(&mut self) -> Lease<'_> {
        match &mut self.source {
            Source::Store(store) => Lease::Slot(store.reader().await),
            Source::Write(connection) => Lease::Write(connection),
        }
    }
}

impl Deref for Lease<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Lease::Slot(slot) => &slot.connection,
            Lease::Write(connection) => connection,
        }
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Lease::Slot(slot) => &mut slot.connection,
            Lease::Write(connection) => connection,
        }
    }
}

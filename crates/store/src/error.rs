//! What can go wrong with a store.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

/// Why the store could not do what it was asked. The text is for people and holds no SQL; the cause is the source.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the same file open.
    #[error("the data in {0} is open in another program")]
    InUse(PathBuf),
    /// The file was written by a newer program; changing it could lose what that program knows.
    #[error(
        "the data was written by a newer version of this program (format {found}, this version knows {known})"
    )]
    NewerFormat {
        /// The format of the file.
        found: i64,
        /// The newest format of this program.
        known: i64,
    },
    /// The file has a format of the same number but another content, or an interrupted one.
    #[error("the data's format is not one that this program wrote")]
    ForeignFormat(#[source] MigrateError),
    /// Folder, file or lock could not be made or opened.
    #[error("{path} cannot be opened")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An attached file cannot be read or written; the disk may be full.
    #[error("an attached file cannot be read or written")]
    Blob(#[source] io::Error),
    /// Nothing more fits the disk. What was committed before is safe.
    #[error("the disk is full")]
    DiskFull(#[source] sqlx::Error),
    /// The file is no database, or the database or a value in it is damaged.
    #[error("the stored data is damaged")]
    Damaged(#[source] sqlx::Error),
    /// Something that is only ever added was to be changed or removed.
    #[error("what is stored here is never changed")]
    AppendOnly(#[source] sqlx::Error),
    /// A value breaks a rule of its table: unknown document, wrong length, empty word.
    #[error("the stored data would contradict itself")]
    Contradiction(#[source] sqlx::Error),
    /// The disk or the database did not answer as it should; trying again may help.
    #[error("the data cannot be read or written now")]
    Unavailable(#[source] sqlx::Error),
}

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>; extended ones keep them in the low byte.
mod code {
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CONSTRAINT: i32 = 19;
    pub(super) const MISMATCH: i32 = 20;
    pub(super) const NOTADB: i32 = 26;
    /// Extended: a trigger called `RAISE`. Ours do so only where nothing may be changed.
    pub(super) const CONSTRAINT_TRIGGER: i32 = 1811;
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let extended = match &error {
            sqlx::Error::Database(database) => database
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .unwrap_or_default(),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_) => code::CORRUPT,
            _ => 0,
        };
        match (extended, extended & 0xff) {
            (code::CONSTRAINT_TRIGGER, _) => StoreError::AppendOnly(error),
            (_, code::CONSTRAINT | code::MISMATCH) => StoreError::Contradiction(error),
            (_, code::FULL) => StoreError::DiskFull(error),
            (_, code::CORRUPT | code::NOTADB) => StoreError::Damaged(error),
            _ => StoreError::Unavailable(error),
        }
    }
}

//! What is kept for good: one trait, on SQLite for one process and on PostgreSQL for several.
//!
//! Everything is on disk before it is answered. Changes are judged inside the transaction that makes them, so that
//! several processes on one database never keep what contradicts what another one kept. Each change of a listing has a
//! number that rises in the order of commits; whoever missed some asks for those after the last it saw.

use std::{io, path::PathBuf};

use futures::future::BoxFuture;
use opener_trade::{DealId, DocumentId, PeerId, Timestamp, Verified, document::Listing};
use sqlx::migrate::MigrateError;

#[cfg(test)]
pub(crate) mod cluster;
#[cfg(test)]
mod conformance;
mod postgres;
mod sqlite;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

use crate::{limits::Limits, prices::Group};

/// Why the data cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database fails.
    #[error("the database fails: {0}")]
    Database(#[from] sqlx::Error),
    /// The database cannot be brought to this version; a newer program may have written it.
    #[error("the database cannot be brought to this version: {0}")]
    Migrate(#[from] MigrateError),
    /// A file or folder cannot be used.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process serves the same data.
    #[error("another process serves {0}")]
    InUse(PathBuf),
    /// Another change of the same transaction failed, and with it this one.
    #[error("the transaction failed")]
    Together,
}

/// Final terms to keep.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) terms: DocumentId,
    pub(crate) deal: DealId,
    pub(crate) buyer: PeerId,
    pub(crate) seller: PeerId,
    pub(crate) reporter: PeerId,
    pub(crate) by_buyer: Vec<u8>,
    pub(crate) by_seller: Vec<u8>,
    /// What the lines say about prices, if the parties disclose them.
    pub(crate) prices: Vec<(Group, String)>,
}

/// Something to change.
#[derive(Debug)]
pub(crate) enum Change {
    /// Keep a listing in place of the one its signer had.
    Put {
        listing: Box<Verified<Listing>>,
        /// Posting-list entries that it takes.
        entries: u64,
    },
    /// Forget the listing of a peer.
    Withdraw(PeerId),
    /// Keep final terms.
    Report(Box<Report>),
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The listing is kept, by the change of this number.
    Kept(i64),
    /// The same bytes were kept before, by the change of this number.
    SameListing(i64),
    /// A listing with this `seq` or a higher one is kept.
    Stale(u64),
    /// The directory is full.
    Full,
    /// No listing of the peer is kept.
    Withdrawn,
    /// The terms are kept since then.
    Reported(Timestamp),
    /// They were kept before, since then.
    SameTerms(Timestamp),
    /// Other terms of this deal between these two are kept.
    OtherTerms,
    /// The reporter brought too many in one day.
    TooManyReports,
    /// There is no room for reports.
    NoRoom,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extent {
    pub(crate) listings: i64,
    pub(crate) bytes: i64,
    pub(crate) entries: i64,
    /// The number of the last change of a listing.
    pub(crate) changed: i64,
    pub(crate) reports: i64,
    pub(crate) report_bytes: i64,
}

/// A listing as it stands after some change.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) number: i64,
    pub(crate) peer: Vec<u8>,
    /// The signed bytes, or nothing if it was withdrawn.
    pub(crate) signed: Option<Vec<u8>>,
}

/// One price of one pair of parties: month, buyer, seller, price.
pub(crate) type PriceRow = (i64, Vec<u8>, Vec<u8>, String);

/// What another process says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// There are changes or reports to read.
    Changed,
    /// It heard of these peers.
    Heard(Vec<PeerId>),
    /// Some may have been missed.
    Missed,
}

pub(crate) type Stored<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// The rules that every database keeps the same; `conformance` tries them.
pub(crate) trait Store: Send + Sync {
    /// Makes changes in their order, in one transaction that is on disk when this returns. The outcomes stand in the same
    /// order. Expired listings are forgotten first, as many as [`crate::limits::EXPIRED_AT_ONCE`].
    fn apply<'a>(
        &'a self,
        changes: &'a [Change],
        limits: &'a Limits,
        now: Timestamp,
    ) -> Stored<'a, Vec<Outcome>>;

    /// Listings that changed after a number, in the order of their numbers, a page of them.
    fn changed_after(&self, number: i64) -> Stored<'_, Vec<Changed>>;

    /// Ids of the kept terms from a number on, in the order in which they were kept, a page of them.
    fn terms_from(&self, number: i64) -> Stored<'_, Vec<Vec<u8>>>;

    /// Number and moment of terms that are kept.
    fn kept(&self, terms: DocumentId) -> Stored<'_, Option<(i64, Timestamp)>>;

    /// The newest prices of a group from a month on, newest first, at most [`crate::limits::PRICES_READ`].
    fn prices<'a>(&'a self, group: &'a Group, since_month: i64) -> Stored<'a, Vec<PriceRow>>;

    /// How much there is.
    fn extent(&self) -> Stored<'_, Extent>;

    /// Whether the database can be written.
    fn check(&self) -> Stored<'_, ()>;

    /// Tells the other processes of whom this one heard.
    fn tell<'a>(&'a self, heard: &'a [PeerId]) -> Stored<'a, ()>;

    /// What the other processes say next. Never anything where there are none.
    fn news(&self) -> Stored<'_, News>;

    /// Closes it in order.
    fn close(&self) -> BoxFuture<'_, ()>;
}

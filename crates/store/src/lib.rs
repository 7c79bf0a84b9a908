//! The peer's SQLite store: documents as received, journals, receipts, outbox, notices and projections.
//!
//! Every change goes through [`Write`], one transaction at a time, on disk when [`Write::commit`] returns. Every
//! question goes through [`Read`], from [`Store::read`] or, inside a change, from [`Write::read`]. Attached files lie beside it, in [`Blobs`]. The store decides
//! nothing about trade: it keeps what it is given and finds it again.

mod assessment;
mod blob;
mod book;
mod contact;
mod deal;
mod deal_list;
mod dialogue;
mod document;
mod draft;
mod error;
mod journal;
mod log;
mod moments;
mod notice;
mod open;
mod outbox;
mod parked;
mod receipt;
mod report;
mod row;
mod setting;
mod stamp;
mod wake;
mod word;
mod write;

pub use assessment::Assessment;
pub use blob::{Blobs, Fetch, FetchId, NamedFile, NamedFiles, NewFetch, Part, Whole};
pub use book::{BookEntry, ContactFilter, Group};
pub use contact::{Contact, NewContact};
pub use deal::{DealCounts, DealFilter, DealRow, DealSummary, LEADS, ListedDeal, Role};
pub use dialogue::{DialogueRow, Turn};
pub use document::{NewDocument, StoredDocument};
pub use draft::{FormKind, KeptForm, Shelf};
pub use error::StoreError;
pub use journal::JournalRow;
pub use log::{HEARD_HEADS, KeptProof, LogFork, WantedProof};
pub use moments::Moments;
pub use notice::{Loud, NewNotice, Notice, NoticeId};
pub use open::Store;
pub use outbox::{
    Delivery, DeliveryCounts, DeliveryState, Expired, NewDelivery, OutboxId, OutboxRow, Way,
};
pub use parked::ParkedDocument;
pub use receipt::{NewReceipt, StoredReceipt};
pub use report::{DueReport, Report, ReportState, ReportStatus, Side};
pub use stamp::StampWish;
pub use write::{Read, Write};

#[cfg(test)]
mod tests;

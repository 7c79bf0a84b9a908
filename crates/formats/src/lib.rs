//! Other people's files, read into documents of trade: OCDS tenders with their recorded bids and awards, and our own
//! RFP files, written by hand or by a script (`docs/rfp.schema.json`).
//!
//! Whatever is missing or odd in a file becomes a [`Warning`] that names the field; what makes a request impossible is a
//! [`FormatError`] that names file and field and says what to do. No file crashes a reader, and every number keeps the
//! digits it was written with.

mod choice;
mod error;
mod field;
mod limits;
mod node;
mod ocds;
mod own;
mod reading;
mod replay;
#[cfg(test)]
mod tests;
mod text;
mod units;
mod warning;

pub use error::FormatError;
pub use limits::{MAX_DEPTH, MAX_FILE_BYTES, MAX_RECORDED};
pub use reading::{Bidder, Reading, Record, RecordedAward, RecordedBid, Source, Timing, read_rfp};
pub use replay::{RecordedBidder, bidders};
pub use warning::Warning;

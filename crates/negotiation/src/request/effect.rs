//! What a request asks its peer to do. In this order: persist, send, wake, notify.

use opener_trade::{DocumentId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Entry;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append this to the request's journal.
    Persist(Entry),
    /// Deliver this document to every invited seller.
    Broadcast(DocumentId),
    /// Tell the sellers whose bids were not ordered that they were not chosen.
    TellLosers,
    /// Step again with [`Entry::Tick`] at this moment.
    WakeAt(Timestamp),
    /// Tell the person, once.
    Notify(Notice),
}

/// Something that the buyer should know about the request as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "RequestNotice")]
pub enum Notice {
    /// The deadline has passed: choose.
    BidsClosed,
    /// Everything asked for is ordered and accepted.
    Awarded,
    /// The time to choose has passed with a part awarded.
    PartlyAwarded,
    /// The time to choose has passed without an award.
    NotAwarded,
    /// No bid came.
    NoBids,
}

//! What needs a person.

use opener_peer::{Notice, alarm::Loudness};
use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeView {
    /// Its number; a higher one is newer.
    #[ts(type = "number")]
    pub id: i64,
    /// When it came about.
    pub at: Timestamp,
    /// What happened: a code of the negotiation, e.g. `bid_arrived`.
    pub kind: String,
    /// The deal.
    pub deal: Option<DealId>,
    /// The other side.
    pub peer: Option<PeerId>,
    /// The document that brought it.
    pub document: Option<DocumentId>,
    /// When a person saw it.
    pub acknowledged_at: Option<Timestamp>,
    /// How loud it was when it came.
    pub loudness: Loudness,
    /// Until when a person has put it off; then it rings anew.
    pub snoozed_until: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        NoticeView {
            id: notice.id.number(),
            at: notice.at,
            kind: notice.kind,
            deal: notice.deal,
            peer: notice.peer,
            document: notice.document,
            acknowledged_at: notice.acknowledged_at,
            loudness: notice.loud.into(),
            snoozed_until: notice.snoozed_until,
        }
    }
}

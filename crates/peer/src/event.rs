//! What changes while a peer runs.

use opener_trade::{CallId, DealId, DocumentId, Duration, PeerId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ClockState, alarm::Loudness};

/// Something changed; whoever shows it asks again for what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A deal has changed: a document, a receipt, a decision, a moment passed.
    Deal {
        /// The deal.
        deal: DealId,
    },
    /// A document has come further on its way to somebody.
    Delivery {
        /// The deal.
        deal: DealId,
        /// The recipient.
        peer: PeerId,
    },
    /// Something needs a person.
    Notice {
        /// Number of the notice in the inbox.
        #[ts(type = "number")]
        id: i64,
        /// What happened.
        kind: String,
        /// The deal.
        deal: DealId,
        /// The other side, where one dialogue is concerned.
        peer: Option<PeerId>,
        /// How loud it is, as the person set it: the same for every screen of this peer.
        loudness: Loudness,
    },
    /// More of an attached file is here, or it will not come.
    Attachment {
        /// The deal whose documents name it.
        deal: DealId,
        /// The file.
        sha256: DocumentId,
    },
    /// A call rings, goes on or is over; how it goes, or its terms card, has changed.
    Call {
        /// The call.
        call: CallId,
    },
    /// Notices were acknowledged or put off.
    Inbox,
    /// What is set about alarms changed.
    Alarms,
    /// A directory answered, or ceased to.
    Directories,
    /// Addresses or connections changed.
    Network,
    /// This computer's clock was compared with others, and what that means has changed.
    Clock {
        /// Theirs minus ours, in milliseconds.
        skew_ms: Option<Duration>,
        /// What it means.
        state: ClockState,
    },
    /// The profile or listing changed.
    Profile,
    /// A contact or a group changed.
    Contacts,
    /// A draft or template changed.
    Drafts,
    /// The door for phones was set, opened or closed.
    Gateway,
    /// Too many events at once: ask again for everything.
    Lagged,
}

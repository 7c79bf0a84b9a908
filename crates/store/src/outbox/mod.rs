//! The outbox: what is to be delivered, in order for each recipient, until an answer or its expiry.
//!
//! `queued → sent → received`, or `refused`, or `expired`. Of each recipient only the oldest unanswered row stands in
//! front and is tried; when it is answered the next one steps forward.

mod board;
pub(crate) mod queue;

use std::sync::Arc;

use opener_trade::{DealId, DocumentId, PeerId, Reason, Timestamp};

use crate::word::word_enum;

word_enum! {
    /// How far a delivery has come.
    DeliveryState {
        /// It waits for its turn, or for the next try.
        Queued = "queued",
        /// It was given to the network; the answer is awaited.
        Sent = "sent",
        /// The recipient signed a receipt.
        Received = "received",
        /// The recipient refused it for good.
        Refused = "refused",
        /// Nobody answered while it mattered.
        Expired = "expired",
    }
}

word_enum! {
    /// Which way a receipt came.
    Way {
        /// Straight from the recipient.
        Direct = "direct",
        /// Through a relay, which sees only encrypted bytes.
        Relay = "relay",
    }
}

/// The handle of one row of the outbox; a higher one was enqueued later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutboxId(pub(crate) i64);

/// A document to deliver to one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDelivery {
    /// To whom.
    pub recipient: PeerId,
    /// What; it is kept already.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
    /// When it was enqueued; it is due at once.
    pub at: Timestamp,
    /// After this moment it is not tried any more.
    pub expires_at: Timestamp,
}

/// A delivery that is due, with the bytes to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its handle.
    pub id: OutboxId,
    /// To whom.
    pub recipient: PeerId,
    /// What.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
    /// Tries so far.
    pub attempts: u32,
    /// After this moment it is not tried any more.
    pub expires_at: Timestamp,
    /// The signed bytes, shared among the recipients of one document.
    pub bytes: Arc<[u8]>,
}

/// A delivery that nobody answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Its handle.
    pub id: OutboxId,
    /// To whom.
    pub recipient: PeerId,
    /// What.
    pub document: DocumentId,
    /// Its deal.
    pub deal: DealId,
}

/// One line of the delivery board: how far one document has come to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The handle.
    pub id: OutboxId,
    /// To whom.
    pub recipient: PeerId,
    /// What.
    pub document: DocumentId,
    /// The name of the document's kind.
    pub kind: String,
    /// How far.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: u32,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// After this moment it is not tried any more.
    pub expires_at: Timestamp,
    /// When it is tried next, while it is queued or sent and in front.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was first given to the network.
    pub sent_at: Option<Timestamp>,
    /// When the receipt or refusal came.
    pub answered_at: Option<Timestamp>,
    /// When a person at the recipient opened it, as far as we were told.
    pub read_at: Option<Timestamp>,
    /// The last typed reason: of the refusal, or of why it is tried again.
    pub reason: Option<Reason>,
    /// The words to that reason.
    pub detail: String,
    /// Which way the receipt came, where that is known.
    pub way: Option<Way>,
}

/// Deliveries of a deal by how far they have come. Each is counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Waiting.
    pub queued: usize,
    /// Given to the network.
    pub sent: usize,
    /// Receipted, not yet read.
    pub received: usize,
    /// Read by a person.
    pub read: usize,
    /// Refused.
    pub refused: usize,
    /// Never answered.
    pub expired: usize,
}

//! The delivery board: how far every document of a deal has come.

use opener_negotiation::Role;
use opener_peer::{DealSnapshot, Delivery, DeliveryState, Way};
use opener_trade::{DocumentId, PeerId, Reason, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStage {
    /// It waits for its turn, or for the next try.
    Queued,
    /// It was given to the network.
    Sent,
    /// The recipient signed a receipt.
    Received,
    /// A person has opened it.
    Read,
    /// The recipient has answered it.
    Answered,
    /// The recipient refused it for good.
    Refused,
    /// Nobody answered while it mattered.
    Expired,
}

/// Which way a receipt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryWay {
    /// Straight from the recipient.
    Direct,
    /// Through a relay, which sees only encrypted bytes.
    Relay,
}

/// One document on its way to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryView {
    /// To whom.
    pub peer: PeerId,
    /// What it calls itself, where known.
    pub peer_name: Option<String>,
    /// What.
    pub document: DocumentId,
    /// Of which kind.
    pub kind: String,
    /// How far.
    pub stage: DeliveryStage,
    /// Tries so far.
    pub attempts: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was first given to the network.
    pub sent_at: Option<Timestamp>,
    /// When the receipt or refusal came.
    pub received_at: Option<Timestamp>,
    /// When a person there opened it, as far as we were told.
    pub read_at: Option<Timestamp>,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// After this it is not tried any more.
    pub expires_at: Timestamp,
    /// Why it was refused, or is tried again.
    pub reason: Option<Reason>,
    /// The words to that reason.
    pub detail: String,
    /// Which way the receipt came, where that is known.
    pub way: Option<DeliveryWay>,
}

/// Whether the other side has said anything since: an RFP is answered by what its seller signs.
fn is_answered(deal: &DealSnapshot, delivery: &Delivery) -> bool {
    let is_rfp = deal.rfp.id() == delivery.document;
    is_rfp
        && deal.dialogues.iter().any(|dialogue| {
            dialogue.seller == delivery.recipient && dialogue.chain(Role::Seller).head().is_some()
        })
}

impl DeliveryView {
    pub(crate) fn new(deal: &DealSnapshot, delivery: &Delivery, peer_name: Option<String>) -> Self {
        let stage = match delivery.state {
            _ if is_answered(deal, delivery) => DeliveryStage::Answered,
            DeliveryState::Queued => DeliveryStage::Queued,
            DeliveryState::Sent => DeliveryStage::Sent,
            DeliveryState::Received if delivery.read_at.is_some() => DeliveryStage::Read,
            DeliveryState::Received => DeliveryStage::Received,
            DeliveryState::Refused => DeliveryStage::Refused,
            DeliveryState::Expired => DeliveryStage::Expired,
        };
        DeliveryView {
            peer: delivery.recipient,
            peer_name,
            document: delivery.document,
            kind: delivery.kind.clone(),
            stage,
            attempts: delivery.attempts,
            queued_at: delivery.enqueued_at,
            sent_at: delivery.sent_at,
            received_at: delivery.answered_at,
            read_at: delivery.read_at,
            next_attempt_at: delivery.next_attempt_at,
            expires_at: delivery.expires_at,
            reason: delivery.reason,
            detail: delivery.detail.clone(),
            way: delivery.way.map(|way| match way {
                Way::Direct => DeliveryWay::Direct,
                Way::Relay => DeliveryWay::Relay,
            }),
        }
    }
}

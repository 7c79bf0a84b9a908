//! Orders and their answers.

use opener_negotiation::dialogue::{Placed, State};
use opener_trade::{
    DealId, DocumentId, Money, PeerId, Timestamp, Verified,
    document::{Document, Order, OrderOutcome, OrderResponse, ResponseLine},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What an answer as a whole says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every line as ordered.
    Accepted,
    /// Nothing.
    Refused,
    /// Something else.
    Conditional,
}

/// An answer to an order, or to its changed answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResponseView {
    /// The document.
    pub response: DocumentId,
    /// When it was signed.
    pub at: Timestamp,
    /// What it says as a whole.
    pub outcome: Outcome,
    /// What it says line by line.
    pub lines: Vec<ResponseLine>,
    /// In words.
    pub remark: String,
}

impl From<&Verified<Document<OrderResponse>>> for ResponseView {
    fn from(document: &Verified<Document<OrderResponse>>) -> Self {
        ResponseView {
            response: document.id(),
            at: document.header.issued_at,
            outcome: match document.body.outcome() {
                OrderOutcome::Accepted => Outcome::Accepted,
                OrderOutcome::Refused => Outcome::Refused,
                OrderOutcome::Conditional => Outcome::Conditional,
            },
            lines: document.body.lines.to_vec(),
            remark: document.body.remark.to_string(),
        }
    }
}

/// An order and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OrderView {
    /// The order document.
    pub order: DocumentId,
    /// The deal.
    pub deal: DealId,
    /// From whom it is ordered.
    pub seller: PeerId,
    /// When it was signed.
    pub ordered_at: Timestamp,
    /// What it comes to.
    pub total: Money,
    /// The signed content.
    pub content: Order,
    /// Whether it takes the bid exactly as it stands, so that a firm or revocable bid accepts it by itself.
    pub exact: bool,
    /// The buyer decides at this moment.
    pub decide_at: Timestamp,
    /// The seller's answer.
    pub response: Option<ResponseView>,
    /// The buyer's answer to a changed answer.
    pub confirmation: Option<ResponseView>,
    /// The seller broke its bid by not answering.
    pub broken: bool,
}

impl OrderView {
    pub(crate) fn new(state: &State, placed: &Placed) -> Self {
        OrderView {
            order: placed.document.id(),
            deal: state.deal,
            seller: state.seller,
            ordered_at: placed.document.header.issued_at,
            total: placed.order().total,
            content: placed.order().clone(),
            exact: placed.exact,
            decide_at: placed.order().decide_at(),
            response: placed.response.as_deref().map(ResponseView::from),
            confirmation: placed.confirmation.as_deref().map(ResponseView::from),
            broken: placed.broken,
        }
    }
}

//! Orders and their answers.

use opener_negotiation::{
    Role,
    dialogue::{Amendment, Placed, Proposal, State},
};
use opener_trade::{
    DealId, DocumentId, Money, Opened, PeerId, Timestamp, Verified,
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
    /// The order as both have changed it since.
    pub changed: Option<Order>,
    /// The agreement that changed or cancelled it last.
    pub agreement: Option<DocumentId>,
}

/// A change or cancellation of a concluded order that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AmendmentView {
    /// The document.
    pub proposal: DocumentId,
    /// Who made it; the other side answers.
    pub by: Role,
    /// It can be agreed to until here.
    pub until: Timestamp,
    /// The order as it would be; absent where it would be cancelled.
    pub order: Option<Order>,
    /// Why, in words.
    pub remark: String,
    /// We have agreed, and wait to learn that the other side had it in time.
    pub agreed: bool,
}

impl From<&Proposal> for AmendmentView {
    fn from(open: &Proposal) -> Self {
        let remark = match &*open.document {
            Opened::OrderChange(change) => change.body.remark.to_string(),
            Opened::OrderCancel(cancel) => cancel.body.reason.to_string(),
            _ => String::new(),
        };
        AmendmentView {
            proposal: open.document.id(),
            by: open.by,
            until: open.until,
            order: match &open.amendment {
                Amendment::Change(order) => Some(Order::clone(order)),
                Amendment::Cancel => None,
            },
            remark,
            agreed: open.agreement.is_some(),
        }
    }
}

impl OrderView {
    pub(crate) fn new(state: &State, placed: &Placed) -> Self {
        let changed = placed.amended.as_ref();
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
            changed: changed.map(|it| Order::clone(&it.order)),
            agreement: placed.cancelled.or(changed.map(|it| it.agreement)),
        }
    }
}

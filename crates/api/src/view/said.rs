//! What the documents of a negotiation say, beyond their texts.

use opener_trade::{
    Opened,
    document::{
        Answer, Counter, ExtendGrant, ExtendRefuse, ExtendRequest, Hold, OrderResponse, Question,
        Rfp,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a document says, where a screen shows more of it than its text. Text from a stranger: never HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SaidView {
    /// A revision of the request.
    Rfp {
        /// Its number.
        revision: u32,
        /// The fields that differ from the revision before, as `rfp.changes` names them; none for the first.
        changed: Vec<String>,
    },
    /// A question to the buyer.
    Question(Question),
    /// An answer to everybody.
    Answer(Answer),
    /// A counter-offer.
    Counter(Counter),
    /// The wish for more time.
    ExtendRequest(ExtendRequest),
    /// More time.
    ExtendGrant(ExtendGrant),
    /// No more time.
    ExtendRefuse(ExtendRefuse),
    /// A promise to deal with nobody else.
    Hold(Hold),
    /// An answer to an order, or to its changed answer.
    OrderResponse(OrderResponse),
}

impl SaidView {
    /// What `document` says; `before` is the request's revision before it, where it is one.
    pub(crate) fn of(document: &Opened, before: Option<&Rfp>) -> Option<Self> {
        Some(match document {
            Opened::Rfp(rfp) => SaidView::Rfp {
                revision: rfp.body.revision,
                changed: before.map_or_else(Vec::new, |before| rfp.body.changes_from(before)),
            },
            Opened::Question(said) => SaidView::Question(said.body.clone()),
            Opened::Answer(said) => SaidView::Answer(said.body.clone()),
            Opened::Counter(said) => SaidView::Counter(said.body.clone()),
            Opened::ExtendRequest(said) => SaidView::ExtendRequest(said.body.clone()),
            Opened::ExtendGrant(said) => SaidView::ExtendGrant(said.body.clone()),
            Opened::ExtendRefuse(said) => SaidView::ExtendRefuse(said.body.clone()),
            Opened::Hold(said) => SaidView::Hold(said.body.clone()),
            Opened::OrderResponse(said) => SaidView::OrderResponse(said.body.clone()),
            _ => return None,
        })
    }
}

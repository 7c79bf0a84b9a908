//! What the documents of a negotiation say, beyond their texts.

use opener_trade::{
    DocumentId, Opened, PeerId, Timestamp,
    document::{
        Answer, BestAndFinal, CallEnd, Counter, DeclineReason, ExtendGrant, ExtendRefuse,
        ExtendRequest, Hold, OrderChange, OrderResponse, Question, Rfp,
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
    /// The end of a call: why, and from when to when it was.
    CallEnd(CallEnd),
    /// An answer to an order, or to its changed answer.
    OrderResponse(OrderResponse),
    /// A change of the order, proposed or agreed to.
    OrderChange(OrderChange),
    /// The last bid is asked for.
    BestAndFinal(BestAndFinal),
    /// The seller does not bid.
    Decline {
        /// Why, by kind; the words are the document's text.
        reason: DeclineReason,
    },
    /// Another was chosen.
    NotChosen {
        /// The place that the bid had, where the buyer tells it; 1 is best.
        rank: Option<u16>,
    },
    /// A directory's stamp proves when a bid was there.
    TimeProof {
        /// The bid.
        bid: DocumentId,
        /// When, by the directory's clock.
        stamped_at: Timestamp,
        /// The directory.
        directory: PeerId,
    },
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
            Opened::CallEnd(said) => SaidView::CallEnd(said.body.clone()),
            Opened::OrderResponse(said) => SaidView::OrderResponse(said.body.clone()),
            Opened::OrderChange(said) => SaidView::OrderChange(said.body.clone()),
            Opened::Decline(said) => SaidView::Decline {
                reason: said.body.reason,
            },
            Opened::NotChosen(said) => SaidView::NotChosen {
                rank: said.body.rank,
            },
            Opened::BestAndFinal(said) => SaidView::BestAndFinal(said.body.clone()),
            Opened::TimeProof(said) => {
                let stamp = said.body.stamp().ok()?;
                SaidView::TimeProof {
                    bid: said.body.document,
                    stamped_at: stamp.at,
                    directory: stamp.from,
                }
            }
            _ => return None,
        })
    }
}

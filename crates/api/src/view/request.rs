//! A buyer's request, or the one a seller has received.

use opener_negotiation::{Role, request::Award};
use opener_peer::DealSnapshot;
use opener_trade::{DealId, DocumentId, Number, PeerId, Timestamp, document::Rfp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AdmittedView, RequestState};

/// So much of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AwardedLine {
    /// The RFP's line number.
    pub line: u32,
    /// How much, in the line's unit.
    pub quantity: Number,
}

/// What is ordered from one seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AwardView {
    /// The seller.
    pub seller: PeerId,
    /// The quantities.
    pub lines: Vec<AwardedLine>,
    /// Whether the order is accepted; until then the quantities are reserved.
    pub concluded: bool,
}

/// A request with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RfpView {
    /// The deal.
    pub deal: DealId,
    /// The RFP document.
    pub rfp: DocumentId,
    /// Who asks.
    pub buyer: PeerId,
    /// Our side.
    pub role: Role,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Buyer: where the request as a whole stands.
    pub state: Option<RequestState>,
    /// The signed content.
    pub content: Rfp,
    /// Buyer: to how many sellers it went.
    pub invited: u32,
    /// Buyer: what is ordered from whom.
    pub awards: Vec<AwardView>,
    /// Buyer: the best-and-final round, once there is one.
    pub last_round: Option<AdmittedView>,
}

impl From<&DealSnapshot> for RfpView {
    fn from(deal: &DealSnapshot) -> Self {
        let request = deal.request.as_ref();
        let award = |(seller, award): (&PeerId, &Award)| AwardView {
            seller: *seller,
            lines: award
                .lines
                .iter()
                .map(|line| AwardedLine {
                    line: line.line,
                    quantity: line.quantity,
                })
                .collect(),
            concluded: award.concluded,
        };
        RfpView {
            deal: deal.deal,
            rfp: deal.rfp.id(),
            buyer: deal.rfp.signer(),
            role: deal.role,
            issued_at: deal.rfp.header.issued_at,
            state: request.map(|state| state.phase.into()),
            content: deal.rfp.body.clone(),
            invited: super::bid::count(deal.dialogues.len()),
            awards: request
                .map(|state| state.awards.iter().map(award).collect())
                .unwrap_or_default(),
            last_round: request.and_then(|state| state.last_round.as_ref().map(Into::into)),
        }
    }
}

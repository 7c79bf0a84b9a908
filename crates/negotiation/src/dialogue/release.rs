//! Rules for a release: the seller accepted, heard nothing, and lets the order go.

use opener_trade::{
    DocumentId, Duration, Opened, Timestamp, Verified,
    document::{Document, Release},
    switch::{Countermeasure, holds},
};

use super::{
    Effect, NoticeKind,
    state::{Phase, State},
};
use crate::{Rejection, Role};

/// How much earlier than `release_after` a release may reach the buyer: two clocks that each differ by the minute that
/// is tolerated in acts which a deadline decides.
pub(super) const CLOCKS_APART: Duration = Duration::from_secs(2 * 60);

/// What the buyer has said of a conclusion, and whether the seller has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Documents of ours that say so and have no receipt yet.
    by: Vec<DocumentId>,
    /// The seller has signed that it knows: a receipt for one of them, or a document of its own.
    known: bool,
}

impl State {
    /// The order ends at both sides. The buyer refuses it before its time, and where the seller is proved to have known.
    pub(super) fn release(
        &mut self,
        document: &Verified<Document<Release>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(placed) = &self.order else {
            return Err(Rejection::not_allowed("nothing is ordered"));
        };
        if document.body.order != placed.document.id() {
            let head = placed.document.id();
            return Err(Rejection::stale("another order stands", head));
        }
        let after = placed.order().release_after;
        let arrived_early = self.role == Role::Buyer && at.plus(CLOCKS_APART) < after;
        let signed_early = document.header.issued_at < after;
        if (arrived_early || signed_early) && holds(Countermeasure::EarlyRelease) {
            return Err(Rejection::not_allowed(format!(
                "this order may be released from {after} on"
            )));
        }
        match (self.role, self.phase) {
            (Role::Seller, Phase::Answered | Phase::Conditional) => {}
            (Role::Buyer, Phase::Concluded)
                if !self.told.known || !holds(Countermeasure::KnownContract) => {}
            (_, Phase::Concluded | Phase::Reported) => {
                return Err(Rejection::not_allowed(
                    "both know that the deal is concluded: it ends by agreement",
                ));
            }
            _ => {
                return Err(Rejection::not_allowed(
                    "only an order that is accepted is released",
                ));
            }
        }
        self.phase = Phase::Released;
        self.terms = Default::default();
        Ok(self.tell(Role::Seller, NoticeKind::OrderReleased, document.id()))
    }

    /// At the buyer: what is said after a conclusion tells of it.
    pub(super) fn note_conclusion(&mut self, sender: Role, document: &Opened) {
        let tells = matches!(
            document,
            Opened::FinalTerms(_)
                | Opened::OrderResponse(_)
                | Opened::OrderChange(_)
                | Opened::OrderCancel(_)
                | Opened::AmendmentRefuse(_)
        );
        let concluded = matches!(self.phase, Phase::Concluded | Phase::Reported);
        if self.role != Role::Buyer || !concluded || !tells {
            return;
        }
        match (sender, document) {
            (Role::Buyer, _) => self.told.by.push(document.id()),
            // The acceptance itself makes the conclusion, and knows nothing of it.
            (Role::Seller, Opened::OrderResponse(_)) => {}
            (Role::Seller, _) => self.told.known = true,
        }
    }

    /// At the buyer: the seller's receipt for what told it of the conclusion.
    pub(super) fn learn_told(&mut self, document: DocumentId) -> Option<Vec<Effect>> {
        if self.told.known || !self.told.by.contains(&document) {
            return None;
        }
        self.told.known = true;
        Some(Vec::new())
    }
}

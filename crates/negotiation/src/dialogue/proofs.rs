//! Rules for a directory's stamp: it proves when a bid existed, where the buyer's receipt came too late to do so.

use opener_trade::{DocumentId, document::TimeProof};

use super::{
    Effect, NoticeKind,
    state::{Offer, State},
};
use crate::{Rejection, Role};

impl State {
    /// The seller hands on a stamp of one of its bids. Only directories that the request names count, so that both sides
    /// and everybody who reads the documents judge alike. What is ordered or over stays as it is.
    pub(super) fn prove_time(
        &mut self,
        id: DocumentId,
        proof: &TimeProof,
    ) -> Result<Vec<Effect>, Rejection> {
        let stamp = proof.stamp()?;
        if !self.rfp.body.stamps.contains(&stamp.signer()) {
            return Err(Rejection::not_allowed(
                "the request does not let the stamps of this directory count",
            ));
        }
        let stood = self.standing.as_ref().map(Offer::id);
        let offers = self.superseded.iter_mut().chain(&mut self.standing);
        let offers = offers.chain(&mut self.late).chain(&mut self.unconfirmed);
        let mut found = false;
        for offer in offers.filter(|offer| offer.document.id() == proof.document) {
            if offer.stamped_at.is_some() {
                return Err(Rejection::not_allowed("the bid is proved already"));
            }
            offer.stamped_at = Some(stamp.at);
            found = true;
        }
        if !found {
            return Err(Rejection::not_allowed(
                "a stamp proves a bid of this dialogue",
            ));
        }
        if self.phase.takes_bids() {
            self.sort_bids();
        }
        if self.standing.as_ref().map(Offer::id) == stood {
            return Ok(Vec::new());
        }
        Ok(self.tell(Role::Seller, NoticeKind::LateBidProved, id))
    }

    /// How many bids of this dialogue a directory's stamp proves.
    pub fn stamped_bids(&self) -> usize {
        let offers = self.superseded.iter().chain(&self.standing);
        let offers = offers.chain(&self.late).chain(&self.unconfirmed);
        let stamped = offers.filter(|offer| offer.stamped_at.is_some());
        stamped.count()
    }

    /// Whether a bid came after the deadline that judges it: by the buyer's receipt, and by no directory's stamp before it.
    /// Until the receipt is there its sender's own time stands for it.
    pub fn is_late(&self, offer: &Offer) -> bool {
        let deadline = self.deadline_of(offer);
        offer.received_at > deadline && offer.stamped_at.is_none_or(|at| at > deadline)
    }
}

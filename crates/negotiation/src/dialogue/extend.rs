//! Rules for more time on an offer, and for holds: nothing that was promised gets shorter.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{
    DocumentId, Reason, Timestamp,
    document::{Commitment, ExtendGrant, Hold},
};

use super::{
    Effect, NoticeKind,
    state::{Offer, State},
};
use crate::{Rejection, Role};

/// The holds of a dialogue: each side's promise to deal with nobody else until then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holds {
    /// The buyer's.
    pub by_buyer: Option<Timestamp>,
    /// The seller's; its offer is firm until then.
    pub by_seller: Option<Timestamp>,
}

impl State {
    fn named_offer(&self, offer: DocumentId) -> Result<&Offer, Rejection> {
        let Some(standing) = self
            .standing
            .as_ref()
            .filter(|_| self.phase.takes_counters())
        else {
            return Err(Rejection::not_allowed(
                "no offer stands that could be extended",
            ));
        };
        if standing.id() != offer {
            return Err(Rejection::stale("another offer stands", standing.id()));
        }
        Ok(standing)
    }

    /// The buyer asks for more time: until it is answered, the seller is to act.
    pub(super) fn ask_extension(
        &mut self,
        id: DocumentId,
        offer: DocumentId,
        until: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        self.follow_admission(offer);
        if until <= self.named_offer(offer)?.bid().valid_until {
            return Err(Rejection::not_allowed("the offer is valid as long already"));
        }
        self.extension_asked = Some(offer);
        Ok(self.tell(Role::Buyer, NoticeKind::ExtensionAsked, id))
    }

    /// The seller gives more time, asked or not.
    pub(super) fn grant_extension(
        &mut self,
        id: DocumentId,
        grant: &ExtendGrant,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let standing = self.named_offer(grant.offer)?;
        if at > standing.bid().valid_until {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        self.lengthen(grant)?;
        self.extension_asked = None;
        Ok(self.tell(Role::Seller, NoticeKind::ExtensionGranted, id))
    }

    /// The offer ends when it said it would.
    pub(super) fn refuse_extension(
        &mut self,
        id: DocumentId,
        offer: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        self.named_offer(offer)?;
        if self.extension_asked != Some(offer) {
            return Err(Rejection::not_allowed("no extension was asked for"));
        }
        self.extension_asked = None;
        Ok(self.tell(Role::Seller, NoticeKind::ExtensionRefused, id))
    }

    /// A side deals with nobody else for what the standing offer offers until then.
    pub(super) fn hold(
        &mut self,
        sender: Role,
        id: DocumentId,
        hold: &Hold,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        if sender == Role::Buyer
            && self.standing.is_none()
            && let Some(late) = self.late.as_ref().map(Offer::id)
        {
            self.follow_admission(late);
        }
        let Some(standing) = self
            .standing
            .as_ref()
            .filter(|_| self.phase.takes_counters())
        else {
            return Err(Rejection::not_allowed("no offer stands that could be held"));
        };
        if hold.until < at {
            return Err(Rejection::new(Reason::Expired, "the hold has passed"));
        }
        if hold.until > standing.bid().valid_until {
            return Err(Rejection::not_allowed(
                "a hold lasts no longer than the offer; extend that first",
            ));
        }
        let held = match sender {
            Role::Buyer => self.holds.by_buyer,
            Role::Seller => self.holds.by_seller,
        };
        let shorter = held.is_some_and(|held| hold.until <= held);
        if shorter && holds(Countermeasure::HoldShortens) {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "a hold is never shortened",
            ));
        }
        match sender {
            Role::Buyer => self.holds.by_buyer = Some(hold.until),
            Role::Seller => {
                self.holds.by_seller = Some(hold.until);
                let bid = standing.bid();
                let firmer = match bid.commitment {
                    Commitment::Firm { until } => until < hold.until,
                    _ => true,
                };
                let grant = ExtendGrant {
                    offer: standing.id(),
                    until: bid.valid_until,
                    firm_until: Some(hold.until),
                };
                if firmer {
                    self.lengthen(&grant)?;
                }
            }
        }
        Ok(self.tell(sender, NoticeKind::HoldArrived, id))
    }

    /// The standing offer with more time. An open counter-offer is on the longer offer from here on, or lapses where it
    /// would shorten that.
    fn lengthen(&mut self, grant: &ExtendGrant) -> Result<(), Rejection> {
        let Some(standing) = &mut self.standing else {
            return Err(Rejection::not_allowed(
                "no offer stands that could be extended",
            ));
        };
        let longer = standing.bid().with_grant(grant)?;
        standing.set_terms(longer);
        let rfp = &self.rfp.body;
        self.counter
            .take_if(|open| !open.moves_to(rfp, standing.bid()));
        self.settle_phase();
        Ok(())
    }
}

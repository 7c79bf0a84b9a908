//! Which of a seller's bids stands: by the buyer's clock, whatever was known when each was sent.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{DocumentId, Reason, Timestamp};

use super::{
    Effect, NoticeKind, notify,
    state::{Offer, Phase, State},
};
use crate::{Entry, Rejection, Role};

impl State {
    /// The bid that its seller made last: standing, late or unconfirmed.
    pub fn newest(&self) -> Option<&Offer> {
        let current = self.standing.as_ref().or(self.late.as_ref());
        current.or(self.unconfirmed.as_ref())
    }

    /// Puts a newer bid in its place, and says whether it is late. A late one is kept apart and never replaces one that
    /// came in time; one on an earlier revision waits to be confirmed.
    pub(super) fn keep(&mut self, offer: Offer) -> bool {
        let is_late = self.put(offer);
        self.settle_phase();
        is_late
    }

    fn put(&mut self, offer: Offer) -> bool {
        if offer.bid().revision != self.rfp.body.revision {
            self.superseded.extend(self.unconfirmed.replace(offer));
            return false;
        }
        self.superseded.extend(self.unconfirmed.take());
        let is_late = self.is_late(&offer) && !offer.admitted && holds(Countermeasure::LateBid);
        self.superseded.extend(self.late.take());
        if is_late {
            self.late = Some(offer);
        } else {
            self.superseded.extend(self.standing.replace(offer));
        }
        is_late
    }

    /// The phase that follows from the offers: a counter-offer is open only on the offer that stands.
    pub(super) fn settle_phase(&mut self) {
        let standing = self.standing.as_ref().map(Offer::id);
        self.counter
            .take_if(|open| Some(open.document.body.offer) != standing);
        self.phase = match (&self.counter, &self.standing, &self.late) {
            (Some(open), ..) => Phase::countered_by(open.by),
            (None, Some(_), _) => Phase::BidStanding,
            (None, None, Some(_)) => Phase::BidLate,
            (None, None, None) => Phase::NeedsReconfirm,
        };
    }

    /// The buyer admits a late bid: from here on it stands like any other.
    pub(super) fn admit_late(
        &mut self,
        now: Timestamp,
        bid: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.role != Role::Buyer {
            return Err(Rejection::not_allowed("only the buyer admits a late bid"));
        }
        self.check_own_counter(Role::Buyer, now)?;
        if !self.phase.is_before_order() {
            return Err(Rejection::not_allowed("this dialogue takes no more bids"));
        }
        let Some(late) = self.late.take_if(|late| late.id() == bid) else {
            return Err(Rejection::not_allowed("there is no such late bid"));
        };
        if now > late.bid().valid_until {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        self.admit(late);
        Ok(vec![Effect::Persist(Entry::AdmitLate { bid })])
    }

    /// At the seller: what the buyer says about a late bid, as of an offer that stands, says that it was admitted.
    pub(super) fn follow_admission(&mut self, offer: DocumentId) {
        if self.role == Role::Seller
            && let Some(late) = self.late.take_if(|late| late.id() == offer)
        {
            self.admit(late);
        }
    }

    fn admit(&mut self, mut offer: Offer) {
        offer.admitted = self.is_late(&offer);
        self.superseded.extend(self.standing.replace(offer));
        self.settle_phase();
    }

    /// At the seller: what an order says about the bids that the buyer had. An order on a late bid says that the buyer
    /// admitted it. An order on an earlier bid that is still firm is good as long as no later one is proved to have come
    /// in time: the two have crossed, or the later one was late.
    pub(super) fn follow_order(&mut self, bid: DocumentId, at: Timestamp) {
        self.follow(bid, |offer| offer.bid().commitment.is_firm_at(at));
    }

    /// At the seller: what the question for the last bid says about the bids that the buyer had. A later bid has crossed
    /// it, or was late; either way it is not the one that stands there.
    pub(super) fn follow_last_round(&mut self, bid: DocumentId) {
        self.follow(bid, |_| true);
    }

    fn follow(&mut self, bid: DocumentId, binds: impl FnOnce(&Offer) -> bool) {
        if self.role != Role::Seller
            || !(self.phase.takes_counters() || self.phase == Phase::BidLate)
            || self
                .standing
                .as_ref()
                .is_some_and(|standing| standing.id() == bid)
        {
            return;
        }
        if let Some(late) = self.late.take_if(|late| late.id() == bid) {
            self.admit(late);
            return;
        }
        let Some(place) = self.superseded.iter().position(|offer| offer.id() == bid) else {
            return;
        };
        // The buyer ordered before it heard that its own counter-offer was accepted: the order has set that aside.
        let accepted = self.standing.take_if(|it| it.unsettled_base() == Some(bid));
        if accepted.is_some() {
            let named = self.superseded.remove(place);
            self.admit(named);
            return;
        }
        let named = &self.superseded[place];
        let bid_of = |offer: &Offer| offer.document.id();
        if self.standing.as_ref().map(bid_of) == Some(bid_of(named)) {
            return;
        }
        let replaced = self
            .superseded
            .iter()
            .chain(&self.standing)
            .any(|offer| offer.seq() > named.seq() && offer.proved && !self.is_late(offer));
        let current = named.bid().revision == self.rfp.body.revision;
        if current && binds(named) && !replaced {
            let named = self.superseded.remove(place);
            self.superseded.extend(self.late.take());
            self.admit(named);
        }
    }

    /// The buyer's first receipt proves when a bid arrived, by the clock that judges the deadline. Nothing when there is no
    /// such bid or it is proved already.
    pub(super) fn prove_bid(&mut self, bid: DocumentId, at: Timestamp) -> Option<Vec<Effect>> {
        let stood = self.stands(bid);
        let mut found = false;
        let offers = self.superseded.iter_mut().chain(&mut self.standing);
        let offers = offers.chain(&mut self.late).chain(&mut self.unconfirmed);
        for offer in offers.filter(|offer| offer.document.id() == bid && !offer.proved) {
            offer.received_at = at;
            offer.proved = true;
            found = true;
        }
        if !found {
            return None;
        }
        if self.phase.takes_bids() {
            self.sort_bids();
        }
        let was_late = stood && !self.stands(bid);
        Some(
            was_late
                .then(|| notify(NoticeKind::BidWasLate, Some(bid)))
                .into_iter()
                .collect(),
        )
    }

    fn stands(&self, bid: DocumentId) -> bool {
        self.standing
            .as_ref()
            .is_some_and(|offer| offer.id() == bid)
    }

    pub(super) fn sort_bids(&mut self) {
        let mut offers = std::mem::take(&mut self.superseded);
        offers.extend(self.standing.take());
        offers.extend(self.late.take());
        offers.extend(self.unconfirmed.take());
        offers.sort_by_key(Offer::seq);
        for offer in offers {
            self.put(offer);
        }
        self.settle_phase();
    }
}

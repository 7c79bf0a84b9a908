//! What time does to a dialogue, and whose turn it is.

use opener_trade::Timestamp;

use super::{
    Command, Effect, NoticeKind, notify,
    state::{Offer, Phase, State},
};
use crate::{Entry, Role};

/// Who must act, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The side that must act; nobody when the dialogue is over.
    pub who: Option<Role>,
    /// Until when it counts.
    pub until: Option<Timestamp>,
}

impl State {
    /// Who must act, and until when.
    pub fn turn(&self) -> Turn {
        let schedule = &self.rfp.body.schedule;
        let turn = |who, until| Turn {
            who: Some(who),
            until,
        };
        match self.phase {
            Phase::Invited | Phase::Delivered | Phase::Engaged => {
                turn(Role::Seller, Some(schedule.bid_deadline))
            }
            Phase::NeedsReconfirm => turn(Role::Seller, Some(schedule.bid_deadline)),
            Phase::CounteredByBuyer => turn(Role::Seller, self.counter_until()),
            Phase::CounteredBySeller => turn(Role::Buyer, self.counter_until()),
            Phase::BidStanding if self.awaits_last_bid().is_some() => {
                turn(Role::Seller, self.awaits_last_bid())
            }
            Phase::BidStanding if self.extension_is_asked() => {
                turn(Role::Seller, self.offer_until())
            }
            Phase::BidStanding | Phase::BidLate => {
                let valid = self.offer_until();
                let chosen = self.award_by();
                turn(Role::Buyer, valid.map(|until| until.min(chosen)))
            }
            Phase::Ordered => turn(
                Role::Seller,
                self.order.as_ref().map(|placed| placed.order().answer_by),
            ),
            Phase::Answered | Phase::Conditional => turn(Role::Buyer, self.decide_at()),
            Phase::Concluded if self.terms.by_buyer.is_none() => turn(Role::Buyer, None),
            Phase::Concluded => turn(Role::Seller, None),
            _ => Turn {
                who: None,
                until: None,
            },
        }
    }

    /// When time next changes something, if it does.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let schedule = &self.rfp.body.schedule;
        match self.phase {
            Phase::Invited | Phase::NeedsReconfirm => Some(schedule.bid_deadline),
            Phase::Delivered | Phase::Engaged => Some(schedule.award_by),
            Phase::CounteredByBuyer | Phase::CounteredBySeller => self.counter_until(),
            Phase::BidStanding | Phase::BidLate => {
                let ends = self.last_round_until();
                self.offer_until().into_iter().chain(ends).min()
            }
            Phase::Ordered | Phase::Conditional if self.role == Role::Buyer => self.decide_at(),
            _ => None,
        }
        .map(just_after)
    }

    fn extension_is_asked(&self) -> bool {
        let standing = self.standing.as_ref().map(Offer::id);
        self.extension_asked.is_some() && self.extension_asked == standing
    }

    /// Until when the offer can be ordered.
    fn offer_until(&self) -> Option<Timestamp> {
        let offer = self.standing.as_ref().or(self.late.as_ref());
        offer.map(|offer| offer.bid().valid_until)
    }

    /// Until when the open counter-offer can be answered; the offer that it changes is valid as long at least.
    fn counter_until(&self) -> Option<Timestamp> {
        let open = self.counter.as_ref();
        open.map(|open| open.document.body.valid_until)
    }

    fn decide_at(&self) -> Option<Timestamp> {
        self.order.as_ref().map(|placed| placed.order().decide_at())
    }

    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let bids_stand = matches!(self.phase, Phase::BidStanding | Phase::BidLate);
        let round_ended = bids_stand && self.end_last_round(now);
        let persist = round_ended.then_some(Effect::Persist(Entry::Tick));
        if self.wake_at().is_none_or(|at| now < at) {
            return persist.into_iter().collect();
        }
        let bid = self.standing.as_ref().or(self.late.as_ref()).map(Offer::id);
        let offer_stands = self.offer_until().is_some_and(|until| now <= until);
        let late_remains = self.phase.takes_counters()
            && self
                .late
                .as_ref()
                .is_some_and(|late| now <= late.bid().valid_until);
        let (phase, notice) = match self.phase {
            Phase::Invited => (
                Phase::LapsedUndelivered,
                Some(notify(NoticeKind::Undelivered, None)),
            ),
            Phase::Delivered | Phase::Engaged => (Phase::LapsedSilent, None),
            Phase::NeedsReconfirm => {
                let bid = self.unconfirmed.as_ref().map(Offer::id);
                let notice = notify(NoticeKind::BidNotReconfirmed, bid);
                (Phase::LapsedSilent, Some(notice))
            }
            Phase::CounteredByBuyer | Phase::CounteredBySeller if offer_stands => {
                let counter = self.counter.as_ref().map(|open| open.document.id());
                let notice = notify(NoticeKind::CounterExpired, counter);
                (Phase::BidStanding, Some(notice))
            }
            Phase::BidStanding | Phase::CounteredByBuyer | Phase::CounteredBySeller
                if late_remains =>
            {
                self.superseded.extend(self.standing.take());
                (Phase::BidLate, Some(notify(NoticeKind::BidExpired, bid)))
            }
            Phase::BidStanding
            | Phase::BidLate
            | Phase::CounteredByBuyer
            | Phase::CounteredBySeller => (
                Phase::LapsedExpired,
                Some(notify(NoticeKind::BidExpired, bid)),
            ),
            // The decision itself is a signed document; the phase follows from it.
            phase => (phase, Some(Effect::Author(Command::Lapse))),
        };
        let changed = phase != self.phase;
        let persist = persist.or(changed.then_some(Effect::Persist(Entry::Tick)));
        self.phase = phase;
        persist.into_iter().chain(notice).collect()
    }
}

/// A named moment still counts; what follows from its passing begins a millisecond later.
fn just_after(moment: Timestamp) -> Timestamp {
    moment.plus(opener_trade::Duration::from_millis(1))
}

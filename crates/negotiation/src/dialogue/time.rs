//! What time does to a dialogue, and whose turn it is.

use opener_trade::Timestamp;

use super::{
    Command, Effect, NoticeKind, notify,
    orders::CLOCK_DOUBT,
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
    /// Who must act, and until when. Where both may, our own side comes first.
    pub fn turn(&self) -> Turn {
        let schedule = &self.rfp.body.schedule;
        let turn = |who, until| Turn {
            who: Some(who),
            until,
        };
        match self.phase {
            Phase::Invited | Phase::Delivered | Phase::Engaged
                if !self.has_noticed(schedule.bid_deadline) =>
            {
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
            // The seller may release it from here on.
            Phase::Answered | Phase::Conditional if self.moment_has_passed() => {
                turn(Role::Seller, None)
            }
            // It is too late to answer: the buyer says what became of it.
            Phase::Ordered if self.moment_has_passed() => turn(Role::Buyer, None),
            Phase::Ordered => turn(
                Role::Seller,
                self.order.as_ref().map(|placed| placed.order().answer_by),
            ),
            Phase::Answered | Phase::Conditional => turn(Role::Buyer, self.decide_at()),
            Phase::Concluded => match &self.proposal {
                Some(open) if open.agreement.is_some() => turn(open.by, None),
                Some(open) => turn(open.by.other(), Some(open.until)),
                None if self.terms.of(self.role).is_none() => turn(self.role, None),
                None => turn(self.role.other(), None),
            },
            _ => Turn {
                who: None,
                until: None,
            },
        }
    }

    /// When time next changes something, if it does.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let noticing = self.moment().filter(|moment| !self.has_noticed(*moment));
        let moments = self.deadline().into_iter().chain(noticing);
        moments.min().map(just_after)
    }

    /// The moment after which this phase ends, or a proposal does.
    fn deadline(&self) -> Option<Timestamp> {
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
            Phase::Concluded => self.proposal_until(),
            _ => None,
        }
    }

    /// The moment that changes no phase, but whose turn it is.
    fn moment(&self) -> Option<Timestamp> {
        let placed = self.order.as_ref().filter(|_| self.role == Role::Seller);
        match self.phase {
            Phase::Delivered | Phase::Engaged => Some(self.rfp.body.schedule.bid_deadline),
            Phase::Ordered => placed.map(|it| it.order().decide_at().plus(CLOCK_DOUBT)),
            Phase::Answered | Phase::Conditional => placed.map(|it| it.order().release_after),
            _ => None,
        }
    }

    fn has_noticed(&self, moment: Timestamp) -> bool {
        self.noticed.is_some_and(|noticed| noticed >= moment)
    }

    fn moment_has_passed(&self) -> bool {
        self.moment().is_some_and(|moment| self.has_noticed(moment))
    }

    /// Takes notice of a moment.
    fn notice(&mut self) -> Vec<Effect> {
        self.noticed = self.moment();
        let waits = matches!(self.phase, Phase::Answered | Phase::Conditional);
        let told = waits.then(|| notify(NoticeKind::ReleasePossible, self.response_id()));
        let persist = Effect::Persist(Entry::Tick);
        std::iter::once(persist).chain(told).collect()
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
        if self.deadline().is_none_or(|deadline| now <= deadline) {
            return self.notice();
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
            Phase::Concluded => return self.expire_proposal(),
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

//! Calls: which of their documents a dialogue takes. They change no terms and nobody's turn.

use std::collections::VecDeque;

use opener_trade::{
    CallId, DocumentId, Duration, Opened, Reason, Timestamp,
    document::{CallAnswer, CallCandidate, CallEnd, CallOffer},
};

use super::{
    Effect, NoticeKind,
    state::{Phase, State},
};
use crate::{Rejection, Role};

/// How often one side may ring within [`RING_WINDOW`]. Who was not answered six times writes a message.
pub(super) const RINGS: usize = 6;
/// How often the other side may: what waited on its way arrives together, and its clock counts otherwise.
pub(super) const RINGS_HEARD: usize = RINGS + 2;
/// The time in which rings are counted.
pub(super) const RING_WINDOW: Duration = Duration::from_secs(10 * 60);
/// How often the path of one call is renewed: an hour in a train that changes cells every minute.
pub(super) const RENEWALS: u16 = 60;
/// Documents with candidates that one side sends in one round of paths: each candidate by itself, and room for those found
/// after the call was taken.
pub(super) const CANDIDATE_DOCUMENTS: u16 = 32;
/// Ended calls that are remembered, so that documents that cross an end are no fault: one of either side, and room.
const ENDED: usize = 8;

/// A call that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The call.
    pub call: CallId,
    /// The newest offer of its caller.
    pub offer: DocumentId,
    /// Whether the newest offer is answered.
    pub answered: bool,
    /// Whether the call was taken.
    pub taken: bool,
    renewals: u16,
    /// Documents with candidates in this round: of the caller, of the one called.
    candidates: [u16; 2],
}

/// The calls of a dialogue: at most one open call of either side.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    by_buyer: Option<OpenCall>,
    by_seller: Option<OpenCall>,
    rung_by_buyer: VecDeque<Timestamp>,
    rung_by_seller: VecDeque<Timestamp>,
    ended: VecDeque<CallId>,
}

impl Calls {
    /// The open call that this side made.
    pub const fn made_by(&self, caller: Role) -> Option<&OpenCall> {
        match caller {
            Role::Buyer => self.by_buyer.as_ref(),
            Role::Seller => self.by_seller.as_ref(),
        }
    }

    const fn made_by_mut(&mut self, caller: Role) -> &mut Option<OpenCall> {
        match caller {
            Role::Buyer => &mut self.by_buyer,
            Role::Seller => &mut self.by_seller,
        }
    }

    /// Who made this open call.
    fn caller(&self, call: CallId) -> Option<Role> {
        [Role::Buyer, Role::Seller]
            .into_iter()
            .find(|role| self.made_by(*role).is_some_and(|open| open.call == call))
    }

    fn has_ended(&self, call: CallId) -> bool {
        self.ended.contains(&call)
    }

    fn close(&mut self, call: CallId) {
        if self.ended.len() >= ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(call);
    }

    /// Counts a ring, unless there were enough of them.
    fn ring(&mut self, caller: Role, at: Timestamp, most: usize) -> bool {
        let rung = match caller {
            Role::Buyer => &mut self.rung_by_buyer,
            Role::Seller => &mut self.rung_by_seller,
        };
        rung.retain(|before| before.plus(RING_WINDOW) > at);
        if rung.len() >= most {
            return false;
        }
        rung.push_back(at);
        true
    }
}

/// Whether a document belongs to a call.
pub(super) const fn is_of_a_call(document: &Opened) -> bool {
    matches!(
        document,
        Opened::CallOffer(_)
            | Opened::CallAnswer(_)
            | Opened::CallCandidate(_)
            | Opened::CallEnd(_)
    )
}

fn no_such_call() -> Rejection {
    Rejection::not_allowed("there is no such call")
}

impl State {
    pub(super) fn offer_call(
        &mut self,
        sender: Role,
        id: DocumentId,
        offer: &CallOffer,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let ours = sender == self.role;
        if let Some(renewed) = offer.renews {
            self.renew_call(sender, id, offer.call, renewed)?;
            return Ok(self.signal(sender, id));
        }
        if self.phase.is_closed() {
            return Err(Rejection::not_allowed(
                "this deal is over; nobody is called in it",
            ));
        }
        if ours && self.phase == Phase::Invited {
            return Err(Rejection::not_allowed(
                "the seller does not have the request yet",
            ));
        }
        if self.calls.caller(offer.call).is_some() || self.calls.has_ended(offer.call) {
            return Err(Rejection::not_allowed("this call was made before"));
        }
        let most = if ours { RINGS } else { RINGS_HEARD };
        if !self.calls.ring(sender, at, most) {
            let rule = format!(
                "at most {RINGS} calls in {} minutes; write a message instead",
                RING_WINDOW.millis() / 60_000
            );
            return Err(Rejection::new(Reason::RateLimited, rule));
        }
        let opened = OpenCall {
            call: offer.call,
            offer: id,
            answered: false,
            taken: false,
            renewals: 0,
            candidates: [0; 2],
        };
        // A program that was killed ends no call: its next one does.
        if let Some(before) = self.calls.made_by_mut(sender).replace(opened) {
            self.calls.close(before.call);
        }
        let mut effects = self.signal(sender, id);
        effects.extend(self.tell(sender, NoticeKind::CallArrived, id));
        Ok(effects)
    }

    fn renew_call(
        &mut self,
        sender: Role,
        id: DocumentId,
        call: CallId,
        renewed: DocumentId,
    ) -> Result<(), Rejection> {
        let open = self.calls.made_by_mut(sender).as_mut();
        let open = open
            .filter(|open| open.call == call)
            .ok_or_else(no_such_call)?;
        if open.offer != renewed || !open.answered {
            return Err(Rejection::stale(
                "the offer before it is not answered",
                open.offer,
            ));
        }
        if open.renewals >= RENEWALS {
            let rule = format!("the path of a call is renewed at most {RENEWALS} times");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        *open = OpenCall {
            offer: id,
            answered: false,
            renewals: open.renewals.saturating_add(1),
            candidates: [0; 2],
            ..open.clone()
        };
        Ok(())
    }

    pub(super) fn answer_call(
        &mut self,
        sender: Role,
        id: DocumentId,
        answer: &CallAnswer,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.calls.has_ended(answer.call) {
            return Ok(Vec::new());
        }
        let open = self.calls.made_by_mut(sender.other()).as_mut();
        let open = open
            .filter(|open| open.call == answer.call)
            .ok_or_else(no_such_call)?;
        if open.offer != answer.offer || open.answered {
            return Err(Rejection::stale(
                "another offer of this call stands",
                open.offer,
            ));
        }
        open.answered = true;
        open.taken = true;
        Ok(self.signal(sender, id))
    }

    pub(super) fn hear_candidates(
        &mut self,
        sender: Role,
        id: DocumentId,
        paths: &CallCandidate,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.calls.has_ended(paths.call) {
            return Ok(Vec::new());
        }
        let caller = self.calls.caller(paths.call).ok_or_else(no_such_call)?;
        let by_caller = caller == sender;
        let open = self.calls.made_by_mut(caller).as_mut();
        let open = open.ok_or_else(no_such_call)?;
        if paths.renew && by_caller {
            return Err(Rejection::not_allowed("the caller renews by an offer"));
        }
        if !by_caller && !open.taken {
            return Err(Rejection::not_allowed(
                "who was called shows paths after taking the call",
            ));
        }
        let sent = &mut open.candidates[usize::from(!by_caller)];
        if *sent >= CANDIDATE_DOCUMENTS {
            let rule = format!("at most {CANDIDATE_DOCUMENTS} documents with candidates");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        *sent = sent.saturating_add(1);
        if open.offer != paths.offer {
            // Of the round before: it crossed a renewal.
            return Ok(Vec::new());
        }
        Ok(self.signal(sender, id))
    }

    /// The end of a call. Both may end it at once; and who was not reached while it rang learns of it only here.
    pub(super) fn end_call(
        &mut self,
        sender: Role,
        id: DocumentId,
        end: &CallEnd,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.calls.has_ended(end.call) {
            return Ok(Vec::new());
        }
        let Some(caller) = self.calls.caller(end.call) else {
            if sender == self.role {
                return Err(no_such_call());
            }
            self.calls.close(end.call);
            return Ok(self.tell(sender, NoticeKind::CallMissed, id));
        };
        let taken = self
            .calls
            .made_by_mut(caller)
            .take()
            .is_some_and(|open| open.taken);
        self.calls.close(end.call);
        let mut effects = self.signal(sender, id);
        if caller == sender && !taken {
            effects.extend(self.tell(sender, NoticeKind::CallMissed, id));
        }
        Ok(effects)
    }

    /// What the other side sends goes to the call; ours came from there.
    fn signal(&self, sender: Role, id: DocumentId) -> Vec<Effect> {
        if sender == self.role {
            Vec::new()
        } else {
            vec![Effect::Signal(id)]
        }
    }
}

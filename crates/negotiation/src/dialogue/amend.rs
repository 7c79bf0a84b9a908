//! Rules for changing or cancelling a concluded order: both sign the same, or nothing changes. The proposer decides.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Opened, Reason, Timestamp,
    document::{AmendmentRefuse, Order, OrderChange, same_change},
    switch::{Countermeasure, holds},
};

use super::{
    Command, Effect, KEEP_TRYING, NoticeKind, notify,
    placed::{Amended, Placed},
    state::{Phase, State},
};
use crate::{LineQuantity, Rejection, Role};

/// Proposals of one side in one deal. Who changes an order more often should write a new request; all of them are kept.
pub(super) const PROPOSALS: u8 = 64;

/// What a proposal would make of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// This order instead.
    Change(Arc<Order>),
    /// None.
    Cancel,
}

/// A proposal to change or to cancel the order that waits for its answer.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The `order-change` or `order-cancel`.
    pub document: Arc<Opened>,
    /// Who made it; the other side answers.
    pub by: Role,
    /// It can be agreed to until here, by the proposer's clock.
    pub until: Timestamp,
    /// What it would make of the order.
    pub amendment: Amendment,
    /// Our agreement, as long as we do not know that the proposer had it in time.
    pub agreement: Option<DocumentId>,
}

impl Proposal {
    /// The words by which its receiver agrees: the same.
    pub(super) fn repeated(&self, now: Timestamp) -> Command {
        let until = now.plus(KEEP_TRYING);
        match &*self.document {
            Opened::OrderChange(change) => {
                Command::ChangeOrder(Box::new(change.body.clone()), until)
            }
            Opened::OrderCancel(cancel) => Command::CancelOrder(cancel.body.clone(), until),
            _ => Command::AcceptAmendment,
        }
    }
}

/// What both have made, or tried to make, of the order.
#[derive(Debug, Clone, Default)]
pub(super) struct Amendments {
    /// Proposals of each side: buyer, seller.
    made: [u8; 2],
    /// Proposals that were agreed to.
    agreed: Vec<DocumentId>,
    /// Ours that gave way to one of the buyer's, until our own word for it is signed.
    yielded: Option<DocumentId>,
}

impl State {
    /// What a proposal or the final terms rest on: the response that made the contract, or the agreement that changed it
    /// last.
    pub fn contract_id(&self) -> Option<DocumentId> {
        let changed = self.order.as_ref().and_then(|it| it.amended.as_ref());
        changed
            .map(|it| it.agreement)
            .or_else(|| self.response_id())
    }

    /// A proposal, or the agreement to one, told apart by what it answers.
    pub(super) fn amend(
        &mut self,
        sender: Role,
        document: &Arc<Opened>,
        now: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let mut effects = self.learn_from_buyer(sender);
        let Some(answers) = document.header().and_then(|header| header.answers) else {
            return Err(Rejection::not_allowed(
                "a proposal names in `answers` what it would change",
            ));
        };
        let open = self.proposal.as_ref().filter(|open| open.by != sender);
        if open.is_some_and(|open| open.document.id() == answers) {
            effects.extend(self.agree(sender, document, at)?);
            return Ok(effects);
        }
        // The proposer goes on from our agreement: it had that in time.
        if sender != self.role && open.is_none() {
            effects.extend(self.settle_proposal(answers));
        }
        effects.extend(self.propose(sender, document, answers, now)?);
        Ok(effects)
    }

    /// The buyer speaks of the order as concluded, which says what a lost receipt would.
    fn learn_from_buyer(&mut self, sender: Role) -> Vec<Effect> {
        if self.phase != Phase::Answered || sender != Role::Buyer {
            return Vec::new();
        }
        self.phase = Phase::Concluded;
        vec![notify(NoticeKind::DealConcluded, self.response_id())]
    }

    fn propose(
        &mut self,
        sender: Role,
        document: &Arc<Opened>,
        answers: DocumentId,
        now: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let contract = self.contract_id();
        let (Phase::Concluded, Some(placed), Some(contract)) = (self.phase, &self.order, contract)
        else {
            return Err(Rejection::not_allowed(
                "an order is changed or cancelled while it is concluded, and not both have signed the final terms",
            ));
        };
        if answers != contract {
            return Err(Rejection::stale(
                "the proposal is no longer open, or the order was changed since",
                contract,
            ));
        }
        let amendment = self.amendment(placed, document)?;
        let until = document.header().map_or(now, |header| header.expires_at);
        let ours = sender == self.role;
        let stands = self
            .proposal
            .as_ref()
            .filter(|open| open.by == self.role || open.agreement.is_some() || now <= open.until);
        match stands {
            Some(open) if open.by == sender => {
                return Err(Rejection::not_allowed(
                    "one proposal at a time: take the open one back first",
                ));
            }
            Some(_) if ours => {
                return Err(Rejection::not_allowed(
                    "the other side has proposed something: answer that first",
                ));
            }
            _ => {}
        }
        let crossed = stands.map(|open| (open.document.id(), open.amendment == Amendment::Cancel));
        self.count_proposal(sender)?;
        let id = document.id();
        if crossed.is_some() && sender == Role::Seller {
            return Ok(vec![notify(NoticeKind::AmendmentsCrossed, Some(id))]);
        }
        let cancels = amendment == Amendment::Cancel;
        self.proposal = Some(Proposal {
            document: document.clone(),
            by: sender,
            until,
            amendment,
            agreement: None,
        });
        let Some((ours, we_cancel)) = crossed else {
            return Ok(self.tell(sender, NoticeKind::AmendmentProposed, id));
        };
        self.amendments.yielded = Some(ours);
        let mut effects = vec![Effect::Author(Command::RefuseAmendment(AmendmentRefuse {
            proposal: ours,
            reason: Default::default(),
        }))];
        if cancels && we_cancel && now <= until {
            effects.push(Effect::Author(Command::AcceptAmendment));
        } else {
            effects.push(notify(NoticeKind::AmendmentsCrossed, Some(id)));
        }
        Ok(effects)
    }

    fn count_proposal(&mut self, sender: Role) -> Result<(), Rejection> {
        let [buyer, seller] = &mut self.amendments.made;
        let made = if sender == Role::Buyer { buyer } else { seller };
        if *made >= PROPOSALS {
            return Err(Rejection::new(
                Reason::TooLarge,
                format!("each side proposes at most {PROPOSALS} changes of one order"),
            ));
        }
        *made += 1;
        Ok(())
    }

    /// What a proposal would make of the order, if the request allows it.
    fn amendment(&self, placed: &Placed, document: &Opened) -> Result<Amendment, Rejection> {
        let other_order = || Rejection::stale("another order is concluded", placed.document.id());
        match document {
            Opened::OrderChange(change) => {
                if change.body.order != placed.document.id() {
                    return Err(other_order());
                }
                self.check_change(placed, &change.body)?;
                let changed = placed.to_change().with_change(&change.body)?;
                Ok(Amendment::Change(Arc::new(changed)))
            }
            Opened::OrderCancel(cancel) if cancel.body.order == placed.document.id() => {
                Ok(Amendment::Cancel)
            }
            _ => Err(other_order()),
        }
    }

    /// Lines are those of the request, in the unit that the order has or else the request, and no more than was asked.
    fn check_change(&self, placed: &Placed, change: &OrderChange) -> Result<(), Rejection> {
        for line in &change.lines {
            let Some(asked) = self.rfp.body.line(line.line) else {
                return Err(Rejection::not_allowed(format!(
                    "line {} was not asked for",
                    line.line
                )));
            };
            let ordered = placed.order().lines.iter();
            let ordered = ordered.clone().find(|ordered| ordered.line == line.line);
            let unit = ordered.map_or(asked.quantity.unit, |ordered| ordered.quantity.unit);
            if line.quantity.unit != unit {
                return Err(Rejection::new(
                    Reason::UnitNotConvertible,
                    format!("line {}: the unit stays {unit}", line.line),
                ));
            }
            let changed = LineQuantity::asked(&self.rfp.body, line.line, line.quantity)?;
            if changed.quantity > asked.quantity.value && holds(Countermeasure::ChangedQuantity) {
                return Err(Rejection::new(
                    Reason::QuantityExceeded,
                    format!("line {}: more than asked", line.line),
                ));
            }
        }
        Ok(())
    }

    /// The other side agrees. Where it is ours that is agreed to, the agreement holds from here on.
    fn agree(
        &mut self,
        sender: Role,
        document: &Arc<Opened>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(open) = self.proposal.as_mut() else {
            return Err(Rejection::not_allowed("nothing is proposed"));
        };
        if open.agreement.is_some() {
            return Err(Rejection::not_allowed("this is agreed to already"));
        }
        if at > open.until && holds(Countermeasure::AgreementInTime) {
            return Err(Rejection::new(
                Reason::Expired,
                "the time to agree to this proposal has passed",
            ));
        }
        if !repeats(&open.document, document) && holds(Countermeasure::AgreementRepeats) {
            return Err(Rejection::not_allowed(
                "an agreement repeats the proposal as it stands",
            ));
        }
        let id = document.id();
        open.agreement = Some(id);
        if sender == self.role {
            return Ok(Vec::new());
        }
        Ok(self.settle_proposal(id))
    }

    /// What was agreed to by this agreement holds now, at both sides. Nothing where it is not the one that waits.
    pub(super) fn settle_proposal(&mut self, agreement: DocumentId) -> Vec<Effect> {
        let waits = |open: &mut Proposal| open.agreement == Some(agreement);
        let (Some(open), Some(placed)) = (self.proposal.take_if(waits), self.order.as_mut()) else {
            return Vec::new();
        };
        self.amendments.agreed.push(open.document.id());
        self.terms = Default::default();
        let kind = match open.amendment {
            Amendment::Change(order) => {
                placed.amended = Some(Amended { order, agreement });
                NoticeKind::OrderAmended
            }
            Amendment::Cancel => {
                placed.cancelled = Some(agreement);
                self.phase = Phase::Cancelled;
                NoticeKind::OrderCancelled
            }
        };
        vec![notify(kind, Some(agreement))]
    }

    /// A proposal is refused or taken back. What is agreed stays agreed, and what has ended already ends once.
    pub(super) fn refuse_amendment(
        &mut self,
        sender: Role,
        id: DocumentId,
        proposal: DocumentId,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.amendments.agreed.contains(&proposal) && holds(Countermeasure::AgreedStays) {
            return Err(Rejection::not_allowed("that is agreed to already"));
        }
        let ours = sender == self.role;
        let named = |open: &&Proposal| open.document.id() == proposal;
        let Some(open) = self.proposal.as_ref().filter(named) else {
            let yielded = self.amendments.yielded.take_if(|it| *it == proposal);
            return if ours && yielded.is_none() {
                Err(Rejection::not_allowed("no such proposal is open"))
            } else {
                Ok(Vec::new())
            };
        };
        let own = open.by == sender;
        if ours && !own && open.agreement.is_some() {
            return Err(Rejection::not_allowed("this is agreed to already"));
        }
        self.proposal = None;
        let kind = if own {
            NoticeKind::AmendmentWithdrawn
        } else {
            NoticeKind::AmendmentRefused
        };
        Ok(self.tell(sender, kind, id))
    }

    /// Time passes over an open proposal: its own side takes it back, the other side lets it go.
    pub(super) fn expire_proposal(&mut self) -> Vec<Effect> {
        let Some(open) = &self.proposal else {
            return Vec::new();
        };
        let id = open.document.id();
        let told = notify(NoticeKind::AmendmentExpired, Some(id));
        if open.by == self.role {
            let refuse = AmendmentRefuse {
                proposal: id,
                reason: Default::default(),
            };
            return vec![Effect::Author(Command::RefuseAmendment(refuse)), told];
        }
        self.proposal = None;
        vec![Effect::Persist(crate::Entry::Tick), told]
    }

    /// Until when an open proposal waits for its answer; it does not once we have agreed.
    pub(super) fn proposal_until(&self) -> Option<Timestamp> {
        let open = self.proposal.as_ref();
        open.filter(|open| open.agreement.is_none())
            .map(|open| open.until)
    }
}

fn repeats(proposal: &Opened, said: &Opened) -> bool {
    match (proposal, said) {
        (Opened::OrderChange(proposal), Opened::OrderChange(said)) => same_change(proposal, said),
        (Opened::OrderCancel(proposal), Opened::OrderCancel(said)) => same_change(proposal, said),
        _ => false,
    }
}

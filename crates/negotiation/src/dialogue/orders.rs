//! Rules for order, response, lapse, award to others and cancellation.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_trade::{
    DocumentId, Duration, Reason, Timestamp, Verified,
    document::{CommitmentKind, Document, Lapse, Order, OrderOutcome, OrderResponse},
};

use super::{
    Command, Effect, NoticeKind,
    exact::{check_order, confirms},
    notify,
    placed::Placed,
    state::{Phase, State},
};
use crate::{Entry, Rejection, Role};

/// How far a seller's clock may be ahead of the buyer's before it alone calls a question, an order or an answer too late: clocks that
/// run wild by ten minutes are met, and more is warned of long before.
pub(super) const CLOCK_DOUBT: Duration = Duration::from_secs(15 * 60);

impl State {
    pub(super) fn place(
        &mut self,
        document: Arc<Verified<Document<Order>>>,
        now: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let order = &document.body;
        let expiry = holds(Countermeasure::BidExpiry);
        if self.phase == Phase::LapsedExpired && expiry {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        self.follow_order(order.bid, at);
        let standing = self.standing.as_ref();
        let Some(standing) = standing.filter(|_| self.phase.takes_counters()) else {
            return Err(Rejection::not_allowed(
                "no bid stands that could be ordered",
            ));
        };
        if order.bid != standing.id() && holds(Countermeasure::StaleOrder) {
            return Err(Rejection::stale("another bid stands", standing.id()));
        }
        self.check_order_after(document.header.issued_at)?;
        self.check_own_counter(Role::Buyer, document.header.issued_at)?;
        if at.max(document.header.issued_at) > standing.bid().valid_until && expiry {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        let hopeless = self.role == Role::Seller && now > order.decide_at().plus(CLOCK_DOUBT);
        if order.answer_by < document.header.issued_at || hopeless {
            return Err(Rejection::new(
                Reason::Late,
                "the time to answer this order has passed",
            ));
        }
        let disclosure = self.rfp.body.disclosure.min(standing.bid().disclosure);
        if order.disclosure != disclosure {
            return Err(Rejection::not_allowed(
                "the disclosure is the stricter of request and bid",
            ));
        }
        let exact = check_order(&self.rfp.body, standing.bid(), order)?;
        let binds = standing.bid().commitment.kind() != CommitmentKind::Indicative;
        let id = document.id();
        let accept = Box::new(OrderResponse::accept(id, order));
        self.order = Some(Placed {
            document,
            exact,
            response: None,
            confirmation: None,
            received_at: (self.role == Role::Seller).then_some(at),
            broken: false,
            amended: None,
            cancelled: None,
        });
        self.phase = Phase::Ordered;
        if self.role == Role::Buyer {
            return Ok(Vec::new());
        }
        Ok(if exact && binds {
            vec![
                Effect::Author(Command::Respond(accept)),
                notify(NoticeKind::OrderAutoAccepted, Some(id)),
            ]
        } else {
            vec![notify(NoticeKind::OrderArrived, Some(id))]
        })
    }

    pub(super) fn respond(
        &mut self,
        sender: Role,
        document: Arc<Verified<Document<OrderResponse>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(placed) = self.order.as_mut() else {
            return Err(Rejection::not_allowed("nothing is ordered"));
        };
        if document.body.order != placed.document.id() {
            return Err(Rejection::stale(
                "another order stands",
                placed.document.id(),
            ));
        }
        // The buyer's clock decides; the seller's own keeps it only from what is hopeless.
        let decide_at = placed.order().decide_at();
        let late = match (self.role, sender) {
            (Role::Buyer, _) => at > decide_at,
            (Role::Seller, Role::Buyer) => document.header.issued_at > decide_at,
            (Role::Seller, Role::Seller) => at > decide_at.plus(CLOCK_DOUBT),
        };
        if late && holds(Countermeasure::LateAnswer) {
            return Err(Rejection::new(
                Reason::Late,
                "the time to answer this order has passed",
            ));
        }
        match (sender, self.phase) {
            (Role::Seller, Phase::Ordered) => self.answer(document),
            (Role::Buyer, Phase::Conditional) => self.confirm(document),
            _ => Err(Rejection::not_allowed("no answer is due from this side")),
        }
    }

    fn answer(
        &mut self,
        document: Arc<Verified<Document<OrderResponse>>>,
    ) -> Result<Vec<Effect>, Rejection> {
        let (Some(placed), Some(standing)) = (self.order.as_mut(), self.standing.as_ref()) else {
            return Err(Rejection::not_allowed("nothing is ordered"));
        };
        document.body.check_against(placed.order())?;
        let outcome = document.body.outcome();
        let binds = standing.bid().commitment.kind() != CommitmentKind::Indicative;
        let broken = placed.exact && binds && outcome != OrderOutcome::Accepted;
        if broken && holds(Countermeasure::PromiseKept) {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "the bid promised to accept an exact order",
            ));
        }
        let id = document.id();
        placed.response = Some(document);
        let kind = match outcome {
            OrderOutcome::Accepted => {
                let proved = self.role == Role::Buyer || !holds(Countermeasure::ContractByReceipt);
                self.phase = if proved {
                    Phase::Concluded
                } else {
                    Phase::Answered
                };
                NoticeKind::DealConcluded
            }
            OrderOutcome::Refused => {
                self.phase = Phase::Refused;
                NoticeKind::OrderRefused
            }
            OrderOutcome::Conditional => {
                self.phase = Phase::Conditional;
                NoticeKind::OrderChanged
            }
        };
        Ok(self.tell(Role::Seller, kind, id))
    }

    /// The buyer takes a changed answer whole, or not at all.
    fn confirm(
        &mut self,
        document: Arc<Verified<Document<OrderResponse>>>,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(placed) = self.order.as_mut() else {
            return Err(Rejection::not_allowed("nothing is ordered"));
        };
        let Some(answer) = &placed.response else {
            return Err(Rejection::not_allowed(
                "there is no changed answer to confirm",
            ));
        };
        if document.header.answers != Some(answer.id()) {
            return Err(Rejection::stale("another answer stands", answer.id()));
        }
        let id = document.id();
        match document.body.outcome() {
            OrderOutcome::Refused => {
                self.order = None;
                self.reopen();
                Ok(self.tell(Role::Buyer, NoticeKind::ChangeRefused, id))
            }
            OrderOutcome::Accepted if confirms(&answer.body, &document.body) => {
                placed.confirmation = Some(document);
                self.phase = Phase::Concluded;
                Ok(self.tell(Role::Buyer, NoticeKind::DealConcluded, id))
            }
            _ => Err(Rejection::not_allowed(
                "a changed answer is accepted or refused whole",
            )),
        }
    }

    /// The buyer's one decision. It is final even when the seller never took the order, or refused it too late.
    pub(super) fn lapse(
        &mut self,
        id: DocumentId,
        lapse: &Lapse,
        now: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let lapsed = vec![notify(NoticeKind::OrderLapsed, Some(id))];
        let Some(placed) = self.order.as_mut() else {
            if !self.phase.is_before_order() {
                return Err(Rejection::not_allowed("nothing is ordered"));
            }
            self.phase = Phase::LapsedUnanswered;
            return Ok(lapsed);
        };
        if lapse.order != placed.document.id() {
            return Err(Rejection::stale(
                "another order stands",
                placed.document.id(),
            ));
        }
        let ended_late =
            self.role == Role::Seller && matches!(self.phase, Phase::Refused | Phase::Released);
        if !self.phase.is_ordering() && !ended_late {
            return Err(Rejection::not_allowed("the order is decided already"));
        }
        let decided_at = match self.role {
            Role::Buyer => now,
            Role::Seller => lapse.decided_at,
        };
        if decided_at <= placed.order().decide_at() {
            return Err(Rejection::not_allowed(
                "the time to answer this order has not passed",
            ));
        }
        let promised = self
            .standing
            .as_ref()
            .is_some_and(|offer| offer.bid().commitment.kind() != CommitmentKind::Indicative);
        // Who had the order only when it was too late has broken nothing.
        let answer_by = placed.order().answer_by;
        let had_it = placed.received_at.is_none_or(|at| at <= answer_by);
        placed.broken = placed.exact && promised && had_it;
        self.phase = Phase::LapsedUnanswered;
        Ok(lapsed)
    }

    pub(super) fn not_chosen(&mut self, id: DocumentId) -> Result<Vec<Effect>, Rejection> {
        if !self.phase.is_before_order() {
            return Err(Rejection::not_allowed("this dialogue is ordered or over"));
        }
        self.phase = Phase::NotChosen;
        Ok(self.tell(Role::Buyer, NoticeKind::NotChosen, id))
    }

    /// The request is called off. What is ordered stays ordered.
    pub(super) fn cancel(&mut self, id: DocumentId) -> Vec<Effect> {
        self.called_off = true;
        if !self.phase.is_before_order() {
            return Vec::new();
        }
        self.phase = Phase::Cancelled;
        self.tell(Role::Buyer, NoticeKind::RequestCancelled, id)
    }

    /// A receipt for a document of ours. The first one counts.
    pub(super) fn take_receipt(&mut self, document: DocumentId, at: Timestamp) -> Vec<Effect> {
        let learned = match self.role {
            Role::Buyer => self.learn_delivery(document, at),
            Role::Seller if self.response_id() == Some(document) => self.learn_conclusion(document),
            Role::Seller => self.prove_bid(document, at),
        };
        let learned = learned.or_else(|| self.settle_counter(document));
        let learned = self.learn_agreement(document).or(learned);
        let Some(more) = learned else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Persist(Entry::Receipt { document, at })];
        effects.extend(more);
        effects
    }

    /// The proposer had our agreement in time.
    fn learn_agreement(&mut self, agreement: DocumentId) -> Option<Vec<Effect>> {
        let settled = self.settle_proposal(agreement);
        (!settled.is_empty()).then_some(settled)
    }

    /// The other side knows that we accepted its counter-offer.
    fn settle_counter(&mut self, acceptance: DocumentId) -> Option<Vec<Effect>> {
        let mut offers = self.superseded.iter_mut().chain(&mut self.standing);
        let settled = offers.any(|offer| offer.settle(acceptance));
        settled.then(Vec::new)
    }

    fn learn_delivery(&mut self, document: DocumentId, at: Timestamp) -> Option<Vec<Effect>> {
        if self.is_revision(document) && self.phase == Phase::Invited {
            self.phase = Phase::Delivered;
            return Some(Vec::new());
        }
        let told = self.learn_told(document);
        let placed = self.order.as_mut()?;
        if document != placed.document.id() || placed.received_at.is_some() {
            return told;
        }
        placed.received_at = Some(at);
        Some(Vec::new())
    }

    fn learn_conclusion(&mut self, response: DocumentId) -> Option<Vec<Effect>> {
        if self.phase != Phase::Answered {
            return None;
        }
        self.phase = Phase::Concluded;
        Some(vec![notify(NoticeKind::DealConcluded, Some(response))])
    }
}

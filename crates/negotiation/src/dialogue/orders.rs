//! Rules for order, response, lapse, award to others and cancellation.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Reason, Timestamp, Verified,
    document::{
        Bid, CommitmentKind, Document, Lapse, Order, OrderOutcome, OrderResponse, ResponseLine,
        ResponseStatus,
    },
};

use super::{
    Command, Effect, NoticeKind, notify,
    state::{Phase, Placed, State},
};
use crate::{Rejection, Role};

impl State {
    pub(super) fn place(
        &mut self,
        document: Arc<Verified<Document<Order>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let order = &document.body;
        let Some(standing) = &self.standing else {
            return Err(Rejection::not_allowed(
                "no bid stands that could be ordered",
            ));
        };
        if self.phase == Phase::LapsedExpired {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        if self.phase != Phase::BidStanding {
            return Err(Rejection::not_allowed(
                "no bid stands that could be ordered",
            ));
        }
        if order.bid != standing.document.id() {
            return Err(Rejection::stale(
                "another bid stands",
                standing.document.id(),
            ));
        }
        if at > standing.bid().valid_until {
            return Err(Rejection::new(Reason::Expired, "the bid has expired"));
        }
        if order.answer_by < at {
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
        let exact = check_order(standing.bid(), order)?;
        let binds = standing.bid().commitment.kind() != CommitmentKind::Indicative;
        let id = document.id();
        let accept = Box::new(OrderResponse::accept(id, order));
        self.order = Some(Placed {
            document,
            exact,
            response: None,
            confirmation: None,
            broken: false,
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
        if self.role == Role::Buyer && at > placed.order().decide_at() {
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
        if placed.exact && binds && outcome != OrderOutcome::Accepted {
            return Err(Rejection::new(
                Reason::FirmCommitment,
                "the bid promised to accept an exact order",
            ));
        }
        let id = document.id();
        placed.response = Some(document);
        let kind = match outcome {
            OrderOutcome::Accepted => {
                self.phase = if self.role == Role::Buyer {
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
                self.phase = Phase::BidStanding;
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

    pub(super) fn lapse(
        &mut self,
        id: DocumentId,
        lapse: &Lapse,
        now: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let Some(placed) = self.order.as_mut() else {
            return Err(Rejection::not_allowed("nothing is ordered"));
        };
        if lapse.order != placed.document.id() {
            return Err(Rejection::stale(
                "another order stands",
                placed.document.id(),
            ));
        }
        if !self.phase.is_ordering() {
            return Err(Rejection::not_allowed("the order is decided already"));
        }
        let decided_at = if self.role == Role::Buyer {
            now
        } else {
            lapse.decided_at
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
        placed.broken = placed.exact && promised;
        self.phase = Phase::LapsedUnanswered;
        Ok(vec![notify(NoticeKind::OrderLapsed, Some(id))])
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
        if !self.phase.is_before_order() {
            return Vec::new();
        }
        self.phase = Phase::Cancelled;
        self.tell(Role::Buyer, NoticeKind::RequestCancelled, id)
    }

    /// A receipt for a document of ours.
    pub(super) fn take_receipt(&mut self, document: DocumentId, at: Timestamp) -> Vec<Effect> {
        let entry = Effect::Persist(crate::Entry::Receipt { document, at });
        let before = self.phase;
        let mut effects = Vec::new();
        match self.role {
            Role::Buyer if document == self.rfp.id() && self.phase == Phase::Invited => {
                self.phase = Phase::Delivered
            }
            Role::Seller
                if self.phase == Phase::Answered && self.response_id() == Some(document) =>
            {
                self.phase = Phase::Concluded;
                effects.push(notify(NoticeKind::DealConcluded, Some(document)));
            }
            Role::Seller => effects = self.prove_bid(document, at),
            Role::Buyer => {}
        }
        let concerns_bid = [&self.standing, &self.late]
            .into_iter()
            .flatten()
            .any(|o| o.document.id() == document);
        if before == self.phase && effects.is_empty() && !concerns_bid {
            return Vec::new();
        }
        effects.insert(0, entry);
        effects
    }
}

/// Every line and charge of an order is the bid's; it is exact when it takes them in the offered quantity, and all of
/// them where the bid says all or nothing.
fn check_order(bid: &Bid, order: &Order) -> Result<bool, Rejection> {
    let mut exact = true;
    for line in &order.lines {
        let Some(offered) = bid.offered().find(|offered| offered.line == line.line) else {
            return Err(Rejection::not_allowed(format!(
                "line {} is not offered",
                line.line
            )));
        };
        if line.price != offered.price || line.quantity.unit != offered.quantity.unit {
            return Err(Rejection::not_allowed(format!(
                "line {}: an order takes the bid's price and unit",
                line.line
            )));
        }
        if line.quantity.value > offered.quantity.value {
            return Err(Rejection::new(
                Reason::QuantityExceeded,
                format!("line {}: more than offered", line.line),
            ));
        }
        exact &= line.quantity == offered.quantity;
    }
    if let Some(charge) = order
        .charges
        .iter()
        .find(|charge| !bid.charges.iter().any(|offered| offered == *charge))
    {
        return Err(Rejection::not_allowed(format!(
            "the charge of {} is not the bid's",
            charge.amount
        )));
    }
    let whole =
        order.lines.len() == bid.offered().count() && order.charges.len() == bid.charges.len();
    if bid.all_or_nothing && !whole {
        return Err(Rejection::not_allowed("this bid can only be ordered whole"));
    }
    let omitted = |charge: &&opener_trade::document::Charge| {
        charge.lot.is_none() && !order.charges.contains(charge)
    };
    if bid.charges.iter().any(|charge| omitted(&charge)) {
        return Err(Rejection::not_allowed(
            "charges for the bid as a whole belong to every order",
        ));
    }
    Ok(exact)
}

/// Whether the buyer's confirmation repeats the seller's changed answer: each line that is not refused, as it stands.
fn confirms(answer: &OrderResponse, confirmation: &OrderResponse) -> bool {
    let kept = answer
        .lines
        .iter()
        .filter(|line| line.status != ResponseStatus::Refused);
    let same = |a: &ResponseLine, b: &ResponseLine| {
        (a.line, a.quantity, a.price, a.window) == (b.line, b.quantity, b.price, b.window)
    };
    kept.clone().count() == confirmation.lines.len()
        && kept.zip(&confirmation.lines).all(|(a, b)| same(a, b))
}

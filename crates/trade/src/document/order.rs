//! `order` and `order-response`: how a bid becomes a contract.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body, check_each, check_unique,
    kind::Kind,
    shared::{Delivery, Disclosure, Incoterm, Price, check_sum, word_enum},
};
use crate::{
    DocumentId, Duration, Invalid, List, Money, Number, PeerText, Period, Quantity, Reason,
    Timestamp,
    document::Charge,
    limits::{CHARGES, LINES, REMARK_BYTES},
};

/// One ordered line.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The RFP's line number.
    #[n(0)]
    pub line: u32,
    /// How much is ordered.
    #[n(1)]
    pub quantity: Quantity,
    /// At what price.
    #[n(2)]
    pub price: Price,
    /// Quantity × price, rounded once.
    #[n(3)]
    pub amount: Money,
}

/// An order on one bid.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The bid it accepts.
    #[n(0)]
    pub bid: DocumentId,
    /// The ordered lines.
    #[n(1)]
    pub lines: List<OrderLine, LINES>,
    /// The charges of the bid that belong to them.
    #[n(2)]
    pub charges: List<Charge, CHARGES>,
    /// The sum of lines and charges.
    #[n(3)]
    pub total: Money,
    /// Where and when to deliver.
    #[n(4)]
    pub delivery: Delivery,
    /// The Incoterm.
    #[n(5)]
    pub incoterm: Option<Incoterm>,
    /// Terms of payment.
    #[n(6)]
    pub payment: Option<PeerText<REMARK_BYTES>>,
    /// The seller answers until here, by the buyer's clock.
    #[n(7)]
    pub answer_by: Timestamp,
    /// How much later the answer may still arrive.
    #[n(8)]
    pub grace: Duration,
    /// After this the seller may release the quantity by a signed notice, if it has heard nothing.
    #[n(9)]
    pub release_after: Timestamp,
    /// What the directory may learn in the end: the stricter of RFP and bid.
    #[n(10)]
    pub disclosure: Disclosure,
}

impl Order {
    /// The buyer decides once at this moment whether the deal is concluded or lapsed.
    pub fn decide_at(&self) -> Timestamp {
        self.answer_by.plus(self.grace)
    }
}

/// What is ordered, each line once and at a price, adds up to the total in one currency.
pub(super) fn check_goods(
    lines: &[OrderLine],
    charges: &[Charge],
    total: Money,
) -> Result<(), Invalid> {
    if lines.is_empty() {
        return Err(Invalid::new("lines", "must order at least one line"));
    }
    check_each("lines", lines, |line| {
        if line.amount.currency() != total.currency() {
            return Err(Invalid::because(
                Reason::CurrencyNotAllowed,
                "amount",
                "must be in the order's currency",
            ));
        }
        line.price.check_amount(&line.quantity, line.amount)
    })?;
    check_unique("lines", lines, |line| line.line)?;
    let amounts = lines.iter().map(|line| line.amount);
    check_sum(
        "total",
        total,
        amounts.chain(charges.iter().map(|charge| charge.amount)),
    )
}

impl Body for Order {
    const KIND: Kind = Kind::Order;

    fn check(&self) -> Result<(), Invalid> {
        check_goods(&self.lines, &self.charges, self.total)?;
        self.delivery.check().map_err(|e| e.within("delivery"))?;
        if self.grace < Duration::ZERO || self.release_after < self.decide_at() {
            return Err(Invalid::new(
                "release_after",
                "must not be before answer_by plus grace",
            ));
        }
        Ok(())
    }
}

word_enum! {
    /// The answer to one ordered line.
    ResponseStatus {
        /// As ordered.
        Accepted = 0,
        /// With another quantity, price or date.
        Changed = 1,
        /// Not at all.
        Refused = 2,
    }
}

/// The answer to one ordered line. Several may answer one line, as a split delivery.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct ResponseLine {
    /// The ordered line.
    #[n(0)]
    pub line: u32,
    /// Accepted, changed or refused.
    #[n(1)]
    pub status: ResponseStatus,
    /// How much.
    #[n(2)]
    pub quantity: Number,
    /// At what price.
    #[n(3)]
    pub price: Price,
    /// When.
    #[n(4)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub window: Option<Period>,
    /// Why.
    #[n(5)]
    #[serde(default)]
    pub remark: PeerText<REMARK_BYTES>,
}

/// `order-response`: the seller's answer to an order, or the buyer's to a changed answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct OrderResponse {
    /// The order.
    #[n(0)]
    pub order: DocumentId,
    /// The answers.
    #[n(1)]
    pub lines: List<ResponseLine, LINES>,
    /// In words.
    #[n(2)]
    pub remark: PeerText<REMARK_BYTES>,
}

/// What a response as a whole says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OrderOutcome {
    /// Every line as ordered.
    Accepted,
    /// Nothing.
    Refused,
    /// Something else.
    Conditional,
}

impl OrderResponse {
    /// Accepts every line of an order as it stands.
    pub fn accept(order_id: DocumentId, order: &Order) -> Self {
        Self::to_all(
            order_id,
            order,
            ResponseStatus::Accepted,
            PeerText::default(),
        )
    }

    /// Refuses every line of an order.
    pub fn refuse(order_id: DocumentId, order: &Order, remark: PeerText<REMARK_BYTES>) -> Self {
        Self::to_all(order_id, order, ResponseStatus::Refused, remark)
    }

    fn to_all(
        id: DocumentId,
        order: &Order,
        status: ResponseStatus,
        remark: PeerText<REMARK_BYTES>,
    ) -> Self {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| ResponseLine {
                line: line.line,
                status,
                quantity: line.quantity.value,
                price: line.price,
                window: None,
                remark: PeerText::default(),
            })
            .collect();
        Self {
            order: id,
            lines: List::try_from(lines).unwrap_or_default(),
            remark,
        }
    }

    /// What the response says about the whole order: every ordered line must be answered.
    pub fn outcome(&self) -> OrderOutcome {
        let all = |status| self.lines.iter().all(|line| line.status == status);
        if all(ResponseStatus::Accepted) {
            OrderOutcome::Accepted
        } else if all(ResponseStatus::Refused) {
            OrderOutcome::Refused
        } else {
            OrderOutcome::Conditional
        }
    }

    /// Refuses a response that leaves an ordered line unanswered, names one that was not ordered, or says
    /// "accepted" for another quantity or price, or twice.
    ///
    /// # Errors
    /// The first line that does not fit the order.
    pub fn check_against(&self, order: &Order) -> Result<(), Invalid> {
        check_each("lines", &self.lines, |line| {
            let ordered = order.lines.iter().find(|ordered| ordered.line == line.line);
            let ordered = ordered.ok_or_else(|| Invalid::new("line", "was not ordered"))?;
            let exact = line.quantity == ordered.quantity.value
                && line.price == ordered.price
                && line.window.is_none();
            if line.status == ResponseStatus::Accepted && !exact {
                return Err(Invalid::new(
                    "status",
                    "is changed when quantity, price or date differ",
                ));
            }
            let answers = self.lines.iter().filter(|other| other.line == line.line);
            if line.status == ResponseStatus::Accepted && answers.count() > 1 {
                return Err(Invalid::new(
                    "status",
                    "a line that is accepted as ordered has one answer",
                ));
            }
            Ok(())
        })?;
        match order
            .lines
            .iter()
            .find(|ordered| !self.lines.iter().any(|line| line.line == ordered.line))
        {
            Some(missing) => Err(Invalid::new(
                "lines",
                format!("line {} is not answered", missing.line),
            )),
            None => Ok(()),
        }
    }
}

impl Body for OrderResponse {
    const KIND: Kind = Kind::OrderResponse;

    fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() {
            return Err(Invalid::new("lines", "must answer the ordered lines"));
        }
        check_each("lines", &self.lines, |line| {
            line.price.check()?;
            if !line.quantity.is_positive() {
                return Err(Invalid::new("quantity", "must be above zero"));
            }
            line.window.map_or(Ok(()), |window| {
                window.check().map_err(|e| e.within("window"))
            })
        })
    }
}

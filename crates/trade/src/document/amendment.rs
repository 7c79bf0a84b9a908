//! `order-change` and `order-cancel`: what both sides make of a concluded order; `release`: what the seller may.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body, Document, Order, OrderLine,
    kind::Kind,
    note::{CheckNote, Remark, note},
    order::check_goods,
    shared::Delivery,
};
use crate::{
    DocumentId, Invalid, List, Money, Reason, Verified,
    document::Charge,
    limits::{CHARGES, LINES},
};

/// What a concluded order shall be instead, as a whole. One side proposes it; the other agrees by the same body in
/// answer to the proposal ([`same_change`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct OrderChange {
    /// The order.
    #[n(0)]
    pub order: DocumentId,
    /// The lines as they shall be.
    #[n(1)]
    pub lines: List<OrderLine, LINES>,
    /// The charges as they shall be.
    #[n(2)]
    pub charges: List<Charge, CHARGES>,
    /// The sum of lines and charges.
    #[n(3)]
    pub total: Money,
    /// Where and when to deliver.
    #[n(4)]
    pub delivery: Delivery,
    /// Why.
    #[n(5)]
    #[serde(default)]
    pub remark: Remark,
}

impl Body for OrderChange {
    const KIND: Kind = Kind::OrderChange;

    fn check(&self) -> Result<(), Invalid> {
        check_goods(&self.lines, &self.charges, self.total)?;
        self.delivery.check().map_err(|e| e.within("delivery"))
    }
}

note! {
    /// `order-cancel`: a concluded order shall end. Agreed as an [`OrderChange`] is.
    OrderCancel, OrderCancel, false {
        /// The order.
        0 order: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

note! {
    /// `amendment-refuse`: the order stays as it is. Its receiver's proposal is refused, or the sender's own taken back.
    AmendmentRefuse, AmendmentRefuse, false {
        /// The `order-change` or `order-cancel` that was proposed.
        0 proposal: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

note! {
    /// `release`: the seller has accepted an order, has heard nothing, and lets it go after the time printed in it.
    Release, Release, false {
        /// The order.
        0 order: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

impl CheckNote for OrderCancel {}
impl CheckNote for AmendmentRefuse {}
impl CheckNote for Release {}

/// Whether `agreement` is the other side's consent to `proposal`: the same body, from its receiver to its sender, in
/// answer to it.
pub fn same_change<B: Body + PartialEq>(
    proposal: &Verified<Document<B>>,
    agreement: &Verified<Document<B>>,
) -> bool {
    let (asked, said) = (&proposal.header, &agreement.header);
    said.answers == Some(proposal.id())
        && said.deal == asked.deal
        && asked.to == Some(said.from)
        && said.to == Some(asked.from)
        && agreement.body == proposal.body
}

impl Order {
    /// The order with an agreed change: its lines, charges, total and delivery, everything else as it was.
    ///
    /// # Errors
    /// The change is in another currency (`currency-not-allowed`), changes nothing (`not-allowed`), or breaks its own
    /// rules.
    pub fn with_change(&self, change: &OrderChange) -> Result<Order, Invalid> {
        change.check()?;
        if change.total.currency() != self.total.currency() {
            return Err(Invalid::because(
                Reason::CurrencyNotAllowed,
                "total",
                "must be in the order's currency",
            ));
        }
        let changed = Order {
            lines: change.lines.clone(),
            charges: change.charges.clone(),
            total: change.total,
            delivery: change.delivery.clone(),
            ..self.clone()
        };
        if changed == *self {
            return Err(Invalid::because(
                Reason::NotAllowed,
                "lines",
                "changes nothing",
            ));
        }
        Ok(changed)
    }
}

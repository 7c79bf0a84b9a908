//! An order, what came of it, and who has signed its final terms.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Timestamp, Verified,
    document::{Document, Order, OrderResponse, Terms},
};

use crate::Role;

/// An order as both have changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The order as it is now.
    pub order: Arc<Order>,
    /// The agreement that made it so.
    pub agreement: DocumentId,
}

/// An order and what came of it.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The order.
    pub document: Arc<Verified<Document<Order>>>,
    /// Whether it takes the bid exactly as it stands, so that a firm or revocable bid accepts it by itself.
    pub exact: bool,
    /// The seller's answer.
    pub response: Option<Arc<Verified<Document<OrderResponse>>>>,
    /// The buyer's answer to a changed answer.
    pub confirmation: Option<Arc<Verified<Document<OrderResponse>>>>,
    /// When the order arrived at the seller, by its clock; at the buyer once the receipt is there.
    pub received_at: Option<Timestamp>,
    /// The seller broke a firm or revocable bid by not answering.
    pub broken: bool,
    /// What both have made of it since it was concluded.
    pub amended: Option<Amended>,
    /// The agreement by which both have cancelled it.
    pub cancelled: Option<DocumentId>,
}

impl Placed {
    /// The order as it was placed.
    pub fn order(&self) -> &Order {
        &self.document.body
    }

    /// The order as both have changed it, or as it was placed.
    pub fn agreed_order(&self) -> &Order {
        match &self.amended {
            Some(amended) => &amended.order,
            None => self.order(),
        }
    }

    /// What a change must differ from. The lines of a changed answer may be split, and are never those of a change.
    pub(super) fn to_change(&self) -> Order {
        let mut order = self.agreed_order().clone();
        if self.amended.is_none() && self.confirmation.is_some() {
            order.lines = Default::default();
        }
        order
    }
}

/// The two signatures on the final terms.
#[derive(Debug, Clone, Default)]
pub struct Signatures {
    /// The buyer's.
    pub by_buyer: Option<Arc<Verified<Terms>>>,
    /// The seller's.
    pub by_seller: Option<Arc<Verified<Terms>>>,
}

impl Signatures {
    /// One side's signature.
    pub const fn of(&self, role: Role) -> Option<&Arc<Verified<Terms>>> {
        match role {
            Role::Buyer => self.by_buyer.as_ref(),
            Role::Seller => self.by_seller.as_ref(),
        }
    }

    pub(super) fn of_mut(&mut self, role: Role) -> &mut Option<Arc<Verified<Terms>>> {
        match role {
            Role::Buyer => &mut self.by_buyer,
            Role::Seller => &mut self.by_seller,
        }
    }
}

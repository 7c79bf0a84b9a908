//! What a machine has taken in, as it is kept on disk.

use minicbor::{Decode, Encode};
use opener_trade::{
    DocumentId, List, Number, PeerId, Quantity, Reason, Timestamp,
    document::Rfp,
    limits::LINES,
    switch::{Countermeasure, holds},
};

use crate::Rejection;

/// Sellers that one best-and-final round admits. A buyer negotiates with a handful; a framework with many lots has more.
pub const ADMITTED: usize = 256;

/// One input of a machine. The documents it names are stored as received; from both, the state is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
    /// A document, ours or theirs, at the moment that judges it here.
    #[n(0)]
    #[cbor(map)]
    Document {
        /// The document.
        #[n(0)]
        id: DocumentId,
        /// When it was received here, or signed here.
        #[n(1)]
        at: Timestamp,
    },
    /// The other side's signed receipt for a document of ours.
    #[n(1)]
    #[cbor(map)]
    Receipt {
        /// Our document.
        #[n(0)]
        document: DocumentId,
        /// When it arrived there, by their clock.
        #[n(1)]
        at: Timestamp,
    },
    /// A document that is part of its sender's chain but without effect, because its receiver refused it.
    #[n(2)]
    #[cbor(map)]
    Void {
        /// The document.
        #[n(0)]
        id: DocumentId,
        /// Why.
        #[n(1)]
        reason: Reason,
    },
    /// Time passed and changed something.
    #[n(3)]
    Tick,
    /// The buyer admits a late bid, on the record.
    #[n(4)]
    #[cbor(map)]
    AdmitLate {
        /// The bid.
        #[n(0)]
        bid: DocumentId,
    },
    /// Request: a bid stands in the dialogue with this seller.
    #[n(5)]
    #[cbor(map)]
    Bid {
        /// The seller.
        #[n(0)]
        seller: PeerId,
    },
    /// Request: quantities are ordered from this seller and reserved.
    #[n(6)]
    #[cbor(map)]
    Reserve {
        /// The seller.
        #[n(0)]
        seller: PeerId,
        /// The quantities.
        #[n(1)]
        lines: List<LineQuantity, LINES>,
    },
    /// Request: what this seller had reserved is free again.
    #[n(7)]
    #[cbor(map)]
    Free {
        /// The seller.
        #[n(0)]
        seller: PeerId,
    },
    /// Request: the buyer has promised this seller to deal with nobody else for these lines until then. A moment that has
    /// passed takes the promise from the books.
    #[n(9)]
    #[cbor(map)]
    Hold {
        /// The seller.
        #[n(0)]
        seller: PeerId,
        /// Until when.
        #[n(1)]
        until: Timestamp,
        /// The lines.
        #[n(2)]
        lines: List<u32, LINES>,
    },
    /// Request: these sellers are asked for their last bids.
    #[n(11)]
    #[cbor(map)]
    LastRound {
        /// The sellers that the buyer admits.
        #[n(0)]
        sellers: List<PeerId, ADMITTED>,
        /// Their bids are taken until here.
        #[n(1)]
        deadline: Timestamp,
        /// The buyer chooses until here.
        #[n(2)]
        award_by: Timestamp,
    },
    /// Request: the concluded order with this seller is for these quantities now; none of them, and it has ended.
    #[n(10)]
    #[cbor(map)]
    Amend {
        /// The seller.
        #[n(0)]
        seller: PeerId,
        /// The quantities.
        #[n(1)]
        lines: List<LineQuantity, LINES>,
        /// What the order may come to by a change that the buyer has signed and that is not settled yet.
        #[n(2)]
        held: List<LineQuantity, LINES>,
    },
    /// Request: the order with this seller is concluded for these quantities.
    #[n(8)]
    #[cbor(map)]
    Conclude {
        /// The seller.
        #[n(0)]
        seller: PeerId,
        /// The quantities.
        #[n(1)]
        lines: List<LineQuantity, LINES>,
    },
}

/// So much of one line, in the line's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LineQuantity {
    /// The RFP's line number.
    #[n(0)]
    pub line: u32,
    /// How much.
    #[n(1)]
    pub quantity: Number,
}

impl LineQuantity {
    /// So much of a line, said in the unit in which the request asks for it.
    ///
    /// # Errors
    /// The line was not asked for, or `unit-not-convertible`: what is ordered is not counted together with the rest.
    pub fn asked(rfp: &Rfp, line: u32, quantity: Quantity) -> Result<Self, Rejection> {
        let Some(asked) = rfp.line(line) else {
            return Err(Rejection::not_allowed(format!(
                "line {line} was not asked for"
            )));
        };
        let unit = match holds(Countermeasure::UnitOfRequest) {
            true => asked.quantity.unit,
            false => quantity.unit,
        };
        let quantity = quantity.in_unit(unit).map_err(|invalid| {
            let rule = format!("line {line}: {quantity} is no exact number of {unit}");
            Rejection::new(invalid.reason, rule)
        })?;
        Ok(Self { line, quantity })
    }
}

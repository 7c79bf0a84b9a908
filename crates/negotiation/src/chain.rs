//! A sender's chain of documents.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{DocumentId, Reason, document::Header};

use crate::Rejection;

/// Documents of one chain. A hard negotiation takes some dozens; all of them are kept, and read again at every start.
pub(crate) const CHAIN: u64 = 10_000;

/// How far one sender's chain in one deal has come: `seq` counts from 1 and `previous` names the document before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain {
    seq: u64,
    head: Option<DocumentId>,
}

impl Chain {
    /// The chain that has come to this document.
    pub(crate) const fn from(seq: u64, head: DocumentId) -> Self {
        Self {
            seq,
            head: Some(head),
        }
    }

    /// `seq` of the next document.
    pub const fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// The newest document.
    pub const fn head(&self) -> Option<DocumentId> {
        self.head
    }

    /// Whether a document is the next of this chain.
    ///
    /// # Errors
    /// `out-of-order` when documents are missing before it, `bad-chain` when it continues something else, `too-large` when
    /// the chain is full.
    pub fn admit(&self, header: &Header) -> Result<(), Rejection> {
        if header.seq > CHAIN {
            let rule = format!("a chain has at most {CHAIN} documents");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        if header.seq > self.next_seq() && holds(Countermeasure::ChainOrder) {
            let rule = format!("document {} of this chain is missing", self.next_seq());
            return Err(Rejection {
                head: self.head,
                ..Rejection::new(Reason::OutOfOrder, rule)
            });
        }
        let behind = header.seq < self.next_seq() && holds(Countermeasure::ChainOrder);
        let other = header.previous != self.head && holds(Countermeasure::PreviousHash);
        if behind || other {
            let rule = "the chain continues otherwise";
            return Err(Rejection {
                head: self.head,
                ..Rejection::new(Reason::BadChain, rule)
            });
        }
        Ok(())
    }

    pub(crate) fn advance(&mut self, id: DocumentId) {
        self.seq = self.next_seq();
        self.head = Some(id);
    }
}

//! The rules of negotiation: one pure machine for a buyer's request, one for each dialogue with a seller.
//!
//! Both have the shape `step(now, input) -> Result<Vec<Effect>, Rejection>`. They read no clock, do no IO and make no
//! random choice: the same inputs give the same state at both peers, after a restart, and in an offline proof.

mod chain;
pub mod dialogue;
mod journal;
mod rejection;
pub mod request;

pub use chain::Chain;
pub use journal::{ADMITTED, Entry, LineQuantity};
pub use rejection::Rejection;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a request under another buyer's id is refused: else an invited seller could take the id of a deal before its buyer
/// does (docs/protocol/0003-documents.md, HDR-6).
pub(crate) const FOREIGN_DEAL: &str = "the deal's id is not one of the buyer's";

/// A side of a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The side that asked.
    Buyer,
    /// The side that answers.
    Seller,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Role {
        match self {
            Role::Buyer => Role::Seller,
            Role::Seller => Role::Buyer,
        }
    }
}

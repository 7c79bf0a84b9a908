//! Values that documents are made of. Each is a type of its own: what decodes is well formed.

mod address;
mod category;
mod codec;
mod convert;
mod deal_id;
mod id;
mod list;
mod money;
mod number;
mod place;
mod quantity;
mod text;
mod time;

pub use address::Address;
pub use category::Category;
pub(crate) use codec::{as_text, ts_as};
pub use deal_id::DEAL_RANDOM_BYTES;
pub use id::{CallId, DealId, DocumentId, Fingerprint, PeerId};
pub use list::List;
pub use money::{Currency, Money};
pub use number::Number;
pub use place::{CountryCode, Place, Position};
pub use quantity::{Quantity, Unit};
pub use text::{Language, PeerText};
pub use time::{Duration, Period, Timestamp};

/// A value or field that breaks a rule of the language: which field, and what the rule is, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Invalid {
    /// Path of the field, e.g. `lines[3].quantity`.
    pub field: String,
    /// The rule that is broken, and what to do.
    pub rule: String,
    /// The reason that a peer answers with.
    pub reason: crate::Reason,
}

impl Invalid {
    /// A field that breaks a rule of form.
    pub fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
            reason: crate::Reason::Malformed,
        }
    }

    /// A field that breaks a rule with a reason of its own.
    pub fn because(
        reason: crate::Reason,
        field: impl Into<String>,
        rule: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
            reason,
        }
    }

    /// The same, seen from the struct that holds the field.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        self.field = format!("{parent}.{}", self.field);
        self
    }
}

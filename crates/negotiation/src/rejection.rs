//! Why a machine refuses an input.

use opener_trade::{DocumentId, Invalid, Reason};

/// A refused input: nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Rejection {
    /// The registered reason, for the other side.
    pub reason: Reason,
    /// The rule, in words, for a person.
    pub rule: String,
    /// The document that should have been answered or continued.
    pub head: Option<DocumentId>,
    /// The document continues its sender's chain although the rules refuse what it says. It must be recorded as void,
    /// so that the chain goes on after it.
    pub in_chain: bool,
}

impl Rejection {
    /// A refusal for this reason.
    pub fn new(reason: Reason, rule: impl Into<String>) -> Self {
        Self {
            reason,
            rule: rule.into(),
            head: None,
            in_chain: false,
        }
    }

    /// The state of the deal does not allow it.
    pub fn not_allowed(rule: impl Into<String>) -> Self {
        Self::new(Reason::NotAllowed, rule)
    }

    /// Something newer must be answered.
    pub fn stale(rule: impl Into<String>, head: DocumentId) -> Self {
        Self {
            head: Some(head),
            ..Self::new(Reason::Stale, rule)
        }
    }

    pub(crate) fn in_chain(self) -> Self {
        Self {
            in_chain: true,
            ..self
        }
    }
}

impl From<Invalid> for Rejection {
    fn from(invalid: Invalid) -> Self {
        Self::new(invalid.reason, invalid.to_string())
    }
}

//! Why a request is not served.

use opener_trade::{EnvelopeError, Invalid, PeerText, Reason, directory::Response};

use crate::store::StoreError;

/// Something wrong on our side. The peer hears only that we are unavailable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot sign: {0}")]
    Sign(EnvelopeError),
}

/// Why a request is not served.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It breaks a rule. The detail may repeat the peer's own words: it goes back to the peer and nowhere else.
    Because { reason: Reason, detail: String },
    /// We cannot.
    Fault(Fault),
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Because {
            reason,
            detail: detail.into(),
        }
    }

    pub(crate) const fn reason(&self) -> Reason {
        match self {
            Self::Because { reason, .. } => *reason,
            Self::Fault(_) => Reason::Unavailable,
        }
    }

    /// What the peer is told. A fault is logged here: it holds nothing that a peer wrote.
    pub(crate) fn into_response(self, method: &'static str) -> Response {
        let reason = self.reason();
        let detail = match self {
            Self::Because { detail, .. } => detail,
            Self::Fault(fault) => {
                tracing::error!(method, %fault, "a request could not be served");
                "the directory cannot do this now, try again later".to_owned()
            }
        };
        Response::Refused {
            reason,
            detail: PeerText::truncated(&detail),
        }
    }
}

impl From<EnvelopeError> for Refusal {
    fn from(error: EnvelopeError) -> Self {
        Self::new(error.reason(), error.to_string())
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::new(invalid.reason, invalid.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

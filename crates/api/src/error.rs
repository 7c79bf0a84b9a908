//! Why a request is not carried out: one closed set of codes.

use opener_decision::OrderError;
use opener_peer::PeerError;
use opener_trade::{EnvelopeError, Invalid, Reason};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! codes {
    ($(#[doc = $about:literal] $variant:ident = $name:literal, $status:literal;)*) => {
        /// The kind of a refusal. A code is added only when a screen tells it apart from the others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        pub enum Code {
            $(#[doc = $about] #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// Its name, as it stands in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// What it means, in one line.
            pub const fn about(self) -> &'static str {
                match self { $(Code::$variant => $about.trim_ascii(),)* }
            }

            /// The status of an answer over HTTP (RFC 9110 section 15) that carries it.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// The request is not JSON, a parameter is missing, unknown or of the wrong form.
    InvalidParams = "invalid_params", 400;
    /// A document would break a rule of the language, e.g. a wrong sum.
    InvalidDocument = "invalid_document", 422;
    /// The state of the deal does not allow it; `reason` says why.
    Rejected = "rejected", 409;
    /// There is no such deal, bid, order or notice here.
    NotFound = "not_found", 404;
    /// The profile must be filled in first.
    NoProfile = "no_profile", 409;
    /// No seller matches.
    NoSellers = "no_sellers", 409;
    /// The request would go to more sellers than one request may.
    TooManySellers = "too_many_sellers", 422;
    /// This computer's clock is in doubt, and a deadline decides.
    ClockSkew = "clock_skew", 409;
    /// The peer was restored from a backup and waits for its owner's word.
    Held = "held", 409;
    /// There is no such method, or no such page.
    UnknownMethod = "unknown_method", 404;
    /// Page and verb do not go together.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The token is missing or wrong.
    Unauthorized = "unauthorized", 401;
    /// The page that asks is not ours.
    Forbidden = "forbidden", 403;
    /// The request is larger than is read.
    TooLarge = "too_large", 413;
    /// The data cannot be read or written now, or too many ask at once; try again.
    Unavailable = "unavailable", 503;
    /// The peer has stopped.
    Stopped = "stopped", 503;
    /// A fault of the program; its log says more.
    Internal = "internal", 500;
}

/// A refusal. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind of refusal.
    pub code: Code,
    /// The registered reason, where a rule of trade refuses.
    pub reason: Option<Reason>,
    /// Path of the parameter or field that is wrong, e.g. `bid.lines[3].price`.
    pub field: Option<String>,
    /// What is wrong and what to do, in English, for logs and terminals. Screens have words of their own for the code.
    pub message: String,
}

impl ApiError {
    /// A refusal with this code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: None,
            field: None,
            message: message.into(),
        }
    }

    /// A parameter is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(Code::InvalidParams, message)
        }
    }

    /// There is no such thing here.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("there is no such {what} here; ask for the list and take one of those"),
        )
    }

    /// The same, seen from what holds the field.
    #[must_use]
    pub(crate) fn within(mut self, parent: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) => format!("{parent}.{field}"),
            None => parent.to_owned(),
        });
        self
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self {
            code: Code::InvalidDocument,
            reason: Some(invalid.reason),
            message: invalid.to_string(),
            field: Some(invalid.field),
        }
    }
}

impl From<EnvelopeError> for ApiError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Invalid(invalid) => invalid.into(),
            other => Self {
                reason: Some(other.reason()),
                ..Self::new(Code::InvalidDocument, other.to_string())
            },
        }
    }
}

impl From<OrderError> for ApiError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Invalid(invalid) => invalid.into(),
            other => Self {
                reason: Some(Reason::NotAllowed),
                ..Self::new(Code::Rejected, other.to_string())
            },
        }
    }
}

impl From<PeerError> for ApiError {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Rejected(rejection) => Self {
                reason: Some(rejection.reason),
                ..Self::new(Code::Rejected, rejection.rule)
            },
            PeerError::Invalid(invalid) => invalid.into(),
            PeerError::Envelope(error) => error.into(),
            PeerError::NotFound(what) => Self::not_found(what),
            PeerError::NoProfile => Self::new(Code::NoProfile, error.to_string()),
            PeerError::NoSellers(_) => Self::new(Code::NoSellers, error.to_string()),
            PeerError::TooManySellers(_) => Self::new(Code::TooManySellers, error.to_string()),
            PeerError::EmptyFile => Self::invalid("file", error.to_string()),
            PeerError::FileTooLarge(_) => Self::new(Code::TooLarge, error.to_string()),
            PeerError::NoRoom(_) | PeerError::TooManyFetches(_) => {
                Self::new(Code::Unavailable, error.to_string())
            }
            PeerError::ClockSkew(_) => Self {
                reason: Some(Reason::ClockSkew),
                ..Self::new(Code::ClockSkew, error.to_string())
            },
            // The cause stays in the log of the peer: it may name files or statements.
            PeerError::Store(_) => Self::new(
                Code::Unavailable,
                "the data cannot be read or written now; look at the log and try again",
            ),
            PeerError::Directory(why) => Self::invalid("directories", why.to_string()),
            PeerError::Held => Self::new(Code::Held, error.to_string()),
            PeerError::Backup(why) => Self::new(Code::Unavailable, why.to_string()),
            PeerError::Stopped => Self::new(Code::Stopped, "the peer has stopped; start it again"),
            _ => Self::new(Code::Internal, "a fault of the program; its log says more"),
        }
    }
}

#[cfg(test)]
mod tests;

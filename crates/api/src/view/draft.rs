//! Drafts and templates.

use opener_peer::{FormKind, KeptForm};
use opener_trade::{DealId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{ApiError, Code};

/// What a form becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// A request for proposal.
    Rfp,
    /// A bid.
    Bid,
}

impl From<DraftKind> for FormKind {
    fn from(kind: DraftKind) -> Self {
        match kind {
            DraftKind::Rfp => FormKind::Rfp,
            DraftKind::Bid => FormKind::Bid,
        }
    }
}

impl From<FormKind> for DraftKind {
    fn from(kind: FormKind) -> Self {
        match kind {
            FormKind::Rfp => DraftKind::Rfp,
            FormKind::Bid => DraftKind::Bid,
        }
    }
}

/// A draft or template in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftRow {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// What it becomes.
    pub kind: DraftKind,
    /// The deal that it belongs to.
    pub deal: Option<DealId>,
    /// What a person calls it.
    pub name: String,
    /// Rises with every change; say it when you write over it.
    #[ts(type = "number")]
    pub version: u64,
    /// When it was last changed.
    pub saved_at: Timestamp,
}

/// A draft or template with its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// As in the list.
    #[serde(flatten)]
    pub row: DraftRow,
    /// The form as it was written.
    #[ts(type = "unknown")]
    pub form: Value,
}

impl From<KeptForm> for DraftRow {
    fn from(kept: KeptForm) -> Self {
        DraftRow {
            id: kept.id,
            kind: kept.kind.into(),
            deal: kept.deal,
            name: kept.name,
            version: kept.version,
            saved_at: kept.saved_at,
        }
    }
}

impl TryFrom<KeptForm> for DraftView {
    type Error = ApiError;

    fn try_from(kept: KeptForm) -> Result<Self, ApiError> {
        let form = serde_json::from_str(&kept.form)
            .map_err(|_| ApiError::new(Code::Internal, "the form that is kept is damaged"))?;
        Ok(DraftView {
            row: kept.into(),
            form,
        })
    }
}

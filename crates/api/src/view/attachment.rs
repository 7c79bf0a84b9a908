//! Attached files.

use opener_peer::{AttachedFile, AttachmentState};
use opener_trade::{DocumentId, PeerId, Reason};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::files::safe_name;

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentStage {
    /// All of it is here, with the size and the hash that were signed.
    Here,
    /// It is wanted and comes; `have` says how much of it has come.
    Fetching,
    /// Nobody has asked for it.
    NotFetched,
    /// It was asked for and will not come; `reason` says why. Asking again is allowed.
    Refused,
}

/// A file that a document names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentView {
    /// The document.
    pub document: DocumentId,
    /// Who signed it.
    pub from: PeerId,
    /// Signed by us.
    pub mine: bool,
    /// Name as signed. Text from a stranger: never HTML, never a path.
    pub name: String,
    /// A name under which it may be saved: no folders, no control characters, no name that a system keeps for itself.
    pub save_as: String,
    /// Media type as signed. Text from a stranger.
    pub media_type: String,
    /// Size in bytes as signed.
    #[ts(type = "number")]
    pub size: u64,
    /// SHA-256 as signed.
    pub sha256: DocumentId,
    /// How far it is.
    pub state: AttachmentStage,
    /// Bytes that have come.
    #[ts(type = "number")]
    pub have: u64,
    /// Why it will not come.
    pub reason: Option<Reason>,
}

impl From<AttachedFile> for AttachmentView {
    fn from(file: AttachedFile) -> Self {
        let (state, have, reason) = match file.state {
            AttachmentState::Here => (AttachmentStage::Here, file.size, None),
            AttachmentState::Fetching { have } => (AttachmentStage::Fetching, have, None),
            AttachmentState::NotFetched => (AttachmentStage::NotFetched, 0, None),
            AttachmentState::Refused(why) => (AttachmentStage::Refused, 0, Some(why)),
        };
        AttachmentView {
            document: file.document,
            from: file.from,
            mine: file.mine,
            save_as: safe_name(&file.name),
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.sha256,
            state,
            have,
            reason,
        }
    }
}

//! What became of a backup.

use opener_trade::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether this peer was restored from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RestoredView {
    /// It says and takes nothing until its owner says that the old one is off.
    pub waits: bool,
    /// When the backup was made. What was said since then is not here.
    pub made_at: Option<Timestamp>,
    /// When it was restored.
    pub restored_at: Option<Timestamp>,
}

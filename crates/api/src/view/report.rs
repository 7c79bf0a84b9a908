//! Reports of final terms to directories.

use opener_peer::{ReportState, ReportStatus};
use opener_trade::{DocumentId, PeerId, Reason, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReportStage {
    /// It is to be sent, or sent again.
    Queued,
    /// The directory signed that it has it.
    Accepted,
    /// The directory refused it for good.
    Refused,
}

/// The report of one deal's final terms to one directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReportView {
    /// The terms that both signed.
    pub terms: DocumentId,
    /// The directory.
    pub directory: PeerId,
    /// How far.
    pub stage: ReportStage,
    /// Tries so far.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// Why it was refused, or is tried again.
    pub reason: Option<Reason>,
    /// The words to that reason.
    pub detail: String,
}

impl From<&ReportStatus> for ReportView {
    fn from(report: &ReportStatus) -> Self {
        ReportView {
            terms: report.terms,
            directory: report.directory,
            stage: match report.state {
                ReportState::Queued => ReportStage::Queued,
                ReportState::Accepted => ReportStage::Accepted,
                ReportState::Refused => ReportStage::Refused,
            },
            attempts: report.attempts,
            next_attempt_at: report.next_attempt_at,
            reason: report.reason,
            detail: report.detail.clone(),
        }
    }
}

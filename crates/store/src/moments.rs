//! When there is something to do next.

use opener_trade::Timestamp;

use crate::{Read, StoreError, row::Fields};

pub(crate) const NEXT: &str = "SELECT
    (SELECT min(wake_at) FROM deal WHERE wake_at IS NOT NULL) AS request,
    (SELECT min(wake_at) FROM dialogue WHERE wake_at IS NOT NULL) AS dialogue,
    (SELECT min(snoozed_until) FROM notice
        WHERE snoozed_until IS NOT NULL AND acknowledged_at IS NULL) AS notice,
    (SELECT min(next_attempt_at) FROM stamp_wish) AS stamp,
    (SELECT min(next_attempt_at) FROM report_state WHERE state = 'queued') AS report,
    (SELECT min(next_attempt_at) FROM log_proof WHERE head = x'') AS proof,
    (SELECT min(next_attempt_at) FROM outbox WHERE in_front = 1) AS delivery,
    (SELECT min(expires_at) FROM outbox WHERE state IN ('queued', 'sent')) AS expiry";

/// The next moment of each kind of work, as they stand together; none where nothing of it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    /// A machine wants to be woken.
    pub machine: Option<Timestamp>,
    /// A notice that was put off rings anew.
    pub notice: Option<Timestamp>,
    /// A stamp is to be asked for.
    pub stamp: Option<Timestamp>,
    /// A report is due.
    pub report: Option<Timestamp>,
    /// A place in a log is to be asked for.
    pub proof: Option<Timestamp>,
    /// A delivery is due, whether an answer to it is awaited or not.
    pub delivery: Option<Timestamp>,
    /// An unanswered delivery is to be given up.
    pub expiry: Option<Timestamp>,
}

impl Read<'_> {
    /// When there is something to do next, in one question.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn moments(&mut self) -> Result<Moments, StoreError> {
        let query = sqlx::query(NEXT);
        let row = query.fetch_one(&mut *self.connection().await).await?;
        let machines = [row.maybe_time("request")?, row.maybe_time("dialogue")?];
        Ok(Moments {
            machine: machines.into_iter().flatten().min(),
            notice: row.maybe_time("notice")?,
            stamp: row.maybe_time("stamp")?,
            report: row.maybe_time("report")?,
            proof: row.maybe_time("proof")?,
            delivery: row.maybe_time("delivery")?,
            expiry: row.maybe_time("expiry")?,
        })
    }
}

//! Which recorded bids were out, and why.

use super::{awards::Award, bids::Written};

/// States of a bid that did not count.
const OUT: &[&str] = &[
    "cancelled",
    "deleted",
    "disqualified",
    "invalid",
    "invalid.pre-qualification",
    "notqualified",
    "rejected",
    "unqualified",
    "unsuccessful",
    "withdrawn",
];

/// States of an award that say the supplier did not get it.
const LOST: &[&str] = &["cancelled", "unsuccessful", "disqualified"];

/// Why a bid was out: its own state, or an award for it that failed while none for it stands.
pub(crate) fn refusal(bid: &Written, place: usize, awards: &[Award]) -> Option<String> {
    if let Some(status) = bid.status.as_deref().filter(|status| OUT.contains(status)) {
        return Some(format!("the record shows the bid as {status}"));
    }
    let own = || awards.iter().filter(|award| award.bids.contains(&place));
    if own().any(Award::is_active) {
        return None;
    }
    let lost = own().find(|award| LOST.contains(&award.status.as_str()))?;
    Some(format!(
        "the record shows the award to this bid as {}",
        lost.status
    ))
}

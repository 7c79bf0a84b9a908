//! Documents: one file for each, and the header that those of a deal share.

mod amendment;
mod bid;
mod call;
mod change;
mod changed;
mod counter;
mod extension;
mod header;
pub mod kind;
mod listing;
mod note;
mod order;
mod proof;
mod question;
mod receipt;
mod report;
mod revision;
mod rfp;
mod round;
mod shared;
mod tax;
mod terms;

pub use amendment::{AmendmentRefuse, OrderCancel, OrderChange, Release, same_change};
pub use bid::{Bid, BidLine, Charge, ChargeKind, CriterionAnswer, Deviation, LineOffer};
pub use call::{CallAnswer, CallCandidate, CallEnd, CallEndReason, CallOffer};
pub use change::Change;
pub use counter::{Counter, CounterAccept, CounterRefuse};
pub use extension::{ExtendGrant, ExtendRefuse, ExtendRequest, Hold};
pub use header::{Body, Document, Header};
pub use listing::{Listing, Roles};
pub use note::{BidWithdraw, Chat, Decline, DeclineReason, Intent, Lapse, NotChosen, RfpCancel};
pub use order::{Order, OrderLine, OrderOutcome, OrderResponse, ResponseLine, ResponseStatus};
pub use proof::TimeProof;
pub use question::{Answer, Question};
pub use receipt::{Failure, Receipt, Stage};
pub use report::{LogHead, ReportReceipt, Stamp};
pub use rfp::{BidRules, Criterion, Direction, Line, Lot, Measure, Rfp, Schedule};
pub use round::BestAndFinal;
pub use shared::{
    Attachment, Attachments, Commitment, CommitmentKind, Delivery, Disclosure, Incoterm,
    IncotermRule, Party, Price, Property, TaxBasis,
};
pub use tax::Tax;
pub use terms::{FinalTerms, Terms, TermsLine};

use crate::Invalid;

/// Checks that every item passes and names the one that does not.
pub(crate) fn check_each<T>(
    field: &str,
    items: &[T],
    check: impl Fn(&T) -> Result<(), Invalid>,
) -> Result<(), Invalid> {
    items
        .iter()
        .enumerate()
        .try_for_each(|(i, item)| check(item).map_err(|e| e.within(&format!("{field}[{i}]"))))
}

/// Checks that no two items have the same key.
pub(crate) fn check_unique<T, K: std::hash::Hash + Eq>(
    field: &str,
    items: &[T],
    key: impl Fn(&T) -> K,
) -> Result<(), Invalid> {
    let mut seen = std::collections::HashSet::new();
    match items.iter().position(|item| !seen.insert(key(item))) {
        None => Ok(()),
        Some(i) => Err(Invalid::new(format!("{field}[{i}]"), "appears twice")),
    }
}

#[cfg(test)]
mod tests;

//! What is known of one bid when it is judged.

use opener_trade::{DocumentId, Number, PeerId, Timestamp, document::Bid};

/// A bid, and what the buyer's side knows about it.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The bid document.
    pub bid: DocumentId,
    /// Who signed it.
    pub seller: PeerId,
    /// When it was received, by the clock that judges the deadline. Decides ties.
    pub received_at: Timestamp,
    /// What it says.
    pub offer: &'a Bid,
    /// Whether it can be ordered: neither withdrawn nor expired, and re-confirmed after a revision.
    pub standing: bool,
    /// Whether it came after the deadline.
    pub late: bool,
    /// The recorded reason for admitting it although it is late.
    pub late_override: Option<String>,
    /// What the buyer found for the criteria that the buyer assesses.
    pub assessments: Vec<Assessment>,
    /// The buyer's recorded findings that knock it out.
    pub exclusions: Vec<Exclusion>,
}

/// The buyer's value for one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The criterion's name.
    pub criterion: String,
    /// The value.
    pub value: Number,
}

/// A recorded finding that knocks a bid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The lot it concerns; absent for the bid as a whole.
    pub lot: Option<u16>,
    /// Why, in the buyer's words.
    pub reason: String,
}

impl Candidate<'_> {
    /// The exclusion that counts when this lot, or the whole request, is ranked. A finding about one lot does not
    /// touch the others, but it does touch the whole.
    pub fn exclusion(&self, lot: Option<u16>) -> Option<&Exclusion> {
        self.exclusions
            .iter()
            .find(|found| lot.is_none() || found.lot.is_none() || found.lot == lot)
    }
}

//! What reading a file gives.

use opener_trade::{
    Duration, Money, Timestamp,
    document::{Party, Rfp, TaxBasis},
};

use crate::{FormatError, Warning, field::Field, limits::MAX_FILE_BYTES, node::Node, ocds, own};

/// What the reader must be told: the file may be old, or leave out what its owner knows.
#[derive(Debug, Clone)]
pub struct Timing {
    /// The present. Relative moments count from here, and the request opens here.
    pub now: Timestamp,
    /// Bids are taken until here, where the file says nothing that is still to come.
    pub bid_deadline: Timestamp,
    /// The buyer chooses until here, where the file says nothing that is still to come.
    pub award_by: Timestamp,
    /// Who asks, where the file does not say.
    pub buyer: Option<Party>,
}

impl Timing {
    /// Bids are taken for a while from now, and chosen from for a while after that.
    pub fn from_now(now: Timestamp, bids: Duration, award: Duration) -> Self {
        let bid_deadline = now.plus(bids);
        Self {
            now,
            bid_deadline,
            award_by: bid_deadline.plus(award),
            buyer: None,
        }
    }
}

/// A request, and what else a file records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The request; it passes its own check.
    pub rfp: Rfp,
    /// Where it comes from.
    pub source: Source,
    /// The bids that the file records.
    pub recorded: Vec<RecordedBid>,
    /// The active awards that the file records.
    pub awards: Vec<RecordedAward>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// The kind of file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An OCDS release. Its own moments are history; the request's are those of [`Timing`].
    Ocds(Record),
    /// An RFP file of ours.
    Own,
}

/// What identifies a record, and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The open contracting id; empty where the file has none.
    pub ocid: String,
    /// The recorded start of the bidding.
    pub opened: Option<Timestamp>,
    /// The recorded deadline for bids.
    pub deadline: Option<Timestamp>,
}

/// A bidder as the record names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bidder {
    /// Its name; several that bid together are joined by ` + `.
    pub name: String,
    /// Its registered number, where the record gives one.
    pub id: Option<String>,
}

/// A recorded bid on one lot, or on the whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedBid {
    /// Path of the bid in the file.
    pub field: String,
    /// The record's own id of the bid.
    pub id: Option<String>,
    /// Who bid.
    pub bidder: Bidder,
    /// The lot; absent for the whole request.
    pub lot: Option<u16>,
    /// The amount, exactly as recorded.
    pub amount: Money,
    /// Whether that includes tax.
    pub basis: TaxBasis,
    /// When it was made.
    pub dated: Option<Timestamp>,
    /// The record's word for its state.
    pub status: Option<String>,
    /// Why it was out, where the record shows it as refused or not qualified.
    pub refused: Option<String>,
}

/// A recorded award that is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAward {
    /// Path of the award in the file.
    pub field: String,
    /// Who won.
    pub suppliers: Vec<Bidder>,
    /// The lot; absent for the whole request.
    pub lot: Option<u16>,
    /// The amount, exactly as recorded.
    pub amount: Option<Money>,
    /// Whether that includes tax.
    pub basis: TaxBasis,
    /// The awarded bids, as places in [`Reading::recorded`].
    pub bids: Vec<usize>,
}

/// Reads a file as a request: an OCDS release, compiled release, release package or record package, or an RFP file of
/// our own. `file` is its name, for messages.
///
/// # Errors
/// The file is no JSON, too large, of no known kind, or lacks what no request can be without.
pub fn read_rfp(file: &str, bytes: &[u8], timing: &Timing) -> Result<Reading, FormatError> {
    let error = |advice: String| FormatError::new(file, "", advice);
    if bytes.len() > MAX_FILE_BYTES {
        let most = MAX_FILE_BYTES / (1024 * 1024);
        return Err(error(format!(
            "is over {most} MiB; give one tender at a time"
        )));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| error("is no UTF-8 text; save it as UTF-8".to_owned()))?;
    let text = text.trim_start_matches('\u{feff}');
    let node = Node::parse(text).map_err(error)?;
    let root = Field::root(&node);
    let has = |keys: &[&str]| keys.iter().any(|key| root.get(key).is_present());
    if has(&["ocid", "tender", "releases", "records", "compiledRelease"]) {
        ocds::read(file, &root, timing)
    } else if root.is_object() {
        own::read(file, node, timing)
    } else {
        let advice =
            "holds no request: expected an OCDS release or an RFP file (docs/rfp.schema.json)";
        Err(error(advice.to_owned()))
    }
}

//! Bids.

use opener_decision::totals;
use opener_negotiation::dialogue::{self, Offer};
use opener_peer::Assessment;
use opener_trade::{
    DealId, DocumentId, Money, PeerId, Timestamp,
    document::{Bid, Commitment, TaxBasis},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DialogueState;

/// What became of a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BidState {
    /// It can be ordered.
    Standing,
    /// It came after the deadline: kept, not ranked unless admitted.
    Late,
    /// It is on an earlier revision of the request and waits to be confirmed: it cannot be ordered.
    Unconfirmed,
    /// A revised bid took its place.
    Superseded,
    /// It is ordered, the answer is awaited.
    Ordered,
    /// It led to a contract.
    Concluded,
    /// It does not stand any more; the dialogue's state says why.
    Over,
}

/// A bid in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidRow {
    /// The bid document, or the accepted counter-offer that made these terms.
    pub bid: DocumentId,
    /// The revision of the request that it answers.
    pub revision: u32,
    /// The deal.
    pub deal: DealId,
    /// Whose bid it is.
    pub seller: PeerId,
    /// What the seller calls itself.
    pub seller_name: String,
    /// What became of it.
    pub state: BidState,
    /// Where its dialogue stands.
    pub dialogue: DialogueState,
    /// When the buyer received it; unproved at the seller until the receipt is there.
    pub received_at: Timestamp,
    /// Whether the buyer's signed receipt, or being the buyer, proves that.
    pub proved: bool,
    /// When a directory saw it, by the stamp that its seller handed on.
    pub stamped_at: Option<Timestamp>,
    /// It came after the deadline, and no stamp shows that it was made before.
    pub after_deadline: bool,
    /// The seller's own quote number.
    pub quote_number: Option<String>,
    /// The total as stated.
    pub total: Money,
    /// Whether that includes tax.
    pub tax_basis: TaxBasis,
    /// Without tax, where known.
    pub net: Option<Money>,
    /// With tax, where known.
    pub gross: Option<Money>,
    /// Lines it offers.
    pub lines_offered: u32,
    /// Lines of the request.
    pub lines_asked: u32,
    /// The longest lead time of its lines, where each names one.
    pub lead_time_days: Option<u32>,
    /// Points in which it differs from the request.
    pub deviations: u32,
    /// It can be ordered until here.
    pub valid_until: Timestamp,
    /// How firmly it binds.
    pub commitment: Commitment,
    /// It can only be ordered whole.
    pub all_or_nothing: bool,
}

/// What the buyer found about a bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// The criterion; absent where the finding is about the bid as a whole.
    pub criterion: Option<String>,
    /// The lot; absent where it concerns all of them.
    pub lot: Option<u16>,
    /// The value found, a decimal number.
    pub value: Option<String>,
    /// Whether the bid is excluded for it.
    pub excluded: bool,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A bid with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidView {
    /// As in the list.
    pub row: BidRow,
    /// The signed content.
    pub content: Bid,
    /// What the buyer found; empty at the seller.
    pub findings: Vec<Finding>,
}

/// Every bid of a dialogue, the newest first.
pub(crate) fn bids(state: &dialogue::State) -> Vec<(BidRow, &Bid)> {
    let newest = [
        (&state.late, BidState::Late),
        (&state.standing, standing(state.phase)),
        (&state.unconfirmed, unconfirmed(state.phase)),
    ];
    let newest = newest
        .into_iter()
        .filter_map(|(offer, of)| offer.as_ref().map(|offer| (offer, of)));
    let earlier = state
        .superseded
        .iter()
        .rev()
        .map(|offer| (offer, BidState::Superseded));
    newest
        .chain(earlier)
        .map(|(offer, of)| (row(state, offer, of), offer.bid()))
        .collect()
}

const fn standing(phase: dialogue::Phase) -> BidState {
    use dialogue::Phase;
    match phase {
        Phase::Ordered | Phase::Answered | Phase::Conditional => BidState::Ordered,
        Phase::Concluded | Phase::Reported => BidState::Concluded,
        phase if phase.is_before_order() => BidState::Standing,
        _ => BidState::Over,
    }
}

const fn unconfirmed(phase: dialogue::Phase) -> BidState {
    if phase.is_before_order() {
        BidState::Unconfirmed
    } else {
        BidState::Over
    }
}

fn row(state: &dialogue::State, offer: &Offer, of: BidState) -> BidRow {
    let (bid, rfp) = (offer.bid(), &state.rfp.body);
    let sums = totals(bid);
    let lead_times: Option<Vec<u32>> = bid.offered().map(|line| line.lead_time_days).collect();
    BidRow {
        bid: offer.id(),
        revision: bid.revision,
        deal: state.deal,
        seller: state.seller,
        seller_name: bid.seller.name.to_string(),
        state: of,
        dialogue: state.phase.into(),
        received_at: offer.received_at,
        proved: offer.proved,
        stamped_at: offer.stamped_at,
        after_deadline: state.is_late(offer),
        quote_number: bid.quote_number.as_ref().map(ToString::to_string),
        total: bid.total,
        tax_basis: bid.tax_basis,
        net: sums.net,
        gross: sums.gross,
        lines_offered: count(bid.offered().count()),
        lines_asked: count(rfp.lines.len()),
        lead_time_days: lead_times.and_then(|days| days.into_iter().max()),
        deviations: count(bid.deviations.len()),
        valid_until: bid.valid_until,
        commitment: bid.commitment,
        all_or_nothing: bid.all_or_nothing,
    }
}

/// A bounded length as a number of JSON.
pub(crate) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// What marks a finding about one lot in the list of findings. Names of criteria hold no control characters.
const LOT_MARK: &str = "\u{1}lot ";

/// The name under which a finding about one lot is kept.
pub(crate) fn lot_key(lot: u16) -> String {
    format!("{LOT_MARK}{lot}")
}

impl From<&Assessment> for Finding {
    fn from(found: &Assessment) -> Self {
        let lot = found
            .criterion
            .strip_prefix(LOT_MARK)
            .and_then(|lot| lot.parse().ok());
        Finding {
            criterion: Some(found.criterion.clone())
                .filter(|name| !name.is_empty() && lot.is_none()),
            lot,
            value: found.value.clone(),
            excluded: found.excluded,
            reason: found.reason.clone(),
            at: found.at,
        }
    }
}

//! Recorded bids as bids of today.

use std::collections::BTreeSet;

use opener_trade::{
    DocumentId, Invalid, List, Money, Number, PeerText, Timestamp,
    document::{Bid, BidLine, Body, Commitment, Line, LineOffer, Party, Price, Rfp, TaxBasis},
};

use crate::{
    reading::{Reading, RecordedBid},
    warning::Warnings,
};

/// One bidder of a record with its bids on different lots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedBidder {
    /// Its name.
    pub name: String,
    /// Its registered number, where the record gives one.
    pub id: Option<String>,
    /// Its bids, each on another lot.
    pub bids: Vec<RecordedBid>,
}

/// The bidders of a record in the order of their first bid. Who has the same registered number, or without one the same
/// name, is one bidder.
pub fn bidders(reading: &Reading) -> Vec<RecordedBidder> {
    let mut found: Vec<(String, RecordedBidder)> = vec![];
    for bid in &reading.recorded {
        let who = crate::ocds::identity(&bid.bidder);
        match found.iter_mut().find(|(other, _)| *other == who) {
            Some((_, bidder)) => bidder.bids.push(bid.clone()),
            None => found.push((
                who,
                RecordedBidder {
                    name: bid.bidder.name.clone(),
                    id: bid.bidder.id.clone(),
                    bids: vec![bid.clone()],
                },
            )),
        }
    }
    found.into_iter().map(|(_, bidder)| bidder).collect()
}

/// The lines that one recorded amount covers: those of its lot, or all.
fn covered(rfp: &Rfp, lot: Option<u16>) -> impl Iterator<Item = &Line> {
    rfp.lines
        .iter()
        .filter(move |line| lot.is_none() || line.lot == lot)
}

impl RecordedBidder {
    /// The bids as one document in today's terms. The amount recorded for a lot is the amount of the lot's first line,
    /// priced for its whole quantity so that it comes out exactly; the other lines are quoted at nothing, as included.
    /// A bid without a lot on a request with several can only be ordered whole.
    ///
    /// # Errors
    /// The lots have no lines in this request, the currencies differ, or the bid would break a rule of the language.
    pub fn to_bid(
        &self,
        rfp_id: DocumentId,
        rfp: &Rfp,
        seller: Party,
        valid_until: Timestamp,
        commitment: Commitment,
    ) -> Result<Bid, Invalid> {
        let first = self
            .bids
            .first()
            .ok_or_else(|| Invalid::new("bids", "there are none"))?;
        let (mut lines, mut taken) = (vec![], BTreeSet::new());
        for bid in &self.bids {
            let free = covered(rfp, bid.lot).filter(|line| taken.insert(line.number));
            lines.extend(quoted(free.collect(), bid.amount)?);
        }
        let is_common = self.bids.iter().all(|bid| bid.basis == first.basis);
        let quote_number = first.id.as_deref().map(PeerText::truncated);
        let bid = Bid {
            rfp: rfp_id,
            revision: rfp.revision,
            quote_number,
            seller,
            currency: first.amount.currency(),
            tax_basis: if is_common {
                first.basis
            } else {
                TaxBasis::Unstated
            },
            total: Money::sum(
                first.amount.currency(),
                lines.iter().map(|line| line.amount),
            )?,
            lines: List::try_from(lines)?,
            charges: List::default(),
            taxes: List::default(),
            delivery: None,
            incoterm: None,
            payment: None,
            deviations: List::default(),
            answers: List::default(),
            urls: List::default(),
            attachments: List::default(),
            valid_until,
            commitment,
            all_or_nothing: rfp.lots.len() > 1 && self.bids.iter().any(|bid| bid.lot.is_none()),
            disclosure: rfp.disclosure,
        };
        bid.check()?;
        Ok(bid)
    }
}

fn quoted(lines: Vec<&Line>, amount: Money) -> Result<Vec<BidLine>, Invalid> {
    let Some(first) = lines.first() else {
        return Err(Invalid::new("lot", "the request has no line for this bid"));
    };
    let included = format!("Included in the price of line {}.", first.number);
    let line = |line: &&Line| {
        let is_first = line.number == first.number;
        let (price, base_quantity, amount) = if is_first {
            (amount.amount(), line.quantity.value, amount)
        } else {
            (Number::ZERO, Number::ONE, Money::zero(amount.currency()))
        };
        BidLine {
            line: line.number,
            offer: LineOffer::Quoted,
            description: PeerText::truncated(if is_first { "" } else { &included }),
            quantity: line.quantity,
            price: Price {
                price,
                base_quantity,
            },
            amount,
            lead_time_days: None,
        }
    };
    Ok(lines.iter().map(line).collect())
}

/// Says where one amount had to be spread over lines, and where one bidder's bids say different things about tax.
pub(crate) fn note_spread(reading: &Reading, warnings: &mut Warnings) {
    for bid in &reading.recorded {
        let lines = covered(&reading.rfp, bid.lot).count();
        if lines > 1 {
            let text = format!(
                "is one amount for {lines} lines; the first line carries it, the others are quoted at 0"
            );
            warnings.add(format!("{}/value/amount", bid.field), text);
        }
        if bid.lot.is_none() && reading.rfp.lots.len() > 1 {
            warnings.add(&bid.field, "names no lot; it can only be ordered whole");
        }
    }
    for bidder in bidders(reading) {
        let (first, rest) = match &bidder.bids[..] {
            [first, rest @ ..] => (first, rest),
            [] => continue,
        };
        for other in rest {
            if other.basis != first.basis {
                let text = format!(
                    "says otherwise about tax than {}; the bid says nothing",
                    first.field
                );
                warnings.add(format!("{}/value/valueAddedTaxIncluded", other.field), text);
            }
        }
    }
}

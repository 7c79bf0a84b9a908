//! The ranking of bids for a lot or for the whole request.

use opener_trade::{
    Currency, DocumentId, Money, Number, PeerId, Timestamp,
    document::{Criterion, Measure, Rfp, TaxBasis},
};
use rust_decimal::Decimal;
use serde::Serialize;
use ts_rs::TS;

use crate::{
    Candidate, Obstacle, Scored,
    compare::{self, Stated},
    distance::metres,
    part::Part,
    score::score,
    tie,
};

/// Bids in order, and those that are listed apart with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Ranking {
    /// The lot; absent for the whole request.
    pub lot: Option<u16>,
    /// The currency of every total.
    pub currency: Option<Currency>,
    /// Whether the totals include tax.
    pub basis: TaxBasis,
    /// The admitted bids, the best first.
    pub ranked: Vec<Ranked>,
    /// The others, in the order of receipt.
    pub apart: Vec<Apart>,
}

/// An admitted bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Ranked {
    /// Its rank, from 1. No two bids share one.
    pub rank: u32,
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// When it was received.
    pub received_at: Timestamp,
    /// What it costs: the lines and charges that an order for this part would name, in the ranking's tax basis.
    pub total: Money,
    /// Its score, step by step.
    pub scored: Scored,
    /// Why it is admitted although it came late.
    pub late_override: Option<String>,
}

/// A bid that is not ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Apart {
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its total as it states it, for all that it offers.
    pub stated: Money,
    /// Whether that includes tax.
    pub basis: TaxBasis,
    /// Why it is not ranked.
    pub obstacle: Obstacle,
}

impl Ranking {
    /// The best bid.
    pub fn winner(&self) -> Option<&Ranked> {
        self.ranked.first()
    }
}

/// Ranks the bids for one lot, or for the whole request, by the criteria of the RFP.
///
/// A total counts the lines of the part, the charges of its lots and, in full, the charges of the bid as a whole: what
/// an order for exactly this part would cost. Optional lines do not count, so that like is compared with like. A late
/// bid is ranked only with a recorded reason. What cannot be compared is listed apart, never ranked.
///
/// Where the RFP says nothing about tax, bids are compared in the basis that most of them state.
pub fn rank(rfp: &Rfp, candidates: &[Candidate<'_>], lot: Option<u16>) -> Ranking {
    let part = Part::lot(rfp, lot);
    let admitted: Vec<(&Candidate<'_>, Result<Stated, Obstacle>)> = candidates
        .iter()
        .map(|candidate| (candidate, admit(rfp, &part, lot, candidate)))
        .collect();
    let bases = admitted
        .iter()
        .filter_map(|(_, stated)| stated.as_ref().ok().map(|stated| stated.basis));
    let basis = compare::basis(rfp, bases);

    let (mut ranked, mut apart) = (vec![], vec![]);
    for (candidate, stated) in admitted {
        match stated.and_then(|stated| judge(rfp, &part, candidate, stated, basis)) {
            Ok(judged) => ranked.push(judged),
            Err(obstacle) => apart.push(Apart {
                bid: candidate.bid,
                seller: candidate.seller,
                received_at: candidate.received_at,
                stated: candidate.offer.total,
                basis: candidate.offer.tax_basis,
                obstacle,
            }),
        }
    }
    ranked.sort_by_key(|bid| tie::key(bid.scored.score, bid.received_at, bid.bid));
    for (rank, bid) in (1..).zip(&mut ranked) {
        bid.rank = rank;
    }
    apart.sort_by_key(|bid| (bid.received_at, bid.bid));
    Ranking {
        lot,
        currency: compare::currency(rfp),
        basis,
        ranked,
        apart,
    }
}

fn admit(
    rfp: &Rfp,
    part: &Part<'_>,
    lot: Option<u16>,
    candidate: &Candidate<'_>,
) -> Result<Stated, Obstacle> {
    if !candidate.standing {
        return Err(Obstacle::NotStanding);
    }
    if let Some(found) = candidate.exclusion(lot) {
        return Err(Obstacle::Excluded {
            reason: found.reason.clone(),
        });
    }
    if candidate.late && candidate.late_override.is_none() {
        return Err(Obstacle::Late);
    }
    compare::stated(rfp, part, lot, candidate.offer)
}

fn judge(
    rfp: &Rfp,
    part: &Part<'_>,
    candidate: &Candidate<'_>,
    stated: Stated,
    basis: TaxBasis,
) -> Result<Ranked, Obstacle> {
    let total = compare::converted(candidate.offer, stated, basis)?;
    let values: Vec<Option<Number>> = rfp
        .criteria
        .iter()
        .map(|criterion| value(rfp, part, candidate, criterion, total))
        .collect();
    Ok(Ranked {
        rank: 0,
        bid: candidate.bid,
        seller: candidate.seller,
        received_at: candidate.received_at,
        total,
        scored: score(&rfp.criteria, &values)?,
        late_override: candidate.late_override.clone().filter(|_| candidate.late),
    })
}

fn value(
    rfp: &Rfp,
    part: &Part<'_>,
    candidate: &Candidate<'_>,
    criterion: &Criterion,
    total: Money,
) -> Option<Number> {
    let name = criterion.name.as_str();
    let bid = candidate.offer;
    match criterion.measure {
        Measure::Total => Some(total.amount()),
        Measure::LeadTimeDays => {
            let days = part
                .offer(bid)
                .lines
                .iter()
                .map(|(_, line)| line.lead_time_days)
                .collect::<Option<Vec<u32>>>()?;
            days.into_iter().max().map(Number::from)
        }
        Measure::DistanceKm => {
            let metres = metres(&bid.seller.place, &rfp.delivery.place)?;
            Some(Decimal::new(i64::from(metres), 3).into())
        }
        Measure::Answer => bid
            .answers
            .iter()
            .find(|answer| answer.criterion == criterion.name)
            .map(|answer| answer.value),
        Measure::Assessment => candidate
            .assessments
            .iter()
            .find(|found| found.criterion == name)
            .map(|found| found.value),
    }
}

#[cfg(test)]
mod tests;

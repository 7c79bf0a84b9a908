//! The award that the rankings propose.

use opener_trade::{DocumentId, PeerId, document::Rfp};
use serde::Serialize;
use ts_rs::TS;

use crate::{Candidate, Ranking, rank};

/// What one bid would be awarded. One order covers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Award {
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// The lots it is best for; empty for the whole request.
    pub lots: Vec<u16>,
}

/// A ranking for each lot that has lines. A request without lots, or with lines outside its lots, is judged as a whole.
pub fn best_per_lot(rfp: &Rfp, candidates: &[Candidate<'_>]) -> Vec<(Option<u16>, Ranking)> {
    if rfp.lots.is_empty() || rfp.lines.iter().any(|line| line.lot.is_none()) {
        return vec![(None, rank(rfp, candidates, None))];
    }
    rfp.lots
        .iter()
        .map(|lot| Some(lot.number))
        .filter(|lot| rfp.lines.iter().any(|line| line.lot == *lot))
        .map(|lot| (lot, rank(rfp, candidates, lot)))
        .collect()
}

/// The best bid of each ranking, gathered by bid, in the order of the lots. Lots that nobody may win are left out.
pub fn proposal(rankings: &[(Option<u16>, Ranking)]) -> Vec<Award> {
    let mut awards: Vec<Award> = vec![];
    for (lot, ranking) in rankings {
        let Some(winner) = ranking.winner() else {
            continue;
        };
        match awards.iter_mut().find(|award| award.bid == winner.bid) {
            Some(award) => award.lots.extend(*lot),
            None => awards.push(Award {
                bid: winner.bid,
                seller: winner.seller,
                lots: lot.iter().copied().collect(),
            }),
        }
    }
    awards
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bid, candidate, id, rfp};

    #[test]
    fn each_lot_goes_to_its_best_bid_and_one_bid_gets_one_award() {
        let rfp = rfp(&[("1", Some(1)), ("1", Some(2)), ("1", Some(3))]);
        let a = bid(&rfp, &[100, 300, 100]);
        let b = bid(&rfp, &[200, 200, 200]);
        let candidates = [candidate(1, &a), candidate(2, &b)];
        let awards = proposal(&best_per_lot(&rfp, &candidates));
        let found: Vec<_> = awards
            .iter()
            .map(|award| (award.bid, award.lots.clone()))
            .collect();
        assert_eq!(found, [(id(1), vec![1, 3]), (id(2), vec![2])]);
    }

    #[test]
    fn a_request_that_lots_do_not_cover_is_judged_whole() {
        let rfp = rfp(&[("1", Some(1)), ("1", None)]);
        let a = bid(&rfp, &[100, 300]);
        let rankings = best_per_lot(&rfp, &[candidate(1, &a)]);
        assert_eq!(rankings.len(), 1);
        assert_eq!(rankings[0].0, None);
        assert!(proposal(&rankings)[0].lots.is_empty());
    }

    #[test]
    fn a_lot_that_nobody_may_win_is_left_out() {
        let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
        let a = bid(&rfp, &[100, 100]);
        let mut late = candidate(1, &a);
        late.late = true;
        assert!(proposal(&best_per_lot(&rfp, &[late])).is_empty());
    }
}

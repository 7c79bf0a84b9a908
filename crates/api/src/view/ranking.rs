//! Rankings with their arithmetic.

use opener_decision::{
    self as decision, Apart, Award, Candidate, Group, Obstacle, Ranked, Ranking, Step,
};
use opener_negotiation::dialogue::{Offer, Phase, State};
use opener_peer::DealSnapshot;
use opener_trade::{
    Currency, DealId, DocumentId, Money, Number, PeerId, Reason, Timestamp,
    document::{Bid, Measure, TaxBasis},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Finding;

/// One criterion of one bid: from the value to its points. Numbers are exact decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepView {
    /// The criterion's name.
    pub criterion: String,
    /// Where the value comes from.
    pub measure: Measure,
    /// The value; absent where it is not known, which earns nothing.
    pub value: Option<Number>,
    /// The value that earns everything.
    pub best: Number,
    /// The value that earns nothing.
    pub worst: Number,
    /// How far the value is from the worst, within the bounds.
    pub numerator: Number,
    /// How far the best is from the worst.
    pub denominator: Number,
    /// Their quotient, from 0 to 1.
    pub share: Number,
    /// The weight, of 100.
    pub weight: Number,
    /// Share × weight ÷ 100.
    pub points: Number,
    /// The sum of the points so far.
    pub running: Number,
}

impl From<&Step> for StepView {
    fn from(step: &Step) -> Self {
        StepView {
            criterion: step.criterion.clone(),
            measure: step.measure,
            value: step.value,
            best: step.best,
            worst: step.worst,
            numerator: step.share.numerator,
            denominator: step.share.denominator,
            share: step.share.value,
            weight: step.weight,
            points: step.points,
            running: step.running,
        }
    }
}

/// A ranked bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RankedView {
    /// Its rank, from 1.
    pub rank: u32,
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// What the seller calls itself.
    pub seller_name: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// What it costs, in the ranking's currency and tax basis.
    pub total: Money,
    /// The score with six decimals.
    pub score: String,
    /// The score as computed.
    pub score_exact: Number,
    /// The arithmetic, one step a criterion.
    pub steps: Vec<StepView>,
    /// It came late and was admitted by the buyer.
    pub admitted_late: bool,
}

/// A bid that is listed apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApartView {
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// What the seller calls itself.
    pub seller_name: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its total as it states it.
    pub stated: Money,
    /// Whether that includes tax.
    pub tax_basis: TaxBasis,
    /// What keeps it out, with the numbers that show it.
    #[ts(as = "Obstacle")]
    pub obstacle: serde_json::Value,
    /// The registered reason, where there is one.
    pub reason: Option<Reason>,
    /// The same in English, for logs and terminals.
    pub detail: String,
}

/// One order that the rankings propose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposalView {
    /// The bid.
    pub bid: DocumentId,
    /// Its seller.
    pub seller: PeerId,
    /// The lots it is best for; empty for the whole request.
    pub lots: Vec<u16>,
}

impl From<Award> for ProposalView {
    fn from(award: Award) -> Self {
        ProposalView {
            bid: award.bid,
            seller: award.seller,
            lots: award.lots,
        }
    }
}

/// The bids for a lot, or for the whole request: in order, and those that are listed apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RankingView {
    /// The deal.
    pub deal: DealId,
    /// The lot; absent for the whole request.
    pub lot: Option<u16>,
    /// The lots that can be ranked by themselves.
    pub lots: Vec<u16>,
    /// The currency of every total.
    pub currency: Option<Currency>,
    /// Whether the totals include tax.
    pub tax_basis: TaxBasis,
    /// The admitted bids, the best first.
    pub ranked: Vec<RankedView>,
    /// Too late.
    pub late: Vec<ApartView>,
    /// Out by a criterion or by the buyer's finding.
    pub knocked_out: Vec<ApartView>,
    /// Cannot be compared.
    pub incomparable: Vec<ApartView>,
    /// Lack something that was asked.
    pub incomplete: Vec<ApartView>,
    /// Offer a part, as the RFP allows.
    pub partial: Vec<ApartView>,
    /// Withdrawn, expired or refused.
    pub not_standing: Vec<ApartView>,
    /// The orders that the rankings of all lots propose.
    pub proposal: Vec<ProposalView>,
}

/// The bids of a deal as they are judged: the standing one of each dialogue, and a late one beside it.
fn candidates(deal: &DealSnapshot) -> Vec<Candidate<'_>> {
    let offers = deal.dialogues.iter().flat_map(|state| {
        [&state.standing, &state.late]
            .into_iter()
            .flatten()
            .map(move |offer| (state, offer))
    });
    offers
        .map(|(state, offer)| candidate(deal, state, offer))
        .collect()
}

/// What the view says of a late bid that the buyer admitted; the decision asks for a reason on record.
const ADMITTED: &str = "admitted by the buyer";

fn candidate<'a>(deal: &'a DealSnapshot, state: &'a State, offer: &'a Offer) -> Candidate<'a> {
    let bid = offer.id();
    let late = state.is_late(offer);
    let admitted = late
        && state
            .standing
            .as_ref()
            .is_some_and(|standing| standing.id() == bid);
    let found: Vec<Finding> = deal
        .assessments
        .iter()
        // What was found out about a bid still holds after a counter-offer on it.
        .filter(|found| found.bid == bid || found.bid == offer.document.id())
        .map(Finding::from)
        .collect();
    let assessments = found.iter().filter_map(|found| {
        let value = found.value.as_ref()?.parse().ok()?;
        Some(decision::Assessment {
            criterion: found.criterion.clone()?,
            value,
        })
    });
    let exclusions = found
        .iter()
        .filter(|found| found.excluded)
        .map(|found| decision::Exclusion {
            lot: found.lot,
            reason: found.reason.clone(),
        });
    Candidate {
        bid,
        seller: state.seller,
        received_at: offer.received_at,
        offer: offer.bid(),
        standing: can_be_ranked(state.phase),
        late,
        late_override: admitted.then(|| ADMITTED.to_owned()),
        assessments: assessments.collect(),
        exclusions: exclusions.collect(),
    }
}

/// A ranking still shows how an award came about: ordered bids and those not chosen stay in it.
const fn can_be_ranked(phase: Phase) -> bool {
    phase.is_before_order()
        || phase.is_ordering()
        || matches!(phase, Phase::Concluded | Phase::Reported | Phase::NotChosen)
}

impl RankingView {
    /// Ranks the bids of a deal for one lot, or for the whole request.
    pub(crate) fn new(deal: &DealSnapshot, lot: Option<u16>) -> Self {
        let rfp = &deal.rfp.body;
        let candidates = candidates(deal);
        let ranking = decision::rank(rfp, &candidates, lot);
        let rankings = decision::best_per_lot(rfp, &candidates);
        let name = |bid: DocumentId| {
            let offer = candidates
                .iter()
                .find(|candidate| candidate.bid == bid)
                .map(|found| found.offer);
            offer
                .map(|offer: &Bid| offer.seller.name.to_string())
                .unwrap_or_default()
        };
        let apart = |group| apart(&ranking, group, name);
        RankingView {
            deal: deal.deal,
            lot,
            lots: rankings.iter().filter_map(|(lot, _)| *lot).collect(),
            currency: ranking.currency,
            tax_basis: ranking.basis,
            ranked: ranking
                .ranked
                .iter()
                .map(|bid| ranked(bid, name(bid.bid)))
                .collect(),
            late: apart(Group::Late),
            knocked_out: apart(Group::KnockedOut),
            incomparable: apart(Group::Incomparable),
            incomplete: apart(Group::Incomplete),
            partial: apart(Group::Partial),
            not_standing: apart(Group::NotStanding),
            proposal: decision::proposal(&rankings)
                .into_iter()
                .map(ProposalView::from)
                .collect(),
        }
    }
}

fn ranked(bid: &Ranked, seller_name: String) -> RankedView {
    RankedView {
        rank: bid.rank,
        bid: bid.bid,
        seller: bid.seller,
        seller_name,
        received_at: bid.received_at,
        total: bid.total,
        score: bid.scored.shown.clone(),
        score_exact: bid.scored.score,
        steps: bid.scored.steps.iter().map(StepView::from).collect(),
        admitted_late: bid.late_override.is_some(),
    }
}

fn apart(ranking: &Ranking, group: Group, name: impl Fn(DocumentId) -> String) -> Vec<ApartView> {
    let of_group = ranking
        .apart
        .iter()
        .filter(|bid| bid.obstacle.group() == group);
    of_group
        .map(|bid: &Apart| ApartView {
            bid: bid.bid,
            seller: bid.seller,
            seller_name: name(bid.bid),
            received_at: bid.received_at,
            stated: bid.stated,
            tax_basis: bid.basis,
            obstacle: serde_json::to_value(&bid.obstacle).unwrap_or_default(),
            reason: bid.obstacle.reason(),
            detail: bid.obstacle.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use opener_negotiation::Role;
    use opener_peer::Assessment;

    use super::*;
    use crate::{
        testing::{Deal, at},
        view::lot_key,
    };

    fn finding(bid: DocumentId, criterion: String, excluded: bool) -> Assessment {
        let deal = DealId::from_bytes([7; 16]);
        Assessment {
            deal,
            bid,
            criterion,
            value: None,
            excluded,
            reason: "no licence".to_owned(),
            at: at(50),
        }
    }

    #[test]
    fn a_bid_is_ranked_with_its_arithmetic() {
        let mut deal = Deal::begin();
        let bid = deal.bid(&["10", "20"]);
        let view = RankingView::new(&deal.snapshot(Role::Buyer), None);
        let first = &view.ranked[0];
        assert_eq!(
            (first.bid, first.rank, first.seller_name.as_str()),
            (bid, 1, "Bob")
        );
        assert_eq!(
            (
                first.score.as_str(),
                first.steps[0].numerator.to_string().as_str()
            ),
            ("0.800000", "800")
        );
        assert_eq!(view.proposal[0].bid, bid);
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(serde_json::from_str::<RankingView>(&json).unwrap(), view);
    }

    #[test]
    fn an_excluded_bid_is_listed_apart_with_the_reason() {
        let mut deal = Deal::begin();
        let bid = deal.bid(&["10", "20"]);
        let mut snapshot = deal.snapshot(Role::Buyer);
        snapshot.assessments = vec![finding(bid, String::new(), true)];
        let view = RankingView::new(&snapshot, None);
        assert!(view.ranked.is_empty() && view.proposal.is_empty());
        let out = &view.knocked_out[0];
        assert_eq!((out.bid, out.detail.as_str()), (bid, "no licence"));
        assert_eq!(out.obstacle["kind"], "excluded");
    }

    #[test]
    fn a_finding_names_criterion_lot_or_neither() {
        let bid = DocumentId::from_bytes([1; 32]);
        let of = |criterion: &str| Finding::from(&finding(bid, criterion.to_owned(), true));
        assert_eq!((of("").criterion, of("").lot), (None, None));
        assert_eq!(
            (of(&lot_key(3)).criterion, of(&lot_key(3)).lot),
            (None, Some(3))
        );
        assert_eq!(
            (of("lot 3").criterion.as_deref(), of("lot 3").lot),
            (Some("lot 3"), None)
        );
    }

    #[test]
    fn a_bid_that_was_taken_to_a_contract_still_shows_its_rank() {
        let view = RankingView::new(&Deal::whole().snapshot(Role::Buyer), None);
        assert_eq!(view.ranked.len(), 1);
    }
}

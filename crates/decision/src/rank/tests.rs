//! Tests of the ranking: the golden case, the property that bounds give, and every way to stand apart.

use opener_trade::{
    Number, PeerText, Unit,
    document::{Bid, BidLine, Body, CriterionAnswer, Measure, TaxBasis},
};
use proptest::prelude::*;

use super::*;
use crate::{
    Assessment, Exclusion, Group, Taking, order_from,
    testing::{at, bid, candidate, charge, criterion, eur, id, moments, number, rfp, taxed, text},
};

fn edit(bid: &mut Bid, line: usize, change: impl Fn(&mut BidLine)) {
    let mut lines = bid.lines.clone().into_vec();
    change(&mut lines[line]);
    bid.lines = lines.try_into().unwrap();
}

fn obstacle(ranking: &Ranking, bid: u8) -> &Obstacle {
    let found = ranking.apart.iter().find(|apart| apart.bid == id(bid));
    &found.unwrap().obstacle
}

fn order_of(ranking: &Ranking) -> Vec<DocumentId> {
    ranking.ranked.iter().map(|bid| bid.bid).collect()
}

/// A request with the criteria of the golden case: price, days, quality, reputation.
fn golden() -> Rfp {
    let mut rfp = rfp(&[("1", None)]);
    rfp.criteria = vec![
        criterion("price", "40", Measure::Total, "8000", "12000"),
        criterion("days", "25", Measure::LeadTimeDays, "0", "45"),
        criterion("quality", "20", Measure::Answer, "1", "0.5"),
        criterion("reputation", "15", Measure::Assessment, "1", "0"),
    ]
    .try_into()
    .unwrap();
    rfp.check().unwrap();
    rfp
}

fn golden_bid(rfp: &Rfp, price: i64, days: u32, quality: &str) -> Bid {
    let mut offer = bid(rfp, &[price]);
    edit(&mut offer, 0, |line| line.lead_time_days = Some(days));
    let answer = CriterionAnswer {
        criterion: text("quality"),
        value: number(quality),
        note: PeerText::default(),
    };
    offer.answers = vec![answer].try_into().unwrap();
    offer
}

fn assessed<'a>(n: u8, offer: &'a Bid, reputation: &str) -> Candidate<'a> {
    let found = Assessment {
        criterion: "reputation".to_owned(),
        value: number(reputation),
    };
    Candidate {
        assessments: vec![found],
        ..candidate(n, offer)
    }
}

#[test]
fn the_golden_case_comes_out_to_a_millionth() {
    let rfp = golden();
    let rows = [
        (10_000, 12, ".90", ".80", "0.663333"),
        (9_500, 20, ".85", ".95", "0.671389"),
        (11_000, 7, ".97", ".70", "0.604111"),
        (9_000, 30, ".70", ".60", "0.553333"),
        (10_200, 10, ".88", ".99", "0.674944"),
        (9_800, 14, ".93", ".50", "0.639222"),
    ];
    let offers: Vec<Bid> = rows
        .iter()
        .map(|(price, days, quality, ..)| golden_bid(&rfp, *price, *days, &format!("0{quality}")))
        .collect();
    let candidates: Vec<Candidate<'_>> = (1..)
        .zip(rows.iter().zip(&offers))
        .map(|(n, (row, offer))| assessed(n, offer, &format!("0{}", row.3)))
        .collect();
    let ranking = rank(&rfp, &candidates, None);
    assert_eq!(order_of(&ranking), [5, 2, 1, 6, 3, 4].map(id));
    for (n, row) in (1..).zip(&rows) {
        let ranked = ranking.ranked.iter().find(|bid| bid.bid == id(n)).unwrap();
        assert_eq!(ranked.scored.shown, row.4, "row {n}");
        let points: Vec<Number> = ranked.scored.steps.iter().map(|step| step.points).collect();
        let sum: Decimal = points.into_iter().map(Number::decimal).sum();
        assert_eq!(sum, ranked.scored.score.decimal(), "row {n}");
    }
}

#[test]
fn equal_scores_go_to_the_earliest_receipt_and_then_to_the_lowest_id() {
    let rfp = rfp(&[("1", None)]);
    let offer = bid(&rfp, &[100]);
    let at_second = |n, second| Candidate {
        received_at: at(second),
        ..candidate(n, &offer)
    };
    let ranking = rank(
        &rfp,
        &[at_second(3, 5), at_second(2, 5), at_second(9, 4)],
        None,
    );
    assert_eq!(order_of(&ranking), [9, 2, 3].map(id));
    let ranks: Vec<u32> = ranking.ranked.iter().map(|bid| bid.rank).collect();
    assert_eq!(ranks, [1, 2, 3]);
}

#[test]
fn a_late_bid_is_ranked_only_with_a_recorded_reason() {
    let rfp = rfp(&[("1", None)]);
    let offer = bid(&rfp, &[100]);
    let mut late = candidate(1, &offer);
    late.late = true;
    assert_eq!(
        obstacle(&rank(&rfp, &[late.clone()], None), 1),
        &Obstacle::Late
    );
    late.late_override = Some("the line was down".to_owned());
    let ranking = rank(&rfp, &[late], None);
    assert_eq!(
        ranking.ranked[0].late_override.as_deref(),
        Some("the line was down")
    );
}

#[test]
fn an_excluded_bid_is_listed_with_the_buyer_s_reason_and_only_where_it_counts() {
    let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
    let offer = bid(&rfp, &[100, 100]);
    let mut out = candidate(1, &offer);
    out.exclusions = vec![Exclusion {
        lot: Some(1),
        reason: "no licence".to_owned(),
    }];
    let of = |lot| rank(&rfp, &[out.clone()], lot);
    assert_eq!(obstacle(&of(Some(1)), 1).to_string(), "no licence");
    assert_eq!(obstacle(&of(None), 1).group(), Group::KnockedOut);
    assert_eq!(order_of(&of(Some(2))), [id(1)]);
}

#[test]
fn a_bid_that_does_not_stand_is_not_ranked() {
    let rfp = rfp(&[("1", None)]);
    let offer = bid(&rfp, &[100]);
    let mut withdrawn = candidate(1, &offer);
    withdrawn.standing = false;
    assert_eq!(
        obstacle(&rank(&rfp, &[withdrawn], None), 1),
        &Obstacle::NotStanding
    );
}

#[test]
fn another_currency_or_unit_is_incomparable_and_says_so() {
    let rfp = rfp(&[("1", None)]);
    let mut dollars = bid(&rfp, &[1]);
    dollars.currency = "USD".parse().unwrap();
    let mut kilograms = bid(&rfp, &[1]);
    edit(&mut kilograms, 0, |line| {
        line.quantity.unit = "KGM".parse().unwrap()
    });
    let fair = bid(&rfp, &[500]);
    let candidates = [
        candidate(1, &dollars),
        candidate(2, &kilograms),
        candidate(3, &fair),
    ];
    let ranking = rank(&rfp, &candidates, None);
    assert_eq!(order_of(&ranking), [id(3)]);
    assert_eq!(
        obstacle(&ranking, 1).reason(),
        Some(opener_trade::Reason::CurrencyNotAllowed)
    );
    let unit = obstacle(&ranking, 2);
    assert_eq!(
        unit.reason(),
        Some(opener_trade::Reason::UnitNotConvertible)
    );
    assert_eq!(unit.group(), Group::Incomparable);
    assert!(matches!(
        unit,
        Obstacle::Unit {
            line: 1,
            asked: Unit::PIECE,
            ..
        }
    ));
}

#[test]
fn a_bid_that_lacks_something_is_incomplete_or_partial_as_the_rules_say() {
    let mut rfp = rfp(&[("10", None), ("1", None)]);
    let mut short = bid(&rfp, &[100, 100]);
    edit(&mut short, 0, |line| line.quantity.value = number("9"));
    let lacking = bid(&rfp, &[100]);
    let of = |rfp: &Rfp| rank(rfp, &[candidate(1, &short), candidate(2, &lacking)], None);
    let (missing, lacks) = (vec![], vec![1]);
    assert_eq!(
        obstacle(&of(&rfp), 1),
        &Obstacle::Incomplete {
            missing,
            short: lacks
        }
    );
    assert_eq!(obstacle(&of(&rfp), 2).group(), Group::Incomplete);
    rfp.rules.partial = true;
    let (missing, short) = (vec![2], vec![]);
    assert_eq!(
        obstacle(&of(&rfp), 2),
        &Obstacle::Partial { missing, short }
    );
}

#[test]
fn more_than_was_asked_is_ranked_at_what_it_costs() {
    let rfp = rfp(&[("10", None)]);
    let mut packs = bid(&rfp, &[120]);
    edit(&mut packs, 0, |line| line.quantity.value = number("12"));
    assert_eq!(
        rank(&rfp, &[candidate(1, &packs)], None).ranked[0].total,
        eur(120)
    );
}

#[test]
fn optional_lines_do_not_count_against_the_bid_that_offers_them() {
    let mut rfp = rfp(&[("1", None), ("1", None)]);
    let mut lines = rfp.lines.clone().into_vec();
    lines[1].optional = true;
    rfp.lines = lines.try_into().unwrap();
    let with = bid(&rfp, &[100, 50]);
    let without = bid(&rfp, &[110]);
    let ranking = rank(&rfp, &[candidate(1, &with), candidate(2, &without)], None);
    assert_eq!(order_of(&ranking), [1, 2].map(id));
    assert_eq!(ranking.ranked[0].total, eur(100));
}

#[test]
fn an_alternative_counts_only_where_the_rules_allow_one() {
    let mut rfp = rfp(&[("1", None)]);
    let mut other = bid(&rfp, &[100]);
    edit(&mut other, 0, |line| {
        line.offer = opener_trade::document::LineOffer::Alternative
    });
    assert_eq!(
        obstacle(&rank(&rfp, &[candidate(1, &other)], None), 1),
        &Obstacle::NoOffer
    );
    rfp.rules.alternatives = true;
    assert_eq!(
        order_of(&rank(&rfp, &[candidate(1, &other)], None)),
        [id(1)]
    );
}

#[test]
fn a_line_that_was_not_asked_for_makes_a_bid_incomparable() {
    let rfp = rfp(&[("1", None)]);
    let mut extra = bid(&rfp, &[100]);
    edit(&mut extra, 0, |line| line.line = 7);
    let ranking = rank(&rfp, &[candidate(1, &extra)], None);
    assert_eq!(obstacle(&ranking, 1), &Obstacle::NotAsked { line: 7 });
}

#[test]
fn a_lot_is_ranked_by_what_an_order_for_it_costs() {
    let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
    let a = charge(charge(bid(&rfp, &[100, 500]), 10, Some(1)), 5, None);
    let b = bid(&rfp, &[116, 300]);
    for lot in [Some(1), Some(2), None] {
        let ranking = rank(&rfp, &[candidate(1, &a), candidate(2, &b)], lot);
        for (n, offer) in [(1, &a), (2, &b)] {
            let lots = lot.map_or(vec![1, 2], |lot| vec![lot]);
            let order = order_from(&rfp, id(n), offer, Taking::Lots(&lots), moments()).unwrap();
            let ranked = ranking.ranked.iter().find(|bid| bid.bid == id(n)).unwrap();
            assert_eq!(ranked.total, order.total, "{lot:?}");
        }
    }
}

#[test]
fn a_bid_that_must_be_taken_whole_is_not_ranked_for_one_of_its_lots() {
    let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
    let mut whole = bid(&rfp, &[1, 1]);
    whole.all_or_nothing = true;
    let of = |lot| rank(&rfp, &[candidate(1, &whole)], lot);
    assert_eq!(obstacle(&of(Some(1)), 1), &Obstacle::WholeOnly);
    assert_eq!(order_of(&of(None)), [id(1)]);
}

#[test]
fn net_and_gross_are_compared_as_such() {
    let mut rfp = rfp(&[("1", None)]);
    let net = taxed(bid(&rfp, &[100]), "20");
    let mut gross = bid(&rfp, &[115]);
    gross.tax_basis = TaxBasis::Gross;
    let candidates = [candidate(1, &net), candidate(2, &gross)];
    rfp.rules.tax_basis = TaxBasis::Gross;
    let ranking = rank(&rfp, &candidates, None);
    assert_eq!(order_of(&ranking), [2, 1].map(id));
    assert_eq!(ranking.ranked[1].total, eur(120));
    rfp.rules.tax_basis = TaxBasis::Net;
    let ranking = rank(&rfp, &candidates, None);
    let (offered, wanted) = (TaxBasis::Gross, TaxBasis::Net);
    assert_eq!(
        obstacle(&ranking, 2),
        &Obstacle::TaxBasis { offered, wanted }
    );
}

#[test]
fn the_tax_of_a_lot_follows_only_from_a_single_rate() {
    let mut rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
    rfp.rules.tax_basis = TaxBasis::Gross;
    let one = taxed(bid(&rfp, &[100, 200]), "20");
    let mut two = one.clone();
    let mut taxes = two.taxes.clone().into_vec();
    taxes.push(opener_trade::document::Tax {
        rate: number("5"),
        ..taxes[0].clone()
    });
    two.taxes = taxes.try_into().unwrap();
    let ranking = rank(&rfp, &[candidate(1, &one), candidate(2, &two)], Some(1));
    assert_eq!(ranking.ranked[0].total, eur(120));
    assert_eq!(obstacle(&ranking, 2).group(), Group::Incomparable);
}

#[test]
fn where_the_request_is_silent_about_tax_the_basis_of_most_bids_counts() {
    let mut rfp = rfp(&[("1", None)]);
    rfp.rules.tax_basis = TaxBasis::Unstated;
    let mut offers = [bid(&rfp, &[100]), bid(&rfp, &[110]), bid(&rfp, &[90])];
    offers[0].tax_basis = TaxBasis::Gross;
    offers[1].tax_basis = TaxBasis::Gross;
    let candidates: Vec<_> = (1..)
        .zip(&offers)
        .map(|(n, offer)| candidate(n, offer))
        .collect();
    let ranking = rank(&rfp, &candidates, None);
    assert_eq!(
        (ranking.basis, order_of(&ranking)),
        (TaxBasis::Gross, [1, 2].map(id).to_vec())
    );
    assert_eq!(obstacle(&ranking, 3).group(), Group::Incomparable);
    for offer in &mut offers {
        offer.tax_basis = TaxBasis::Unstated;
    }
    let candidates: Vec<_> = (1..)
        .zip(&offers)
        .map(|(n, offer)| candidate(n, offer))
        .collect();
    assert_eq!(order_of(&rank(&rfp, &candidates, None)), [3, 1, 2].map(id));
}

#[test]
fn distance_is_measured_and_knocks_out_with_its_numbers() {
    let mut rfp = rfp(&[("1", None)]);
    let mut distance = criterion("distance", "100", Measure::DistanceKm, "0", "100");
    distance.knock_out = true;
    rfp.criteria = vec![distance].try_into().unwrap();
    let near = bid(&rfp, &[100]);
    let mut far = near.clone();
    far.seller.place.latitude_e6 = Some(50_000_000);
    let mut nowhere = near.clone();
    (
        nowhere.seller.place.latitude_e6,
        nowhere.seller.place.longitude_e6,
    ) = (None, None);
    let candidates = [
        candidate(1, &near),
        candidate(2, &far),
        candidate(3, &nowhere),
    ];
    let ranking = rank(&rfp, &candidates, None);
    assert_eq!(ranking.ranked[0].scored.shown, "1.000000");
    let Obstacle::KnockedOut { value, worst, .. } = obstacle(&ranking, 2) else {
        panic!("{ranking:?}");
    };
    assert!(*value > number("222") && *value < number("223"), "{value}");
    assert_eq!(*worst, number("100"));
    assert!(matches!(obstacle(&ranking, 3), Obstacle::Unanswered { .. }));
}

#[test]
fn a_lead_time_that_one_line_does_not_state_earns_nothing() {
    let mut rfp = rfp(&[("1", None), ("1", None)]);
    rfp.criteria = vec![criterion("days", "100", Measure::LeadTimeDays, "0", "20")]
        .try_into()
        .unwrap();
    let mut silent = bid(&rfp, &[1, 1]);
    edit(&mut silent, 1, |line| line.lead_time_days = None);
    let mut slow = bid(&rfp, &[1, 1]);
    edit(&mut slow, 1, |line| line.lead_time_days = Some(15));
    let ranking = rank(&rfp, &[candidate(1, &silent), candidate(2, &slow)], None);
    assert_eq!(order_of(&ranking), [2, 1].map(id));
    assert_eq!(ranking.ranked[0].scored.steps[0].value, Some(number("15")));
    assert_eq!(ranking.ranked[1].scored.steps[0].value, None);
}

/// Values of one bid in the golden request: price, days, quality and reputation in hundredths.
type Values = (i64, u32, u32, u32);

fn values() -> impl Strategy<Value = Values> {
    (8_000_i64..=12_000, 0_u32..=45, 50_u32..=100, 0_u32..=100)
}

fn hundredths(value: u32) -> String {
    Decimal::new(i64::from(value), 2).to_string()
}

fn winner(rfp: &Rfp, rows: &[(Values, i64)]) -> Option<DocumentId> {
    let offers: Vec<Bid> = rows
        .iter()
        .map(|((price, days, quality, _), _)| golden_bid(rfp, *price, *days, &hundredths(*quality)))
        .collect();
    let candidates: Vec<Candidate<'_>> = (1..)
        .zip(rows.iter().zip(&offers))
        .map(|(n, (((.., reputation), second), offer))| Candidate {
            received_at: at(*second),
            ..assessed(n, offer, &hundredths(*reputation))
        })
        .collect();
    rank(rfp, &candidates, None).winner().map(|bid| bid.bid)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_dominated_bid_more_never_changes_the_winner(
        rows in proptest::collection::vec((values(), 0_i64..100), 1..8),
        victim in any::<proptest::sample::Index>(),
        worse in (0_i64..3_000, 0_u32..30, 0_u32..40, 0_u32..80),
        second in 0_i64..100,
    ) {
        let (price, days, quality, reputation) = victim.get(&rows).0;
        let dominated = (
            (price + worse.0).min(12_000),
            (days + worse.1).min(45),
            quality.saturating_sub(worse.2).max(50),
            reputation.saturating_sub(worse.3),
        );
        prop_assume!(dominated != victim.get(&rows).0);
        let rfp = golden();
        let before = winner(&rfp, &rows);
        let mut more = rows.clone();
        more.push((dominated, second));
        prop_assert_eq!(winner(&rfp, &more), before);
    }

    #[test]
    fn the_order_of_the_list_changes_nothing(
        rows in proptest::collection::vec((values(), 0_i64..5), 1..8),
    ) {
        let rfp = golden();
        let offers: Vec<Bid> = rows
            .iter()
            .map(|((price, days, quality, _), _)| golden_bid(&rfp, *price, *days, &hundredths(*quality)))
            .collect();
        let mut candidates: Vec<Candidate<'_>> = (1..)
            .zip(rows.iter().zip(&offers))
            .map(|(n, (row, offer))| Candidate { received_at: at(row.1), ..candidate(n, offer) })
            .collect();
        let forwards = rank(&rfp, &candidates, None);
        candidates.reverse();
        prop_assert_eq!(rank(&rfp, &candidates, None), forwards);
    }
}

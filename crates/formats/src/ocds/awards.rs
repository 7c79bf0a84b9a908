//! Recorded awards: from `awards`, matched with the bids they belong to.

use opener_trade::{Currency, Money, Number};
use rust_decimal::Decimal;

use super::{
    bids::{Written, bare, organisations},
    lots::Lots,
    price::Amount,
};
use crate::{
    field::Field,
    limits::MAX_RECORDED,
    reading::{Bidder, RecordedAward, RecordedBid},
    warning::Warnings,
};

/// An award as the record writes it, with the bids it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Award {
    /// Path of the award.
    pub field: String,
    pub status: String,
    suppliers: Vec<Bidder>,
    pub lot: Option<u16>,
    pub amount: Option<Amount>,
    related_bid: Option<String>,
    /// Places in the list of bids.
    pub bids: Vec<usize>,
}

impl Award {
    /// Whether the supplier won.
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}

/// Reads the awards of every status.
pub(crate) fn awards(
    section: &Field<'_>,
    lots: &Lots,
    bids: &[Written],
    warnings: &mut Warnings,
) -> Vec<Award> {
    let mut items = section.items(warnings);
    if items.len() > MAX_RECORDED {
        let text = format!(
            "holds {} awards; the first {MAX_RECORDED} are read",
            items.len()
        );
        warnings.add(section.path(), text);
        items.truncate(MAX_RECORDED);
    }
    items
        .iter()
        .map(|item| award(item, lots, bids, warnings))
        .collect()
}

fn award(item: &Field<'_>, lots: &Lots, bids: &[Written], warnings: &mut Warnings) -> Award {
    let status = item.get("status");
    let word = status.text(warnings).map(str::to_lowercase);
    if word.is_none() {
        warnings.add(status.path(), "is missing; the award is not counted");
    }
    let related = ["relatedBid", "bid_id", "bidId"].map(|key| item.get(key));
    let mut award = Award {
        field: item.path().to_owned(),
        status: word.unwrap_or_default(),
        suppliers: organisations(&item.get("suppliers"), warnings),
        lot: lots.named(item, warnings),
        amount: Amount::read(&item.get("value"), warnings),
        related_bid: related
            .iter()
            .find_map(|field| field.label(warnings))
            .map(str::to_owned),
        bids: vec![],
    };
    for supplier in &award.suppliers {
        if let Some(bid) = matching(&award, supplier, bids)
            && !award.bids.contains(&bid)
        {
            award.bids.push(bid);
        }
    }
    if award.bids.is_empty() && !bids.is_empty() {
        warnings.add(
            &award.field,
            "names no supplier that a recorded bid is from",
        );
    }
    if let ([only], None) = (&award.bids[..], award.lot) {
        award.lot = bids[*only].lot;
    }
    award
}

/// The awards that fit the lots of the request. One without a lot belongs to the only lot.
pub(crate) fn settled(found: Vec<Award>, lots: &[u16], warnings: &mut Warnings) -> Vec<Award> {
    let mut kept = vec![];
    for mut award in found {
        match (award.lot, lots) {
            (_, []) => award.lot = None,
            (None, [only]) => award.lot = Some(*only),
            (Some(lot), lots) if !lots.contains(&lot) => {
                warnings.add(&award.field, "is for a lot without items; left out");
                continue;
            }
            _ => {}
        }
        kept.push(award);
    }
    kept
}

/// The bid of a supplier: by the bid's id, by registered number, by name, or by an amount that only one bid has. Names
/// in another script match nothing; a different registered number excludes an amount.
fn matching(award: &Award, supplier: &Bidder, bids: &[Written]) -> Option<usize> {
    let open = |bid: &Written| award.lot.is_none() || bid.lot.is_none() || bid.lot == award.lot;
    let find = |same: &dyn Fn(&Written) -> bool| bids.iter().position(|bid| open(bid) && same(bid));
    let by_reference = award
        .related_bid
        .as_ref()
        .and_then(|id| find(&|bid| bid.id.as_ref() == Some(id)));
    let by_number = || {
        let id = supplier.id.as_ref()?;
        find(&|bid| bid.tenderers.iter().any(|one| one.id.as_ref() == Some(id)))
    };
    let by_name = || {
        let name = bare(&supplier.name);
        find(&|bid| !name.is_empty() && bid.tenderers.iter().any(|one| bare(&one.name) == name))
    };
    let by_amount = || {
        let amount = award.amount.as_ref()?.number;
        let same = |bid: &Written| {
            let numbered =
                supplier.id.is_some() && bid.tenderers.iter().all(|one| one.id.is_some());
            bid.amount.number == amount && !numbered
        };
        let found = find(&same)?;
        let is_only = bids.iter().filter(|bid| open(bid) && same(bid)).count() == 1;
        is_only.then_some(found)
    };
    by_reference
        .or_else(by_number)
        .or_else(by_name)
        .or_else(by_amount)
}

/// The active awards. `kept` says where a written bid stands in the reading, if it stayed. An amount that is not the
/// bid's is a warning with the exact ratio.
pub(crate) fn active(
    awards: &[Award],
    kept: &[Option<usize>],
    recorded: &[RecordedBid],
    currency: Currency,
    warnings: &mut Warnings,
) -> Vec<RecordedAward> {
    let mut found = vec![];
    for award in awards.iter().filter(|award| award.is_active()) {
        let amount = award
            .amount
            .as_ref()
            .and_then(|amount| amount.money(currency, warnings));
        let bids: Vec<usize> = award
            .bids
            .iter()
            .filter_map(|bid| *kept.get(*bid)?)
            .collect();
        if let ([only], Some(amount)) = (&bids[..], amount)
            && let Some(text) = difference(amount, recorded[*only].amount)
        {
            warnings.add(format!("{}/value/amount", award.field), text);
        }
        found.push(RecordedAward {
            field: award.field.clone(),
            suppliers: award.suppliers.clone(),
            lot: award.lot,
            amount,
            basis: award
                .amount
                .as_ref()
                .map_or(opener_trade::document::TaxBasis::Unstated, |amount| {
                    amount.basis
                }),
            bids,
        });
    }
    found
}

/// What tells an award from the bid that won.
fn difference(award: Money, bid: Money) -> Option<String> {
    if award == bid {
        return None;
    }
    let start = format!("the record awards {award} where the bid says {bid}");
    if award.currency() != bid.currency() || bid.minor() == 0 {
        return Some(start);
    }
    let (awarded, offered) = (award.amount().decimal(), bid.amount().decimal());
    let Some(ratio) = awarded.checked_div(offered) else {
        return Some(start);
    };
    let per_cent = (ratio - Decimal::ONE)
        .saturating_mul(Decimal::ONE_HUNDRED)
        .round_dp(2);
    let number = Number::from(per_cent.abs());
    let more = if awarded > offered { "more" } else { "less" };
    let probably = if is_tax_rate(per_cent) {
        ", probably tax"
    } else {
        ""
    };
    Some(format!("{start}: {number} % {more}{probably}"))
}

/// The highest standard rate of value added tax anywhere, in per cent (Hungary). What is above it, or no whole number,
/// is no tax.
const HIGHEST_TAX: i64 = 27;

fn is_tax_rate(per_cent: Decimal) -> bool {
    per_cent.fract().is_zero() && per_cent > Decimal::ZERO && per_cent <= Decimal::from(HIGHEST_TAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;
    use crate::ocds::bids;

    fn read(bids_json: &str, awards_json: &str) -> (Vec<Award>, Vec<String>) {
        let json = format!(
            r#"{{"tender": {{"lots": [{{"id": "a"}}, {{"id": "b"}}]}}, "bids": {{"details": {bids_json}}}, "awards": {awards_json}}}"#
        );
        let node = Node::parse(&json).unwrap();
        let root = Field::root(&node);
        let mut warnings = Warnings::default();
        let lots = Lots::read("f", &root.get("tender"), &mut warnings).unwrap();
        let bids = bids::bids(&root.get("bids"), &lots, &mut warnings);
        let awards = awards(&root.get("awards"), &lots, &bids, &mut warnings);
        (
            awards,
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    const BIDS: &str = r#"[
        {"id": "x", "relatedLot": "a", "value": {"amount": 100}, "tenderers": [{"id": "1", "name": "Ա"}]},
        {"id": "y", "relatedLot": "a", "value": {"amount": 200}, "tenderers": [{"name": "Beta, Ltd."}]},
        {"id": "z", "relatedLot": "b", "value": {"amount": 300}, "tenderers": [{"id": "1", "name": "Ա"}]},
        {"id": "v", "relatedLot": "b", "value": {"amount": 300}, "tenderers": [{"name": "Gamma"}]}]"#;

    fn matched(award: &str) -> Vec<usize> {
        let (mut awards, _) = read(BIDS, &format!("[{award}]"));
        awards.remove(0).bids
    }

    #[test]
    fn an_award_finds_its_bid_by_number_name_amount_or_reference() {
        let by_number =
            r#"{"status": "active", "relatedLot": "b", "suppliers": [{"id": "1", "name": "A"}]}"#;
        assert_eq!(matched(by_number), [2]);
        assert_eq!(matched(r#"{"suppliers": [{"name": "BETA LTD"}]}"#), [1]);
        assert_eq!(
            matched(r#"{"value": {"amount": 200}, "suppliers": [{"id": "7", "name": "B"}]}"#),
            [1]
        );
        assert_eq!(
            matched(r#"{"relatedBid": "z", "suppliers": [{"name": "?"}]}"#),
            [2]
        );
    }

    #[test]
    fn an_amount_that_several_have_or_that_has_another_number_matches_nothing() {
        let several = r#"{"value": {"amount": 300}, "suppliers": [{"name": "?"}]}"#;
        assert_eq!(matched(several), [0; 0]);
        let another = r#"{"value": {"amount": 100}, "suppliers": [{"id": "9", "name": "?"}]}"#;
        assert_eq!(matched(another), [0; 0]);
        let (_, warnings) = read(BIDS, &format!("[{several}]"));
        assert!(
            warnings
                .contains(&"awards/0: names no supplier that a recorded bid is from".to_owned())
        );
    }

    #[test]
    fn an_award_without_a_lot_takes_that_of_its_bid() {
        let (awards, _) = read(BIDS, r#"[{"suppliers": [{"name": "Gamma"}]}]"#);
        assert_eq!(awards[0].lot, Some(2));
    }

    #[test]
    fn the_difference_between_award_and_bid_is_exact() {
        let money =
            |amount: &str| Money::exact(amount.parse().unwrap(), "AMD".parse().unwrap()).unwrap();
        let of = |award, bid| difference(money(award), money(bid)).unwrap_or_default();
        let text = "the record awards 6989880.00 AMD where the bid says 5824900.00 AMD: 20 % more, probably tax";
        assert_eq!(of("6989880", "5824900"), text);
        assert!(of("3100000", "2583333.2").ends_with("20 % more, probably tax"));
        assert!(of("95", "100").ends_with(": 5 % less"));
        assert!(of("112.34", "100").ends_with(": 12.34 % more"));
        assert!(of("128", "100").ends_with(": 28 % more"));
        assert!(of("127", "100").ends_with("probably tax"));
        assert_eq!(
            of("1", "0"),
            "the record awards 1.00 AMD where the bid says 0.00 AMD"
        );
        assert_eq!(of("7", "7"), "");
    }
}

//! Recorded bids: from `bids/details`.

use opener_trade::{Currency, Timestamp, document::TaxBasis};

use super::{
    lots::Lots,
    price::{self, Amount},
    release::words,
};
use crate::{
    field::Field,
    limits::MAX_RECORDED,
    reading::{Bidder, RecordedBid},
    warning::Warnings,
};

/// A bid on one lot as the record writes it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Path of the bid.
    pub field: String,
    pub id: Option<String>,
    /// Who bid; more than one where several bid together.
    pub tenderers: Vec<Bidder>,
    pub lot: Option<u16>,
    pub amount: Amount,
    pub dated: Option<Timestamp>,
    pub status: Option<String>,
}

impl Written {
    /// The bidders as one.
    pub fn bidder(&self) -> Bidder {
        joined(&self.tenderers)
    }

    /// The same with money in a currency.
    pub fn recorded(&self, currency: Currency, warnings: &mut Warnings) -> Option<RecordedBid> {
        Some(RecordedBid {
            field: self.field.clone(),
            id: self.id.clone(),
            bidder: self.bidder(),
            lot: self.lot,
            amount: self.amount.money(currency, warnings)?,
            basis: self.amount.basis,
            dated: self.dated,
            status: self.status.clone(),
            refused: None,
        })
    }
}

/// Several organisations under one name and number.
pub(crate) fn joined(organisations: &[Bidder]) -> Bidder {
    let names: Vec<&str> = organisations.iter().map(|one| one.name.as_str()).collect();
    let ids: Option<Vec<&str>> = organisations.iter().map(|one| one.id.as_deref()).collect();
    Bidder {
        name: names.join(" + "),
        id: ids.filter(|ids| !ids.is_empty()).map(|ids| ids.join(" + ")),
    }
}

/// The name as it is compared: letters and digits in lower case.
pub(crate) fn bare(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Reads the bids. What has no amount is left out; of two bids of one bidder on one lot the later counts.
pub(crate) fn bids(section: &Field<'_>, lots: &Lots, warnings: &mut Warnings) -> Vec<Written> {
    let details = if section.is_list() {
        warnings.add(section.path(), "is a list; read as bids/details");
        section.clone()
    } else {
        section.get("details")
    };
    let mut items = details.items(warnings);
    if items.len() > MAX_RECORDED {
        let text = format!(
            "holds {} bids; the first {MAX_RECORDED} are read",
            items.len()
        );
        warnings.add(details.path(), text);
        items.truncate(MAX_RECORDED);
    }
    let mut found = vec![];
    for item in &items {
        let lot_values = item.get("lotValues").items(warnings);
        if lot_values.is_empty() {
            found.extend(bid(item, item, lots, warnings));
        }
        for value in lot_values.iter().take(MAX_RECORDED) {
            found.extend(bid(item, value, lots, warnings));
        }
    }
    found.truncate(MAX_RECORDED);
    latest(found, warnings)
}

fn bid(
    item: &Field<'_>,
    valued: &Field<'_>,
    lots: &Lots,
    warnings: &mut Warnings,
) -> Option<Written> {
    let value = valued.get("value");
    let Some(amount) = Amount::read(&value, warnings) else {
        warnings.add(value.path(), "names no amount; the bid is left out");
        return None;
    };
    let tenderers = organisations(&item.get("tenderers"), warnings);
    let id = item.get("id").label(warnings).map(str::to_owned);
    let tenderers = if tenderers.is_empty() {
        let name = format!("Bidder {}", id.as_deref().unwrap_or(item.path()));
        warnings.add(
            item.get("tenderers").path(),
            format!("is missing; called {name:?}"),
        );
        vec![Bidder { name, id: None }]
    } else {
        tenderers
    };
    Some(Written {
        field: item.path().to_owned(),
        id,
        tenderers,
        lot: lots.named(valued, warnings),
        amount,
        dated: item.get("date").moment(warnings),
        status: item.get("status").text(warnings).map(str::to_lowercase),
    })
}

/// The named organisations of a list.
pub(crate) fn organisations(list: &Field<'_>, warnings: &mut Warnings) -> Vec<Bidder> {
    let mut found = vec![];
    for item in list.items(warnings).iter().take(MAX_RECORDED) {
        let id = item.get("id").label(warnings).map(str::to_owned);
        match words(&item.get("name"), warnings).or_else(|| id.clone()) {
            Some(name) => found.push(Bidder { name, id }),
            None => warnings.add(item.path(), "has neither name nor id; left out"),
        }
    }
    found
}

/// Who is meant, whatever the spelling: the registered number, else the bare name.
pub(crate) fn identity(bidder: &Bidder) -> String {
    bidder
        .id
        .clone()
        .unwrap_or_else(|| format!("name:{}", bare(&bidder.name)))
}

fn latest(found: Vec<Written>, warnings: &mut Warnings) -> Vec<Written> {
    let mut kept: Vec<Written> = vec![];
    for bid in found {
        let who = identity(&bid.bidder());
        let earlier = kept
            .iter_mut()
            .find(|other| other.lot == bid.lot && identity(&other.bidder()) == who);
        match earlier {
            None => kept.push(bid),
            Some(other) => {
                let (dropped, stays) = if bid.dated >= other.dated {
                    (other.clone(), bid)
                } else {
                    (bid, other.clone())
                };
                let text = format!(
                    "is an earlier bid of the same bidder; {} counts",
                    stays.field
                );
                warnings.add(dropped.field, text);
                *other = stays;
            }
        }
    }
    kept
}

/// Bids made after the recorded deadline. The record counts them, so they stay.
pub(crate) fn note_late(bids: &[Written], deadline: Option<Timestamp>, warnings: &mut Warnings) {
    let Some(deadline) = deadline else {
        return;
    };
    for bid in bids
        .iter()
        .filter(|bid| bid.dated.is_some_and(|dated| dated > deadline))
    {
        let text = format!("is after the recorded deadline {deadline}; the bid is kept");
        warnings.add(format!("{}/date", bid.field), text);
    }
}

/// The tax basis in which bids are compared: the one that all of them state; else the tender's, unless no bid states
/// it.
pub(crate) fn basis(value: &Field<'_>, bids: &[Written], warnings: &mut Warnings) -> TaxBasis {
    let of_tender = price::basis(value, warnings);
    let Some(first) = bids.first().map(|bid| bid.amount.basis) else {
        return of_tender;
    };
    let is_common = bids.iter().all(|bid| bid.amount.basis == first);
    if is_common && first == of_tender {
        return first;
    }
    let stated = bids.iter().any(|bid| bid.amount.basis == of_tender);
    let chosen = match (is_common, stated) {
        (true, _) => first,
        (false, true) => of_tender,
        (false, false) => TaxBasis::Unstated,
    };
    let text =
        format!("says {of_tender:?} about tax, the bids say otherwise; compared as {chosen:?}");
    warnings.add(value.get("valueAddedTaxIncluded").path(), text);
    chosen
}

/// The bids that fit the lots of the request. A bid without a lot belongs to the only one. Left out are a bid on a lot
/// without items, a bid on everything beside bids on lots, and a bid in another currency than the bidder's first.
pub(crate) fn settled(
    mut found: Vec<Written>,
    lots: &[u16],
    warnings: &mut Warnings,
) -> Vec<Written> {
    if let [only] = lots {
        found
            .iter_mut()
            .for_each(|bid| bid.lot = bid.lot.or(Some(*only)));
    }
    let found = latest(found, warnings);
    let mut kept: Vec<Written> = vec![];
    for bid in &found {
        let who = identity(&bid.bidder());
        let own = || {
            found
                .iter()
                .filter(|other| identity(&other.bidder()) == who)
        };
        let unknown = bid.lot.is_some_and(|lot| !lots.contains(&lot));
        let beside = bid.lot.is_none() && own().any(|other| other.lot.is_some());
        let currency = own().next().and_then(|first| first.amount.currency);
        if unknown {
            warnings.add(&bid.field, "is on a lot without items; left out");
        } else if beside {
            warnings.add(&bid.field, "names no lot beside bids on lots; left out");
        } else if bid.amount.currency != currency {
            warnings.add(
                &bid.field,
                "is in another currency than this bidder's first; left out",
            );
        } else {
            kept.push(bid.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn read(json: &str) -> (Vec<Written>, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let root = Field::root(&node);
        let mut warnings = Warnings::default();
        let lots = Lots::read("f", &root.get("tender"), &mut warnings).unwrap();
        let bids = bids(&root.get("bids"), &lots, &mut warnings);
        (
            bids,
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn of_two_bids_of_one_bidder_on_one_lot_the_later_counts() {
        let (bids, warnings) = read(
            r#"{"bids": {"details": [
                {"date": "2020-01-02T00:00:00Z", "value": {"amount": 5}, "tenderers": [{"name": "A & B"}]},
                {"date": "2020-01-01T00:00:00Z", "value": {"amount": 4}, "tenderers": [{"name": "a, b"}]},
                {"date": "2020-01-01T00:00:00Z", "value": {"amount": 3}, "tenderers": [{"name": "C", "id": "1"}]}]}}"#,
        );
        let amounts: Vec<String> = bids
            .iter()
            .map(|bid| bid.amount.number.to_string())
            .collect();
        assert_eq!(amounts, ["5", "3"]);
        let text = "bids/details/1: is an earlier bid of the same bidder; bids/details/0 counts";
        assert_eq!(warnings, [text]);
    }

    #[test]
    fn lot_values_are_bids_of_their_own_and_partners_are_one_bidder() {
        let (bids, warnings) = read(
            r#"{"tender": {"lots": [{"id": "a"}, {"id": "b"}]}, "bids": {"details": [
                {"tenderers": [{"name": "A", "id": 1}, {"name": "B", "id": 2}], "lotValues": [
                    {"relatedLot": "a", "value": {"amount": 5}}, {"relatedLot": "b", "value": {"amount": 6}}]}]}}"#,
        );
        assert_eq!(
            bids.iter().map(|bid| bid.lot).collect::<Vec<_>>(),
            [Some(1), Some(2)]
        );
        let bidder = bids[0].bidder();
        assert_eq!(
            (bidder.name.as_str(), bidder.id.as_deref()),
            ("A + B", Some("1 + 2"))
        );
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn bids_without_an_amount_or_a_name_are_named() {
        let (bids, warnings) = read(
            r#"{"bids": {"details": [{"tenderers": [{"name": "A"}]}, {"id": "x", "value": {"amount": 7}}]}}"#,
        );
        assert_eq!(bids[0].bidder().name, "Bidder x");
        assert_eq!(
            warnings[0],
            "bids/details/0/value: names no amount; the bid is left out"
        );
        assert_eq!(
            warnings[1],
            "bids/details/1/tenderers: is missing; called \"Bidder x\""
        );
    }

    #[test]
    fn no_more_bids_are_read_than_may_be() {
        let one = r#"{"value": {"amount": 1}, "id": "#;
        let many: Vec<String> = (0..=MAX_RECORDED).map(|i| format!("{one}{i}}}")).collect();
        let (bids, warnings) = read(&format!(
            r#"{{"bids": {{"details": [{}]}}}}"#,
            many.join(",")
        ));
        assert_eq!(bids.len(), MAX_RECORDED);
        assert!(warnings[0].contains("1001 bids"), "{}", warnings[0]);
    }

    #[test]
    fn bids_are_compared_in_the_basis_that_they_state() {
        let (mut bids, _) = read(
            r#"{"bids": [{"value": {"amount": 1}, "id": 1}, {"value": {"amount": 1}, "id": 2}]}"#,
        );
        let mut warnings = Warnings::default();
        let none = TaxBasis::Unstated;
        let mut of = |included: &str, bids: &[Written]| {
            let node = Node::parse(&format!("{{\"valueAddedTaxIncluded\": {included}}}")).unwrap();
            basis(&Field::root(&node), bids, &mut warnings)
        };
        assert_eq!(of("true", &bids), none);
        bids[0].amount.basis = TaxBasis::Gross;
        assert_eq!(of("true", &bids), TaxBasis::Gross);
        assert_eq!(of("false", &bids), none);
        bids[1].amount.basis = TaxBasis::Gross;
        assert_eq!(of("null", &bids), TaxBasis::Gross);
        assert_eq!(of("false", &[]), TaxBasis::Net);
        assert!(!warnings.finish().is_empty());
    }

    #[test]
    fn bids_that_do_not_fit_the_lots_are_left_out_and_named() {
        let (found, _) = read(
            r#"{"tender": {"lots": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, "bids": {"details": [
                {"relatedLot": "a", "value": {"amount": 1, "currency": "EUR"}, "tenderers": [{"name": "A"}]},
                {"relatedLot": "b", "value": {"amount": 1, "currency": "USD"}, "tenderers": [{"name": "A"}]},
                {"value": {"amount": 2, "currency": "EUR"}, "tenderers": [{"name": "A"}]},
                {"relatedLot": "c", "value": {"amount": 3}, "tenderers": [{"name": "B"}]},
                {"value": {"amount": 4}, "tenderers": [{"name": "C"}]}]}}"#,
        );
        let mut warnings = Warnings::default();
        let kept = settled(found.clone(), &[1, 2], &mut warnings);
        let lots: Vec<Option<u16>> = kept.iter().map(|bid| bid.lot).collect();
        assert_eq!(lots, [Some(1), None]);
        assert_eq!(warnings.finish().len(), 3);
        let kept = settled(found, &[1], &mut Warnings::default());
        let lots: Vec<Option<u16>> = kept.iter().map(|bid| bid.lot).collect();
        assert_eq!(lots, [Some(1), Some(1)], "one of A, one of C");
    }
}

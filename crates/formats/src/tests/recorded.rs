//! Recorded bids and awards, as bids of today.

use opener_trade::{
    DocumentId, Duration, Timestamp,
    document::{Bid, Body, Commitment, TaxBasis},
};
use serde_json::{Value, json};

use crate::{Reading, Timing, bidders, read_rfp};

fn read(value: &Value) -> Reading {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let timing = Timing::from_now(now, Duration::from_secs(60), Duration::from_secs(60));
    read_rfp("r.json", &serde_json::to_vec(value).unwrap(), &timing).unwrap()
}

fn bids(reading: &Reading) -> Vec<Bid> {
    let until = reading.rfp.schedule.award_by;
    let id = DocumentId::from_bytes([3; 32]);
    let seller = &reading.rfp.buyer;
    let commitment = Commitment::Firm { until };
    bidders(reading)
        .iter()
        .map(|bidder| {
            bidder
                .to_bid(id, &reading.rfp, seller.clone(), until, commitment)
                .unwrap()
        })
        .collect()
}

fn warns(reading: &Reading, start: &str) -> bool {
    reading
        .warnings
        .iter()
        .any(|warning| warning.to_string().starts_with(start))
}

fn bid(name: &str, lot: Value, amount: Value) -> Value {
    json!({"id": format!("bid of {name}"), "tenderers": [{"name": name}], "relatedLot": lot,
           "value": {"amount": amount, "currency": "EUR"}})
}

fn record(lots: Value, bids: Value, awards: Value) -> Value {
    let items: Vec<Value> = ["a", "a", "b"]
        .iter()
        .zip(["3", "7", "0.7"])
        .map(|(lot, quantity)| json!({"relatedLot": lot, "quantity": quantity, "unit": {"name": "piece"}}))
        .collect();
    json!({"ocid": "o", "buyer": {"name": "B"}, "bids": {"details": bids}, "awards": awards,
           "tender": {"title": "t", "items": items, "lots": lots}})
}

fn two_lots() -> Value {
    json!([{"id": "a"}, {"id": "b"}])
}

#[test]
fn one_amount_for_several_lines_stands_on_the_first_and_the_rest_is_included() {
    let reading = read(&record(
        two_lots(),
        json!([bid("A", json!("a"), json!(100.01))]),
        json!([]),
    ));
    let offer = &bids(&reading)[0];
    let amounts: Vec<String> = offer
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(amounts, ["100.01 EUR", "0.00 EUR"]);
    assert_eq!(
        offer.lines[0].price.base_quantity,
        offer.lines[0].quantity.value
    );
    assert_eq!(
        offer.lines[1].description.as_str(),
        "Included in the price of line 1."
    );
    assert_eq!(offer.quote_number.as_ref().unwrap().as_str(), "bid of A");
    assert!(warns(
        &reading,
        "bids/details/0/value/amount: is one amount for 2 lines"
    ));
    assert!(offer.check().is_ok() && !offer.all_or_nothing);
}

#[test]
fn bids_of_one_bidder_on_several_lots_are_one_document() {
    let given = json!([
        bid("A, Ltd", json!("a"), json!(10)),
        bid("C", json!("a"), json!(11)),
        bid("a ltd", json!("b"), json!(5.5))
    ]);
    let reading = read(&record(two_lots(), given, json!([])));
    let offers = bids(&reading);
    assert_eq!(offers.len(), 2);
    assert_eq!(
        (offers[0].lines.len(), offers[0].total.to_string()),
        (3, "15.50 EUR".into())
    );
    assert_eq!(
        offers[0].total.amount(),
        opener_trade::Number::from(rust_decimal::Decimal::new(155, 1))
    );
}

#[test]
fn a_bid_on_everything_beside_bids_on_lots_is_ordered_whole_or_not() {
    let given = json!([
        bid("A", json!("a"), json!(10)),
        bid("C", Value::Null, json!(30))
    ]);
    let reading = read(&record(two_lots(), given, json!([])));
    let offers = bids(&reading);
    assert!(!offers[0].all_or_nothing && offers[1].all_or_nothing);
    assert!(warns(
        &reading,
        "bids/details/1: names no lot; it can only be ordered whole"
    ));
}

#[test]
fn where_no_bid_names_a_lot_the_tender_is_one() {
    let given = json!([
        bid("A", Value::Null, json!(10)),
        bid("C", Value::Null, json!(30))
    ]);
    let awards =
        json!([{"status": "active", "suppliers": [{"name": "A"}], "value": {"amount": 10}}]);
    let reading = read(&record(two_lots(), given, awards));
    assert!(reading.rfp.lots.is_empty());
    assert_eq!(
        (reading.awards[0].lot, reading.awards[0].bids.as_slice()),
        (None, &[0][..])
    );
    assert!(warns(&reading, "tender/lots: no bid names a lot"));
    assert!(
        bids(&reading)
            .iter()
            .all(|offer| !offer.all_or_nothing && offer.lines.len() == 3)
    );
}

#[test]
fn bids_that_say_different_things_about_tax_say_nothing_together() {
    let mut given = json!([
        bid("A", json!("a"), json!(10)),
        bid("A", json!("b"), json!(10))
    ]);
    given[0]["value"]["valueAddedTaxIncluded"] = json!(true);
    let reading = read(&record(two_lots(), given, json!([])));
    assert_eq!(bids(&reading)[0].tax_basis, TaxBasis::Unstated);
    assert!(warns(
        &reading,
        "bids/details/1/value/valueAddedTaxIncluded: says otherwise"
    ));
}

#[test]
fn a_bid_is_out_by_its_own_state_or_by_an_award_that_failed() {
    let mut given = json!([
        bid("A", json!("a"), json!(1)),
        bid("C", json!("a"), json!(2)),
        bid("D", json!("a"), json!(3)),
        bid("A", json!("b"), json!(4))
    ]);
    given[1]["status"] = json!("Disqualified");
    let award = |name: &str, lot: &str, status: &str| json!({"status": status, "relatedLot": lot, "suppliers": [{"name": name}]});
    let awards = json!([
        award("A", "a", "unsuccessful"),
        award("D", "a", "cancelled"),
        award("D", "a", "active"),
        award("A", "b", "pending")
    ]);
    let reading = read(&record(two_lots(), given, awards));
    let refused: Vec<Option<&str>> = reading
        .recorded
        .iter()
        .map(|bid| bid.refused.as_deref())
        .collect();
    let expected = [
        Some("the record shows the award to this bid as unsuccessful"),
        Some("the record shows the bid as disqualified"),
        None,
        None,
    ];
    assert_eq!(refused, expected);
    assert_eq!(
        (reading.awards.len(), reading.awards[0].bids.as_slice()),
        (1, &[2][..])
    );
}

#[test]
fn an_award_of_a_bid_that_did_not_fit_points_to_none() {
    let given = json!([
        bid("A", json!("a"), json!(1e27)),
        bid("C", json!("a"), json!(2))
    ]);
    let awards = json!([
        {"status": "active", "relatedLot": "a", "suppliers": [{"name": "A"}]},
        {"status": "active", "relatedLot": "a", "suppliers": [{"name": "C"}]}]);
    let reading = read(&record(two_lots(), given, awards));
    assert_eq!(reading.recorded.len(), 1);
    let awarded: Vec<&[usize]> = reading
        .awards
        .iter()
        .map(|award| award.bids.as_slice())
        .collect();
    assert_eq!(awarded, [&[][..], &[0][..]]);
}

#[test]
fn bids_in_several_currencies_leave_the_commonest_in_front() {
    let mut given = json!([
        bid("A", json!("a"), json!(1)),
        bid("C", json!("a"), json!(2)),
        bid("D", json!("a"), json!(3))
    ]);
    given[0]["value"]["currency"] = json!("USD");
    let reading = read(&record(two_lots(), given, json!([])));
    let currencies: Vec<&str> = reading
        .rfp
        .currencies
        .iter()
        .map(|currency| currency.code())
        .collect();
    assert_eq!(currencies, ["EUR", "USD"]);
    assert_eq!(reading.rfp.criteria[0].worst.to_string(), "6");
}

//! Real tenders. They lie beside the repository; where they are absent these tests say so and pass.

use std::path::{Path, PathBuf};

use crate::{Reading, RecordedBidder, Source, Timing, bidders, read_rfp};
use opener_trade::{
    DocumentId, Duration, Money, Timestamp,
    document::{Bid, Body, Commitment, TaxBasis},
};

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/data/ocds");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("no real tenders at {}: nothing is tested", folder.display());
    None
}

fn timing() -> Timing {
    let now = Timestamp::from_millis(1_800_000_000_000);
    Timing::from_now(now, Duration::from_secs(3600), Duration::from_secs(3600))
}

fn read(name: &str) -> Option<Reading> {
    let bytes = std::fs::read(folder()?.join(name)).unwrap();
    Some(read_rfp(name, &bytes, &timing()).unwrap())
}

fn warnings(reading: &Reading) -> Vec<String> {
    reading.warnings.iter().map(ToString::to_string).collect()
}

fn amounts(reading: &Reading) -> Vec<String> {
    reading
        .recorded
        .iter()
        .map(|bid| bid.amount.to_string())
        .collect()
}

fn bid(bidder: &RecordedBidder, reading: &Reading) -> Bid {
    let until = timing().award_by.plus(Duration::from_secs(3600));
    let commitment = Commitment::Firm { until };
    let id = DocumentId::from_bytes([7; 32]);
    let mut seller = reading.rfp.buyer.clone();
    seller.name = opener_trade::PeerText::truncated(&bidder.name);
    bidder
        .to_bid(id, &reading.rfp, seller, until, commitment)
        .unwrap()
}

/// The sum of a bid's lines in one lot.
fn of_lot(reading: &Reading, bid: &Bid, lot: Option<u16>) -> Money {
    let inside = bid
        .lines
        .iter()
        .filter(|line| lot.is_none() || reading.rfp.lot_of(line.line) == lot);
    Money::sum(bid.currency, inside.map(|line| line.amount)).unwrap()
}

#[test]
fn every_file_is_a_request_whose_bids_come_out_exactly() {
    let Some(folder) = folder() else {
        return;
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let reading = read(&name).unwrap();
        reading
            .rfp
            .check()
            .unwrap_or_else(|broken| panic!("{name}: {broken}"));
        assert!(
            matches!(&reading.source, Source::Ocds(record) if !record.ocid.is_empty()),
            "{name}"
        );
        for warning in &reading.warnings {
            assert!(
                !warning.field.is_empty() && !warning.text.is_empty(),
                "{name}: {warning:?}"
            );
        }
        for bidder in bidders(&reading) {
            let offer = bid(&bidder, &reading);
            for recorded in &bidder.bids {
                assert_eq!(
                    of_lot(&reading, &offer, recorded.lot),
                    recorded.amount,
                    "{name}"
                );
            }
        }
        files += 1;
    }
    assert!(files >= 35, "{files} files");
}

#[test]
fn the_caps_have_five_bids_one_of_them_refused_and_one_awarded() {
    let Some(reading) = read("ua-caps-5-bids.json") else {
        return;
    };
    assert_eq!(
        amounts(&reading),
        [
            "3375.00 UAH",
            "1800.00 UAH",
            "2900.00 UAH",
            "3000.00 UAH",
            "2875.00 UAH"
        ]
    );
    let refused: Vec<bool> = reading
        .recorded
        .iter()
        .map(|bid| bid.refused.is_some())
        .collect();
    assert_eq!(refused, [false, true, false, false, false]);
    assert_eq!(reading.awards.len(), 1);
    assert_eq!(reading.awards[0].bids, [4]);
    assert_eq!(reading.awards[0].amount.unwrap().to_string(), "2875.00 UAH");
    assert_eq!(reading.rfp.rules.tax_basis, TaxBasis::Gross);
    assert_eq!(reading.rfp.lines[0].quantity.to_string(), "25 H87");
    assert_eq!(reading.rfp.lines[0].categories.len(), 2);
    assert_eq!(
        (
            reading.rfp.language.as_str(),
            reading.rfp.buyer.place.country.code()
        ),
        ("uk", "UA")
    );
    assert_eq!(reading.rfp.criteria[0].worst.to_string(), "15000");
    let late = warnings(&reading)
        .into_iter()
        .find(|text| text.starts_with("bids/details/0/date: is after"));
    assert!(late.unwrap().ends_with("(and 3 more)"));
}

#[test]
fn a_refused_bid_is_not_the_one_that_was_awarded() {
    let Some(reading) = read("ua-2-bids.json") else {
        return;
    };
    let refused: Vec<bool> = reading
        .recorded
        .iter()
        .map(|bid| bid.refused.is_some())
        .collect();
    assert_eq!(
        (refused, amounts(&reading)),
        (
            vec![false, true],
            vec!["8154.00 UAH".into(), "6708.37 UAH".into()]
        )
    );
    assert_eq!(reading.awards[0].bids, [0]);
    assert_eq!(reading.rfp.lines[0].quantity.to_string(), "156 NMP");
    let window = "tender/items/0/deliveryDate/endDate: lies before the award";
    assert!(
        warnings(&reading)
            .iter()
            .any(|text| text.starts_with(window))
    );
}

#[test]
fn an_award_with_tax_on_a_bid_without_is_named_with_its_ratio() {
    let Some(reading) = read("am-4-bids.json") else {
        return;
    };
    assert_eq!(
        amounts(&reading),
        [
            "9319500.00 AMD",
            "8250000.00 AMD",
            "6000000.00 AMD",
            "5824900.00 AMD"
        ]
    );
    let text = "awards/0/value/amount: the record awards 6989880.00 AMD where the bid says 5824900.00 AMD: \
                20 % more, probably tax";
    assert!(
        warnings(&reading).contains(&text.to_owned()),
        "{:#?}",
        warnings(&reading)
    );
    assert_eq!(
        (reading.awards[0].bids.as_slice(), reading.awards[0].lot),
        (&[3][..], Some(1))
    );
    assert_eq!(reading.rfp.rules.tax_basis, TaxBasis::Unstated);
    assert_eq!(reading.rfp.language.as_str(), "hy");
}

#[test]
fn two_lots_have_two_bids_each_and_a_winner_of_their_own() {
    let Some(reading) = read("am-2-lots-4-bids.json") else {
        return;
    };
    let lots: Vec<u16> = reading.rfp.lots.iter().map(|lot| lot.number).collect();
    let of_lines: Vec<Option<u16>> = reading.rfp.lines.iter().map(|line| line.lot).collect();
    assert_eq!((lots, of_lines), (vec![1, 2], vec![Some(1), Some(2)]));
    assert_eq!(reading.rfp.criteria[0].worst.to_string(), "12000000");
    let bidders = bidders(&reading);
    assert_eq!(bidders.len(), 2);
    let totals: Vec<String> = bidders
        .iter()
        .map(|bidder| bid(bidder, &reading).total.to_string())
        .collect();
    assert_eq!(totals, ["3666666.60 AMD", "3590000.00 AMD"]);
    let awards: Vec<_> = reading
        .awards
        .iter()
        .map(|award| (award.lot, award.bids.clone()))
        .collect();
    assert_eq!(awards, [(Some(1), vec![0]), (Some(2), vec![2])]);
    assert!(
        warnings(&reading)
            .iter()
            .any(|text| text.contains("2583333.20 AMD: 20 % more, probably tax"))
    );
}

#[test]
fn the_longest_tender_keeps_its_lines() {
    let Some(reading) = read("py-07-154-lines.json") else {
        return;
    };
    assert_eq!(
        (reading.rfp.lines.len(), reading.rfp.currencies[0].code()),
        (154, "PYG")
    );
    assert_eq!(
        (reading.recorded.len(), reading.awards[0].bids.len()),
        (0, 0)
    );
    assert_eq!(reading.rfp.language.as_str(), "es");
    assert!(reading.warnings.len() < 12, "{:#?}", warnings(&reading));
}

#[test]
fn a_tender_without_quantity_currency_or_plain_text_is_still_a_request() {
    let Some(reading) = read("au-06-1-lines.json") else {
        return;
    };
    assert_eq!(reading.rfp.lines[0].quantity.to_string(), "1 LS");
    assert_eq!(reading.rfp.lines[0].categories[0].code.as_str(), "71122501");
    assert_eq!(reading.rfp.currencies[0].code(), "AUD");
    let description = reading.rfp.description.as_str();
    assert!(
        !description.contains(['<', '&', '\u{a0}']) && description.contains("Management’s"),
        "{description}"
    );
    let texts = warnings(&reading);
    for field in [
        "tender/items/0/quantity",
        "tender/value/currency",
        "tender/value",
        "buyer/address",
        "language",
    ] {
        assert!(
            texts
                .iter()
                .any(|text| text.starts_with(&format!("{field}: "))),
            "{field}: {texts:#?}"
        );
    }
}

#[test]
fn every_truncation_of_a_real_file_is_an_error_and_no_crash() {
    for name in [
        "ua-caps-5-bids.json",
        "am-2-lots-4-bids.json",
        "py-02-4-lines.json",
        "au-06-1-lines.json",
    ] {
        let Some(folder) = folder() else {
            return;
        };
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let end = bytes.trim_ascii_end().len();
        for length in 0..end {
            let error = read_rfp(name, &bytes[..length], &timing()).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}

#[test]
fn every_field_of_a_real_file_may_be_of_another_type() {
    let others = [
        "null", "true", "-1", "1e30", "\"\"", "\"x\"", "[]", "[null]", "{}", "[[{}]]",
    ];
    let others: Vec<serde_json::Value> = others
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    for name in [
        "ua-caps-5-bids.json",
        "am-2-lots-4-bids.json",
        "py-02-4-lines.json",
        "gb-10-3-lines.json",
    ] {
        let Some(folder) = folder() else {
            return;
        };
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let mut places = vec![];
        pointers(&file, "", &mut places);
        for place in &places {
            for other in &others {
                let mut odd = file.clone();
                *odd.pointer_mut(place).unwrap() = other.clone();
                let odd = serde_json::to_vec(&odd).unwrap();
                if let Ok(reading) = read_rfp(name, &odd, &timing()) {
                    reading
                        .rfp
                        .check()
                        .unwrap_or_else(|broken| panic!("{place} {other}: {broken}"));
                    for bidder in bidders(&reading) {
                        bid(&bidder, &reading);
                    }
                }
            }
        }
    }
}

fn pointers(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        serde_json::Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{i}"), found);
            }
        }
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                pointers(
                    field,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        _ => {}
    }
}

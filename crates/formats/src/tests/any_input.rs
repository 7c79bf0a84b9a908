//! Whatever a file holds, reading it ends in a request that passes its check or in an error that names the file.

use crate::{FormatError, MAX_DEPTH, MAX_FILE_BYTES, Reading, Timing, bidders, read_rfp};
use opener_trade::{
    DocumentId, Duration, Timestamp,
    document::{Body, Commitment},
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::Value;

fn read(bytes: &[u8]) -> Result<Reading, FormatError> {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let timing = Timing::from_now(now, Duration::from_secs(60), Duration::from_secs(60));
    read_rfp("any.json", bytes, &timing)
}

fn holds(bytes: &[u8]) -> Result<(), TestCaseError> {
    match read(bytes) {
        Err(error) => prop_assert_eq!(error.file, "any.json"),
        Ok(reading) => {
            prop_assert!(reading.rfp.check().is_ok());
            let until = reading.rfp.schedule.award_by;
            for bidder in bidders(&reading) {
                let seller = reading.rfp.buyer.clone();
                let id = DocumentId::from_bytes([1; 32]);
                let bid = bidder.to_bid(id, &reading.rfp, seller, until, Commitment::Indicative);
                prop_assert!(bid.is_ok(), "{:?}", bid);
            }
        }
    }
    Ok(())
}

/// Keys that mean something to a reader.
const KEYS: &[&str] = &[
    "ocid",
    "tender",
    "releases",
    "records",
    "compiledRelease",
    "date",
    "language",
    "buyer",
    "name",
    "id",
    "parties",
    "address",
    "countryName",
    "title",
    "description",
    "value",
    "amount",
    "currency",
    "valueAddedTaxIncluded",
    "items",
    "quantity",
    "unit",
    "scheme",
    "classification",
    "additionalClassifications",
    "lots",
    "relatedLot",
    "relatedLots",
    "bids",
    "details",
    "tenderers",
    "status",
    "awards",
    "suppliers",
    "tenderPeriod",
    "startDate",
    "endDate",
    "deliveryDate",
    "deliveryLocation",
    "geometry",
    "coordinates",
    "lines",
    "currencies",
    "deadline",
    "criteria",
    "budget",
    "delivery",
    "place",
    "country",
    "lot",
    "number",
    "weight",
    "measure",
    "best",
    "worst",
    "rules",
];

/// Texts that mean something to a reader.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "active",
    "unsuccessful",
    "withdrawn",
    "EUR",
    "KRW",
    "UNCEFACT",
    "H87",
    "E11",
    "KR",
    "en",
    "CPV",
    "2016-06-08T18:16:44Z",
    "2030-01-01",
    "in 2 h",
    "12 H87",
    "CPV 39",
    "<p>&amp;",
    "1e9",
    "25",
    "total",
    "\u{202e}x",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_i64..30).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(TEXTS).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let key = prop_oneof![9 => select(KEYS).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(key, inner, 0..10).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// A release with sections of the right shape and anything in their fields.
fn release() -> impl Strategy<Value = Value> {
    (
        vec(json(), 0..4),
        vec(json(), 0..4),
        vec(json(), 0..4),
        vec(json(), 0..3),
        json(),
        json(),
    )
        .prop_map(|(items, bids, awards, lots, buyer, value)| {
            serde_json::json!({
                "ocid": "o", "buyer": buyer, "bids": {"details": bids}, "awards": awards,
                "tender": {"title": "t", "items": items, "lots": lots, "value": value},
            })
        })
}

/// Bids and awards of the right shape, with few names, lots and amounts, so that they meet.
fn auction() -> impl Strategy<Value = Value> {
    let text = |texts: &'static [&'static str]| select(texts).prop_map(Value::from);
    let lot = || prop_oneof![Just(Value::Null), text(&["a", "b", "c"])];
    let amount = || {
        prop_oneof![
            Just(Value::from(7)),
            Just(Value::from(0)),
            Just(Value::from(10.55)),
            (0_i64..9).prop_map(Value::from)
        ]
    };
    let currency = || prop_oneof![4 => Just(Value::Null), 1 => text(&["EUR", "KRW"])];
    let party = || {
        (
            text(&["A", "B", "Ա"]),
            prop_oneof![Just(Value::Null), text(&["1", "2"])],
        )
    };
    let entry =
        move |statuses: &'static [&'static str]| {
            (lot(), amount(), currency(), party(), text(statuses), any::<Option<bool>>()).prop_map(
            |(lot, amount, currency, (name, id), status, tax)| {
                let parties = serde_json::json!([{"name": name, "id": id}]);
                serde_json::json!({
                    "relatedLot": lot, "status": status, "tenderers": parties, "suppliers": parties,
                    "value": {"amount": amount, "currency": currency, "valueAddedTaxIncluded": tax},
                })
            },
        )
        };
    let item = (lot(), 0_i64..4)
        .prop_map(|(lot, quantity)| serde_json::json!({"relatedLot": lot, "quantity": quantity}));
    let bids = vec(entry(&["active", "withdrawn", "valid"]), 0..7);
    let awards = vec(entry(&["active", "unsuccessful", "pending"]), 0..4);
    (vec(item, 0..5), bids, awards, 0_usize..4).prop_map(|(items, bids, awards, lots)| {
        let lots: Vec<Value> = ["a", "b", "c"][..lots]
            .iter()
            .map(|id| serde_json::json!({"id": id}))
            .collect();
        serde_json::json!({
            "ocid": "o", "bids": {"details": bids}, "awards": awards,
            "tender": {"title": "t", "lots": lots, "items": items},
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_json_is_read_or_refused(value in json()) {
        holds(&serde_json::to_vec(&value).unwrap())?;
    }

    #[test]
    fn any_release_is_read_or_refused(value in release()) {
        holds(&serde_json::to_vec(&value).unwrap())?;
    }

    #[test]
    fn any_auction_is_read_and_its_bids_fit(value in auction()) {
        let bytes = serde_json::to_vec(&value).unwrap();
        prop_assert!(read(&bytes).is_ok());
        holds(&bytes)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        holds(&bytes)?;
    }
}

#[test]
fn a_file_that_is_too_large_too_deep_or_no_text_is_refused() {
    let error = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(error(&vec![b' '; MAX_FILE_BYTES + 1]).contains("over 16 MiB"));
    assert!(error(&vec![b' '; MAX_FILE_BYTES]).contains("is no JSON"));
    assert!(error(b"\xff\xfe{}").contains("UTF-8"));
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 2), "]".repeat(MAX_DEPTH + 2));
    assert!(error(deep.as_bytes()).contains("64 levels"));
    assert!(error(b"[]").contains("holds no request"));
    assert!(
        error(b"\xef\xbb\xbf7").contains("holds no request"),
        "a byte order mark is skipped"
    );
}

#[test]
fn large_files_made_to_be_slow_are_read_in_one_go() {
    let angles = format!(
        r#"{{"ocid": "x", "tender": {{"title": "{}"}}}}"#,
        "<".repeat(1_000_000)
    );
    read(angles.as_bytes()).unwrap();
    let nested = format!(
        "{}{}",
        "{\"a\":[".repeat(30) + &"1,".repeat(1_000_000) + "1",
        "]}".repeat(30)
    );
    read(nested.as_bytes()).unwrap_err();
    let items = vec!["{}"; 1_000].join(",");
    read(format!(r#"{{"ocid": "x", "tender": {{"title": "t", "items": [{items}]}}}}"#).as_bytes())
        .unwrap();
}

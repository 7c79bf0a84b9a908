//! The page that documents RFP files and the reader that reads them agree.

use crate::{Reading, Timing, read_rfp};
use opener_trade::{Duration, Timestamp};
use serde_json::{Value, json};

fn file(path: &str) -> String {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema() -> Value {
    serde_json::from_str(&file("docs/rfp.schema.json")).unwrap()
}

fn sample() -> Value {
    serde_json::from_str(&file("assets/samples/office-chairs.json")).unwrap()
}

fn read(request: &Value) -> Result<Reading, String> {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let days = |days: i64| Duration::from_secs(days * 24 * 3600);
    let timing = Timing::from_now(now, days(40), days(1));
    let bytes = serde_json::to_vec(request).unwrap();
    read_rfp("request.json", &bytes, &timing).map_err(|error| error.to_string())
}

/// A request that uses every field, and the places of its objects with the schema of each.
fn complete() -> Value {
    let mut request = sample();
    let moment = "2027-02-01T00:00:00+09:00";
    request["revision"] = json!(1);
    request["open"] = json!(moment);
    request["deadline"] = json!("2027-03-01T00:00:00Z");
    request["award_by"] = json!("2027-03-02T00:00:00Z");
    request["questions_until"] = json!(moment);
    request["rules"]["repeated"] = json!(true);
    request["rules"]["extension"] = json!("PT12H");
    request["incoterm"] = json!({"rule": "DAP", "place": "Seoul", "year": 2020});
    request["criteria"][0]["direction"] = json!("lower");
    request["criteria"][0]["knock_out"] = json!(true);
    request["lines"][0]["number"] = json!(1);
    request["lines"][0]["optional"] = json!(false);
    request["lines"][0]["delivery"] = request["delivery"].clone();
    request["lines"][0]["quantity"] = json!({"value": "12", "unit": "H87"});
    request["lines"][0]["categories"][0] =
        json!({"scheme": "CPV", "version": "2008", "code": "39112000-0"});
    request["attachments"] = json!([{
        "name": "배치도.pdf", "media_type": "application/pdf", "size": 9, "sha256": "ab".repeat(32),
    }]);
    request
}

/// Places of objects in [`complete`] and of their schemas.
const OBJECTS: &[(&str, &str)] = &[
    ("", ""),
    ("/buyer", "/$defs/buyer"),
    ("/buyer/place", "/$defs/place"),
    ("/delivery", "/$defs/delivery"),
    ("/rules", "/$defs/rules"),
    ("/criteria/0", "/$defs/criterion"),
    ("/lots/0", "/$defs/lot"),
    ("/lines/0", "/$defs/line"),
    ("/lines/0/quantity", "/$defs/quantity/oneOf/1"),
    ("/lines/0/categories/0", "/$defs/category/oneOf/1"),
    ("/incoterm", "/$defs/incoterm/oneOf/1"),
    ("/attachments/0", "/$defs/attachment"),
];

#[test]
fn the_sample_is_valid_by_the_schema_and_read_without_a_warning() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&sample())
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    let reading = read(&sample()).unwrap();
    assert_eq!(reading.warnings, []);
    assert_eq!((reading.rfp.lines.len(), reading.rfp.lots.len()), (4, 2));
    assert_eq!(reading.rfp.delivery.place.latitude_e6, Some(37_543_100));
}

#[test]
fn reader_and_schema_know_the_same_fields() {
    let (schema, request) = (schema(), complete());
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&request));
    let reading = read(&request).unwrap();
    assert_eq!(reading.rfp.attachments[0].name.as_str(), "배치도.pdf");
    for (object, definition) in OBJECTS {
        let properties = schema.pointer(&format!("{definition}/properties")).unwrap();
        let documented: Vec<&String> = properties.as_object().unwrap().keys().collect();
        let used: Vec<&String> = request
            .pointer(object)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .collect();
        for field in &documented {
            assert!(
                used.contains(field),
                "{object}: the test does not use {field}"
            );
        }
        let mut odd = request.clone();
        odd.pointer_mut(object).unwrap()["colour_of_the_sky"] = json!("blue");
        assert!(
            !validator.is_valid(&odd),
            "{object}: the schema takes unknown fields"
        );
        let error = read(&odd).unwrap_err();
        assert!(
            error.contains("unknown field `colour_of_the_sky`"),
            "{object}: {error}"
        );
        let expected = error.split("expected").nth(1).unwrap_or_default();
        let mut known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let mut documented: Vec<&str> = documented.iter().map(|field| field.as_str()).collect();
        known.sort_unstable();
        documented.sort_unstable();
        assert_eq!(known, documented, "{object}");
    }
}

#[test]
fn reader_and_schema_require_the_same_fields() {
    let (schema, request) = (schema(), complete());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let timing_knows_the_buyer = ["/buyer"];
    for (object, _) in OBJECTS {
        let fields: Vec<String> = request
            .pointer(object)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for field in fields {
            let place = format!("{object}/{field}");
            if timing_knows_the_buyer.contains(&place.as_str()) {
                continue;
            }
            let mut without = request.clone();
            without
                .pointer_mut(object)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(&field);
            let by_schema = validator.is_valid(&without);
            let by_reader = read(&without);
            // Lots that lines name, bounds of a criterion and the end of a window depend on other fields.
            let depends = [
                "/lots",
                "/delivery/until",
                "/criteria/0/worst",
                "/criteria/0/best",
            ];
            if !depends.iter().any(|end| place.ends_with(end)) {
                assert_eq!(by_reader.is_ok(), by_schema, "{place}: {by_reader:?}");
            }
        }
    }
}

#[test]
fn reader_and_schema_refuse_the_same_nonsense() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (place, value) in [
        ("/deadline", json!("soon")),
        ("/deadline", json!(7)),
        ("/rules/validity", json!("P1M")),
        ("/rules/validity", json!("P")),
        ("/rules/tax", json!("both")),
        ("/rules/max_rounds", json!(21)),
        ("/currencies", json!([])),
        ("/currencies/0", json!("won")),
        ("/budget", json!("much")),
        ("/lines", json!([])),
        ("/lines/0/quantity", json!("twelve")),
        ("/lines/0/quantity", json!("12")),
        ("/lines/0/quantity", json!(12)),
        ("/lines/0/lot", json!("one")),
        ("/lines/0/categories/0", json!("39112000")),
        ("/incoterm", json!("DAP")),
        ("/criteria/0/measure", json!("beauty")),
        ("/disclosure", json!("all")),
        ("/buyer/place/country", json!("Korea")),
        ("/buyer/place/latitude", json!("north")),
    ] {
        let mut odd = complete();
        *odd.pointer_mut(place).unwrap() = value.clone();
        assert!(
            !validator.is_valid(&odd),
            "{place}: the schema takes {value}"
        );
        let error = read(&odd).unwrap_err();
        let field = place.trim_start_matches('/');
        assert!(error.starts_with("request.json: "), "{error}");
        let parent = field.rsplit_once('/').map_or(field, |(parent, _)| parent);
        assert!(
            error.contains(field) || error.contains(parent),
            "{place}: {error}"
        );
    }
}

//! RFP files as people write them.

use crate::{Reading, Timing, read_rfp};
use opener_trade::{
    CountryCode, Duration, PeerText, Place, Timestamp,
    document::{Direction, Disclosure, Measure, Party},
};
use serde_json::{Value, json};

fn timing() -> Timing {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let country: CountryCode = "KR".parse().unwrap();
    let locality = PeerText::new("Seoul").unwrap();
    let place = Place {
        country,
        locality,
        latitude_e6: None,
        longitude_e6: None,
    };
    Timing {
        buyer: Some(Party {
            name: PeerText::new("Hanok").unwrap(),
            place,
            contact: None,
        }),
        ..Timing::from_now(now, Duration::from_secs(3600), Duration::from_secs(600))
    }
}

fn read(request: &Value) -> Result<Reading, String> {
    let bytes = serde_json::to_vec(request).unwrap();
    read_rfp("my.json", &bytes, &timing()).map_err(|error| error.to_string())
}

fn short() -> Value {
    json!({"title": "Twelve chairs", "currencies": ["KRW"], "budget": 2_000_000,
           "lines": [{"name": "chair", "quantity": "12 개"}]})
}

fn with(place: &str, value: Value) -> Value {
    let mut request = short();
    let (parent, field) = place.rsplit_once('/').unwrap();
    match request.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        object => object[field] = value,
    }
    request
}

fn error(place: &str, value: Value) -> String {
    read(&with(place, value)).unwrap_err()
}

#[test]
fn a_short_request_is_filled_up_with_what_is_usual() {
    let reading = read(&short()).unwrap();
    let rfp = reading.rfp;
    assert_eq!(
        (rfp.revision, rfp.language.as_str(), rfp.buyer.name.as_str()),
        (1, "en", "Hanok")
    );
    assert_eq!(rfp.lines[0].quantity.to_string(), "12 H87");
    assert_eq!(
        (rfp.lines[0].number, rfp.delivery.place.locality.as_str()),
        (1, "Seoul")
    );
    assert_eq!(
        (rfp.schedule.open, rfp.schedule.bid_deadline),
        (timing().now, timing().bid_deadline)
    );
    assert_eq!(rfp.schedule.award_by, timing().award_by);
    assert_eq!(rfp.disclosure, Disclosure::Conclusion);
    let price = &rfp.criteria[0];
    assert_eq!(
        (price.measure, price.direction),
        (Measure::Total, Direction::Lower)
    );
    assert_eq!(
        (price.best.to_string(), price.worst.to_string()),
        ("0".into(), "4000000".into())
    );
    let warnings: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["language: is missing; en guessed from the text"]);
}

#[test]
fn moments_count_from_now_and_move_what_follows() {
    let mut request = with("/deadline", json!("in 2 h"));
    request["questions_until"] = json!("PT30M");
    let schedule = read(&request).unwrap().rfp.schedule;
    let after = |seconds| timing().now.plus(Duration::from_secs(seconds));
    assert_eq!(
        (schedule.bid_deadline, schedule.question_cutoff),
        (after(7200), Some(after(1800)))
    );
    assert_eq!(schedule.award_by, after(7200 + 600));
    assert!(
        error("/deadline", json!("2020-01-01T00:00:00Z")).contains("my.json: deadline: is over")
    );
    assert!(error("/open", json!("in 2 h")).contains("open: is after the deadline"));
    assert!(error("/award_by", json!("in 5 min")).contains("award_by: is before the deadline"));
    assert!(error("/questions_until", json!("in 2 h")).contains("questions_until: is after"));
}

#[test]
fn an_error_names_file_and_field() {
    for (place, value, expected) in [
        (
            "/lines/0/quantity",
            json!("0 H87"),
            "my.json: lines/0/quantity: must be above zero",
        ),
        (
            "/lines/0/quantity",
            json!("12 moons"),
            "my.json: lines/0/quantity: invalid value",
        ),
        (
            "/lines/0/lot",
            json!(7),
            "my.json: lines/0/lot: names no lot",
        ),
        ("/lines/0/colour", json!("blue"), "unknown field `colour`"),
        (
            "/title",
            json!("x".repeat(257)),
            "my.json: title: at most 256 bytes",
        ),
        ("/title", json!(" "), "my.json: title: must not be blank"),
        ("/currencies", json!([]), "my.json: currencies: is empty"),
        (
            "/currencies/0",
            json!("XAU"),
            "my.json: currencies/0: must be an ISO 4217 code",
        ),
        ("/budget", json!("much"), "my.json: budget: invalid value"),
        (
            "/budget",
            json!(0),
            "my.json: criteria/0/best: must be better than worst",
        ),
        (
            "/delivery",
            json!({"place": {"country": "KR", "latitude": 91, "longitude": 1}}),
            "my.json: delivery/place/latitude: must be within ±90 degrees",
        ),
        (
            "/delivery",
            json!({"place": {"country": "KR", "latitude": 9}}),
            "my.json: delivery/place: give latitude and longitude, or neither",
        ),
        (
            "/delivery",
            json!({"place": {"country": "KR"}, "from": "in 2 h"}),
            "my.json: delivery/until: is missing",
        ),
        (
            "/delivery",
            json!({"place": {"country": "KR"}, "from": "in 2 h", "until": "in 1 h"}),
            "my.json: delivery/until: is before",
        ),
    ] {
        let error = error(place, value);
        assert!(
            error.contains(expected) && error.starts_with("my.json: "),
            "{place}: {error}"
        );
    }
    let mut nobody = timing();
    nobody.buyer = None;
    let bytes = serde_json::to_vec(&short()).unwrap();
    let error = read_rfp("my.json", &bytes, &nobody).unwrap_err();
    assert_eq!(
        (error.field.as_str(), error.file.as_str()),
        ("buyer", "my.json")
    );
}

#[test]
fn numbers_keep_every_digit() {
    let text = serde_json::to_string(&short()).unwrap();
    let exact = "12345678901234567890.123456";
    let text = text.replace("2000000", exact).replace(
        "\"12 개\"",
        "{\"value\": 0.1234567890123456789, \"unit\": \"kg\"}",
    );
    let rfp = read_rfp("my.json", text.as_bytes(), &timing()).unwrap().rfp;
    assert_eq!(
        rfp.criteria[0].worst.to_string(),
        "24691357802469135780.246912"
    );
    assert_eq!(
        rfp.lines[0].quantity.to_string(),
        "0.1234567890123456789 KGM"
    );
}

#[test]
fn criteria_take_their_direction_from_their_bounds() {
    let mut request = short();
    request["criteria"] = json!([
        {"name": "price", "measure": "total", "weight": 70},
        {"name": "warranty", "measure": "answer", "weight": "29.5", "best": 60, "worst": 12},
        {"name": "days", "measure": "lead_time_days", "weight": 0.5, "worst": 30}]);
    let rfp = read(&request).unwrap().rfp;
    let found: Vec<String> = rfp
        .criteria
        .iter()
        .map(|c| format!("{:?} {} {} {}", c.direction, c.weight, c.best, c.worst))
        .collect();
    assert_eq!(
        found,
        ["Lower 70 0 4000000", "Higher 29.5 60 12", "Lower 0.5 0 30"]
    );
    request["criteria"][1]["weight"] = json!(30);
    assert!(
        read(&request)
            .unwrap_err()
            .contains("the weights must add to 100, not 100.5")
    );
    request["criteria"][1]
        .as_object_mut()
        .unwrap()
        .remove("worst");
    assert!(
        read(&request)
            .unwrap_err()
            .contains("criteria/1/worst: is missing")
    );
    request["criteria"][1] = json!({"name": "w", "measure": "answer", "weight": 1, "worst": 1});
    assert!(
        read(&request)
            .unwrap_err()
            .contains("criteria/1/best: is missing")
    );
}

#[test]
fn without_budget_and_criteria_price_counts_and_a_warning_says_how_far() {
    let mut request = short();
    request.as_object_mut().unwrap().remove("budget");
    let reading = read(&request).unwrap();
    assert_eq!(reading.rfp.criteria[0].worst.to_string(), "1000000000");
    assert!(
        reading
            .warnings
            .iter()
            .any(|warning| warning.field == "criteria")
    );
}

#[test]
fn lots_that_leave_lines_out_are_named() {
    let mut request = short();
    request["lots"] = json!([{"title": "seating"}]);
    let reading = read(&request).unwrap();
    assert_eq!(reading.rfp.lots[0].number, 1);
    assert!(
        reading
            .warnings
            .iter()
            .any(|warning| warning.field == "lots")
    );
    request["lines"][0]["lot"] = json!(1);
    assert!(
        read(&request)
            .unwrap()
            .warnings
            .iter()
            .all(|warning| warning.field != "lots")
    );
}

#[test]
fn words_and_fields_mean_the_same() {
    let mut words = short();
    words["lines"][0]["quantity"] = json!("2.50 kg");
    words["lines"][0]["categories"] = json!(["CPV 39112000-0"]);
    words["incoterm"] = json!("dap Seongsu, Seoul");
    let mut fields = short();
    fields["lines"][0]["quantity"] = json!({"value": "2.5", "unit": "KGM"});
    fields["lines"][0]["categories"] = json!([{"scheme": "CPV", "code": "39112000-0"}]);
    fields["incoterm"] = json!({"rule": "DAP", "place": "Seongsu, Seoul"});
    assert_eq!(read(&words).unwrap().rfp, read(&fields).unwrap().rfp);
}

#[test]
fn a_slip_in_the_json_is_placed() {
    let error = read_rfp("my.json", b"{\n \"title\": \"x\",\n}", &timing()).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

use serde_json::json;

use super::{rows::MAX_ROWS, *};
use crate::Code;

#[test]
fn a_request_reads_back_as_it_is_written() {
    let request = Request::from(RfpList {
        needs_me: true,
        limit: Some(3),
    });
    let json = serde_json::to_vec(&request).unwrap();
    assert_eq!(
        json,
        br#"{"method":"rfp.list","params":{"needs_me":true,"limit":3}}"#
    );
    assert_eq!(Request::from_json(&json).unwrap(), request);
    assert_eq!(request.method(), RfpList::METHOD);
}

#[test]
fn parameters_may_be_absent_null_or_empty() {
    for json in [
        r#"{"method":"deal.list"}"#,
        r#"{"method":"deal.list","params":null}"#,
        r#"{"params":{},"method":"deal.list"}"#,
    ] {
        assert_eq!(
            Request::from_json(json.as_bytes()).unwrap(),
            DealList::default().into(),
            "{json}"
        );
    }
}

#[test]
fn every_method_can_be_asked_for_and_says_what_it_does() {
    for (i, method) in METHODS.iter().enumerate() {
        let read = Request::new(method.name, json!({ "no such parameter": 1 }));
        assert_eq!(
            read.unwrap_err().code,
            Code::InvalidParams,
            "{}",
            method.name
        );
        assert!(METHODS[..i].iter().all(|other| other.name != method.name));
        assert!(
            method.about.ends_with('.') && !method.about.starts_with(' '),
            "{}",
            method.name
        );
    }
    assert_eq!(
        Request::new("no.such", json!({})).unwrap_err().code,
        Code::UnknownMethod
    );
}

#[test]
fn the_wrong_parameter_is_named() {
    let bid = json!({ "deal": "00".repeat(16), "bid": { "lines": [{ "line": 1 }, { "line": 2, "price": "x" }] } });
    let error = Request::new("bid.send", bid).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (Code::InvalidParams, Some("bid.lines[1].price"))
    );
    let error = Request::new("deal.show", json!([])).unwrap_err();
    assert_eq!(error.code, Code::InvalidParams);
}

#[test]
fn a_list_has_a_bounded_number_of_rows() {
    assert_eq!(rows(None).unwrap(), 100);
    assert_eq!(rows(Some(MAX_ROWS)).unwrap(), 1000);
    for wrong in [0, MAX_ROWS + 1] {
        assert_eq!(
            rows(Some(wrong)).unwrap_err().field.as_deref(),
            Some("limit")
        );
    }
}

#[test]
fn an_answer_to_an_order_is_a_word_or_lines() {
    let respond = |answer| {
        Request::new(
            "order.respond",
            json!({ "deal": "00".repeat(16), "answer": answer }),
        )
    };
    assert!(respond(json!("accept")).is_ok() && respond(json!("refuse")).is_ok());
    assert!(
        respond(json!({ "lines": [{ "line": 1, "status": "changed", "quantity": "3" }] })).is_ok()
    );
    assert!(respond(json!("maybe")).is_err());
}

/// An RFP with every list and text full.
fn largest_rfp() -> Value {
    use opener_trade::limits::*;
    let full = |bytes: usize, i: usize| format!("{i:0>4}{}", "가".repeat((bytes - 4) / 3));
    let number = format!("0.{}", "9".repeat(28));
    let place = json!({
        "country": "KR", "locality": full(NAME_BYTES, 0), "latitude_e6": -90_000_000, "longitude_e6": -180_000_000,
    });
    let late = "9999-12-31T23:59:59.999Z";
    let delivery = json!({ "place": place, "window": { "from": late, "until": late } });
    let times = |n: usize, item: &dyn Fn(usize) -> Value| (0..n).map(item).collect::<Vec<_>>();
    let line = |i: usize| {
        json!({
            "number": i, "name": full(NAME_BYTES, i), "description": full(LINE_DESCRIPTION_BYTES, i),
            "quantity": { "value": number, "unit": "H87" },
            "categories": times(LINE_CATEGORIES, &|j| json!({
                "scheme": full(SCHEME_BYTES, j), "version": full(LABEL_BYTES, j), "code": full(LABEL_BYTES, j),
            })),
            "properties": times(PROPERTIES, &|j| json!({
                "name": full(LABEL_BYTES, j), "value": full(NAME_BYTES, j),
            })),
            "delivery": delivery, "optional": false, "lot": 7,
        })
    };
    json!({
        "revision": 1, "title": full(NAME_BYTES, 0), "description": full(DESCRIPTION_BYTES, 0), "language": "en",
        "buyer": { "name": full(NAME_BYTES, 0), "place": place, "contact": full(NAME_BYTES, 0) },
        "schedule": { "open": late, "question_cutoff": late, "bid_deadline": late, "award_by": late },
        "rules": {}, "currencies": times(CURRENCIES, &|_| json!("EUR")), "delivery": delivery,
        "incoterm": { "rule": "dap", "place": full(NAME_BYTES, 0), "year": 2020 },
        "payment": full(REMARK_BYTES, 0),
        "criteria": times(CRITERIA, &|i| json!({
            "name": full(LABEL_BYTES, i), "weight": "6.25", "direction": "lower", "best": "0", "worst": number,
            "knock_out": false, "measure": "assessment",
        })),
        "disclosure": "conclusion",
        "attachments": times(ATTACHMENTS, &|i| json!({
            "name": full(NAME_BYTES, i), "media_type": full(LABEL_BYTES, i), "size": u64::MAX,
            "sha256": "00".repeat(32),
        })),
        "lots": times(LOTS, &|i| json!({ "number": i, "title": full(NAME_BYTES, i) })),
        "lines": times(LINES, &line),
    })
}

#[test]
fn the_largest_rfp_to_the_most_sellers_fits_one_request() {
    let peer = opener_trade::Identity::from_seed([1; 32]).peer_id();
    let to = vec![peer; opener_peer::MAX_INVITED];
    let request = Request::from(RfpSend {
        rfp: largest_rfp(),
        to: Some(to),
        groups: None,
        radius_km: None,
    });
    let json = serde_json::to_vec(&request).unwrap();
    assert!(
        (6_000_000..MAX_REQUEST_BYTES).contains(&json.len()),
        "{}",
        json.len()
    );
    let Request::RfpSend(read) = Request::from_json(&json).unwrap() else {
        panic!("an RFP")
    };
    let rfp: opener_trade::document::Rfp = super::read(read.rfp).unwrap();
    assert_eq!(rfp.lines.len(), opener_trade::limits::LINES);
}

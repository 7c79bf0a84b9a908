use serde_json::json;

use super::*;

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

use serde_json::json;

use crate::place::{Place, TOKEN, say};

const ASK: &str = r#"{"method":"profile.get"}"#;

#[tokio::test]
async fn a_request_with_the_token_is_answered() {
    let place = Place::open().await;
    let answer = place.call(ASK).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let expected = json!({ "ok": { "peer": place.peer.peer_id().to_string(), "profile": null } });
    assert_eq!(answer.json(), expected);
    assert!(answer.head.contains("cache-control: no-store"));
    place.close().await;
}

#[tokio::test]
async fn without_the_right_token_nothing_is_done() {
    let place = Place::open().await;
    let wrong = format!("Authorization: Bearer {}", TOKEN.replace('a', "b"));
    let short = format!("Authorization: Bearer {}", &TOKEN[..42]);
    let basic = format!("Authorization: Basic {TOKEN}");
    for fields in [
        vec![],
        vec![wrong.as_str()],
        vec![short.as_str()],
        vec![basic.as_str()],
    ] {
        let answer = place.post(&fields, ASK).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "unauthorized"),
            "{fields:?}"
        );
    }
    place.close().await;
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_ask() {
    let place = Place::open().await;
    let token = format!("Authorization: Bearer {TOKEN}");
    let port = place.door.address.port();
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        &format!("https://127.0.0.1:{port}"),
    ] {
        let answer = place
            .post(&[&token, &format!("Origin: {origin}")], ASK)
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "forbidden"),
            "{origin}"
        );
    }
    let own = format!("Origin: http://{}", place.door.address);
    assert_eq!(place.post(&[&token, &own], ASK).await.status, 200);
    place.close().await;
}

#[tokio::test]
async fn a_name_that_was_pointed_at_this_computer_is_not_our_host() {
    let place = Place::open().await;
    let (address, port) = (place.door.address, place.door.address.port());
    let token = format!("Authorization: Bearer {TOKEN}");
    let length = format!("Content-Length: {}", ASK.len());
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.2:{port}"),
    ] {
        let named = format!("Host: {host}");
        let fields = [&named, &token, &length].map(String::as_str);
        let answer = say(address, "POST /api HTTP/1.1", &fields, ASK).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "forbidden"),
            "{host}"
        );
    }
    let named = format!("Host: localhost:{port}");
    let fields = [&named, &token, &length].map(String::as_str);
    assert_eq!(
        say(address, "POST /api HTTP/1.1", &fields, ASK)
            .await
            .status,
        200
    );
    place.close().await;
}

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_a_larger_one_is_not() {
    let place = Place::open().await;
    let padded = |len: usize| format!("{ASK}{}", " ".repeat(len - ASK.len()));
    assert_eq!(
        place
            .call(&padded(opener_api::MAX_REQUEST_BYTES))
            .await
            .status,
        200
    );
    let answer = place.call(&padded(opener_api::MAX_REQUEST_BYTES + 1)).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    place.close().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_what_is_wrong_with_it() {
    let place = Place::open().await;
    let cases = [
        ("{", 400, "invalid_params", None),
        (
            r#"{"method":"profile.get","more":1}"#,
            400,
            "invalid_params",
            None,
        ),
        (r#"{"method":"no.such"}"#, 404, "unknown_method", None),
        (
            r#"{"method":"profile.get","params":{"x":1}}"#,
            400,
            "invalid_params",
            Some("x"),
        ),
        (
            r#"{"method":"deal.show","params":{"deal":"zz"}}"#,
            400,
            "invalid_params",
            Some("deal"),
        ),
        (
            r#"{"method":"deal.show","params":{"deal":"00000000000000000000000000000000"}}"#,
            404,
            "not_found",
            None,
        ),
        (r#"{"method":"listing.show"}"#, 409, "no_profile", None),
    ];
    for (body, status, code, field) in cases {
        let answer = place.call(body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{body}: {}",
            answer.body
        );
        let error = &answer.json()["error"];
        assert_eq!(error["field"].as_str(), field, "{body}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    place.close().await;
}

#[tokio::test]
async fn a_closed_door_answers_nobody() {
    let place = Place::open().await;
    let address = place.door.address;
    place.close().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_peer_that_has_stopped_is_said_to_have_stopped() {
    let place = Place::open().await;
    place.peer.shutdown().await;
    let answer = place.call(ASK).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "stopped"));
    place.door.shutdown().await;
}

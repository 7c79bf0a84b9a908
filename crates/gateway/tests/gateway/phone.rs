//! The door for phones, opened and closed by a person.

use std::{net::SocketAddr, time::Duration};

use opener_api::{
    Ask,
    request::{GatewaySet, GatewayShow},
};
use opener_gateway::{Pages, PhoneDoor};

use crate::place::{Place, TOKEN, say};

/// A port that is free now.
fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// The status of an answer to this token; 0 where nobody listens.
async fn ask(port: u16, token: &str) -> u16 {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    if tokio::net::TcpStream::connect(address).await.is_err() {
        return 0;
    }
    let body = r#"{"method":"profile.get"}"#;
    let fields = [
        format!("Host: {address}"),
        format!("Authorization: Bearer {token}"),
        format!("Content-Length: {}", body.len()),
    ];
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    say(address, "POST /api HTTP/1.1", &fields, body)
        .await
        .status
}

/// Asks again at every event until the answer is this one.
async fn until(place: &Place, port: u16, token: &str, status: u16) {
    let mut events = place.peer.subscribe();
    let look = async {
        while ask(port, token).await != status {
            let _ = events.recv().await;
        }
    };
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, look)
        .await
        .unwrap_or_else(|_| panic!("no {status}"));
}

#[tokio::test]
async fn a_person_opens_the_door_takes_its_token_back_and_closes_it() {
    let place = Place::open().await;
    let phones = PhoneDoor::follow(place.peer.clone(), Pages::None);
    let shut = GatewayShow {}.ask(&place.peer).await.unwrap();
    assert!(!shut.on && shut.links.is_empty() && !shut.encrypted);

    let port = free_port();
    let set = |on: bool, new_token: bool| GatewaySet {
        on: Some(on),
        port: Some(port),
        new_token,
    };
    set(true, false).ask(&place.peer).await.unwrap();
    let first = place.peer.phone().await.unwrap().token;
    until(&place, port, &first, 200).await;
    assert_eq!(ask(port, TOKEN).await, 401);

    set(true, true).ask(&place.peer).await.unwrap();
    let second = place.peer.phone().await.unwrap().token;
    assert_ne!(first, second);
    until(&place, port, &second, 200).await;
    assert_eq!(ask(port, &first).await, 401);

    set(false, false).ask(&place.peer).await.unwrap();
    until(&place, port, &second, 0).await;
    let low = GatewaySet {
        port: Some(80),
        ..GatewaySet::default()
    };
    let refused = low.ask(&place.peer).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("port"));
    phones.shutdown().await;
    place.close().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_in_words() {
    let place = Place::open().await;
    let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let set = GatewaySet {
        on: Some(true),
        port: Some(taken.local_addr().unwrap().port()),
        new_token: false,
    };
    let mut events = place.peer.subscribe();
    let phones = PhoneDoor::follow(place.peer.clone(), Pages::None);
    set.ask(&place.peer).await.unwrap();
    let error = async {
        loop {
            let shown = GatewayShow {}.ask(&place.peer).await.unwrap();
            if let Some(error) = shown.error {
                return error;
            }
            let _ = events.recv().await;
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(30), error)
        .await
        .unwrap();
    assert!(error.contains("taken"), "{error}");
    phones.shutdown().await;
    place.close().await;
}

#[tokio::test]
async fn the_right_token_opens_after_any_number_of_wrong_ones() {
    let place = Place::open().await;
    let port = place.door.address.port();
    let wrong = TOKEN.replace('a', "b");
    let mut answers = vec![];
    for _ in 0..22 {
        answers.push(ask(port, &wrong).await);
    }
    assert_eq!((answers[19], answers[20], answers[21]), (401, 503, 503));
    assert_eq!(ask(port, TOKEN).await, 200);
    place.close().await;
}

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Response},
};

use crate::place::{Place, TOKEN};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(
    place: &Place,
    fields: &[(&'static str, &str)],
) -> Result<(Socket, Response<Option<Vec<u8>>>), u16> {
    let mut request = format!("ws://{}/events", place.door.address)
        .into_client_request()
        .unwrap();
    for (name, value) in fields {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok(opened) => Ok(opened),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn profile() -> Value {
    json!({ "method": "profile.set", "params": {
        "name": "Ann's chairs", "roles": { "buys": false, "sells": true }, "words": "chairs 의자",
        "place": { "country": "KR", "locality": "Seoul" },
    } })
}

#[tokio::test]
async fn a_change_reaches_who_listens() {
    let place = Place::open().await;
    let protocols = format!("opener, token.{TOKEN}");
    let (mut socket, answer) = open(&place, &[("Sec-WebSocket-Protocol", &protocols)])
        .await
        .unwrap();
    assert_eq!(
        answer.headers()["sec-websocket-protocol"],
        "opener",
        "the token is not echoed"
    );
    let set = place.call(&profile().to_string()).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(set.json()["ok"]["profile"]["name"], "Ann's chairs");
    let mut events = vec![];
    while let Some(event) = next(&mut socket).await {
        events.push(event["event"].as_str().unwrap().to_owned());
        if events.last().is_some_and(|event| event == "profile") {
            break;
        }
    }
    assert!(events.contains(&"profile".to_owned()), "{events:?}");
    place.close().await;
}

#[tokio::test]
async fn a_socket_needs_token_origin_and_host_like_everything_else() {
    let place = Place::open().await;
    assert_eq!(open(&place, &[]).await.unwrap_err(), 401);
    assert_eq!(
        open(&place, &[("Sec-WebSocket-Protocol", "opener, token.x")])
            .await
            .unwrap_err(),
        401
    );
    let bearer = format!("Bearer {TOKEN}");
    let foreign = [
        ("Authorization", bearer.as_str()),
        ("Origin", "https://evil.example"),
    ];
    assert_eq!(open(&place, &foreign).await.unwrap_err(), 403);
    let rebound = [("Authorization", bearer.as_str()), ("Host", "evil.example")];
    assert_eq!(open(&place, &rebound).await.unwrap_err(), 403);
    assert!(open(&place, &[("Authorization", &bearer)]).await.is_ok());
    place.close().await;
}

#[tokio::test]
async fn one_socket_more_than_there_are_seats_is_refused() {
    let place = Place::open().await;
    let bearer = format!("Bearer {TOKEN}");
    let mut sockets = vec![];
    for _ in 0..opener_gateway::SOCKETS {
        sockets.push(open(&place, &[("Authorization", &bearer)]).await.unwrap());
    }
    assert_eq!(
        open(&place, &[("Authorization", &bearer)])
            .await
            .unwrap_err(),
        503
    );
    place.close().await;
}

#[tokio::test]
async fn a_closing_door_closes_its_sockets() {
    let place = Place::open().await;
    let bearer = format!("Bearer {TOKEN}");
    let (mut socket, _) = open(&place, &[("Authorization", &bearer)]).await.unwrap();
    place.close().await;
    while next(&mut socket).await.is_some() {}
}

#[tokio::test]
async fn a_plain_request_for_events_is_told_to_be_a_socket() {
    let place = Place::open().await;
    let host = format!("Host: {}", place.door.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    let answer = crate::place::say(
        place.door.address,
        "GET /events HTTP/1.1",
        &[&host, &token],
        "",
    )
    .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "invalid_params")
    );
    place.close().await;
}

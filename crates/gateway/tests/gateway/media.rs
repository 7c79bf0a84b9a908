//! Sound and picture over the door: two peers in a call, each with its own door.

use futures::{SinkExt, StreamExt};
use opener_api::media::MAX_MESSAGE_BYTES;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, protocol::frame::coding::CloseCode},
};

use crate::place::{Place, TOKEN};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Nothing on one computer takes this long; a test that waits longer has failed.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

async fn open(place: &Place, call: &str, token: &str) -> Result<Socket, u16> {
    let url = format!("ws://{}/call/{call}/media", place.door.address);
    let mut request = url.into_client_request().unwrap();
    let protocols = format!("opener, token.{token}");
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", protocols.parse().unwrap());
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

impl Place {
    async fn try_ask(&self, method: &str, params: &Value) -> Value {
        let body = json!({ "method": method, "params": params });
        self.call(&body.to_string()).await.json()
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        let answer = self.try_ask(method, &params).await;
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["ok"].clone()
    }

    /// Asks again at each event until the answer is so.
    async fn until(&self, method: &str, params: Value, is: impl Fn(&Value) -> bool) -> Value {
        let mut events = self.peer.subscribe();
        let waiting = async {
            loop {
                let answer = self.try_ask(method, &params).await["ok"].clone();
                if is(&answer) {
                    return answer;
                }
                let _ = events.recv().await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        came.unwrap_or_else(|_| panic!("{method} never came so"))
    }

    async fn phase(&self, phase: &str) -> Value {
        let shown = self.until("call.show", json!({}), |it| it["call"]["phase"] == phase);
        shown.await["call"].clone()
    }
}

/// A buyer and a seller in a call, and its id.
async fn talking() -> (Place, Place, String) {
    let (buyer, seller) = (Place::open().await, Place::open().await);
    for (place, sells) in [(&buyer, false), (&seller, true)] {
        let profile = json!({
            "name": if sells { "Ann's chairs" } else { "Bob" },
            "roles": { "buys": !sells, "sells": sells },
            "words": "chairs", "place": { "country": "KR", "locality": "Seoul" },
        });
        place.ask("profile.set", profile).await;
    }
    let card = seller
        .until("card.show", json!({}), |it| it["uri"].is_string())
        .await;
    let added = buyer
        .ask("contacts.add", json!({ "card": card["uri"] }))
        .await;
    let with = added["contact"]["peer"].clone();
    let rfp = json!({
        "title": "Chairs", "currencies": ["EUR"], "deadline": "in 2 h", "award_by": "in 4 h",
        "lines": [{ "name": "chair", "quantity": { "value": "4", "unit": "C62" } }],
    });
    let sent = buyer
        .ask("rfp.send", json!({ "rfp": rfp, "to": [with] }))
        .await;
    let deal = sent["deal"].clone();
    let has_it = |it: &Value| it.as_array().is_some_and(|rows| !rows.is_empty());
    seller.until("deal.list", json!({}), has_it).await;
    let received = |it: &Value| it["dialogues"][0]["state"] != json!("invited");
    buyer
        .until("deal.show", json!({ "deal": deal }), received)
        .await;
    let call = buyer
        .ask("call.start", json!({ "deal": deal, "video": true }))
        .await["call"]
        .clone();
    seller.phase("ringing").await;
    let id = call.as_str().unwrap().to_owned();
    assert_eq!(
        open(&seller, &id, TOKEN).await.unwrap_err(),
        409,
        "it still rings here"
    );
    seller
        .ask("call.accept", json!({ "call": call, "video": true }))
        .await;
    buyer.phase("connected").await;
    seller.phase("connected").await;
    (buyer, seller, id)
}

fn message(kind: u8, n: u64) -> Message {
    let content = [vec![0], n.to_le_bytes().to_vec(), vec![0; 200]].concat();
    let mut bytes = vec![kind, 1, 0, 0];
    bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    bytes.extend((n * 20_000).to_le_bytes());
    bytes.extend(content);
    Message::Binary(bytes.into())
}

/// Sends frames of a kind until one comes out at the other page.
async fn carry(from: &mut Socket, to: &mut Socket, kind: u8) {
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(20));
    for n in 1.. {
        tokio::select! {
            _ = pace.tick() => from.send(message(kind, n)).await.unwrap(),
            heard = to.next() => match heard.unwrap().unwrap() {
                Message::Binary(bytes) if bytes[0] == kind => {
                    assert_eq!(bytes.len(), 16 + 209);
                    return;
                }
                Message::Close(why) => panic!("{why:?}"),
                _ => {}
            },
        }
    }
}

async fn closed(socket: &mut Socket) -> Option<CloseCode> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(why))) => return why.map(|why| why.code),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_pass_between_the_pages_of_two_peers_until_the_call_is_over() {
    let (buyer, seller, call) = talking().await;
    let mut theirs = open(&seller, &call, TOKEN).await.unwrap();
    let mut first = open(&buyer, &call, TOKEN).await.unwrap();
    for kind in [1, 2] {
        carry(&mut first, &mut theirs, kind).await;
        carry(&mut theirs, &mut first, kind).await;
    }

    // A page that is loaded anew takes them over.
    let mut second = open(&buyer, &call, TOKEN).await.unwrap();
    assert_eq!(closed(&mut first).await, Some(CloseCode::from(4001)));
    carry(&mut second, &mut theirs, 1).await;
    carry(&mut theirs, &mut second, 2).await;

    // What is no frame changes nothing.
    for other in [
        Message::Text("{}".into()),
        Message::Binary(vec![9; 40].into()),
    ] {
        second.send(other).await.unwrap();
    }
    carry(&mut second, &mut theirs, 2).await;

    buyer.ask("call.finish", json!({ "call": call })).await;
    for socket in [&mut second, &mut theirs] {
        assert_eq!(closed(socket).await, Some(CloseCode::Normal));
    }
    assert_eq!(
        open(&buyer, &call, TOKEN).await.unwrap_err(),
        404,
        "it is over"
    );
    buyer.close().await;
    seller.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit_costs_the_page_its_socket_and_not_the_call() {
    let (buyer, seller, call) = talking().await;
    let mut theirs = open(&seller, &call, TOKEN).await.unwrap();
    let mut mine = open(&buyer, &call, TOKEN).await.unwrap();
    let whole = vec![0; MAX_MESSAGE_BYTES];
    mine.send(Message::Binary(whole.into())).await.unwrap();
    carry(&mut mine, &mut theirs, 1).await;
    let more = vec![0; MAX_MESSAGE_BYTES + 1];
    // The door may close before all of it is sent.
    let _ = mine.send(Message::Binary(more.into())).await;
    let code = closed(&mut mine).await;
    assert!(matches!(code, None | Some(CloseCode::Size)), "{code:?}");
    buyer.phase("connected").await;
    let mut again = open(&buyer, &call, TOKEN).await.unwrap();
    carry(&mut again, &mut theirs, 1).await;
    buyer.close().await;
    seller.close().await;
}

#[tokio::test]
async fn the_media_want_the_token_and_a_call_that_runs() {
    let place = Place::open().await;
    let call = "00".repeat(16);
    assert_eq!(open(&place, &call, "x").await.unwrap_err(), 401);
    assert_eq!(open(&place, &call, TOKEN).await.unwrap_err(), 404);
    assert_eq!(open(&place, "no-call", TOKEN).await.unwrap_err(), 404);
    let host = format!("Host: {}", place.door.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    let line = format!("GET /call/{call}/media HTTP/1.1");
    let answer = crate::place::say(place.door.address, &line, &[&host, &token], "").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "invalid_params")
    );
    place.close().await;
}

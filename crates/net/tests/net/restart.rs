//! Peers that move and crash.

use crate::node::{Node, address, bytes, config, node, start};
use opener_net::{Config, Network, Protocol, RequestError};
use opener_trade::Address;
use tokio::runtime::Runtime;

/// A seller in a runtime of its own; dropping the runtime is a crash: nobody is told.
fn doomed(seed: u8, listen: Vec<Address>) -> (Runtime, Vec<Address>) {
    let runtime = Runtime::new().unwrap();
    let seller = runtime.block_on(start(Config {
        listen,
        ..config(seed)
    }));
    let addresses = seller.addresses.clone();
    runtime.block_on(async move { drop(seller.echo()) });
    (runtime, addresses)
}

async fn ask(buyer: &mut Node, at: Vec<Address>) -> Result<(), RequestError> {
    let answer = buyer
        .ask(crate::node::peer(1), at, Protocol::Deliver, bytes("hello"))
        .await?;
    assert_eq!(&*answer, b"hello");
    Ok(())
}

pub async fn crash(runtime: Runtime) {
    tokio::task::spawn_blocking(move || drop(runtime))
        .await
        .unwrap();
}

async fn begin(listen: Vec<Address>) -> (Runtime, Vec<Address>) {
    tokio::task::spawn_blocking(move || doomed(1, listen))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_peer_that_restarts_at_another_port_is_found_by_its_new_address() {
    let mut buyer = node(2).await;
    for (old_part, new_part) in [("quic-v1", "/tcp/"), ("/tcp/", "quic-v1")] {
        let only = |part: &str, at: &[Address]| -> Vec<Address> {
            at.iter()
                .filter(|at| at.as_str().contains(part))
                .cloned()
                .collect()
        };
        let (seller, at) = begin(opener_net::loopback_listen()).await;
        ask(&mut buyer, only(old_part, &at)).await.unwrap();
        crash(seller).await;
        let (seller, at) = begin(opener_net::loopback_listen()).await;
        ask(&mut buyer, only(new_part, &at)).await.unwrap();
        crash(seller).await;
    }
}

#[tokio::test]
async fn a_peer_that_crashes_and_returns_to_its_port_is_found_without_an_address() {
    let mut buyer = node(2).await;
    for listen in opener_net::loopback_listen() {
        let (seller, at) = begin(vec![listen]).await;
        ask(&mut buyer, at.clone()).await.unwrap();
        crash(seller).await;
        let (seller, again) = begin(at.clone()).await;
        assert_eq!(again, at);
        ask(&mut buyer, vec![]).await.unwrap();
        crash(seller).await;
    }
}

#[tokio::test]
async fn a_peer_that_shut_down_is_unreachable_and_then_found_again() {
    let mut buyer = node(2).await;
    let seller = node(1).await;
    let at = vec![seller.tcp()];
    seller.net.shutdown().await;
    assert!(matches!(
        ask(&mut buyer, at).await,
        Err(RequestError::Unreachable(_))
    ));
    let seller = node(1).await;
    let at = vec![seller.tcp()];
    let _seller = seller.echo();
    ask(&mut buyer, at).await.unwrap();
}

#[tokio::test]
async fn a_live_peer_that_names_a_new_address_that_does_not_answer_is_still_reached() {
    let seller = node(1).await;
    let at = vec![seller.tcp()];
    let _seller = seller.echo();
    let mut buyer = node(2).await;
    ask(&mut buyer, at).await.unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    ask(
        &mut buyer,
        vec![address(&format!("/ip4/127.0.0.1/tcp/{port}"))],
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn dropping_the_sockets_closes_the_connections() {
    let mut buyer = node(2).await;
    let mut seller = node(1).await;
    let to = vec![seller.quic()];
    buyer
        .net
        .request(seller.id(), to, Protocol::Deliver, bytes("hello"))
        .await;
    let _unanswered = seller.asked().await;
    let id = seller.id();
    drop(seller);
    loop {
        if let opener_net::Event::Disconnected { peer } = buyer.event().await {
            assert_eq!(peer, id);
            break;
        }
    }
}

/// Nobody answers at the first address; waiting for that, the request would fail.
#[tokio::test]
async fn a_peer_that_names_its_new_address_is_dialled_there_at_once() {
    let silence = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = silence.local_addr().unwrap().port();
    let nowhere = address(&format!("/ip4/127.0.0.1/udp/{port}/quic-v1"));
    let mut buyer = node(2).await;
    let seller = node(1).await;
    let at = vec![seller.tcp()];
    let _seller = seller.echo();
    let asked = buyer
        .net
        .request(
            crate::node::peer(1),
            vec![nowhere],
            Protocol::Deliver,
            bytes("hello"),
        )
        .await;
    buyer.net.learn(crate::node::peer(1), at).await;
    let (id, answer) = buyer.answered().await;
    assert_eq!((id, &*answer.unwrap()), (asked, &b"hello"[..]));
}

//! Peers that reach each other through a relay.

use std::collections::HashMap;

use opener_net::{
    Config, Event, Limits, Network, Protocol, RequestId, Route, bounds::CIRCUITS_OPEN, is_relayed,
    with_peer,
};
use opener_trade::{Address, PeerId};

use crate::{
    node::{Node, bytes, config, limited, node, peer, start},
    restart::crash,
};
use tokio::runtime::Runtime;

const RELAY: u8 = 90;

async fn relay() -> Node {
    start(relay_config(opener_net::loopback_listen())).await
}

fn relay_config(listen: Vec<Address>) -> Config {
    Config {
        listen,
        ..Config::directory([RELAY; 32].into())
    }
}

/// Keeps a node going.
fn run(mut node: Node) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { while node.net.next().await.is_some() {} })
}

/// Waits until somebody can be reached through its relays.
async fn relayed(node: &mut Node, count: usize) -> Vec<Address> {
    let mut through = Vec::new();
    while through.len() < count {
        if let Event::Listening { address } = node.event().await
            && is_relayed(&address)
        {
            through.push(address);
        }
    }
    through
}

/// Sends one request and tells which way the answer came.
async fn ask(buyer: &mut Node, to: PeerId, at: Vec<Address>) -> Route {
    let id = buyer
        .net
        .request(to, at, Protocol::Deliver, bytes("hello"))
        .await;
    loop {
        match buyer.event().await {
            Event::Response {
                id: answered,
                bytes,
                route,
            } if answered == id => {
                assert_eq!(&*bytes, b"hello");
                return route;
            }
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_seller_that_nobody_can_dial_is_reached_through_its_relay_over_quic_and_tcp() {
    let relay = relay().await;
    let (by, at) = (relay.id(), [relay.quic(), relay.tcp()]);
    run(relay);
    for (seed, at) in (1..).zip(at) {
        let mut seller = node(seed).await;
        let id = seller.id();
        seller.net.use_relays(vec![(by, vec![at])]).await;
        let through = relayed(&mut seller, 1).await;
        seller.echo();
        let mut buyer = node(seed + 10).await;
        let route = ask(&mut buyer, id, through.clone()).await;
        // On one machine everybody can be dialled: the direct connection may come about before the first answer.
        assert!(
            matches!(route, Route::Relayed { by: relay } if relay == by) || route == Route::Direct
        );
        ask(&mut buyer, id, through).await;
    }
}

#[tokio::test]
async fn through_a_relay_comes_only_who_was_meant() {
    let relay = relay().await;
    let (by, at) = (relay.id(), relay.quic());
    run(relay);
    let mut seller = node(1).await;
    seller.net.use_relays(vec![(by, vec![at])]).await;
    let through = relayed(&mut seller, 1).await.remove(0);
    seller.echo();
    let mut buyer = node(2).await;
    let failed = buyer
        .ask(
            peer(3),
            vec![through.clone()],
            Protocol::Deliver,
            bytes("x"),
        )
        .await;
    assert!(failed.is_err(), "peer 3 has no reservation");
    assert!(with_peer(&through, peer(1)).is_ok());
}

#[tokio::test]
async fn who_comes_through_a_relay_counts_among_those_let_in() {
    let relay = relay().await;
    let (by, at) = (relay.id(), relay.quic());
    run(relay);
    let mut seller = limited(
        1,
        Limits {
            inbound: 0,
            ..Limits::PEER
        },
    )
    .await;
    seller.net.use_relays(vec![(by, vec![at])]).await;
    let through = relayed(&mut seller, 1).await;
    seller.echo();
    let mut buyer = node(2).await;
    let refused = buyer.ask(peer(1), through, Protocol::Deliver, bytes("x"));
    assert!(refused.await.is_err());
}

#[tokio::test]
async fn a_relay_that_is_no_longer_used_is_no_longer_named() {
    let relay = relay().await;
    let (by, at) = (relay.id(), relay.tcp());
    run(relay);
    let mut seller = node(1).await;
    seller.net.use_relays(vec![(by, vec![at])]).await;
    let through = relayed(&mut seller, 1).await;
    seller.net.use_relays(vec![]).await;
    loop {
        if let Event::ListenerClosed { address, .. } = seller.event().await
            && is_relayed(&address)
        {
            assert_eq!([address], through[..]);
            return;
        }
    }
}

/// A relay in a runtime of its own; dropping the runtime is a crash: nobody is told.
async fn begin(listen: Vec<Address>) -> (Runtime, Vec<Address>) {
    let begun = tokio::task::spawn_blocking(|| {
        let runtime = Runtime::new().unwrap();
        let relay = runtime.block_on(start(relay_config(listen)));
        let addresses = relay.addresses.clone();
        runtime.block_on(async move { drop(run(relay)) });
        (runtime, addresses)
    });
    begun.await.unwrap()
}

#[tokio::test]
async fn a_relay_that_restarts_is_used_again() {
    let (relay, at) = begin(opener_net::loopback_listen()).await;
    let by = peer(RELAY);
    let mut seller = node(1).await;
    seller.net.use_relays(vec![(by, at.clone())]).await;
    relayed(&mut seller, 2).await;
    crash(relay).await;
    let mut lost = 0;
    while lost < 2 {
        if let Event::ListenerClosed { address, .. } = seller.event().await {
            lost += usize::from(is_relayed(&address));
        }
    }
    let (relay, again) = begin(at.clone()).await;
    assert_eq!(again, at);
    let through = relayed(&mut seller, 2).await;
    let id = seller.id();
    seller.echo();
    ask(&mut node(2).await, id, through).await;
    crash(relay).await;
}

#[tokio::test]
async fn a_buyer_reaches_more_sellers_through_one_relay_than_it_may_have_circuits() {
    let relay = relay().await;
    let (by, at) = (relay.id(), relay.quic());
    run(relay);
    let mut sellers = Vec::new();
    for seed in 1..=u8::try_from(CIRCUITS_OPEN + 8).unwrap() {
        let mut seller = start(Config {
            listen: vec![Address::new("/ip4/127.0.0.1/tcp/0").unwrap()],
            ..config(seed)
        })
        .await;
        seller.net.use_relays(vec![(by, vec![at.clone()])]).await;
        let through = relayed(&mut seller, 1).await;
        sellers.push((seller.id(), through));
        seller.echo();
    }
    let mut buyer = start(config(200)).await;
    let mut asked = HashMap::new();
    for (id, through) in sellers {
        let sent = request(&mut buyer, id, &through).await;
        asked.insert(sent, (id, through));
    }
    while !asked.is_empty() {
        let (answered, result) = buyer.answered().await;
        let (id, through) = asked.remove(&answered).unwrap();
        match result {
            Ok(answer) => assert_eq!(&*answer, b"hello"),
            // On a busy machine a circuit may take too long; whoever delivers tries again.
            Err(_) => {
                let again = request(&mut buyer, id, &through).await;
                asked.insert(again, (id, through));
            }
        }
    }
}

async fn request(buyer: &mut Node, id: PeerId, through: &[Address]) -> RequestId {
    let hello = bytes("hello");
    buyer
        .net
        .request(id, through.to_vec(), Protocol::Deliver, hello)
        .await
}

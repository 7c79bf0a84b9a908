//! Real sockets on loopback: what works, and how it fails.

use std::{collections::HashSet, net::UdpSocket, sync::Arc};

use crate::node::{address, bytes, config, limited, node, peer, start};
use opener_net::{
    AddressError, Config, Event, Limits, Network, Protocol, RequestError,
    bounds::{BACKLOG, BLOBS_PER_PEER, BLOBS_UNANSWERED, COMMANDS, EVENTS, REQUESTS},
    with_peer,
};

#[tokio::test]
async fn a_request_is_answered_over_quic_and_over_tcp() {
    let seller = node(1).await;
    let (id, quic, tcp) = (seller.id(), seller.quic(), seller.tcp());
    let _seller = seller.echo();
    for (seed, at) in [(2, quic), (3, tcp)] {
        for protocol in Protocol::ALL {
            let mut buyer = node(seed).await;
            let answer = buyer
                .ask(id, vec![at.clone()], protocol, bytes("hello"))
                .await;
            assert_eq!(&*answer.unwrap(), b"hello", "{protocol:?} at {at}");
        }
    }
}

#[tokio::test]
async fn the_receiver_knows_who_asks_and_both_hear_of_the_connection() {
    let mut seller = node(1).await;
    let mut buyer = node(2).await;
    let at = seller.quic();
    let to = with_peer(&at, seller.id()).unwrap();
    buyer
        .net
        .request(seller.id(), vec![to], Protocol::Deliver, bytes("rfp"))
        .await;
    let (from, protocol, request, reply) = seller.asked().await;
    assert_eq!(
        (from, protocol, &*request),
        (buyer.id(), Protocol::Deliver, &b"rfp"[..])
    );
    match buyer.event().await {
        Event::Connected {
            peer,
            address,
            route,
        } => {
            assert_eq!((peer, address), (seller.id(), at));
            assert_eq!(route, opener_net::Route::Direct);
        }
        other => panic!("{other:?}"),
    }
    seller.net.reply(reply, bytes("receipt")).await;
    assert_eq!(&*buyer.answered().await.1.unwrap(), b"receipt");
    let gone = seller.id();
    seller.net.shutdown().await;
    match buyer.event().await {
        Event::Disconnected { peer } => assert_eq!(peer, gone),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_largest_legal_frame_passes_and_one_more_byte_is_refused() {
    let mut seller = node(1).await;
    let (id, at) = (seller.id(), [seller.quic(), seller.tcp()]);
    let mut buyer = node(2).await;
    for (at, protocol) in at.into_iter().cycle().zip(Protocol::ALL) {
        let largest: Arc<[u8]> = vec![7; protocol.max_request_bytes()].into();
        let largest_answer: Arc<[u8]> = vec![8; protocol.max_response_bytes()].into();
        buyer
            .net
            .request(id, vec![at], protocol, largest.clone())
            .await;
        let (_, _, request, reply) = seller.asked().await;
        assert!(request == largest);
        seller.net.reply(reply, largest_answer.clone()).await;
        assert!(buyer.answered().await.1.unwrap() == largest_answer);

        let limit = protocol.max_request_bytes();
        let over = vec![7; limit + 1].into();
        let error = buyer.ask(id, vec![], protocol, over).await.unwrap_err();
        assert_eq!(
            error,
            RequestError::TooLarge {
                size: limit + 1,
                limit
            }
        );

        buyer
            .net
            .request(id, vec![], protocol, bytes("small"))
            .await;
        let (.., reply) = seller.asked().await;
        seller
            .net
            .reply(reply, vec![8; protocol.max_response_bytes() + 1].into())
            .await;
        assert_eq!(buyer.answered().await.1, Err(RequestError::NoAnswer));
    }
}

#[tokio::test]
async fn a_dropped_reply_is_no_answer() {
    let mut seller = node(1).await;
    for (seed, at) in [(2, seller.quic()), (3, seller.tcp())] {
        let mut buyer = node(seed).await;
        buyer
            .net
            .request(seller.id(), vec![at], Protocol::Deliver, bytes("hello"))
            .await;
        drop(seller.asked().await);
        assert_eq!(buyer.answered().await.1, Err(RequestError::NoAnswer));
    }
}

#[tokio::test]
async fn a_protocol_that_is_not_served_is_unsupported() {
    let seller = start(Config {
        serve: vec![Protocol::Deliver],
        ..config(1)
    })
    .await;
    let (id, at) = (seller.id(), [seller.quic(), seller.tcp()]);
    let _seller = seller.echo();
    for (seed, at) in (2..).zip(at) {
        let mut buyer = node(seed).await;
        let error = buyer
            .ask(id, vec![at], Protocol::Directory, bytes("match"))
            .await;
        assert_eq!(error, Err(RequestError::Unsupported));
        let answer = buyer.ask(id, vec![], Protocol::Deliver, bytes("rfp")).await;
        assert_eq!(
            &*answer.unwrap(),
            b"rfp",
            "the connection serves other requests"
        );
    }
}

#[tokio::test]
async fn a_dead_peer_is_unreachable() {
    let mut buyer = node(1).await;
    let dead_udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp = dead_udp.local_addr().unwrap().port();
    let tcp = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let at = vec![
        address(&format!("/ip4/127.0.0.1/udp/{udp}/quic-v1")),
        address(&format!("/ip4/127.0.0.1/tcp/{tcp}")),
    ];
    match buyer
        .ask(peer(9), at, Protocol::Deliver, bytes("hello"))
        .await
    {
        Err(RequestError::Unreachable(reason)) => {
            assert!(reason.contains(&format!("/tcp/{tcp}")), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tcp_answers_when_the_udp_port_is_dead() {
    let seller = node(1).await;
    let (id, tcp) = (seller.id(), seller.tcp());
    let _seller = seller.echo();
    let dead = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = dead.local_addr().unwrap().port();
    let quic = address(&format!("/ip4/127.0.0.1/udp/{port}/quic-v1"));
    let mut buyer = node(2).await;
    let answer = buyer
        .ask(id, vec![quic, tcp], Protocol::Deliver, bytes("hello"))
        .await;
    assert_eq!(&*answer.unwrap(), b"hello");
}

#[tokio::test]
async fn quic_answers_when_the_tcp_port_is_silent() {
    let seller = node(1).await;
    let (id, quic) = (seller.id(), seller.quic());
    let _seller = seller.echo();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let tcp = address(&format!("/ip4/127.0.0.1/tcp/{port}"));
    let mut buyer = node(2).await;
    let answer = buyer
        .ask(id, vec![tcp, quic], Protocol::Deliver, bytes("hello"))
        .await;
    assert_eq!(&*answer.unwrap(), b"hello");
}

#[tokio::test]
async fn another_peer_at_the_address_is_not_taken_for_the_right_one() {
    let mut stranger = node(1).await;
    let mut buyer = node(2).await;
    for at in [stranger.quic(), stranger.tcp()] {
        let error = buyer
            .ask(
                peer(9),
                vec![at.clone()],
                Protocol::Deliver,
                bytes("secret"),
            )
            .await;
        assert_eq!(
            error,
            Err(RequestError::WrongPeer {
                address: at.to_string()
            })
        );
    }
    let seller = node(9).await;
    let (id, at) = (seller.id(), vec![stranger.quic(), seller.tcp()]);
    let _seller = seller.echo();
    let answer = buyer.ask(id, at, Protocol::Deliver, bytes("secret")).await;
    assert_eq!(
        &*answer.unwrap(),
        b"secret",
        "the right one is found at its other address"
    );

    buyer
        .net
        .request(
            stranger.id(),
            vec![stranger.tcp()],
            Protocol::Deliver,
            bytes("open"),
        )
        .await;
    assert_eq!(
        &*stranger.asked().await.2,
        b"open",
        "the stranger never saw the secret"
    );
}

#[tokio::test]
async fn two_hundred_requests_to_fifty_peers_are_all_answered() {
    let mut buyer = node(0).await;
    let mut sellers = Vec::new();
    let mut open = HashSet::new();
    let shared = bytes("one request for all");
    for seed in 1..=50 {
        let seller = node(seed).await;
        let (id, at) = (seller.id(), seller.addresses.clone());
        sellers.push(seller.echo());
        for _ in 0..4 {
            let bytes = shared.clone();
            open.insert(
                buyer
                    .net
                    .request(id, at.clone(), Protocol::Deliver, bytes)
                    .await,
            );
        }
    }
    assert_eq!(open.len(), 200);
    while !open.is_empty() {
        let (id, result) = buyer.answered().await;
        assert_eq!(result.unwrap(), shared);
        assert!(open.remove(&id), "answered once");
    }
}

#[tokio::test]
async fn more_requests_than_may_be_in_flight_wait_for_their_turn() {
    let mut seller = node(1).await;
    let mut buyer = node(2).await;
    for n in 0..20 {
        let text = n.to_string();
        let at = vec![seller.quic()];
        buyer
            .net
            .request(seller.id(), at, Protocol::Deliver, bytes(&text))
            .await;
    }
    let mut replies = Vec::new();
    for _ in 0..opener_net::bounds::REQUESTS_PER_PEER {
        replies.push(seller.asked().await.3);
    }
    for _ in replies.len()..20 {
        seller.net.reply(replies.pop().unwrap(), bytes("ok")).await;
        replies.push(seller.asked().await.3);
    }
    for reply in replies {
        seller.net.reply(reply, bytes("ok")).await;
    }
    for _ in 0..20 {
        buyer.answered().await.1.unwrap();
    }
}

#[tokio::test]
async fn requests_beyond_the_receivers_limit_are_dropped() {
    let limits = Limits {
        unanswered_per_peer: 2,
        ..Limits::PEER
    };
    let mut seller = limited(1, limits).await;
    let mut buyer = node(2).await;
    for _ in 0..5 {
        let at = vec![seller.quic()];
        buyer
            .net
            .request(seller.id(), at, Protocol::Deliver, bytes("hello"))
            .await;
    }
    let (.., first) = seller.asked().await;
    let (.., second) = seller.asked().await;
    for _ in 0..3 {
        assert_eq!(buyer.answered().await.1, Err(RequestError::NoAnswer));
    }
    for reply in [first, second] {
        seller.net.reply(reply, bytes("ok")).await;
        assert_eq!(&*buyer.answered().await.1.unwrap(), b"ok");
    }
}

#[tokio::test]
async fn many_requests_for_pieces_of_files_are_dropped_and_hinder_no_delivery() {
    const { assert!(BLOBS_PER_PEER < BLOBS_UNANSWERED) };
    let mut seller = node(1).await;
    let mut buyer = node(2).await;
    for _ in 0..=BLOBS_PER_PEER {
        let at = vec![seller.quic()];
        buyer
            .net
            .request(seller.id(), at, Protocol::Blob, bytes("piece"))
            .await;
    }
    let mut replies = Vec::new();
    for _ in 0..BLOBS_PER_PEER {
        replies.push(seller.asked().await.3);
    }
    assert_eq!(buyer.answered().await.1, Err(RequestError::NoAnswer));
    buyer
        .net
        .request(seller.id(), vec![], Protocol::Deliver, bytes("rfp"))
        .await;
    let (_, protocol, _, reply) = seller.asked().await;
    assert_eq!(protocol, Protocol::Deliver);
    seller.net.reply(reply, bytes("receipt")).await;
    assert_eq!(&*buyer.answered().await.1.unwrap(), b"receipt");
    for reply in replies {
        seller.net.reply(reply, bytes("bytes")).await;
        assert_eq!(&*buyer.answered().await.1.unwrap(), b"bytes");
    }
}

#[tokio::test]
async fn a_request_that_cannot_start_says_why() {
    let mut buyer = node(1).await;
    let own = buyer.id();
    let error = buyer.ask(own, vec![], Protocol::Deliver, bytes("x")).await;
    assert_eq!(error, Err(RequestError::ToSelf));
    let error = buyer
        .ask(peer(9), vec![], Protocol::Deliver, bytes("x"))
        .await;
    assert_eq!(error, Err(RequestError::NoAddress));
    let bad = vec![address("/ip4/1.2.3.4.5/tcp/1")];
    let error = buyer.ask(peer(9), bad, Protocol::Deliver, bytes("x")).await;
    assert!(matches!(
        error,
        Err(RequestError::Address(AddressError::Malformed { .. }))
    ));
    let others = vec![with_peer(&address("/ip4/127.0.0.1/tcp/1"), peer(8)).unwrap()];
    let error = buyer
        .ask(peer(9), others, Protocol::Deliver, bytes("x"))
        .await;
    assert!(matches!(
        error,
        Err(RequestError::Address(AddressError::OtherPeer { .. }))
    ));
}

#[tokio::test]
async fn commands_are_taken_while_nobody_reads_the_events() {
    let mut buyer = node(1).await;
    let mut open = HashSet::new();
    const { assert!(REQUESTS > 4 * (EVENTS + BACKLOG + COMMANDS)) };
    for _ in 0..REQUESTS {
        open.insert(
            buyer
                .net
                .request(peer(9), vec![], Protocol::Deliver, bytes("x"))
                .await,
        );
    }
    let excess = buyer
        .net
        .request(peer(9), vec![], Protocol::Deliver, bytes("x"))
        .await;
    assert_eq!(
        buyer.answered().await,
        (excess, Err(RequestError::Overloaded))
    );
    while !open.is_empty() {
        let (id, result) = buyer.answered().await;
        assert_eq!(result, Err(RequestError::NoAddress));
        assert!(open.remove(&id), "ended once");
    }
}

#[tokio::test]
async fn a_reply_given_before_the_shutdown_still_arrives() {
    let mut buyer = node(1).await;
    for pick in ["quic-v1", "/tcp/"] {
        let mut seller = node(2).await;
        let at = seller
            .addresses
            .iter()
            .filter(|at| at.as_str().contains(pick))
            .cloned()
            .collect();
        buyer
            .net
            .request(seller.id(), at, Protocol::Deliver, bytes("hello"))
            .await;
        let (.., reply) = seller.asked().await;
        seller.net.reply(reply, vec![1; 60_000].into()).await;
        seller.net.shutdown().await;
        assert_eq!(buyer.answered().await.1.unwrap().len(), 60_000);
    }
}

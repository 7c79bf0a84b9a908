//! `register`, `withdraw`, `lookup`, and their caps.

use minicbor::bytes::ByteVec;
use opener_directory::{
    Limits,
    limits::{CLOCK_SKEW, LISTING_LIFETIME},
};
use opener_trade::{
    Duration, Reason, Timestamp,
    directory::{Query, Request, Response},
    sign,
};

use crate::kit::{
    NOW, World, after, category, decode, generous, list, listing, peer, reason, register, text,
    words,
};

fn is_registered(response: &Response) -> bool {
    matches!(response, Response::Registered { .. })
}

#[tokio::test]
async fn a_listing_is_passed_on_in_the_bytes_its_signer_sent() {
    let world = World::new().await;
    let seller = peer(1);
    let signed = sign(&seller, listing(&seller, 1, "chairs")).unwrap();
    let response = world.ask(&seller, &register(&signed), NOW).await;
    let Response::Registered {
        until,
        online_until,
    } = response
    else {
        panic!("{response:?}");
    };
    assert_eq!((until, online_until), (signed.expires_at, after(90)));
    let found = world.look_up(seller.peer_id(), NOW).await.unwrap();
    assert_eq!(found.listing[..], signed.bytes()[..]);
    assert!(found.online && found.distance_m.is_none());
    let found = world.find(Query::default(), NOW).await;
    assert_eq!(found.sellers[0].listing[..], signed.bytes()[..]);
    assert!(world.look_up(peer(2).peer_id(), NOW).await.is_none());
}

#[tokio::test]
async fn nobody_registers_the_listing_of_somebody_else() {
    let world = World::new().await;
    let signed = sign(&peer(1), listing(&peer(1), 1, "")).unwrap();
    let response = world.ask(&peer(2), &register(&signed), NOW).await;
    assert_eq!(reason(&response), Some(Reason::BadSignature));
    assert!(world.look_up(peer(1).peer_id(), NOW).await.is_none());
}

#[tokio::test]
async fn one_flipped_bit_is_refused() {
    let world = World::new().await;
    let signed = sign(&peer(1), listing(&peer(1), 1, "")).unwrap();
    for bit in (0..signed.bytes().len() * 8).step_by(7) {
        let mut bytes = signed.bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let request = Request::Register {
            listing: ByteVec::from(bytes),
        };
        let response = world.ask(&peer(1), &request, NOW).await;
        assert!(reason(&response).is_some(), "bit {bit}");
    }
    assert!(world.look_up(peer(1).peer_id(), NOW).await.is_none());
}

#[tokio::test]
async fn seq_must_rise_and_the_same_bytes_are_the_same_registration() {
    let world = World::new().await;
    let seller = peer(1);
    assert!(is_registered(
        &world
            .register(&seller, listing(&seller, 5, "chairs"), NOW)
            .await
    ));
    let again = world
        .register(&seller, listing(&seller, 5, "chairs"), after(60))
        .await;
    let Response::Registered { online_until, .. } = again else {
        panic!("{again:?}");
    };
    assert_eq!(online_until, after(150));
    for (seq, words) in [(5, "desks"), (4, "chairs"), (0, "chairs")] {
        let response = world
            .register(&seller, listing(&seller, seq, words), NOW)
            .await;
        assert_eq!(reason(&response), Some(Reason::Stale), "{seq} {words}");
    }
    assert!(is_registered(
        &world
            .register(&seller, listing(&seller, 6, "desks"), NOW)
            .await
    ));
    assert!(is_registered(
        &world
            .register(&seller, listing(&seller, u64::MAX, "lamps"), NOW)
            .await
    ));
    let all = world.find(Query::default(), NOW).await;
    assert_eq!(all.total, 1);
}

#[tokio::test]
async fn the_times_of_a_listing_are_bounded() {
    let world = World::new().await;
    let seller = peer(1);
    let with = |issued_at: Timestamp, expires_at: Timestamp| {
        let mut listing = listing(&seller, 1, "");
        (listing.issued_at, listing.expires_at) = (issued_at, expires_at);
        listing
    };
    let tick = Duration::from_millis(1);
    let latest = NOW.plus(CLOCK_SKEW);
    for (issued_at, expires_at, expected) in [
        (latest.plus(tick), after(3600), Reason::ClockSkew),
        (after(-10), NOW, Reason::Expired),
        (
            NOW,
            NOW.plus(LISTING_LIFETIME).plus(tick),
            Reason::NotAllowed,
        ),
    ] {
        let response = world
            .register(&seller, with(issued_at, expires_at), NOW)
            .await;
        assert_eq!(reason(&response), Some(expected));
    }
    let longest = with(latest, latest.plus(LISTING_LIFETIME));
    assert!(is_registered(&world.register(&seller, longest, NOW).await));
}

#[tokio::test]
async fn a_withdrawn_listing_is_forgotten_also_on_disk() {
    let world = World::new().await;
    let seller = peer(1);
    world
        .register(&seller, listing(&seller, 9, "chairs"), NOW)
        .await;
    assert_eq!(
        world.ask(&seller, &Request::Withdraw, NOW).await,
        Response::Withdrawn
    );
    assert_eq!(
        world.ask(&seller, &Request::Withdraw, NOW).await,
        Response::Withdrawn
    );
    assert!(world.look_up(seller.peer_id(), NOW).await.is_none());
    let world = world.restart(NOW).await;
    assert_eq!(world.find(Query::default(), NOW).await.total, 0);
    let lower = listing(&seller, 1, "chairs");
    assert!(is_registered(&world.register(&seller, lower, NOW).await));
}

#[tokio::test]
async fn an_expired_listing_never_appears() {
    let world = World::new().await;
    let seller = peer(1);
    let mut short = listing(&seller, 3, "chairs");
    short.expires_at = after(30);
    world.register(&seller, short, NOW).await;
    assert_eq!(world.find(Query::default(), after(29)).await.total, 1);
    for now in [after(30), after(31)] {
        assert_eq!(world.find(Query::default(), now).await.total, 0);
        assert!(world.look_up(seller.peer_id(), now).await.is_none());
        let response = world.ask(&seller, &Request::Renew { seq: 3 }, now).await;
        assert_eq!(reason(&response), Some(Reason::NotAllowed));
    }
    let world = world.restart(after(29)).await;
    assert_eq!(world.find(Query::default(), after(29)).await.total, 1);
    assert_eq!(world.directory.sweep(after(29)).await.unwrap(), 0);
    assert_eq!(world.directory.sweep(after(30)).await.unwrap(), 1);
    let world = world.restart(after(29)).await;
    assert_eq!(world.find(Query::default(), after(29)).await.total, 0);
    let lower = listing(&seller, 1, "chairs");
    assert!(is_registered(
        &world.register(&seller, lower, after(30)).await
    ));
}

#[tokio::test]
async fn one_listing_more_than_the_cap_is_refused_unless_an_expired_one_makes_room() {
    let world = World::with(Limits {
        listings: 3,
        ..generous()
    })
    .await;
    for number in 1..=3 {
        let seller = peer(number);
        let mut listing = listing(&seller, 1, "chairs");
        listing.expires_at = after(i64::from(number) * 100);
        assert!(is_registered(&world.register(&seller, listing, NOW).await));
    }
    let response = world
        .register(&peer(4), listing(&peer(4), 1, ""), after(99))
        .await;
    assert_eq!(reason(&response), Some(Reason::RateLimited));
    let own = world
        .register(&peer(3), listing(&peer(3), 2, "desks"), after(99))
        .await;
    assert!(
        is_registered(&own),
        "a full directory still takes news of the listings it has"
    );
    let response = world
        .register(&peer(4), listing(&peer(4), 1, ""), after(100))
        .await;
    assert!(is_registered(&response));
    assert!(
        world.look_up(peer(1).peer_id(), NOW).await.is_none(),
        "evicted"
    );
    assert!(world.look_up(peer(2).peer_id(), after(100)).await.is_some());
}

#[tokio::test]
async fn one_byte_more_than_all_listings_may_have_is_refused() {
    let bytes = |number: u32| {
        let seller = peer(number);
        sign(&seller, listing(&seller, 1, "chairs"))
            .unwrap()
            .bytes()
            .len()
    };
    let listings_bytes = bytes(1) + bytes(2);
    let world = World::with(Limits {
        listings_bytes,
        ..generous()
    })
    .await;
    for number in 1..=2 {
        let seller = peer(number);
        assert!(is_registered(
            &world
                .register(&seller, listing(&seller, 1, "chairs"), NOW)
                .await
        ));
    }
    let longer = world
        .register(&peer(1), listing(&peer(1), 2, "chairs!"), NOW)
        .await;
    assert_eq!(reason(&longer), Some(Reason::RateLimited));
    let shorter = world
        .register(&peer(1), listing(&peer(1), 2, "chair"), NOW)
        .await;
    assert!(is_registered(&shorter));
}

#[tokio::test]
async fn a_listing_over_its_size_is_refused_before_its_signature() {
    let world = World::new().await;
    let listing = ByteVec::from(vec![0; opener_trade::limits::MAX_LISTING_BYTES + 1]);
    let response = world
        .ask(&peer(1), &Request::Register { listing }, NOW)
        .await;
    assert_eq!(reason(&response), Some(Reason::TooLarge));
}

#[tokio::test]
async fn a_peer_that_only_buys_is_known_but_sells_nothing() {
    let world = World::new().await;
    let buyer = peer(1);
    let mut listing = listing(&buyer, 1, "chairs");
    listing.roles.sells = false;
    listing.categories = list(vec![category("CPV", "39112000-0")]);
    listing.capabilities = list(vec![text("call")]);
    assert!(is_registered(&world.register(&buyer, listing, NOW).await));
    assert!(world.look_up(buyer.peer_id(), NOW).await.is_some());
    assert_eq!(world.find(Query::default(), NOW).await.total, 0);
}

#[tokio::test]
async fn one_request_more_than_the_bucket_holds_is_refused_until_time_has_passed() {
    let world = World::with(Limits {
        burst: 10,
        ..generous()
    })
    .await;
    for _ in 0..10 {
        assert_eq!(
            world.ask(&peer(1), &Request::Time, NOW).await,
            Response::Time { now: NOW }
        );
    }
    let response = world.ask(&peer(1), &Request::Time, NOW).await;
    assert_eq!(reason(&response), Some(Reason::RateLimited));
    assert_eq!(
        world.ask(&peer(2), &Request::Time, NOW).await,
        Response::Time { now: NOW }
    );
    assert_eq!(
        world.ask(&peer(1), &Request::Time, after(1)).await,
        Response::Time { now: after(1) }
    );
    for _ in 0..10 {
        world
            .directory
            .answer(peer(3).peer_id(), None, b"\xff", NOW)
            .await;
    }
    let response = world.ask(&peer(3), &Request::Time, NOW).await;
    assert_eq!(
        reason(&response),
        Some(Reason::RateLimited),
        "rubbish costs too"
    );
}

#[tokio::test]
async fn a_network_of_many_keys_gets_no_more_than_a_network() {
    let world = World::with(Limits {
        prefix_burst: 20,
        ..generous()
    })
    .await;
    let network = |text: &str| Some(opener_net::Prefix::of(text.parse().unwrap()));
    let time = minicbor::to_vec(Request::Time).unwrap();
    let ask = async |number: u32, from: &str, now| {
        let key = peer(number).peer_id();
        let answer = world.directory.answer(key, network(from), &time, now);
        reason(&decode(&answer.await))
    };
    for number in 0..20 {
        assert_eq!(ask(number, "198.51.100.1", NOW).await, None);
    }
    let refused = Some(Reason::RateLimited);
    assert_eq!(
        ask(20, "198.51.100.2", NOW).await,
        refused,
        "a key of its own"
    );
    assert_eq!(
        ask(1, "198.51.100.1", NOW).await,
        refused,
        "one that asked before"
    );
    assert_eq!(ask(21, "203.0.113.1", NOW).await, None, "another network");
    assert_eq!(
        ask(1, "203.0.113.1", NOW).await,
        None,
        "the peer itself may"
    );
    assert_eq!(ask(22, "198.51.100.2", after(1)).await, None, "later");
}

#[tokio::test]
async fn a_peer_without_tokens_takes_none_from_its_network() {
    let world = World::with(Limits {
        burst: 10,
        prefix_burst: 20,
        ..Limits::default()
    })
    .await;
    let via = Some(opener_net::Prefix::of("198.51.100.1".parse().unwrap()));
    let time = minicbor::to_vec(Request::Time).unwrap();
    for _ in 0..100 {
        world
            .directory
            .answer(peer(1).peer_id(), via, &time, NOW)
            .await;
    }
    for _ in 0..10 {
        let answer = world.directory.answer(peer(2).peer_id(), via, &time, NOW);
        assert_eq!(decode(&answer.await), Response::Time { now: NOW });
    }
}

#[tokio::test]
async fn a_wide_search_is_paid_by_the_network_too() {
    let world = World::with(Limits {
        prefix_burst: 2,
        ..generous()
    })
    .await;
    let via = Some(opener_net::Prefix::HIDDEN);
    let query = Request::Match {
        query: words("chairs"),
    };
    let bytes = minicbor::to_vec(query).unwrap();
    let ask = async |number| {
        let key = peer(number).peer_id();
        reason(&decode(
            &world.directory.answer(key, via, &bytes, NOW).await,
        ))
    };
    assert_eq!(ask(1).await, None);
    assert_eq!(ask(2).await, Some(Reason::RateLimited));
}

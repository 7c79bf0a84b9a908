//! `renew`, and who is online.

use opener_trade::{
    Reason,
    directory::{Query, Request, Response},
};

use crate::kit::{NOW, World, after, listing, peer, reason};

#[tokio::test]
async fn presence_ends_ninety_seconds_after_the_last_renewal_and_the_listing_stays() {
    let world = World::new().await;
    let seller = peer(1);
    world
        .register(&seller, listing(&seller, 1, "chairs"), NOW)
        .await;
    let online = async |now| {
        let found = world.find(Query::default(), now).await;
        assert_eq!(found.total, 1, "the listing stays");
        found.sellers[0].online
    };
    assert!(online(after(89)).await);
    assert!(!online(after(90)).await);
    let response = world
        .ask(&seller, &Request::Renew { seq: 1 }, after(100))
        .await;
    let Response::Registered {
        until,
        online_until,
    } = response
    else {
        panic!("{response:?}");
    };
    assert_eq!((until, online_until), (after(24 * 3600), after(190)));
    assert!(online(after(189)).await);
    assert!(!online(after(190)).await);
}

#[tokio::test]
async fn a_renewal_names_the_listing_that_is_kept() {
    let world = World::new().await;
    let seller = peer(1);
    let renew = async |seq, now| world.ask(&seller, &Request::Renew { seq }, now).await;
    assert_eq!(reason(&renew(1, NOW).await), Some(Reason::NotAllowed));
    world
        .register(&seller, listing(&seller, 4, "chairs"), NOW)
        .await;
    for seq in [3, 5] {
        assert_eq!(reason(&renew(seq, after(120)).await), Some(Reason::Stale));
    }
    assert!(
        !world
            .look_up(seller.peer_id(), after(120))
            .await
            .unwrap()
            .online
    );
    assert_eq!(reason(&renew(4, after(120)).await), None);
    assert!(
        world
            .look_up(seller.peer_id(), after(120))
            .await
            .unwrap()
            .online
    );
}

#[tokio::test]
async fn only_online_sellers_are_found_when_only_they_are_asked_for() {
    let world = World::new().await;
    for number in 1..=2 {
        world
            .register(&peer(number), listing(&peer(number), 1, "chairs"), NOW)
            .await;
    }
    world
        .ask(&peer(2), &Request::Renew { seq: 1 }, after(80))
        .await;
    let query = Query {
        online_only: true,
        ..Query::default()
    };
    assert_eq!(world.find(query.clone(), after(80)).await.total, 2);
    assert_eq!(
        world.find(query, after(100)).await.peers(),
        [peer(2).peer_id()]
    );
}

#[tokio::test]
async fn after_a_restart_everybody_is_offline_until_they_renew() {
    let world = World::new().await;
    let seller = peer(1);
    world
        .register(&seller, listing(&seller, 1, "chairs"), NOW)
        .await;
    let world = world.restart(after(1)).await;
    assert!(
        !world
            .look_up(seller.peer_id(), after(1))
            .await
            .unwrap()
            .online
    );
    world
        .ask(&seller, &Request::Renew { seq: 1 }, after(2))
        .await;
    assert!(
        world
            .look_up(seller.peer_id(), after(2))
            .await
            .unwrap()
            .online
    );
}

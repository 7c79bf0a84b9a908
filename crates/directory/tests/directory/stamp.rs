//! `stamp` and `time`.

use opener_trade::{
    DocumentId,
    directory::{Request, Response},
    document::Stamp,
    envelope,
};

use crate::kit::{NOW, World, after, peer};

#[tokio::test]
async fn a_stamp_is_the_directorys_signature_over_hash_and_time() {
    let world = World::new().await;
    let hash = DocumentId::from_bytes([9; 32]);
    let response = world
        .ask(&peer(1), &Request::Stamp { hash }, after(7))
        .await;
    let Response::Stamped { stamp } = response else {
        panic!("{response:?}");
    };
    let stamp = envelope::open_as::<Stamp>(&stamp).unwrap();
    assert_eq!(stamp.signer(), world.directory.peer_id());
    assert_eq!(
        (stamp.from, stamp.hash, stamp.at),
        (stamp.signer(), hash, after(7))
    );
}

#[tokio::test]
async fn the_time_is_the_directorys_own() {
    let world = World::new().await;
    let response = world.ask(&peer(1), &Request::Time, NOW).await;
    assert_eq!(response, Response::Time { now: NOW });
}

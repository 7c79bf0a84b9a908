//! Peers that come and go, directories that are down.

use opener_negotiation::dialogue::{Command, Phase};
use opener_net::loopback_listen;
use opener_peer::{
    CallReach, Config, DeliveryState, Handle, KeyPlace, PeerError, Recipients, StartError,
    StoreError, start,
};
use opener_trade::document::Chat;

use crate::kit::{directory, peer, profile, restart, rfp};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_directory_known_sellers_are_still_reached() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;
    let request = || Box::new(rfp(&profile("Incheon Build", false)));
    let anywhere = || Recipients::Matching { radius_km: None };
    buyer.handle.send_rfp(request(), anywhere()).await.unwrap();
    running.shutdown().await;

    let sent = buyer.handle.send_rfp(request(), anywhere()).await.unwrap();
    assert_eq!(
        (sent.found.asked, sent.found.answered, sent.invited.len()),
        (1, 0, 1)
    );
    buyer.phase(sent.deal, Phase::Delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_matches_it_is_said_at_once_with_what_to_widen() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let mut buyer = peer("Incheon Build", false, &running.addresses()[..1]).await;
    buyer.is_registered().await;
    let request = Box::new(rfp(&profile("Incheon Build", false)));
    let sent = buyer
        .handle
        .send_rfp(request, Recipients::Matching { radius_km: Some(1) })
        .await;
    assert!(
        matches!(&sent, Err(PeerError::NoSellers(widen)) if widen.contains("radius")),
        "{sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_that_was_away_gets_the_request_at_its_new_address() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;
    let seller_id = seller.handle.peer_id();
    seller.handle.shutdown().await;

    let request = Box::new(rfp(&profile("Incheon Build", false)));
    let sent = buyer
        .handle
        .send_rfp(request, Recipients::Matching { radius_km: None })
        .await
        .unwrap();
    assert_eq!(sent.invited, [seller_id]);
    let tried = |handle: Handle| async move {
        let deal = handle.deal(sent.deal).await.unwrap();
        let delivery = deal
            .deliveries
            .iter()
            .find(|delivery| delivery.recipient == seller_id)?;
        (delivery.attempts > 0 && delivery.state != DeliveryState::Received).then_some(())
    };
    buyer.until("the first attempt", tried).await;

    let mut seller = restart(seller.folder, None, &addresses[..1]).await;
    seller.phase(sent.deal, Phase::Delivered).await;
    buyer.phase(sent.deal, Phase::Delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_that_moved_is_found_by_its_sellers() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;
    let request = Box::new(rfp(&profile("Incheon Build", false)));
    let sent = buyer
        .handle
        .send_rfp(request, Recipients::Matching { radius_km: None })
        .await
        .unwrap();
    seller.phase(sent.deal, Phase::Delivered).await;
    buyer.handle.shutdown().await;

    let chat = Command::Chat(Chat::of("몇 톤까지 나눠 받을 수 있나요?".parse().unwrap()));
    seller.handle.say(sent.deal, None, chat).await.unwrap();
    let mut buyer = restart(buyer.folder, None, &addresses[..1]).await;
    let arrived = |handle: Handle| async move {
        let notices = handle.notices(true, 10).await.unwrap();
        notices
            .iter()
            .any(|notice| notice.kind == "chat_arrived")
            .then_some(())
    };
    buyer.until("the chat", arrived).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_makes_its_folder_and_shares_it_with_no_other_program() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config {
        data: folder.path().join("new").join("peer"),
        key: KeyPlace::Plain,
        listen: loopback_listen(),
        directories: Vec::new(),
        profile: None,
        calls: CallReach::Loopback,
    };
    let first = start(config()).await.unwrap();
    assert!(matches!(
        start(config()).await,
        Err(StartError::Store(StoreError::InUse(_)))
    ));
    let peer = first.peer_id();
    first.shutdown().await;
    let again = start(config()).await.unwrap();
    assert_eq!(again.peer_id(), peer);
    again.shutdown().await;
}

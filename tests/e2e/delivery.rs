//! Requests that meet absent directories, absent sellers, and nobody.

use opener_api::{
    ApiError, Code,
    request::{DealShow, DeliveryList, Reach, RfpSend, SellersMatch, Widen},
    view::{DeliveryStage, DialogueState},
};
use opener_tests::world::{Actor, World, buyer, chairs, contents, seller, soon};
use opener_trade::{DealId, PeerId};

async fn send(buyer: &Actor, title: &str) -> opener_api::request::RfpSent {
    buyer
        .ask(RfpSend {
            rfp: chairs(title),
            to: None,
            groups: None,
            radius_km: None,
        })
        .await
}

/// Waits until a seller has the request.
async fn delivered(buyer: &Actor, deal: DealId, seller: PeerId) {
    let look = async || {
        let rows = buyer
            .ask(DeliveryList {
                deal,
                peer: Some(seller),
            })
            .await;
        Ok(rows
            .iter()
            .any(|row| row.received_at.is_some())
            .then_some(()))
    };
    soon("the receipt", buyer.events().await.until(look))
        .await
        .unwrap();
}

#[tokio::test]
async fn without_its_directory_a_request_still_reaches_the_sellers_that_are_known() {
    let mut world = World::new().await;
    let (one, two) = (
        world.peer("one", seller("One")).await,
        world.peer("two", seller("Two")).await,
    );
    let buyer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let first = send(&buyer, "Chairs").await;
    assert_eq!(
        (
            first.reach,
            first.asked,
            first.answered,
            first.invited.len()
        ),
        (Reach::Directories, 1, 1, 2)
    );
    delivered(&buyer, first.deal, one.id()).await;

    world.lose_directory().await;
    let second = send(&buyer, "More chairs").await;
    assert_eq!(
        (second.reach, second.asked, second.answered),
        (Reach::KnownSellers, 1, 0)
    );
    let mut invited = second.invited.clone();
    invited.sort();
    let mut known = vec![one.id(), two.id()];
    known.sort();
    assert_eq!(invited, known);
    delivered(&buyer, second.deal, one.id()).await;
    delivered(&buyer, second.deal, two.id()).await;
}

#[tokio::test]
async fn a_seller_that_is_away_gets_the_request_when_it_returns() {
    let world = World::new().await;
    let one = world.peer("one", seller("One")).await;
    let away = world.peer("away", seller("Away")).await;
    let gone = away.id();
    let buyer = world.peer("buyer", buyer("Seongsu Studio")).await;
    away.child.crash().await.unwrap();

    let sent = send(&buyer, "Chairs").await;
    assert!(sent.invited.contains(&gone), "the directory still knows it");
    delivered(&buyer, sent.deal, one.id()).await;
    let rows = buyer
        .ask(DeliveryList {
            deal: sent.deal,
            peer: Some(gone),
        })
        .await;
    assert!(
        matches!(rows[0].stage, DeliveryStage::Queued | DeliveryStage::Sent),
        "{:?}",
        rows[0].stage
    );
    let dialogue = |shown: opener_api::view::DealView| {
        shown
            .dialogues
            .into_iter()
            .find(|d| d.seller == gone)
            .unwrap()
    };
    let shown = dialogue(buyer.ask(DealShow { deal: sent.deal }).await);
    assert_eq!(shown.state, DialogueState::Invited);

    let back = world.again("away").await;
    assert_eq!(back.id(), gone);
    delivered(&buyer, sent.deal, gone).await;
    let own = back.ask(DealShow { deal: sent.deal }).await;
    assert_eq!(own.dialogues[0].state, DialogueState::Delivered);
}

#[tokio::test]
async fn nobody_who_matches_is_said_at_once_with_what_to_widen() {
    let world = World::new().await;
    let _chairs = world.peer("one", seller("One")).await;
    let buyer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let mut rfp = chairs("굴삭기 excavators");
    rfp["lines"][0]["name"] = "excavators".into();
    let refused = buyer
        .gateway()
        .ask(RfpSend {
            rfp,
            to: None,
            groups: None,
            radius_km: Some(5),
        })
        .await
        .unwrap_err();
    let refused = refused.downcast_ref::<ApiError>().unwrap();
    assert_eq!(refused.code, Code::NoSellers);
    assert!(refused.message.contains("radius"), "{}", refused.message);

    let wanted = SellersMatch {
        words: "excavators".parse().unwrap(),
        radius_km: Some(5),
        ..SellersMatch::default()
    };
    let matched = buyer.ask(wanted).await;
    assert!(matched.sellers.is_empty());
    assert_eq!(matched.widen, [Widen::Radius, Widen::Words]);
}

#[tokio::test]
async fn the_directory_keeps_nothing_of_what_a_request_says() {
    let canary = "quetzalcoatlus-7f31c2";
    let world = World::new().await;
    let one = world.peer("one", seller("One")).await;
    let buyer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let mut rfp = chairs(&format!("Chairs {canary}"));
    rfp["description"] = format!("The door code is {canary}.").into();
    let sent = buyer
        .ask(RfpSend {
            rfp,
            to: None,
            groups: None,
            radius_km: None,
        })
        .await;
    delivered(&buyer, sent.deal, one.id()).await;

    let holds = |folder: &std::path::Path, needle: &str| {
        contents(folder).into_iter().any(|(_, bytes)| {
            bytes
                .windows(needle.len())
                .any(|part| part == needle.as_bytes())
        })
    };
    assert!(
        holds(&buyer.data, canary) && holds(&one.data, canary),
        "the canary is found where it belongs"
    );
    let directory = world.directory_folder();
    assert!(
        holds(&directory, "office chairs"),
        "the listing is found in the directory"
    );
    assert!(!holds(&directory, canary));
}

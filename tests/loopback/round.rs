//! A whole round between real peers.

use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::{Handle, OrderPart, PeerError, Recipients, ReportState};
use opener_trade::{Duration, directory::Query};

use crate::kit::{Actor, bid, directory, peer, profile, rfp};

const WHOLE: fn() -> OrderPart = || OrderPart {
    lines: Vec::new(),
    lots: Vec::new(),
    answer_within: Duration::from_secs(600),
};

async fn bids(seller: &mut Actor, name: &str, total: i64) {
    let deal = seller.deal().await;
    let state = seller.phase(deal, Phase::Delivered).await;
    let bid = bid(&state, &profile(name, true), total);
    seller
        .handle
        .say(deal, None, Command::Bid(Box::new(bid)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_a_reported_contract_between_two_of_three_peers() {
    let folder = tempfile::tempdir().unwrap();
    let directory = directory(&folder).await;
    let addresses = directory.addresses();
    let mut hanil = peer("한일철강", true, &addresses[..1]).await;
    let mut mega = peer("Mega Steel", true, &addresses[1..2]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    for actor in [&mut hanil, &mut mega, &mut buyer] {
        actor.is_registered().await;
    }

    let found = buyer
        .handle
        .find_sellers(Query {
            words: "철근".parse().unwrap(),
            ..Query::default()
        })
        .await
        .unwrap();
    assert_eq!(
        (found.sellers.len(), found.asked, found.answered),
        (2, 1, 1)
    );
    let request = rfp(&profile("Incheon Build", false));
    let sent = buyer
        .handle
        .send_rfp(
            Box::new(request),
            Recipients::Matching {
                radius_km: Some(50),
            },
        )
        .await
        .unwrap();
    assert_eq!(sent.invited.len(), 2);

    bids(&mut hanil, "한일철강", 9_840_000).await;
    bids(&mut mega, "Mega Steel", 10_260_000).await;
    let both_stand = |handle: Handle| async move {
        let deal = handle.deal(sent.deal).await.unwrap();
        let standing = deal
            .dialogues
            .iter()
            .filter(|dialogue| dialogue.phase == Phase::BidStanding);
        (standing.count() == 2).then_some(())
    };
    buyer.until("both bids", both_stand).await;

    let winner = hanil.handle.peer_id();
    buyer
        .handle
        .order(sent.deal, winner, WHOLE())
        .await
        .unwrap();
    buyer.phase(sent.deal, Phase::Concluded).await;
    hanil.phase(sent.deal, Phase::Concluded).await;
    mega.phase(sent.deal, Phase::NotChosen).await;
    let again = buyer
        .handle
        .order(sent.deal, mega.handle.peer_id(), WHOLE())
        .await;
    assert!(matches!(again, Err(PeerError::Rejected(_))), "{again:?}");

    buyer
        .handle
        .sign_terms(sent.deal, Some(winner))
        .await
        .unwrap();
    let waits = |handle: Handle| async move {
        let deal = handle.deal(sent.deal).await.unwrap();
        deal.dialogues[0].terms.by_buyer.is_some().then_some(())
    };
    hanil.until("the buyer's signature", waits).await;
    hanil.handle.sign_terms(sent.deal, None).await.unwrap();
    for actor in [&mut buyer, &mut hanil] {
        actor.phase(sent.deal, Phase::Reported).await;
        let accepted = |handle: Handle| async move {
            let deal = handle.deal(sent.deal).await.unwrap();
            deal.reports
                .iter()
                .any(|report| report.state == ReportState::Accepted)
                .then_some(())
        };
        actor.until("the directory's receipt", accepted).await;
    }
    let deal = buyer.handle.deal(sent.deal).await.unwrap();
    assert_eq!(deal.request.unwrap().phase, request::Phase::Awarded);
    for actor in [buyer, hanil, mega] {
        actor.handle.shutdown().await;
    }
    directory.shutdown().await;
    assert!(
        !folder_holds(&folder, b"CANARY-7d1f"),
        "the text of the request reached the directory"
    );
}

fn folder_holds(folder: &tempfile::TempDir, canary: &[u8]) -> bool {
    std::fs::read_dir(folder.path()).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        path.is_file()
            && std::fs::read(path)
                .unwrap()
                .windows(canary.len())
                .any(|window| window == canary)
    })
}

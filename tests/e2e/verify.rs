//! An exported deal, checked by somebody who was not there.

use std::fs;

use opener_api::{
    request::{
        BidDraft, BidSend, DealShow, DealTranscript, LineDraft, OrderPlace, RankingShow, RfpSend,
        TermsSign,
    },
    view::DialogueState,
};
use opener_tests::world::{Actor, World, buyer, chairs, seller, soon};
use opener_trade::{DealId, List};

use crate::run::{object, run, text};

async fn until(actor: &Actor, deal: DealId, state: DialogueState) {
    let look = async || {
        let shown = actor.gateway().ask(DealShow { deal }).await;
        // The request may be on its way still.
        Ok(shown
            .ok()
            .filter(|shown| shown.dialogues[0].state == state)
            .map(drop))
    };
    soon(
        &format!("{}: {state:?}", actor.name),
        actor.events().await.until(look),
    )
    .await
    .unwrap();
}

/// A round between two peers, up to the directory's receipt.
async fn round(world: &World) -> (Actor, DealId) {
    let one = world.peer("one", seller("One")).await;
    let buyer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let deal = buyer
        .ask(RfpSend {
            rfp: chairs("Chairs"),
            to: None,
            groups: None,
            radius_km: None,
        })
        .await
        .deal;
    until(&one, deal, DialogueState::Delivered).await;
    let line = LineDraft {
        line: 1,
        offer: None,
        description: None,
        quantity: None,
        price: Some(100_000.into()),
        base_quantity: None,
        amount: None,
        lead_time_days: None,
    };
    let bid = BidDraft {
        lines: vec![line].try_into().unwrap(),
        ..BidDraft::default()
    };
    one.ask(BidSend { deal, bid }).await;
    until(&buyer, deal, DialogueState::BidStanding).await;
    let best = buyer
        .ask(RankingShow { deal, lot: None })
        .await
        .proposal
        .remove(0);
    buyer
        .ask(OrderPlace {
            deal,
            seller: None,
            bid: Some(best.bid),
            lines: List::default(),
            lots: List::default(),
            answer_within_s: None,
        })
        .await;
    until(&buyer, deal, DialogueState::Concluded).await;
    until(&one, deal, DialogueState::Concluded).await;
    buyer.ask(TermsSign { deal, seller: None }).await;
    one.ask(TermsSign { deal, seller: None }).await;
    let reported = async || {
        let bundle = buyer.ask(DealTranscript { deal, seller: None }).await;
        Ok((!bundle.reports.is_empty() && !bundle.proofs.is_empty()).then_some(()))
    };
    soon(
        "the directory's receipt and the place in its log",
        buyer.events().await.until(reported),
    )
    .await
    .unwrap();
    (buyer, deal)
}

#[tokio::test]
async fn a_whole_deal_proves_itself_and_a_touched_one_does_not() {
    let world = World::new().await;
    let (buyer, deal) = round(&world).await;
    let exported = run(&[
        "api",
        "deal.transcript",
        &format!("{{\"deal\":\"{deal}\"}}"),
        "--data",
        buyer.data.to_str().unwrap(),
    ])
    .await;
    let file = buyer.data.join("bundle.json");
    fs::write(&file, &exported.stdout).unwrap();
    let checked = run(&["verify", file.to_str().unwrap()]).await;
    let words = text(&checked.stdout);
    assert!(checked.status.success(), "{words}");
    for part in [
        "a directory holds the final terms",
        "the final terms stand in a directory's log",
        "that the directory shows everybody else the same log",
        "both sides signed the same final terms",
        "It cannot prove",
        "the firms whose names they use",
    ] {
        assert!(words.contains(part), "{part}:\n{words}");
    }
    let json = object(
        &run(&["verify", file.to_str().unwrap(), "--json"])
            .await
            .stdout,
    );
    assert_eq!(json["ok"], true);

    let mut moved = object(&exported.stdout);
    let leaf = moved["proofs"][0]["leaf"].as_u64().unwrap();
    moved["proofs"][0]["leaf"] = (leaf + 1).into();
    fs::write(&file, moved.to_string()).unwrap();
    let checked = run(&["verify", file.to_str().unwrap()]).await;
    let words = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(1), "{words}");
    assert!(words.contains("not in the log at that place"), "{words}");

    let mut bundle = object(&exported.stdout);
    let documents = bundle["documents"].as_array_mut().unwrap();
    let kinds: Vec<String> = documents
        .iter()
        .map(|document| document["kind"].as_str().unwrap().to_owned())
        .collect();
    let bid = kinds.iter().position(|kind| kind == "bid").unwrap();
    documents.remove(bid);
    fs::write(&file, bundle.to_string()).unwrap();
    let checked = run(&["verify", file.to_str().unwrap()]).await;
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        text(&checked.stdout).contains("WRONG"),
        "{}",
        text(&checked.stdout)
    );
}

#[tokio::test]
async fn what_is_no_bundle_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    fs::write(&file, "{}").unwrap();
    assert_eq!(
        run(&["verify", file.to_str().unwrap()]).await.status.code(),
        Some(1)
    );
    let missing = run(&["verify", folder.path().join("nowhere").to_str().unwrap()]).await;
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("cannot read"));
}

//! The market: sellers who bid by themselves.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use opener_api::{
    request::{DealShow, OrderPlace, RankingShow, RfpSend, TermsSign},
    view::DialogueState,
};
use opener_cli::child::Program;
use opener_tests::{
    programs::opener,
    world::{buyer, chairs, soon},
};
use opener_trade::{Address, List};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

async fn open(data: &Path, sellers: &str) -> (Child, Value) {
    let mut command = Command::new(opener());
    command
        .args(["market", "--sellers", sellers, "--data"])
        .arg(data);
    let mut market = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(market.stdout.take().unwrap());
    soon("the market", output.read_line(&mut line))
        .await
        .unwrap();
    let ready = serde_json::from_str(&line).unwrap();
    (market, ready)
}

/// Waits until no server runs on these folders: a running one holds its lock.
async fn empty(folders: &[PathBuf]) {
    for folder in folders {
        let lock = File::open(folder.join("running.lock")).unwrap();
        let locked = tokio::task::spawn_blocking(move || lock.lock());
        soon("the end of a seller", locked).await.unwrap().unwrap();
    }
}

fn folders(data: &Path) -> Vec<PathBuf> {
    ["directory", "seller-1", "seller-2"]
        .map(|name| data.join(name))
        .to_vec()
}

#[tokio::test]
async fn whoever_joins_the_market_gets_bids_and_can_order() {
    let folder = tempfile::tempdir().unwrap();
    let (market, ready) = open(&folder.path().join("market"), "6").await;
    assert_eq!(ready["sellers"].as_array().unwrap().len(), 6);
    let directory: Address = ready["directory"][0].as_str().unwrap().parse().unwrap();
    let profile = folder.path().join("profile.json");
    std::fs::write(&profile, buyer("Seongsu Studio").to_string()).unwrap();
    let me = Program::at(opener())
        .peer(&folder.path().join("me"), &directory, Some(&profile))
        .await
        .unwrap();
    let gateway = me.gateway().unwrap();
    let mut events = gateway.events().await.unwrap();
    let sent = gateway
        .ask(RfpSend {
            rfp: chairs("Office chairs"),
            to: None,
            groups: None,
            radius_km: None,
        })
        .await
        .unwrap();
    let deal = sent.deal;
    // Three Korean firms have chairs; firms that sell in euro do not even match a request in won.
    assert_eq!(sent.invited.len(), 3);
    let bids_in = async || {
        let shown = gateway.ask(DealShow { deal }).await?;
        Ok(shown
            .dialogues
            .iter()
            .all(|dialogue| !dialogue.bids.is_empty())
            .then_some(()))
    };
    soon("three bids", events.until(bids_in)).await.unwrap();
    let ranking = gateway.ask(RankingShow { deal, lot: None }).await.unwrap();
    let best = &ranking.proposal[0];
    let order = OrderPlace {
        deal,
        seller: Some(best.seller),
        bid: Some(best.bid),
        lines: List::default(),
        lots: List::default(),
        answer_within_s: None,
    };
    gateway.ask(order).await.unwrap();
    let is_at = async |state: DialogueState| {
        let shown = gateway.ask(DealShow { deal }).await?;
        let own = shown
            .dialogues
            .iter()
            .find(|dialogue| dialogue.seller == best.seller);
        Ok(own.is_some_and(|own| own.state == state).then_some(()))
    };
    soon(
        "the contract",
        events.until(async || is_at(DialogueState::Concluded).await),
    )
    .await
    .unwrap();
    gateway
        .ask(TermsSign {
            deal,
            seller: Some(best.seller),
        })
        .await
        .unwrap();
    soon(
        "both signatures",
        events.until(async || is_at(DialogueState::Reported).await),
    )
    .await
    .unwrap();
    me.stop().await;
    drop(market);
}

#[tokio::test]
async fn a_market_that_stops_takes_its_processes_along() {
    let folder = tempfile::tempdir().unwrap();
    let (mut market, _) = open(folder.path(), "2").await;
    let id = market.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "TERM", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
    assert_eq!(
        soon("the end of the market", market.wait())
            .await
            .unwrap()
            .code(),
        Some(0)
    );
    empty(&folders(folder.path())).await;
}

#[tokio::test]
async fn a_market_that_is_killed_leaves_no_process_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut market, ready) = open(folder.path(), "2").await;
    market.kill().await.unwrap();
    empty(&folders(folder.path())).await;
    let (_again, same) = open(folder.path(), "2").await;
    assert_eq!(
        same["sellers"], ready["sellers"],
        "with a folder of their own the sellers are the same next time"
    );
}

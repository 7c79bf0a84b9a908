//! `opener api`: a question from the command line.

use std::fs;

use opener_tests::world::{World, buyer};
use serde_json::json;

use crate::run::{object, run, text};

#[tokio::test]
async fn a_running_peer_is_found_by_its_folder_or_by_its_address() {
    let world = World::new().await;
    let peer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let folder = peer.data.to_str().unwrap();
    let answer = run(&["api", "profile.get", "--data", folder]).await;
    assert!(answer.status.success());
    assert_eq!(object(&answer.stdout)["profile"]["name"], "Seongsu Studio");
    let door = object(&fs::read(peer.data.join("gateway.json")).unwrap());
    let (gateway, token) = (
        door["gateway"].as_str().unwrap(),
        door["token"].as_str().unwrap(),
    );
    let status = run(&[
        "api",
        "network.status",
        "--gateway",
        gateway,
        "--token",
        token,
    ])
    .await;
    assert_eq!(object(&status.stdout)["directories_answering"], 1);
    let wrong = "0".repeat(token.len());
    let refused = run(&[
        "api",
        "network.status",
        "--gateway",
        gateway,
        "--token",
        &wrong,
    ])
    .await;
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(object(&refused.stderr)["error"]["code"], "unauthorized");
}

#[tokio::test]
async fn parameters_come_from_the_line_or_from_a_file_and_refusals_are_json() {
    let world = World::new().await;
    let peer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let folder = peer.data.to_str().unwrap();
    let file = peer.data.join("limit.json");
    fs::write(&file, json!({ "limit": 1 }).to_string()).unwrap();
    for params in ["{\"limit\":1}".to_owned(), format!("@{}", file.display())] {
        let answer = run(&["api", "deal.list", &params, "--data", folder]).await;
        assert_eq!(object(&answer.stdout), json!([]));
    }
    let refused = run(&["api", "deal.list", "{\"limit\":0}", "--data", folder]).await;
    assert_eq!(
        (refused.status.code(), text(&refused.stdout).as_str()),
        (Some(1), "")
    );
    let error = object(&refused.stderr);
    assert_eq!(
        (&error["error"]["code"], &error["error"]["field"]),
        (&json!("invalid_params"), &json!("limit"))
    );
}

#[tokio::test]
async fn a_file_left_by_a_crash_is_told_from_a_running_peer_and_replaced() {
    let world = World::new().await;
    let peer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let folder = peer.data.to_str().unwrap().to_owned();
    peer.child.crash().await.unwrap();
    assert!(
        peer.data.join("gateway.json").is_file(),
        "a crash removes nothing"
    );
    let refused = run(&["api", "profile.get", "--data", &folder]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("no peer answers"),
        "{}",
        text(&refused.stderr)
    );
    let _again = world.again("buyer").await;
    assert!(
        run(&["api", "profile.get", "--data", &folder])
            .await
            .status
            .success()
    );
}

#[tokio::test]
async fn the_methods_are_listed_without_a_peer() {
    let listed = run(&["api", "--list"]).await;
    let names = text(&listed.stdout);
    for method in [
        "profile.get",
        "profile.set",
        "listing.show",
        "sellers.match",
        "rfp.send",
        "rfp.list",
        "rfp.show",
        "rfp.cancel",
        "inbox.list",
        "bid.send",
        "bid.list",
        "bid.withdraw",
        "decline.send",
        "ranking.show",
        "order.place",
        "order.respond",
        "terms.sign",
        "deal.list",
        "deal.show",
        "deal.transcript",
        "directory.status",
        "network.status",
    ] {
        assert!(
            names
                .lines()
                .any(|line| line.split_whitespace().next() == Some(method)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_file_is_attached_and_saved_from_the_command_line() {
    let world = World::new().await;
    let peer = world.peer("buyer", buyer("Seongsu Studio")).await;
    let folder = peer.data.to_str().unwrap();
    let (plan, copy) = (peer.data.join("배치도.pdf"), peer.data.join("copy.pdf"));
    fs::write(&plan, b"a plan").unwrap();
    let pdf = "application/pdf";
    let added = run(&[
        "attach",
        plan.to_str().unwrap(),
        "--media-type",
        pdf,
        "--data",
        folder,
    ])
    .await;
    assert!(added.status.success(), "{}", text(&added.stderr));
    let file = object(&added.stdout);
    assert_eq!(
        (&file["name"], &file["size"]),
        (&json!("배치도.pdf"), &json!(6))
    );
    assert_eq!(file["media_type"], pdf);
    let sha256 = file["sha256"].as_str().unwrap();
    let save = ["save", sha256, copy.to_str().unwrap(), "--data", folder];
    assert!(run(&save).await.status.success());
    assert_eq!(fs::read(&copy).unwrap(), b"a plan");
    assert!(
        !run(&save).await.status.success(),
        "what is there is left alone"
    );
    let nowhere = peer.data.join("nothing");
    let refused = run(&[
        "save",
        &"00".repeat(32),
        nowhere.to_str().unwrap(),
        "--data",
        folder,
    ])
    .await;
    assert_eq!(object(&refused.stderr)["error"]["code"], "not_found");
    assert!(!nowhere.exists());
}

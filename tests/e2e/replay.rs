//! Real tenders, played again.

use std::{fs, path::Path};

use futures::{StreamExt, stream};
use opener_tests::programs::{root, tenders};
use serde_json::Value;

use crate::run::{object, run, text};

/// Replays at a time: each is up to eight processes, and two cores are shared.
const AT_ONCE: usize = 2;

async fn replay(file: &Path) -> (Option<i32>, Value) {
    let ended = run(&["replay", file.to_str().unwrap(), "--json"]).await;
    (ended.status.code(), object(&ended.stdout))
}

/// The recorded bids as (amount, lot), with their tenderers, and the active awards as (bidder, lot).
fn recorded(file: &Path) -> Value {
    object(&fs::read(file).unwrap())
}

fn check(file: &Path, code: Option<i32>, report: &Value) {
    let name = file.file_name().unwrap().to_str().unwrap();
    if code == Some(1) && report["error"]["message"].is_string() {
        assert!(
            !report["error"]["message"].as_str().unwrap().is_empty(),
            "{name}"
        );
        return;
    }
    assert_eq!(code, Some(0), "{name}: {report:#}");
    assert_eq!(
        (report["order"].as_str(), report["final_terms"].as_str()),
        (Some("concluded"), Some("reported")),
        "{name}"
    );
    for key in ["matched", "delivered", "receipts"] {
        assert_eq!(report[key], report["sellers"], "{name}: {key}");
    }
    assert!(!report["awards"].as_array().unwrap().is_empty(), "{name}");
    assert!(
        report["warnings"].is_array() && report["elapsed_ms"].is_u64(),
        "{name}"
    );
    let record = recorded(file);
    assert_eq!(report["ocid"], record["ocid"], "{name}");
    let has_bids = record["bids"]["details"]
        .as_array()
        .is_some_and(|bids| !bids.is_empty());
    match has_bids {
        true => assert_eq!(report["record_matches"], true, "{name}: {report:#}"),
        false => assert_eq!(report["sellers"], 3, "{name}"),
    }
}

#[tokio::test]
async fn every_tender_at_hand_ends_with_reported_terms_or_a_clear_error() {
    let files = tenders();
    let played = stream::iter(&files)
        .map(|file| async move { (file, replay(file).await) })
        .buffer_unordered(AT_ONCE);
    let played: Vec<_> = played.collect().await;
    for (file, (code, report)) in &played {
        check(file, *code, report);
    }
}

fn tender(name: &str) -> Option<std::path::PathBuf> {
    tenders()
        .into_iter()
        .find(|file| file.file_name().is_some_and(|found| found == name))
}

fn rows<'r>(report: &'r Value, key: &str) -> Vec<(&'r str, Option<u64>, &'r str)> {
    let rows = report[key].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["seller"].as_str().unwrap(),
            row["lot"].as_u64(),
            row["total"].as_str().unwrap(),
        )
    })
    .collect()
}

#[tokio::test]
async fn the_cheapest_bid_that_the_record_refused_does_not_win() {
    let Some(file) = tender("ua-caps-5-bids.json") else {
        return;
    };
    let (_, report) = replay(&file).await;
    let mut totals: Vec<&str> = rows(&report, "bids")
        .into_iter()
        .map(|(.., total)| total)
        .collect();
    totals.sort_unstable();
    assert_eq!(
        totals,
        ["1800.00", "2875.00", "2900.00", "3000.00", "3375.00"]
    );
    let bids = report["bids"].as_array().unwrap();
    let refused: Vec<&Value> = bids.iter().filter(|bid| bid["admitted"] == false).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["total"], "1800.00");
    assert!(
        refused[0]["reason"]
            .as_str()
            .unwrap()
            .contains("unsuccessful")
    );
    let [(seller, lot, total)] = rows(&report, "awards")[..] else {
        panic!("{report:#}")
    };
    assert!(
        seller.contains("СХІД") && lot.is_none() && total == "2875.00",
        "{seller} {total}"
    );
    assert_eq!(report["awards"][0]["gross"], "2875.00");
}

#[tokio::test]
async fn an_award_with_tax_on_a_bid_without_is_the_same_award_with_a_warning() {
    let Some(file) = tender("am-4-bids.json") else {
        return;
    };
    let (_, report) = replay(&file).await;
    let [(_, _, total)] = rows(&report, "awards")[..] else {
        panic!("{report:#}")
    };
    assert_eq!(total, "5824900.00");
    assert_eq!(report["awards"][0]["recorded"]["total"], "6989880.00");
    let warnings = report["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|text| text.as_str().unwrap().contains("20 % more, probably tax")),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn each_lot_goes_to_its_own_best_bid() {
    let Some(file) = tender("am-2-lots-4-bids.json") else {
        return;
    };
    let (_, report) = replay(&file).await;
    let awards = rows(&report, "awards");
    let totals: Vec<_> = awards
        .iter()
        .map(|(_, lot, total)| (*lot, *total))
        .collect();
    assert_eq!(totals, [(Some(1), "2583333.20"), (Some(2), "950000.00")]);
    assert_ne!(awards[0].0, awards[1].0);
    assert_eq!(report["bids"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_sample_request_tells_its_story_to_the_end() {
    let file = root().join("assets/samples/office-chairs.json");
    let ended = run(&["replay", file.to_str().unwrap()]).await;
    let story = text(&ended.stdout);
    assert!(ended.status.success(), "{story}\n{}", text(&ended.stderr));
    for part in [
        "Sellers found: 3",
        "delivered 3/3",
        "bids in 3/3",
        "Ranking",
        "Ordered from",
        "Accepted by",
        "Final terms reported",
    ] {
        assert!(story.contains(part), "{part}:\n{story}");
    }
    assert!(
        story.contains('÷') && story.contains("score"),
        "the arithmetic is shown:\n{story}"
    );
}

#[tokio::test]
async fn sample_sellers_are_as_many_as_asked_for_and_bid_differently() {
    let file = root().join("assets/samples/office-chairs.json");
    let ended = run(&["replay", file.to_str().unwrap(), "--json", "--sellers", "4"]).await;
    let report = object(&ended.stdout);
    assert_eq!(
        (ended.status.code(), &report["sellers"]),
        (Some(0), &4.into())
    );
    assert_eq!(report["ocid"], Value::Null);
    let mut of_lot: Vec<_> = rows(&report, "bids")
        .into_iter()
        .filter(|(_, lot, _)| *lot == Some(1))
        .map(|(.., t)| t)
        .collect();
    of_lot.sort_unstable();
    of_lot.dedup();
    assert!(of_lot.len() >= 3, "{of_lot:?}");
}

#[tokio::test]
async fn what_is_no_tender_is_refused_by_name_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.json");
    for (content, field) in [
        ("not json", ""),
        ("{}", ""),
        (r#"{"ocid":"x","tender":{"items":[]}}"#, "tender"),
    ] {
        fs::write(&file, content).unwrap();
        let (code, report) = replay(&file).await;
        assert_eq!(code, Some(1), "{content}");
        let error = &report["error"];
        assert!(
            error["file"].as_str().unwrap().ends_with("broken.json"),
            "{report}"
        );
        assert!(
            error["field"].as_str().unwrap().starts_with(field),
            "{report}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty(), "{report}");
        let plain = run(&["replay", file.to_str().unwrap()]).await;
        assert_eq!(plain.status.code(), Some(1));
        assert!(
            text(&plain.stderr).contains("broken.json"),
            "{}",
            text(&plain.stderr)
        );
    }
    let (code, report) = replay(&folder.path().join("nowhere.json")).await;
    assert_eq!(code, Some(1));
    assert!(
        report["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cannot read"),
        "{report}"
    );
}

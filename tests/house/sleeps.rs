//! No test sleeps, and none is left out.

use crate::repository::rust;
use crate::source::{Rust, mentioned, mentions, rust as source};

fn sleeps(source: &Rust) -> Vec<String> {
    let words = [
        "thread::sleep",
        "time::sleep",
        "time::sleep_until",
        "park_timeout",
    ];
    let mut found = mentions(&source.path, &source.tests, &words);
    // A sleep that is imported by name; a `sleep` of our own, in simulated time, is none.
    let imports = source
        .tests
        .split(';')
        .filter_map(|statement| statement.rsplit_once("use ").map(|(_, rest)| rest));
    let sleepy = imports.filter(|rest| {
        rest.contains('{') && (mentioned(rest, "sleep") || mentioned(rest, "sleep_until"))
    });
    found.extend(sleepy.map(|rest| {
        format!(
            "{}: `use {}`",
            source.path,
            rest.split_whitespace().collect::<String>()
        )
    }));
    found
}

fn left_out(source: &Rust) -> Vec<String> {
    let mut found = mentions(&source.path, &source.tests, &["#[ignore"]);
    found.extend(mentions(&source.path, &source.product, &["#[ignore"]));
    found
}

#[test]
fn no_test_sleeps() {
    crate::hold("tests that sleep", rust().iter().flat_map(sleeps).collect());
}

#[test]
fn no_test_is_left_out() {
    crate::hold(
        "tests that are left out",
        rust().iter().flat_map(left_out).collect(),
    );
}

#[test]
fn a_sleep_in_a_test_is_found() {
    let guilty = [
        "fn f() { std::thread::sleep(second); }",
        "async fn f() { tokio::time::sleep(second).await; }",
        "use tokio::time::{sleep, timeout};",
        "use tokio::{\n    time::{Duration, sleep_until},\n};",
    ];
    for text in guilty {
        assert!(
            !sleeps(&source("tests/stories/a.rs", text)).is_empty(),
            "{text}"
        );
        assert!(
            sleeps(&source("crates/net/src/a.rs", text)).is_empty(),
            "{text}"
        );
    }
    let inside = "#[cfg(test)]\nmod tests { fn f() { thread::sleep(second); } }";
    assert_eq!(sleeps(&source("crates/net/src/a.rs", inside)).len(), 1);
}

#[test]
fn a_laptop_may_sleep_in_simulated_time() {
    assert!(
        sleeps(&source(
            "tests/stories/a.rs",
            "fn f() { laptop.sleep(two_days); }"
        ))
        .is_empty()
    );
}

#[test]
fn a_test_that_is_left_out_is_found() {
    assert_eq!(
        left_out(&source(
            "tests/stories/a.rs",
            "#[test]\n#[ignore = \"slow\"]\nfn f() {}"
        ))
        .len(),
        1
    );
}

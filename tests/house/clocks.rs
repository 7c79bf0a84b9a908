//! The pure rooms read no clock, do no IO and draw no random numbers: time and chance are arguments.

use crate::repository::{Package, packages, rust};
use crate::source::{Rust, mentions};

const PURE: [&str; 3] = ["crates/trade", "crates/negotiation", "crates/decision"];

/// Names that read a clock, reach outside, or draw.
const BANNED: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "time::Instant",
    "Utc::now",
    "Local::now",
    "UNIX_EPOCH",
    "rand",
    "getrandom",
    "OsRng",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "async fn",
    "println!",
    "eprintln!",
];

/// Modules of std that are just as banned inside a grouped import.
const BANNED_MODULES: [&str; 5] = ["fs", "net", "env", "process", "thread"];

/// Packages that bring what is banned.
const BANNED_PACKAGES: &[&str] = &[
    "tokio",
    "futures",
    "libp2p",
    "sqlx",
    "axum",
    "ureq",
    "rand",
    "getrandom",
    "tempfile",
    "tracing",
];

/// The one file that may read the environment, and only in builds that nobody uses: see `switches.rs` here.
const SWITCH: &str = "crates/trade/src/switch.rs";

fn impure(source: &Rust) -> Vec<String> {
    let banned = BANNED.iter().copied();
    let banned: Vec<&str> = banned
        .filter(|name| !(source.path == SWITCH && *name == "std::env"))
        .collect();
    let mut found = mentions(&source.path, &source.product, &banned);
    for group in source.product.split("std::{").skip(1) {
        let group = group.split(';').next().unwrap_or_default();
        let items = group
            .split([',', '{', '}'])
            .map(|item| item.split("::").next().unwrap_or_default().trim());
        let banned = items.filter(|item| BANNED_MODULES.contains(item));
        found.extend(banned.map(|item| format!("{}: `std::{item}` in a group", source.path)));
    }
    found
}

fn impure_packages(package: &Package) -> Vec<String> {
    let banned = package
        .foreign
        .iter()
        .filter(|name| BANNED_PACKAGES.contains(&name.as_str()));
    banned
        .map(|name| format!("{} → {name}", package.folder))
        .collect()
}

fn is_pure(path: &str) -> bool {
    PURE.iter().any(|room| {
        path.strip_prefix(room)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[test]
fn trade_negotiation_and_decision_read_no_clock_and_reach_nothing_outside() {
    let sources = rust();
    let found = sources
        .iter()
        .filter(|source| is_pure(&source.path))
        .flat_map(impure)
        .collect();
    crate::hold("clocks, IO or chance in a pure room", found);
}

#[test]
fn trade_negotiation_and_decision_are_built_without_packages_that_do_io() {
    let packages = packages();
    let found = packages
        .iter()
        .filter(|package| is_pure(&package.folder))
        .flat_map(impure_packages)
        .collect();
    crate::hold("packages with IO in a pure room", found);
}

#[test]
fn the_pure_rooms_have_the_lint_that_forbids_the_clock() {
    for room in PURE {
        let lints = crate::repository::text(&format!("{room}/clippy.toml"));
        for method in [
            "std::time::SystemTime::now",
            "std::time::Instant::now",
            "chrono::Utc::now",
        ] {
            assert!(
                lints.contains(method),
                "{room}/clippy.toml does not forbid {method}"
            );
        }
    }
}

#[test]
fn a_clock_a_file_and_a_random_number_are_found() {
    let guilty = [
        "fn f() { let now = std::time::SystemTime::now(); }",
        "use chrono::Utc; fn f() { Utc::now(); }",
        "fn f() { std::fs::read(\"x\"); }",
        "use std::{collections::BTreeMap, fs};",
        "use std::{\n    fmt,\n    net::{IpAddr, TcpStream},\n};",
        "use rand::Rng;",
        "fn f() { getrandom::fill(&mut bytes); }",
        "async fn f() {}",
    ];
    for text in guilty {
        assert!(
            !impure(&crate::source::rust("crates/trade/src/a.rs", text)).is_empty(),
            "{text}"
        );
    }
}

#[test]
fn durations_comments_and_tests_are_not_accused() {
    let innocent = [
        "use std::time::Duration;",
        "/// Never calls `SystemTime::now`.\nfn f() {}",
        "#[cfg(test)]\nmod tests { fn f() { std::fs::read(\"x\"); } }",
        "use std::{collections::BTreeMap, fmt};",
        "fn operand() {}",
    ];
    for text in innocent {
        assert_eq!(
            impure(&crate::source::rust("crates/trade/src/a.rs", text)),
            Vec::<String>::new(),
            "{text}"
        );
    }
}

#[test]
fn a_package_with_io_is_found() {
    let package = Package {
        folder: "crates/trade".into(),
        foreign: vec!["serde".into(), "tokio".into()],
        ..Package::default()
    };
    assert_eq!(impure_packages(&package), ["crates/trade → tokio"]);
}

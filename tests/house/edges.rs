//! Which room may depend on which. A dependency of a room's tests is an edge like any other.

use crate::repository::{Package, packages};

/// The allowed edges between rooms; the tests may depend on anything.
const EDGES: &[(&str, &[&str])] = &[
    ("crates/trade", &[]),
    ("crates/negotiation", &["crates/trade"]),
    ("crates/decision", &["crates/trade"]),
    ("crates/formats", &["crates/trade"]),
    ("crates/store", &["crates/negotiation", "crates/trade"]),
    ("crates/net", &["crates/trade"]),
    ("crates/call", &["crates/trade"]),
    ("crates/directory", &["crates/net", "crates/trade"]),
    (
        "crates/peer",
        &[
            "crates/store",
            "crates/net",
            "crates/call",
            "crates/negotiation",
            "crates/decision",
            "crates/formats",
            "crates/trade",
        ],
    ),
    (
        "crates/api",
        &[
            "crates/peer",
            "crates/decision",
            "crates/formats",
            "crates/negotiation",
            "crates/trade",
        ],
    ),
    ("crates/gateway", &["crates/api"]),
    ("src-tauri", &["crates/gateway", "crates/api"]),
    (
        "crates/cli",
        &[
            "crates/gateway",
            "crates/directory",
            "crates/api",
            "crates/trade",
        ],
    ),
    (
        "crates/sim",
        &["crates/peer", "crates/negotiation", "crates/trade"],
    ),
    ("xtask", &[]),
];

/// The room that may depend on every other.
const TESTS: &str = "tests";

fn wrong_edges(packages: &[Package]) -> Vec<String> {
    let mut wrong = vec![];
    for package in packages.iter().filter(|package| package.folder != TESTS) {
        let Some((_, allowed)) = EDGES.iter().find(|(folder, _)| *folder == package.folder) else {
            wrong.push(format!("{} is no room of the house", package.folder));
            continue;
        };
        for member in package
            .members
            .iter()
            .filter(|member| !allowed.contains(&member.as_str()))
        {
            wrong.push(format!("{} → {member}", package.folder));
        }
    }
    wrong
}

fn wrong_names(packages: &[Package]) -> Vec<String> {
    let expected = |folder: &str| match folder.strip_prefix("crates/") {
        Some(room) => format!("opener-{room}"),
        None if folder == "xtask" => folder.to_owned(),
        None if folder == "src-tauri" => "opener-desktop".to_owned(),
        None => format!("opener-{folder}"),
    };
    let is_wrong = |package: &&Package| package.name != expected(&package.folder);
    packages
        .iter()
        .filter(is_wrong)
        .map(|package| format!("{} in {}", package.name, package.folder))
        .collect()
}

#[test]
fn rooms_depend_only_on_the_rooms_they_may() {
    crate::hold("edges that are not allowed", wrong_edges(&packages()));
}

#[test]
fn packages_are_named_after_their_folders() {
    crate::hold("names that do not fit the folder", wrong_names(&packages()));
}

#[test]
fn an_edge_outside_the_list_is_found() {
    let package = |folder: &str, members: &[&str]| Package {
        folder: folder.to_owned(),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        ..Package::default()
    };
    let packages = [
        package("crates/trade", &["crates/net"]),
        package("crates/net", &["crates/trade"]),
        package("crates/cupboard", &[]),
        package("tests", &["crates/peer"]),
    ];
    assert_eq!(
        wrong_edges(&packages),
        [
            "crates/trade → crates/net",
            "crates/cupboard is no room of the house"
        ]
    );
}

#[test]
fn a_name_that_does_not_fit_is_found() {
    let package = |name: &str, folder: &str| Package {
        name: name.into(),
        folder: folder.into(),
        ..Package::default()
    };
    let packages = [
        package("opener-net", "crates/net"),
        package("trade", "crates/trade"),
        package("xtask", "xtask"),
    ];
    assert_eq!(wrong_names(&packages), ["trade in crates/trade"]);
}

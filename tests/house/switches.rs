//! Countermeasures can be left out in test builds only, and each one would be missed.

use std::collections::BTreeSet;

use opener_tests::soak::mutants::MUTANTS;
use opener_trade::switch::Countermeasure;

use crate::repository::{files, rust};

/// The manifest that declares the feature, which nothing else may name.
const DECLARED: &str = "crates/trade/Cargo.toml";

fn enabled(path: &str, text: &str) -> bool {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let mut named = lines.filter(|line| line.contains("switches"));
    match path {
        DECLARED => named.any(|line| line.trim() != "switches = []"),
        _ => named.next().is_some(),
    }
}

#[test]
fn no_manifest_leaves_a_countermeasure_out() {
    let named = |path: &str| path.ends_with("Cargo.toml") || path.ends_with("config.toml");
    let files = files();
    let manifests = files.iter().filter(|file| named(&file.path));
    let found = manifests.filter(|file| enabled(&file.path, &file.text));
    let found = found.map(|file| file.path.clone()).collect();
    crate::hold("manifests that turn the feature `switches` on", found);
}

#[test]
fn every_countermeasure_stands_in_the_product() {
    let sources = rust();
    let unused = Countermeasure::ALL.iter().filter(|one| {
        let used = format!("holds(Countermeasure::{one:?})");
        !sources.iter().any(|source| source.product.contains(&used))
    });
    crate::hold(
        "countermeasures that nothing asks for",
        unused.map(|one| format!("{one:?}")).collect(),
    );
}

#[test]
fn every_countermeasure_has_a_test_that_misses_it() {
    let named: BTreeSet<_> = MUTANTS.iter().map(|mutant| mutant.off.name()).collect();
    let bare = Countermeasure::ALL
        .iter()
        .filter(|one| !named.contains(one.name()));
    crate::hold(
        "countermeasures without a test",
        bare.map(|one| format!("{one:?}")).collect(),
    );
}

#[test]
fn every_test_that_misses_a_countermeasure_is_there() {
    let sources = rust();
    let lost = MUTANTS.iter().filter(|mutant| {
        let name = mutant.test.rsplit("::").next().unwrap_or_default();
        let declared = format!("fn {name}(");
        !sources
            .iter()
            .any(|source| source.tests.contains(&declared))
    });
    crate::hold(
        "tests that are not there",
        lost.map(|mutant| mutant.test.to_owned()).collect(),
    );
}

#[test]
fn a_feature_that_is_turned_on_is_seen() {
    assert!(enabled(
        "crates/peer/Cargo.toml",
        "opener-trade = { features = [\"switches\"] }"
    ));
    assert!(enabled(DECLARED, "default = [\"switches\"]\nswitches = []"));
    assert!(!enabled(
        DECLARED,
        "[features]\n# switches are for tests\nswitches = []"
    ));
}

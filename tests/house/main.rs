//! Tests about the repository itself: what may depend on what, how long a file may be, where no clock is read.
//!
//! Each rule is a function over a path and its text, so that beside the test which applies it to the repository
//! stands another which shows that it finds what it is for.

mod channels;
mod clocks;
mod desktop;
mod documents;
mod doors;
mod edges;
mod envelope;
mod floats;
mod invariants;
mod leftovers;
mod limits;
mod migrations;
mod panics;
mod paths;
mod proofs;
mod registry;
mod repository;
mod secrets;
mod sizes;
mod sleeps;
mod source;
mod switches;
mod targets;

/// Fails with all violations of a rule, one a line.
fn hold(rule: &str, violations: Vec<String>) {
    assert!(
        violations.is_empty(),
        "{rule}:\n  {}",
        violations.join("\n  ")
    );
}

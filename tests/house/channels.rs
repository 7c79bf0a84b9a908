//! Every channel has a bound.

use crate::repository::rust;
use crate::source::{Rust, mentions, rust as source};

/// Ways to make a channel, or another queue between tasks, without a bound.
const UNBOUNDED: &[&str] = &[
    "unbounded_channel",
    "UnboundedSender",
    "unbounded()",
    "unbounded::",
    "std::sync::mpsc",
];

fn unbounded(source: &Rust) -> Vec<String> {
    if source.path.starts_with("crates/") {
        mentions(&source.path, &source.product, UNBOUNDED)
    } else {
        vec![]
    }
}

#[test]
fn every_channel_is_bounded() {
    crate::hold(
        "channels without a bound",
        rust().iter().flat_map(unbounded).collect(),
    );
}

#[test]
fn a_channel_without_a_bound_is_found() {
    for make in [
        "tokio::sync::mpsc::unbounded_channel()",
        "mpsc::unbounded::<u8>()",
        "std::sync::mpsc::channel()",
    ] {
        assert!(
            !unbounded(&source(
                "crates/net/src/a.rs",
                &format!("fn f() {{ {make}; }}")
            ))
            .is_empty(),
            "{make}"
        );
    }
    assert!(
        unbounded(&source(
            "crates/net/src/a.rs",
            "fn f() { mpsc::channel(COMMANDS); }"
        ))
        .is_empty()
    );
}

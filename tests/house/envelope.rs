//! Only the envelope makes a `Verified`, and only records of our own are believed.

use crate::repository::rust;
use crate::source::{Rust, mentions, rust as source};

/// Where a `Verified` may be made.
const ENVELOPE: &str = "crates/trade/src/envelope";

fn makers(source: &Rust) -> Vec<String> {
    if source.path.starts_with(ENVELOPE) || !source.path.starts_with("crates/") {
        return vec![];
    }
    mentions(
        &source.path,
        &source.product,
        &["Verified {", "Verified(", "Verified{"],
    )
}

/// The public fields of `struct Verified`: with one, anybody could make it.
fn public_fields(source: &Rust) -> Vec<String> {
    let Some((_, rest)) = source.product.split_once("struct Verified") else {
        return vec![];
    };
    let body = rest.split(['}', ';']).next().unwrap_or_default();
    let fields = body
        .split(['{', '(', ','])
        .map(str::trim)
        .filter(|field| field.starts_with("pub"));
    fields
        .map(|field| format!("{}: {field}", source.path))
        .collect()
}

/// Whoever takes an id or a document for good without checking it, and does not read what we kept.
fn believers(source: &Rust) -> Vec<String> {
    let allowed = ["crates/store/src/row.rs", "crates/peer/src/engine/load.rs"];
    if allowed.contains(&source.path.as_str()) || source.path.starts_with("crates/trade/") {
        return vec![];
    }
    mentions(
        &source.path,
        &source.product,
        &["from_own_record", "open_own_record"],
    )
}

#[test]
fn only_rows_of_our_own_are_believed() {
    crate::hold(
        "what is taken without a check",
        rust().iter().flat_map(believers).collect(),
    );
    let guilty = "fn f(bytes: [u8; 32]) -> PeerId { PeerId::from_own_record(bytes) }";
    assert_eq!(believers(&source("crates/net/src/a.rs", guilty)).len(), 1);
    assert!(believers(&source("crates/store/src/row.rs", guilty)).is_empty());
}

#[test]
fn only_the_envelope_makes_a_verified_document() {
    crate::hold(
        "`Verified` made outside the envelope",
        rust().iter().flat_map(makers).collect(),
    );
}

#[test]
fn a_verified_document_has_no_public_field() {
    crate::hold(
        "public fields of `Verified`",
        rust().iter().flat_map(public_fields).collect(),
    );
}

#[test]
fn a_verified_document_made_elsewhere_is_found() {
    let guilty = "fn f(bid: Bid) -> Verified<Bid> { Verified { body: bid } }";
    assert_eq!(makers(&source("crates/peer/src/a.rs", guilty)).len(), 1);
    assert!(makers(&source("crates/trade/src/envelope/verify.rs", guilty)).is_empty());
    assert!(
        makers(&source(
            "crates/peer/src/a.rs",
            "impl Show for Verified<Bid> { }"
        ))
        .is_empty()
    );
}

#[test]
fn a_public_field_is_found() {
    let open = source(
        "crates/trade/src/envelope.rs",
        "pub struct Verified<T> { body: T, pub id: Id }",
    );
    assert_eq!(public_fields(&open).len(), 1);
    let closed = source(
        "crates/trade/src/envelope.rs",
        "pub struct Verified<T> { body: T, id: Id } pub fn f() {}",
    );
    assert!(public_fields(&closed).is_empty());
}

//! No floating point touches money.

use crate::repository::rust;
use crate::source::{Rust, mentioned, mentions, rust as source};

/// What amounts, prices and quantities are made of.
const EXACT: [&str; 5] = ["Money", "Number", "Decimal", "Price", "Quantity"];

const FLOATS: &[&str] = &[
    "f32",
    "f64",
    "to_f64",
    "from_f64",
    "from_f64_retain",
    "to_f32",
    "as_f64",
];

fn floats(source: &Rust) -> Vec<String> {
    let is_about_money = EXACT.iter().any(|name| mentioned(&source.product, name));
    let is_ours = source.path.starts_with("crates/");
    if is_ours && is_about_money {
        mentions(&source.path, &source.product, FLOATS)
    } else {
        vec![]
    }
}

#[test]
fn no_floating_point_stands_beside_money() {
    crate::hold(
        "floating point in a file about money",
        rust().iter().flat_map(floats).collect(),
    );
}

#[test]
fn floating_point_beside_money_is_found() {
    let guilty = "fn total(lines: &[Money]) -> f64 { 0.0 }";
    assert_eq!(floats(&source("crates/decision/src/a.rs", guilty)).len(), 1);
    assert!(
        floats(&source(
            "crates/trade/src/value/place.rs",
            "struct Place { latitude: f64 }"
        ))
        .is_empty()
    );
}

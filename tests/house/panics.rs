//! What is built into the product does not end the program by itself.

use crate::repository::rust;
use crate::source::{Rust, mentions, rust as source};

const BANNED: &[&str] = &[
    ".unwrap()",
    ".unwrap_err()",
    ".expect(",
    ".expect_err(",
    "todo!",
    "unimplemented!",
    "panic!",
    "dbg!",
];

/// The product is every room but the test kit.
fn is_product(path: &str) -> bool {
    let is_room = path.starts_with("crates/") || path.starts_with("src-tauri/");
    is_room && path.contains("/src/") && !path.starts_with("crates/sim/")
}

fn panics(source: &Rust) -> Vec<String> {
    if !is_product(&source.path) {
        return vec![];
    }
    mentions(&source.path, &source.product, BANNED)
}

#[test]
fn the_product_does_not_panic() {
    crate::hold(
        "what ends the program on the product path",
        rust().iter().flat_map(panics).collect(),
    );
}

#[test]
fn an_unwrap_on_the_product_path_is_found() {
    for line in [
        "x.unwrap()",
        "x.expect(\"so\")",
        "todo!()",
        "unimplemented!()",
        "panic!(\"no\")",
        "dbg!(x)",
    ] {
        let text = format!("fn f() {{ {line}; }}");
        assert_eq!(
            panics(&source("crates/net/src/a.rs", &text)).len(),
            1,
            "{line}"
        );
        assert!(
            panics(&source("crates/sim/src/a.rs", &text)).is_empty(),
            "{line}"
        );
        assert!(
            panics(&source("crates/net/tests/a.rs", &text)).is_empty(),
            "{line}"
        );
    }
}

#[test]
fn tests_defaults_and_words_about_panics_are_not_accused() {
    let text = "/// Does not panic!\nfn f() { x.unwrap_or_default(); log(\"panic!\"); }\n#[cfg(test)]\nmod tests { fn g() { x.unwrap() } }";
    assert!(panics(&source("crates/net/src/a.rs", text)).is_empty());
}

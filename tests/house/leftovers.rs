//! Nothing unfinished or unused is kept.

use crate::repository::files;
use crate::source::{code, mentions};

/// Marks of unfinished work, in any text of ours. Written apart so that this file does not accuse itself.
const MARKS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
];

/// Attributes that keep what nobody uses.
const UNUSED: [&str; 3] = ["allow(dead_code", "expect(dead_code", "allow(unused"];

fn marks(path: &str, text: &str) -> Vec<String> {
    let ours = [".rs", ".toml", ".md", ".sql", ".ts", ".svelte", ".css"];
    if !ours.iter().any(|ending| path.ends_with(ending)) {
        return vec![];
    }
    mentions(path, text, &MARKS)
}

fn unused(path: &str, text: &str) -> Vec<String> {
    if path.ends_with(".rs") {
        mentions(path, &code(text), &UNUSED)
    } else {
        vec![]
    }
}

#[test]
fn nothing_is_marked_as_unfinished() {
    crate::hold(
        "marks of unfinished work",
        files()
            .iter()
            .flat_map(|file| marks(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn nothing_unused_is_kept() {
    crate::hold(
        "unused code",
        files()
            .iter()
            .flat_map(|file| unused(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn a_mark_and_an_attribute_are_found() {
    for mark in MARKS {
        assert_eq!(
            marks("crates/net/src/a.rs", &format!("// {mark}: later")).len(),
            1,
            "{mark}"
        );
    }
    assert_eq!(
        unused("crates/net/src/a.rs", "#[allow(dead_code)]\nfn f() {}").len(),
        1
    );
    assert_eq!(
        unused(
            "crates/net/src/a.rs",
            "#[expect(dead_code, reason = \"x\")]\nfn f() {}"
        )
        .len(),
        1
    );
    assert!(unused("crates/net/src/a.rs", "// allow(dead_code) is not allowed").is_empty());
}

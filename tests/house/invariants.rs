//! The invariants of `ARCHITECTURE.md`: nine, numbered, and each held by a test or a lint that exists.
//!
//! An invariant is an item of the numbered list. What holds it stands there in backticks as `path/of/a/file.rs`,
//! `path/of/a/file.rs::name_of_the_test` or `clippy::name_of_the_lint`.

use crate::repository::{root, text};

/// How many there are.
const COUNT: usize = 9;

/// The numbered items under the heading of the invariants: number and text.
fn items(page: &str) -> Vec<(usize, String)> {
    let section = page
        .split("\n## ")
        .find(|section| section.starts_with("Invariants"))
        .unwrap_or_default();
    let mut items: Vec<(usize, String)> = vec![];
    for line in section.lines() {
        let numbered = line
            .split_once(". ")
            .and_then(|(number, rest)| Some((number.parse().ok()?, rest.to_owned())));
        match (numbered, items.last_mut()) {
            (Some(item), _) => items.push(item),
            (None, Some((_, text))) if line.starts_with(' ') => {
                *text = format!("{text} {}", line.trim())
            }
            _ => {}
        }
    }
    items
}

/// The files, tests and lints which an item names.
pub fn holders(item: &str) -> Vec<&str> {
    let quoted = item.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| {
            word.starts_with("clippy::")
                || word
                    .split("::")
                    .next()
                    .is_some_and(|path| path.contains('/'))
        })
        .collect()
}

/// Whether what an item names exists; `read` gives the text of a file.
pub fn exists(holder: &str, read: &dyn Fn(&str) -> Option<String>) -> bool {
    if let Some(lint) = holder.strip_prefix("clippy::") {
        return read("Cargo.toml")
            .is_some_and(|manifest| manifest.contains(&format!("\n{lint} = ")));
    }
    match holder.split_once("::") {
        Some((path, test)) => {
            read(path).is_some_and(|source| source.contains(&format!("fn {test}(")))
        }
        None => read(holder).is_some(),
    }
}

fn faults(page: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let items = items(page);
    let mut faults = vec![];
    let numbers: Vec<usize> = items.iter().map(|(number, _)| *number).collect();
    if numbers != (1..=COUNT).collect::<Vec<_>>() {
        faults.push(format!("numbered {numbers:?} instead of 1 to {COUNT}"));
    }
    for (number, item) in &items {
        let holders = holders(item);
        if holders.is_empty() {
            faults.push(format!("{number} names nothing that holds it"));
        }
        faults.extend(
            holders
                .iter()
                .filter(|holder| !exists(holder, read))
                .map(|holder| format!("{number}: no {holder}")),
        );
    }
    faults
}

#[test]
fn every_invariant_is_held_by_something_that_exists() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    crate::hold(
        "invariants in ARCHITECTURE.md",
        faults(&text("ARCHITECTURE.md"), &read),
    );
}

#[test]
fn an_invariant_that_nothing_holds_is_found() {
    let read = |path: &str| (path == "a/b.rs").then(|| "fn it_holds() {}".to_owned());
    let page = |last: &str| {
        let most: String = (1..COUNT)
            .map(|number| format!("{number}. Rule,\n   held by `a/b.rs::it_holds`.\n"))
            .collect();
        format!("# A\n\n## Invariants\n\n{most}{COUNT}. {last}\n\n## Next\n")
    };
    assert_eq!(
        faults(&page("Held by `a/b.rs`."), &read),
        Vec::<String>::new()
    );
    assert_eq!(
        faults(&page("Held by hope."), &read),
        ["9 names nothing that holds it"]
    );
    assert_eq!(faults(&page("Held by `a/c.rs`."), &read), ["9: no a/c.rs"]);
    assert_eq!(
        faults(&page("Held by `a/b.rs::another`."), &read),
        ["9: no a/b.rs::another"]
    );
    assert_eq!(
        faults(&page("Held by `clippy::nothing`."), &read),
        ["9: no clippy::nothing"]
    );
    assert_eq!(faults("## Invariants\n\n1. `a/b.rs`\n", &read).len(), 1);
}

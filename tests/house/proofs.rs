//! The tests that `docs/proofs.md` names exist.

use crate::{
    invariants::{exists, holders},
    repository::{root, text},
};

/// The sentences of the page: a row each.
const SENTENCES: usize = 19;

fn rows(page: &str) -> Vec<&str> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    rows.filter(|row| !row.starts_with("| what holds") && !row.starts_with("| ---"))
        .collect()
}

fn faults(page: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = vec![];
    for row in rows(page) {
        let named = holders(row);
        if named.is_empty() {
            faults.push(format!("nothing holds: {row}"));
        }
        let lost = named.into_iter().filter(|name| !exists(name, read));
        faults.extend(lost.map(|name| format!("no {name}")));
    }
    faults
}

#[test]
fn every_sentence_is_held_by_tests_that_exist() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    let page = text("docs/proofs.md");
    assert_eq!(rows(&page).len(), SENTENCES);
    crate::hold("sentences in docs/proofs.md", faults(&page, &read));
}

#[test]
fn a_sentence_that_nothing_holds_is_found() {
    let read = |path: &str| (path == "a/b.rs").then(|| "fn it_holds() {}".to_owned());
    let held = "| what holds | held by |\n| --- | --- |\n| All | `a/b.rs::it_holds` |\n";
    assert_eq!(faults(held, &read), Vec::<String>::new());
    assert_eq!(faults("| All | hope |", &read).len(), 1);
    assert_eq!(
        faults("| All | `a/b.rs::another` |", &read),
        ["no a/b.rs::another"]
    );
}

//! How long a file may be. `sizes.txt` lists the files that are longer than they should be, with the length they
//! must not exceed; it only ever shrinks.

use crate::repository::{files, text};
use crate::source::{is_test_path, rust};

/// Lines of Rust without its tests, above which a file needs a row in the list.
const SOFT: usize = 400;
/// Lines of Rust that no file may exceed, tests in files of their own included.
const HARD: usize = 700;
/// Lines of a Svelte component.
const COMPONENT: usize = 250;

const LIST: &str = "tests/house/sizes.txt";

/// The length that counts, and the length that needs a row.
fn length(path: &str, text: &str) -> Option<(usize, usize)> {
    if path.ends_with(".svelte") {
        return Some((text.lines().count(), COMPONENT));
    }
    if !path.ends_with(".rs") {
        return None;
    }
    let lines = text.lines().count();
    if is_test_path(path) {
        return Some((lines, HARD));
    }
    let of_tests = rust(path, text).lines_of_tests;
    Some((lines.saturating_sub(of_tests), SOFT))
}

/// Rows of the list: path and length.
fn rows(list: &str) -> Vec<(String, usize)> {
    let rows = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &str| {
        line.split_once(' ')
            .and_then(|(path, lines)| Some((path.to_owned(), lines.trim().parse().ok()?)))
    };
    rows.map(|line| row(line).unwrap_or_else(|| panic!("{LIST}: not `path lines`: {line}")))
        .collect()
}

fn too_long(lengths: &[(String, usize, usize)], list: &[(String, usize)]) -> Vec<String> {
    let mut wrong = vec![];
    for (path, lines, limit) in lengths.iter().filter(|(_, lines, limit)| lines > limit) {
        match list.iter().find(|(listed, _)| listed == path) {
            _ if *lines > HARD => wrong.push(format!("{path} has {lines} lines: {HARD} at most")),
            Some((_, most)) if lines <= most => {}
            Some((_, most)) => wrong.push(format!(
                "{path} has grown to {lines} lines: {most} are listed"
            )),
            None => wrong.push(format!("{path} has {lines} lines: {limit} at most")),
        }
    }
    for (path, _) in list {
        match lengths.iter().find(|(known, ..)| known == path) {
            Some((_, lines, limit)) if lines > limit => {}
            _ => wrong.push(format!(
                "{path} is short enough or gone: take its row out of {LIST}"
            )),
        }
    }
    wrong
}

#[test]
fn files_are_short() {
    let measured = files()
        .into_iter()
        .filter(|file| !file.path.starts_with("ui/src/bindings/"));
    let measured = measured.filter_map(|file| {
        length(&file.path, &file.text).map(|(lines, limit)| (file.path, lines, limit))
    });
    crate::hold(
        "files that are too long",
        too_long(&measured.collect::<Vec<_>>(), &rows(&text(LIST))),
    );
}

#[test]
fn tests_beside_the_code_do_not_count() {
    let text = format!(
        "fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        "fn g() {}\n".repeat(500)
    );
    assert_eq!(length("crates/net/src/a.rs", &text), Some((1, SOFT)));
    assert_eq!(length("crates/net/tests/a.rs", &text), Some((504, HARD)));
}

#[test]
fn a_long_file_a_grown_file_and_an_idle_row_are_found() {
    let file = |path: &str, lines| (path.to_owned(), lines, SOFT);
    let row = |path: &str, lines| (path.to_owned(), lines);
    assert_eq!(too_long(&[file("a.rs", 401)], &[]).len(), 1);
    assert!(too_long(&[file("a.rs", 400)], &[]).is_empty());
    assert!(too_long(&[file("a.rs", 450)], &[row("a.rs", 450)]).is_empty());
    assert_eq!(too_long(&[file("a.rs", 451)], &[row("a.rs", 450)]).len(), 1);
    assert_eq!(too_long(&[file("a.rs", 701)], &[row("a.rs", 800)]).len(), 1);
    assert_eq!(too_long(&[file("a.rs", 399)], &[row("a.rs", 450)]).len(), 1);
    assert_eq!(too_long(&[], &[row("gone.rs", 450)]).len(), 1);
}

#[test]
fn a_long_component_is_found() {
    let text = "<p></p>\n".repeat(COMPONENT + 1);
    assert_eq!(
        length("ui/src/views/Deal.svelte", &text),
        Some((251, COMPONENT))
    );
}

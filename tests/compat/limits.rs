//! Every limit of the language has a test that names it.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The public constants that a source declares.
fn constants(source: &str) -> Vec<&str> {
    let declared = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "));
    declared.filter_map(|rest| rest.split(':').next()).collect()
}

/// The constants that no text names as a whole word.
fn unnamed<'a>(constants: &[&'a str], tests: &[String]) -> Vec<&'a str> {
    let names = |text: &String, constant: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == constant)
    };
    let constants = constants.iter().copied();
    constants
        .filter(|constant| !tests.iter().any(|text| names(text, constant)))
        .collect()
}

/// The sources of tests below a folder: all of `tests`, and what in a crate is for tests alone.
fn tests_below(folder: &Path, tests: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let inside = path.strip_prefix(root()).unwrap();
            let whole = inside.components().any(|part| part.as_os_str() == "tests")
                || inside.ends_with("tests.rs");
            let test = if whole {
                Some(text)
            } else {
                text.split_once("#[cfg(test)]")
                    .map(|(_, test)| test.to_owned())
            };
            tests.extend(test);
        }
    }
}

#[test]
fn every_limit_is_named_in_a_test() {
    let limits = fs::read_to_string(root().join("crates/trade/src/limits.rs")).unwrap();
    let constants = constants(&limits);
    assert!(constants.len() > 30, "{constants:?}");
    let mut tests = vec![];
    for folder in ["crates/trade", "tests/compat"] {
        tests_below(&root().join(folder), &mut tests);
    }
    assert_eq!(unnamed(&constants, &tests), Vec::<&str>::new());
}

#[test]
fn a_limit_that_no_test_names_is_found() {
    let declared = constants(
        "/// Lines.\npub const LINES: usize = 9;\npub const LOTS: usize = 3;\nconst OWN: u8 = 1;",
    );
    assert_eq!(declared, ["LINES", "LOTS"]);
    assert_eq!(
        unnamed(&declared, &["assert!(LINES > LOTS_OF)".to_owned()]),
        ["LOTS"]
    );
}

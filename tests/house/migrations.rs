//! The format's steps are numbered from one without a gap, each number once: two of one number open no database.

use crate::repository::files;

const FOLDER: &str = "crates/store/migrations/";

fn numbers<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<Option<usize>> {
    let names = paths.filter_map(|path| path.strip_prefix(FOLDER));
    names
        .map(|name| name.split_once('_')?.0.parse().ok())
        .collect()
}

fn in_order(numbers: &[Option<usize>]) -> bool {
    let all: Vec<_> = (1..=numbers.len()).map(Some).collect();
    numbers == all
}

#[test]
fn every_migration_has_the_next_number() {
    let files = files();
    let found = numbers(files.iter().map(|file| file.path.as_str()));
    assert!(found.len() > 10 && in_order(&found), "{found:?}");
}

#[test]
fn a_number_that_is_taken_twice_is_found() {
    let path = |name: &str| format!("{FOLDER}{name}");
    let paths = [path("0001_a.sql"), path("0002_b.sql"), path("0002_c.sql")];
    assert!(!in_order(&numbers(paths.iter().map(String::as_str))));
    assert!(in_order(&numbers(paths[..2].iter().map(String::as_str))));
}

//! The test suites, found by where they lie: `crates/<room>/tests/<name>.rs` and `tests/<name>/main.rs`. The house
//! tests hold every test target to these places, so none is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The suites of the `tests` room that take long, in the order in which they run, after all others.
const SLOW: [&str; 6] = ["compat", "stories", "markets", "reach", "e2e", "window"];

/// The suite that belongs to the quick part.
pub const HOUSE: &str = "house";

/// The names of all test suites, without the house tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Suites {
    /// Suites of single rooms.
    pub rooms: Vec<String>,
    /// Suites of the whole, slowest last.
    pub whole: Vec<String>,
}

/// Finds the suites under the root of the repository.
pub fn find(root: &Path) -> Suites {
    let mut rooms = BTreeSet::new();
    for room in entries(&root.join("crates")) {
        rooms.extend(
            entries(&room.join("tests"))
                .iter()
                .filter_map(|path| suite(path)),
        );
    }
    let whole = entries(&root.join("tests"))
        .iter()
        .filter(|path| path.is_dir())
        .filter_map(|path| suite(path))
        .collect();
    Suites {
        rooms: rooms.into_iter().collect(),
        whole: slowest_last(whole),
    }
}

/// The suite a file or folder holds, if it is one.
fn suite(path: &Path) -> Option<String> {
    let is_suite =
        path.join("main.rs").is_file() || path.extension().is_some_and(|ending| ending == "rs");
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    is_suite.then_some(stem)
}

/// Orders the suites of the whole: unknown ones first, then the slow ones; the house tests are left out.
fn slowest_last(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| name != HOUSE);
    names.sort_by_key(|name| {
        (
            SLOW.iter()
                .position(|slow| slow == name)
                .map_or(0, |at| at + 1),
            name.clone(),
        )
    });
    names
}

/// What lies in a folder, or nothing if there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).into_iter().flatten();
    listing
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_suites_come_last_and_the_house_tests_not_at_all() {
        let names = ["window", "e2e", "stories", "house", "numbers", "compat"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            slowest_last(names),
            ["numbers", "compat", "stories", "e2e", "window"]
        );
    }

    #[test]
    fn a_folder_without_main_is_no_suite() {
        let root = crate::steps::root();
        assert_eq!(suite(&root.join("docs")), None);
        assert_eq!(
            suite(&root.join("tests").join("house")),
            Some("house".to_owned())
        );
    }

    #[test]
    fn a_missing_folder_holds_nothing() {
        assert_eq!(find(Path::new("no such folder")), Suites::default());
    }
}

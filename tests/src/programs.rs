//! The programs under test, and the files they are tried on.

use std::path::{Path, PathBuf};

/// The built `opener`.
///
/// # Panics
/// It is not built.
pub fn opener() -> PathBuf {
    built("opener")
}

/// The built window.
///
/// # Panics
/// It is not built.
pub fn desktop() -> PathBuf {
    built("opener-desktop")
}

/// Where pictures of screens are kept, for people to look at: below the target folder.
///
/// # Panics
/// This program lies in no target folder.
pub fn pictures() -> PathBuf {
    let this = std::env::current_exe().expect("a program knows where it lies");
    let target = this.ancestors().nth(3).expect("target/PROFILE/deps");
    target.join("screens")
}

/// A program lies beside this one, or one folder up beside its tests.
fn built(program: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a program knows where it lies");
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let places = this
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&name));
    let found = places.into_iter().find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("{program} is not built: run `cargo build --workspace --bins` first")
    })
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
}

/// Real tenders, where they are at hand; none otherwise, with a word about it.
pub fn tenders() -> Vec<PathBuf> {
    let folder = root().join("../shared/data/ocds");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("no tenders are at hand: nothing is tried");
        return vec![];
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files
}

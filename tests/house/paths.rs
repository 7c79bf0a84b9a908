//! The repository names no machine and no registry: it is built from wherever it is cloned.

use crate::repository::files;

/// Folders of machines and hosts of registries. Written apart so that this file does not accuse itself.
const BANNED: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("crates.io", "-index"),
    concat!("registry.npmjs", ".org"),
    concat!("deb.debian", ".org"),
];

/// The lock file names the registry of every package: that is its purpose.
fn is_exempt(path: &str) -> bool {
    path == "Cargo.lock"
}

fn places(path: &str, text: &str) -> Vec<String> {
    let mut found = vec![];
    for (number, line) in text.lines().enumerate().filter(|_| !is_exempt(path)) {
        let banned = BANNED.iter().filter(|place| line.contains(**place));
        found.extend(banned.map(|place| format!("{path}:{}: `{place}`", number + 1)));
    }
    found
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    crate::hold(
        "machines and registries",
        files()
            .iter()
            .flat_map(|file| places(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn a_machine_and_a_registry_are_found() {
    for place in BANNED {
        assert_eq!(
            places("README.md", &format!("see {place}x")).len(),
            1,
            "{place}"
        );
        assert!(places("Cargo.lock", place).is_empty(), "{place}");
    }
}

//! The TypeScript in `ui/src/bindings` and the lists of `docs/api.md` are what the types say now.
//! `OPENER_BINDINGS=write` writes them.

#![cfg(test)]

use std::{collections::BTreeMap, fs, path::PathBuf};

use opener_api::bindings::{files, tables};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings")
}

fn on_disk() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder())
        .into_iter()
        .flatten()
        .map(Result::unwrap);
    let file = |entry: fs::DirEntry| {
        (
            entry.file_name().into_string().unwrap(),
            fs::read_to_string(entry.path()).unwrap(),
        )
    };
    entries.map(file).collect()
}

fn write(files: &BTreeMap<String, String>) {
    fs::create_dir_all(folder()).unwrap();
    for stale in on_disk().keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(folder().join(stale)).unwrap();
    }
    for (name, text) in files {
        fs::write(folder().join(name), text).unwrap();
    }
}

fn is_writing() -> bool {
    std::env::var_os("OPENER_BINDINGS").is_some_and(|value| value == "write")
}

/// What stands before and after the lists of the page.
const MARKS: [&str; 2] = ["<!-- generated -->\n", "<!-- end of generated -->"];

#[test]
fn the_lists_of_the_page_about_the_api_are_current() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(MARKS[0]).unwrap();
    let (_, tail) = rest.split_once(MARKS[1]).unwrap();
    let expected = format!("{head}{}{}{}{tail}", MARKS[0], tables(), MARKS[1]);
    if is_writing() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            page == expected,
            "docs/api.md is stale: write it with `cargo xtask bindings`"
        );
    }
}

#[test]
fn the_page_about_the_api_names_every_event() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = fs::read_to_string(path).unwrap();
    let events = files().unwrap().remove("Event.ts").unwrap();
    for event in events
        .split("\"event\": \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(page.contains(&format!("`{event}`")), "{event}");
    }
}

#[test]
fn the_typescript_in_the_tree_is_current() {
    let expected = files().unwrap();
    if is_writing() {
        write(&expected);
    }
    let found = on_disk();
    let names: Vec<_> = expected.keys().collect();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        names,
        "write them with `cargo xtask bindings`"
    );
    for (name, text) in &expected {
        assert!(
            found.get(name) == Some(text),
            "{name} is stale: write it with `cargo xtask bindings`"
        );
    }
}

#[test]
fn every_name_that_is_imported_has_a_file() {
    let files = files().unwrap();
    for (name, text) in &files {
        for line in text.lines().filter(|line| line.starts_with("import ")) {
            let module = line.split('"').nth(1).unwrap().trim_start_matches("./");
            assert!(
                files.contains_key(&format!("{module}.ts")),
                "{name}: {line}"
            );
        }
        let any = text
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "any" || word == "bigint");
        let code = !text
            .lines()
            .filter(|line| !line.trim_start().starts_with(['*', '/']))
            .any(|line| line.contains(": any") || line.contains("bigint"));
        assert!(code || !any, "{name} has an untyped or a big integer");
    }
}

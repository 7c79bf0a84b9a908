//! Where tests lie, so that the task which runs them all forgets none; and that packages are declared once.

use crate::repository::{Package, Target, files, packages};

/// Where a test target of a package must lie.
fn is_in_its_place(package: &Package, target: &Target) -> bool {
    let (folder, name) = (&package.folder, &target.name);
    let own = [
        format!("{folder}/tests/{name}.rs"),
        format!("{folder}/tests/{name}/main.rs"),
    ];
    if folder == "tests" {
        target.path == format!("tests/{name}/main.rs")
    } else {
        own.contains(&target.path)
    }
}

fn misplaced(packages: &[Package]) -> Vec<String> {
    let tests = packages
        .iter()
        .flat_map(|package| package.targets.iter().map(move |target| (package, target)));
    let wrong = tests
        .filter(|(package, target)| target.kind == "test" && !is_in_its_place(package, target));
    wrong
        .map(|(package, target)| format!("{} of {} at {}", target.name, package.name, target.path))
        .collect()
}

/// Folders with a `main.rs` in the room of tests that no target names.
fn undeclared(packages: &[Package], paths: &[String]) -> Vec<String> {
    let suites = paths
        .iter()
        .filter(|path| path.starts_with("tests/") && path.matches('/').count() == 2);
    let suites =
        suites.filter(|path| path.ends_with("/main.rs") && !path.starts_with("tests/src/"));
    let is_declared = |path: &str| {
        packages
            .iter()
            .flat_map(|package| &package.targets)
            .any(|target| target.path == path)
    };
    suites.filter(|path| !is_declared(path)).cloned().collect()
}

/// Dependencies which do not take their version from the workspace.
fn own_versions(path: &str, text: &str) -> Vec<String> {
    let is_member = path != "Cargo.toml" && path.ends_with("Cargo.toml");
    let mut section = "";
    let mut wrong = vec![];
    for line in text.lines().filter(|_| is_member) {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies]")
            && line.contains('=')
            && !line.contains("workspace = true")
        {
            wrong.push(format!("{path}: {line}"));
        }
    }
    wrong
}

/// Members which do not take the lints of the workspace; the tests have their own.
fn own_lints(path: &str, text: &str) -> Option<String> {
    let is_member =
        path != "Cargo.toml" && path.ends_with("Cargo.toml") && path != "tests/Cargo.toml";
    (is_member && !text.contains("[lints]\nworkspace = true")).then(|| path.to_owned())
}

#[test]
fn every_test_lies_where_it_is_looked_for() {
    crate::hold("tests in the wrong place", misplaced(&packages()));
}

#[test]
fn every_suite_is_declared() {
    let paths: Vec<String> = files().into_iter().map(|file| file.path).collect();
    crate::hold(
        "suites that no target names",
        undeclared(&packages(), &paths),
    );
}

#[test]
fn versions_and_features_are_declared_in_the_workspace() {
    crate::hold(
        "versions of a member",
        files()
            .iter()
            .flat_map(|file| own_versions(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    crate::hold(
        "members with other lints",
        files()
            .iter()
            .filter_map(|file| own_lints(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn a_misplaced_and_an_undeclared_suite_are_found() {
    let target = |name: &str, path: &str| Target {
        kind: "test".into(),
        name: name.into(),
        path: path.into(),
    };
    let targets = vec![
        target("house", "tests/house/main.rs"),
        target("odd", "tests/strange.rs"),
    ];
    let packages = [Package {
        folder: "tests".into(),
        name: "opener-tests".into(),
        targets,
        ..Package::default()
    }];
    assert_eq!(
        misplaced(&packages),
        ["odd of opener-tests at tests/strange.rs"]
    );
    let paths = [
        "tests/house/main.rs",
        "tests/stories/main.rs",
        "tests/src/main.rs",
    ]
    .map(str::to_owned);
    assert_eq!(undeclared(&packages, &paths), ["tests/stories/main.rs"]);
}

#[test]
fn a_version_and_a_missing_lint_of_a_member_are_found() {
    let manifest =
        "[package]\nversion = \"1\"\n[dependencies]\nserde.workspace = true\nrand = \"0.9\"\n";
    assert_eq!(
        own_versions("crates/net/Cargo.toml", manifest),
        ["crates/net/Cargo.toml: rand = \"0.9\""]
    );
    assert!(own_lints("crates/net/Cargo.toml", manifest).is_some());
    assert!(own_lints("crates/net/Cargo.toml", "[lints]\nworkspace = true\n").is_none());
}

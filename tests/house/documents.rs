//! The pages at the top: short where they must be, and the decisions numbered without a gap.

use crate::repository::{files, text};

/// Lines of one screen.
const SCREEN: usize = 60;

fn readme_faults(readme: &str) -> Vec<String> {
    let mut faults = vec![];
    if readme.lines().count() > SCREEN {
        faults.push(format!(
            "{} lines: {SCREEN} at most",
            readme.lines().count()
        ));
    }
    for command in ["cargo xtask run", "cargo xtask test"] {
        if !readme.contains(command) {
            faults.push(format!("does not name `{command}`"));
        }
    }
    faults
}

/// Decisions whose number is not the next one, or whose first line does not repeat it.
fn decision_faults(pages: &[(&str, &str)]) -> Vec<String> {
    let mut faults = vec![];
    for (expected, (path, text)) in pages.iter().enumerate() {
        let number = format!("{expected:04}");
        let name = path.rsplit('/').next().unwrap_or_default();
        if !name.starts_with(&format!("{number}-")) || !text.starts_with(&format!("# {number} ")) {
            faults.push(format!(
                "{path}: number {number} is expected, in the name and in the first line"
            ));
        }
    }
    faults
}

#[test]
fn the_readme_fits_one_screen_and_names_both_commands() {
    crate::hold("README.md", readme_faults(&text("README.md")));
}

#[test]
fn decisions_are_numbered_without_a_gap() {
    let files = files();
    let pages = files
        .iter()
        .filter(|file| file.path.starts_with("docs/decisions/"));
    let pages: Vec<_> = pages
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    crate::hold("docs/decisions", decision_faults(&pages));
}

#[test]
fn a_long_readme_and_a_missing_command_are_found() {
    assert_eq!(readme_faults("`cargo xtask run`").len(), 1);
    assert_eq!(
        readme_faults(&"cargo xtask run, cargo xtask test\n".repeat(61)).len(),
        1
    );
    assert!(readme_faults("`cargo xtask run` and `cargo xtask test`").is_empty());
}

#[test]
fn a_gap_between_decisions_is_found() {
    let pages = [
        ("docs/decisions/0000-form.md", "# 0000 The form"),
        ("docs/decisions/0002-late.md", "# 0002 Late"),
    ];
    assert_eq!(decision_faults(&pages).len(), 1);
    assert!(decision_faults(&pages[..1]).is_empty());
}

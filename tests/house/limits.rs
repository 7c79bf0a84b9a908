//! Every limit argues: its documentation says the unit and the reason.

use crate::repository::files;

fn silent_constants(path: &str, text: &str) -> Vec<String> {
    let is_limits = path.starts_with("crates/") && path.ends_with("/src/limits.rs");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut silent = vec![];
    for (number, line) in lines.iter().enumerate().filter(|_| is_limits) {
        let declaration = line
            .strip_prefix("pub(crate) ")
            .or_else(|| line.strip_prefix("pub "))
            .unwrap_or(line);
        let Some(constant) = declaration
            .strip_prefix("const ")
            .filter(|rest| !rest.starts_with('_'))
        else {
            continue;
        };
        let above = lines[..number]
            .iter()
            .rev()
            .find(|line| !line.starts_with("#["));
        if !above.is_some_and(|line| line.starts_with("///")) {
            let name = constant.split(':').next().unwrap_or_default();
            silent.push(format!("{path}:{}: {name}", number + 1));
        }
    }
    silent
}

#[test]
fn every_limit_says_why() {
    crate::hold(
        "limits without a word",
        files()
            .iter()
            .flat_map(|file| silent_constants(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn a_limit_without_a_word_is_found() {
    let path = "crates/trade/src/limits.rs";
    assert_eq!(
        silent_constants(
            path,
            "/// Lines of a request.\npub const LINES: usize = 9;\n\npub const BIDS: usize = 3;"
        )
        .len(),
        1
    );
    assert!(
        silent_constants(
            path,
            "/// Lines.\n#[cfg(any())]\npub const LINES: usize = 9;\nconst _: () = ();"
        )
        .is_empty()
    );
}

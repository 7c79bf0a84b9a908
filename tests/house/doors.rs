//! One list of requests: it stands in the api, and the doors do not repeat it.

use crate::repository::files;

/// First words of the requests.
const SUBJECTS: &[&str] = &[
    "profile",
    "listing",
    "sellers",
    "rfp",
    "inbox",
    "bid",
    "decline",
    "ranking",
    "order",
    "terms",
    "deal",
    "directory",
    "network",
];

/// Rooms that pass requests on without knowing them.
const DOORS: [&str; 3] = ["crates/gateway/src/", "crates/peer/src/", "src-tauri/"];

/// The names of requests that stand as strings in the product part of a source.
fn repeated(path: &str, text: &str) -> Vec<String> {
    let is_door = path.ends_with(".rs") && DOORS.iter().any(|door| path.starts_with(door));
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = vec![];
    for (number, line) in product
        .lines()
        .enumerate()
        .filter(|(_, line)| is_door && !line.trim().starts_with("//"))
    {
        let names = line
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|quoted| is_request(quoted));
        found.extend(names.map(|name| format!("{path}:{}: `{name}`", number + 1)));
    }
    found
}

fn is_request(quoted: &str) -> bool {
    let Some((subject, verb)) = quoted.split_once('.') else {
        return false;
    };
    SUBJECTS.contains(&subject) && !verb.is_empty() && verb.chars().all(|c| c.is_ascii_lowercase())
}

#[test]
fn no_door_repeats_the_list_of_requests() {
    crate::hold(
        "requests named at a door",
        files()
            .iter()
            .flat_map(|file| repeated(&file.path, &file.text))
            .collect(),
    );
}

#[test]
fn a_request_named_at_a_door_is_found() {
    let text = "match method {\n    \"rfp.send\" => send(),\n}\n";
    assert_eq!(
        repeated("crates/gateway/src/a.rs", text),
        ["crates/gateway/src/a.rs:2: `rfp.send`"]
    );
    assert!(repeated("crates/api/src/a.rs", text).is_empty());
    assert!(
        repeated(
            "crates/gateway/src/a.rs",
            "#[cfg(test)]\nmod tests { const A: &str = \"rfp.send\"; }"
        )
        .is_empty()
    );
}

//! The registry of numbers, `docs/protocol/registry.md`, says what the code says.

use crate::repository::text;
use opener_trade::{Kind, Reason};

/// A row of a table: number, name, and whether it is built or reserved.
type Row = (u16, String, String);

/// The rows of all tables under the heading that names the subject.
fn rows(page: &str, subject: &str) -> Vec<Row> {
    let names_it = |section: &&str| {
        section
            .lines()
            .next()
            .is_some_and(|heading| heading.to_lowercase().contains(subject))
    };
    let section = page
        .split("\n## ")
        .skip(1)
        .find(names_it)
        .unwrap_or_default();
    section.lines().filter_map(row).collect()
}

/// A line as a row, if its first column is a number.
fn row(line: &str) -> Option<Row> {
    let mut columns = line
        .trim()
        .strip_prefix('|')?
        .split('|')
        .map(|column| column.trim().trim_matches('`'));
    let number = columns.next()?.parse().ok()?;
    Some((
        number,
        columns.next()?.to_owned(),
        columns.next().unwrap_or_default().to_owned(),
    ))
}

/// What differs between the registry and the code.
fn differences(registry: &[Row], code: &[Row]) -> Vec<String> {
    let only = |these: &[Row], those: &[Row], place: &str| -> Vec<String> {
        let missing = these.iter().filter(|row| !those.contains(row));
        missing
            .map(|(number, name, state)| format!("only in {place}: {number} {name} {state}"))
            .collect()
    };
    let mut found = only(registry, code, "the registry");
    found.extend(only(code, registry, "the code"));
    for (at, (number, name, _)) in registry.iter().enumerate() {
        if registry[..at]
            .iter()
            .any(|(other, same, _)| other == number || same == name)
        {
            found.push(format!("given twice: {number} {name}"));
        }
    }
    found
}

fn state(is_built: bool) -> String {
    if is_built { "built" } else { "reserved" }.to_owned()
}

#[test]
fn the_registry_of_kinds_and_the_code_agree() {
    let code: Vec<Row> = Kind::ALL
        .iter()
        .map(|kind| {
            (
                kind.number(),
                kind.name().to_owned(),
                state(kind.is_built()),
            )
        })
        .collect();
    crate::hold(
        "kinds",
        differences(&rows(&text("docs/protocol/registry.md"), "kind"), &code),
    );
}

#[test]
fn the_registry_of_reasons_and_the_code_agree() {
    let registry = rows(&text("docs/protocol/registry.md"), "reason");
    let code: Vec<Row> = Reason::ALL
        .iter()
        .map(|reason| (reason.number(), reason.name().to_owned(), state(true)))
        .collect();
    crate::hold("reasons", differences(&registry, &code));
}

#[test]
fn a_changed_a_missing_and_a_repeated_number_are_found() {
    let page = "# Registry\n\n## Kinds of documents\n\n| number | name | state |\n| --- | --- | --- |\n| 1 | listing | built |\n\
                | 2 | `rfp` | reserved |\n\n## Reasons\n\n| 1 | late | built |\n";
    let registry = rows(page, "kind");
    let row = |number: u16, name: &str, state: &str| (number, name.to_owned(), state.to_owned());
    let code = [row(1, "listing", "built"), row(2, "rfp", "reserved")];
    assert_eq!(differences(&registry, &code), Vec::<String>::new());
    assert_eq!(
        differences(
            &registry,
            &[row(1, "listing", "built"), row(2, "rfp", "built")]
        )
        .len(),
        2
    );
    assert_eq!(
        differences(&registry, &code[..1]),
        ["only in the registry: 2 rfp reserved"]
    );
    assert_eq!(
        differences(&registry[..1], &code),
        ["only in the code: 2 rfp reserved"]
    );
    let repeated = [row(1, "listing", "built"), row(1, "rfp", "built")];
    assert_eq!(differences(&repeated, &repeated), ["given twice: 1 rfp"]);
    assert_eq!(rows(page, "reason"), [row(1, "late", "built")]);
}

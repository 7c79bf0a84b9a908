//! The tables of `docs/protocol/0003-documents.md` say what the code says: keys, names, limits, numbers of words.

use std::{collections::BTreeMap, fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A struct or a list of words: its name, and for each field key, name and type.
#[derive(Debug, PartialEq, Eq)]
struct Declared {
    name: String,
    rows: Vec<(u32, String, String)>,
}

/// What the page describes in words instead of a table.
const IN_WORDS: [&str; 3] = ["Money", "Document", "Firm"];

/// `HighestBid` as `highest_bid`.
fn snake(word: &str) -> String {
    let mut snake = String::new();
    for (i, c) in word.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// Reads structs with `#[n(…)]` keys, the short documents of the `note!` macro, and word lists.
fn declared(source: &str) -> Vec<Declared> {
    let mut found: Vec<Declared> = vec![];
    let mut key = None;
    let mut open = false;
    for line in source
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
    {
        let begins = line
            .strip_prefix("pub struct ")
            .or_else(|| line.strip_suffix('{').filter(|_| is_note_head(line)));
        if let Some(rest) = begins {
            let name = rest
                .split(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default();
            found.push(Declared {
                name: name.to_owned(),
                rows: vec![],
            });
            (open, key) = (true, None);
        } else if line.starts_with('}') || line.starts_with("pub enum") {
            open = false;
        } else if let Some(number) = line
            .strip_prefix("#[n(")
            .and_then(|rest| rest.strip_suffix(")]"))
        {
            key = number.parse().ok();
        } else if let (true, Some(last)) = (open, found.last_mut()) {
            let (number, field) = match (line.split_once(' '), line.split_once(" = ")) {
                (_, Some((word, number))) => (
                    number.trim_end_matches(',').parse().ok(),
                    format!("{}: ", snake(word)),
                ),
                (Some((first, rest)), _) if first.parse::<u32>().is_ok() => {
                    (first.parse().ok(), rest.to_owned())
                }
                _ => (key, line.to_owned()),
            };
            let Some((name, kind)) = field.trim_start_matches("pub ").split_once(':') else {
                continue;
            };
            if let Some(number) = number.filter(|_| !name.starts_with('#')) {
                last.rows.push((
                    number,
                    name.to_owned(),
                    kind.trim().trim_end_matches(',').to_owned(),
                ));
                key = None;
            }
        }
    }
    found.retain(|declared| !declared.rows.is_empty());
    found
}

/// `RfpCancel, RfpCancel, true {` and `TaxBasis {`: the first lines inside the macros.
fn is_note_head(line: &str) -> bool {
    let name = line.trim_end_matches(['{', ' ']);
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .split(", ")
            .all(|word| word.chars().all(char::is_alphanumeric))
}

/// The tables of a page: for each row the first three columns.
fn tables(page: &str) -> Vec<Vec<(u32, String, String)>> {
    let mut tables = vec![vec![]];
    for line in page.lines() {
        let mut columns = line
            .strip_prefix("| ")
            .map(|rest| rest.split(" | ").map(str::to_owned))
            .into_iter()
            .flatten();
        match (
            columns.next().and_then(|first| first.parse().ok()),
            columns.next(),
            columns.next(),
        ) {
            (Some(number), Some(name), Some(third)) => {
                if let Some(table) = tables.last_mut() {
                    table.push((number, name, third));
                }
            }
            _ if line.starts_with('|') => {}
            _ => tables.push(vec![]),
        }
    }
    tables.retain(|table| !table.is_empty());
    tables
}

/// Constants that are numbers or products of numbers.
fn limits(source: &str) -> BTreeMap<String, u64> {
    let lines = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(';'));
    let parsed = lines.filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let factors = rest
            .split_once('=')?
            .1
            .split('*')
            .map(|factor| factor.trim().parse::<u64>());
        Some((name.to_owned(), factors.product::<Result<_, _>>().ok()?))
    });
    parsed.collect()
}

/// Why no table of the page is that of a declaration, if so.
fn fault(
    declared: &Declared,
    tables: &[Vec<(u32, String, String)>],
    limits: &BTreeMap<String, u64>,
) -> Option<String> {
    let same = |table: &&Vec<(u32, String, String)>| {
        table.len() == declared.rows.len()
            && table
                .iter()
                .zip(&declared.rows)
                .all(|(row, own)| (row.0, &row.1) == (own.0, &own.1))
    };
    let limited = |table: &&Vec<(u32, String, String)>| {
        table.iter().zip(&declared.rows).all(|(row, own)| {
            let written: Vec<_> = row.2.split(|c: char| !c.is_ascii_digit()).collect();
            let words = own
                .2
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            words
                .filter_map(|word| limits.get(word))
                .all(|limit| written.contains(&&*limit.to_string()))
        })
    };
    let mut fitting = tables.iter().filter(same);
    match fitting.clone().next() {
        None => Some(format!(
            "{}: no table has {:?}",
            declared.name, declared.rows
        )),
        Some(_) if fitting.any(|table| limited(&table)) => None,
        Some(_) => Some(format!(
            "{}: the table names other limits than {:?}",
            declared.name, declared.rows
        )),
    }
}

#[test]
fn every_document_has_its_table_and_every_word_its_number() {
    let limits = limits(&fs::read_to_string(root().join("crates/trade/src/limits.rs")).unwrap());
    let tables =
        tables(&fs::read_to_string(root().join("docs/protocol/0003-documents.md")).unwrap());
    let mut checked = 0;
    let mut faults = vec![];
    for folder in ["document", "value"] {
        for entry in fs::read_dir(root().join("crates/trade/src").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let source = fs::read_to_string(&path).unwrap();
                let declared = declared(source.split("#[cfg(test)]").next().unwrap());
                let declared = declared
                    .iter()
                    .filter(|declared| !IN_WORDS.contains(&&*declared.name));
                for declared in declared {
                    checked += 1;
                    faults.extend(fault(declared, &tables, &limits));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(checked >= 72, "only {checked} declarations were found");
}

#[test]
fn a_table_with_another_key_or_limit_is_found() {
    let source = "pub struct Chat {\n    /// The text.\n    #[n(0)]\n    pub text: PeerText<CHAT_BYTES>,\n}\n\
                  word_enum! {\n    /// How.\n    Stage {\n        /// A.\n        AtHome = 0,\n    }\n}\n\
                  note! {\n    Lapse, Lapse, false {\n        0 order: DocumentId,\n    }\n}\n";
    let declared = declared(source);
    let names: Vec<_> = declared.iter().map(|declared| &*declared.name).collect();
    assert_eq!(names, ["Chat", "Stage", "Lapse"]);
    assert_eq!(declared[1].rows[0].1, "at_home");
    let limits = limits("pub const CHAT_BYTES: usize = 4 * 1024;");
    let fault = |page: &str| fault(&declared[0], &tables(page), &limits);
    assert_eq!(
        fault("| key | name | type |\n| --- | --- | --- |\n| 0 | text | text 4096 | says |\n"),
        None
    );
    assert!(fault("| 1 | text | text 4096 | says |\n").is_some());
    assert!(fault("| 0 | text | text 4095 | says |\n").is_some());
    assert!(fault("| 0 | text | text 4096 | says |\n| 1 | more | uint 8 | says |\n").is_some());
}

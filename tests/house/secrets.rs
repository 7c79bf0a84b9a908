//! Secret keys stay where they are: the doors do not know their types, and the types cannot be printed.

use crate::repository::rust;
use crate::source::{Rust, mentioned, mentions, rust as source};

/// Words in the names of types that hold a secret key.
const SECRET: [&str; 5] = ["Secret", "Seed", "Keypair", "SigningKey", "Signer"];

/// The type of the secret half of a peer, which has none of these words in its name.
const IDENTITY: &str = "Identity";

/// What shows a value to others.
const SHOWN: [&str; 3] = ["Debug", "Serialize", "Display"];

/// Rooms through which people and programs reach a peer.
const DOORS: [&str; 4] = [
    "crates/api/",
    "crates/gateway/",
    "src-tauri/",
    "crates/cli/",
];

/// The types a source declares with a word for secrets in their names: name, and what they derive.
fn secret_types(source: &Rust) -> Vec<(String, String)> {
    let mut types = vec![];
    let mut derived = String::new();
    for line in source.product.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            derived = line.to_owned();
        }
        let declared = ["struct ", "enum "]
            .iter()
            .find_map(|word| line.split_once(word).map(|(_, name)| name));
        let Some(declared) = declared else { continue };
        let name: String = declared
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
        if name == IDENTITY || SECRET.iter().any(|word| name.contains(word)) {
            types.push((name, derived.clone()));
        }
        derived.clear();
    }
    types
}

/// Secret types of a source which show themselves.
fn shown(source: &Rust) -> Vec<String> {
    let mut faults = vec![];
    for (name, derived) in secret_types(source) {
        let derives = SHOWN.iter().filter(|shown| mentioned(&derived, shown));
        faults.extend(derives.map(|shown| format!("{}: {name} derives {shown}", source.path)));
        for shown in ["Serialize", "Display"] {
            if source.product.contains(&format!("{shown} for {name}")) {
                faults.push(format!("{}: {shown} for {name}", source.path));
            }
        }
    }
    faults
}

fn at_the_door(source: &Rust) -> Vec<String> {
    let words = [
        "SigningKey",
        "SecretKey",
        "Keypair",
        "Signer",
        "secret_key",
        "to_keypair_bytes",
    ];
    let is_door = DOORS.iter().any(|door| source.path.starts_with(door));
    if is_door {
        mentions(&source.path, &source.product, &words)
    } else {
        vec![]
    }
}

#[test]
fn types_of_secret_keys_show_nothing() {
    crate::hold(
        "secrets that show themselves",
        rust().iter().flat_map(shown).collect(),
    );
}

#[test]
fn the_doors_know_no_secret_key() {
    crate::hold(
        "secret keys at a door",
        rust().iter().flat_map(at_the_door).collect(),
    );
}

#[test]
fn a_secret_that_shows_itself_is_found() {
    let guilty = [
        "#[derive(Clone, Debug)]\npub struct SecretSeed([u8; 32]);",
        "pub struct Signer(u8);\nimpl fmt::Display for Signer {}",
        "#[derive(Serialize)]\nstruct IdentitySeed {}",
        "#[derive(Debug)]\npub struct Identity {}",
    ];
    for text in guilty {
        assert_eq!(
            shown(&source("crates/trade/src/a.rs", text)).len(),
            1,
            "{text}"
        );
    }
    let innocent =
        "#[derive(Debug)]\nstruct Open;\npub struct Signer(u8);\nimpl fmt::Debug for Signer {}";
    assert!(shown(&source("crates/trade/src/a.rs", innocent)).is_empty());
}

#[test]
fn a_secret_key_at_a_door_is_found() {
    let text = "pub fn export(key: &SigningKey) {}";
    assert_eq!(at_the_door(&source("crates/api/src/a.rs", text)).len(), 1);
    assert!(at_the_door(&source("crates/peer/src/a.rs", text)).is_empty());
}

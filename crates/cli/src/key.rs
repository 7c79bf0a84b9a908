//! Where a peer's key is kept, as the command line says it.

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use opener_api::{KeyFound, KeyPlace, Passphrase, key_found};
use zeroize::Zeroizing;

/// The place of the key: sealed with the passphrase of this file, or as it is found. A sealed key asks at the terminal,
/// if there is one.
///
/// # Errors
/// The file or what was typed is no passphrase.
pub fn place(data: &Path, file: Option<&Path>) -> Result<KeyPlace> {
    if let Some(file) = file {
        return Ok(KeyPlace::Sealed(Passphrase::read(file)?));
    }
    if key_found(data) != KeyFound::Sealed || !io::stdin().is_terminal() {
        return Ok(KeyPlace::Plain);
    }
    let question = format!("Passphrase of the key in {}: ", data.display());
    Ok(KeyPlace::Sealed(Passphrase::new(&typed(&question)?)?))
}

/// The passphrase of a backup: the first line of this file, or what is typed at the terminal; a new one is typed twice.
///
/// # Errors
/// It is no passphrase, or nobody can be asked.
pub fn words(file: Option<&Path>, is_new: bool) -> Result<Zeroizing<String>> {
    let words = match file {
        Some(path) => {
            let bytes = fs::read(path).map(Zeroizing::new);
            let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
            let text = str::from_utf8(&bytes).context("the passphrase is no text in UTF-8")?;
            Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())
        }
        None if !io::stdin().is_terminal() => {
            bail!("say with --passphrase-file which file holds the passphrase as its first line")
        }
        None => typed("Passphrase of the backup: ")?,
    };
    Passphrase::new(&words)?;
    if is_new && file.is_none() {
        let again = typed("The same again: ")?;
        ensure!(*words == *again, "these are two different passphrases");
    }
    Ok(words)
}

fn typed(question: &str) -> Result<Zeroizing<String>> {
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .context("cannot ask for the passphrase; give --passphrase-file")
}

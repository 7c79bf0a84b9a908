//! Where a peer's key is kept, as the command line says it.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use anyhow::{Context, Result};
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
    let typed = rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .context("cannot ask for the passphrase; give --passphrase-file")?;
    Ok(KeyPlace::Sealed(Passphrase::new(&typed)?))
}

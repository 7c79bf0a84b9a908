//! `opener backup` and `opener restore`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use opener_api::{KeyPlace, backup};

use crate::{
    args::{BackupArguments, RestoreArguments},
    ask::refused,
    files::{gateway, write_new},
    key, output, server,
};

/// Makes a backup of a running peer.
///
/// # Errors
/// It cannot be written.
pub async fn save(arguments: BackupArguments) -> Result<ExitCode> {
    let words = key::words(arguments.passphrase_file.as_deref(), true)?;
    match gateway(&arguments.door)?.backup(words).await {
        Ok(body) => write_new(body, arguments.file).await,
        Err(error) => refused(&error),
    }
}

/// Restores a backup, and says what to do next.
///
/// # Errors
/// The passphrase does not open it, it is damaged, or somebody is at home in the folder.
pub async fn restore(arguments: RestoreArguments) -> Result<ExitCode> {
    let words = key::words(arguments.passphrase_file.as_deref(), false)?;
    let words = opener_api::Passphrase::new(&words)?;
    let data = arguments.data;
    let _lock = server::occupy(&data)?;
    let place = KeyPlace::Sealed(words.clone());
    let restored = backup::restore(arguments.file, data.clone(), words, place)
        .await
        .with_context(|| format!("nothing is restored to {}", data.display()))?;
    let (made_at, folder) = (restored.made_at, data.display());
    eprintln!(
        "This peer is as it was at {made_at}. Two programs with one key contradict each other: see that the old one never \
         starts again. Then:\n  opener peer --data {folder} --passphrase-file FILE\n  opener api restored.go_on --data {folder}"
    );
    output::json(&serde_json::json!({
        "data": data,
        "peer_id": restored.peer,
        "made_at": made_at,
    }))?;
    Ok(ExitCode::SUCCESS)
}

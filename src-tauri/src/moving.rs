//! A peer moves to another machine: into a backup, and out of one.

use opener_api::{
    KeyPlace, Passphrase,
    backup::{self, BackupError},
    has_keychain,
};
use serde::Serialize;
use tauri::{AppHandle, Manager, State, WebviewWindow};
use zeroize::Zeroizing;

use crate::{
    desk::{Desk, Phase},
    opening, phones,
    refusal::Refusal,
    window,
};

/// What became of restoring. Nothing has changed unless it is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The peer of the backup is here.
    Restored,
    /// The person thought better of it.
    Cancelled,
    /// The passphrase does not open it.
    WrongPassphrase,
    /// The file is no backup.
    NoBackup,
    /// It is cut or changed.
    Damaged,
    /// A newer program made it.
    Newer,
    /// There is a peer here already that is somebody.
    Occupied,
}

/// Asks where, and makes a backup there. Gives whether it was made, or the person thought better of it.
///
/// # Errors
/// The words are no passphrase, the peer does not run, or the disk refuses.
#[tauri::command]
pub async fn back_up(
    window: WebviewWindow,
    desk: State<'_, Desk>,
    passphrase: String,
) -> Result<bool, Refusal> {
    let typed = Zeroizing::new(passphrase);
    let words = Passphrase::new(&typed)?;
    let handle = desk.peer().await?;
    let name = format!("opener-{}.backup", &handle.peer_id().to_string()[..8]);
    let Some(path) = window::ask_where_to_save(&window, name).await? else {
        return Ok(false);
    };
    backup::save(&handle, words, &path).await?;
    Ok(true)
}

/// Asks which file, and restores it in place of a peer that never had a profile.
///
/// # Errors
/// The words are no passphrase, or the disk or the keychain refuses.
#[tauri::command]
pub async fn restore(
    app: AppHandle,
    window: WebviewWindow,
    passphrase: String,
) -> Result<Outcome, Refusal> {
    let typed = Zeroizing::new(passphrase);
    let words = Passphrase::new(&typed)?;
    let Some(file) = window::ask_which_file(&window).await? else {
        return Ok(Outcome::Cancelled);
    };
    let desk = app.state::<Desk>();
    let before = match desk.phase() {
        Phase::Running(handle) => Some(handle),
        _ => None,
    };
    if let Some(handle) = &before
        && handle.profile().await.ok().flatten().is_some()
    {
        return Ok(Outcome::Occupied);
    }
    let asked = tokio::task::spawn_blocking(has_keychain).await;
    let place = if asked.unwrap_or(false) {
        KeyPlace::Keychain
    } else {
        KeyPlace::Sealed(words.clone())
    };
    let is_sealed = matches!(place, KeyPlace::Sealed(_));
    // What does not open is found out while the peer still runs.
    if let Err(error) = backup::unpack(file, desk.data().to_owned(), words.clone(), place).await {
        return outcome(error);
    }
    match &before {
        Some(handle) => {
            desk.set_phase(Phase::Opening);
            phones::close(&app).await;
            opening::close(handle).await;
        }
        None if desk.begin_opening() => {}
        None => return Err(Refusal::OpenAlready),
    }
    let moved = backup::move_in(desk.data());
    // The peer that is here now, whichever it is.
    opening::open(&app, is_sealed.then_some(words)).await;
    moved?;
    Ok(Outcome::Restored)
}

fn outcome(error: BackupError) -> Result<Outcome, Refusal> {
    match error {
        BackupError::WrongPassphrase => Ok(Outcome::WrongPassphrase),
        BackupError::NoBackup => Ok(Outcome::NoBackup),
        BackupError::Damaged => Ok(Outcome::Damaged),
        BackupError::Newer => Ok(Outcome::Newer),
        other => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_hears_what_was_wrong_with_a_backup_as_a_word() {
        let said = |error| serde_json::to_string(&outcome(error).unwrap()).unwrap();
        assert_eq!(said(BackupError::WrongPassphrase), r#""wrong_passphrase""#);
        assert_eq!(said(BackupError::Damaged), r#""damaged""#);
        assert!(outcome(BackupError::Busy).is_err());
    }
}

//! From a folder to a running peer, and back.

use std::time::Duration;

use opener_api::{
    CallReach, Handle, IdentityError, KeyFound, KeyPlace, Passphrase, PeerConfig, SealedError,
    StartError, backup::settle, has_keychain, key_found,
};
use tauri::{AppHandle, Manager};

use crate::{
    desk::{Desk, Lock, Phase},
    notices, phones, tray,
};

/// How long a peer may take to close its connections and database before the program ends without. Nothing that was
/// acknowledged is lost then: the next start repeats the last write.
const CLOSE_TIME: Duration = Duration::from_secs(10);

/// Opens the peer as the program starts.
pub fn begin(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { open(&app, None).await });
}

/// Opens the peer, with this passphrase or as it is found. How that went is the desk's phase.
pub async fn open(app: &AppHandle, passphrase: Option<Passphrase>) {
    let desk = app.state::<Desk>();
    let phase = match place(&desk, passphrase).await {
        Ok(place) => start(&desk, place).await,
        Err(phase) => phase,
    };
    if let Phase::Running(handle) = &phase {
        tauri::async_runtime::spawn(notices::follow(app.clone(), handle.clone()));
        phones::follow(app, handle.clone()).await;
    }
    desk.set_phase(phase);
    tray::translate(app);
}

/// Where the key is, or what is wanted first.
async fn place(desk: &Desk, passphrase: Option<Passphrase>) -> Result<KeyPlace, Phase> {
    if let Some(words) = passphrase {
        return Ok(KeyPlace::Sealed(words));
    }
    if let Some(file) = &desk.arguments().passphrase_file {
        let words = Passphrase::read(file).map_err(|error| Phase::Failed(error.to_string()))?;
        return Ok(KeyPlace::Sealed(words));
    }
    if let Err(error) = settle(desk.data()) {
        return Err(Phase::Failed(error.to_string()));
    }
    match key_found(desk.data()) {
        KeyFound::Plain => Ok(KeyPlace::Plain),
        KeyFound::Sealed => Err(Phase::Locked(Lock::Sealed)),
        KeyFound::Keychain => Ok(KeyPlace::Keychain),
        KeyFound::Nowhere => {
            let asked = tokio::task::spawn_blocking(has_keychain).await;
            if asked.unwrap_or(false) {
                Ok(KeyPlace::Keychain)
            } else {
                Err(Phase::Locked(Lock::Fresh))
            }
        }
    }
}

async fn start(desk: &Desk, key: KeyPlace) -> Phase {
    let mut directories = vec![];
    for address in &desk.arguments().directory {
        match address.parse() {
            Ok(address) => directories.push(address),
            Err(error) => return Phase::Failed(format!("--directory {address}: {error}")),
        }
    }
    let config = PeerConfig {
        data: desk.data().to_owned(),
        key,
        listen: vec![],
        directories,
        profile: None,
        calls: CallReach::default(),
    };
    match opener_api::start(config).await {
        Ok(handle) => Phase::Running(handle),
        Err(StartError::Identity(IdentityError::Sealed(SealedError::WrongPassphrase(_)))) => {
            Phase::Locked(Lock::Wrong)
        }
        Err(StartError::Identity(IdentityError::NeedsPassphrase(_))) => Phase::Locked(Lock::Sealed),
        Err(error) => Phase::Failed(error.to_string()),
    }
}

/// Ends the program in order: the peer first.
pub fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Phase::Running(handle) = app.state::<Desk>().phase() {
            phones::close(&app).await;
            close(&handle).await;
        }
        app.exit(0);
    });
}

/// Closes a peer, and goes on without if that takes too long.
pub async fn close(handle: &Handle) {
    if tokio::time::timeout(CLOSE_TIME, handle.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("the peer did not close in time");
    }
}

/// Ends in order when the system or a terminal says so.
pub fn quit_on_signals(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = asked_to_stop().await {
            tracing::warn!(%error, "signals are not heard");
        } else {
            quit(&app);
        }
    });
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

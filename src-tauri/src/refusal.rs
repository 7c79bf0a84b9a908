//! Why something of the window's own does not work. Requests of the api have their own errors.

use serde::{Serialize, Serializer};

/// Why something of the window's own does not work.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The words are no passphrase.
    #[error(transparent)]
    Passphrase(#[from] opener_api::PassphraseError),
    /// The api refuses.
    #[error(transparent)]
    Api(#[from] opener_api::ApiError),
    /// A backup is not restored.
    #[error(transparent)]
    Backup(#[from] opener_api::backup::BackupError),
    /// The peer runs, or is being opened.
    #[error("the key is open already")]
    OpenAlready,
    /// What was sent is not what the command takes.
    #[error("the page sent something else than {0}")]
    Malformed(&'static str),
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// There is no browser that takes it.
    #[error("no browser opens it: {0}")]
    Browser(std::io::Error),
    /// The system does not start programs with the computer, or not this one.
    #[error("{0}")]
    Autostart(#[from] tauri_plugin_autostart::Error),
    /// The window is gone.
    #[error("the window cannot do this now: {0}")]
    Window(#[from] tauri::Error),
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

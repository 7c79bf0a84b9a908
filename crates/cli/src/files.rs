//! `opener attach` and `opener save`: attached files of a running peer.

use std::{
    fs::{File, OpenOptions},
    io,
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result};

use crate::{
    args::{AttachArguments, DoorArguments, SaveArguments},
    ask::{door, refused},
    client::Gateway,
    output,
};

/// Adds a file and prints what documents name it by.
///
/// # Errors
/// It cannot be read, or the output cannot be written.
pub async fn attach(arguments: AttachArguments) -> Result<ExitCode> {
    let path = arguments.file;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let gateway = gateway(&arguments.door)?;
    match gateway.upload(&name, &arguments.media_type, file).await {
        Ok(attachment) => {
            output::json(&attachment)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => refused(&error),
    }
}

/// Saves a file that is at the peer.
///
/// # Errors
/// It cannot be written.
pub async fn save(arguments: SaveArguments) -> Result<ExitCode> {
    let gateway = gateway(&arguments.door)?;
    let body = match gateway.download(&arguments.sha256).await {
        Ok(body) => body,
        Err(error) => return refused(&error),
    };
    write_new(body, arguments.file).await
}

/// Writes what a gateway gives into a file that is not there yet, for its owner alone.
///
/// # Errors
/// It is there, or cannot be written.
pub(crate) async fn write_new(
    mut body: ureq::BodyReader<'static>,
    path: PathBuf,
) -> Result<ExitCode> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&path)
        .with_context(|| format!("cannot make {}", path.display()))?;
    let copied = tokio::task::spawn_blocking(move || -> io::Result<u64> {
        let bytes = io::copy(&mut body, &mut file)?;
        file.sync_all()?;
        Ok(bytes)
    });
    let bytes = copied
        .await?
        .with_context(|| format!("cannot write {}", path.display()))?;
    output::json(&serde_json::json!({ "bytes": bytes, "file": path }))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn gateway(named: &DoorArguments) -> Result<Gateway> {
    Ok(Gateway::new(door(
        named.data.as_deref(),
        named.gateway.as_deref(),
        named.token.as_deref(),
    )?))
}

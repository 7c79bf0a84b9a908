//! The servers: a directory, a peer.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use data_encoding::HEXLOWER;
use opener_api::{CallReach, PeerConfig, Profile, backup::settle};
use opener_gateway::{GatewayConfig, Pages, PhoneDoor, Token};

use crate::{
    args::{DirectoryArguments, PeerArguments},
    key, output,
    ready::{Door, Ready},
    stop::Stop,
};

/// Name of the file in a data folder that its running server holds locked.
const LOCK_FILE: &str = "running.lock";

/// Runs a directory until it is told to stop.
///
/// # Errors
/// It does not start.
pub async fn directory(arguments: DirectoryArguments) -> Result<()> {
    let _lock = occupy(&arguments.data)?;
    let mut stop = Stop::listen(arguments.stop_with_stdin)?;
    let mut config = opener_directory::Config::new(&arguments.data);
    config.http = arguments.http;
    config.database = arguments.database.unwrap_or_default();
    if !arguments.listen.is_empty() {
        config.listen = arguments.listen;
    }
    let running = opener_directory::serve(config)
        .await
        .with_context(|| cannot_start("directory", &arguments.data))?;
    output::json_line(&Ready {
        ready: true,
        peer_id: running.peer_id(),
        addresses: running.addresses(),
        door: None,
        http: Some(format!("http://{}", running.http())),
    })?;
    stop.asked().await;
    tracing::info!("stopping");
    running.shutdown().await;
    Ok(())
}

/// Runs a peer and its gateway until it is told to stop.
///
/// # Errors
/// It does not start.
pub async fn peer(arguments: PeerArguments) -> Result<()> {
    let _lock = occupy(&arguments.data)?;
    settle(&arguments.data).context("a restored peer does not move in; start again")?;
    // Before Ctrl-C is listened for, so that it ends a question at the terminal.
    let key = key::place(&arguments.data, arguments.passphrase_file.as_deref())?;
    let mut stop = Stop::listen(arguments.stop_with_stdin)?;
    let profile = arguments.profile.as_deref().map(read_profile).transpose()?;
    if let Some(folder) = &arguments.ui {
        let missing = "no index.html there; build it with `npm run build` in ui/";
        ensure!(
            folder.join("index.html").is_file(),
            "{}: {missing}",
            folder.display()
        );
    }
    let config = PeerConfig {
        data: arguments.data.clone(),
        key,
        listen: arguments.listen,
        directories: arguments.directory,
        profile,
        calls: CallReach::default(),
    };
    let handle = opener_api::start(config)
        .await
        .with_context(|| cannot_start("peer", &arguments.data))?;
    let token = new_token()?;
    let config = GatewayConfig {
        listen: arguments.gateway,
        pages: arguments.ui.map_or(Pages::None, Pages::Folder),
        // The token stands in the data folder, beside the key.
        backups: arguments.gateway.ip().is_loopback(),
        ..GatewayConfig::new(Token::new(token.as_str())?)
    };
    let phones = PhoneDoor::follow(handle.clone(), config.pages.clone());
    let gateway = opener_gateway::serve(handle.clone(), config).await?;
    let door = Door {
        gateway: gateway.url.clone(),
        token,
    };
    let _kept = door.keep(&arguments.data)?;
    let addresses = handle.status().await?.addresses;
    output::json_line(&Ready {
        ready: true,
        peer_id: handle.peer_id(),
        addresses,
        door: Some(door),
        http: None,
    })?;
    stop.asked().await;
    tracing::info!("stopping");
    phones.shutdown().await;
    gateway.shutdown().await;
    handle.shutdown().await;
    Ok(())
}

/// Bytes of randomness in a token: as much as no guessing reaches.
const TOKEN_BYTES: usize = 32;

/// A new token at every start: an old one opens nothing.
fn new_token() -> Result<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(HEXLOWER.encode(&bytes))
}

fn cannot_start(what: &str, data: &Path) -> String {
    format!("the {what} on {} cannot start", data.display())
}

/// Makes the data folder if need be, for its owner alone, and sees to it that no other server uses it. The system lifts
/// the lock when this process ends, however it ends.
pub(crate) fn occupy(data: &Path) -> Result<File> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
        .create(data)
        .with_context(|| format!("cannot make the data folder {}", data.display()))?;
    let path = data.join(LOCK_FILE);
    let lock = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            let data = data.display();
            bail!("another server runs on {data} already: stop it, or choose another --data")
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

fn read_profile(path: &Path) -> Result<Profile> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the profile {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        let path = path.display();
        format!(
            "{path} is no profile; one looks like {{\"name\":\"Hangang Office\",\"roles\":{{\"buys\":true,\"sells\":true}},\
             \"place\":{{\"country\":\"KR\",\"locality\":\"Seoul\"}},\"words\":\"office chairs\"}}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_servers_never_share_a_folder() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("deep/down");
        let first = occupy(&folder).unwrap();
        assert!(
            occupy(&folder)
                .unwrap_err()
                .to_string()
                .contains("another server")
        );
        drop(first);
        occupy(&folder).unwrap();
    }

    #[test]
    fn no_two_starts_have_the_same_token() {
        let token = new_token().unwrap();
        assert_ne!(token, new_token().unwrap());
        Token::new(token).unwrap();
    }

    #[test]
    fn a_profile_that_is_none_shows_what_one_looks_like() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("profile.json");
        fs::write(&path, "{\"name\":\"x\"}").unwrap();
        assert!(
            read_profile(&path)
                .unwrap_err()
                .to_string()
                .contains("\"roles\"")
        );
        fs::write(
            &path,
            "{\"name\":\"한강 사무\",\"roles\":{\"buys\":true,\"sells\":true},\"place\":{\"country\":\"KR\",\"locality\":\"서울\"},\
             \"words\":\"office chairs\"}",
        )
        .unwrap();
        read_profile(&path).unwrap();
    }
}

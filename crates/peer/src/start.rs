//! From a configuration to a running peer.

use std::{path::PathBuf, sync::Arc};

use opener_net::{Event as NetEvent, Network, Sockets, default_listen};
use opener_store::{Blobs, Store};
use opener_trade::{Address, Identity};
use tokio::sync::{broadcast, mpsc};

use crate::{
    Clock, Config, Engine, Handle, IdentityError, KeyPlace, StartError, SystemClock, backup,
    handle::{CALLS, EVENTS},
    identity,
    run::{Runner, Site},
};

/// Name of the database in the data folder.
pub(crate) const DATABASE: &str = "peer.sqlite";
/// Name of the folder of attached files in the data folder.
pub(crate) const FILES: &str = "files";

/// Starts a peer: opens its folder, listens, and runs until [`Handle::shutdown`]. When this returns, it listens.
///
/// # Errors
/// As [`StartError`] says; then nothing runs.
pub async fn start(config: Config) -> Result<Handle, StartError> {
    backup::settle(&config.data)?;
    // The store makes the folder and keeps other programs out of it.
    let store = Arc::new(Store::open(&config.data.join(DATABASE)).await?);
    let blobs = Arc::new(Blobs::open(&config.data.join(FILES), Blobs::CAPACITY)?);
    let identity = Arc::new(open_key(config.data.clone(), config.key).await?);
    let clock = SystemClock;
    let mut engine = Engine::open(store, blobs.clone(), identity.clone()).await?;
    if let Some(profile) = config.profile {
        engine.set_profile(clock.now(), profile).await?;
    }
    engine.restart_deliveries(clock.now()).await?;

    let mut transport = opener_net::Config::peer(identity.seed());
    transport.listen = if config.listen.is_empty() {
        default_listen()
    } else {
        config.listen
    };
    let listeners = transport.listen.len();
    let mut sockets = opener_net::spawn(transport)?;
    let addresses = listen(&mut sockets, listeners).await?;

    let (calls, received) = mpsc::channel(CALLS);
    let (events, _) = broadcast::channel(EVENTS);
    let handle = Handle {
        peer: identity.peer_id(),
        blobs,
        calls,
        events: events.clone(),
    };
    let mut runner = Runner::new(
        engine,
        sockets,
        clock,
        received,
        events,
        addresses,
        Site {
            data: config.data,
            reach: config.calls,
        },
    );
    runner.use_directories(&config.directories).await?;
    tokio::spawn(runner.run());
    Ok(handle)
}

/// Opens the key on a thread of its own: a passphrase costs memory and time, and a keychain may ask the person.
async fn open_key(data: PathBuf, place: KeyPlace) -> Result<Identity, IdentityError> {
    tokio::task::spawn_blocking(move || identity::open(&data, &place))
        .await
        .unwrap_or(Err(IdentityError::BrokenOff))
}

/// Waits until every listener has an address or has failed, and needs at least one.
async fn listen(sockets: &mut Sockets, listeners: usize) -> Result<Vec<Address>, StartError> {
    let mut addresses: Vec<Address> = Vec::new();
    let mut failures = Vec::new();
    let transports = |addresses: &[Address]| {
        let quic = addresses
            .iter()
            .filter(|address| address.as_str().contains("/udp/"))
            .count();
        (quic > 0, quic < addresses.len())
    };
    while addresses.len() + failures.len() < listeners
        || (listeners == 2 && failures.is_empty() && transports(&addresses) != (true, true))
    {
        match sockets.next().await {
            Some(NetEvent::Listening { address }) => addresses.push(address),
            Some(NetEvent::ListenerClosed { address, reason }) => {
                failures.push(format!("{address}: {reason}"))
            }
            Some(_) => {}
            None => break,
        }
    }
    if addresses.is_empty() {
        Err(StartError::Listen(failures.join("; ")))
    } else {
        Ok(addresses)
    }
}

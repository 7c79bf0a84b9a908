//! How a peer is started.

use std::path::PathBuf;

use opener_net::NetError;
use opener_trade::Address;

use crate::{CallReach, DirectoryError, IdentityError, KeyPlace, PeerError, Profile, StoreError};

/// How a peer is started.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder: key, database, attached files.
    pub data: PathBuf,
    /// Where the key is kept.
    pub key: KeyPlace,
    /// Where to listen; none means every interface, QUIC and TCP, on free ports.
    pub listen: Vec<Address>,
    /// Directories, each ending in `/p2p/…`; none means those used before.
    pub directories: Vec<Address>,
    /// Replaces the stored profile.
    pub profile: Option<Profile>,
    /// Which addresses calls use: this computer's own only where two peers are tried on one.
    pub calls: CallReach,
}

/// Why a peer does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The key.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// A restored peer does not move into the folder.
    #[error("the restored peer does not move in: {0}; start again")]
    Restored(#[from] std::io::Error),
    /// The sockets.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A directory's address.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The stored state or the profile.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// No address could be listened on.
    #[error("cannot listen on {0}")]
    Listen(String),
}

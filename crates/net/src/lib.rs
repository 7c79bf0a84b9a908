//! How peers reach each other: libp2p over QUIC and TCP, behind one trait.
//!
//! [`spawn`] starts the transport in a task of its own and gives out [`Sockets`], which implements [`Network`].
//! Bytes go out with [`Network::request`], come in as [`Event::Request`], and are never looked at here. No type of
//! libp2p appears in the public face: a peer is an [`opener_trade::PeerId`], a place to dial an
//! [`opener_trade::Address`].

mod address;
mod behaviour;
mod book;
mod bucket;
mod budget;
mod cause;
mod codec;
mod config;
mod dial;
mod event;
mod frame;
mod gate;
mod identity;
pub mod identity_file;
mod inbound;
mod leash;
mod links;
mod network;
mod observed;
mod outbound;
mod prefix;
pub mod private_file;
mod protocol;
mod reach;
mod relaying;
mod requests;
mod screen;
mod sockets;
mod task;
mod transport;

pub use address::{AddressError, is_public_host, is_relayed, split_peer, with_peer};
pub use bucket::Buckets;
pub use config::{
    ANSWER_TIMEOUT, Config, DIRECTORY_PING_INTERVAL, DIRECTORY_PING_TIMEOUT, HANDSHAKE_TIMEOUT,
    IDLE_TIMEOUT, LISTEN_QUIC, LISTEN_TCP, Limits, PING_INTERVAL, PING_TIMEOUT, REQUEST_TIMEOUT,
    Reach, default_listen, loopback_listen,
};
pub use event::{Event, ReplyTo, RequestError, RequestId, Route};
pub use frame::{FRAME_VERSION, FrameError, HEADER_BYTES};
pub use network::Network;
pub use prefix::Prefix;
pub use protocol::Protocol;
pub use sockets::{NetError, Sockets, spawn};

/// Bounds that hold inside the transport, apart from those of [`Limits`] and [`Protocol`].
pub mod bounds {
    pub use crate::book::{ADDRESSES_PER_PEER, BOOK_PEERS};
    pub use crate::budget::INBOUND_BYTES;
    pub use crate::dial::{CIRCUITS_IN_FLIGHT, DIALS_IN_FLIGHT};
    pub use crate::gate::{
        CONNECTIONS_PER_PEER, HANDSHAKES_AT_ONCE, HANDSHAKES_PER_SECOND, NETWORKS,
    };
    pub use crate::observed::{CANDIDATES, INBOUND_PUNCHES};
    pub use crate::outbound::{CIRCUITS_OPEN, PUNCH_GRACE};
    pub use crate::reach::{CONFIRMED, RELAY_ADDRESSES, RELAYS};
    pub use crate::relaying::{
        ASKERS, CIRCUIT_BYTES, CIRCUIT_LASTS, CIRCUIT_PEER, CIRCUIT_PREFIX, CIRCUITS,
        CIRCUITS_PER_PEER, RESERVATION_LASTS, RESERVATIONS, RESERVATIONS_PER_PEER, RESERVE_PEER,
        RESERVE_PREFIX,
    };
    pub use crate::requests::REQUESTS_PER_PEER;
    pub use crate::sockets::{COMMANDS, EVENTS, REQUESTS};
    pub use crate::task::{BACKLOG, BLOBS_PER_PEER, BLOBS_UNANSWERED, SHUTDOWN_FLUSH};
}

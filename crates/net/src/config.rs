//! What a program says when it starts the transport, and the times everybody keeps.

use std::time::Duration;

use opener_trade::Address;
use zeroize::Zeroizing;

use crate::Protocol;

/// Seconds a requester waits for the response once the request is on its way. The largest document (6 MiB) needs 25 s
/// at 2 Mbit/s, and the answer waits for one commit. Shorter than [`ANSWER_TIMEOUT`], so that the requester always
/// gives up first.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);

/// Seconds in which an inbound request must be read and answered.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Seconds that a connection without a stream stays open. Documents of a negotiation follow each other within it; a
/// buyer who reached a thousand sellers does not keep a thousand connections (41 to 87 kB each) for longer.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Seconds for one address to connect and finish its handshake. QUIC gives up by itself after 5 s.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Seconds between pings of a peer on an open connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(5);

/// Seconds for the answer to a peer's ping. The second failure in a row closes the connection: a TCP connection to a host
/// that vanished would otherwise stay open for ever. With the intervals before them that is within 16 s, so that a peer
/// whose router forgot it is reached again within 20 s.
pub const PING_TIMEOUT: Duration = Duration::from_secs(3);

/// Seconds between pings of a directory, whose thousands of clients ping it themselves.
pub const DIRECTORY_PING_INTERVAL: Duration = Duration::from_secs(15);

/// Seconds for the answer to a directory's ping.
pub const DIRECTORY_PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Listens with QUIC on every IPv4 interface, port chosen by the system.
pub const LISTEN_QUIC: &str = "/ip4/0.0.0.0/udp/0/quic-v1";

/// Listens with TCP on every IPv4 interface, port chosen by the system.
pub const LISTEN_TCP: &str = "/ip4/0.0.0.0/tcp/0";

const _: () = assert!(REQUEST_TIMEOUT.as_secs() < ANSWER_TIMEOUT.as_secs());

/// Bounds on what others may have open with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Inbound connections still in their handshake.
    pub pending_inbound: usize,
    /// Inbound connections established.
    pub inbound: usize,
    /// Connections established in both directions.
    pub connections: usize,
    /// Inbound requests not yet answered, from everybody.
    pub unanswered: usize,
    /// Inbound requests not yet answered, from one peer. At least [`crate::bounds::REQUESTS_PER_PEER`].
    pub unanswered_per_peer: usize,
}

impl Limits {
    /// For a peer program: a few thousand partners at once, below 360 MB of idle connections at 87 kB each.
    pub const PEER: Self = Self {
        pending_inbound: 128,
        inbound: 1024,
        connections: 4096,
        unanswered: 512,
        unanswered_per_peer: 16,
    };

    /// For a directory: its clients come in on their own, below 720 MB of idle connections at 87 kB each.
    pub const DIRECTORY: Self = Self {
        pending_inbound: 512,
        inbound: 8000,
        connections: 8192,
        unanswered: 2048,
        unanswered_per_peer: 16,
    };
}

/// What a program does about routers that let nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is behind one perhaps: it asks to be reached through relays, and goes through them to others.
    Seek,
    /// It is behind none, and is a relay for others.
    Relay,
}

/// How long a request may take at either end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) request: Duration,
    pub(crate) answer: Duration,
}

impl Times {
    pub(crate) const REAL: Self = Self {
        request: REQUEST_TIMEOUT,
        answer: ANSWER_TIMEOUT,
    };
}

/// How to start the transport. It holds a secret and therefore has no `Debug`.
pub struct Config {
    /// The Ed25519 seed; the peer id is its public key.
    pub secret_seed: Zeroizing<[u8; 32]>,
    /// Where to listen. None: the peer only dials.
    pub listen: Vec<Address>,
    /// Protocols on which requests of others are taken.
    pub serve: Vec<Protocol>,
    /// Name and version of the program, as told to others.
    pub agent: String,
    /// Bounds on what others may have open with us.
    pub limits: Limits,
    /// What to do about routers that let nobody in.
    pub reach: Reach,
}

impl Config {
    /// A peer program: listens on QUIC and TCP on every interface, takes deliveries and gives out attached files.
    pub fn peer(secret_seed: Zeroizing<[u8; 32]>) -> Self {
        Self {
            secret_seed,
            listen: default_listen(),
            serve: vec![Protocol::Deliver, Protocol::Blob],
            agent: concat!("opener/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::PEER,
            reach: Reach::Seek,
        }
    }

    /// A directory server: listens on QUIC and TCP on every interface and answers directory requests.
    pub fn directory(secret_seed: Zeroizing<[u8; 32]>) -> Self {
        Self {
            serve: vec![Protocol::Directory],
            agent: concat!("opener-directory/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::DIRECTORY,
            reach: Reach::Relay,
            ..Self::peer(secret_seed)
        }
    }
}

/// [`LISTEN_QUIC`] and [`LISTEN_TCP`].
pub fn default_listen() -> Vec<Address> {
    addresses([LISTEN_QUIC, LISTEN_TCP])
}

/// QUIC and TCP on loopback, ports chosen by the system: for several peers on one machine.
pub fn loopback_listen() -> Vec<Address> {
    addresses(["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"])
}

fn addresses(texts: [&str; 2]) -> Vec<Address> {
    texts
        .iter()
        .filter_map(|text| Address::new(text).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::REQUESTS_PER_PEER;

    #[test]
    fn every_default_address_is_valid() {
        for listen in [default_listen(), loopback_listen()] {
            assert_eq!(listen.len(), 2);
            for address in listen {
                crate::split_peer(&address).unwrap();
            }
        }
    }

    #[test]
    fn a_polite_peer_never_meets_the_limit_on_unanswered_requests() {
        for limits in [Limits::PEER, Limits::DIRECTORY] {
            assert!(limits.unanswered_per_peer >= REQUESTS_PER_PEER);
            assert!(limits.unanswered >= limits.unanswered_per_peer);
            assert!(limits.connections >= limits.inbound);
        }
    }

    #[test]
    fn the_largest_document_crosses_a_slow_line_in_time() {
        let slow_line_bytes_a_second = 2_000_000 / 8;
        let seconds = Protocol::Deliver.max_request_bytes() / slow_line_bytes_a_second;
        assert!(seconds as u64 <= REQUEST_TIMEOUT.as_secs() * 2 / 3);
    }

    #[test]
    fn a_vanished_host_is_noticed_soon_enough_to_be_reached_anew_within_twenty_seconds() {
        assert!(2 * (PING_INTERVAL + PING_TIMEOUT) <= Duration::from_secs(16));
        let directory = 2 * (DIRECTORY_PING_INTERVAL + DIRECTORY_PING_TIMEOUT);
        assert!(directory < Duration::from_secs(60));
        assert!(DIRECTORY_PING_INTERVAL < IDLE_TIMEOUT);
        assert!(PING_INTERVAL < IDLE_TIMEOUT);
    }
}

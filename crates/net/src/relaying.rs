//! The relay that a directory is: it joins two peers that cannot reach each other. It sees their keys, and how many
//! encrypted bytes pass; the handshake between the two runs inside.

use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId, relay};
use opener_trade::Timestamp;

use crate::{Buckets, Prefix};

/// Reservations at once: as many as a directory has inbound connections, for each holds one open.
pub const RESERVATIONS: usize = 8_000;

/// Reservations of one peer: one over each of its connections.
pub const RESERVATIONS_PER_PEER: usize = crate::gate::CONNECTIONS_PER_PEER;

/// How long a reservation lasts before it is renewed.
pub const RESERVATION_LASTS: Duration = Duration::from_secs(3600);

/// Circuits at once. Each copies through two buffers of 8 kB: 66 MB.
pub const CIRCUITS: usize = 4_096;

/// Circuits that one peer has open, to others and from others. A stream each, so below what one connection carries.
pub const CIRCUITS_PER_PEER: usize = 96;

/// How long one circuit lasts: a negotiation that goes on is set up again.
pub const CIRCUIT_LASTS: Duration = Duration::from_secs(600);

/// Bytes through one circuit: ten of the largest documents, or a large file. What is cut off is sent again.
pub const CIRCUIT_BYTES: u64 = 64 * 1024 * 1024;

/// Reservations that one peer may ask for in a row, then one a second: a peer whose network comes and goes asks anew.
pub const RESERVE_PEER: (u32, u32) = (16, 1);

/// Reservations from one network in a row, then so many a second. An office of a thousand sellers shares one
/// address, and after a restart of the relay all come at once.
pub const RESERVE_PREFIX: (u32, u32) = (2_000, 20);

/// Circuits that one peer may open in a row, then so many a second: a buyer writes to a thousand sellers at once.
pub const CIRCUIT_PEER: (u32, u32) = (2_000, 50);

/// Circuits opened from one network in a row, then so many a second: two such buyers in one office.
pub const CIRCUIT_PREFIX: (u32, u32) = (4_000, 100);

/// Peers, or networks, whose last requests are remembered; the least recent is forgotten and starts anew.
pub const ASKERS: usize = 10_000;

// What a peer may have fits its connection, and the connections fit the relay.
const _: () = assert!(CIRCUITS_PER_PEER < crate::transport::STREAMS);
const _: () = assert!(crate::outbound::CIRCUITS_OPEN < CIRCUITS_PER_PEER);
const _: () = assert!(RESERVATIONS <= crate::Limits::DIRECTORY.inbound);

/// The limits of the relay.
pub(crate) fn config() -> relay::Config {
    relay::Config {
        max_reservations: RESERVATIONS,
        // The relay counts one more than it says.
        max_reservations_per_peer: RESERVATIONS_PER_PEER - 1,
        reservation_duration: RESERVATION_LASTS,
        reservation_rate_limiters: limiters(RESERVE_PEER, RESERVE_PREFIX),
        max_circuits: CIRCUITS,
        max_circuits_per_peer: CIRCUITS_PER_PEER - 1,
        max_circuit_duration: CIRCUIT_LASTS,
        max_circuit_bytes: CIRCUIT_BYTES,
        circuit_src_rate_limiters: limiters(CIRCUIT_PEER, CIRCUIT_PREFIX),
    }
}

fn limiters(peer: (u32, u32), prefix: (u32, u32)) -> Vec<Box<dyn relay::RateLimiter>> {
    let start = Instant::now();
    let at = move |now: Instant| {
        let since = now.saturating_duration_since(start).as_millis();
        Timestamp::from_millis(i64::try_from(since).unwrap_or(i64::MAX))
    };
    let mut peers = Buckets::new(ASKERS, peer.0, peer.1);
    let mut prefixes = Buckets::new(ASKERS, prefix.0, prefix.1);
    vec![
        Box::new(move |peer: PeerId, _: &Multiaddr, now| peers.take(peer, 1, at(now))),
        Box::new(move |_: PeerId, from: &Multiaddr, now| {
            prefixes.take(Prefix::of_remote(from), 1, at(now))
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn peer(n: u32) -> PeerId {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&n.to_be_bytes());
        PeerId::from_multihash(libp2p::multihash::Multihash::wrap(0, &digest).unwrap()).unwrap()
    }

    fn at(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    fn passes(limiters: &mut [Box<dyn relay::RateLimiter>], n: u32, from: &Multiaddr) -> bool {
        let now = Instant::now();
        limiters
            .iter_mut()
            .all(|limiter| limiter.try_next(peer(n), from, now))
    }

    #[test]
    fn a_thousand_sellers_behind_one_address_reserve_at_once() {
        let mut limiters = config().reservation_rate_limiters;
        let office = at("/ip4/9.0.0.1/udp/4001/quic-v1");
        assert!((0..1000).all(|n| passes(&mut limiters, n, &office)));
    }

    #[test]
    fn one_peer_and_one_network_are_stopped_and_others_are_not() {
        let office = at("/ip4/9.0.0.1/tcp/4001");
        let mut few = limiters((3, 1), (5, 1));
        let passed = (0..10).filter(|_| passes(&mut few, 1, &office));
        assert_eq!(passed.count(), 3);
        let passed = (2..20).filter(|n| passes(&mut few, *n, &office));
        assert!(passed.count() <= 2, "the network's tokens are used up");
        assert!(passes(&mut few, 30, &at("/ip4/9.0.1.1/tcp/4001")));
    }

    #[test]
    fn ten_of_the_largest_documents_pass_through_one_circuit() {
        let documents = CIRCUIT_BYTES / Protocol::Deliver.max_request_bytes() as u64;
        assert!(documents >= 10);
    }
}

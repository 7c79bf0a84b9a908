//! Addresses in text form, and what of them can be dialled.

use libp2p::{Multiaddr, multiaddr::Protocol as Part};
use opener_trade::{Address, PeerId};

use crate::identity;

/// What stands behind the relay in an address that leads through one.
const CIRCUIT: &str = "/p2p-circuit";

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is not a multiaddress.
    #[error("{address} is not a multiaddress: {reason}")]
    Malformed {
        /// The text.
        address: String,
        /// What the parser says.
        reason: String,
    },
    /// It is a multiaddress, but neither `/udp/…/quic-v1` nor `/tcp/…` on an IP address or DNS name, nor one of these with
    /// `/p2p/<relay>/p2p-circuit` behind it.
    #[error("{0} is not a QUIC or TCP address")]
    Unsupported(String),
    /// It ends in `/p2p/…` with an id that is not an Ed25519 peer.
    #[error("{0} does not name a valid peer")]
    InvalidPeer(String),
    /// It ends in `/p2p/…` with another peer than the one meant.
    #[error("{address} belongs to another peer, {named}")]
    OtherPeer {
        /// The text.
        address: String,
        /// The peer it names.
        named: PeerId,
    },
    /// The result would be longer than an address may be.
    #[error("{0} is too long for an address")]
    TooLong(String),
}

/// Splits `/…/p2p/<peer id>` into the address proper and the peer, if it names one.
///
/// # Errors
/// See [`AddressError`].
pub fn split_peer(address: &Address) -> Result<(Address, Option<PeerId>), AddressError> {
    let (multiaddr, peer) = parse(address)?;
    Ok((to_address(&multiaddr)?, peer))
}

/// Appends `/p2p/<peer id>`, the form people copy to each other; replaces nothing.
///
/// # Errors
/// See [`AddressError`]; [`AddressError::OtherPeer`] if the address already names somebody else.
pub fn with_peer(address: &Address, peer: PeerId) -> Result<Address, AddressError> {
    let multiaddr = to_multiaddr(address, peer)?;
    let text = format!("{multiaddr}/p2p/{peer}");
    Address::new(&text).map_err(|_| AddressError::TooLong(text))
}

/// Whether this address leads through a relay.
pub fn is_relayed(address: &Address) -> bool {
    address
        .as_str()
        .split('/')
        .any(|part| part == CIRCUIT.trim_start_matches('/'))
}

/// Whether this address leads straight to a host that is the same for everybody, and not in somebody's own network.
pub fn is_public_host(address: &Address) -> bool {
    address
        .as_str()
        .parse()
        .is_ok_and(|multiaddr: Multiaddr| is_public(&bare(multiaddr)))
}

/// The relay that an address leads through, if it does. Other than Ed25519 peers relay nothing.
pub(crate) fn relay_of(multiaddr: &Multiaddr) -> Option<libp2p::PeerId> {
    let mut last = None;
    for part in multiaddr {
        match part {
            Part::P2p(id) => last = Some(id),
            Part::P2pCircuit => return last.filter(|id| identity::from_libp2p(id).is_ok()),
            _ => {}
        }
    }
    None
}

/// Whether this address leads through a relay.
pub(crate) fn is_circuit(multiaddr: &Multiaddr) -> bool {
    multiaddr.iter().any(|part| part == Part::P2pCircuit)
}

/// Whether this address leads straight to a host.
pub(crate) fn is_direct(multiaddr: &Multiaddr) -> bool {
    is_usable(multiaddr) && !is_circuit(multiaddr)
}

/// Whether this means every address of this machine, to listen on.
pub(crate) fn is_wildcard(multiaddr: &Multiaddr) -> bool {
    match multiaddr.iter().next() {
        Some(Part::Ip4(ip)) => ip.is_unspecified(),
        Some(Part::Ip6(ip)) => ip.is_unspecified(),
        _ => false,
    }
}

/// Whether this address is of this machine alone.
pub(crate) fn is_loopback(multiaddr: &Multiaddr) -> bool {
    match multiaddr.iter().next() {
        Some(Part::Ip4(ip)) => ip.is_loopback(),
        Some(Part::Ip6(ip)) => ip.is_loopback(),
        _ => false,
    }
}

/// Whether this address is over QUIC, and not over TCP.
pub(crate) fn is_quic(multiaddr: &Multiaddr) -> bool {
    multiaddr.iter().any(|part| part == Part::QuicV1)
}

/// Whether this is a direct address that means the same host everywhere: no name, and of no private network (RFC 1918,
/// RFC 4193), carrier's (RFC 6598), link's (RFC 3927) or this machine's.
pub(crate) fn is_public(multiaddr: &Multiaddr) -> bool {
    is_direct(multiaddr)
        && match multiaddr.iter().next() {
            Some(Part::Ip4(ip)) => {
                let is_carriers = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
                !(ip.is_private()
                    || ip.is_loopback()
                    || ip.is_link_local()
                    || ip.is_unspecified()
                    || is_carriers)
            }
            Some(Part::Ip6(ip)) => {
                !(ip.is_loopback()
                    || ip.is_unspecified()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local())
            }
            _ => false,
        }
}

/// The address of whoever holds a reservation at this relay, itself at `at`.
pub(crate) fn circuit(at: &Multiaddr, relay: libp2p::PeerId) -> Multiaddr {
    at.clone().with(Part::P2p(relay)).with(Part::P2pCircuit)
}

/// The address to dial or listen on for `peer`, without its `/p2p/…` part.
pub(crate) fn to_multiaddr(address: &Address, peer: PeerId) -> Result<Multiaddr, AddressError> {
    match parse(address)? {
        (_, Some(named)) if named != peer => Err(AddressError::OtherPeer {
            address: address.to_string(),
            named,
        }),
        (multiaddr, _) => Ok(multiaddr),
    }
}

/// Text form without a trailing `/p2p/…`.
pub(crate) fn to_address(multiaddr: &Multiaddr) -> Result<Address, AddressError> {
    let text = bare(multiaddr.clone()).to_string();
    Address::new(&text).map_err(|_| AddressError::TooLong(text))
}

/// Drops a trailing `/p2p/…`.
pub(crate) fn bare(mut multiaddr: Multiaddr) -> Multiaddr {
    if let Some(part) = multiaddr.pop()
        && !matches!(part, Part::P2p(_))
    {
        multiaddr.push(part);
    }
    multiaddr
}

fn parse(address: &Address) -> Result<(Multiaddr, Option<PeerId>), AddressError> {
    let malformed = |error: libp2p::multiaddr::Error| AddressError::Malformed {
        address: address.to_string(),
        reason: error.to_string(),
    };
    let whole: Multiaddr = address.as_str().parse().map_err(malformed)?;
    let peer = match whole.iter().last() {
        Some(Part::P2p(id)) => Some(
            identity::from_libp2p(&id)
                .map_err(|_| AddressError::InvalidPeer(address.to_string()))?,
        ),
        _ => None,
    };
    let multiaddr = bare(whole);
    if is_usable(&multiaddr) {
        Ok((multiaddr, peer))
    } else {
        Err(AddressError::Unsupported(address.to_string()))
    }
}

/// A host and a transport, and behind them nothing or one relay.
fn is_usable(multiaddr: &Multiaddr) -> bool {
    let mut parts = multiaddr.iter();
    let host = matches!(
        parts.next(),
        Some(Part::Ip4(_) | Part::Ip6(_) | Part::Dns(_) | Part::Dns4(_) | Part::Dns6(_))
    );
    let transport = match parts.next() {
        Some(Part::Tcp(_)) => true,
        Some(Part::Udp(_)) => matches!(parts.next(), Some(Part::QuicV1)),
        _ => false,
    };
    let way = match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some(Part::P2p(relay)), Some(Part::P2pCircuit)) => identity::from_libp2p(&relay).is_ok(),
        _ => false,
    };
    host && transport && way && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(seed: u8) -> PeerId {
        opener_trade::Identity::from_seed([seed; 32]).peer_id()
    }

    fn address(text: &str) -> Address {
        Address::new(text).unwrap()
    }

    #[test]
    fn quic_and_tcp_addresses_are_read() {
        for text in [
            "/ip4/192.0.2.7/udp/4001/quic-v1",
            "/ip6/2001:db8::1/tcp/4001",
            "/dns/example.com/udp/1/quic-v1",
            "/dns4/example.com/tcp/1",
        ] {
            let (bare, named) = split_peer(&address(text)).unwrap();
            assert_eq!((bare.as_str(), named), (text, None));
        }
    }

    #[test]
    fn the_peer_is_split_off_and_put_back() {
        let bare = address("/ip4/192.0.2.7/tcp/4001");
        let full = with_peer(&bare, peer(1)).unwrap();
        assert_eq!(
            full.as_str(),
            format!("/ip4/192.0.2.7/tcp/4001/p2p/{}", peer(1))
        );
        assert_eq!(split_peer(&full).unwrap(), (bare, Some(peer(1))));
        assert_eq!(with_peer(&full, peer(1)).unwrap(), full);
    }

    #[test]
    fn an_address_of_another_peer_is_refused() {
        let full = with_peer(&address("/ip4/192.0.2.7/tcp/4001"), peer(1)).unwrap();
        let error = to_multiaddr(&full, peer(2)).unwrap_err();
        assert!(matches!(error, AddressError::OtherPeer { named, .. } if named == peer(1)));
        assert!(matches!(
            with_peer(&full, peer(2)),
            Err(AddressError::OtherPeer { .. })
        ));
    }

    #[test]
    fn what_cannot_be_dialled_has_a_typed_error() {
        let malformed = split_peer(&address("/ip4/999.0.0.1/tcp/1"));
        assert!(matches!(malformed, Err(AddressError::Malformed { .. })));
        for text in [
            "/ip4/192.0.2.7",
            "/ip4/192.0.2.7/udp/1",
            "/ip4/192.0.2.7/tcp/1/ws",
            "/tcp/1",
        ] {
            let error = split_peer(&address(text)).unwrap_err();
            assert_eq!(error, AddressError::Unsupported(text.to_owned()));
        }
        let rsa = "/ip4/192.0.2.7/tcp/1/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";
        assert!(matches!(
            split_peer(&address(rsa)),
            Err(AddressError::InvalidPeer(_))
        ));
    }

    #[test]
    fn an_address_through_one_relay_is_read_and_through_two_is_not() {
        let through = format!(
            "/ip4/192.0.2.7/udp/4001/quic-v1/p2p/{}/p2p-circuit",
            peer(9)
        );
        let (bare, named) = split_peer(&address(&format!("{through}/p2p/{}", peer(1)))).unwrap();
        assert_eq!((bare.as_str(), named), (through.as_str(), Some(peer(1))));
        assert!(is_relayed(&bare) && !is_relayed(&address("/ip4/192.0.2.7/tcp/1")));
        let multiaddr = to_multiaddr(&bare, peer(1)).unwrap();
        let relay = identity::to_libp2p(peer(9)).unwrap();
        assert_eq!(relay_of(&multiaddr), Some(relay));
        let at = "/ip4/192.0.2.7/udp/4001/quic-v1".parse().unwrap();
        assert_eq!(circuit(&at, relay), multiaddr);
        for text in [
            format!("{through}/p2p/{}/p2p-circuit", peer(8)),
            "/ip4/192.0.2.7/tcp/1/p2p-circuit".to_owned(),
            "/p2p-circuit".to_owned(),
            "/ip4/192.0.2.7/tcp/1/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC/p2p-circuit"
                .to_owned(),
        ] {
            assert!(split_peer(&address(&text)).is_err(), "{text}");
        }
    }

    #[test]
    fn the_longest_usual_address_through_a_relay_fits_a_listing() {
        let relay = identity::to_libp2p(peer(9)).unwrap();
        let at = "/ip6/2001:0db8:1111:2222:3333:4444:5555:6666/udp/65535/quic-v1";
        let whole = to_address(&circuit(&at.parse().unwrap(), relay)).unwrap();
        with_peer(&whole, peer(1)).unwrap();
    }

    #[test]
    fn an_address_that_outgrows_its_limit_with_the_peer_is_refused() {
        let long = address(&format!("/dns/{}.example/tcp/1", "a".repeat(200)));
        assert!(matches!(
            with_peer(&long, peer(1)),
            Err(AddressError::TooLong(_))
        ));
    }
}

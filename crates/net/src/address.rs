//! Addresses in text form, and what of them can be dialled.

use libp2p::{Multiaddr, multiaddr::Protocol as Part};
use opener_trade::{Address, PeerId};

use crate::identity;

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
    /// It is a multiaddress, but neither `/udp/…/quic-v1` nor `/tcp/…` on an IP address or DNS name.
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
    if is_direct(&multiaddr) {
        Ok((multiaddr, peer))
    } else {
        Err(AddressError::Unsupported(address.to_string()))
    }
}

fn is_direct(multiaddr: &Multiaddr) -> bool {
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
    host && transport && parts.next().is_none()
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
    fn an_address_that_outgrows_its_limit_with_the_peer_is_refused() {
        let long = address(&format!("/dns/{}.example/tcp/1", "a".repeat(200)));
        assert!(matches!(
            with_peer(&long, peer(1)),
            Err(AddressError::TooLong(_))
        ));
    }
}

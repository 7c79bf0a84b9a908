//! The network that somebody is in, as far as addresses tell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libp2p::{Multiaddr, multiaddr::Protocol as Part};

/// A network by the first bits of its addresses. Keys cost an attacker nothing, so whoever would be counted by key alone
/// takes a thousand keys; address blocks cost money.
///
/// An IPv4 network is a /24, the smallest block that is routed on the public internet. An IPv6 network is a /48, which a
/// provider gives to one site (RFC 6177 section 2); within it a site has 2^80 addresses. Many honest peers share one, behind
/// one office router or one provider's gateway, so what is counted by network is generous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(Bits);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Bits {
    V4([u8; 3]),
    V6([u8; 6]),
    /// No address is told, as behind a relay: all of these count as one.
    Hidden,
}

impl Prefix {
    /// That of everybody whose address is not told.
    pub const HIDDEN: Self = Self(Bits::Hidden);

    /// The network of an address. An IPv4 address written as IPv6 is in the same network as itself.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    const fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, c, _] = address.octets();
        Self(Bits::V4([a, b, c]))
    }

    const fn of_v6(address: Ipv6Addr) -> Self {
        let [a, b, c, d, e, f, ..] = address.octets();
        Self(Bits::V6([a, b, c, d, e, f]))
    }

    /// The network at the other end of a connection.
    pub(crate) fn of_remote(address: &Multiaddr) -> Self {
        match address.iter().next() {
            Some(Part::Ip4(address)) => Self::of(address.into()),
            Some(Part::Ip6(address)) => Self::of(address.into()),
            _ => Self::HIDDEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Prefix {
        Prefix::of(text.parse().unwrap())
    }

    #[test]
    fn neighbours_in_a_block_are_one_network() {
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.1"));
    }

    #[test]
    fn a_connection_without_an_address_is_hidden() {
        let remote = |text: &str| Prefix::of_remote(&text.parse().unwrap());
        assert_eq!(remote("/ip4/192.0.2.7/udp/4001/quic-v1"), of("192.0.2.7"));
        assert_eq!(remote("/ip6/2001:db8:1::7/tcp/4001"), of("2001:db8:1::"));
        assert_eq!(Prefix::of_remote(&Multiaddr::empty()), Prefix::HIDDEN);
        assert_eq!(remote("/p2p-circuit"), Prefix::HIDDEN);
    }
}

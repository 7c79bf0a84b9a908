//! Candidates (RFC 8839 section 5.1).

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use super::{
    SdpError,
    line::{is_ice_text, number},
};

/// How a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CandidateKind {
    /// An address of the computer itself.
    Host,
    /// What a STUN server sees.
    ServerReflexive,
    /// What the other side sees.
    PeerReflexive,
    /// An address at a TURN server.
    Relayed,
}

impl CandidateKind {
    const fn word(self) -> &'static str {
        match self {
            CandidateKind::Host => "host",
            CandidateKind::ServerReflexive => "srflx",
            CandidateKind::PeerReflexive => "prflx",
            CandidateKind::Relayed => "relay",
        }
    }
}

/// Which addresses are taken from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// What a packet can travel to. Not this computer itself: a stranger must not make us knock at our own doors.
    #[default]
    Network,
    /// This computer too, where two peers are tried on one.
    Loopback,
}

impl Reach {
    fn admits(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.admits_v4(v4),
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => self.admits_v4(v4),
                None => {
                    !v6.is_unspecified()
                        && !v6.is_multicast()
                        && (!v6.is_loopback() || self == Reach::Loopback)
                        && (v6.segments()[0] & 0xffc0) != 0xfe80
                }
            },
        }
    }

    const fn admits_v4(self, address: Ipv4Addr) -> bool {
        !address.is_unspecified()
            && !address.is_multicast()
            && !address.is_broadcast()
            && !address.is_link_local()
            && (!address.is_loopback() || matches!(self, Reach::Loopback))
    }
}

/// A UDP path on which somebody may be reached. Where it was found from is not kept: it is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    foundation: Box<str>,
    priority: u32,
    /// Where packets go.
    pub address: SocketAddr,
    /// How it was found.
    pub kind: CandidateKind,
}

/// What a well-formed candidate is to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A path.
    Path(Candidate),
    /// Over TCP, for a second component, by a name, or at an address that is not taken.
    Passed,
}

const MALFORMED: SdpError = SdpError::Malformed("a candidate");

impl Candidate {
    /// Reads a `candidate:…` without `a=`.
    ///
    /// # Errors
    /// It is not of the form that RFC 8839 gives.
    pub fn read(text: &str, reach: Reach) -> Result<Seen, SdpError> {
        let rest = text.strip_prefix("candidate:").ok_or(MALFORMED)?;
        let mut words = rest.split(' ');
        let mut word = || words.next().ok_or(MALFORMED);
        let foundation = word()?;
        let component: u16 = number(word()?).ok_or(MALFORMED)?;
        let transport = word()?;
        let priority: u32 = number(word()?).ok_or(MALFORMED)?;
        let address = word()?;
        let port: u16 = number(word()?).ok_or(MALFORMED)?;
        let typ = word()?;
        let kind = match word()? {
            "host" => CandidateKind::Host,
            "srflx" => CandidateKind::ServerReflexive,
            "prflx" => CandidateKind::PeerReflexive,
            "relay" => CandidateKind::Relayed,
            _ => return Err(MALFORMED),
        };
        // Related address, related port and extensions: pairs of words, none of them used.
        let pairs = words.clone().count();
        let well_formed = typ == "typ"
            && is_ice_text(foundation, 1, 32)
            && (1..=256).contains(&component)
            && (1..=0x7fff_ffff).contains(&priority)
            && pairs % 2 == 0
            && !words.any(str::is_empty);
        if !well_formed {
            return Err(MALFORMED);
        }
        if component != 1 || !transport.eq_ignore_ascii_case("udp") {
            return Ok(Seen::Passed);
        }
        let address = match address.parse::<IpAddr>() {
            Ok(address) => address,
            Err(_) if is_name(address) => return Ok(Seen::Passed),
            Err(_) => return Err(MALFORMED),
        };
        if port == 0 || !reach.admits(address) {
            return Ok(Seen::Passed);
        }
        Ok(Seen::Path(Self {
            foundation: foundation.into(),
            priority,
            address: SocketAddr::new(address, port),
            kind,
        }))
    }
}

/// A host name, such as the `….local` by which browsers hide an address.
fn is_name(text: &str) -> bool {
    text.len() <= 253
        && text.contains(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

/// As `candidate:…`, the related address left out as RFC 8839 section 5.1 lets a careful agent do: all zeros.
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ip, port) = (self.address.ip(), self.address.port());
        write!(
            f,
            "candidate:{} 1 udp {} {ip} {port} typ {}",
            self.foundation,
            self.priority,
            self.kind.word()
        )?;
        match (self.kind, ip) {
            (CandidateKind::Host, _) => Ok(()),
            (_, IpAddr::V4(_)) => write!(f, " raddr {} rport 0", Ipv4Addr::UNSPECIFIED),
            (_, IpAddr::V6(_)) => write!(f, " raddr {} rport 0", Ipv6Addr::UNSPECIFIED),
        }
    }
}

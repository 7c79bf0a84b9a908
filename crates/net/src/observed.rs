//! Where we seem to be: what directories see of our connections, and what is made of it.
//!
//! A router maps our port to one of its own. Identify replaces the port that others see by the one we listen on, which
//! is right only behind a router that keeps ports; and it believes everybody. Here only the directories in use are
//! believed, only about connections that we dialled from the port we listen on, and as they say it.

use std::collections::HashSet;

use libp2p::{
    Multiaddr, PeerId, autonat,
    core::{ConnectedPoint, transport::PortUse},
    dcutr, identify,
    swarm::{ConnectionId, FromSwarm, ToSwarm},
};

use crate::{
    address,
    screen::{Action, Filter, Screen},
};

/// Distinct addresses that are ever tried from outside. The prober keeps each for as long as the program runs; beyond
/// them a new address is still good for meeting in the middle, and the relay for everything else.
pub const CANDIDATES: usize = 256;

/// Relayed connections of others on which a direct one is tried, while a program runs. Hole punching keeps a note of
/// 16 bytes of each attempt, of which there are three; from then on such connections stay with their relay.
pub const INBOUND_PUNCHES: usize = 65_536;

/// Identify, which tells us where directories see us.
pub(crate) type Identify = Screen<identify::Behaviour, Observers>;
/// Asks directories whether we can be reached from outside.
pub(crate) type Probes = Screen<autonat::v2::client::Behaviour, Candidates>;
/// Turns relayed connections into direct ones.
pub(crate) type Punch = Screen<dcutr::Behaviour, Punches>;

/// Whose word counts.
#[derive(Debug, Default)]
pub(crate) struct Observers {
    trusted: HashSet<PeerId>,
    dialled: HashSet<ConnectionId>,
}

impl Observers {
    /// From now on these are believed, and nobody else.
    pub(crate) fn trust(&mut self, peers: impl IntoIterator<Item = PeerId>) {
        self.trusted = peers.into_iter().collect();
    }

    fn candidate(
        &self,
        peer: &PeerId,
        connection: ConnectionId,
        seen: &Multiaddr,
    ) -> Option<Multiaddr> {
        let seen = address::bare(seen.clone());
        let is_ours = self.trusted.contains(peer) && self.dialled.contains(&connection);
        (is_ours && address::is_direct(&seen)).then_some(seen)
    }
}

impl Filter<identify::Behaviour> for Observers {
    fn hears(&mut self, event: &FromSwarm<'_>) -> bool {
        match event {
            FromSwarm::ConnectionEstablished(open) => {
                if let ConnectedPoint::Dialer {
                    address,
                    port_use: PortUse::Reuse,
                    ..
                } = open.endpoint
                    && !address::is_circuit(address)
                {
                    self.dialled.insert(open.connection_id);
                }
            }
            FromSwarm::ConnectionClosed(closed) => {
                self.dialled.remove(&closed.connection_id);
            }
            _ => {}
        }
        true
    }

    fn says(&mut self, action: Action<identify::Behaviour>) -> Option<Action<identify::Behaviour>> {
        match action {
            ToSwarm::NewExternalAddrCandidate(_) => None,
            ToSwarm::GenerateEvent(identify::Event::Received {
                connection_id,
                peer_id,
                info,
            }) => self
                .candidate(&peer_id, connection_id, &info.observed_addr)
                .map(ToSwarm::NewExternalAddrCandidate),
            other => Some(other),
        }
    }
}

/// Which addresses are tried from outside.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    known: HashSet<Multiaddr>,
}

impl Candidates {
    fn admits(&mut self, address: &Multiaddr) -> bool {
        if self.known.contains(address) {
            return true;
        }
        let admitted = self.known.len() < CANDIDATES && address::is_public(address);
        if admitted {
            self.known.insert(address.clone());
        }
        admitted
    }
}

impl Filter<autonat::v2::client::Behaviour> for Candidates {
    fn hears(&mut self, event: &FromSwarm<'_>) -> bool {
        match event {
            FromSwarm::NewExternalAddrCandidate(candidate) => self.admits(candidate.addr),
            _ => true,
        }
    }
}

/// How many relayed connections of others may still be made direct.
#[derive(Debug)]
pub(crate) struct Punches {
    left: usize,
}

impl Default for Punches {
    fn default() -> Self {
        Self {
            left: INBOUND_PUNCHES,
        }
    }
}

impl Filter<dcutr::Behaviour> for Punches {
    fn joins(&mut self, local: &Multiaddr) -> bool {
        if !address::is_circuit(local) {
            return true;
        }
        let joins = self.left > 0;
        self.left = self.left.saturating_sub(1);
        joins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(seed: u8) -> PeerId {
        crate::identity::keypair(&[seed; 32].into())
            .unwrap()
            .public()
            .to_peer_id()
    }

    fn at(port: u16) -> Multiaddr {
        format!("/ip4/9.0.0.7/udp/{port}/quic-v1").parse().unwrap()
    }

    #[test]
    fn only_a_directory_in_use_says_where_we_are_and_only_of_our_own_dials() {
        let mut observers = Observers::default();
        observers.trust([peer(1)]);
        let (ours, theirs) = (
            ConnectionId::new_unchecked(1),
            ConnectionId::new_unchecked(2),
        );
        observers.dialled.insert(ours);
        assert_eq!(observers.candidate(&peer(1), ours, &at(4)), Some(at(4)));
        assert_eq!(observers.candidate(&peer(1), theirs, &at(4)), None);
        assert_eq!(observers.candidate(&peer(2), ours, &at(4)), None);
        let relayed = address::circuit(&at(4), peer(3));
        assert_eq!(observers.candidate(&peer(1), ours, &relayed), None);
        observers.trust([]);
        assert_eq!(observers.candidate(&peer(1), ours, &at(4)), None);
    }

    #[test]
    fn a_directory_cannot_fill_the_memory_with_addresses() {
        let mut candidates = Candidates::default();
        let ports = u16::try_from(CANDIDATES).unwrap();
        assert!((1..=ports).all(|port| candidates.admits(&at(port))));
        assert!(!candidates.admits(&at(ports + 1)), "one more is refused");
        assert!(candidates.admits(&at(1)), "what is known stays known");
        assert_eq!(candidates.known.len(), CANDIDATES);
    }

    #[test]
    fn private_addresses_are_not_tried_from_outside() {
        let mut candidates = Candidates::default();
        for host in [
            "127.0.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.1.1",
        ] {
            let address = format!("/ip4/{host}/tcp/1").parse().unwrap();
            assert!(!candidates.admits(&address), "{host}");
        }
        assert!(candidates.admits(&"/ip6/2a00::1/tcp/1".parse().unwrap()));
        assert!(!candidates.admits(&"/ip6/fd00::1/tcp/1".parse().unwrap()));
    }

    #[test]
    fn strangers_cannot_have_more_holes_punched_than_the_limit() {
        let mut punches = Punches { left: 2 };
        let relayed = address::circuit(&at(4), peer(3));
        assert!(punches.joins(&at(1)), "a direct connection costs nothing");
        assert!(punches.joins(&relayed) && punches.joins(&relayed));
        assert!(!punches.joins(&relayed) && punches.joins(&at(1)));
        assert_eq!(Punches::default().left, INBOUND_PUNCHES);
    }
}

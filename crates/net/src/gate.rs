//! Who may be connected, and how often.
//!
//! libp2p's own connection-limits behaviour (0.7) keeps an entry for every peer that ever connected; ids cost an
//! attacker nothing, so here an entry goes with its last connection.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler,
        THandlerInEvent, THandlerOutEvent, ToSwarm,
        behaviour::{ConnectionEstablished, ListenFailure},
        dummy,
    },
};

use opener_trade::Timestamp;

use crate::{Buckets, Limits, Prefix, identity};

/// Connections with one peer: both sides may dial at once, and one more for a way found later; with a directory one over
/// QUIC and one over TCP, and one back for each that it tries.
pub const CONNECTIONS_PER_PEER: usize = 4;

/// Handshakes that one network may begin at once: a large office whose line comes back dials over QUIC and TCP, a
/// thousand programs at the same moment.
pub const HANDSHAKES_AT_ONCE: u32 = 2048;

/// Handshakes a second that one network may begin for long. A handshake takes about half a millisecond of CPU time, so one
/// network takes a thirtieth of a core.
pub const HANDSHAKES_PER_SECOND: u32 = 64;

/// Networks whose handshakes are counted, the least recently seen forgotten first: 2 MB.
pub const NETWORKS: usize = 16 * 1024;

/// A connection that is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    NotEd25519(#[from] identity::NotEd25519),
    #[error("too many handshakes at once")]
    Pending,
    #[error("too many handshakes from this network")]
    Network,
    #[error("too many inbound connections")]
    Inbound,
    #[error("too many connections")]
    Total,
    #[error("too many connections with this peer")]
    PerPeer,
}

/// Lets in Ed25519 peers only, within the limits. Must be the first behaviour, so that no other hears of a connection
/// that is refused here.
pub(crate) struct Gate {
    limits: Limits,
    pending: HashSet<ConnectionId>,
    inbound: usize,
    total: usize,
    per_peer: HashMap<PeerId, usize>,
    networks: Buckets<Prefix>,
    opened_at: Instant,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            networks: Buckets::new(NETWORKS, HANDSHAKES_AT_ONCE, HANDSHAKES_PER_SECOND),
            opened_at: Instant::now(),
            pending: HashSet::new(),
            inbound: 0,
            total: 0,
            per_peer: HashMap::new(),
        }
    }

    /// Whether somebody from there may begin a handshake, so long after the start.
    fn may_begin(&mut self, remote: &Multiaddr, after: Duration) -> Result<(), Refused> {
        if self.pending.len() >= self.limits.pending_inbound {
            return Err(Refused::Pending);
        }
        let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let network = Prefix::of_remote(remote);
        match self
            .networks
            .take(network, 1, Timestamp::from_millis(after))
        {
            true => Ok(()),
            false => Err(Refused::Network),
        }
    }

    fn admit(&self, peer: &PeerId, inbound: bool) -> Result<(), Refused> {
        identity::from_libp2p(peer)?;
        if inbound && self.inbound >= self.limits.inbound {
            return Err(Refused::Inbound);
        }
        if self.total >= self.limits.connections {
            return Err(Refused::Total);
        }
        if self
            .per_peer
            .get(peer)
            .is_some_and(|open| *open >= CONNECTIONS_PER_PEER)
        {
            return Err(Refused::PerPeer);
        }
        Ok(())
    }

    fn opened(&mut self, peer: PeerId, inbound: bool) {
        self.inbound += usize::from(inbound);
        self.total += 1;
        *self.per_peer.entry(peer).or_default() += 1;
    }

    fn closed(&mut self, peer: PeerId, inbound: bool) {
        self.inbound = self.inbound.saturating_sub(usize::from(inbound));
        self.total = self.total.saturating_sub(1);
        if let Some(open) = self.per_peer.get_mut(&peer) {
            *open -= 1;
            if *open == 0 {
                self.per_peer.remove(&peer);
            }
        }
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection_id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.may_begin(remote, self.opened_at.elapsed())
            .map_err(ConnectionDenied::new)?;
        self.pending.insert(connection_id);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection_id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.pending.remove(&connection_id);
        self.admit(&peer, true).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(&peer, false).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                peer_id, endpoint, ..
            }) => {
                self.opened(peer_id, endpoint.is_listener());
            }
            FromSwarm::ConnectionClosed(ConnectionClosed {
                peer_id, endpoint, ..
            }) => {
                self.closed(peer_id, endpoint.is_listener());
            }
            FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.pending.remove(&connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use libp2p::multihash::Multihash;

    use super::*;

    const SMALL: Limits = Limits {
        pending_inbound: 2,
        inbound: 4,
        connections: 6,
        ..Limits::PEER
    };

    fn peer(seed: u8) -> PeerId {
        identity::keypair(&[seed; 32].into())
            .unwrap()
            .public()
            .to_peer_id()
    }

    #[test]
    fn only_ed25519_peers_are_let_in() {
        let gate = Gate::new(SMALL);
        let hashed = Multihash::<64>::wrap(0x12, &[1; 32]).unwrap();
        let other = PeerId::from_multihash(hashed).unwrap();
        assert!(matches!(
            gate.admit(&other, true),
            Err(Refused::NotEd25519(_))
        ));
        assert!(matches!(
            gate.admit(&other, false),
            Err(Refused::NotEd25519(_))
        ));
        assert_eq!(gate.admit(&peer(1), true), Ok(()));
    }

    #[test]
    fn one_connection_more_with_one_peer_is_refused() {
        let mut gate = Gate::new(SMALL);
        for _ in 0..CONNECTIONS_PER_PEER {
            assert_eq!(gate.admit(&peer(1), false), Ok(()));
            gate.opened(peer(1), false);
        }
        assert_eq!(gate.admit(&peer(1), false), Err(Refused::PerPeer));
        gate.closed(peer(1), false);
        assert_eq!(gate.admit(&peer(1), false), Ok(()));
    }

    #[test]
    fn inbound_connections_leave_room_for_our_own_dials() {
        let mut gate = Gate::new(SMALL);
        for seed in 0..4 {
            gate.opened(peer(seed), true);
        }
        assert_eq!(gate.admit(&peer(9), true), Err(Refused::Inbound));
        for seed in 4..6 {
            assert_eq!(gate.admit(&peer(seed), false), Ok(()));
            gate.opened(peer(seed), false);
        }
        assert_eq!(gate.admit(&peer(9), false), Err(Refused::Total));
    }

    #[test]
    fn nothing_is_kept_of_a_peer_that_left() {
        let mut gate = Gate::new(SMALL);
        for seed in 0..100 {
            gate.opened(peer(seed), true);
            gate.closed(peer(seed), true);
        }
        assert!(gate.per_peer.is_empty());
        assert_eq!((gate.inbound, gate.total), (0, 0));
    }

    #[test]
    fn handshakes_at_once_are_bounded() {
        let mut gate = Gate::new(SMALL);
        let at = Multiaddr::empty();
        let mut begin = |n| {
            let id = ConnectionId::new_unchecked(n);
            gate.handle_pending_inbound_connection(id, &at, &at).is_ok()
        };
        assert_eq!([begin(1), begin(2), begin(3)], [true, true, false]);
        let id = ConnectionId::new_unchecked(1);
        assert!(
            gate.handle_established_inbound_connection(id, peer(1), &at, &at)
                .is_ok()
        );
        let id = ConnectionId::new_unchecked(4);
        assert!(gate.handle_pending_inbound_connection(id, &at, &at).is_ok());
    }

    #[test]
    fn a_network_that_knocks_too_often_waits_and_others_do_not() {
        let mut gate = Gate::new(SMALL);
        let at = |text: &str| -> Multiaddr { text.parse().unwrap() };
        let mut begin = |from: &str, ms| gate.may_begin(&at(from), Duration::from_millis(ms));
        for host in 0..HANDSHAKES_AT_ONCE {
            let from = format!("/ip4/192.0.2.{}/tcp/{}", host % 256, 1024 + host);
            assert_eq!(begin(&from, 0), Ok(()));
        }
        assert_eq!(begin("/ip4/192.0.2.7/tcp/9", 0), Err(Refused::Network));
        assert_eq!(begin("/ip4/192.0.3.7/tcp/9", 0), Ok(()));
        let later = 1000 / u64::from(HANDSHAKES_PER_SECOND) + 1;
        assert_eq!(begin("/ip4/192.0.2.7/udp/9/quic-v1", later), Ok(()));
        assert_eq!(begin("/ip4/192.0.2.8/tcp/9", later), Err(Refused::Network));
    }
}

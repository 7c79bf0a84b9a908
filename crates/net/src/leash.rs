//! Where a directory dials: nowhere, but to see whether a peer is reached at an address that it names. Only the host from
//! which the peer came is dialled, so that a directory cannot be sent to knock at other doors.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::IpAddr,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    multiaddr::Protocol as Part,
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm, dummy,
    },
};

/// A dial that is not made.
#[derive(Debug, thiserror::Error)]
#[error("nobody came from there")]
struct NotFromThere;

/// The hosts from which connected peers came; as many as the gate lets in.
#[derive(Debug, Default)]
pub(crate) struct Leash {
    hosts: HashMap<PeerId, Vec<(ConnectionId, IpAddr)>>,
}

impl Leash {
    fn reaches(&self, peer: Option<PeerId>, addresses: &[Multiaddr]) -> bool {
        let hosts = peer.and_then(|peer| self.hosts.get(&peer));
        hosts.is_some_and(|hosts| {
            addresses.iter().all(|address| {
                host(address).is_some_and(|ip| hosts.iter().any(|(_, from)| *from == ip))
            })
        })
    }
}

fn host(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next() {
        Some(Part::Ip4(ip)) => Some(ip.into()),
        Some(Part::Ip6(ip)) => Some(ip.into()),
        _ => None,
    }
}

impl NetworkBehaviour for Leash {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.reaches(peer, addresses) {
            Ok(Vec::new())
        } else {
            Err(ConnectionDenied::new(NotFromThere))
        }
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(open) if open.endpoint.is_listener() => {
                if let Some(ip) = host(open.endpoint.get_remote_address()) {
                    let hosts = self.hosts.entry(open.peer_id).or_default();
                    hosts.push((open.connection_id, ip));
                }
            }
            FromSwarm::ConnectionClosed(closed) => {
                if let Some(hosts) = self.hosts.get_mut(&closed.peer_id) {
                    hosts.retain(|(id, _)| *id != closed.connection_id);
                    if hosts.is_empty() {
                        self.hosts.remove(&closed.peer_id);
                    }
                }
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
    use super::*;

    #[test]
    fn only_the_host_from_which_a_peer_came_is_dialled() {
        let (seller, other) = (PeerId::random(), PeerId::random());
        let mut leash = Leash::default();
        let came = (ConnectionId::new_unchecked(1), [9, 0, 0, 7].into());
        leash.hosts.insert(seller, vec![came]);
        let at = |text: &str| -> Multiaddr { text.parse().unwrap() };
        let home = at("/ip4/9.0.0.7/udp/4001/quic-v1");
        assert!(leash.reaches(Some(seller), std::slice::from_ref(&home)));
        assert!(!leash.reaches(Some(other), std::slice::from_ref(&home)));
        assert!(!leash.reaches(None, std::slice::from_ref(&home)));
        for door in [
            "/ip4/10.0.0.1/tcp/22",
            "/dns4/home.example/tcp/1",
            "/p2p-circuit",
        ] {
            assert!(
                !leash.reaches(Some(seller), &[home.clone(), at(door)]),
                "{door}"
            );
        }
    }
}

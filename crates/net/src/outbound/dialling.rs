//! From a peer that is wanted to a connection.

use std::collections::VecDeque;

use libp2p::{
    Multiaddr, PeerId, Swarm,
    swarm::{
        ConnectionId, DialError,
        dial_opts::{DialOpts, PeerCondition},
    },
};
use opener_trade::Address;

use super::{CIRCUITS_OPEN, Outbound};
use crate::{
    Event, RequestError, address, behaviour::Behaviour, book::ADDRESSES_PER_PEER, cause::describe,
    identity,
};

impl Outbound {
    /// Where a peer is now. One that is being dialled is dialled there as well, beside the way that may lead nowhere.
    pub(crate) fn learn(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        to: opener_trade::PeerId,
        addresses: &[Address],
    ) {
        let Ok(peer) = identity::to_libp2p(to) else {
            return;
        };
        let known = self.book.addresses(&peer);
        let usable = addresses.iter().take(ADDRESSES_PER_PEER);
        let fresh: Vec<Multiaddr> = usable
            .filter_map(|address| address::to_multiaddr(address, to).ok())
            .filter(|address| !known.contains(address))
            .collect();
        if fresh.is_empty() {
            return;
        }
        self.book.learn(peer, &fresh);
        let fresh = self.open_to(fresh);
        let relays = relays(&fresh);
        if fresh.is_empty()
            || !self.dials.is_dialling(&peer)
            || self.links.is_connected(&peer)
            || !self.dials.has_room(!relays.is_empty())
        {
            return;
        }
        let options = DialOpts::peer_id(peer)
            .addresses(fresh)
            .condition(PeerCondition::Always)
            .build();
        let connection = options.connection_id();
        if swarm.dial(options).is_ok() {
            self.dials.started(connection, peer, relays);
        }
    }

    pub(super) fn want(&mut self, peer: PeerId) {
        self.dials.want(peer, self.book.has_circuit(&peer));
    }

    /// The addresses that may be dialled now. A relay that is not connected yet is dialled for one circuit, which the others
    /// wait for: eight connections to it would be refused.
    fn open_to(&self, mut addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
        addresses.retain(|at| {
            address::relay_of(at).is_none_or(|relay| {
                self.links.is_connected(&relay) || !self.dials.is_through(&relay)
            })
        });
        addresses
    }

    /// Starts as many dials as may be in flight.
    pub(super) fn dial(&mut self, swarm: &mut Swarm<Behaviour>, events: &mut VecDeque<Event>) {
        let mut waits_for_relay = false;
        while !self.waits {
            let circuits =
                !waits_for_relay && self.links.circuits() + self.dials.circuits() < CIRCUITS_OPEN;
            let Some(peer) = self.dials.next(circuits) else {
                return;
            };
            let moving = self.moving.contains(&peer);
            if !moving && (self.links.is_connected(&peer) || !self.requests.has_waiting(&peer)) {
                self.advance(swarm, peer);
                continue;
            }
            let known = self.book.addresses(&peer).iter();
            let addresses: Vec<Multiaddr> = known
                .filter(|at| !(moving && self.links.is_at(&peer, at)))
                .cloned()
                .collect();
            let is_known = !addresses.is_empty();
            let addresses = self.open_to(addresses);
            if is_known && addresses.is_empty() {
                waits_for_relay = true;
                self.want(peer);
                continue;
            }
            let relays = relays(&addresses);
            let options = DialOpts::peer_id(peer)
                .addresses(addresses)
                .condition(PeerCondition::Always)
                .build();
            let connection = options.connection_id();
            match swarm.dial(options) {
                Ok(()) => self.dials.started(connection, peer, relays),
                Err(error) => self.dial_failed(swarm, events, peer, &error),
            }
        }
    }

    pub(crate) fn on_dial_error(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        connection: ConnectionId,
        error: &DialError,
    ) {
        if let Some(peer) = self.dials.ended(connection) {
            self.dial_failed(swarm, events, peer, error);
            self.dial(swarm, events);
        }
    }

    fn dial_failed(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        peer: PeerId,
        error: &DialError,
    ) {
        let was_moving = self.moving.remove(&peer);
        if let DialError::WrongPeerId { address, .. } = error {
            self.book.forget(&peer, &address::bare(address.clone()));
        }
        if self.links.is_connected(&peer) {
            tracing::debug!(%peer, %error, was_moving, "staying with the connection there is");
            return self.advance(swarm, peer);
        }
        if self.dials.is_dialling(&peer) {
            tracing::debug!(%peer, %error, "one way leads nowhere, another is tried");
            return;
        }
        let reason = match error {
            DialError::WrongPeerId { .. } if !self.book.addresses(&peer).is_empty() => {
                return self.advance(swarm, peer);
            }
            DialError::WrongPeerId { address, .. } => RequestError::WrongPeer {
                address: address::bare(address.clone()).to_string(),
            },
            DialError::NoAddresses => RequestError::NoAddress,
            other => RequestError::Unreachable(describe(other)),
        };
        for (id, pending) in self.requests.take_waiting(&peer) {
            let error = if pending.resent {
                RequestError::Closed
            } else {
                reason.clone()
            };
            events.push_back(Event::Failed { id, error });
        }
    }
}

/// Those through whom these addresses lead.
fn relays(addresses: &[Multiaddr]) -> Vec<PeerId> {
    addresses.iter().filter_map(address::relay_of).collect()
}

//! How others reach us: reservations at relays, and addresses that were confirmed from outside.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::transport::ListenerId,
    swarm::dial_opts::{DialOpts, PeerCondition},
};
use tokio::time::Instant;

use crate::{Event, address, behaviour::Behaviour};

/// Relays at which we hold reservations at once: as many as a peer uses directories.
pub const RELAYS: usize = 8;

/// Addresses of one relay that are tried and told to others: QUIC and TCP, on a name or two families of addresses.
pub const RELAY_ADDRESSES: usize = 4;

/// Addresses confirmed from outside that are told to others.
pub const CONFIRMED: usize = 8;

/// Milliseconds before a new relay that is not connected is dialled for its reservation.
const RESERVE_FIRST: Duration = Duration::from_millis(500);

/// Milliseconds before a reservation that ended is asked for again; doubled with each failure.
const RESERVE_AGAIN: Duration = Duration::from_millis(250);

/// Seconds between two tries at most, so that a relay that restarts is used again within a few.
const RESERVE_AT_LATEST: Duration = Duration::from_secs(4);

/// Failures in a row, a minute and more, after which a relay is asked once a minute: it may be none. When it is connected for
/// another reason it is asked at once.
const RESERVE_PATIENCE: u32 = 20;

/// How often a relay is asked then.
const RESERVE_RARELY: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Relay {
    peer: PeerId,
    /// Without `/p2p/…`.
    addresses: Vec<Multiaddr>,
    listener: Option<ListenerId>,
    /// Through it others reach us now.
    granted: bool,
    failures: u32,
    next_at: Instant,
}

/// What is known of our own reachability.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    relays: Vec<Relay>,
    /// Where we listen, without relays.
    listening: HashSet<Multiaddr>,
    /// Confirmed from outside, and not where we listen.
    confirmed: BTreeSet<Multiaddr>,
    /// One of our own addresses is reached from outside: no router stands in between.
    public: bool,
}

impl Reach {
    /// Holds reservations at these and no others.
    pub(crate) fn use_relays(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        wanted: Vec<(PeerId, Vec<Multiaddr>)>,
    ) {
        let mut before = std::mem::take(&mut self.relays);
        for (peer, mut addresses) in wanted.into_iter().take(RELAYS) {
            addresses.retain(address::is_direct);
            addresses.truncate(RELAY_ADDRESSES);
            if addresses.is_empty() || self.relays.iter().any(|relay| relay.peer == peer) {
                continue;
            }
            let known = before.iter().position(|relay| relay.peer == peer);
            match known.map(|index| before.swap_remove(index)) {
                Some(relay) if relay.addresses == addresses => self.relays.push(relay),
                known => {
                    before.extend(known);
                    self.relays.push(Relay {
                        peer,
                        addresses,
                        listener: None,
                        granted: false,
                        failures: 0,
                        // Most are connected for another reason by then, and a second connection is spared.
                        next_at: Instant::now() + RESERVE_FIRST,
                    });
                }
            }
        }
        // A listener at a relay that is taken away by itself leaves its reservation behind: its connection goes.
        for mut relay in before {
            let _not_connected = swarm.disconnect_peer_id(relay.peer);
            lose(&mut relay, events, "the relay is no longer used");
        }
        let relays = self.relays.iter().map(|relay| relay.peer);
        swarm.behaviour_mut().identify.filter.trust(relays);
    }

    /// When [`Self::reserve`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let idle = self.relays.iter().filter(|relay| relay.listener.is_none());
        idle.map(|relay| relay.next_at)
            .min()
            .filter(|_| self.wants_relays())
    }

    /// Asks for the reservations that are due.
    pub(crate) fn reserve(&mut self, swarm: &mut Swarm<Behaviour>, now: Instant) {
        if !self.wants_relays() {
            return;
        }
        for relay in &mut self.relays {
            if relay.listener.is_some() || now < relay.next_at {
                continue;
            }
            let turn = relay.failures as usize % relay.addresses.len().max(1);
            let Some(at) = relay.addresses.get(turn) else {
                continue;
            };
            match swarm.listen_on(address::circuit(at, relay.peer)) {
                Ok(listener) => relay.listener = Some(listener),
                Err(error) => {
                    tracing::warn!(%error, "no reservation can be asked for");
                    relay.next_at = now + RESERVE_AT_LATEST;
                }
            }
        }
    }

    fn wants_relays(&self) -> bool {
        !self.public && !self.listening.is_empty()
    }

    /// We listen at a new address, our own or at a relay. A relay is connected over QUIC and over TCP then, so that it tells
    /// where it sees us over either.
    pub(crate) fn on_listening(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        listener: ListenerId,
        at: &Multiaddr,
        is_at: impl Fn(&PeerId, &Multiaddr) -> bool,
    ) {
        if !address::is_circuit(at) {
            self.listening.insert(at.clone());
            if let Ok(address) = address::to_address(at) {
                events.push_back(Event::Listening { address });
            }
            for relay in &mut self.relays {
                relay.next_at = Instant::now() + RESERVE_AGAIN;
                relay.failures = 0;
            }
            return;
        }
        let Some(relay) = relay_of(&mut self.relays, listener) else {
            return;
        };
        relay.failures = 0;
        if std::mem::replace(&mut relay.granted, true) {
            return;
        }
        events.extend(told(relay).map(|address| Event::Listening { address }));
        for is_quic in [true, false] {
            let of_kind = |at: &&Multiaddr| address::is_quic(at) == is_quic;
            let mut of_kind = relay.addresses.iter().filter(of_kind);
            if of_kind.clone().any(|at| is_at(&relay.peer, at)) {
                continue;
            }
            let Some(other) = of_kind.next() else {
                continue;
            };
            let options = DialOpts::peer_id(relay.peer)
                .addresses(vec![other.clone()])
                .condition(PeerCondition::Always)
                .build();
            if let Err(error) = swarm.dial(options) {
                tracing::debug!(%error, "the relay is not asked where it sees us");
            }
        }
    }

    /// We no longer listen at these.
    pub(crate) fn on_listening_ended(
        &mut self,
        swarm: &mut Swarm<Behaviour>,
        events: &mut VecDeque<Event>,
        listener: ListenerId,
        addresses: &[Multiaddr],
        reason: &str,
    ) {
        if let Some(relay) = relay_of(&mut self.relays, listener) {
            relay.listener = None;
            relay.next_at = Instant::now() + pause(relay.failures);
            relay.failures = relay.failures.saturating_add(1);
            return lose(relay, events, reason);
        }
        let ours = addresses.iter().filter(|at| !address::is_circuit(at));
        let mut moved = false;
        for at in ours {
            moved |= self.listening.remove(at);
            ended(events, at, reason);
        }
        if moved {
            self.move_away(swarm, events);
        }
    }

    /// The network is another: what was confirmed and reserved through the old one leads nowhere.
    fn move_away(&mut self, swarm: &mut Swarm<Behaviour>, events: &mut VecDeque<Event>) {
        self.public = false;
        for at in std::mem::take(&mut self.confirmed) {
            swarm.remove_external_address(&at);
            ended(events, &at, "the network has changed");
        }
        for relay in &mut self.relays {
            let _not_connected = swarm.disconnect_peer_id(relay.peer);
            relay.failures = 0;
            relay.next_at = Instant::now();
        }
    }

    /// A relay is connected: a reservation there is asked for at once.
    pub(crate) fn on_connected(&mut self, swarm: &mut Swarm<Behaviour>, peer: &PeerId) {
        let now = Instant::now();
        let relay = self.relays.iter_mut().find(|relay| relay.peer == *peer);
        if let Some(relay) = relay.filter(|relay| relay.listener.is_none()) {
            relay.next_at = now;
            self.reserve(swarm, now);
        }
    }

    /// A directory or our router found that we are reached here.
    pub(crate) fn on_confirmed(&mut self, events: &mut VecDeque<Event>, at: &Multiaddr) {
        let at = address::bare(at.clone());
        if self.listening.contains(&at) {
            self.public = true;
        } else if address::is_public(&at)
            && self.confirmed.len() < CONFIRMED
            && self.confirmed.insert(at.clone())
            && let Ok(address) = address::to_address(&at)
        {
            events.push_back(Event::Listening { address });
        }
    }

    /// Our router no longer lets others through to here.
    pub(crate) fn on_expired(&mut self, events: &mut VecDeque<Event>, at: &Multiaddr) {
        let at = address::bare(at.clone());
        if self.confirmed.remove(&at) {
            ended(events, &at, "no longer reached from outside");
        }
    }
}

/// How long to wait after so many failures before this one.
fn pause(failures: u32) -> Duration {
    if failures >= RESERVE_PATIENCE {
        return RESERVE_RARELY;
    }
    let doubled = RESERVE_AGAIN.saturating_mul(1 << failures.min(8));
    doubled.min(RESERVE_AT_LATEST)
}

fn relay_of(relays: &mut [Relay], listener: ListenerId) -> Option<&mut Relay> {
    relays
        .iter_mut()
        .find(|relay| relay.listener == Some(listener))
}

/// Where others reach us through this relay.
fn told(relay: &Relay) -> impl Iterator<Item = opener_trade::Address> {
    relay
        .addresses
        .iter()
        .filter_map(|at| address::to_address(&address::circuit(at, relay.peer)).ok())
}

fn lose(relay: &mut Relay, events: &mut VecDeque<Event>, reason: &str) {
    if std::mem::take(&mut relay.granted) {
        events.extend(told(relay).map(|address| Event::ListenerClosed {
            address,
            reason: reason.to_owned(),
        }));
    }
}

fn ended(events: &mut VecDeque<Event>, at: &Multiaddr, reason: &str) {
    if let Ok(address) = address::to_address(at) {
        events.push_back(Event::ListenerClosed {
            address,
            reason: reason.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_asked_again_within_seconds_and_one_that_never_grants_anything_rarely() {
        assert_eq!(pause(0), RESERVE_AGAIN);
        assert_eq!(pause(1), 2 * RESERVE_AGAIN);
        assert_eq!(pause(10), RESERVE_AT_LATEST);
        let patience: Duration = (0..RESERVE_PATIENCE).map(pause).sum();
        assert!(patience >= Duration::from_secs(60));
        assert_eq!(pause(RESERVE_PATIENCE), RESERVE_RARELY);
        assert_eq!(pause(u32::MAX), RESERVE_RARELY);
    }

    #[test]
    fn what_reaches_us_is_told_once_and_taken_back() {
        let mut reach = Reach::default();
        let mut events = VecDeque::new();
        let open: Multiaddr = "/ip4/9.0.0.7/udp/4001/quic-v1".parse().unwrap();
        let private: Multiaddr = "/ip4/10.0.0.7/udp/4001/quic-v1".parse().unwrap();
        reach.on_confirmed(&mut events, &private);
        assert!(events.is_empty());
        reach.on_confirmed(&mut events, &open);
        reach.on_confirmed(&mut events, &open);
        assert!(matches!(events.pop_front(), Some(Event::Listening { .. })));
        assert!(events.is_empty());
        reach.on_expired(&mut events, &open);
        assert!(matches!(
            events.pop_front(),
            Some(Event::ListenerClosed { .. })
        ));

        for port in 0..100 {
            let at = format!("/ip4/9.0.0.7/tcp/{port}").parse().unwrap();
            reach.on_confirmed(&mut events, &at);
        }
        assert_eq!(
            (events.len(), reach.confirmed.len()),
            (CONFIRMED, CONFIRMED)
        );
        reach.listening.insert(open.clone());
        assert!(reach.wants_relays());
        reach.on_confirmed(&mut events, &open);
        assert!(!reach.wants_relays(), "no router stands in between");
    }
}

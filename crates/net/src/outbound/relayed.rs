//! Connections through relays. A direct one takes their place where that can be had, and they end with the last receipt.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use libp2p::{PeerId, Swarm};
use tokio::time::Instant;

use super::Outbound;
use crate::{Event, Route, behaviour::Behaviour};

/// Seconds that requests wait behind a relay for a direct connection: to agree through the relay and to meet takes five
/// round trips, less than two seconds around the world. Afterwards they go through the relay.
pub const PUNCH_GRACE: Duration = Duration::from_secs(3);

/// Circuits that we hold open at once, below what a relay grants one peer; others wait until one has its receipt.
pub const CIRCUITS_OPEN: usize = 64;

/// Peers whose requests wait for a direct connection; each is connected through a circuit of ours.
#[derive(Debug, Default)]
pub(super) struct Holds {
    held: HashSet<PeerId>,
    until: VecDeque<(Instant, PeerId)>,
}

impl Holds {
    fn hold(&mut self, peer: PeerId, now: Instant) {
        if self.held.insert(peer) {
            self.until.push_back((now + PUNCH_GRACE, peer));
        }
    }

    pub(super) fn is_held(&self, peer: &PeerId) -> bool {
        self.held.contains(peer)
    }

    fn release(&mut self, peer: &PeerId) -> bool {
        let was_held = self.held.remove(peer);
        if was_held {
            self.until.retain(|(_, held)| held != peer);
        }
        was_held
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until.front().map(|(at, _)| *at)
    }

    fn overdue(&mut self, now: Instant) -> Option<PeerId> {
        let (_, peer) = self.until.pop_front_if(|(at, _)| *at <= now)?;
        self.held.remove(&peer);
        Some(peer)
    }
}

impl Outbound {
    /// A connection has opened; `before` is how its peer was reached until then.
    pub(super) fn on_route(
        &mut self,
        events: &mut VecDeque<Event>,
        id: PeerId,
        route: Route,
        is_ours: bool,
        before: Option<Route>,
    ) {
        if route == Route::Direct {
            self.holds.release(&id);
        } else if is_ours && before.is_none() {
            let now = Instant::now();
            if self.book.may_be_direct(&id, now) {
                self.holds.hold(id, now);
            }
        }
        self.tell_route(events, &id, before);
    }

    /// A connection has closed; `before` is how its peer was reached until then.
    pub(super) fn on_route_closed(
        &mut self,
        events: &mut VecDeque<Event>,
        id: &PeerId,
        before: Option<Route>,
    ) {
        // Whoever closes a circuit before anything is sent is not waited for again, or this would go on for ever.
        if !self.links.is_connected(id) && self.holds.release(id) {
            self.book.stay_relayed(id, Instant::now());
        }
        self.tell_route(events, id, before);
    }

    fn tell_route(&self, events: &mut VecDeque<Event>, id: &PeerId, before: Option<Route>) {
        let now = self.links.best(id);
        if let (Some(peer), Some(route), Some(_)) = (self.links.peer(id), now, before)
            && now != before
        {
            events.push_back(Event::Rerouted { peer, route });
        }
    }

    /// Closes the circuits to a peer that are not needed any more: nothing is on its way, and there is a direct
    /// connection or nothing that waits.
    pub(super) fn close_circuits(&mut self, swarm: &mut Swarm<Behaviour>, id: PeerId) {
        let is_direct = self.links.best(&id) == Some(Route::Direct);
        let still_needed = !is_direct && self.requests.has_waiting(&id);
        if still_needed || self.requests.is_in_flight(&id) {
            return;
        }
        for circuit in self.links.circuits_to(&id) {
            self.leave(swarm, id, circuit);
        }
    }

    /// No direct connection comes about: what waits goes through the relay.
    pub(crate) fn on_punch_failed(&mut self, swarm: &mut Swarm<Behaviour>, id: PeerId) {
        if self.holds.release(&id) {
            self.book.stay_relayed(&id, Instant::now());
            self.advance(swarm, id);
        }
    }

    pub(super) fn end_holds(&mut self, swarm: &mut Swarm<Behaviour>, now: Instant) {
        while let Some(peer) = self.holds.overdue(now) {
            self.book.stay_relayed(&peer, now);
            self.advance(swarm, peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_wait_for_a_direct_connection_only_so_long() {
        let (one, two) = (PeerId::random(), PeerId::random());
        let mut holds = Holds::default();
        let now = Instant::now();
        holds.hold(one, now);
        holds.hold(two, now);
        assert!(holds.is_held(&one) && holds.release(&one) && !holds.is_held(&one));
        assert!(!holds.release(&one));
        assert_eq!(holds.deadline(), Some(now + PUNCH_GRACE));
        assert_eq!(holds.overdue(now), None);
        assert_eq!(holds.overdue(now + PUNCH_GRACE), Some(two));
        assert!(holds.held.is_empty() && holds.until.is_empty());
    }
}

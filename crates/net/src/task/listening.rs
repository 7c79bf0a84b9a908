//! Where we listen, and through whom we are reached.

use std::time::Duration;

use libp2p::{Multiaddr, core::transport::ListenerId};
use opener_trade::{Address, PeerId};
use tokio::time::Instant;

use super::Task;
use crate::{Reach, address, identity};

/// Milliseconds that the first dial waits for our listeners: a dial leaves from the port that we listen on, so that a
/// router maps that port, and others meet us there.
const START_GRACE: Duration = Duration::from_millis(500);

/// Listeners that do not say yet where they listen.
pub(super) struct Starting {
    /// Whether one of this machine's own addresses is enough.
    unbound: Vec<(ListenerId, bool)>,
    until: Option<Instant>,
}

impl Starting {
    pub(super) fn new(listeners: Vec<(ListenerId, bool)>) -> Self {
        let until = (!listeners.is_empty()).then(|| Instant::now() + START_GRACE);
        Self {
            unbound: listeners,
            until,
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Tells whether this was what the start waited for.
    fn heard(&mut self, listener: ListenerId, at: Option<&Multiaddr>) -> bool {
        let is_loopback = at.is_some_and(address::is_loopback);
        self.unbound
            .retain(|(id, loopback)| *id != listener || is_loopback && !loopback);
        self.unbound.is_empty() && self.until.take().is_some()
    }

    fn overdue(&mut self, now: Instant) -> bool {
        self.until.take_if(|until| *until <= now).is_some()
    }
}

impl Task {
    pub(super) fn on_deadline(&mut self, now: Instant) {
        if self.starting.overdue(now) {
            self.outbound.start(&mut self.swarm, &mut self.backlog);
        }
        self.reach.reserve(&mut self.swarm, now);
        self.outbound
            .on_deadline(&mut self.swarm, &mut self.backlog, now);
    }

    pub(super) fn use_relays(&mut self, relays: &[(PeerId, Vec<Address>)]) {
        let relays = relays.iter().filter_map(|(peer, addresses)| {
            let id = identity::to_libp2p(*peer).ok()?;
            let usable = addresses
                .iter()
                .filter_map(|address| address::to_multiaddr(address, *peer).ok());
            Some((id, usable.collect()))
        });
        let relays = relays.collect();
        self.reach
            .use_relays(&mut self.swarm, &mut self.backlog, relays);
    }

    pub(super) fn on_listening(&mut self, listener: ListenerId, at: &Multiaddr) {
        let Self {
            swarm,
            backlog,
            outbound,
            reach,
            starting,
            ..
        } = self;
        if self.role == Reach::Relay {
            swarm.add_external_address(at.clone());
        }
        if starting.heard(listener, Some(at)) {
            outbound.start(swarm, backlog);
        }
        reach.on_listening(swarm, backlog, listener, at, |peer, at| {
            outbound.is_at(peer, at)
        });
    }

    pub(super) fn on_listening_ended(
        &mut self,
        listener: ListenerId,
        addresses: &[Multiaddr],
        reason: &str,
    ) {
        let Self {
            swarm,
            backlog,
            reach,
            ..
        } = self;
        if self.role == Reach::Relay {
            for at in addresses {
                swarm.remove_external_address(at);
            }
        }
        reach.on_listening_ended(swarm, backlog, listener, addresses, reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dials_wait_until_every_listener_has_an_address_that_others_can_reach() {
        let (one, two) = (ListenerId::next(), ListenerId::next());
        let at = |text: &str| -> Multiaddr { text.parse().unwrap() };
        let mut starting = Starting::new(vec![(one, false), (two, true)]);
        assert!(!starting.heard(one, Some(&at("/ip4/127.0.0.1/tcp/1"))));
        assert!(!starting.heard(two, Some(&at("/ip4/127.0.0.1/tcp/2"))));
        assert!(starting.heard(one, Some(&at("/ip4/10.0.0.1/tcp/1"))));
        assert!(
            !starting.heard(one, Some(&at("/ip4/10.0.0.2/tcp/1"))),
            "once"
        );
        assert_eq!(starting.deadline(), None);

        let mut starting = Starting::new(vec![(one, false)]);
        assert!(!starting.overdue(Instant::now()));
        assert!(starting.overdue(Instant::now() + START_GRACE));
        assert!(!starting.heard(one, None));
        assert_eq!(Starting::new(vec![]).deadline(), None);
    }
}

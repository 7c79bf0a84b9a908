//! A network with a seed: what is lost, repeated, late or overtaken follows from it.

use std::{collections::BTreeSet, ops::Range};

use opener_trade::Duration;

use crate::Actor;

/// A network. Fresh from [`Network::new`] it delivers everything once, in 10 to 20 ms.
#[derive(Debug, Clone)]
pub struct Network {
    random: fastrand::Rng,
    latency: Range<u64>,
    loss: f64,
    duplicate: f64,
    reorder: u64,
    cut: BTreeSet<(Actor, Actor)>,
}

impl Network {
    /// A good network whose chances follow from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            latency: 10..20,
            loss: 0.0,
            duplicate: 0.0,
            reorder: 0,
            cut: BTreeSet::new(),
        }
    }

    /// Milliseconds that a message takes, one way.
    #[must_use]
    pub const fn latency(mut self, ms: Range<u64>) -> Self {
        self.latency = ms;
        self
    }

    /// The share of messages that never arrive, from 0 to 1.
    #[must_use]
    pub const fn loss(mut self, share: f64) -> Self {
        self.loss = share;
        self
    }

    /// The share of messages that arrive twice, from 0 to 1.
    #[must_use]
    pub const fn duplicate(mut self, share: f64) -> Self {
        self.duplicate = share;
        self
    }

    /// One message in four is held back so long that up to this many others, sent one after another, can overtake it.
    #[must_use]
    pub const fn reorder(mut self, others: u64) -> Self {
        self.reorder = others;
        self
    }

    /// Cuts the line between two actors, both ways.
    pub fn cut(&mut self, a: Actor, b: Actor) {
        self.cut.insert(line(a, b));
    }

    /// Mends the line between two actors.
    pub fn mend(&mut self, a: Actor, b: Actor) {
        self.cut.remove(&line(a, b));
    }

    /// Whether the line between two actors is cut.
    #[must_use]
    pub fn is_cut(&self, a: Actor, b: Actor) -> bool {
        self.cut.contains(&line(a, b))
    }

    /// How long each copy of the next message travels; none when it is lost.
    pub(crate) fn travel(&mut self) -> Vec<Duration> {
        if self.random.f64() < self.loss {
            return Vec::new();
        }
        let copies = if self.random.f64() < self.duplicate {
            2
        } else {
            1
        };
        (0..copies).map(|_| self.one_way()).collect()
    }

    fn one_way(&mut self) -> Duration {
        let mut ms = self.random.u64(self.latency.clone());
        if self.reorder > 0 && self.random.u8(0..4) == 0 {
            ms += self.random.u64(0..=self.reorder) * self.latency.end;
        }
        Duration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    /// Sixteen random bytes: the id of a deal.
    pub(crate) fn sixteen_bytes(&mut self) -> [u8; 16] {
        self.random.u128(..).to_be_bytes()
    }
}

fn line(a: Actor, b: Actor) -> (Actor, Actor) {
    (a.min(b), a.max(b))
}

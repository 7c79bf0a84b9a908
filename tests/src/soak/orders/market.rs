//! The market of a schedule: who is there, what is asked, and on which network.

use fastrand::Rng;
use opener_peer::{DealSnapshot, Engine, PeerError};
use opener_sim::{Actor, Disk, Halt, Network, World, papers as sim_papers};
use opener_trade::{DealId, Duration, Timestamp};

/// Sellers by name.
const SELLERS: [&str; 3] = ["Bo", "Cleo", "Dae"];

/// A buyer, some sellers, and one request.
pub struct Market {
    pub world: World,
    pub random: Rng,
    pub anna: Actor,
    pub sellers: Vec<Actor>,
    pub deal: Option<DealId>,
    /// How long every order of this market gives to answer.
    pub answer_within: Duration,
    /// A clock was set while the deal ran.
    pub clock_was_set: bool,
    pub acts: u64,
    pub refusals: u64,
    pub orders: u64,
}

impl Market {
    /// A market on a bad network; all of it follows from the seed.
    pub async fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed ^ 0x05ee_d0f0_bde5);
        let latency = random.u64(1..300);
        let network = Network::new(seed)
            .latency(latency..latency + random.u64(1..2_000))
            .loss(*pick(&mut random, &[0.0, 0.05, 0.2, 0.5]))
            .duplicate(*pick(&mut random, &[0.0, 0.1, 0.4]))
            .reorder(random.u64(0..5));
        let mut world = World::with(seed, network);
        let anna = world
            .join("Anna", sim_papers::buyer("Anna's workshop"), Disk::Memory)
            .await;
        let mut sellers = vec![];
        for name in &SELLERS[..random.usize(1..=SELLERS.len())] {
            let profile = sim_papers::seller(name);
            sellers.push(world.join(name, profile, Disk::Memory).await);
        }
        let answer_within = minutes(random.i64(10..30));
        Self {
            world,
            random,
            anna,
            sellers,
            deal: None,
            answer_within,
            clock_was_set: false,
            acts: 0,
            refusals: 0,
            orders: 0,
        }
    }

    pub fn everybody(&self) -> Vec<Actor> {
        std::iter::once(self.anna)
            .chain(self.sellers.iter().copied())
            .collect()
    }

    pub fn anybody(&mut self) -> Actor {
        let all = self.everybody();
        *pick(&mut self.random, &all)
    }

    /// What the actor's screen shows, where its program runs and knows the deal.
    pub async fn screen(&self, actor: Actor) -> Option<DealSnapshot> {
        if !self.world.is_up(actor) {
            return None;
        }
        self.world.engine(actor).deal(self.deal?).await.ok()
    }

    /// A person asks something of a program. What it refuses is part of the game; a broken database is not.
    pub async fn act<T>(
        &mut self,
        actor: Actor,
        what: &str,
        act: impl AsyncFnOnce(&mut Engine, Timestamp) -> Result<T, PeerError>,
    ) -> bool {
        self.acts += 1;
        match self.world.act(actor, what, act).await {
            Ok(_) => true,
            Err(Halt::Crashed | Halt::Down) => false,
            Err(Halt::Refused(error)) => {
                assert!(!matches!(error, PeerError::Store(_)), "{what}: {error}");
                self.refusals += 1;
                false
            }
        }
    }
}

/// One of these.
pub fn pick<'a, T>(random: &mut Rng, of: &'a [T]) -> &'a T {
    &of[random.usize(..of.len())]
}

pub const fn minutes(n: i64) -> Duration {
    Duration::from_secs(n * 60)
}

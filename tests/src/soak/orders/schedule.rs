//! One schedule from its seed: people act, things go wrong, the network heals, time passes, and all is judged.

use opener_sim::World;
use opener_trade::Duration;

use super::{
    examine::examine,
    judge::{Verdict, judge},
    market::{Market, minutes},
};

/// What people do and what goes wrong, in one schedule.
const TURNS: std::ops::Range<usize> = 15..45;
/// After the network heals, every order must end within so many time-outs.
const TIMEOUTS: usize = 3;
/// Every so many schedules, everything that each program keeps is examined too.
const EXAMINED: u64 = 5;
/// The time that an order allows beyond its time to answer: see the peer's grace.
const GRACE: Duration = minutes(1);

/// A schedule that was played.
pub struct Played {
    /// What the judge found.
    pub verdict: Verdict,
    /// Orders placed.
    pub orders: u64,
    /// Programs that crashed.
    pub crashes: u64,
    /// What people did.
    pub acts: u64,
    /// What their programs refused.
    pub refusals: u64,
    world: World,
}

impl Played {
    /// The story, and what was wrong with it.
    #[must_use]
    pub fn words(&self, wrong: &[String]) -> String {
        format!("{}\n\n{}", self.world.transcript(), wrong.join("\n"))
    }
}

/// Plays the schedule of a seed.
pub async fn play(seed: u64) -> Played {
    let mut market = Market::new(seed).await;
    market.anna_acts().await;
    market.pause().await;
    for _ in 0..market.random.usize(TURNS) {
        market.turn().await;
        market.pause().await;
    }
    let mut verdict = Verdict::default();
    judge(&market, &mut verdict, false).await;
    market.heal().await;
    market.run(Duration::from_secs(5)).await;
    market.last_answers().await;
    let timeout = Duration::from_millis(market.answer_within.millis() + GRACE.millis());
    for _ in 0..TIMEOUTS {
        market.run(timeout).await;
    }
    judge(&market, &mut verdict, true).await;
    if seed.is_multiple_of(EXAMINED) {
        examine(&mut market, &mut verdict).await;
    }
    Played {
        verdict,
        orders: market.orders,
        crashes: market.world.crashes(),
        acts: market.acts,
        refusals: market.refusals,
        world: market.world,
    }
}

impl Market {
    async fn turn(&mut self) {
        if self.random.u8(0..5) == 0 {
            self.weather().await;
            return;
        }
        match self.anybody() {
            actor if actor == self.anna => self.anna_acts().await,
            seller => self.seller_acts(seller).await,
        }
    }

    /// Time passes: mostly seconds, sometimes half an hour.
    async fn pause(&mut self) {
        let ms = match self.random.u8(0..10) {
            0 => self.random.i64(0..1_800_000),
            1..4 => self.random.i64(0..60_000),
            _ => self.random.i64(0..3_000),
        };
        self.run(Duration::from_millis(ms)).await;
    }

    /// Lets so much time pass.
    pub async fn run(&mut self, duration: Duration) {
        self.world.run_for(duration).await;
    }

    /// Some sellers who have an order answer it now; the others let it lapse. So it is with what is proposed.
    async fn last_answers(&mut self) {
        for seller in self.sellers.clone() {
            if self.random.bool() {
                self.seller_answers(seller).await;
            }
            if self.random.bool() {
                self.answers_proposal(seller).await;
            }
        }
    }
}

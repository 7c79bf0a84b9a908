//! What goes wrong: crashes, cut lines, sleeping computers, wrong clocks. And how all of it ends.

use opener_sim::{Crash, Network};
use opener_trade::Duration;

use super::market::{Market, pick};

/// A crash is planned so many steps of the program ahead at most: within one or two messages.
const AHEAD: usize = 8;
/// Clocks are wrong by at most ten minutes, either way.
const SKEW: i64 = 600;

impl Market {
    /// Something goes wrong, or is mended.
    pub async fn weather(&mut self) {
        let one = self.anybody();
        let other = self.anybody();
        match self.random.u8(0..12) {
            0..4 => {
                let down = Duration::from_secs(*pick(&mut self.random, &[1, 30, 600]));
                let step = self.world.steps(one) + self.random.usize(0..AHEAD);
                let actor = one;
                self.world.plan_crash(Crash { actor, step, down });
            }
            4..6 if one != other => self.world.network().cut(one, other),
            6..8 if one != other && self.world.network().is_cut(one, other) => {
                self.world.network().mend(one, other);
                self.world.meet(one, other).await;
            }
            8 => {
                let seconds = self.random.i64(1..3600);
                self.world.sleep(one, Duration::from_secs(seconds));
            }
            9 => {
                let ahead = self.random.i64(-SKEW..=SKEW);
                self.clock_was_set = true;
                self.world.set_clock(one, Duration::from_secs(ahead)).await;
            }
            10 if one != other => self.world.meet(one, other).await,
            _ => {}
        }
    }

    /// The network heals, and every program runs. Clocks stay as wrong as they are.
    pub async fn heal(&mut self) {
        self.world.section("the network heals");
        let seed = self.random.u64(..);
        *self.world.network() = Network::new(seed);
        self.world.forget_crash();
        let all = self.everybody();
        for actor in &all {
            self.world.wake(*actor).await;
        }
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                self.world.meet(*one, *other).await;
            }
        }
    }
}

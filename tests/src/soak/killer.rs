//! Kills and starts.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use opener_cli::child::Transport;
use tokio::time::timeout;

use super::{
    Plan,
    observer::Observer,
    rounds::Rounds,
    seat::{Pulse, Seat},
};

/// Beats between a start and the next kill at most: some questions and answers, so that every part of a round is hit.
const BEATS: u64 = 90;
/// How long the killer waits where nothing happens because all wait for the one that was killed.
const QUIET: Duration = Duration::from_millis(750);
/// Beats that a killed peer stays away at most.
const AWAY: u64 = 12;
/// How long it stays away at most.
const LONGEST_AWAY: Duration = Duration::from_millis(150);

/// Kills between two lines about how it goes.
const TOLD_EVERY: u32 = 10;

/// Numbers that follow from a seed: SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// Kills as often as planned. After each start it looks for what was acknowledged.
pub async fn run(
    plan: Plan,
    seats: &[Arc<Seat>],
    pulse: &Pulse,
    observer: &Observer,
    rounds: &Rounds,
) -> Result<()> {
    let mut dice = Dice(plan.seed);
    for number in 1..=plan.kills {
        // Quiet is as good a moment as any.
        let _ = timeout(QUIET, pulse.after(1 + dice.roll(BEATS))).await;
        let victim = &seats[usize::try_from(dice.roll(seats.len() as u64))?];
        victim.kill().await?;
        let _ = timeout(LONGEST_AWAY, pulse.after(dice.roll(AWAY))).await;
        victim.start(number, transports(&mut dice)).await?;
        observer.look(victim, &rounds.recent()).await?;
        if number % TOLD_EVERY == 0 || number == plan.kills {
            eprintln!(
                "{number} of {} kills, {} rounds finished",
                plan.kills,
                rounds.ended().finished
            );
        }
    }
    Ok(())
}

/// What a peer listens on after a start: mostly TCP, which tells the others at once that a process has gone. Over QUIC
/// they notice after seconds of silence, and everything stands still for so long.
fn transports(dice: &mut Dice) -> &'static [Transport] {
    match dice.roll(8) {
        0 => &Transport::ALL,
        _ => &[Transport::Tcp],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_kills() {
        let rolls = |seed| {
            let mut dice = Dice(seed);
            [(); 8].map(|()| dice.roll(1_000))
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }
}

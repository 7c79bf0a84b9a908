//! Small markets on a bad network: see `opener_tests::soak::orders`. Each schedule follows from its seed; a failing one
//! is played again by `cargo xtask soak orders --schedules 1 --seed S`.

mod replicas;

use opener_tests::soak::orders::{Orders, orders, play};

/// Plays schedules from fixed seeds, and tells the story of one that breaks a rule.
fn settle(seed: u64, schedules: u64) {
    let (tally, stories) = orders(Orders { schedules, seed });
    assert!(tally.is_good(), "{tally:?}\n{}", stories.join("\n\n"));
    assert!(tally.contracts > schedules / 4, "people trade: {tally:?}");
    assert!(tally.crashes > schedules / 4, "programs crash: {tally:?}");
    let rare = [
        tally.changed,
        tally.cancelled,
        tally.released,
        tally.last_bids,
        tally.exports,
    ];
    let enough = rare.iter().all(|times| *times >= schedules / 200);
    assert!(enough, "people do the rare things too: {tally:?}");
}

#[test]
fn two_hundred_markets_settle() {
    settle(1, 200);
}

#[test]
fn eighteen_hundred_more_markets_settle() {
    settle(201, 1800);
}

#[tokio::test]
async fn a_schedule_is_played_again_to_the_last_line() {
    for seed in 1..20 {
        let (first, again) = (play(seed).await, play(seed).await);
        assert_eq!(first.words(&[]), again.words(&[]), "seed {seed}");
    }
}

//! Small markets on a bad network, thousands of them: a buyer and one to three sellers who order, compete, withdraw,
//! haggle and revise while messages are lost, repeated and overtaken, lines are cut, clocks are wrong and programs crash.
//!
//! The programs are the engines of real peers over real stores; only sockets and clocks are replaced. Each schedule
//! follows from its seed alone. After it the network heals, and then nothing may be awarded twice, nobody may believe in
//! a contract that the other side does not know, and every order must have come to an end.

mod amend;
mod buyer;
mod examine;
mod judge;
mod market;
mod papers;
mod schedule;
mod seller;
mod weather;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use serde::Serialize;

pub use schedule::{Played, play};

/// What a soak of orders does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orders {
    /// How many schedules are played.
    pub schedules: u64,
    /// The seed of the first; each further one has the next number.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Schedules played.
    pub schedules: u64,
    /// Lines of which sellers together are bound to deliver more than was asked.
    pub double_awards: u64,
    /// Dialogues in which one side is bound by a contract that the other does not know so.
    pub one_sided: u64,
    /// The share of schedules in which every order had come to its end, and everything had been delivered, within three
    /// time-outs after the network healed.
    pub finished_share: f64,
    /// The lowest seed of a schedule that broke a rule.
    pub failing_seed: Option<u64>,
    /// The lowest seed of a schedule that did not finish.
    pub unfinished_seed: Option<u64>,
    /// Schedules that ended in a panic, or in which both sides read something different at the end.
    pub broken: u64,
    /// Orders placed.
    pub orders: u64,
    /// Contracts made.
    pub contracts: u64,
    /// Contracts that both sides have changed.
    pub changed: u64,
    /// Contracts that both sides have cancelled.
    pub cancelled: u64,
    /// Orders that a seller let go.
    pub released: u64,
    /// Sellers who were asked for a last bid.
    pub last_bids: u64,
    /// Exports that prove their deal.
    pub exports: u64,
    /// Programs that crashed.
    pub crashes: u64,
    /// What people did.
    pub acts: u64,
    /// What their programs refused.
    pub refusals: u64,
    /// The seed of the first schedule.
    pub seed: u64,
    /// Milliseconds in all.
    pub elapsed_ms: u64,
}

impl Tally {
    /// The least share of schedules that must finish.
    pub const ENOUGH: f64 = 0.999;

    /// Whether everything held.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failing_seed.is_none()
            && self.double_awards == 0
            && self.one_sided == 0
            && self.broken == 0
            && self.finished_share >= Self::ENOUGH
    }
}

/// The seed counted up, and the words about what went wrong there.
#[derive(Debug, Default)]
struct Sum {
    tally: Tally,
    finished: u64,
    worst: Option<(u64, String)>,
    unfinished: Option<(u64, String)>,
    /// The story of the last schedule, which is told when it was the only one.
    last: Option<(u64, String)>,
    alone: bool,
}

impl Sum {
    fn add(&mut self, seed: u64, played: Option<Played>) {
        let tally = &mut self.tally;
        tally.schedules += 1;
        let Some(played) = played else {
            tally.broken += 1;
            lowest(&mut self.worst, seed, "it ended in a panic".to_owned());
            return;
        };
        tally.double_awards += played.verdict.double_awards;
        tally.one_sided += played.verdict.one_sided;
        tally.orders += played.orders;
        tally.contracts += played.verdict.contracts;
        tally.changed += played.verdict.changed;
        tally.cancelled += played.verdict.cancelled;
        tally.released += played.verdict.released;
        tally.last_bids += played.verdict.last_bids;
        tally.exports += played.verdict.exports;
        tally.crashes += played.crashes;
        tally.acts += played.acts;
        tally.refusals += played.refusals;
        self.finished += u64::from(played.verdict.unfinished.is_empty());
        if self.alone {
            self.last = Some((seed, played.words(&[])));
        }
        if !played.verdict.broken.is_empty() {
            tally.broken +=
                u64::from(played.verdict.double_awards == 0 && played.verdict.one_sided == 0);
            lowest(&mut self.worst, seed, played.words(&played.verdict.broken));
        }
        if !played.verdict.unfinished.is_empty() {
            let words = played.words(&played.verdict.unfinished);
            lowest(&mut self.unfinished, seed, words);
        }
    }

    fn close(mut self, seed: u64, begun: Instant) -> (Tally, Vec<String>) {
        let tally = &mut self.tally;
        tally.seed = seed;
        tally.elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tally.finished_share = self.finished as f64 / tally.schedules.max(1) as f64;
        tally.failing_seed = self.worst.as_ref().map(|(seed, _)| *seed);
        tally.unfinished_seed = self.unfinished.as_ref().map(|(seed, _)| *seed);
        let wrong: Vec<_> = self.worst.into_iter().chain(self.unfinished).collect();
        let told = if wrong.is_empty() {
            self.last.into_iter().collect()
        } else {
            wrong
        };
        let told = told.into_iter();
        let words = told
            .map(|(seed, words)| format!("seed {seed}\n{words}"))
            .collect();
        (self.tally, words)
    }
}

fn lowest(kept: &mut Option<(u64, String)>, seed: u64, words: String) {
    if kept.as_ref().is_none_or(|(lowest, _)| seed < *lowest) {
        *kept = Some((seed, words));
    }
}

/// Plays schedules, one on each core. Gives what came of them, and the transcripts of those with the lowest seeds that broke
/// a rule and that did not finish; of a single schedule in any case.
///
/// # Panics
/// There are no threads to be had.
#[must_use]
pub fn orders(plan: Orders) -> (Tally, Vec<String>) {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Sum {
        alone: plan.schedules == 1,
        ..Sum::default()
    });
    thread::scope(|scope| {
        for core in cores() {
            let (next, sum) = (&next, &sum);
            scope.spawn(move || {
                stay_on(core);
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= plan.schedules {
                        break;
                    }
                    let seed = plan.seed.wrapping_add(i);
                    let played = alone(seed);
                    sum.lock()
                        .expect("no panic while counting")
                        .add(seed, played);
                }
            });
        }
    });
    let sum = sum.into_inner().expect("no panic while counting");
    sum.close(plan.seed, begun)
}

/// The cores that this process may use.
#[cfg(target_os = "linux")]
fn cores() -> Vec<usize> {
    let allowed = rustix::thread::sched_getaffinity(None).expect("the cores of this process");
    let all = 0..rustix::thread::CpuSet::MAX_CPU;
    all.filter(|core| allowed.is_set(*core)).collect()
}

/// Keeps this thread, and those that it starts, on one core. A database in memory answers from a thread of its own: the two
/// take turns, and a turn on one core costs half of one between two.
#[cfg(target_os = "linux")]
fn stay_on(core: usize) {
    let mut only = rustix::thread::CpuSet::new();
    only.set(core);
    rustix::thread::sched_setaffinity(None, &only).expect("a core of this process");
}

#[cfg(not(target_os = "linux"))]
fn cores() -> Vec<usize> {
    (0..thread::available_parallelism().map_or(1, usize::from)).collect()
}

#[cfg(not(target_os = "linux"))]
fn stay_on(_: usize) {}

/// Plays one schedule on this thread. None when it panicked; the panic has printed its transcript.
fn alone(seed: u64) -> Option<Played> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(play(seed)))).ok()
}

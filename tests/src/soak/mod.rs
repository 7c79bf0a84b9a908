//! Rounds between real processes, one of which is killed again and again.
//!
//! A buyer and two sellers trade; a killer sends SIGKILL to one of them at moments drawn from a seed and starts it
//! again; an observer keeps what was acknowledged and looks for it after every start, and for anything done twice.

pub mod counter;
pub mod directories;
pub mod flood;
mod killer;
pub mod mutants;
mod observer;
pub mod orders;
mod rounds;
mod seat;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use opener_cli::child::{Child, Program, Transport};
use serde::Serialize;
use serde_json::Value;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    programs::opener,
    world::{buyer, seller},
};
use observer::Observer;
use rounds::Rounds;
use seat::{Pulse, Seat};

/// What a soak does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How often a peer is killed.
    pub kills: u32,
    /// Where the moments and the victims are drawn from.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Peers killed and started again.
    pub kills: u32,
    /// Acknowledged documents or contracts that were not there any more.
    pub acked_lost: usize,
    /// What was done or told twice.
    pub duplicates: usize,
    /// Rounds that came to reported final terms.
    pub finished: usize,
    /// Rounds that did not.
    pub unfinished: usize,
    /// Acknowledgements that were kept and looked for.
    pub acknowledged: usize,
    /// The seed, to play it again.
    pub seed: u64,
    /// Milliseconds in all.
    pub elapsed_ms: u128,
    /// What went wrong, in words.
    pub problems: Vec<String>,
}

impl Outcome {
    /// Whether everything held.
    pub const fn is_good(&self) -> bool {
        self.acked_lost == 0
            && self.duplicates == 0
            && self.unfinished == 0
            && self.finished > 0
            && self.problems.is_empty()
    }
}

/// Seconds for the start, the last rounds and the last look.
const FIXED: Duration = Duration::from_secs(120);
/// Seconds for a kill, a start and what they hold up.
const EACH: Duration = Duration::from_secs(5);

/// Kills peers in the middle of rounds.
///
/// # Errors
/// A process does not start, a peer refuses what the rules allow, or it does not end in time.
pub async fn crash(plan: Plan) -> Result<Outcome> {
    let begun = Instant::now();
    let folder = tempfile::tempdir()?;
    let program = Program::at(opener());
    let directory = program.directory(&folder.path().join("directory")).await?;
    let pulse = Pulse::default();
    let mut seats = vec![];
    for (name, profile) in [
        ("buyer", buyer("Buyer")),
        ("seller-1", seller("One")),
        ("seller-2", seller("Two")),
    ] {
        seats.push(take_seat(&program, folder.path(), name, &profile, &directory).await?);
    }
    let observer = Arc::new(Observer::default());
    let longest = FIXED + EACH * plan.kills;
    let played = timeout(longest, play(plan, &seats, &pulse, &observer)).await;
    let rounds = played.with_context(|| {
        format!(
            "it did not end within {} s; {}",
            longest.as_secs(),
            observer.words()
        )
    })??;
    for seat in seats {
        seat.leave().await;
    }
    directory.stop().await;
    let seen = observer.sum();
    Ok(Outcome {
        kills: plan.kills,
        acked_lost: seen.lost.len(),
        duplicates: seen.doubled.len(),
        finished: rounds.finished,
        unfinished: rounds.unfinished,
        acknowledged: seen.acknowledged,
        seed: plan.seed,
        elapsed_ms: begun.elapsed().as_millis(),
        problems: seen.lost.into_iter().chain(seen.doubled).collect(),
    })
}

/// The directory is used over TCP, for the reason that [`killer`] gives for the peers.
async fn take_seat(
    program: &Program,
    folder: &std::path::Path,
    name: &str,
    profile: &Value,
    directory: &Child,
) -> Result<Arc<Seat>> {
    let data = folder.join(name);
    std::fs::create_dir_all(&data)?;
    let file = data.join("profile.json");
    std::fs::write(&file, profile.to_string())?;
    Ok(Arc::new(
        Seat::take(
            program.clone(),
            name,
            data,
            file,
            directory.address_over(Transport::Tcp)?,
        )
        .await?,
    ))
}

/// How the rounds ended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    finished: usize,
    unfinished: usize,
}

async fn play(
    plan: Plan,
    seats: &[Arc<Seat>],
    pulse: &Pulse,
    observer: &Arc<Observer>,
) -> Result<Ended> {
    let (closing, closed) = watch::channel(false);
    let rounds = Arc::new(Rounds::new(closed));
    let mut programs = JoinSet::new();
    for (i, seat) in seats.iter().cloned().enumerate() {
        let (rounds, pulse, observer) = (rounds.clone(), pulse.clone(), observer.clone());
        programs.spawn(async move { rounds.run(&seat, i == 0, &pulse, &observer).await });
    }
    let killing = async {
        killer::run(plan, seats, pulse, observer, &rounds).await?;
        closing.send_replace(true);
        std::future::pending::<Result<()>>().await
    };
    let playing = async {
        while let Some(ended) = programs.join_next().await {
            ended??;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        broken = killing => broken?,
        played = playing => played?,
    }
    let ended = rounds.ended();
    for seat in seats {
        observer.look(seat, &rounds.all()).await?;
    }
    ensure!(ended.finished > 0, "no round was finished");
    Ok(ended)
}

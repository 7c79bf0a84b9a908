//! Two directories on one PostgreSQL, one of which is killed again and again while peers register, report and look.
//!
//! Every acknowledgement is kept and looked for afterwards, at both; every answer on the way is checked by its signatures
//! and proofs, and against what was acknowledged before.

mod client;
mod ledger;
mod papers;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use opener_cli::child::{Child, Program, Transport};
use serde::Serialize;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{cluster::Cluster, programs::opener};
use client::Client;
use ledger::Ledger;

/// Peers that ask without a pause.
const CLIENTS: u32 = 16;

/// Seconds between two kills.
const EVERY: Duration = Duration::from_secs(10);

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    soak: &'static str,
    /// Directories killed and started again.
    pub kills: u32,
    /// Registrations that were acknowledged.
    pub registered: u64,
    /// Reports that were acknowledged.
    pub reported: u64,
    /// Look-ups, proofs and heads that were checked on the way.
    pub checked: u64,
    /// Requests without an answer, because whoever was asked had been killed.
    pub unanswered: u64,
    /// Requests that were refused for being too many.
    pub limited: u64,
    /// Acknowledged registrations and reports that were not there any more.
    pub lost: u64,
    /// Answers that contradict what was acknowledged, or do not verify.
    pub wrong: u64,
    /// Milliseconds in all.
    pub elapsed_ms: u128,
    /// The first that went wrong, in words.
    pub problems: Vec<String>,
}

impl Outcome {
    /// Whether everything held.
    pub const fn is_good(&self) -> bool {
        self.lost == 0 && self.wrong == 0 && self.registered > 0 && self.reported > 0
    }
}

/// Where the directories are now; nothing while one is away.
type Places = [Option<String>; 2];

/// A directory that is started again on the same folder.
struct Seat {
    program: Program,
    data: PathBuf,
    database: String,
    child: Option<Child>,
}

impl Seat {
    async fn start(&mut self) -> Result<String> {
        let child = self
            .program
            .directory_on(&self.data, Some(&self.database))
            .await?;
        let address = child.address_over(Transport::Tcp)?;
        self.child = Some(child);
        Ok(address.as_str().to_owned())
    }

    async fn kill(&mut self) -> Result<()> {
        match self.child.take() {
            Some(child) => child.crash().await,
            None => Ok(()),
        }
    }
}

/// Lets time pass: what happens meanwhile is the load.
async fn pass(time: Duration) {
    let never = std::future::pending::<()>();
    drop(timeout(time, never).await);
}

/// Kills for so long.
///
/// # Errors
/// There is no PostgreSQL here, or a directory does not start.
pub async fn directories(seconds: u64) -> Result<Outcome> {
    let begun = Instant::now();
    let cluster = Cluster::start().context("PostgreSQL is not installed")?;
    let folder = tempfile::tempdir()?;
    let mut seats: Vec<Seat> = ["one", "two"]
        .map(|name| Seat {
            program: Program::at(opener()),
            data: folder.path().join(name),
            database: String::new(),
            child: None,
        })
        .into();
    let database = cluster.database("shared");
    let mut places = Places::default();
    for (seat, place) in seats.iter_mut().zip(&mut places) {
        seat.database.clone_from(&database);
        *place = Some(seat.start().await?);
    }
    let (told, known) = watch::channel(places);
    let (closing, closed) = watch::channel(false);
    let ledger = Arc::new(Ledger::default());
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = Client::new(number, known.clone(), ledger.clone());
        let closed = closed.clone();
        clients.spawn(async move { client.run(closed).await });
    }
    let end = begun + Duration::from_secs(seconds);
    let mut kills = 0_u32;
    while Instant::now() + EVERY < end {
        pass(EVERY).await;
        let victim = (kills % 2) as usize;
        seats[victim].kill().await?;
        told.send_modify(|places| places[victim] = None);
        let place = seats[victim].start().await?;
        told.send_modify(|places| places[victim] = Some(place));
        kills += 1;
        eprintln!("{kills} kills, {}", ledger.words());
    }
    pass(end.saturating_duration_since(Instant::now())).await;
    closing.send_replace(true);
    while let Some(ended) = clients.join_next().await {
        ended?;
    }
    let mut last = Client::new(CLIENTS, known, ledger.clone());
    for place in 0..2 {
        last.look_for_all(place).await?;
    }
    for seat in &mut seats {
        if let Some(child) = seat.child.take() {
            child.stop().await;
        }
    }
    Ok(ledger.outcome(kills, begun.elapsed().as_millis()))
}

//! `restart`: a peer with thousands of open dialogues after SIGKILL, against reading the same rows.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::{Result, ensure};
use opener_peer::{Blobs, Clock, Engine, Store, SystemClock};
use opener_sim::papers;
use opener_trade::{DealId, Identity};
use serde::Serialize;
use sqlx::{ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::runtime::Builder;

use super::{
    kit::{Comparison, compare_turns, cpu_seconds, turn},
    sellers::seller_key,
};

/// Sellers that one request goes to.
const INVITED: u32 = 1000;

/// How many times the time of reading the rows a start may take.
const MOST: f64 = 2.0;

const IDENTITY: [u8; 32] = [0xa1; 32];

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// Open dialogues.
    pub dialogues: u32,
    /// Rows of all tables.
    pub rows: u64,
    /// How many times the time of reading the rows a start takes.
    pub times: f64,
    /// Ours against the reading.
    #[serde(flatten)]
    pub compared: Comparison,
    /// All that is required holds.
    pub good: bool,
}

/// Kills a peer with so many open dialogues, and compares starts with readings.
///
/// # Errors
/// A process does not start, or a database fails.
pub fn restart(dialogues: u32, rounds: usize) -> Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["fill-peer", "--dialogues", &dialogues.to_string(), "--data"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(said) = child.stdout.take() {
        BufReader::new(said).read_line(&mut line)?;
    }
    child.kill()?;
    child.wait()?;
    ensure!(line.trim() == "full", "the peer was not filled");
    measured(folder.path(), dialogues, rounds)
}

/// What the killed process does: fills a peer, says so, and waits.
///
/// # Errors
/// A database fails.
pub fn fill_peer(data: &Path, dialogues: u32) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let _engine = runtime.block_on(filled(data, dialogues))?;
    println!("full");
    std::io::stdout().flush()?;
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

async fn filled(data: &Path, dialogues: u32) -> Result<Engine> {
    let mut engine = open(data).await?;
    let now = SystemClock.now();
    engine.set_profile(now, papers::buyer("Anna")).await?;
    for first in (0..dialogues).step_by(INVITED as usize) {
        let last = dialogues.min(first + INVITED);
        let sellers: Vec<_> = (first..last).map(|n| seller_key(n).peer_id()).collect();
        let [a, b, c, d] = first.to_be_bytes();
        let deal = DealId::of_buyer(engine.peer_id(), [a, b, c, d, 0, 0]);
        engine
            .send_rfp(now, deal, papers::rfp(now), &sellers)
            .await?;
    }
    Ok(engine)
}

async fn open(data: &Path) -> Result<Engine> {
    let store = Store::open(&data.join("peer.sqlite")).await?;
    let blobs = Blobs::open(&data.join("files"), Blobs::CAPACITY)?;
    let identity = Arc::new(Identity::from_seed(IDENTITY));
    Ok(Engine::open(Arc::new(store), Arc::new(blobs), identity).await?)
}

fn measured(data: &Path, dialogues: u32, rounds: usize) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut rows = 0;
    let compared = compare_turns(
        rounds,
        1,
        || {
            let mut engine = None;
            let took = turn(cpu_seconds, || {
                engine = runtime.block_on(ready(data)).ok();
            });
            assert!(engine.is_some(), "a peer that starts");
            took
        },
        || {
            let mut read = None;
            let took = turn(cpu_seconds, || read = runtime.block_on(read_all(data)).ok());
            rows = read.expect("a database that can be read");
            took
        },
    );
    let times = 1.0 / compared.ratio.median;
    Ok(Outcome {
        bench: "restart",
        dialogues,
        rows,
        times,
        good: !compared.void && times <= MOST,
        compared,
    })
}

/// What a start does before the peer answers: open, make what was in flight due again, ask what is next.
async fn ready(data: &Path) -> Result<Engine> {
    let mut engine = open(data).await?;
    engine.restart_deliveries(SystemClock.now()).await?;
    engine.moments().await?;
    Ok(engine)
}

/// Every row of every table, read once.
async fn read_all(data: &Path) -> Result<u64> {
    let mut database: SqliteConnection = SqliteConnectOptions::new()
        .filename(data.join("peer.sqlite"))
        .read_only(true)
        .connect()
        .await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut database)
    .await?;
    let mut rows = 0;
    for table in tables {
        let sql = format!("SELECT * FROM \"{table}\"");
        let all = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut database)
            .await?;
        rows += all.len() as u64;
        std::hint::black_box(all.iter().map(Row::len).sum::<usize>());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_peer_starts_with_all_its_dialogues() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        drop(runtime.block_on(filled(folder.path(), 20)).unwrap());
        let outcome = measured(folder.path(), 20, 1).unwrap();
        assert!(outcome.rows > 60, "{outcome:?}");
    }
}

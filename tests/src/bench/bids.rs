//! `bids`: a buyer's program that takes bids against a strict check of a signature and a durable insert.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use ed25519_dalek::{Signature, Signer, SigningKey};
use opener_negotiation::dialogue::Command;
use opener_peer::{Answered, Arrival, Attempt, Blobs, Engine, Store};
use opener_sim::papers;
use opener_trade::{DealId, Duration, Identity, Opened, Timestamp, open};
use serde::Serialize;
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{
    kit::{Comparison, Turn, compare_turns, cpu_seconds, turn},
    sellers::NOW,
};

/// Sellers who bid in one turn: as many documents as share a transaction of a running peer.
const SELLERS: usize = 64;

/// How many times the speed of the reference is required: with bids that share a commit, and one at a time.
const GROUPED: f64 = 1.5;
const ALONE: f64 = 0.7;

/// What was found of one way.
#[derive(Debug, Serialize)]
pub struct Taken {
    /// Bids that share a commit.
    pub together: usize,
    /// How many times the speed of the reference is required.
    pub required: f64,
    /// Bids of one turn.
    pub bids: usize,
    /// Commits of one turn of ours; the reference has one for each bid.
    pub commits: usize,
    /// Bytes of all bids of a turn.
    pub bytes: usize,
    /// Ours against the reference.
    #[serde(flatten)]
    pub compared: Comparison,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// Grouped, then alone.
    pub taken: Vec<Taken>,
    /// The run was too noisy to say anything.
    pub void: bool,
    /// All that is required holds.
    pub good: bool,
}

/// Compares both ways.
///
/// # Errors
/// A program refuses, or a database fails.
pub fn bids(rounds: usize) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut taken = vec![];
    for (together, required) in [(SELLERS, GROUPED), (1, ALONE)] {
        taken.push(compared(&runtime, together, required, rounds)?);
    }
    let void = taken.iter().any(|taken| taken.compared.void);
    let slow = |taken: &Taken| taken.compared.ratio.median < taken.required;
    Ok(Outcome {
        bench: "bids",
        good: !void && !taken.iter().any(slow),
        void,
        taken,
    })
}

fn compared(runtime: &Runtime, together: usize, required: f64, rounds: usize) -> Result<Taken> {
    let mut market = runtime.block_on(Market::new())?;
    let mut bare = runtime.block_on(Bare::new())?;
    let bytes = std::cell::Cell::new(0);
    let compared = compare_turns(
        rounds,
        SELLERS,
        || {
            let bids = runtime.block_on(market.bids()).expect("a round of bids");
            bytes.set(bids.iter().map(|(bid, _)| bid.bytes.len()).sum());
            market.take(runtime, &bids, together)
        },
        || bare.take(runtime, bytes.get() / SELLERS),
    );
    Ok(Taken {
        together,
        required,
        bids: SELLERS,
        commits: SELLERS.div_ceil(together),
        bytes: bytes.get(),
        compared,
    })
}

/// A buyer on its disk, and sellers.
struct Market {
    buyer: Engine,
    sellers: Vec<Engine>,
    now: Timestamp,
    deals: u8,
    _folders: Vec<TempDir>,
}

async fn engine(store: Store, seed: u8, number: u32, folders: &mut Vec<TempDir>) -> Result<Engine> {
    let files = tempfile::tempdir()?;
    let blobs = Blobs::open(files.path(), Blobs::CAPACITY)?;
    folders.push(files);
    let mut bytes = [seed; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    let identity = Arc::new(Identity::from_seed(bytes));
    Ok(Engine::open(Arc::new(store), Arc::new(blobs), identity).await?)
}

impl Market {
    async fn new() -> Result<Self> {
        let mut folders = vec![tempfile::tempdir()?];
        let path = folders[0].path().join("peer.sqlite");
        let mut buyer = engine(Store::open(&path).await?, 1, 0, &mut folders).await?;
        buyer.set_profile(NOW, papers::buyer("Anna")).await?;
        let mut sellers = vec![];
        for number in 0..SELLERS {
            let store = Store::in_memory().await?;
            let mut seller = engine(store, 2, u32::try_from(number)?, &mut folders).await?;
            seller.set_profile(NOW, papers::seller("Bo")).await?;
            sellers.push(seller);
        }
        Ok(Self {
            buyer,
            sellers,
            now: NOW,
            deals: 0,
            _folders: folders,
        })
    }

    /// A new request to everybody, and everybody's bid on it, on its way.
    async fn bids(&mut self) -> Result<Vec<(Arrival, Attempt)>> {
        // So that nobody has said too much of late.
        self.now = self.now.plus(Duration::from_secs(60));
        self.deals += 1;
        // Two acts of one dialogue never fall into one millisecond.
        let now = self.now;
        let later = now.plus(Duration::from_secs(1));
        self.now = now.plus(Duration::from_secs(2));
        let me = self.buyer.peer_id();
        let deal = DealId::of_buyer(me, [self.deals; 6]);
        let everybody: Vec<_> = self.sellers.iter().map(Engine::peer_id).collect();
        self.buyer
            .send_rfp(now, deal, papers::rfp(now), &everybody)
            .await?;
        let mut answers = vec![];
        let mut bids = vec![];
        for parcel in self.buyer.due(now, SELLERS).await? {
            let seller = self
                .sellers
                .iter_mut()
                .find(|seller| seller.peer_id() == parcel.to)
                .context("a seller")?;
            let arrival = Arrival {
                from: me,
                bytes: parcel.bytes.clone(),
            };
            let answer = seller.receive(now, &[arrival]).await?.pop();
            answers.push(Answered {
                attempt: Attempt::from(&parcel),
                answer: answer
                    .context("a receipt")
                    .map_err(|error| error.to_string()),
                way: None,
            });
            let rfp = seller.deal(deal).await?.rfp;
            let bid = papers::bid(&rfp, "Bo", "0.12");
            seller
                .say(later, deal, None, Command::Bid(Box::new(bid)))
                .await?;
            let from = seller.peer_id();
            let sent = seller.due(self.now, 1).await?;
            bids.extend(sent.into_iter().map(|parcel| {
                let attempt = Attempt::from(&parcel);
                let bytes = parcel.bytes;
                (Arrival { from, bytes }, attempt)
            }));
        }
        self.buyer.answered(now, &answers).await?;
        ensure!(bids.len() == SELLERS, "{} bids", bids.len());
        Ok(bids)
    }

    fn take(&mut self, runtime: &Runtime, bids: &[(Arrival, Attempt)], together: usize) -> Turn {
        let arrivals: Vec<Arrival> = bids.iter().map(|(arrival, _)| arrival.clone()).collect();
        let mut answers = vec![];
        let turn = turn(cpu_seconds, || {
            for some in arrivals.chunks(together) {
                let taken = runtime.block_on(self.buyer.receive(self.now, some));
                answers.extend(taken.expect("a database that can be written"));
            }
        });
        for ((arrival, attempt), answer) in bids.iter().zip(answers) {
            assert!(
                matches!(open(&answer), Ok(Opened::Receipt(_))),
                "a receipt for every bid"
            );
            // Without it nothing more would leave for the buyer.
            let mut sellers = self.sellers.iter_mut();
            let seller = sellers.find(|seller| seller.peer_id() == arrival.from);
            let answered = Answered {
                attempt: *attempt,
                answer: Ok(answer),
                way: None,
            };
            let noted = seller.map(|seller| {
                let answers = [answered];
                runtime.block_on(seller.answered(self.now, &answers))
            });
            assert!(matches!(noted, Some(Ok(()))), "a seller that hears of it");
        }
        turn
    }
}

/// A key, and a table.
struct Bare {
    key: SigningKey,
    database: SqliteConnection,
    number: u64,
    _folder: TempDir,
}

impl Bare {
    async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut database = SqliteConnectOptions::new()
            .filename(folder.path().join("bids.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .connect()
            .await?;
        sqlx::raw_sql("CREATE TABLE bid (id BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
            .execute(&mut database)
            .await?;
        Ok(Self {
            key: SigningKey::from_bytes(&[3; 32]),
            database,
            number: 0,
            _folder: folder,
        })
    }

    /// As many messages of so many bytes, checked and kept one after the other.
    fn take(&mut self, runtime: &Runtime, bytes: usize) -> Turn {
        let messages: Vec<(Vec<u8>, Signature)> = (0..SELLERS)
            .map(|_| {
                self.number += 1;
                let mut message = vec![7; bytes.max(8)];
                message[..8].copy_from_slice(&self.number.to_le_bytes());
                let signature = self.key.sign(&message);
                (message, signature)
            })
            .collect();
        let key = self.key.verifying_key();
        turn(cpu_seconds, || {
            for (message, signature) in &messages {
                assert!(key.verify_strict(message, signature).is_ok(), "signed");
                let insert = sqlx::query("INSERT INTO bid VALUES (?, ?)")
                    .bind(&message[..8])
                    .bind(message);
                let kept = runtime.block_on(insert.execute(&mut self.database));
                assert!(kept.is_ok(), "a database that can be written");
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bid_of_a_turn_is_taken() {
        let outcome = bids(1).unwrap();
        let commits: Vec<usize> = outcome.taken.iter().map(|taken| taken.commits).collect();
        assert_eq!(commits, [1, SELLERS]);
        assert!(
            outcome
                .taken
                .iter()
                .all(|taken| taken.bytes > SELLERS * 100)
        );
    }
}

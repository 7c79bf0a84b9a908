//! Registrations without end at one directory: its rows stay at the cap, and its memory on a plateau.

use std::time::Instant;

use anyhow::Result;
use fastrand::Rng;
use futures::{StreamExt, stream};
use minicbor::bytes::ByteVec;
use opener_directory::{Database, Directory, Limits};
use opener_peer::{Clock, SystemClock};
use opener_trade::{
    Identity, Reason,
    directory::{Request, Response},
    document::Listing,
    sign,
};
use serde::Serialize;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use crate::bench::{
    kit::resident_bytes,
    sellers::{listing, seller_key},
};

/// Registrations that are answered at the same time, as in a directory on its sockets.
const AT_ONCE: usize = 256;

/// Looks at rows and memory.
const LOOKS: u64 = 10;

/// How much more memory the last look may show than that after three tenths, as a share: by then all rows are there.
const PLATEAU: f64 = 0.05;

/// What one look showed.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Look {
    /// Registrations until then.
    pub after: u64,
    /// Listings in the file.
    pub rows: i64,
    /// Bytes of memory.
    pub bytes: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    soak: &'static str,
    /// Registrations in all.
    pub registrations: u64,
    /// Keys that they came from.
    pub keys: u32,
    /// Listings that the directory keeps at most.
    pub cap: usize,
    /// Registrations that were kept.
    pub kept: u64,
    /// Registrations that were refused because the directory was full.
    pub refused: u64,
    /// Look by look.
    pub looks: Vec<Look>,
    /// Bytes at the last look, as a share of those after three tenths.
    pub growth: f64,
    /// Milliseconds in all.
    pub elapsed_ms: u128,
    /// Rows at the cap and memory on a plateau.
    pub good: bool,
}

/// Registers so often, from so many keys, twice as many as there is room for.
///
/// # Errors
/// The directory does not open, or answers something else than it should.
pub async fn flood(registrations: u64, keys: u32) -> Result<Outcome> {
    let begun = Instant::now();
    let folder = tempfile::tempdir()?;
    let cap = (keys / 2) as usize;
    let limits = Limits {
        listings: cap,
        burst: u32::MAX,
        prefix_burst: u32::MAX,
        ..Limits::default()
    };
    let now = SystemClock.now();
    let directory = Directory::open(folder.path(), &Database::InFolder, limits, now).await?;
    let identities: Vec<Identity> = (0..keys).map(seller_key).collect();
    let mut rng = Rng::with_seed(u64::from(keys));
    let (mut kept, mut refused) = (0, 0);
    let mut looks = vec![];
    for look in 1..=LOOKS {
        let from = registrations * (look - 1) / LOOKS;
        let to = registrations * look / LOOKS;
        let asked = (from..to).map(|number| {
            let key = rng.u32(..keys);
            let identity = &identities[key as usize];
            let directory = &directory;
            async move {
                let now = SystemClock.now();
                let listing = Listing {
                    seq: number + 1,
                    ..listing(key, now)
                };
                let signed = sign(identity, listing)?;
                let request = Request::Register {
                    listing: ByteVec::from(signed.bytes().to_vec()),
                };
                let bytes = minicbor::to_vec(&request)?;
                let answer = directory.answer(identity.peer_id(), None, &bytes, now);
                anyhow::Ok(minicbor::decode::<Response>(&answer.await)?)
            }
        });
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer? {
                Response::Registered { .. } => kept += 1,
                Response::Refused {
                    reason: Reason::RateLimited,
                    ..
                } => refused += 1,
                // Two of one key overtook each other.
                Response::Refused {
                    reason: Reason::Stale,
                    ..
                } => {}
                other => anyhow::bail!("{other:?}"),
            }
        }
        looks.push(Look {
            after: to,
            rows: rows(folder.path()).await?,
            bytes: resident_bytes(),
        });
        eprintln!("{:?}", looks.last());
    }
    directory.close().await;
    let early = looks.get(2).map_or(0, |look| look.bytes);
    let last = looks.last().map_or(0, |look| look.bytes);
    let growth = last as f64 / early.max(1) as f64;
    let at_cap = looks.iter().all(|look| look.rows <= cap as i64);
    let full = looks.last().is_some_and(|look| look.rows == cap as i64);
    Ok(Outcome {
        soak: "flood",
        registrations,
        keys,
        cap,
        kept,
        refused,
        looks,
        growth,
        elapsed_ms: begun.elapsed().as_millis(),
        good: at_cap && full && growth <= 1.0 + PLATEAU,
    })
}

async fn rows(folder: &std::path::Path) -> Result<i64> {
    let mut database = SqliteConnectOptions::new()
        .filename(folder.join("directory.db"))
        .read_only(true)
        .connect()
        .await?;
    Ok(sqlx::query_scalar("SELECT count(*) FROM listing")
        .fetch_one(&mut database)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rows_stay_at_the_cap() {
        let outcome = flood(400, 20).await.unwrap();
        assert!(
            outcome.looks.iter().all(|look| look.rows <= 10),
            "{outcome:?}"
        );
        assert!(outcome.refused > 0 && outcome.kept >= 10);
    }
}

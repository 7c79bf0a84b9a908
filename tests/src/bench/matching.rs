//! `match`: the index in memory against SQL.

use anyhow::{Result, ensure};
use opener_directory::Index;
use opener_trade::{directory::Query, document::Listing, envelope};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::{
    kit::{Comparison, compare, resident_bytes},
    sellers::{NOW, query, seller},
    sqlite::{Plan, Rows},
};

/// Queries of one turn, each another.
const QUERIES: u32 = 24;

/// Sellers that a query asks for.
const TOP: usize = 100;

/// Sellers that fit each query, about, however many there are: its radius is chosen so.
const FITTING: usize = 150;

/// How many times faster than SQL the index must be, at [`JUDGED`] sellers.
const REQUIRED: f64 = 5.0;
const JUDGED: u32 = 100_000;

/// How many times slower it may be at the most sellers than at the fewest.
const GROWTH: f64 = 2.0;

/// What was found at one number of sellers.
#[derive(Debug, Serialize)]
pub struct At {
    /// Sellers.
    pub sellers: u32,
    /// Sellers that fit a query, on average.
    pub fitting: f64,
    /// How the best of the SQL queries looks up.
    pub sql: String,
    /// Bytes of memory that a listing takes in the index, its signed bytes among them.
    pub bytes_per_listing: u64,
    /// Bytes of a signed listing.
    pub signed_bytes: u64,
    /// Ours against SQL.
    #[serde(flatten)]
    pub compared: Comparison,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// At each number of sellers.
    pub at: Vec<At>,
    /// How many times longer a search takes at the most sellers than at the fewest.
    pub growth: f64,
    /// The run was too noisy to say anything.
    pub void: bool,
    /// All that is required holds.
    pub good: bool,
}

/// Compares at each number of sellers, rising.
///
/// # Errors
/// The two do not find the same, or the database fails.
pub fn matching(sellers: &[u32], rounds: usize) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let at: Vec<At> = sellers
        .iter()
        .map(|count| at(&runtime, *count, rounds))
        .collect::<Result<_>>()?;
    let times = at.first().zip(at.last());
    let growth = times.map_or(1.0, |(few, many)| {
        many.compared.ours_us / few.compared.ours_us
    });
    let void = at.iter().any(|at| at.compared.void);
    let slow = |at: &At| at.sellers == JUDGED && at.compared.ratio.median < REQUIRED;
    Ok(Outcome {
        bench: "match",
        good: !void && growth <= GROWTH && !at.iter().any(slow),
        at,
        growth,
        void,
    })
}

fn at(runtime: &Runtime, count: u32, rounds: usize) -> Result<At> {
    let (index, mut rows, signed_bytes, bytes) = runtime.block_on(fill(count))?;
    let queries: Vec<Query> = (0..QUERIES).map(|number| sized(&index, number)).collect();
    let fitting: usize = queries
        .iter()
        .map(|query| index.search(query, TOP, NOW).total)
        .sum();
    let mut best: Option<(f64, Plan)> = None;
    for plan in Plan::ALL {
        let begun = std::time::Instant::now();
        for query in &queries {
            let theirs = runtime.block_on(rows.find(plan, query))?;
            let page = index.search(query, TOP, NOW);
            let same = page
                .hits
                .iter()
                .map(|hit| &hit.listing[..])
                .eq(theirs.iter().map(|(_, signed)| &signed[..]));
            ensure!(same, "{plan:?} finds others than the index: {query:?}");
        }
        let took = begun.elapsed().as_secs_f64();
        if best.is_none_or(|(least, _)| took < least) {
            best = Some((took, plan));
        }
    }
    let plan = best.map_or(Plan::Goods, |(_, plan)| plan);
    let compared = compare(
        rounds,
        QUERIES as usize,
        || {
            for query in &queries {
                std::hint::black_box(index.search(query, TOP, NOW));
            }
        },
        || {
            for query in &queries {
                let found = runtime.block_on(rows.find(plan, query));
                assert!(
                    std::hint::black_box(found).is_ok(),
                    "the database answered before"
                );
            }
        },
    );
    Ok(At {
        sellers: count,
        fitting: fitting as f64 / f64::from(QUERIES),
        sql: format!("{plan:?}"),
        bytes_per_listing: bytes / u64::from(count),
        signed_bytes: signed_bytes / u64::from(count),
        compared,
    })
}

async fn fill(count: u32) -> Result<(Index, Rows, u64, u64)> {
    let mut rows = Rows::new().await?;
    rows.begin().await?;
    let mut signed = 0;
    for number in 0..count {
        let seller = seller(number);
        signed += seller.listing.bytes().len() as u64;
        rows.insert(number, &seller).await?;
    }
    rows.commit().await?;
    let before = resident_bytes();
    let mut index = Index::default();
    for number in 0..count {
        let seller = seller(number);
        // As a directory gets it.
        let listing = envelope::open_as::<Listing>(seller.listing.bytes())?;
        let peer = listing.signer();
        index.insert(listing, i64::from(number));
        if seller.online {
            index.hear(&peer, NOW);
        }
    }
    Ok((index, rows, signed, resident_bytes().saturating_sub(before)))
}

/// A query with the radius at which about [`FITTING`] sellers fit.
fn sized(index: &Index, number: u32) -> Query {
    let fitting = |km: u32| index.search(&query(number, km), TOP, NOW).total;
    let (mut low, mut high) = (1, 600);
    while low < high {
        let middle = (low + high) / 2;
        if fitting(middle) < FITTING {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    query(number, low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_finds_what_every_query_in_sql_finds() {
        let outcome = matching(&[2000], 1).unwrap();
        assert!(outcome.at[0].fitting > 10.0, "{outcome:?}");
    }
}

//! Benches as ratios: one line of JSON each.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use opener_tests::bench::{
    asking::{announce, lookup},
    bids::bids,
    fanout::fanout,
    idle::{idle, serve_bare, serve_directory},
    matching::matching,
    restart::{fill_peer, restart},
};
use serde::Serialize;

/// Benches as ratios: ours beside a reference in the same run.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The directory's search against the best query in SQL on the same rows
    Match {
        /// Numbers of sellers, rising
        #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
        sellers: Vec<u32>,
        /// Rounds of A B B A
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// A directory that is renewed and registered at, against a bare echo of the same bytes
    Announce {
        /// Rounds of A B B A
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// A directory's look-up against a bare echo of the same bytes
    Lookup {
        /// Rounds of A B B A
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// A buyer that takes bids, against a check of a signature and an insert
    Bids {
        /// Rounds of A B B A
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// A request to many sellers, against the same bytes from a bare peer
    Fanout {
        /// Sellers
        #[arg(long, default_value_t = 1000)]
        sellers: u32,
        /// Rounds of A B B A
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Memory of a directory with silent connections, against a bare swarm
    Idle {
        /// Connections
        #[arg(long, default_value_t = 1000)]
        connections: u32,
        /// Rounds of A B B A
        #[arg(long, default_value_t = 2)]
        rounds: usize,
    },
    /// A peer that starts after SIGKILL, against reading its rows
    Restart {
        /// Open dialogues
        #[arg(long, default_value_t = 10_000)]
        dialogues: u32,
        /// Rounds of A B B A
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// A part of `idle`: a directory that waits
    #[command(hide = true)]
    ServeDirectory {
        #[arg(long)]
        data: PathBuf,
    },
    /// A part of `idle`: a bare swarm that waits
    #[command(hide = true)]
    ServeBare,
    /// A part of `restart`: a peer that is killed
    #[command(hide = true)]
    FillPeer {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        dialogues: u32,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().bench {
        Bench::Match { sellers, rounds } => {
            tell(matching(&sellers, rounds), |outcome| outcome.good)
        }
        Bench::Announce { rounds } => tell(announce(rounds), |outcome| outcome.good),
        Bench::Lookup { rounds } => tell(lookup(rounds), |outcome| outcome.good),
        Bench::Bids { rounds } => tell(bids(rounds), |outcome| outcome.good),
        Bench::Fanout { sellers, rounds } => tell(fanout(sellers, rounds), |outcome| outcome.good),
        Bench::Idle {
            connections,
            rounds,
        } => tell(idle(connections, rounds), |outcome| outcome.good),
        Bench::Restart { dialogues, rounds } => {
            tell(restart(dialogues, rounds), |outcome| outcome.good)
        }
        Bench::ServeDirectory { data } => ended(serve_directory(&data)),
        Bench::ServeBare => ended(serve_bare()),
        Bench::FillPeer { data, dialogues } => ended(fill_peer(&data, dialogues)),
    }
}

fn ended(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tell<T: Serialize>(outcome: anyhow::Result<T>, is_good: impl FnOnce(&T) -> bool) -> ExitCode {
    match outcome {
        Ok(outcome) => {
            println!(
                "{}",
                serde_json::to_string(&outcome).expect("numbers and text")
            );
            if is_good(&outcome) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

//! Benches as ratios: one line of JSON each.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use opener_tests::bench::matching::matching;
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
}

fn main() -> ExitCode {
    match Arguments::parse().bench {
        Bench::Match { sellers, rounds } => {
            tell(matching(&sellers, rounds), |outcome| outcome.good)
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

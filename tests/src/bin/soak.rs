//! Long runs under bad conditions, with real processes.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use opener_tests::soak::{Plan, crash};

/// Long runs under bad conditions, with real processes.
#[derive(Debug, Parser)]
#[command(name = "soak")]
struct Arguments {
    #[command(subcommand)]
    soak: Soak,
}

#[derive(Debug, Subcommand)]
enum Soak {
    /// Kill peers (SIGKILL) in the middle of rounds, start them again, and look whether anything is lost or doubled
    Crash {
        /// How often a peer is killed
        #[arg(long, value_name = "N", default_value_t = 200)]
        kills: u32,
        /// Seed of moments and victims [default: a new one]
        #[arg(long, value_name = "S")]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    let Soak::Crash { kills, seed } = Arguments::parse().soak;
    let seed = seed.unwrap_or_else(fresh_seed);
    eprintln!("seed {seed}");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match runtime.block_on(crash(Plan { kills, seed })) {
        Ok(outcome) => {
            println!(
                "{}",
                serde_json::to_string(&outcome).expect("numbers and text")
            );
            if outcome.is_good() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            let failed =
                serde_json::json!({ "kills": kills, "seed": seed, "error": format!("{error:#}") });
            println!("{failed}");
            ExitCode::FAILURE
        }
    }
}

fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    u64::from(since.subsec_nanos())
}

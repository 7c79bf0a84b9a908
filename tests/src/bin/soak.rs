//! Long runs under bad conditions, with real processes.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use opener_tests::soak::{
    Plan,
    counter::counters,
    crash,
    directories::directories,
    flood::flood,
    mutants::{Fate, mutants},
    orders::{Orders, orders},
};

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
    /// Play small markets on a bad network, and look whether anything is awarded twice or known to one side only
    Orders {
        /// How many schedules are played
        #[arg(long, value_name = "N", default_value_t = 2000)]
        schedules: u64,
        /// Seed of the first schedule; the next have the next numbers [default: a new one]
        #[arg(long, value_name = "S")]
        seed: Option<u64>,
    },
    /// Two directories on one PostgreSQL, one killed (SIGKILL) every ten seconds under load, and look whether anything
    /// acknowledged is lost
    Directories {
        /// How long
        #[arg(long, value_name = "N", default_value_t = 120)]
        seconds: u64,
    },
    /// Register without end at one directory, and look at its rows and its memory
    Flood {
        /// How often
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        registrations: u64,
        /// From how many keys
        #[arg(long, value_name = "K", default_value_t = 10_000)]
        keys: u32,
    },
    /// Leave out one countermeasure after the other, and look whether a test misses it
    Mutants,
    /// Let two programs counter whenever they may, and look whether every dialogue ends
    Counter {
        /// How many dialogues are played
        #[arg(long, value_name = "N", default_value_t = 10_000)]
        cases: u64,
        /// Seed of the first dialogue; the next have the next numbers [default: a new one]
        #[arg(long, value_name = "S")]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().soak {
        Soak::Crash { kills, seed } => soak_crash(kills, seed.unwrap_or_else(fresh_seed)),
        Soak::Orders { schedules, seed } => soak_orders(schedules, seed.unwrap_or_else(fresh_seed)),
        Soak::Directories { seconds } => tell(directories(seconds), |outcome| outcome.is_good()),
        Soak::Flood {
            registrations,
            keys,
        } => tell(flood(registrations, keys), |outcome| outcome.good),
        Soak::Mutants => soak_mutants(),
        Soak::Counter { cases, seed } => soak_counters(cases, seed.unwrap_or_else(fresh_seed)),
    }
}

fn tell<T: serde::Serialize>(
    running: impl Future<Output = anyhow::Result<T>>,
    is_good: impl FnOnce(&T) -> bool,
) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match runtime.block_on(running) {
        Ok(outcome) => {
            println!(
                "{}",
                serde_json::to_string(&outcome).expect("numbers and text")
            );
            ExitCode::from(u8::from(!is_good(&outcome)))
        }
        Err(error) => {
            println!("{}", serde_json::json!({ "error": format!("{error:#}") }));
            ExitCode::FAILURE
        }
    }
}

fn soak_counters(cases: u64, seed: u64) -> ExitCode {
    let played = counters(cases, seed);
    println!("{}", serde_json::to_string(&played).expect("numbers"));
    if played.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn soak_orders(schedules: u64, seed: u64) -> ExitCode {
    let (tally, stories) = orders(Orders { schedules, seed });
    for story in stories {
        eprintln!("{story}\n");
    }
    println!("{}", serde_json::to_string(&tally).expect("numbers"));
    if tally.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn soak_mutants() -> ExitCode {
    let fates = match mutants() {
        Ok(fates) => fates,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut survived = 0;
    for (mutant, fate) in &fates {
        let words = match fate {
            Fate::Missed => "missed by",
            Fate::Survived => "SURVIVED",
            Fate::Unproven(_) => "UNPROVEN",
        };
        println!("{:22} {words} {}", mutant.off.name(), mutant.test);
        if let Fate::Unproven(said) = fate {
            eprintln!("{said}");
        }
        survived += u32::from(*fate != Fate::Missed);
    }
    println!("survived: {survived}");
    ExitCode::from(u8::from(survived > 0))
}

fn soak_crash(kills: u32, seed: u64) -> ExitCode {
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

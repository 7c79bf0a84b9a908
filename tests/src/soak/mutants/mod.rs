//! Countermeasures left out one at a time: for each one a test that misses it.
//!
//! The tests are built once with the feature `switches` of `opener-trade`; then each named test runs twice, with
//! everything on, where it must pass, and with its countermeasure off, where it must fail.

mod table;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use opener_trade::switch::Countermeasure;
use serde_json::Value;

pub use table::{MUTANTS, Mutant};

/// The variable that names what is off.
const OFF: &str = "OPENER_OFF";

/// What came of one countermeasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its test failed, as it should.
    Missed,
    /// Its test passed without it.
    Survived,
    /// Its test fails with everything on, or is not there: it proves nothing.
    Unproven(String),
}

/// A built test program, and the folder in which it runs.
#[derive(Debug, Clone)]
struct Suite {
    program: PathBuf,
    folder: PathBuf,
}

/// Builds the named tests and leaves out one countermeasure after the other.
///
/// # Errors
/// The tests cannot be built or run.
pub fn mutants() -> Result<Vec<(&'static Mutant, Fate)>> {
    let suites = build()?;
    MUTANTS
        .iter()
        .map(|mutant| Ok((mutant, fate(&suites, mutant)?)))
        .collect()
}

fn fate(suites: &BTreeMap<String, Suite>, mutant: &Mutant) -> Result<Fate> {
    let Some(suite) = suites.get(mutant.suite) else {
        return Ok(Fate::Unproven(format!(
            "there is no suite {}",
            mutant.suite
        )));
    };
    let (whole, said) = run(suite, mutant.test, None)?;
    if !whole || !said.contains("1 passed") {
        return Ok(Fate::Unproven(said));
    }
    let (without, said) = run(suite, mutant.test, Some(mutant.off))?;
    Ok(if without {
        Fate::Survived
    } else if said.contains("1 failed") || said.contains("stack overflow") {
        Fate::Missed
    } else {
        Fate::Unproven(said)
    })
}

/// Runs one test; whether it passed, and what it said.
fn run(suite: &Suite, test: &str, off: Option<Countermeasure>) -> Result<(bool, String)> {
    let mut command = Command::new(&suite.program);
    command
        .args([test, "--exact"])
        .current_dir(&suite.folder)
        .stdin(Stdio::null())
        .env_remove(OFF);
    if let Some(off) = off {
        command.env(OFF, off.name());
    }
    let output = command.output().context("a test does not start")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((output.status.success(), said))
}

/// Builds the suites of the table: a unit test by the name of its library, another by its own.
fn build() -> Result<BTreeMap<String, Suite>> {
    let mut names: Vec<_> = MUTANTS.iter().map(|mutant| mutant.suite).collect();
    names.sort_unstable();
    names.dedup();
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["test", "--no-run", "--lib"])
        .args(["--features", "opener-trade/switches"])
        .args(["--message-format", "json-render-diagnostics"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    for name in names {
        command.args(["-p", &package(name)]);
        if !name.starts_with("opener_") {
            command.args(["--test", name]);
        }
    }
    let output = command.output().context("cargo does not start")?;
    ensure!(output.status.success(), "the tests are not built");
    let mut suites = BTreeMap::new();
    for line in output.stdout.split(|byte| *byte == b'\n') {
        if let Some((name, suite)) = serde_json::from_slice(line).ok().as_ref().and_then(built) {
            suites.insert(name, suite);
        }
    }
    Ok(suites)
}

/// The package of a suite: of the tests of the whole, or of a room.
fn package(suite: &str) -> String {
    match suite {
        "compat" | "stories" | "markets" => "opener-tests".to_owned(),
        room => format!("opener-{}", room.trim_start_matches("opener_")),
    }
}

/// A test program, where a message of cargo tells of one.
fn built(message: &Value) -> Option<(String, Suite)> {
    let program = message["executable"].as_str()?;
    if message["profile"]["test"] != Value::Bool(true) {
        return None;
    }
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    let suite = Suite {
        program: program.into(),
        folder: folder.to_owned(),
    };
    Some((message["target"]["name"].as_str()?.to_owned(), suite))
}

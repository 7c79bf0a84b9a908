//! What each task does, as a list of steps.
//!
//! Every step that builds selects the whole workspace, even when it runs one target only: cargo unites the features
//! of what is selected, so another selection would build the large dependencies a second time. No step sets
//! compiler flags, for the same reason.

use crate::args::{Task, USAGE};
use crate::steps::{self, Step, npm};
use crate::suites::{self, HOUSE, Suites};
use crate::{install, run};
use anyhow::{Context, Result};

/// The request that `cargo xtask run --headless` plays.
const SAMPLE: &str = "assets/samples/office-chairs.json";

/// The profile of long runs: see the workspace's manifest.
const SOAK: &str = "soak";

/// Performs a task.
///
/// # Errors
/// The step that failed, or what could not be installed.
pub fn perform(task: Task) -> Result<()> {
    match task {
        Task::Help => {
            println!("{USAGE}");
            Ok(())
        }
        Task::Install => install::everything(),
        Task::Check => {
            install::for_checking()?;
            steps::run(&check()?)
        }
        Task::Test => {
            install::everything()?;
            let mut all = check()?;
            all.extend(interface());
            all.extend(full(&suites::find(&steps::root())));
            all.push(rounds());
            steps::run(&all)
        }
        Task::Run => run::window(),
        Task::Headless(arguments) => {
            install::for_building()?;
            steps::run(&[Step::cargo(
                "build",
                &["build", "--workspace", "--bin", "opener"],
            )])?;
            play(
                Step::program("opener", steps::built("opener"), &["replay", SAMPLE]),
                arguments,
            )
        }
        Task::Screens(folder) => {
            install::for_browsing()?;
            steps::run(&screens(folder.as_deref())?)
        }
        Task::BenchUi => {
            install::for_measuring()?;
            steps::run(&measure())
        }
        Task::Bench(arguments) => {
            let (build, program) = quick("bench");
            steps::run(&[build])?;
            play(program, arguments)
        }
        Task::Bindings => steps::run(&[bindings()]),
        Task::Soak(arguments) => {
            let (build, program) = soak(&arguments);
            steps::run(&[build])?;
            play(program, arguments)
        }
    }
}

/// What a soak needs built, and its program. Those of orders and counter-offers are a matter of speed; the others play
/// with the programs of the development profile.
fn soak(arguments: &[String]) -> (Step, Step) {
    let is_quick = |name: &String| ["orders", "counter", "flood"].contains(&name.as_str());
    if arguments.first().is_some_and(is_quick) {
        return quick("soak");
    }
    (
        Step::cargo(
            "build",
            &["build", "--workspace", "--bin", "opener", "--bin", "soak"],
        ),
        Step::program("soak", steps::built("soak"), &[]),
    )
}

/// A program where speed matters, and its build.
fn quick(name: &str) -> (Step, Step) {
    let build = ["build", "--workspace", "--profile", SOAK, "--bin", name];
    let program = steps::built_in(SOAK, name);
    (
        Step::cargo("build", &build),
        Step::program(name, program, &[]),
    )
}

/// The quick part, cheapest first.
fn check() -> Result<Vec<Step>> {
    let deny = install::deny_program().context("cargo-deny is missing")?;
    Ok(vec![
        Step::cargo("formatting", &["fmt", "--all", "--check"]),
        Step::program(
            "licences and sources",
            deny,
            &["deny", "check", "licenses", "bans", "sources"],
        ),
        Step::cargo(
            "clippy",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
        Step::cargo("house tests", &["test", "--workspace", "--test", HOUSE]),
    ])
}

/// Everything after the quick part: one build of all programs and tests, then the suites.
fn full(suites: &Suites) -> Vec<Step> {
    let mut steps = vec![
        Step::cargo("build", &["build", "--workspace", "--bins", "--tests"]),
        Step::cargo(
            "unit tests",
            &["test", "--workspace", "--no-fail-fast", "--lib", "--bins"],
        ),
        Step::cargo(
            "examples in the documentation",
            &["test", "--workspace", "--no-fail-fast", "--doc"],
        ),
    ];
    if !suites.rooms.is_empty() {
        let mut arguments = vec!["test", "--workspace", "--no-fail-fast"];
        for name in &suites.rooms {
            arguments.extend(["--test", name]);
        }
        steps.push(Step::cargo("tests of the rooms", &arguments));
    }
    for name in &suites.whole {
        steps.push(Step::cargo(
            name,
            &["test", "--workspace", "--no-fail-fast", "--test", name],
        ));
    }
    steps
}

/// The web UI: its packages as locked, types, tests, and the build, which the window holds.
fn interface() -> Vec<Step> {
    vec![
        npm("packages of the UI", &["ci"]),
        npm("types of the UI", &["run", "check"]),
        npm("tests of the UI", &["run", "test"]),
        npm("build of the UI", &["run", "build"]),
    ]
}

/// Whole rounds in a browser.
fn rounds() -> Step {
    npm("rounds in a browser", &["run", "e2e"]).with("OPENER_BIN", steps::built("opener"))
}

/// Pictures of every view.
fn screens(folder: Option<&str>) -> Result<Vec<Step>> {
    let folder = match folder {
        Some(given) => std::env::current_dir()?.join(given),
        None => steps::target().join("screens"),
    };
    Ok(browse(
        "pictures",
        "screens.mjs",
        &[&folder.to_string_lossy()],
    ))
}

/// A script that drives a browser, after the programs it needs.
fn browse(name: &str, script: &str, arguments: &[&str]) -> Vec<Step> {
    let path = steps::root().join("ui").join("e2e").join(script);
    let path = path.to_string_lossy();
    let words: Vec<&str> = std::iter::once(path.as_ref())
        .chain(arguments.iter().copied())
        .collect();
    vec![
        Step::cargo("build", &["build", "--workspace", "--bin", "opener"]),
        npm("packages of the UI", &["ci"]),
        npm("build of the UI", &["run", "build"]),
        Step::program(name, "node", &words).with("OPENER_BIN", steps::built("opener")),
    ]
}

/// Measures the web UI and the window. The UI comes first, since it is built into the window; the programs are those of
/// long runs, which are as quick as what is shipped.
fn measure() -> Vec<Step> {
    let bare = format!("examples/bare{}", std::env::consts::EXE_SUFFIX);
    let script = steps::root().join("ui").join("e2e").join("bench.mjs");
    let programs = [
        "--bin",
        "opener",
        "--bin",
        "opener-desktop",
        "--example",
        "bare",
    ];
    let build = [&["build", "--workspace", "--profile", SOAK], &programs[..]].concat();
    vec![
        npm("packages of the UI", &["ci"]),
        npm("build of the UI", &["run", "build"]),
        Step::cargo("build", &build),
        Step::program("measuring", "node", &[&script.to_string_lossy()])
            .with("OPENER_BIN", steps::built_in(SOAK, "opener"))
            .with("OPENER_DESKTOP", steps::built_in(SOAK, "opener-desktop"))
            .with("OPENER_BARE", steps::target().join(SOAK).join(bare)),
    ]
}

fn bindings() -> Step {
    Step::cargo("bindings", &["test", "--workspace", "--test", "bindings"])
        .with("OPENER_BINDINGS", "write")
}

/// Runs a program of ours in the foreground, without step lines around its own output.
fn play(mut step: Step, arguments: Vec<String>) -> Result<()> {
    step.arguments.extend(arguments);
    println!("\n{}", step.shown());
    let status = step
        .command()
        .status()
        .with_context(|| format!("{} did not start", step.shown()))?;
    anyhow::ensure!(status.success(), "FAILED: {}", step.shown());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &[Step]) -> Vec<String> {
        steps.iter().map(Step::shown).collect()
    }

    #[test]
    fn programs_are_built_before_the_suites_and_the_slow_ones_come_last() {
        let suites = Suites {
            rooms: vec!["vectors".to_owned()],
            whole: vec!["stories".to_owned(), "e2e".to_owned()],
        };
        let lines = shown(&full(&suites));
        assert!(lines[0].contains("build --workspace --bins --tests"));
        assert!(lines[3].ends_with("--test vectors"));
        assert!(lines[4].ends_with("--test stories"));
        assert!(lines[5].ends_with("--test e2e"));
    }

    #[test]
    fn every_step_that_builds_selects_the_whole_workspace() {
        let suites = Suites {
            rooms: vec!["vectors".to_owned()],
            whole: vec!["e2e".to_owned()],
        };
        let mut steps = full(&suites);
        steps.push(bindings());
        for line in shown(&steps) {
            assert!(
                line.contains("--workspace") && !line.contains(" -p "),
                "{line}"
            );
        }
    }

    #[test]
    fn markets_are_played_by_a_quick_program_and_crashes_by_the_usual_one() {
        let (build, program) = soak(&["orders".to_owned()]);
        assert!(build.shown().contains("--workspace --profile soak"));
        assert!(std::path::Path::new(&program.program).starts_with(steps::target().join("soak")));
        let (build, _) = soak(&["crash".to_owned()]);
        assert!(build.shown().ends_with("--bin opener --bin soak"));
    }

    #[test]
    fn without_suites_of_rooms_no_empty_step_is_left() {
        let lines = shown(&full(&Suites::default()));
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn the_interface_is_built_from_packages_as_locked() {
        let lines = shown(&interface());
        assert!(lines[0].ends_with("ui ci"), "packages as locked");
        assert!(lines[3].ends_with("run build"));
        assert!(rounds().shown().ends_with("run e2e"));
    }

    #[test]
    fn pictures_are_taken_last_and_kept_where_they_were_asked_for() {
        let steps = screens(Some("shots")).unwrap();
        let last = steps.last().unwrap();
        assert!(last.arguments[1].ends_with("shots"));
        assert!(shown(&steps)[2].ends_with("run build"));
    }

    #[test]
    fn the_window_is_measured_with_the_ui_of_now_and_beside_a_bare_one() {
        let lines = shown(&measure());
        assert!(lines[1].ends_with("run build"), "the UI first");
        assert!(lines[2].contains("--profile soak") && lines[2].ends_with("--example bare"));
        let last = measure().pop().unwrap();
        let named: Vec<&str> = last.variables.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, ["OPENER_BIN", "OPENER_DESKTOP", "OPENER_BARE"]);
    }

    #[test]
    fn bindings_are_written_not_only_compared() {
        assert_eq!(bindings().variables, [("OPENER_BINDINGS", "write".into())]);
    }
}

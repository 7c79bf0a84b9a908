//! Steps: commands run one after another, each with its time.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One command of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the progress line says.
    pub name: String,
    /// The program, looked up in the search path unless it is a path.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables added to its environment.
    pub variables: Vec<(&'static str, OsString)>,
}

impl Step {
    /// A step that runs the cargo which started this program.
    pub fn cargo(name: &str, arguments: &[&str]) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::program(name, cargo, arguments)
    }

    /// A step that runs any program.
    pub fn program(name: &str, program: impl Into<OsString>, arguments: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: arguments
                .iter()
                .map(|argument| (*argument).to_owned())
                .collect(),
            variables: Vec::new(),
        }
    }

    /// The same step with one more variable in its environment.
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// The command as a person would type it.
    pub fn shown(&self) -> String {
        let program = Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program);
        let mut words = vec![program.to_string_lossy().into_owned()];
        words.extend(self.arguments.iter().cloned());
        words.join(" ")
    }

    /// The command, in the root of the repository and with no input. What `cargo run` told this program about
    /// itself is taken out, lest a build script below take it for its own.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(root())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if is_about_this_program(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A step of npm in the folder of the web UI.
pub fn npm(name: &str, words: &[&str]) -> Step {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut arguments = vec!["--prefix", "ui"];
    arguments.extend(words);
    Step::program(name, program, &arguments)
}

/// Whether cargo set this variable to describe the package that is running.
fn is_about_this_program(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Runs the steps in order, with a progress line before and after each, and stops at the first that fails.
///
/// # Errors
/// The name and command of the step that could not start or failed.
pub fn run(steps: &[Step]) -> Result<()> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        println!(
            "\n[{}/{}] {}: {}",
            at + 1,
            steps.len(),
            step.name,
            step.shown()
        );
        let started = Instant::now();
        let status = step
            .command()
            .status()
            .with_context(|| format!("{} did not start", step.shown()))?;
        let took = started.elapsed();
        if !status.success() {
            bail!(
                "FAILED at {} after {}: {}",
                step.name,
                seconds(took),
                step.shown()
            );
        }
        println!(
            "[{}/{}] {} took {}",
            at + 1,
            steps.len(),
            step.name,
            seconds(took)
        );
        times.push((&step.name, took));
    }
    println!();
    for (name, took) in &times {
        println!("{:>9}  {name}", seconds(*took));
    }
    println!(
        "{:>9}  in all",
        seconds(times.iter().map(|(_, took)| *took).sum())
    );
    Ok(())
}

/// A duration in seconds to one decimal place.
fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo builds: `CARGO_TARGET_DIR`, or `target` in the root.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A program of ours in the folder of the development profile, which tests and tasks share.
pub fn built(name: &str) -> PathBuf {
    built_in("debug", name)
}

/// A program of ours in the folder of this profile.
pub fn built_in(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_as_a_person_would_type_it() {
        let step = Step::program("build", "/opt/bin/cargo", &["build", "--workspace"]);
        assert_eq!(step.shown(), "cargo build --workspace");
    }

    #[test]
    fn only_what_describes_this_program_is_hidden_from_the_steps() {
        assert!(is_about_this_program("CARGO_PKG_NAME"));
        assert!(is_about_this_program("CARGO_MANIFEST_DIR"));
        assert!(!is_about_this_program("CARGO_HOME"));
        assert!(!is_about_this_program("CARGO_TARGET_DIR"));
    }

    #[test]
    fn a_failing_step_stops_the_rest_and_is_named() {
        let steps = [
            Step::cargo("no such task", &["no-such-command"]),
            Step::cargo("never", &["--version"]),
        ];
        assert!(run(&steps).is_err_and(|error| error.to_string().contains("no such task")));
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("xtask").join("Cargo.toml").is_file());
    }
}

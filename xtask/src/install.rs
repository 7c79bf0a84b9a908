//! Installing what is missing: system packages, the toolchain's components, cargo-deny.

use crate::steps::{self, Step};
use crate::system::{
    self, BROWSER_NEEDS, DRIVER_NEEDS, NEEDS, Need, Plan, Probe, System, User, WINDOW_NEEDS,
};
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The version of cargo-deny that `deny.toml` is written for.
const DENY_VERSION: &str = "0.20.2";

/// Installs whatever is missing to build and run the program.
///
/// # Errors
/// When something is missing that only the user can install, with what to type; or when an installation failed.
pub fn for_building() -> Result<()> {
    system_packages(NEEDS)
}

/// The same for what plays in a browser.
///
/// # Errors
/// As [`for_building`].
pub fn for_browsing() -> Result<()> {
    system_packages(NEEDS)?;
    system_packages(BROWSER_NEEDS)
}

/// The same for the window.
///
/// # Errors
/// As [`for_building`].
pub fn for_the_window() -> Result<()> {
    system_packages(NEEDS)?;
    system_packages(WINDOW_NEEDS)
}

/// The same for what measures the web UI in a browser and in the window.
///
/// # Errors
/// As [`for_building`].
pub fn for_measuring() -> Result<()> {
    for_browsing()?;
    system_packages(WINDOW_NEEDS)?;
    system_packages(DRIVER_NEEDS)
}

/// The same for the checks, which lint and look at licences too.
///
/// # Errors
/// As [`for_building`].
pub fn for_checking() -> Result<()> {
    for_the_window()?;
    components()?;
    deny()
}

/// The same for all tests, which play in a browser too.
///
/// # Errors
/// As [`for_building`].
pub fn everything() -> Result<()> {
    for_checking()?;
    system_packages(BROWSER_NEEDS)?;
    system_packages(DRIVER_NEEDS)?;
    println!("Everything needed is installed.");
    Ok(())
}

fn system_packages(needs: &'static [Need]) -> Result<()> {
    let missing = missing(needs);
    for need in &missing {
        println!("Missing: {}.", need.what);
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system::recognise(std::env::consts::OS, &release);
    match system::plan(system, user(system), &missing) {
        Plan::Nothing => return Ok(()),
        Plan::Tell(lines) => bail!(
            "Please install what is missing, then try again:\n\n  {}",
            lines.join("\n  ")
        ),
        Plan::Install(commands) => {
            let step = |words: &Vec<String>| {
                let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
                Step::program("system packages", &words[0], &arguments)
            };
            for step in commands.iter().map(step) {
                println!("{}", step.shown());
                let status = step.command().stdin(Stdio::inherit()).status();
                let status = status.with_context(|| format!("{} did not start", step.shown()))?;
                if !status.success() {
                    bail!("FAILED: {}", step.shown());
                }
            }
        }
    }
    match self::missing(needs).first() {
        Some(need) => bail!("{} is still missing after the installation", need.what),
        None => Ok(()),
    }
}

fn missing(needs: &'static [Need]) -> Vec<&'static Need> {
    needs.iter().filter(|need| !is_met(need.probe)).collect()
}

fn is_met(probe: Probe) -> bool {
    match probe {
        Probe::Answers(program) => output(Command::new(program).arg("--version")).is_some(),
        Probe::AtLeast(program, version) => {
            let said = output(Command::new(program).arg("--version"));
            said.is_some_and(|said| system::is_at_least(&said, version))
        }
        // Elsewhere the linker that built this program is found by the toolchain itself.
        Probe::Compiles => cfg!(windows) || compiles(),
        _ if cfg!(not(target_os = "linux")) => true,
        Probe::Library(name) => {
            output(Command::new("pkg-config").args(["--exists", name])).is_some()
        }
        Probe::Found(program) => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        }
        Probe::Plugins(files) => files.iter().all(|file| is_plugin(file)),
    }
}

/// Whether GStreamer has a plug-in in this file, wherever the system keeps its libraries.
fn is_plugin(file: &str) -> bool {
    let roots = ["/usr/lib", "/usr/lib64"].map(PathBuf::from);
    let below = std::fs::read_dir("/usr/lib").into_iter().flatten();
    let below = below.filter_map(|entry| Some(entry.ok()?.path()));
    roots
        .into_iter()
        .chain(below)
        .any(|folder| folder.join("gstreamer-1.0").join(file).is_file())
}

/// Whether the C compiler makes a program from a source with a header of the C library.
fn compiles() -> bool {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut command = Command::new(compiler);
    command.args(["-x", "c", "-", "-o", "/dev/null"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    let source = b"#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n";
    let written = child
        .stdin
        .take()
        .is_some_and(|mut input| input.write_all(source).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

fn user(system: System) -> User {
    let is_root = || output(Command::new("id").arg("-u")).is_some_and(|text| text.trim() == "0");
    if system == System::Debian && is_root() {
        User::Root
    } else if std::io::stdin().is_terminal() && std::env::var_os("CI").is_none() {
        User::AtTerminal
    } else {
        User::Unattended
    }
}

/// rustfmt and clippy come with the toolchain; only minimal installations lack them.
fn components() -> Result<()> {
    for (component, task) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output(&mut Step::cargo("probe", &[task, "--version"]).command()).is_none() {
            bail!(
                "{component} is missing. With rustup: `rustup component add {component}`; \
                 otherwise install the {component} package beside your Rust."
            );
        }
    }
    Ok(())
}

/// cargo-deny goes below the target folder, so that nothing outside the checkout changes. It is built without
/// optimisation, since it runs for seconds only.
fn deny() -> Result<()> {
    if deny_program().is_some() {
        return Ok(());
    }
    let tools = steps::target().join("tools");
    let version = format!("={DENY_VERSION}");
    let root = tools.to_string_lossy();
    let arguments = [
        "install",
        "--locked",
        "--debug",
        "--root",
        &root,
        "--version",
        &version,
        "cargo-deny",
    ];
    let step = Step::cargo("cargo-deny", &arguments).with("CARGO_TARGET_DIR", tools.join("build"));
    steps::run(&[step])?;
    // Its intermediate files are never needed again.
    std::fs::remove_dir_all(tools.join("build"))
        .context("cannot remove the intermediate files of cargo-deny")
}

/// The cargo-deny to use: ours, or one of the same version in the search path.
pub fn deny_program() -> Option<PathBuf> {
    let ours = steps::target().join("tools").join("bin").join("cargo-deny");
    let candidates = [ours, PathBuf::from("cargo-deny")];
    candidates.into_iter().find(|program| {
        let version = output(Command::new(program).args(["deny", "--version"]));
        version.is_some_and(|text| is_pinned(&text))
    })
}

/// Whether a `cargo-deny --version` line names the pinned version.
fn is_pinned(line: &str) -> bool {
    line.split_whitespace().last() == Some(DENY_VERSION)
}

/// What the command printed, if it started and succeeded.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_cargo_deny_is_used() {
        assert!(is_pinned(&format!("cargo-deny {DENY_VERSION}\n")));
        assert!(!is_pinned("cargo-deny 0.1.0"));
        assert!(!is_pinned(""));
    }

    #[test]
    fn a_program_that_is_not_there_is_missing() {
        assert!(!is_met(Probe::Answers("a-program-nobody-has")));
        if cfg!(target_os = "linux") {
            assert!(!is_met(Probe::Found("a-program-nobody-has")));
            assert!(!is_met(Probe::Library("a-library-nobody-has")));
            assert!(!is_met(Probe::Plugins(&["a-plug-in-nobody-has.so"])));
        }
    }

    #[test]
    fn the_compiler_that_built_this_is_found() {
        assert!(is_met(Probe::Compiles));
    }
}

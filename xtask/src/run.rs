//! The window on a sample market, for somebody who is new.

use crate::install;
use crate::steps::{self, Step, npm};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// How many sellers the market has: the whole catalogue, in both regions.
const SELLERS: &str = "6";

/// What seals the key of the sample, which is nobody's.
const PASSPHRASE: &str = "a sample and nothing else";

/// Builds everything and opens the window; returns when the program is quit.
///
/// # Errors
/// There is no display, something is missing or does not build, or the market does not open.
pub fn window() -> Result<()> {
    ensure!(
        has_display(),
        "There is no display here, so no window can be shown. `cargo xtask run --headless` plays a whole deal and \
         prints it."
    );
    install::for_the_window()?;
    steps::run(&build())?;
    let folder = steps::target().join("sample");
    let passphrase = passphrase(&folder)?;
    let (mut market, directory) = open_market(&folder.join("market"))?;
    println!(
        "\nThe window opens on a sample market: six sellers who bid by themselves, three of them with office chairs in \
         Korea.\nSay who you are (in Seoul, say), write a request (24 office chairs, say) and press SEND.\n\
         Closing the window leaves the program in the tray; its menu there, or Ctrl-C here, ends it.\n"
    );
    let me = folder.join("me");
    let words = ["--data", text(&me)?, "--directory", &directory];
    let words = [&words[..], &["--passphrase-file", text(&passphrase)?]].concat();
    let opener = Step::program("window", steps::built("opener-desktop"), &words);
    let ended = opener.command().status();
    // The market takes its sellers along, however it ends.
    drop(market.kill());
    drop(market.wait());
    let status = ended.with_context(|| format!("{} did not start", opener.shown()))?;
    ensure!(status.success(), "FAILED: {}", opener.shown());
    Ok(())
}

/// The web UI first, since it is built into the window.
fn build() -> Vec<Step> {
    let programs = ["--bin", "opener", "--bin", "opener-desktop"];
    let mut steps = vec![];
    if !has_packages(&steps::root().join("ui")) {
        steps.push(npm("packages of the UI", &["ci"]));
    }
    steps.push(npm("build of the UI", &["run", "build"]));
    let words = [&["build", "--workspace"], &programs[..]].concat();
    steps.push(Step::cargo("build", &words));
    steps
}

/// Whether the packages of the UI are there, and as its lock file says.
fn has_packages(ui: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let installed = changed(&ui.join("node_modules").join(".package-lock.json"));
    let locked = changed(&ui.join("package-lock.json"));
    matches!((installed, locked), (Ok(installed), Ok(locked)) if installed >= locked)
}

/// Whether a window can be shown.
fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// A private file with the passphrase of the sample.
fn passphrase(folder: &Path) -> Result<std::path::PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join("passphrase");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, PASSPHRASE.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Starts the market and waits until it is ready; gives the address of its directory.
fn open_market(data: &Path) -> Result<(Child, String)> {
    let words = ["market", "--sellers", SELLERS, "--data", text(data)?];
    let step = Step::program("market", steps::built("opener"), &words);
    println!("\n{}", step.shown());
    let mut command = step.command();
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut market = command
        .spawn()
        .with_context(|| format!("{} did not start", step.shown()))?;
    let mut line = String::new();
    if let Some(output) = market.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    match directory_in(&line) {
        Some(address) => Ok((market, address)),
        None => {
            drop(market.kill());
            bail!("the market did not open; `{}` says why", step.shown())
        }
    }
}

/// The first address under `directory` in the market's line of JSON. It has no characters that JSON escapes.
fn directory_in(line: &str) -> Option<String> {
    let (_, after) = line.split_once("\"directory\":[\"")?;
    let (address, _) = after.split_once('"')?;
    Some(address.to_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is no text in UTF-8; move the checkout", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_read_from_the_line_of_the_market() {
        let line = r#"{"ready":true,"directory":["/ip4/127.0.0.1/udp/1/quic-v1/p2p/12D3","/ip4/x"],"sellers":[]}"#;
        let found = directory_in(line);
        assert_eq!(
            found.as_deref(),
            Some("/ip4/127.0.0.1/udp/1/quic-v1/p2p/12D3")
        );
        assert_eq!(directory_in(""), None);
        assert_eq!(directory_in(r#"{"directory":[]}"#), None);
    }

    #[test]
    fn the_web_ui_is_built_before_the_window_that_holds_it() {
        let lines: Vec<String> = build().iter().map(Step::shown).collect();
        let at = |end: &str| lines.iter().position(|line| line.ends_with(end)).unwrap();
        assert!(at("run build") < at("--bin opener --bin opener-desktop"));
    }

    #[test]
    fn packages_that_are_not_there_are_not_taken_for_installed() {
        assert!(!has_packages(Path::new("no such folder")));
    }
}

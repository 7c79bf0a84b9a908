//! What may be asked on the command line.

/// The usage text; every task in it is a row of [`parse`].
pub const USAGE: &str = "\
The tasks of this repository.

  cargo xtask run               install what is missing, build everything and open the window on a sample market
  cargo xtask run --headless [ARGUMENT]…
                                without a window: play a whole deal on the sample request and print it; arguments go
                                to `opener replay` (--json)
  cargo xtask test              install what is missing, check, then all tests, slow suites last
  cargo xtask check             the quick part: formatting, clippy, the house tests, licences and sources
  cargo xtask install           only install what is missing
  cargo xtask screens [DIR]     save a picture of every view of the web UI, in both languages and themes, wide and narrow
                                [default: target/screens]
  cargo xtask bench ui          measure how the web UI paints and scrolls ten thousand deals and five hundred bids, and the
                                window's start and memory beside a bare one, as one line of JSON
  cargo xtask bench match [ARGUMENT]…
                                compare the directory's search with SQL on the same sellers, as one line of JSON
  cargo xtask bench announce|lookup|bids|fanout|idle|restart [ARGUMENT]…
                                compare the directory and the peer with bare libp2p and bare SQLite: renewals and
                                registrations, look-ups, bids that are kept, a request to a thousand sellers, silent
                                connections, a start after a crash
  cargo xtask bindings          write the TypeScript types into ui/src/bindings
  cargo xtask soak crash --kills N [--seed S]
                                kill real peers in the middle of deals and count what is lost or doubled
  cargo xtask soak orders --schedules N [--seed S]
                                play small markets on a bad network and count what is awarded twice or to one side only
  cargo xtask soak mutants      leave out one countermeasure after the other; a test must miss each
  cargo xtask soak counter --cases N [--seed S]
                                let two programs counter whenever they may and count the dialogues without an end
  cargo xtask soak directories [--seconds N]
                                two directories on one PostgreSQL, one killed again and again under load; count what is
                                lost or wrong
  cargo xtask soak flood [--registrations N] [--keys K]
                                register without end at one directory and look at its rows and its memory
  cargo xtask help              this text

Security advisories are not part of check, since they need a database from the network:
`cargo deny check advisories`.";

/// One task with the arguments it passes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Print the usage.
    Help,
    /// Install what is missing.
    Install,
    /// Formatting, lints, house tests, licences.
    Check,
    /// Check and every test.
    Test,
    /// Open the window on a sample market.
    Run,
    /// Play the sample deal; the rest goes to `opener replay`.
    Headless(Vec<String>),
    /// Save a picture of every view, in this folder if one is given.
    Screens(Option<String>),
    /// Measure how the web UI paints and scrolls.
    BenchUi,
    /// Compare ours with a reference; everything after the word goes to its binary.
    Bench(Vec<String>),
    /// Write the TypeScript bindings.
    Bindings,
    /// Run the soak; everything after the word goes to its binary.
    Soak(Vec<String>),
}

/// Reads the arguments after `cargo xtask`.
///
/// # Errors
/// A sentence for the user when the task is unknown, or takes no arguments and got some.
pub fn parse(arguments: &[String]) -> Result<Task, String> {
    let Some((name, rest)) = arguments.split_first() else {
        return Ok(Task::Help);
    };
    let plain = |task: Task| match rest.first() {
        None => Ok(task),
        Some(extra) => Err(format!("`{name}` takes no arguments, but got `{extra}`.")),
    };
    match name.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "install" => plain(Task::Install),
        "check" => plain(Task::Check),
        "test" => plain(Task::Test),
        "bindings" => plain(Task::Bindings),
        "screens" if rest.len() > 1 => {
            Err("`screens` takes one argument at most, a folder.".to_owned())
        }
        "screens" => Ok(Task::Screens(rest.first().cloned())),
        "bench" if rest == ["ui"] => Ok(Task::BenchUi),
        "bench" => match rest.first().map(String::as_str) {
            Some("match") => Ok(Task::Bench(rest.to_vec())),
            _ => Err("`bench` needs what to measure: `ui` or `match`.".to_owned()),
        },
        "run" => match rest.split_first() {
            Some((first, more)) if first == "--headless" => Ok(Task::Headless(more.to_vec())),
            _ => plain(Task::Run),
        },
        "soak" if rest.is_empty() => {
            Err("`soak` needs the name of a soak, such as `crash`.".to_owned())
        }
        "soak" => Ok(Task::Soak(rest.to_vec())),
        _ => Err(format!("There is no task `{name}`.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn every_task_is_understood() {
        assert_eq!(parsed(""), Ok(Task::Help));
        assert_eq!(parsed("--help"), Ok(Task::Help));
        assert_eq!(parsed("install"), Ok(Task::Install));
        assert_eq!(parsed("check"), Ok(Task::Check));
        assert_eq!(parsed("test"), Ok(Task::Test));
        assert_eq!(parsed("bindings"), Ok(Task::Bindings));
    }

    #[test]
    fn run_and_soak_pass_their_arguments_on() {
        assert_eq!(parsed("run"), Ok(Task::Run));
        assert_eq!(
            parsed("run --headless --json"),
            Ok(Task::Headless(vec!["--json".to_owned()]))
        );
        assert!(parsed("run --json").is_err_and(|problem| problem.contains("--json")));
        let soak = ["crash", "--kills", "3"].map(str::to_owned).to_vec();
        assert_eq!(parsed("soak crash --kills 3"), Ok(Task::Soak(soak)));
    }

    #[test]
    fn screens_takes_one_folder_at_most() {
        assert_eq!(parsed("screens"), Ok(Task::Screens(None)));
        assert_eq!(
            parsed("screens shots"),
            Ok(Task::Screens(Some("shots".to_owned())))
        );
        assert!(parsed("screens one two").is_err());
    }

    #[test]
    fn bench_needs_what_to_measure() {
        assert_eq!(parsed("bench ui"), Ok(Task::BenchUi));
        let some = ["match", "--rounds", "3"].map(str::to_owned).to_vec();
        assert_eq!(parsed("bench match --rounds 3"), Ok(Task::Bench(some)));
        assert!(parsed("bench").is_err() && parsed("bench moon").is_err());
    }

    #[test]
    fn an_unknown_task_is_refused_by_name() {
        assert!(parsed("deploy").is_err_and(|problem| problem.contains("deploy")));
    }

    #[test]
    fn a_task_without_arguments_refuses_one() {
        assert!(parsed("check --fast").is_err_and(|problem| problem.contains("--fast")));
        assert!(parsed("soak").is_err());
    }

    #[test]
    fn the_usage_names_every_task() {
        for name in [
            "run",
            "run --headless",
            "test",
            "check",
            "install",
            "screens",
            "bench ui",
            "bench match",
            "bindings",
            "soak crash",
            "soak counter",
            "help",
        ] {
            assert!(USAGE.contains(&format!("cargo xtask {name}")), "{name}");
        }
    }
}

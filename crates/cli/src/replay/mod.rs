//! A tender played again between real peers.

mod cast;
mod play;
mod report;
mod story;

use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow};
use opener_api::formats::{FormatError, MAX_FILE_BYTES, Reading, Timing, read_rfp};
use opener_trade::Timestamp;
use serde_json::json;
use tokio::time::timeout;

use crate::{args::ReplayArguments, output, stop::Stop};
use report::Report;
use story::Story;

/// Seconds that a replay may take in all: sixty-four bidders on a slow machine need a fraction of it.
const LONGEST: Duration = Duration::from_secs(300);
/// Seconds from now until the deadline for bids: longer than any replay, so that none is late.
const BIDDING_S: i64 = 3600;
/// Seconds from that deadline until the buyer must have chosen.
const CHOOSING_S: i64 = 3600;

/// Plays a file.
///
/// # Errors
/// The output cannot be written.
pub async fn run(arguments: ReplayArguments) -> Result<ExitCode> {
    let begun = Instant::now();
    let reading = match read(&arguments.file) {
        Ok(reading) => reading,
        Err(error) => return refuse(&arguments, &error),
    };
    let sellers = match cast::sellers(&reading, arguments.sellers) {
        Ok(sellers) => sellers,
        Err(error) => return refuse(&arguments, &error),
    };
    let mut stop = Stop::listen(false)?;
    let story = Story::new(arguments.json);
    let mut report = Report::new(&reading, sellers.len());
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let playing = play::play(&reading, &sellers, folder.path(), &mut report, &story);
    let played = tokio::select! {
        played = timeout(LONGEST, playing) => played.unwrap_or_else(|_| Err(anyhow!("it took longer than {} s", LONGEST.as_secs()))),
        () = stop.asked() => Err(anyhow!("it was stopped")),
    };
    match played {
        Ok(()) => report.compare(&reading, &sellers),
        Err(error) => report.error = Some(format!("{error:#}")),
    }
    report.elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    if arguments.json {
        output::json(&report)?;
    } else {
        story.end(&report);
        story.say(&format!(
            "Done in {}.{:01} s",
            report.elapsed_ms / 1000,
            report.elapsed_ms % 1000 / 100
        ));
    }
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(file: &Path) -> Result<Reading> {
    let name = file.display().to_string();
    let size = fs::metadata(file)
        .with_context(|| format!("cannot read {name}"))?
        .len();
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    // One byte more than is read shows that there is more.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or_default());
    let opened = fs::File::open(file).with_context(|| format!("cannot read {name}"))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(opened, most + 1), &mut bytes)
        .with_context(|| format!("cannot read {name}"))?;
    let timing = Timing::from_now(
        now(),
        opener_trade::Duration::from_secs(BIDDING_S),
        opener_trade::Duration::from_secs(CHOOSING_S),
    );
    Ok(read_rfp(&name, &bytes, &timing)?)
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Says why a file cannot be played.
fn refuse(arguments: &ReplayArguments, error: &anyhow::Error) -> Result<ExitCode> {
    let file = arguments.file.display().to_string();
    let (field, message) = match error.downcast_ref::<FormatError>() {
        Some(format) => (format.field.clone(), format.advice.clone()),
        None => (String::new(), format!("{error:#}")),
    };
    if arguments.json {
        output::json(&json!({ "error": { "file": file, "field": field, "message": message } }))?;
    } else {
        eprintln!("{error:#}");
    }
    Ok(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn a_replay_is_given_up_when_the_manual_says_so_and_before_its_own_deadline() {
        let mut whole = crate::args::Arguments::command();
        let replay = whole
            .find_subcommand_mut("replay")
            .unwrap()
            .render_long_help()
            .to_string();
        assert!(
            replay
                .replace('\n', " ")
                .contains("longer than five minutes is given up"),
            "{replay}"
        );
        assert_eq!(LONGEST.as_secs(), 5 * 60);
        assert!(LONGEST.as_secs() < BIDDING_S.unsigned_abs().min(CHOOSING_S.unsigned_abs()));
    }
}

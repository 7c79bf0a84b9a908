//! A call of ours beside any other WebRTC peer: descriptions and paths go over standard input and output, a JSON value a line,
//! and every frame that comes is given back. So the other peer sees and hears itself through our side.

use std::{io::Write, process::ExitCode, time::SystemTime};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use opener_call::{
    Config, Event, FRAMES, Handle, Heard, MediaKind, Outgoing, Said,
    sdp::{Description, Reach},
    session::{Phase, Side},
    start,
};
use opener_trade::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// A call of ours beside any other WebRTC peer.
#[derive(Debug, Parser)]
#[command(name = "stranger")]
struct Arguments {
    /// Which side we are.
    side: Which,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    Caller,
    Called,
}

/// What the other peer says. Descriptions may be a browser's: with carriage returns, and paths in them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Theirs {
    Offer(String),
    Answer(String),
    Candidates(Vec<String>),
    /// The call is taken here.
    Accept,
    HangUp,
}

/// What we say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ours {
    Offer(String),
    Answer(String),
    Candidates(Vec<String>),
    Phase(String),
    /// The other peer cannot go on without a key frame.
    KeyWanted,
    End(String),
}

/// Lines that wait to be read: a description and some paths.
const LINES: usize = 64;

fn main() -> ExitCode {
    let run = tokio::runtime::Runtime::new().map(|runtime| runtime.block_on(talk()));
    match run {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn talk() -> Result<()> {
    let side = match Arguments::parse().side {
        Which::Caller => Side::Caller,
        Which::Called => Side::Called,
    };
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let (handle, mut events) = start(Config {
        side,
        private: false,
        servers: vec![],
        reach: Reach::Loopback,
        now: Timestamp::from_millis(i64::try_from(since.as_millis())?),
    });
    let (door, mut out) = mpsc::channel(FRAMES);
    handle.attach(door)?;
    let mut lines = lines();
    let mut mirror = Mirror::new(&handle);
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => hear(&handle, serde_json::from_str(&line).context(line)?)?,
                None => return Ok(()),
            },
            event = events.recv() => match event {
                Some(event) => tell(event)?,
                None => return Ok(()),
            },
            outgoing = out.recv() => match outgoing {
                Some(outgoing) => mirror.take(outgoing)?,
                None => return Ok(()),
            },
        }
    }
}

/// Standard input, line by line.
fn lines() -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel(LINES);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn hear(handle: &Handle, theirs: Theirs) -> Result<()> {
    match theirs {
        Theirs::Offer(sdp) => {
            let sdp = sdp.replace("\r\n", "\n");
            let fingerprint = Description::read(&sdp, Reach::Loopback)?.fingerprint();
            handle.hear(Heard::Offer { sdp, fingerprint })?;
        }
        Theirs::Answer(sdp) => {
            let sdp = sdp.replace("\r\n", "\n");
            let fingerprint = Description::read(&sdp, Reach::Loopback)?.fingerprint();
            handle.hear(Heard::Answer { sdp, fingerprint })?;
        }
        Theirs::Candidates(candidates) => handle.hear(Heard::Candidates {
            candidates,
            renew: false,
        })?,
        Theirs::Accept => handle.accept()?,
        Theirs::HangUp => handle.hang_up()?,
    }
    Ok(())
}

fn tell(event: Event) -> Result<()> {
    match event {
        Event::Say(Said::Offer { sdp, .. }) => say(&Ours::Offer(sdp)),
        Event::Say(Said::Answer { sdp, .. }) => say(&Ours::Answer(sdp)),
        Event::Say(Said::Candidates { candidates, .. }) => say(&Ours::Candidates(candidates)),
        Event::Say(Said::End { reason, .. }) => say(&Ours::End(format!("{reason:?}"))),
        Event::Phase { phase, .. } => say(&Ours::Phase(match phase {
            Phase::Ended(ending) => format!("Ended {:?}", ending.reason),
            other => format!("{other:?}"),
        })),
        Event::Quality(_) | Event::CardOpen | Event::Card(_) => Ok(()),
    }
}

/// Gives back what comes, but for the first key frames: what the other peer gets begins in the middle, so that it must ask for
/// one; then we ask it.
struct Mirror {
    handle: Handle,
    /// A picture was given back that needs one before it.
    began: bool,
    asked: bool,
}

impl Mirror {
    fn new(handle: &Handle) -> Self {
        Self {
            handle: handle.clone(),
            began: false,
            asked: false,
        }
    }

    fn take(&mut self, outgoing: Outgoing) -> Result<()> {
        match outgoing {
            Outgoing::Frame(frame) => {
                if frame.kind == MediaKind::Video {
                    if frame.key && !self.asked {
                        return Ok(());
                    }
                    self.began = true;
                }
                // What does not fit is left out, as on any path.
                let _ = self.handle.frames().try_send(frame);
                Ok(())
            }
            Outgoing::KeyFrameWanted => {
                self.asked |= self.began;
                self.handle.want_key_frame()?;
                say(&Ours::KeyWanted)
            }
            Outgoing::Bitrate(_) => Ok(()),
        }
    }
}

/// One line on standard output.
fn say(ours: &Ours) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(ours)?)?;
    Ok(out.flush()?)
}

//! Who did what, when.

use std::{fmt::Write as _, sync::Arc};

use opener_trade::{Opened, Timestamp, open};

/// The log of a world.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    lines: Vec<Line>,
}

/// A line. A letter in it is put into words only when somebody reads: that checks its signature.
#[derive(Debug)]
struct Line {
    words: String,
    letter: Option<Arc<[u8]>>,
    more: String,
}

impl Transcript {
    pub(crate) fn section(&mut self, title: &str) {
        self.push(format!("\n── {title} ──"));
    }

    pub(crate) fn line(&mut self, since: Timestamp, now: Timestamp, what: &str) {
        self.push(format!("{}  {what}", clock(since, now)));
    }

    /// A line about a letter: what is said before and after it.
    pub(crate) fn letter(
        &mut self,
        (since, now): (Timestamp, Timestamp),
        before: &str,
        letter: Arc<[u8]>,
        after: &str,
    ) {
        self.lines.push(Line {
            words: format!("{}  {before}", clock(since, now)),
            letter: Some(letter),
            more: after.to_owned(),
        });
    }

    fn push(&mut self, words: String) {
        self.lines.push(Line {
            words,
            letter: None,
            more: String::new(),
        });
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| match &line.letter {
            None => line.words.clone(),
            Some(letter) => format!("{} {}{}", line.words, describe(letter), line.more),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Time since the world began: `2d 03:04:05.678`.
fn clock(since: Timestamp, now: Timestamp) -> String {
    let ms = now.since(since).millis();
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let mut text = String::new();
    if hours >= 24 {
        let _ = write!(text, "{}d ", hours / 24);
    }
    let _ = write!(
        text,
        "{:02}:{minutes:02}:{:02}.{ms:03}",
        hours % 24,
        seconds % 60
    );
    text
}

/// What bytes are, in a few words: `bid 3f2a91`, `receipt for 3f2a91`, `failure late`.
fn describe(bytes: &[u8]) -> String {
    match open(bytes) {
        Ok(Opened::Receipt(receipt)) => format!("receipt for {}", short(&receipt.document)),
        Ok(Opened::Failure(failure)) => format!("failure {}: {}", failure.reason, failure.detail),
        Ok(document) => {
            let kind = document.kind().map_or("unknown kind", |kind| kind.name());
            format!("{kind} {}", short(&document.id()))
        }
        Err(error) => format!("{} bytes ({error})", bytes.len()),
    }
}

/// The first characters of an id.
pub(crate) fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(6).collect()
}

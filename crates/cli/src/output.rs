//! Standard output: what a program reads from us. A reader that has gone away ends us quietly.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

/// Prints one line of JSON.
///
/// # Errors
/// Nobody reads it.
pub fn json_line<T: Serialize>(value: &T) -> Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints JSON for people: indented.
///
/// # Errors
/// Nobody reads it.
pub fn json<T: Serialize>(value: &T) -> Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints a line.
///
/// # Errors
/// Nobody reads it.
pub fn line(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{text}")?;
    Ok(output.flush()?)
}

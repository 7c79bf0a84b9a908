//! Running `opener` to its end.

use std::{
    ffi::OsStr,
    process::{Output, Stdio},
};

use opener_tests::{programs::opener, world::soon};
use serde_json::Value;
use tokio::process::Command;

/// Runs it with these arguments.
pub async fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Output {
    let mut command = Command::new(opener());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    soon("the end of opener", command.output()).await.unwrap()
}

/// What it printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The one JSON object that it printed.
pub fn object(bytes: &[u8]) -> Value {
    let text = text(bytes);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

//! The `opener` command.
fn main() {}

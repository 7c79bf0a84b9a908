//! Benches as ratios: ours beside a reference, in the same run.

pub mod kit;
pub mod matching;
mod sellers;
mod sqlite;

//! Benches as ratios: ours beside a reference, in the same run.

pub mod asking;
pub mod bare;
pub mod bids;
pub mod fanout;
pub mod idle;
pub mod kit;
pub mod matching;
pub mod restart;
pub(crate) mod sellers;
mod sqlite;

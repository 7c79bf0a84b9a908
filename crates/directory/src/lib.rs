//! The directory server: who may be able to sell, and what was concluded.
//!
//! Peers ask on `/opener/directory/1` (`docs/protocol/0005-directory.md`). [`Directory`] answers bytes with bytes and
//! brings its own clock and sockets from nowhere; [`serve`] gives it both. It keeps listings and final terms as their
//! signers signed them, believes nothing else, and can withhold but not forge.

mod config;
mod core;
mod door;
mod files;
mod goods;
mod http;
mod index;
pub mod limits;
mod listing;
mod log;
mod metrics;
mod near;
mod posting;
mod presence;
mod prices;
mod refusal;
mod report;
mod serve;
mod stamp;
mod store;
mod wishes;
mod writer;

#[cfg(test)]
mod tests;

pub use config::{Config, Database, NoDatabase};
pub use core::{Directory, OpenError};
pub use index::{Hit, Index, Page};
pub use limits::Limits;
pub use serve::{Running, ServeError, serve};
pub use store::StoreError;

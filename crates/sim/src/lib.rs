//! The test kit: named actors with real programs, virtual time, and a seeded network that loses, repeats and reorders.
//!
//! Each actor is the real engine of a peer over a real store. Only sockets and clocks are replaced: nothing sleeps, and
//! the same seed tells the same story to the last line. The kit asserts nothing about trade. When a test fails, the
//! [`World`] prints its seed and its transcript, which reads aloud as the bug report.
//!
//! ```
//! use opener_sim::{Disk, World, papers};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut world = World::new(7);
//! let anna = world.join("Anna", papers::buyer("Anna's workshop"), Disk::Memory).await;
//! let bo = world.join("Bo", papers::seller("Bo's bolts"), Disk::Memory).await;
//! let rfp = papers::rfp(world.now());
//! let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
//! world.settle().await;
//! let bid = papers::bid(&world.deal(bo, deal).await.rfp, "Bo's bolts", "0.12");
//! world.bids(bo, deal, bid).await.unwrap();
//! world.settle().await;
//! assert_eq!(world.inbox(anna).await, ["bid_arrived"]);
//! # }
//! ```

mod agenda;
mod crash;
mod directory;
mod files;
mod look;
mod network;
pub mod papers;
mod program;
mod run;
mod say;
mod transcript;
mod wire;
mod world;

pub use crash::Crash;
pub use network::Network;
pub use program::{Disk, Halt};
pub use wire::{Leg, Letter};
pub use world::{Actor, World};

#[cfg(test)]
mod tests;

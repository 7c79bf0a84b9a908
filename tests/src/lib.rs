//! Shared ground of the tests.

pub mod bench;
#[path = "../../crates/directory/src/store/cluster.rs"]
pub mod cluster;
pub mod programs;
pub mod soak;
pub mod world;

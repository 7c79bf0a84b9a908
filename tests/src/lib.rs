//! Shared ground of the tests.

pub mod bench;
pub mod programs;
pub mod soak;
pub mod world;

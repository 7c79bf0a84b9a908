//! Shared ground of the tests.

pub mod programs;
pub mod soak;
pub mod world;

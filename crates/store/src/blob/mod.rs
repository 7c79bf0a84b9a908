//! Attached files: their bytes on disk, what documents say of them, and those that are being fetched.

pub(crate) mod fetch;
mod files;
pub(crate) mod named;
mod whole;

pub use fetch::{Fetch, FetchId, NewFetch};
pub use files::Blobs;
pub use named::{NamedFile, NamedFiles};
pub use whole::{Part, Whole};

//! Descriptions and candidates from the other side, read as what they are: text of a stranger (RFC 8866, RFC 8839).
//!
//! Nothing of it goes on as it came. What is read is kept as values and lines of known form, and written anew; what is not
//! known is left out. So a description that we show holds no address either.

mod candidate;
mod description;
mod line;
mod media;

#[cfg(test)]
mod tests;

pub use candidate::{Candidate, CandidateKind, Reach, Seen};
pub use description::Description;

/// Lines of one description. A browser's has 150 with every codec it knows.
pub const LINES: usize = 512;
/// Bytes of one line; the longest of a browser takes 300.
pub const LINE_BYTES: usize = 1024;
/// Candidates of one round, in descriptions and documents together: eight interfaces with two families and two relays.
pub const CANDIDATES: usize = 48;

/// Why a description or a candidate is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// More lines, longer lines or more candidates than are read.
    #[error("the description is too large")]
    TooLarge,
    /// Not of the form that RFC 8866 and RFC 8839 give.
    #[error("the description is malformed: {0}")]
    Malformed(&'static str),
    /// Well formed, but this program cannot talk so.
    #[error("the description cannot be used: {0}")]
    Unsupported(&'static str),
}

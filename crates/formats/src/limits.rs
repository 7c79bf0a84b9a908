//! Limits of what is read, each with its unit and reason.

/// Bytes of a file. The largest tenders of the public collections take some hundred kilobytes; a package of a day's
/// releases fits.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Levels of nesting. OCDS has nine; what is deeper was made to hurt.
pub const MAX_DEPTH: usize = 64;

/// Recorded bids, and recorded awards, that are read of one tender: as many as there may be lines, so that every line
/// may have been a lot of its own.
pub const MAX_RECORDED: usize = 1000;

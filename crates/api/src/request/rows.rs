//! How many rows a list has.

use crate::ApiError;

/// Rows of a list when nobody says how many: some screens full.
const DEFAULT_ROWS: u32 = 100;
/// Rows of one list at most: what a program reads in one answer.
pub(super) const MAX_ROWS: u32 = 1000;

/// How many rows a list has.
pub(super) fn rows(limit: Option<u32>) -> Result<usize, ApiError> {
    match limit.unwrap_or(DEFAULT_ROWS) {
        limit @ 1..=MAX_ROWS => Ok(limit as usize),
        _ => Err(ApiError::invalid(
            "limit",
            format!("must be from 1 to {MAX_ROWS}"),
        )),
    }
}

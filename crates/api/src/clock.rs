//! The moment of a request.

use std::time::{SystemTime, UNIX_EPOCH};

use opener_trade::Timestamp;

/// Now, by this computer's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

//! Wrong tokens are counted: after some of them only the right one is looked at closely.

use std::sync::{Mutex, PoisonError};

use tokio::time::{Duration, Instant};

/// Wrong tokens that are answered in one span: a person who mistypes, or a page with an old token on some phones.
pub(crate) const WRONG_TOKENS: u32 = 20;
/// After this long they are counted anew.
const SPAN: Duration = Duration::from_secs(60);

/// Counts wrong tokens at one door. The right one always opens: nobody locks the owner out.
#[derive(Debug)]
pub(crate) struct Tries {
    counted: Mutex<(Instant, u32)>,
}

impl Tries {
    pub(crate) fn new() -> Self {
        Self {
            counted: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Counts a wrong token; false once there are too many.
    pub(crate) fn wrong(&self) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if now.duration_since(counted.0) >= SPAN {
            *counted = (now, 0);
        }
        counted.1 = counted.1.saturating_add(1);
        counted.1 <= WRONG_TOKENS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn wrong_tokens_are_counted_for_a_minute() {
        let tries = Tries::new();
        for _ in 0..WRONG_TOKENS {
            assert!(tries.wrong());
        }
        assert!(!tries.wrong() && !tries.wrong());
        tokio::time::advance(SPAN).await;
        assert!(tries.wrong());
    }
}

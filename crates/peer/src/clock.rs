//! The one place where a peer learns what time it is.

use opener_trade::{Duration, Timestamp};

/// Where time comes from. A program has one; a simulation has one for each actor.
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Timestamp;

    /// Minutes that the clock on the wall here is ahead of UTC: for what a person calls night, never for a deadline.
    fn ahead(&self) -> i32;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }

    fn ahead(&self) -> i32 {
        chrono::Local::now().offset().local_minus_utc() / 60
    }
}

/// The time until a moment, for a timer: not negative, and at most [`LONGEST_SLEEP`], so that a clock that jumps or a
/// laptop that sleeps is noticed soon.
pub(crate) fn until(now: Timestamp, moment: Option<Timestamp>) -> std::time::Duration {
    let ms = moment.map_or(LONGEST_SLEEP.millis(), |at| at.since(now).millis());
    std::time::Duration::from_millis(
        u64::try_from(ms.clamp(0, LONGEST_SLEEP.millis())).unwrap_or(0),
    )
}

/// Timers run by a clock that may stand still while a laptop sleeps; half a minute bounds how late a deadline fires.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_never_negative_and_never_long() {
        let now = Timestamp::from_millis(1_000_000);
        assert_eq!(until(now, Some(Timestamp::EARLIEST)).as_millis(), 0);
        assert_eq!(
            until(now, Some(Timestamp::from_millis(1_000_250))).as_millis(),
            250
        );
        assert_eq!(until(now, Some(Timestamp::LATEST)).as_secs(), 30);
        assert_eq!(until(now, None).as_secs(), 30);
    }
}

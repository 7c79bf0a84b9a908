//! Absolute time in milliseconds, UTC.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Invalid, ts_as};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, years 1970 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// The last millisecond of the year 9999: later moments have no RFC 3339 text.
const LATEST_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The earliest moment.
    pub const EARLIEST: Timestamp = Timestamp(0);
    /// The latest moment.
    pub const LATEST: Timestamp = Timestamp(LATEST_MS);

    /// From milliseconds since the epoch; what lies outside the years 1970 to 9999 becomes the nearest bound.
    pub const fn from_millis(ms: i64) -> Self {
        if ms < 0 {
            Self::EARLIEST
        } else if ms > LATEST_MS {
            Self::LATEST
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment a duration later, within the bounds of [`Timestamp::from_millis`].
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(duration.0))
    }

    /// How long after `earlier` this moment is; negative when it is before.
    pub const fn since(self, earlier: Timestamp) -> Duration {
        Duration(self.0 - earlier.0)
    }
}

impl<C> Encode<C> for Timestamp {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.i64(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Timestamp {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let position = d.position();
        let ms = d.i64()?;
        if (0..=LATEST_MS).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(minicbor::decode::Error::message("a moment in the years 1970 to 9999").at(position))
        }
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::new(
                "time",
                "must be RFC 3339 with a time zone, such as 2026-11-20T14:00:00Z",
            )
        };
        let ms = DateTime::parse_from_rfc3339(text)
            .map_err(|_| rule())?
            .timestamp_millis();
        if (0..=LATEST_MS).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(rule())
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as Deserialize>::deserialize(deserializer)?;
        text.parse()
            .map_err(|e: Invalid| serde::de::Error::custom(e.rule))
    }
}

ts_as!(Timestamp, "string");

/// A length of time in milliseconds.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Duration(#[n(0)] i64);

impl Duration {
    /// No time.
    pub const ZERO: Duration = Duration(0);

    /// From milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// From seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

ts_as!(Duration, "number");

/// From one moment to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first moment.
    #[n(0)]
    pub from: Timestamp,
    /// The last moment; not before `from`.
    #[n(1)]
    pub until: Timestamp,
}

impl Period {
    /// A period that does not end before it starts.
    ///
    /// # Errors
    /// It does.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.from <= self.until {
            Ok(())
        } else {
            Err(Invalid::new("until", "must not be before its start"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_rfc_3339_in_utc_to_the_millisecond() {
        let seoul: Timestamp = "2026-11-20T23:00:00+09:00".parse().unwrap();
        assert_eq!(seoul.to_string(), "2026-11-20T14:00:00.000Z");
        assert!("2026-11-20T14:00:00".parse::<Timestamp>().is_err());
        assert!("1969-12-31T23:59:59Z".parse::<Timestamp>().is_err());
    }

    #[test]
    fn moments_stay_in_their_bounds() {
        assert_eq!(
            Timestamp::LATEST.plus(Duration::from_secs(i64::MAX)),
            Timestamp::LATEST
        );
        assert_eq!(
            Timestamp::EARLIEST.plus(Duration::from_millis(-1)),
            Timestamp::EARLIEST
        );
        assert_eq!(Timestamp::LATEST.to_string(), "9999-12-31T23:59:59.999Z");
        assert!(minicbor::decode::<Timestamp>(&minicbor::to_vec(i64::MAX).unwrap()).is_err());
        assert!(minicbor::decode::<Timestamp>(&minicbor::to_vec(-1i64).unwrap()).is_err());
    }
}

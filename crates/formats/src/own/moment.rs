//! Moments and lengths of time as people write them.

use std::{fmt, str::FromStr};

use opener_trade::{Duration, Timestamp};

use super::words::{FromWords, words};

/// A moment: absolute, or so long after the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    At(Timestamp),
    In(Duration),
}

impl When {
    /// The moment, seen from the present.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(moment) => moment,
            When::In(span) => now.plus(span),
        }
    }
}

impl FromWords for When {
    const EXPECTED: &'static str = "a moment such as 2026-11-20T14:00:00+09:00, or a time from now such as \"in 2 h\" or \"PT2H\"";

    fn from_words(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(moment) = text.parse() {
            return Some(When::At(moment));
        }
        let span: Span = text.strip_prefix("in ").unwrap_or(text).parse().ok()?;
        Some(When::In(span.0))
    }
}

words!(When);

/// A length of time: `2 h`, `30 days`, or ISO 8601 such as `PT2H` or `P30D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub Duration);

impl FromWords for Span {
    const EXPECTED: &'static str = "a length of time such as \"2 h\", \"30 days\" or \"P30D\"";

    fn from_words(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

words!(Span);

/// The text is no length of time that is always equally long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoSpan;

impl fmt::Display for NoSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Span::EXPECTED)
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        let seconds = match text.strip_prefix('P') {
            Some(rest) => iso(rest),
            None => plain(text),
        };
        let seconds = seconds.filter(|seconds| seconds.checked_mul(1000).is_some());
        Ok(Self(Duration::from_secs(seconds.ok_or(NoSpan)?)))
    }
}

fn plain(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "s" | "sec" | "second" | "seconds" | "초" => 1,
        "min" | "minute" | "minutes" | "분" => MINUTE,
        "h" | "hour" | "hours" | "시간" => HOUR,
        "d" | "day" | "days" | "일" => DAY,
        "w" | "week" | "weeks" | "주" => WEEK,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// ISO 8601 after the `P`, with units that are always equally long: no years, no months, no fractions.
fn iso(text: &str) -> Option<i64> {
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let days = parts(days, &[('W', WEEK), ('D', DAY)])?;
    let time = parts(time, &[('H', HOUR), ('M', MINUTE), ('S', 1)])?;
    days.checked_add(time)
}

fn parts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    for (letter, seconds) in units {
        if let Some((number, rest)) = text.split_once(*letter) {
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            let number: i64 = is_number.then(|| number.parse().ok())??;
            sum = sum.checked_add(number.checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_in_words_and_in_iso_8601() {
        for (text, seconds) in [
            ("2 h", 7200),
            ("90min", 5400),
            ("30 days", 30 * DAY),
            ("1 w", WEEK),
            ("3일", 3 * DAY),
            ("PT2H", 7200),
            ("P1DT12H", 129_600),
            ("P2W", 2 * WEEK),
            ("PT1H30M5S", 5405),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0, Duration::from_secs(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_not_always_equally_long_or_no_span_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1M",
            "P1Y",
            "P1DT",
            "PT1M1H",
            "1.5 h",
            "h",
            "-1 h",
            "2",
            "2 moons",
            "99999999999999999999 h",
            "9223372036854775807 w",
            "P9223372036854775807W",
            "PTH",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NoSpan), "{text}");
        }
    }

    #[test]
    fn moments_are_absolute_or_from_now() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let of = |text: &str| When::from_words(text).map(|when| when.from(now));
        assert_eq!(of("in 2 h"), Some(now.plus(Duration::from_secs(7200))));
        assert_eq!(of("PT2H"), of("in 2 h"));
        let seoul = of("2026-11-20T23:00:00+09:00").unwrap();
        assert_eq!(seoul.to_string(), "2026-11-20T14:00:00.000Z");
        assert_eq!(of("soon"), None);
        assert_eq!(of("2026-11-20"), None);
    }
}

//! Exact decimal numbers.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

use super::{Invalid, as_text};
use crate::limits::NUMBER_CHARS;

/// An exact decimal number: a quantity, a unit price, a weight. Written without exponent or trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Number(Decimal);

impl Number {
    /// Zero.
    pub const ZERO: Number = Number(Decimal::ZERO);
    /// One.
    pub const ONE: Number = Number(Decimal::ONE);

    /// The decimal behind it, for arithmetic with its `checked_*` functions.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }
}

impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        Self(decimal.normalize())
    }
}

impl From<u32> for Number {
    fn from(integer: u32) -> Self {
        Self(Decimal::from(integer))
    }
}

impl FromStr for Number {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let ends_are_digits = [digits.first(), digits.last()]
            .iter()
            .all(|end| end.is_some_and(u8::is_ascii_digit));
        let form = text.len() <= NUMBER_CHARS
            && ends_are_digits
            && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let rule = || {
            Invalid::new(
                "number",
                "must be a decimal number such as 12.5, of at most 28 digits",
            )
        };
        if !form {
            return Err(rule());
        }
        Decimal::from_str_exact(text)
            .map(Number::from)
            .map_err(|_| rule())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

as_text!(Number);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_have_one_text() {
        let a: Number = "12.50".parse().unwrap();
        assert_eq!(a.to_string(), "12.5");
        assert_eq!("0.00".parse::<Number>().unwrap().to_string(), "0");
        assert_eq!("-0.0".parse::<Number>().unwrap().to_string(), "0");
        assert_eq!("007".parse::<Number>().unwrap().to_string(), "7");
        assert_eq!("-0.0375".parse::<Number>().unwrap().to_string(), "-0.0375");
    }

    #[test]
    fn what_is_no_plain_decimal_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1e5",
            "1_000",
            "+1",
            "1.",
            "NaN",
            " 1",
            "0x10",
            ".5",
            "-.5",
            "1.2.3",
            "1..2",
            "--1",
            "1-1",
            "٣",
            "99999999999999999999999999999999",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }
}

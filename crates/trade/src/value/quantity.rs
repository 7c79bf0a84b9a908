//! Quantities with UN/ECE units.

use std::{fmt, str::FromStr};

use cefact_units::{Status, UnitCode, UnitInfo};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Invalid, Number, as_text};

/// A unit of measure by its UN/ECE Recommendation 20 common code: two or three capital letters and digits.
///
/// Codes that this version does not list are kept, because a later revision may list them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit([u8; 3]);

impl Unit {
    /// One piece (`H87`).
    pub const PIECE: Unit = Unit(*b"H87");
    /// A lump sum (`LS`): work or goods priced as a whole.
    pub const LUMP_SUM: Unit = Unit(*b"LS\0");

    /// The code.
    pub fn code(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }

    /// Name, symbol and history, where the recommendation lists the code.
    pub fn info(&self) -> Option<&'static UnitInfo> {
        UnitCode::from_code(self.code()).map(|code| code.info())
    }

    /// Whether the latest revision of the recommendation still lists the code.
    pub fn is_current(&self) -> bool {
        self.info()
            .is_some_and(|info| info.status == Status::Current)
    }
}

impl FromStr for Unit {
    type Err = Invalid;

    fn from_str(code: &str) -> Result<Self, Invalid> {
        let form = matches!(code.len(), 2..=3)
            && code
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !form {
            return Err(Invalid::new(
                "unit",
                "must be a UN/ECE Rec 20 code such as H87 (piece) or KGM (kilogram)",
            ));
        }
        let mut bytes = [0; 3];
        bytes[..code.len()].copy_from_slice(code.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

as_text!(Unit);

/// How much of what unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// The amount, above zero wherever something is asked or offered.
    #[n(0)]
    pub value: Number,
    /// The unit.
    #[n(1)]
    pub unit: Unit,
}

impl Quantity {
    /// A quantity above zero.
    ///
    /// # Errors
    /// The value is zero or below.
    pub fn check_positive(&self) -> Result<(), Invalid> {
        if self.value.is_positive() {
            Ok(())
        } else {
            Err(Invalid::new("quantity", "must be above zero"))
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_listed_units() {
        assert_eq!(Unit::PIECE.info().unwrap().name, "piece");
        assert_eq!(Unit::LUMP_SUM.info().unwrap().name, "lump sum");
    }

    #[test]
    fn deleted_and_unlisted_codes_are_kept_and_told_apart() {
        let deleted: Unit = "E11".parse().unwrap();
        assert!(!deleted.is_current() && deleted.info().is_some());
        let unlisted: Unit = "Q9Q".parse().unwrap();
        assert!(unlisted.info().is_none());
    }

    #[test]
    fn words_are_not_unit_codes() {
        for text in ["", "k", "kg", "UNIDAD", "H8 ", "éé"] {
            assert!(text.parse::<Unit>().is_err(), "{text}");
        }
    }
}

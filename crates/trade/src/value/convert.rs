//! One quantity in another unit of the same dimension.

use rust_decimal::Decimal;

use super::{Invalid, Number, Quantity, Unit};
use crate::Reason;

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Count,
    Mass,
    Length,
    Area,
    Volume,
}

/// Units whose size is exact by definition, in pieces, kilograms, metres, square and cubic metres: UN/ECE Recommendation
/// 20; pound, yard, gallons by the international agreements of 1959 and the laws on measures. Time is left out, because a
/// day of work is no 24 hours. Each row: code, dimension, and a factor as integer and number of decimals.
const SIZES: &[(&str, Dimension, i64, u32)] = &[
    ("H87", Dimension::Count, 1, 0),
    ("C62", Dimension::Count, 1, 0),
    ("EA", Dimension::Count, 1, 0),
    ("PR", Dimension::Count, 2, 0),
    ("DZN", Dimension::Count, 12, 0),
    ("CEN", Dimension::Count, 100, 0),
    ("GRO", Dimension::Count, 144, 0),
    ("MIL", Dimension::Count, 1000, 0),
    ("T3", Dimension::Count, 1000, 0),
    ("MGM", Dimension::Mass, 1, 6),
    ("GRM", Dimension::Mass, 1, 3),
    ("ONZ", Dimension::Mass, 28_349_523_125, 12),
    ("LBR", Dimension::Mass, 45_359_237, 8),
    ("KGM", Dimension::Mass, 1, 0),
    ("DTN", Dimension::Mass, 100, 0),
    ("TNE", Dimension::Mass, 1000, 0),
    ("MMT", Dimension::Length, 1, 3),
    ("CMT", Dimension::Length, 1, 2),
    ("INH", Dimension::Length, 254, 4),
    ("DMT", Dimension::Length, 1, 1),
    ("FOT", Dimension::Length, 3048, 4),
    ("YRD", Dimension::Length, 9144, 4),
    ("MTR", Dimension::Length, 1, 0),
    ("KMT", Dimension::Length, 1000, 0),
    ("SMI", Dimension::Length, 1_609_344, 3),
    ("MMK", Dimension::Area, 1, 6),
    ("CMK", Dimension::Area, 1, 4),
    ("DMK", Dimension::Area, 1, 2),
    ("FTK", Dimension::Area, 9_290_304, 8),
    ("MTK", Dimension::Area, 1, 0),
    ("HAR", Dimension::Area, 10_000, 0),
    ("KMK", Dimension::Area, 1_000_000, 0),
    ("MMQ", Dimension::Volume, 1, 9),
    ("CMQ", Dimension::Volume, 1, 6),
    ("MLT", Dimension::Volume, 1, 6),
    ("CLT", Dimension::Volume, 1, 5),
    ("DLT", Dimension::Volume, 1, 4),
    ("DMQ", Dimension::Volume, 1, 3),
    ("LTR", Dimension::Volume, 1, 3),
    ("GLL", Dimension::Volume, 3_785_411_784, 12),
    ("GLI", Dimension::Volume, 454_609, 8),
    ("FTQ", Dimension::Volume, 28_316_846_592, 12),
    ("HLT", Dimension::Volume, 1, 1),
    ("MTQ", Dimension::Volume, 1, 0),
];

fn size(unit: Unit) -> Option<(Dimension, Decimal)> {
    let row = SIZES.iter().find(|(code, ..)| *code == unit.code())?;
    let (_, dimension, factor, decimals) = *row;
    Some((dimension, Decimal::new(factor, decimals)))
}

impl Quantity {
    /// How much this is in another unit, exactly.
    ///
    /// # Errors
    /// `unit-not-convertible`: the units measure different things, the size of one is not defined exactly, or no decimal
    /// number says exactly how much it is.
    pub fn in_unit(&self, unit: Unit) -> Result<Number, Invalid> {
        if self.unit == unit {
            return Ok(self.value);
        }
        self.converted(unit).ok_or_else(|| {
            let rule = "cannot be said exactly in the unit that was asked for";
            Invalid::because(Reason::UnitNotConvertible, "quantity", rule)
        })
    }

    fn converted(&self, unit: Unit) -> Option<Number> {
        let ((from, size_from), (to, size_to)) = (size(self.unit)?, size(unit)?);
        if from != to {
            return None;
        }
        let sum = product(self.value.decimal(), size_from)?;
        let converted = sum.checked_div(size_to)?.normalize();
        let exact = product(converted, size_to)? == sum;
        exact.then(|| Number::from(converted))
    }
}

/// A product with all of its decimals. A decimal drops some where it has no room for them.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let product = a.checked_mul(b)?;
    (product.scale() == a.scale() + b.scale()).then_some(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(value: &str, unit: &str) -> Quantity {
        Quantity {
            value: value.parse().unwrap(),
            unit: unit.parse().unwrap(),
        }
    }

    #[test]
    fn every_size_is_of_a_listed_unit_and_named_once() {
        for (i, (code, ..)) in SIZES.iter().enumerate() {
            let unit: Unit = code.parse().unwrap();
            assert!(unit.info().is_some(), "{code}");
            assert!(SIZES[..i].iter().all(|(other, ..)| other != code), "{code}");
        }
    }

    #[test]
    fn quantities_of_one_dimension_are_converted_exactly() {
        for (value, from, to, same) in [
            ("10", "DZN", "H87", "120"),
            ("1.5", "MIL", "CEN", "15"),
            ("18", "H87", "DZN", "1.5"),
            ("2.5", "TNE", "KGM", "2500"),
            ("1", "LBR", "GRM", "453.59237"),
            ("16", "ONZ", "LBR", "1"),
            ("3", "FOT", "YRD", "1"),
            ("1", "SMI", "FOT", "5280"),
            ("12", "INH", "CMT", "30.48"),
            ("1", "FTK", "CMK", "929.0304"),
            ("0.75", "HAR", "MTK", "7500"),
            ("33", "CLT", "LTR", "0.33"),
            ("1", "FTQ", "LTR", "28.316846592"),
            ("231", "GLL", "GLL", "231"),
            ("7", "Q9Q", "Q9Q", "7"),
        ] {
            let converted = quantity(value, from).in_unit(to.parse().unwrap());
            assert_eq!(converted, Ok(same.parse().unwrap()), "{value} {from}");
        }
    }

    #[test]
    fn what_measures_something_else_or_comes_out_uneven_is_refused() {
        for (value, from, to) in [
            ("1", "KGM", "LTR"),
            ("1", "H87", "SET"),
            ("1", "Q9Q", "H87"),
            ("8", "HUR", "DAY"),
            ("7", "H87", "DZN"),
            ("1", "KGM", "LBR"),
            ("0.0000000000000000000000000001", "GRM", "TNE"),
            ("79228162514264337593543950335", "TNE", "MGM"),
        ] {
            let refused = quantity(value, from).in_unit(to.parse().unwrap());
            let reason = refused.unwrap_err().reason;
            assert_eq!(reason, Reason::UnitNotConvertible, "{value} {from}");
        }
    }
}

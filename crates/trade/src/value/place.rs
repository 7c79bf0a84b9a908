//! Places on the Earth.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Invalid, PeerText, as_text};
use crate::limits::NAME_BYTES;

/// An ISO 3166-1 alpha-2 country code, by form: two capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for CountryCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([*a, *b])),
            _ => Err(Invalid::new(
                "country",
                "must be an ISO 3166 code of two capital letters, such as KR",
            )),
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

as_text!(CountryCode);

/// A country, a locality in words, and where that is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The country.
    #[n(0)]
    pub country: CountryCode,
    /// Town, district or address, as people there write it.
    #[n(1)]
    pub locality: PeerText<NAME_BYTES>,
    /// Latitude, WGS 84, in millionths of a degree (11 cm).
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub latitude_e6: Option<i32>,
    /// Longitude, WGS 84, in millionths of a degree.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub longitude_e6: Option<i32>,
}

/// Mean Earth radius in kilometres (IUGG R₁).
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A position on the Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

impl Position {
    /// Great-circle distance in kilometres by the haversine formula.
    fn distance_km(self, other: Self) -> f64 {
        let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
        let cosines = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let h =
            half(self.latitude, other.latitude) + cosines * half(self.longitude, other.longitude);
        2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
    }

    /// Metres to another position, unless it lies farther away than so many kilometres.
    pub fn metres_within(self, other: Self, km: Option<u32>) -> Option<u32> {
        let distance = self.distance_km(other);
        // At most half the circumference, 20 015 km: far below u32 metres.
        km.is_none_or(|km| distance <= f64::from(km))
            .then(|| (distance * 1000.0).round() as u32)
    }
}

impl Place {
    /// Latitude and longitude in degrees, where known.
    pub fn degrees(&self) -> Option<(f64, f64)> {
        Some((
            f64::from(self.latitude_e6?) / 1e6,
            f64::from(self.longitude_e6?) / 1e6,
        ))
    }

    /// The position, where known.
    pub fn position(&self) -> Option<Position> {
        let (latitude, longitude) = self.degrees()?;
        Some(Position {
            latitude,
            longitude,
        })
    }

    /// Whether the other place is no farther than so many kilometres, where both positions are known.
    pub fn is_within_km(&self, other: &Place, km: u32) -> Option<bool> {
        Some(self.distance_km(other)? <= f64::from(km))
    }

    /// Great-circle distance in kilometres by the haversine formula, where both positions are known.
    pub fn distance_km(&self, other: &Place) -> Option<f64> {
        Some(self.position()?.distance_km(other.position()?))
    }

    /// Both coordinates or none, each within the Earth.
    ///
    /// # Errors
    /// A coordinate is missing or out of range.
    pub fn check(&self) -> Result<(), Invalid> {
        match (self.latitude_e6, self.longitude_e6) {
            (None, None) => Ok(()),
            (Some(lat), Some(lon))
                if lat.unsigned_abs() <= 90_000_000 && lon.unsigned_abs() <= 180_000_000 =>
            {
                Ok(())
            }
            (Some(_), Some(_)) => Err(Invalid::new(
                "latitude_e6",
                "latitude is within ±90°, longitude within ±180°",
            )),
            _ => Err(Invalid::new(
                "latitude_e6",
                "give latitude and longitude, or neither",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lat: i32, lon: i32) -> Place {
        let locality = PeerText::new("somewhere").unwrap();
        Place {
            country: "KR".parse().unwrap(),
            locality,
            latitude_e6: Some(lat),
            longitude_e6: Some(lon),
        }
    }

    #[test]
    fn seoul_to_busan_is_325_km() {
        let distance = place(37_566_500, 126_978_000)
            .distance_km(&place(35_179_600, 129_075_600))
            .unwrap();
        assert!((distance - 325.0).abs() < 1.0, "{distance}");
    }

    #[test]
    fn half_a_coordinate_or_one_off_the_earth_is_refused() {
        let mut half = place(0, 0);
        half.longitude_e6 = None;
        assert!(half.check().is_err());
        assert!(place(90_000_001, 0).check().is_err());
        assert!(place(90_000_000, -180_000_000).check().is_ok());
        assert!(place(i32::MIN, 0).check().is_err());
        assert!(place(0, i32::MIN).check().is_err());
    }
}

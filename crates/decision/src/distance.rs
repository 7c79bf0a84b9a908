//! Distance as a whole number of metres, so that it can stand beside exact arithmetic.

use opener_trade::Place;

/// Great-circle metres between two places, rounded to the whole metre, where both positions are known.
///
/// Rounding happens here, once: two computers that disagree in the last bit of a sine still agree on the metre.
pub(crate) fn metres(from: &Place, to: &Place) -> Option<u32> {
    let metres = (from.distance_km(to)? * 1000.0).round();
    // Half the Earth's circumference is 20 015 km: the cast saturates far above it.
    Some(metres as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::PeerText;

    fn place(latitude_e6: Option<i32>, longitude_e6: Option<i32>) -> Place {
        Place {
            country: "KR".parse().unwrap(),
            locality: PeerText::default(),
            latitude_e6,
            longitude_e6,
        }
    }

    #[test]
    fn distance_is_whole_metres_or_unknown() {
        let seoul = place(Some(37_566_500), Some(126_978_000));
        let busan = place(Some(35_179_600), Some(129_075_600));
        let metres_apart = metres(&seoul, &busan).unwrap();
        assert!(metres_apart.abs_diff(325_000) < 1_000, "{metres_apart}");
        assert_eq!(metres(&seoul, &seoul), Some(0));
        assert_eq!(metres(&seoul, &place(None, None)), None);
    }

    #[test]
    fn the_other_side_of_the_earth_fits() {
        let here = place(Some(0), Some(0));
        let there = place(Some(0), Some(180_000_000));
        assert!(metres(&here, &there).unwrap().abs_diff(20_015_115) < 10);
    }
}

//! How far a firm delivers.

use opener_trade::Place;

use super::catalogue::Firm;

impl Firm {
    /// Whether it delivers there; where a position is not known, it tries.
    pub fn delivers_to(&self, place: &Place) -> bool {
        let most = self.profile.radius_km.map(f64::from);
        match (self.profile.place.distance_km(place), most) {
            (Some(distance), Some(most)) => distance <= most,
            _ => true,
        }
    }
}

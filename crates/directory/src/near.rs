//! Who is where: H3 cells, as a first sieve before exact distances.

use std::collections::{BTreeSet, HashMap};

use h3o::{CellIndex, LatLng, Resolution};
use opener_trade::Place;

use crate::bits::Bits;

/// 41 162 cells of about 69 km edge cover the Earth: few enough to look at each occupied one for a query, small enough
/// to leave out most of a country.
const RESOLUTION: Resolution = Resolution::Three;

/// How much farther than its farthest corner a cell is taken to reach. Covers rounding, and the 0.03 % between the Earth
/// radii used here and in `Place::distance_km`.
const MARGIN: f64 = 1.05;

#[derive(Debug)]
struct Cell {
    centre: LatLng,
    reach_km: f64,
    slots: BTreeSet<u32>,
}

/// From cells to the slots of the listings in them.
#[derive(Debug, Default)]
pub(crate) struct Near {
    cells: HashMap<CellIndex, Cell>,
    unplaced: BTreeSet<u32>,
}

impl Near {
    pub(crate) fn insert(&mut self, slot: u32, place: &Place) {
        match position(place).map(|position| position.to_cell(RESOLUTION)) {
            Some(index) => {
                let cell = self.cells.entry(index).or_insert_with(|| Cell::at(index));
                cell.slots.insert(slot);
            }
            None => {
                self.unplaced.insert(slot);
            }
        }
    }

    pub(crate) fn remove(&mut self, slot: u32, place: &Place) {
        let index = position(place).map(|position| position.to_cell(RESOLUTION));
        if let Some(index) = index
            && let Some(cell) = self.cells.get_mut(&index)
        {
            cell.slots.remove(&slot);
            if cell.slots.is_empty() {
                self.cells.remove(&index);
            }
        }
        self.unplaced.remove(&slot);
    }

    /// The slots, below `len`, that may lie within the radius, and all whose position is unknown; `None` if the place
    /// itself has no position.
    pub(crate) fn find(&self, place: &Place, radius_km: u32, len: usize) -> Option<Bits> {
        let here = position(place)?;
        let mut found = Bits::none(len);
        let near = self
            .cells
            .values()
            .filter(|cell| {
                here.distance_km(cell.centre) <= f64::from(radius_km) * MARGIN + cell.reach_km
            })
            .flat_map(|cell| &cell.slots);
        for slot in near.chain(&self.unplaced) {
            found.insert(*slot);
        }
        Some(found)
    }
}

impl Cell {
    fn at(index: CellIndex) -> Self {
        let centre = LatLng::from(index);
        let corners = index.boundary();
        let farthest = corners
            .iter()
            .map(|corner| centre.distance_km(*corner))
            .fold(0.0, f64::max);
        Self {
            centre,
            reach_km: farthest * MARGIN,
            slots: BTreeSet::new(),
        }
    }
}

fn position(place: &Place) -> Option<LatLng> {
    let (latitude, longitude) = place.degrees()?;
    LatLng::new(latitude, longitude).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::PeerText;
    use proptest::prelude::*;

    fn place(latitude_e6: i32, longitude_e6: i32) -> Place {
        Place {
            country: "KR".parse().unwrap(),
            locality: PeerText::default(),
            latitude_e6: Some(latitude_e6),
            longitude_e6: Some(longitude_e6),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn nobody_within_the_radius_is_sieved_out(
            (lat, lon) in (-90_000_000i32..=90_000_000, -180_000_000i32..=180_000_000),
            (there_lat, there_lon) in (-90_000_000i32..=90_000_000, -180_000_000i32..=180_000_000),
            close in any::<bool>(),
        ) {
            let here = place(lat, lon);
            let there = if close {
                place((lat + there_lat / 60).clamp(-90_000_000, 90_000_000), lon)
            } else {
                place(there_lat, there_lon)
            };
            let mut near = Near::default();
            near.insert(0, &there);
            let km = here.distance_km(&there).unwrap().ceil() as u32;
            prop_assert!(near.find(&here, km, 1).unwrap().iter().eq([0]));
            near.remove(0, &there);
            prop_assert!(near.cells.is_empty());
        }
    }

    #[test]
    fn the_far_side_of_the_earth_is_sieved_out_and_the_unplaced_stay() {
        let mut near = Near::default();
        near.insert(0, &place(37_566_500, 126_978_000));
        near.insert(1, &place(-34_603_700, -58_381_600));
        let mut nowhere = place(0, 0);
        nowhere.latitude_e6 = None;
        near.insert(2, &nowhere);
        let seoul = place(37_500_000, 127_000_000);
        assert!(near.find(&seoul, 50, 3).unwrap().iter().eq([0, 2]));
        assert!(near.find(&nowhere, 50, 3).is_none());
        near.remove(2, &nowhere);
        assert!(near.find(&seoul, 0, 3).unwrap().iter().eq([0]));
    }
}

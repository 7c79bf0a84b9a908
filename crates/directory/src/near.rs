//! Who is where: H3 cells, as a sieve before exact distances.

use std::collections::HashMap;

use h3o::{CellIndex, LatLng, Resolution};
use opener_trade::{CountryCode, Place};
use roaring::RoaringBitmap;

use crate::posting::Posting;

/// The finest cells: 5 km² each, so that the cells at the edge of a small radius hold few who are outside it.
const FINEST: Resolution = Resolution::Seven;

/// Slots of a cell that are looked at one by one rather than by its seven children: their exact distances cost less
/// than finding out which child is out of reach.
const FEW: u64 = 64;

/// How much farther than its farthest corner a cell is taken to reach. Covers rounding, and the 0.03 % between the Earth
/// radii used here and in `Place::distance_km`.
const MARGIN: f64 = 1.05;

/// A cell in use, with everything in the cells below it. H3's children do not lie within their parents exactly, so a
/// cell reaches as far as any of its children that was ever in use.
#[derive(Debug)]
struct Cell {
    centre: LatLng,
    reach_km: f64,
    slots: Option<Posting>,
}

/// From cells and countries to the slots of the listings in them.
#[derive(Debug, Default)]
pub(crate) struct Near {
    cells: HashMap<CellIndex, Cell>,
    unplaced: RoaringBitmap,
    countries: HashMap<CountryCode, RoaringBitmap>,
}

impl Near {
    pub(crate) fn insert(&mut self, slot: u32, place: &Place) {
        self.countries
            .entry(place.country)
            .or_default()
            .insert(slot);
        let Some(position) = position(place) else {
            self.unplaced.insert(slot);
            return;
        };
        let mut below: Option<(LatLng, f64)> = None;
        for index in upwards(position) {
            let cell = self.cells.entry(index).or_insert_with(|| Cell::at(index));
            if let Some((centre, reach_km)) = below {
                let reach_km = cell.centre.distance_km(centre) * MARGIN + reach_km;
                cell.reach_km = cell.reach_km.max(reach_km);
            }
            Posting::add(&mut cell.slots, slot);
            below = Some((cell.centre, cell.reach_km));
        }
    }

    pub(crate) fn remove(&mut self, slot: u32, place: &Place) {
        if let Some(slots) = self.countries.get_mut(&place.country) {
            slots.remove(slot);
            if slots.is_empty() {
                self.countries.remove(&place.country);
            }
        }
        self.unplaced.remove(slot);
        for index in position(place).into_iter().flat_map(upwards) {
            let posting = self
                .cells
                .get_mut(&index)
                .and_then(|cell| cell.slots.as_mut());
            if posting.is_some_and(|posting| posting.remove(slot)) {
                self.cells.remove(&index);
            }
        }
    }

    /// The slots that may lie within the radius: all that do are among them, and all of the same country whose position
    /// is unknown.
    pub(crate) fn find(&self, place: &Place, radius_km: u32) -> RoaringBitmap {
        let country = self.countries.get(&place.country);
        let Some(here) = position(place) else {
            return country.cloned().unwrap_or_default();
        };
        let mut found = country.map_or_else(RoaringBitmap::new, |all| all & &self.unplaced);
        let mut open: Vec<CellIndex> = CellIndex::base_cells().collect();
        while let Some(index) = open.pop() {
            let Some(cell) = self.cells.get(&index) else {
                continue;
            };
            let (away, radius) = (here.distance_km(cell.centre), f64::from(radius_km) * MARGIN);
            let Some(slots) = cell
                .slots
                .as_ref()
                .filter(|_| away <= radius + cell.reach_km)
            else {
                continue;
            };
            let finer = index.resolution().succ().filter(|finer| *finer <= FINEST);
            match finer {
                Some(finer) if slots.len() > FEW && away + cell.reach_km > radius => {
                    open.extend(index.children(finer));
                }
                _ => slots.add_to(&mut found, None),
            }
        }
        found
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
            slots: None,
        }
    }
}

/// The cells that hold a position, the finest first.
fn upwards(position: LatLng) -> impl Iterator<Item = CellIndex> {
    let finest = position.to_cell(FINEST);
    std::iter::successors(Some(FINEST), |resolution| resolution.pred())
        .filter_map(move |resolution| finest.parent(resolution))
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
            let several = 0..=FEW as u32;
            for slot in several.clone() {
                near.insert(slot, &there);
            }
            let km = here.distance_km(&there).unwrap().ceil() as u32;
            prop_assert!(near.find(&here, km).iter().eq(several.clone()));
            for slot in several {
                near.remove(slot, &there);
            }
            prop_assert!(near.cells.is_empty() && near.countries.is_empty());
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
        let mut abroad = nowhere.clone();
        abroad.country = "JP".parse().unwrap();
        near.insert(3, &abroad);
        assert!(near.find(&seoul, 50).iter().eq([0, 2]));
        assert!(
            near.find(&nowhere, 50).iter().eq([0, 1, 2]),
            "all of the country"
        );
        near.remove(2, &nowhere);
        assert!(near.find(&seoul, 0).iter().eq([0]));
    }

    #[test]
    fn a_small_radius_in_a_crowded_town_leaves_most_of_it_out() {
        let mut near = Near::default();
        for slot in 0..10_000 {
            let (row, column) = (slot as i32 / 100, slot as i32 % 100);
            near.insert(
                slot,
                &place(37_000_000 + row * 9_000, 127_000_000 + column * 11_000),
            );
        }
        let centre = place(37_450_000, 127_550_000);
        let found = near.find(&centre, 10);
        assert!(
            (300..1500).contains(&found.len()),
            "{} of 10 000",
            found.len()
        );
    }
}

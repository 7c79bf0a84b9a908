//! Lots: from `tender/lots`, with the items that belong to them.

use std::collections::{BTreeMap, BTreeSet};

use opener_trade::{
    document::{Line, Lot},
    limits::{LOTS, NAME_BYTES},
};

use super::{price::Amount, release::words};
use crate::{FormatError, field::Field, text::cut, warning::Warnings};

/// The lots of a tender, before it is known which of them have lines.
#[derive(Debug, Default)]
pub(crate) struct Lots {
    lots: Vec<(Lot, String)>,
    by_id: BTreeMap<String, u16>,
    by_item: BTreeMap<String, u16>,
    /// The lots' own values.
    pub values: Vec<Amount>,
}

impl Lots {
    /// Reads the lots. They are numbered in the order of the file, from 1.
    pub fn read(
        file: &str,
        tender: &Field<'_>,
        warnings: &mut Warnings,
    ) -> Result<Self, FormatError> {
        let field = tender.get("lots");
        let items = field.items(warnings);
        if items.len() > LOTS {
            let advice = format!(
                "holds {} lots; at most {LOTS} are possible, split the tender",
                items.len()
            );
            return Err(FormatError::new(file, field.path(), advice));
        }
        let mut lots = Self::default();
        for (number, lot) in (1..).zip(items) {
            lots.add(number, &lot, warnings);
        }
        Ok(lots)
    }

    fn add(&mut self, number: u16, lot: &Field<'_>, warnings: &mut Warnings) {
        let title = words(&lot.get("title"), warnings)
            .or_else(|| words(&lot.get("description"), warnings))
            .unwrap_or_else(|| format!("Lot {number}"));
        let title = cut::<NAME_BYTES>(lot.get("title").path(), &title, warnings);
        self.lots
            .push((Lot { number, title }, lot.path().to_owned()));
        self.values
            .extend(Amount::read(&lot.get("value"), warnings));
        let id = lot.get("id");
        match id.label(warnings) {
            Some(text) => {
                if self.by_id.insert(text.to_owned(), number).is_some() {
                    warnings.add(id.path(), "appears twice; the later lot counts");
                }
            }
            None => warnings.add(id.path(), "is missing: nothing can name this lot"),
        }
        for item in lot.get("items").items(warnings) {
            let reference = if item.is_object() {
                item.get("id")
            } else {
                item
            };
            if let Some(id) = reference.label(warnings) {
                self.by_item.insert(id.to_owned(), number);
            }
        }
    }

    /// The lot that a bid, an award or an item names: `relatedLot`, or one of `relatedLots`.
    pub fn named(&self, field: &Field<'_>, warnings: &mut Warnings) -> Option<u16> {
        let lists = ["relatedLots", "relatedLot"].map(|key| field.get(key));
        for list in lists {
            let places = if list.is_list() {
                list.items(warnings)
            } else {
                vec![list]
            };
            for place in places {
                let place = if place.is_object() {
                    place.get("lotId")
                } else {
                    place
                };
                let Some(id) = place.label(warnings) else {
                    continue;
                };
                match self.by_id.get(id) {
                    Some(number) => return Some(*number),
                    None => warnings.add(place.path(), format!("{id:?} is no lot of this tender")),
                }
            }
        }
        None
    }

    /// The lot of an item: the one it names, else the one that lists it.
    pub fn of_item(&self, item: &Field<'_>, warnings: &mut Warnings) -> Option<u16> {
        self.named(item, warnings).or_else(|| {
            let id = item.get("id").label(&mut Warnings::default())?;
            self.by_item.get(id).copied()
        })
    }

    /// The lots that have lines. Lines that no lot claims go to the only lot, or to one more of their own.
    pub fn settle(
        &self,
        lines: &mut [Line],
        tender: &Field<'_>,
        warnings: &mut Warnings,
    ) -> Vec<Lot> {
        let used: BTreeSet<u16> = lines.iter().filter_map(|line| line.lot).collect();
        let mut kept: Vec<Lot> = vec![];
        for (lot, path) in &self.lots {
            if used.contains(&lot.number) || self.lots.len() == 1 {
                kept.push(lot.clone());
            } else {
                warnings.add(path, "has no items; left out");
            }
        }
        let stray: Vec<&mut Line> = lines.iter_mut().filter(|line| line.lot.is_none()).collect();
        if stray.is_empty() || kept.is_empty() {
            return kept;
        }
        let next = self
            .lots
            .iter()
            .map(|(lot, _)| lot.number)
            .max()
            .unwrap_or(0)
            + 1;
        let number = match &kept[..] {
            [only] if self.lots.len() == 1 => only.number,
            _ if kept.len() < LOTS => {
                let title = cut(tender.get("lots").path(), "Other lines", warnings);
                kept.push(Lot {
                    number: next,
                    title,
                });
                next
            }
            _ => kept[0].number,
        };
        let items = tender.get("items");
        for line in stray {
            let text = format!("is in no lot; put into lot {number}");
            let item = format!("{}/{}", items.path(), line.number.saturating_sub(1));
            warnings.add(item, text);
            line.lot = Some(number);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;
    use opener_trade::{Number, PeerText, Quantity, Unit};

    fn line(number: u32, lot: Option<u16>) -> Line {
        Line {
            number,
            name: PeerText::new("x").unwrap(),
            description: PeerText::default(),
            quantity: Quantity {
                value: Number::ONE,
                unit: Unit::PIECE,
            },
            categories: Default::default(),
            properties: Default::default(),
            delivery: None,
            optional: false,
            lot,
        }
    }

    fn lots(json: &str) -> (Lots, Warnings) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let lots = Lots::read("f", &Field::root(&node), &mut warnings).unwrap();
        (lots, warnings)
    }

    #[test]
    fn a_lot_is_named_in_each_of_the_ways_that_records_use() {
        let (lots, mut warnings) = lots(r#"{"lots": [{"id": "a"}, {"id": 2, "items": ["i-7"]}]}"#);
        let mut of = |json: &str| {
            let node = Node::parse(json).unwrap();
            lots.of_item(&Field::root(&node), &mut warnings)
        };
        assert_eq!(of(r#"{"relatedLot": "a"}"#), Some(1));
        assert_eq!(of(r#"{"relatedLots": ["2"]}"#), Some(2));
        assert_eq!(of(r#"{"relatedLots": [{"lotId": "a"}]}"#), Some(1));
        assert_eq!(of(r#"{"id": "i-7"}"#), Some(2));
        assert_eq!(of(r#"{"relatedLot": "zz", "id": "i-7"}"#), Some(2));
        assert_eq!(warnings.finish().len(), 1);
    }

    #[test]
    fn lots_without_lines_go_and_stray_lines_get_one() {
        let (lots, mut warnings) = lots(r#"{"lots": [{"id": "a"}, {"id": "b"}]}"#);
        let mut lines = [line(1, Some(1)), line(2, None)];
        let kept = lots.settle(&mut lines, &Field::nowhere("tender"), &mut warnings);
        assert_eq!(
            kept.iter().map(|lot| lot.number).collect::<Vec<_>>(),
            [1, 3]
        );
        assert_eq!((lines[0].lot, lines[1].lot), (Some(1), Some(3)));
        assert_eq!(warnings.finish().len(), 2);
    }

    #[test]
    fn the_only_lot_takes_every_line() {
        let (lots, mut warnings) = lots(r#"{"lots": [{"id": "a", "title": "All of it"}]}"#);
        let mut lines = [line(1, None)];
        let kept = lots.settle(&mut lines, &Field::nowhere("tender"), &mut warnings);
        assert_eq!(
            (kept[0].title.as_str(), lines[0].lot),
            ("All of it", Some(1))
        );
    }

    #[test]
    fn one_lot_too_many_is_an_error() {
        let json = format!("{{\"lots\": [{}]}}", vec!["{}"; LOTS + 1].join(","));
        let node = Node::parse(&json).unwrap();
        let error = Lots::read("f", &Field::root(&node), &mut Warnings::default()).unwrap_err();
        assert_eq!(error.field, "lots");
    }
}

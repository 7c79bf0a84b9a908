//! Posting lists: from what a listing has to the slots of the listings that have it.

use std::borrow::Cow;

use roaring::RoaringBitmap;

/// The slots under one key. Most words of most sellers are theirs alone, and a bitmap for each would fill the memory.
#[derive(Debug, Clone)]
pub(crate) enum Posting {
    /// A single slot.
    One(u32),
    /// Any number of slots.
    Many(Box<RoaringBitmap>),
}

impl Posting {
    /// Adds a slot to the posting under a key, whether there is one or not.
    pub(crate) fn add(entry: &mut Option<Self>, slot: u32) {
        match entry {
            None => *entry = Some(Self::One(slot)),
            Some(Self::One(only)) if *only == slot => {}
            Some(Self::One(only)) => {
                *entry = Some(Self::Many(Box::new(RoaringBitmap::from([*only, slot]))));
            }
            Some(Self::Many(slots)) => {
                slots.insert(slot);
            }
        }
    }

    /// Takes a slot out; tells whether nothing is left.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        match self {
            Self::One(only) => *only == slot,
            Self::Many(slots) => {
                slots.remove(slot);
                if let (1, Some(last)) = (slots.len(), slots.min()) {
                    *self = Self::One(last);
                    return false;
                }
                slots.is_empty()
            }
        }
    }

    /// How many slots there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Many(slots) => slots.len(),
        }
    }

    /// The slots as a bitmap.
    pub(crate) fn slots(&self) -> Cow<'_, RoaringBitmap> {
        match self {
            Self::One(only) => Cow::Owned(RoaringBitmap::from([*only])),
            Self::Many(slots) => Cow::Borrowed(slots),
        }
    }

    /// Adds to `found` the slots that are also `within`.
    pub(crate) fn add_to(&self, found: &mut RoaringBitmap, within: Option<&RoaringBitmap>) {
        match (self, within) {
            (Self::One(only), Some(within)) if !within.contains(*only) => {}
            (Self::One(only), _) => {
                found.insert(*only);
            }
            (Self::Many(slots), Some(within)) => *found |= &**slots & within,
            (Self::Many(slots), None) => *found |= &**slots,
        }
    }
}

/// The slots that are in all of the sets, the smallest taken first; `None` of no set at all.
pub(crate) fn common(mut sets: Vec<Cow<'_, RoaringBitmap>>) -> Option<RoaringBitmap> {
    sets.sort_by_key(|set| set.len());
    let mut sets = sets.into_iter();
    let smallest = sets.next()?;
    Some(sets.fold(smallest.into_owned(), |common, set| common & &*set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posting_grows_shrinks_and_ends() {
        let mut entry = None;
        Posting::add(&mut entry, 7);
        Posting::add(&mut entry, 7);
        assert!(matches!(entry, Some(Posting::One(7))));
        Posting::add(&mut entry, 9);
        Posting::add(&mut entry, 1);
        let mut posting = entry.unwrap();
        assert_eq!(posting.len(), 3);
        assert!(!posting.remove(7) && !posting.remove(1));
        assert!(matches!(posting, Posting::One(9)), "small again");
        assert!(posting.remove(9));
    }

    #[test]
    fn what_is_outside_stays_outside() {
        let within = RoaringBitmap::from([1, 2]);
        let mut found = RoaringBitmap::new();
        Posting::One(3).add_to(&mut found, Some(&within));
        Posting::One(2).add_to(&mut found, Some(&within));
        Posting::Many(Box::new([1, 3].into())).add_to(&mut found, Some(&within));
        assert!(found.iter().eq([1, 2]));
    }

    #[test]
    fn the_common_slots_are_those_in_every_set() {
        let set = |slots: &[u32]| Cow::Owned(slots.iter().copied().collect::<RoaringBitmap>());
        let found = common(vec![set(&[1, 2, 3]), set(&[3, 2]), set(&[2, 3, 4, 5])]);
        assert!(found.unwrap().iter().eq([2, 3]));
        assert!(common(vec![]).is_none());
    }
}

//! Who trades how: currencies, languages, capabilities.

use std::{borrow::Cow, collections::HashMap, hash::Hash};

use opener_trade::{
    Currency, Language, PeerText, directory::Query, document::Listing, limits::LABEL_BYTES,
};
use roaring::RoaringBitmap;

/// From wishes to the slots of the listings that grant them.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    currencies: Named<Currency>,
    languages: Named<Language>,
    capabilities: Named<PeerText<LABEL_BYTES>>,
}

impl Wishes {
    pub(crate) fn insert(&mut self, slot: u32, listing: &Listing) {
        self.currencies.insert(slot, &listing.currencies);
        self.languages.insert(slot, &listing.languages);
        self.capabilities.insert(slot, &listing.capabilities);
    }

    pub(crate) fn remove(&mut self, slot: u32, listing: &Listing) {
        self.currencies.remove(slot, &listing.currencies);
        self.languages.remove(slot, &listing.languages);
        self.capabilities.remove(slot, &listing.capabilities);
    }

    /// A set of slots for each wish of the query. A listing that names no currency or no language takes any.
    pub(crate) fn find(&self, query: &Query) -> Vec<Cow<'_, RoaringBitmap>> {
        let currency = query.currency.as_ref().map(|c| self.currencies.with_any(c));
        let language = query.language.as_ref().map(|l| self.languages.with_any(l));
        let capability = query.capability.as_ref();
        let capability = capability.map(|c| self.capabilities.naming(c));
        [currency, language, capability]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Slots by what their lists name, and those whose lists are empty.
#[derive(Debug)]
struct Named<T> {
    by_name: HashMap<T, RoaringBitmap>,
    any: RoaringBitmap,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            any: RoaringBitmap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Named<T> {
    fn insert(&mut self, slot: u32, names: &[T]) {
        if names.is_empty() {
            self.any.insert(slot);
        }
        for name in names {
            match self.by_name.get_mut(name) {
                Some(slots) => {
                    slots.insert(slot);
                }
                None => {
                    self.by_name.insert(name.clone(), [slot].into());
                }
            }
        }
    }

    fn remove(&mut self, slot: u32, names: &[T]) {
        self.any.remove(slot);
        for name in names {
            if let Some(slots) = self.by_name.get_mut(name) {
                slots.remove(slot);
                if slots.is_empty() {
                    self.by_name.remove(name);
                }
            }
        }
    }

    fn naming(&self, name: &T) -> Cow<'_, RoaringBitmap> {
        self.by_name
            .get(name)
            .map_or_else(Cow::default, Cow::Borrowed)
    }

    fn with_any(&self, name: &T) -> Cow<'_, RoaringBitmap> {
        match self.by_name.get(name) {
            None => Cow::Borrowed(&self.any),
            Some(slots) if self.any.is_empty() => Cow::Borrowed(slots),
            Some(slots) => Cow::Owned(slots | &self.any),
        }
    }
}

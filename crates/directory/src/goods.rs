//! Who sells what: categories by the stems of their codes, words by their tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use opener_trade::{Category, directory::Query, document::Listing, words::tokens};
use roaring::RoaringBitmap;

use crate::posting::{Posting, common};

/// Scheme in lower case, and stem.
type Stem = (Box<str>, Box<str>);

/// From stems and tokens to the slots of the listings that have them. Together they decide exactly what
/// [`Query::fit`] says about categories and words.
#[derive(Debug, Default)]
pub(crate) struct Goods {
    stems: BTreeMap<Stem, Option<Posting>>,
    tokens: HashMap<Box<str>, Option<Posting>>,
}

/// What a listing is found by: each is one entry of a posting list.
pub(crate) struct Keys {
    stems: BTreeSet<Stem>,
    tokens: BTreeSet<String>,
}

impl Keys {
    pub(crate) fn of(listing: &Listing) -> Self {
        Self {
            stems: stems(&listing.categories),
            tokens: tokens(&format!("{} {}", listing.name, listing.words)),
        }
    }

    /// How many entries they take.
    pub(crate) fn len(&self) -> usize {
        self.stems.len() + self.tokens.len()
    }
}

impl Goods {
    pub(crate) fn insert(&mut self, slot: u32, keys: Keys) {
        for stem in keys.stems {
            Posting::add(self.stems.entry(stem).or_default(), slot);
        }
        for token in keys.tokens {
            Posting::add(self.tokens.entry(token.into_boxed_str()).or_default(), slot);
        }
    }

    pub(crate) fn remove(&mut self, slot: u32, keys: &Keys) {
        for stem in &keys.stems {
            if let Some(Some(posting)) = self.stems.get_mut(stem)
                && posting.remove(slot)
            {
                self.stems.remove(stem);
            }
        }
        for token in &keys.tokens {
            if let Some(Some(posting)) = self.tokens.get_mut(token.as_str())
                && posting.remove(slot)
            {
                self.tokens.remove(token.as_str());
            }
        }
    }

    /// The slots of listings with one of the query's categories or words, those outside `within` left out; `None` if it
    /// has neither.
    pub(crate) fn find(
        &self,
        query: &Query,
        within: Option<&RoaringBitmap>,
    ) -> Option<RoaringBitmap> {
        if query.categories.is_empty() && query.words.is_blank() {
            return None;
        }
        let mut found = RoaringBitmap::new();
        self.by_category(&query.categories, within, &mut found);
        self.by_words(query.words.as_str(), within, &mut found);
        Some(found)
    }

    fn by_category(
        &self,
        categories: &[Category],
        within: Option<&RoaringBitmap>,
        found: &mut RoaringBitmap,
    ) {
        let mut broadest: Option<Stem> = None;
        for (scheme, stem) in stems(categories) {
            // Sorted: what another stem contains follows it at once and adds nothing.
            if let Some((of, head)) = &broadest
                && *of == scheme
                && stem.starts_with(&**head)
            {
                continue;
            }
            let above = stem.char_indices().map(|(end, _)| Box::from(&stem[..end]));
            let above = above.filter_map(|head| self.stems.get(&(scheme.clone(), head)));
            let below = self
                .stems
                .range((scheme.clone(), stem.clone())..)
                .take_while(|((of, code), _)| *of == scheme && code.starts_with(&*stem))
                .map(|(_, posting)| posting);
            for posting in above.chain(below).flatten() {
                posting.add_to(found, within);
            }
            broadest = Some((scheme, stem));
        }
    }

    fn by_words(&self, words: &str, within: Option<&RoaringBitmap>, found: &mut RoaringBitmap) {
        let words: BTreeSet<BTreeSet<String>> = words.split_whitespace().map(tokens).collect();
        for word in words.iter().filter(|word| !word.is_empty()) {
            let posting = |token: &String| self.tokens.get(token.as_str())?.as_ref();
            let postings: Option<Vec<&Posting>> = word.iter().map(posting).collect();
            match postings.as_deref() {
                None => {}
                Some([only]) => only.add_to(found, within),
                Some(several) => {
                    let mut sets: Vec<_> = several.iter().map(|posting| posting.slots()).collect();
                    sets.extend(within.map(std::borrow::Cow::Borrowed));
                    *found |= common(sets).unwrap_or_default();
                }
            }
        }
    }
}

fn stems(categories: &[Category]) -> BTreeSet<Stem> {
    let stem = |category: &Category| {
        let scheme = category.scheme.as_str().trim().to_ascii_lowercase();
        (scheme.into(), category.stem().into())
    };
    categories.iter().map(stem).collect()
}

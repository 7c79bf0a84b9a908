//! Who sells what: categories by the stems of their codes, words by their tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use opener_trade::{Category, directory::Query, document::Listing, words::tokens};

use crate::bits::Bits;

/// Scheme in lower case, and stem.
type Stem = (String, String);

/// From stems and tokens to the slots of the listings that have them. Together they decide exactly what
/// [`Query::fit`] says about categories and words.
#[derive(Debug, Default)]
pub(crate) struct Goods {
    stems: BTreeMap<Stem, BTreeSet<u32>>,
    tokens: HashMap<String, BTreeSet<u32>>,
}

impl Goods {
    pub(crate) fn insert(&mut self, slot: u32, listing: &Listing) {
        for stem in stems(&listing.categories) {
            self.stems.entry(stem).or_default().insert(slot);
        }
        for token in tokens_of(listing) {
            self.tokens.entry(token).or_default().insert(slot);
        }
    }

    pub(crate) fn remove(&mut self, slot: u32, listing: &Listing) {
        for stem in stems(&listing.categories) {
            if let Some(slots) = self.stems.get_mut(&stem)
                && slots.remove(&slot)
                && slots.is_empty()
            {
                self.stems.remove(&stem);
            }
        }
        for token in tokens_of(listing) {
            if let Some(slots) = self.tokens.get_mut(&token)
                && slots.remove(&slot)
                && slots.is_empty()
            {
                self.tokens.remove(&token);
            }
        }
    }

    /// The slots, below `len`, of listings with one of the query's categories or words; `None` if it has neither.
    pub(crate) fn find(&self, query: &Query, len: usize) -> Option<Bits> {
        if query.categories.is_empty() && query.words.is_blank() {
            return None;
        }
        let mut found = Bits::none(len);
        self.by_category(&query.categories, &mut found);
        self.by_words(query.words.as_str(), &mut found);
        Some(found)
    }

    fn by_category(&self, categories: &[Category], found: &mut Bits) {
        let mut broadest: Option<Stem> = None;
        for (scheme, stem) in stems(categories) {
            // Sorted: what another stem contains follows it at once and adds nothing.
            if let Some((of, head)) = &broadest
                && *of == scheme
                && stem.starts_with(head.as_str())
            {
                continue;
            }
            let above = stem.char_indices().map(|(end, _)| stem[..end].to_owned());
            let above = above.filter_map(|head| self.stems.get(&(scheme.clone(), head)));
            let below = self
                .stems
                .range((scheme.clone(), stem.clone())..)
                .take_while(|((of, code), _)| *of == scheme && code.starts_with(&stem))
                .map(|(_, slots)| slots);
            for slot in above.chain(below).flatten() {
                found.insert(*slot);
            }
            broadest = Some((scheme, stem));
        }
    }

    fn by_words(&self, words: &str, found: &mut Bits) {
        let words: BTreeSet<BTreeSet<String>> = words.split_whitespace().map(tokens).collect();
        for word in words.iter().filter(|word| !word.is_empty()) {
            let postings: Option<Vec<_>> =
                word.iter().map(|token| self.tokens.get(token)).collect();
            let Some(mut postings) = postings else {
                continue;
            };
            postings.sort_by_key(|slots| slots.len());
            let Some((rarest, others)) = postings.split_first() else {
                continue;
            };
            for slot in *rarest {
                if others.iter().all(|slots| slots.contains(slot)) {
                    found.insert(*slot);
                }
            }
        }
    }
}

fn stems(categories: &[Category]) -> BTreeSet<Stem> {
    let stem = |category: &Category| {
        let scheme = category.scheme.as_str().trim().to_ascii_lowercase();
        (scheme, category.stem().to_owned())
    };
    categories.iter().map(stem).collect()
}

fn tokens_of(listing: &Listing) -> BTreeSet<String> {
    tokens(&format!("{} {}", listing.name, listing.words))
}

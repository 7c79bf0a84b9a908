//! Search for sellers.

use opener_peer::Handle;
use opener_trade::{
    Category, Currency, Language, List, PeerText, Place,
    directory::Query,
    limits::{LABEL_BYTES, MATCH_CATEGORIES, WORDS_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::SellerView};

/// Whom to search for. Nothing else of a request is said to a directory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct SellersMatch {
    /// What is to be sold, by code; one that fits is enough.
    #[ts(optional, as = "Option<List<Category, MATCH_CATEGORIES>>")]
    pub categories: List<Category, MATCH_CATEGORIES>,
    /// What is to be sold, in words; one that fits is enough.
    #[ts(optional, as = "Option<PeerText<WORDS_BYTES>>")]
    pub words: PeerText<WORDS_BYTES>,
    /// Where to deliver.
    pub place: Option<Place>,
    /// No farther than this from the place, in kilometres.
    pub radius_km: Option<u32>,
    /// A currency the seller must take.
    pub currency: Option<Currency>,
    /// A language the seller must answer in.
    pub language: Option<Language>,
    /// Something the seller's program must be able to do.
    pub capability: Option<PeerText<LABEL_BYTES>>,
    /// Only sellers that are online now.
    #[ts(optional, as = "Option<bool>")]
    pub online_only: bool,
}

/// What to loosen so that more sellers match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Widen {
    /// No directory answered: check the network and the list of directories.
    Directories,
    /// Take sellers that are not online now; they get the request when they return.
    OnlineOnly,
    /// Search farther away.
    Radius,
    /// Say the goods in other words.
    Words,
    /// Take broader categories.
    Categories,
    /// Take another currency.
    Currency,
    /// Take another language.
    Language,
    /// Do without the capability.
    Capability,
}

/// The sellers that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SellersMatched {
    /// The sellers, online ones first, then the nearest.
    pub sellers: Vec<SellerView>,
    /// How many of them are online.
    pub online: u32,
    /// Directories asked.
    pub asked: u32,
    /// Directories that answered; with none the sellers come from earlier answers and dealings.
    pub answered: u32,
    /// When nobody matches: what to loosen, the likeliest first.
    pub widen: Vec<Widen>,
}

impl SellersMatch {
    fn query(&self) -> Query {
        Query {
            categories: self.categories.clone(),
            words: self.words.clone(),
            place: self.place.clone(),
            radius_km: self.radius_km,
            currency: self.currency,
            language: self.language.clone(),
            capability: self.capability.clone(),
            online_only: self.online_only,
            offset: 0,
        }
    }

    /// What was asked for beyond "anybody", in the order in which loosening helps most often.
    fn widen(&self, answered: usize) -> Vec<Widen> {
        let narrowed = [
            (answered == 0, Widen::Directories),
            (self.online_only, Widen::OnlineOnly),
            (self.radius_km.is_some(), Widen::Radius),
            (!self.words.is_blank(), Widen::Words),
            (!self.categories.is_empty(), Widen::Categories),
            (self.currency.is_some(), Widen::Currency),
            (self.language.is_some(), Widen::Language),
            (self.capability.is_some(), Widen::Capability),
        ];
        narrowed
            .into_iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, widen)| widen)
            .collect()
    }
}

pub(super) async fn find(
    handle: &Handle,
    wanted: SellersMatch,
) -> Result<SellersMatched, ApiError> {
    if let Some(place) = &wanted.place {
        place.check().map_err(|e| e.within("place"))?;
    }
    let found = handle.find_sellers(wanted.query()).await?;
    let sellers: Vec<SellerView> = found.sellers.iter().map(SellerView::from).collect();
    let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(SellersMatched {
        online: count(
            sellers
                .iter()
                .filter(|seller| seller.online == Some(true))
                .count(),
        ),
        asked: count(found.asked),
        answered: count(found.answered),
        widen: if sellers.is_empty() {
            wanted.widen(found.answered)
        } else {
            vec![]
        },
        sellers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_narrowed_can_be_widened() {
        let anybody = SellersMatch::default();
        assert_eq!(anybody.widen(1), []);
        assert_eq!(anybody.widen(0), [Widen::Directories]);
        let chairs = SellersMatch {
            words: "chairs".parse().unwrap(),
            radius_km: Some(5),
            online_only: true,
            ..SellersMatch::default()
        };
        assert_eq!(
            chairs.widen(2),
            [Widen::OnlineOnly, Widen::Radius, Widen::Words]
        );
    }

    #[test]
    fn the_query_says_what_was_asked() {
        let wanted = SellersMatch {
            radius_km: Some(5),
            online_only: true,
            ..SellersMatch::default()
        };
        let query = wanted.query();
        assert_eq!(
            (query.radius_km, query.online_only, query.offset),
            (Some(5), true, 0)
        );
    }
}

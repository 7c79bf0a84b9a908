//! The listings in memory, found by what is asked for. The database holds the same ones; only the code that writes
//! there changes this.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use opener_trade::{
    PeerId, Timestamp, Verified, directory::Query, document::Listing, limits::MATCH_PAGE,
};

use crate::{goods::Goods, near::Near, presence::Presence};

/// One seller that fits a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) listing: Arc<[u8]>,
    pub(crate) distance_m: Option<u32>,
    pub(crate) online: bool,
}

/// A page of hits, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) hits: Vec<Hit>,
    pub(crate) total: usize,
}

/// Offline after online, far after near, position unknown after far, then by peer id.
type Rank = (bool, u32, PeerId);

/// Every listing, in a slot that is used again once it is gone.
#[derive(Debug, Default)]
pub(crate) struct Index {
    slots: Vec<Option<Verified<Listing>>>,
    free: Vec<u32>,
    by_peer: HashMap<PeerId, u32>,
    by_expiry: BTreeSet<(Timestamp, PeerId)>,
    goods: Goods,
    near: Near,
    bytes: usize,
}

impl Index {
    /// How many listings there are, expired ones that nobody forgot yet among them.
    pub(crate) fn len(&self) -> usize {
        self.by_peer.len()
    }

    /// Bytes of all listings together.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// A peer's listing, expired or not.
    pub(crate) fn get(&self, peer: &PeerId) -> Option<&Verified<Listing>> {
        self.slots.get(*self.by_peer.get(peer)? as usize)?.as_ref()
    }

    /// A peer's listing, unless it has expired.
    pub(crate) fn live(&self, peer: &PeerId, now: Timestamp) -> Option<&Verified<Listing>> {
        self.get(peer).filter(|listing| listing.expires_at > now)
    }

    /// The peers whose listings have expired, oldest first, at most so many.
    pub(crate) fn expired(&self, now: Timestamp, most: usize) -> Vec<PeerId> {
        self.by_expiry
            .iter()
            .take_while(|(expiry, _)| *expiry <= now)
            .take(most)
            .map(|(_, peer)| *peer)
            .collect()
    }

    /// Puts a listing in, in place of the one its signer had.
    pub(crate) fn insert(&mut self, listing: Verified<Listing>) {
        let peer = listing.signer();
        self.remove(&peer);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            // Slots are as many as listings at the fullest, far below u32.
            self.slots.len() as u32 - 1
        });
        self.by_peer.insert(peer, slot);
        self.by_expiry.insert((listing.expires_at, peer));
        self.goods.insert(slot, &listing);
        self.near.insert(slot, &listing.place);
        self.bytes += listing.bytes().len();
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(listing);
        }
    }

    /// Takes a peer's listing out.
    pub(crate) fn remove(&mut self, peer: &PeerId) {
        let Some(slot) = self.by_peer.remove(peer) else {
            return;
        };
        let Some(listing) = self.slots.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.by_expiry.remove(&(listing.expires_at, *peer));
        self.goods.remove(slot, &listing);
        self.near.remove(slot, &listing.place);
        self.bytes -= listing.bytes().len();
        self.free.push(slot);
    }

    /// The page of a query that begins at its offset.
    pub(crate) fn search(&self, query: &Query, presence: &Presence, now: Timestamp) -> Page {
        let mut ranked = self.rank(query, presence, now);
        let total = ranked.len();
        let start = total.min(query.offset as usize);
        let end = total.min(start.saturating_add(MATCH_PAGE));
        if end < total {
            ranked.select_nth_unstable(end);
            ranked.truncate(end);
        }
        ranked.sort_unstable();
        let hits = ranked
            .drain(start..)
            .filter_map(|((offline, metres, peer), known)| {
                Some(Hit {
                    listing: Arc::clone(self.get(&peer)?.bytes()),
                    distance_m: known.then_some(metres),
                    online: !offline,
                })
            });
        Page {
            hits: hits.collect(),
            total,
        }
    }

    fn rank(&self, query: &Query, presence: &Presence, now: Timestamp) -> Vec<(Rank, bool)> {
        // Goods are settled by the index, exactly; the rest of the query is left to its own rule.
        let rest = Query {
            categories: Default::default(),
            words: Default::default(),
            ..query.clone()
        };
        let mut ranked = Vec::new();
        for slot in self.candidates(query) {
            let Some(Some(listing)) = self.slots.get(slot as usize) else {
                continue;
            };
            let peer = listing.signer();
            let online = presence.is_online(&peer, now);
            if listing.expires_at <= now || (query.online_only && !online) {
                continue;
            }
            if let Some(fit) = rest.fit(listing) {
                let metres = fit.distance_m.unwrap_or(u32::MAX);
                ranked.push(((!online, metres, peer), fit.distance_m.is_some()));
            }
        }
        ranked
    }

    /// Slots that may fit: all that do are among them.
    fn candidates(&self, query: &Query) -> Vec<u32> {
        let len = self.slots.len();
        let goods = self.goods.find(query, len);
        let near = match (&query.place, query.radius_km) {
            (Some(place), Some(radius_km)) => self.near.find(place, radius_km, len),
            _ => None,
        };
        match (goods, near) {
            (Some(mut goods), Some(near)) => {
                goods.intersect(&near);
                goods.iter().collect()
            }
            (Some(only), None) | (None, Some(only)) => only.iter().collect(),
            (None, None) => self.by_peer.values().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::{Duration, Identity, PeerText, Place, document::Roles, sign};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

    fn listing(seed: u8, seq: u64, words: &str) -> Verified<Listing> {
        let identity = Identity::from_seed([seed; 32]);
        let listing = Listing {
            from: identity.peer_id(),
            seq,
            issued_at: NOW,
            expires_at: NOW.plus(Duration::from_secs(i64::from(seed))),
            name: PeerText::new("seller").unwrap(),
            roles: Roles {
                buys: false,
                sells: true,
            },
            categories: Default::default(),
            words: PeerText::new(words).unwrap(),
            place: Place {
                country: "KR".parse().unwrap(),
                locality: PeerText::default(),
                latitude_e6: None,
                longitude_e6: None,
            },
            radius_km: None,
            currencies: Default::default(),
            languages: Default::default(),
            addresses: Default::default(),
            capabilities: Default::default(),
            url: None,
        };
        sign(&identity, listing).unwrap()
    }

    fn found(index: &Index, words: &str, now: Timestamp) -> usize {
        let query = Query {
            words: PeerText::new(words).unwrap(),
            ..Query::default()
        };
        index.search(&query, &Presence::default(), now).total
    }

    #[test]
    fn a_new_listing_takes_the_place_of_the_old_one() {
        let mut index = Index::default();
        index.insert(listing(1, 1, "chairs"));
        let first = index.bytes();
        index.insert(listing(1, 2, "desks!"));
        assert_eq!((index.len(), index.bytes()), (1, first));
        assert_eq!(
            (found(&index, "chairs", NOW), found(&index, "desks", NOW)),
            (0, 1)
        );
    }

    #[test]
    fn nothing_is_left_of_a_removed_listing() {
        let mut index = Index::default();
        for seed in 1..=9 {
            index.insert(listing(seed, 1, "의자"));
        }
        for seed in 1..=9 {
            index.remove(&listing(seed, 1, "의자").signer());
        }
        assert_eq!((index.len(), index.bytes()), (0, 0));
        assert_eq!(found(&index, "의자", NOW), 0);
        assert!(index.expired(Timestamp::LATEST, 99).is_empty());
        index.insert(listing(3, 1, "의자"));
        assert_eq!(index.slots.len(), 9, "slots are used again");
        assert_eq!(found(&index, "의자", NOW), 1);
    }

    #[test]
    fn expired_listings_are_not_found_and_are_named_oldest_first() {
        let mut index = Index::default();
        for seed in [3, 1, 2] {
            index.insert(listing(seed, 1, "chairs"));
        }
        let later = NOW.plus(Duration::from_secs(2));
        assert_eq!(found(&index, "chairs", later), 1);
        let of = |seed| listing(seed, 1, "").signer();
        assert_eq!(index.expired(later, 9), [of(1), of(2)]);
        assert_eq!(index.expired(later, 1), [of(1)]);
        assert!(index.live(&of(2), later).is_none() && index.get(&of(2)).is_some());
        assert!(index.live(&of(3), later).is_some());
    }
}

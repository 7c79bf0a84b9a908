//! The listings in memory, found by what is asked for. The database holds the same ones; only the code that writes
//! there changes this.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use opener_trade::{
    PeerId, Timestamp, Verified,
    directory::{Query, Whereabouts},
    document::Listing,
};
use roaring::RoaringBitmap;

use crate::{
    goods::{Goods, Keys},
    near::Near,
    posting::common,
    presence::Presence,
    wishes::Wishes,
};

/// One seller that fits a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The listing as its signer sent it.
    pub listing: Arc<[u8]>,
    /// Metres from the place of delivery, where both positions are known.
    pub distance_m: Option<u32>,
    /// Heard of lately.
    pub online: bool,
}

/// A page of hits, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The hits, in the order of the protocol (DIR-18).
    pub hits: Vec<Hit>,
    /// How many sellers fit.
    pub total: usize,
}

/// Offline after online, far after near, position unknown after far, then by peer id.
type Rank = (bool, u32, PeerId);

/// What is looked at for every candidate, together in memory.
#[derive(Debug, Clone, Copy)]
struct Facts {
    peer: PeerId,
    number: i64,
    expires_at: Timestamp,
    whereabouts: Whereabouts,
}

/// Every listing, in a slot that is used again once it is gone, and posting lists of slots by category, word token,
/// place and wish. A search intersects them, so that it costs as much as it finds and not as much as there is.
#[derive(Debug, Default)]
pub struct Index {
    facts: Vec<Facts>,
    listings: Vec<Option<Verified<Listing>>>,
    free: Vec<u32>,
    by_peer: HashMap<PeerId, u32>,
    by_expiry: BTreeSet<(Timestamp, PeerId)>,
    sellers: RoaringBitmap,
    goods: Goods,
    wishes: Wishes,
    near: Near,
    presence: Presence,
    bytes: usize,
    entries: usize,
}

impl Index {
    /// How many listings there are, expired ones that nobody forgot yet among them.
    pub fn len(&self) -> usize {
        self.by_peer.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_peer.is_empty()
    }

    /// Bytes of all listings together.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Entries of all posting lists of categories and words together.
    pub(crate) const fn entries(&self) -> usize {
        self.entries
    }

    /// Entries that one listing takes.
    pub(crate) fn entries_of(listing: &Listing) -> usize {
        if listing.roles.sells {
            Keys::of(listing).len()
        } else {
            0
        }
    }

    fn slot(&self, peer: &PeerId) -> Option<u32> {
        self.by_peer.get(peer).copied()
    }

    /// A peer's listing, expired or not.
    pub(crate) fn get(&self, peer: &PeerId) -> Option<&Verified<Listing>> {
        self.listings.get(self.slot(peer)? as usize)?.as_ref()
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

    /// Number of the change that brought a peer's listing; -1 of one that is not here.
    pub(crate) fn number(&self, peer: &PeerId) -> i64 {
        let facts = self
            .slot(peer)
            .and_then(|slot| self.facts.get(slot as usize));
        facts.map_or(-1, |facts| facts.number)
    }

    /// Puts a listing in, in place of the one its signer had, as the change of this number says. Who was online stays
    /// online.
    pub fn insert(&mut self, listing: Verified<Listing>, number: i64) {
        let peer = listing.signer();
        let facts = Facts {
            peer,
            number,
            expires_at: listing.expires_at,
            whereabouts: Whereabouts::from(&*listing),
        };
        let slot = self.take_out(&peer).unwrap_or_else(|| {
            self.free.pop().unwrap_or_else(|| {
                self.facts.push(facts);
                self.listings.push(None);
                // Slots are as many as listings at the fullest, far below u32.
                self.facts.len() as u32 - 1
            })
        });
        self.by_peer.insert(peer, slot);
        self.by_expiry.insert((listing.expires_at, peer));
        self.bytes += listing.bytes().len();
        if listing.roles.sells {
            let keys = Keys::of(&listing);
            self.entries += keys.len();
            self.goods.insert(slot, keys);
            self.wishes.insert(slot, &listing);
            self.near.insert(slot, &listing.place);
            self.sellers.insert(slot);
        }
        if let Some(place) = self.facts.get_mut(slot as usize) {
            *place = facts;
        }
        if let Some(place) = self.listings.get_mut(slot as usize) {
            *place = Some(listing);
        }
    }

    /// Takes a peer's listing out, and forgets that it was online.
    pub(crate) fn remove(&mut self, peer: &PeerId) {
        if let Some(slot) = self.take_out(peer) {
            self.by_peer.remove(peer);
            self.presence.forget(slot);
            self.free.push(slot);
        }
    }

    /// Empties the slot of a peer, and tells which it is.
    fn take_out(&mut self, peer: &PeerId) -> Option<u32> {
        let slot = self.slot(peer)?;
        let listing = self.listings.get_mut(slot as usize)?.take()?;
        self.by_expiry.remove(&(listing.expires_at, *peer));
        self.bytes -= listing.bytes().len();
        if listing.roles.sells {
            let keys = Keys::of(&listing);
            self.entries -= keys.len();
            self.goods.remove(slot, &keys);
            self.wishes.remove(slot, &listing);
            self.near.remove(slot, &listing.place);
            self.sellers.remove(slot);
        }
        Some(slot)
    }

    /// Hears of a peer that has a listing; tells until when it is online.
    pub fn hear(&mut self, peer: &PeerId, now: Timestamp) -> Option<Timestamp> {
        let slot = self.slot(peer)?;
        Some(self.presence.hear(slot, now))
    }

    /// Whether a peer was heard of lately.
    pub(crate) fn is_online(&self, peer: &PeerId, now: Timestamp) -> bool {
        let slot = self.slot(peer);
        slot.is_some_and(|slot| self.presence.is_online(slot, now))
    }

    /// How many were heard of lately.
    pub(crate) fn online(&self, now: Timestamp) -> usize {
        self.presence.count(now)
    }

    /// The page of a query that begins at its offset, of at most so many hits.
    pub fn search(&self, query: &Query, most: usize, now: Timestamp) -> Page {
        self.search_among(&self.candidates(query), query, most, now)
    }

    /// The same, once the candidates are known.
    pub(crate) fn search_among(
        &self,
        candidates: &RoaringBitmap,
        query: &Query,
        most: usize,
        now: Timestamp,
    ) -> Page {
        let mut ranked = self.rank(candidates, query, now);
        let total = ranked.len();
        let start = total.min(query.offset as usize);
        let end = total.min(start.saturating_add(most));
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

    fn rank(&self, candidates: &RoaringBitmap, query: &Query, now: Timestamp) -> Vec<(Rank, bool)> {
        let mut ranked = Vec::with_capacity(candidates.len() as usize);
        for slot in candidates {
            let Some(facts) = self.facts.get(slot as usize) else {
                continue;
            };
            let online = self.presence.is_online(slot, now);
            if facts.expires_at <= now || (query.online_only && !online) {
                continue;
            }
            if let Some(fit) = query.fit_distance(&facts.whereabouts) {
                let metres = fit.distance_m.unwrap_or(u32::MAX);
                ranked.push(((!online, metres, facts.peer), fit.distance_m.is_some()));
            }
        }
        ranked
    }

    /// Slots that fit by goods and wishes, and may fit by distance, presence and expiry: all that do are among them.
    pub(crate) fn candidates(&self, query: &Query) -> Cow<'_, RoaringBitmap> {
        let mut sets = self.wishes.find(query);
        if let (Some(place), Some(radius_km)) = (&query.place, query.radius_km) {
            sets.push(Cow::Owned(self.near.find(place, radius_km)));
        }
        if query.online_only {
            sets.push(Cow::Borrowed(self.presence.maybe()));
        }
        let within = common(sets);
        match (self.goods.find(query, within.as_ref()), within) {
            (Some(found), _) => Cow::Owned(found),
            (None, Some(found)) => Cow::Owned(found & &self.sellers),
            (None, None) => Cow::Borrowed(&self.sellers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::{
        Duration, Identity, PeerText, Place, document::Roles, limits::MATCH_PAGE, sign,
    };

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
        index.search(&query, MATCH_PAGE, now).total
    }

    #[test]
    fn a_new_listing_takes_the_place_of_the_old_one() {
        let mut index = Index::default();
        index.insert(listing(1, 1, "chairs"), 1);
        let first = index.bytes();
        index.insert(listing(1, 2, "desks!"), 2);
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
            index.insert(listing(seed, 1, "의자"), 1);
        }
        for seed in 1..=9 {
            index.remove(&listing(seed, 1, "의자").signer());
        }
        assert_eq!((index.len(), index.bytes()), (0, 0));
        assert_eq!(found(&index, "의자", NOW), 0);
        assert!(index.expired(Timestamp::LATEST, 99).is_empty());
        index.insert(listing(3, 1, "의자"), 1);
        assert_eq!(index.facts.len(), 9, "slots are used again");
        assert_eq!(found(&index, "의자", NOW), 1);
    }

    #[test]
    fn expired_listings_are_not_found_and_are_named_oldest_first() {
        let mut index = Index::default();
        for seed in [3, 1, 2] {
            index.insert(listing(seed, 1, "chairs"), 1);
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

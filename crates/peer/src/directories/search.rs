//! A search at several directories at once: their answers merge by the newest signed listing.

use std::collections::{HashMap, HashSet};

use opener_trade::{
    Duration, EnvelopeError, PeerId, Reason, Timestamp, Verified,
    directory::{Match, Query},
    document::{Listing, Rfp},
    envelope::open_as,
};
use tokio::sync::oneshot;

use crate::{Found, MAX_INVITED, PeerError, Seller, SentRfp};

/// A directory that has not answered by then is passed over: who presses SEND waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a search is for.
pub(crate) enum Purpose {
    /// Somebody wants to see the sellers.
    Show(oneshot::Sender<Result<Found, PeerError>>),
    /// A request is to be sent to them.
    Send {
        rfp: Box<Rfp>,
        answer: oneshot::Sender<Result<SentRfp, PeerError>>,
    },
}

/// A search under way.
pub(crate) struct Search {
    pub(crate) query: Query,
    pub(crate) purpose: Purpose,
    began: Timestamp,
    waiting: HashSet<PeerId>,
    asked: usize,
    answered: HashSet<PeerId>,
    sellers: HashMap<PeerId, Seller>,
    /// Directories that gave a listing which its seller did not sign.
    pub(crate) forgers: HashSet<PeerId>,
}

/// Whether bytes that a directory passes on were made by somebody else than they say. A listing that a newer program wrote,
/// and this one cannot read, is none.
pub(crate) fn is_forged(error: &EnvelopeError) -> bool {
    error.reason() == Reason::BadSignature
}

/// All searches under way.
#[derive(Default)]
pub(crate) struct Searches {
    running: HashMap<u64, Search>,
    next: u64,
}

impl Searches {
    /// Begins a search at these directories and gives its number.
    pub(crate) fn begin(
        &mut self,
        query: Query,
        purpose: Purpose,
        directories: &[PeerId],
        now: Timestamp,
    ) -> u64 {
        let number = self.next;
        self.next += 1;
        let search = Search {
            query,
            purpose,
            began: now,
            waiting: directories.iter().copied().collect(),
            asked: directories.len(),
            answered: HashSet::new(),
            sellers: HashMap::new(),
            forgers: HashSet::new(),
        };
        self.running.insert(number, search);
        number
    }

    /// Searches that have waited long enough: they end with the answers they have.
    pub(crate) fn overdue(&mut self, now: Timestamp) -> Vec<u64> {
        let overdue = self
            .running
            .iter_mut()
            .filter(|(_, search)| now >= search.began.plus(PATIENCE));
        overdue
            .map(|(number, search)| {
                search.waiting.clear();
                *number
            })
            .collect()
    }

    /// When the next search has waited long enough.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.running
            .values()
            .map(|search| search.began.plus(PATIENCE))
            .min()
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Search> {
        self.running.get_mut(&number)
    }

    /// Takes a search out when every directory has answered or failed.
    pub(crate) fn take_complete(&mut self, number: u64) -> Option<Search> {
        let complete = self
            .running
            .get(&number)
            .is_some_and(|search| search.waiting.is_empty());
        complete.then(|| self.running.remove(&number)).flatten()
    }
}

impl Search {
    /// Takes a page of a directory's answer. Gives the offset of the next page, if it is to be asked for.
    ///
    /// A listing counts only with its owner's signature, unexpired, and if it fits the query: a directory can withhold
    /// sellers, never invent them.
    pub(crate) fn add_page(
        &mut self,
        directory: PeerId,
        page: &[Match],
        next: Option<u32>,
        now: Timestamp,
        me: PeerId,
    ) -> Option<u32> {
        self.answered.insert(directory);
        for found in page {
            let listing = match open_as::<Listing>(&found.listing) {
                Ok(listing) => listing,
                Err(error) => {
                    self.forgers.extend(is_forged(&error).then_some(directory));
                    continue;
                }
            };
            if listing.expires_at < now || listing.from == me {
                continue;
            }
            let Some(fit) = self.query.fit(&listing) else {
                continue;
            };
            self.merge(Seller {
                distance_m: fit.distance_m,
                online: Some(found.online),
                listing,
            });
        }
        match next {
            Some(next) if !page.is_empty() && self.sellers.len() < MAX_INVITED => Some(next),
            _ => {
                self.waiting.remove(&directory);
                None
            }
        }
    }

    /// A directory did not answer.
    pub(crate) fn give_up(&mut self, directory: PeerId) {
        self.waiting.remove(&directory);
    }

    fn merge(&mut self, seller: Seller) {
        let online = seller.online;
        let known = self
            .sellers
            .entry(seller.listing.from)
            .or_insert_with(|| seller.clone());
        if seller.listing.seq > known.listing.seq {
            let before = known.online;
            *known = Seller {
                online: before.max(online),
                ..seller
            };
        } else {
            known.online = known.online.max(online);
        }
    }

    /// Whether any directory answered.
    pub(crate) fn was_answered(&self) -> bool {
        !self.answered.is_empty()
    }

    /// The listings that the directories gave, to be remembered.
    pub(crate) fn listings(&self) -> Vec<(Verified<Listing>, bool)> {
        self.sellers
            .values()
            .map(|seller| (seller.listing.clone(), seller.online == Some(true)))
            .collect()
    }

    /// Ends the search with its result; sellers known otherwise are added.
    pub(crate) fn finish(mut self, known: Vec<Seller>) -> (Found, Purpose) {
        for seller in known {
            self.sellers.entry(seller.listing.from).or_insert(seller);
        }
        let mut sellers: Vec<Seller> = self.sellers.into_values().collect();
        sellers.sort_by_key(|s| {
            (
                s.online != Some(true),
                s.distance_m.unwrap_or(u32::MAX),
                s.listing.from,
            )
        });
        (
            Found {
                sellers,
                asked: self.asked,
                answered: self.answered.len(),
            },
            self.purpose,
        )
    }
}

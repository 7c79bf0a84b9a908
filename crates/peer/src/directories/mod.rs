//! The directories a peer uses, and how it stands with each.

mod prices;
mod search;

use minicbor::bytes::ByteVec;
use opener_net::{AddressError, split_peer};
use opener_store::{DueReport, WantedProof};
use opener_trade::{
    Address, Duration, PeerId, Timestamp, Verified,
    directory::{PriceQuery, Query, Request},
    document::Listing,
};

use crate::{DirectoryStatus, LogQuestion, LogStatus};

pub(crate) use prices::PriceQuestions;
pub(crate) use search::{Purpose, Searches, is_forged};

/// Directories used at once at most: one answers for all, a few outvote one that withholds.
pub const MAX_DIRECTORIES: usize = 8;
/// How often presence is renewed: three times within the 90 seconds that a directory remembers it.
const RENEW_EVERY: Duration = Duration::from_secs(30);
/// How soon a directory that did not answer is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How often a directory's clock is compared with ours.
const MEASURE_EVERY: Duration = Duration::from_secs(600);
/// How often the next head of a directory's log is asked for: a log that is changed is noticed within minutes, at two tokens.
const HEAD_EVERY: Duration = Duration::from_secs(600);

/// What a directory was asked.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Register {
        seq: u64,
    },
    Renew,
    Time,
    Match {
        search: u64,
    },
    Lookup,
    Report(Box<DueReport>),
    Stamp,
    /// With proofs that it continues the heads of the question, unless it refused those.
    Head {
        question: Box<LogQuestion>,
        proofs: bool,
    },
    Inclusion(WantedProof),
    Prices {
        number: u64,
    },
}

#[derive(Debug)]
struct Directory {
    peer: PeerId,
    /// Where it is: over QUIC and over TCP, or under several names. The first is shown.
    addresses: Vec<Address>,
    answered_at: Option<Timestamp>,
    online_until: Option<Timestamp>,
    registered_seq: Option<u64>,
    skew: Option<Duration>,
    error: Option<String>,
    busy: bool,
    next_at: Timestamp,
    measure_at: Timestamp,
    head_at: Timestamp,
    forged_at: Option<Timestamp>,
}

/// All directories of a peer.
#[derive(Debug, Default)]
pub(crate) struct Directories {
    list: Vec<Directory>,
    listing: Option<Verified<Listing>>,
}

/// Why an address is no directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The address cannot be read.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// The address does not name the directory's key.
    #[error("{0} must end in /p2p/ and the directory's peer id, so that nobody can take its place")]
    NoPeer(Address),
    /// Too many directories.
    #[error("at most {MAX_DIRECTORIES} directories")]
    TooMany,
}

impl Directories {
    /// Uses these directories from now on; what is known of those that stay is kept.
    pub(crate) fn set(&mut self, addresses: &[Address]) -> Result<(), DirectoryError> {
        if addresses.len() > MAX_DIRECTORIES {
            return Err(DirectoryError::TooMany);
        }
        let mut list: Vec<Directory> = Vec::with_capacity(addresses.len());
        for full in addresses {
            let (address, peer) = split_peer(full)?;
            let peer = peer.ok_or_else(|| DirectoryError::NoPeer(full.clone()))?;
            if let Some(other) = list.iter_mut().find(|other| other.peer == peer) {
                if !other.addresses.contains(&address) {
                    other.addresses.push(address);
                }
                continue;
            }
            let known = self.list.iter().position(|known| known.peer == peer);
            let mut directory =
                known.map_or_else(|| Directory::new(peer), |i| self.list.swap_remove(i));
            directory.addresses = vec![address];
            list.push(directory);
        }
        self.list = list;
        Ok(())
    }

    pub(crate) fn peers(&self) -> Vec<PeerId> {
        self.list.iter().map(|directory| directory.peer).collect()
    }

    pub(crate) fn contains(&self, peer: &PeerId) -> bool {
        self.list.iter().any(|directory| directory.peer == *peer)
    }

    pub(crate) fn address(&self, peer: &PeerId) -> Vec<Address> {
        let of = self.list.iter().find(|directory| directory.peer == *peer);
        of.map(|directory| directory.addresses.clone())
            .unwrap_or_default()
    }

    /// Those that may relay to us: every one that is not on this machine alone.
    pub(crate) fn relays(&self) -> Vec<(PeerId, Vec<Address>)> {
        let relays = self.list.iter().map(|directory| {
            let addresses = directory.addresses.iter();
            let elsewhere = addresses.filter(|address| !is_loopback(address));
            (directory.peer, elsewhere.cloned().collect::<Vec<_>>())
        });
        relays
            .filter(|(_, addresses)| !addresses.is_empty())
            .collect()
    }

    /// The listing to be registered everywhere.
    pub(crate) fn set_listing(&mut self, listing: Verified<Listing>, now: Timestamp) {
        self.listing = Some(listing);
        for directory in &mut self.list {
            directory.next_at = directory.next_at.min(now);
        }
    }

    pub(crate) const fn listing(&self) -> Option<&Verified<Listing>> {
        self.listing.as_ref()
    }

    /// What is to be asked of whom now.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<(PeerId, Ask, Request)> {
        let mut asks = Vec::new();
        for directory in &mut self.list {
            if now >= directory.measure_at {
                directory.measure_at = now.plus(MEASURE_EVERY);
                asks.push((directory.peer, Ask::Time, Request::Time));
            }
            let Some(listing) = &self.listing else {
                continue;
            };
            if directory.busy || now < directory.next_at {
                continue;
            }
            directory.busy = true;
            asks.push(if directory.registered_seq == Some(listing.seq) {
                (
                    directory.peer,
                    Ask::Renew,
                    Request::Renew { seq: listing.seq },
                )
            } else {
                let listing_bytes = ByteVec::from(listing.bytes().to_vec());
                (
                    directory.peer,
                    Ask::Register { seq: listing.seq },
                    Request::Register {
                        listing: listing_bytes,
                    },
                )
            });
        }
        asks
    }

    /// Directories whose logs are to be looked at now; each is looked at again later.
    pub(crate) fn heads_due(&mut self, now: Timestamp) -> Vec<PeerId> {
        let due = self.list.iter_mut().filter(|it| now >= it.head_at);
        due.map(|directory| {
            directory.head_at = now.plus(HEAD_EVERY);
            directory.peer
        })
        .collect()
    }

    /// Looks at a directory's log at once.
    pub(crate) fn look_at_log(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(directory) = self.get(peer) {
            directory.head_at = directory.head_at.min(now);
        }
    }

    /// A directory gave a listing that its seller did not sign.
    pub(crate) fn forged(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(directory) = self.get(peer) {
            directory.forged_at = Some(now);
        }
    }

    /// A directory answered, and something is wrong with what it said.
    pub(crate) fn wrong(&mut self, peer: PeerId, why: &str) {
        if let Some(directory) = self.get(peer) {
            directory.error = Some(why.to_owned());
        }
    }

    /// The same question to every directory.
    pub(crate) fn ask_prices(
        &self,
        query: &PriceQuery,
        number: u64,
    ) -> Vec<(PeerId, Ask, Request)> {
        let ask = |directory: &Directory| {
            let query = query.clone();
            let request = Request::Prices { query };
            (directory.peer, Ask::Prices { number }, request)
        };
        self.list.iter().map(ask).collect()
    }

    /// When something is next to be asked.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let waits = self
            .list
            .iter()
            .filter(|d| !d.busy && self.listing.is_some())
            .map(|d| d.next_at);
        waits
            .chain(self.list.iter().map(|directory| directory.measure_at))
            .chain(self.list.iter().map(|directory| directory.head_at))
            .min()
    }

    /// A directory keeps our listing.
    pub(crate) fn registered(
        &mut self,
        peer: PeerId,
        seq: u64,
        online_until: Timestamp,
        now: Timestamp,
    ) {
        if let Some(directory) = self.get(peer) {
            directory.registered_seq = Some(seq);
            directory.online_until = Some(online_until);
            directory.busy = false;
            directory.next_at = now.plus(RENEW_EVERY);
        }
        let newest = self.listing.as_ref().map(|listing| listing.seq);
        if newest.is_some_and(|newest| newest > seq)
            && let Some(directory) = self.get(peer)
        {
            directory.next_at = now;
        }
    }

    /// A directory does not know the listing that we renewed, or refuses it.
    pub(crate) fn refused(&mut self, peer: PeerId, why: &str, now: Timestamp) {
        if let Some(directory) = self.get(peer) {
            let was_registered = directory.registered_seq.take().is_some();
            directory.online_until = None;
            directory.busy = false;
            directory.error = Some(why.to_owned());
            directory.next_at = if was_registered {
                now
            } else {
                now.plus(RETRY_AFTER)
            };
        }
    }

    /// A directory answered something.
    pub(crate) fn answered(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(directory) = self.get(peer) {
            directory.answered_at = Some(now);
            directory.error = None;
        }
    }

    /// A directory did not answer.
    pub(crate) fn failed(&mut self, peer: PeerId, ask: &Ask, why: String, now: Timestamp) {
        if let Some(directory) = self.get(peer) {
            directory.error = Some(why);
            match ask {
                Ask::Register { .. } | Ask::Renew => {
                    directory.busy = false;
                    directory.next_at = now.plus(RETRY_AFTER);
                }
                Ask::Time => directory.measure_at = now.plus(RETRY_AFTER),
                Ask::Head { .. } => directory.head_at = now.plus(RETRY_AFTER),
                _ => {}
            }
        }
    }

    /// A directory told its time: its clock minus ours, at the middle of the round trip (as SNTP, RFC 5905).
    pub(crate) fn measured(
        &mut self,
        peer: PeerId,
        theirs: Timestamp,
        asked: Timestamp,
        now: Timestamp,
    ) {
        let half = now.since(asked).millis() / 2;
        let skew = theirs.since(asked.plus(Duration::from_millis(half)));
        if let Some(directory) = self.get(peer) {
            directory.skew = Some(skew);
        }
    }

    /// The measured differences, one for each directory that told its time.
    pub(crate) fn skews(&self) -> Vec<Duration> {
        let measured = self.list.iter();
        measured.filter_map(|directory| directory.skew).collect()
    }

    pub(crate) fn status(&self) -> Vec<DirectoryStatus> {
        let status = |directory: &Directory| {
            Some(DirectoryStatus {
                peer: directory.peer,
                address: directory.addresses.first()?.clone(),
                answered_at: directory.answered_at,
                registered_until: directory.online_until,
                skew: directory.skew,
                error: directory.error.clone(),
                forged_at: directory.forged_at,
                log: LogStatus::default(),
            })
        };
        self.list.iter().filter_map(status).collect()
    }

    /// A search at every directory.
    pub(crate) fn ask_all(&self, query: &Query, search: u64) -> Vec<(PeerId, Ask, Request)> {
        let ask = |directory: &Directory| {
            (
                directory.peer,
                Ask::Match { search },
                Request::Match {
                    query: query.clone(),
                },
            )
        };
        self.list.iter().map(ask).collect()
    }

    fn get(&mut self, peer: PeerId) -> Option<&mut Directory> {
        self.list
            .iter_mut()
            .find(|directory| directory.peer == peer)
    }
}

impl Directory {
    const fn new(peer: PeerId) -> Self {
        Self {
            peer,
            addresses: Vec::new(),
            answered_at: None,
            online_until: None,
            registered_seq: None,
            skew: None,
            error: None,
            busy: false,
            next_at: Timestamp::EARLIEST,
            measure_at: Timestamp::EARLIEST,
            head_at: Timestamp::EARLIEST,
            forged_at: None,
        }
    }
}

/// Whether an address is of this machine alone.
pub(crate) fn is_loopback(address: &Address) -> bool {
    ["/ip4/127.", "/ip6/::1/"]
        .iter()
        .any(|head| address.as_str().starts_with(head))
}

#[cfg(test)]
mod tests;

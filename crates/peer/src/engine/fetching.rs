//! The fetches under way, in memory: whose turn it is, and when it is tried again.

use std::collections::{BTreeMap, HashSet};

use opener_store::{Fetch, FetchId, Part};
use opener_trade::{DealId, DocumentId, PeerId, Timestamp};

/// One fetch.
pub(super) struct Fetching {
    pub(super) row: Fetch,
    /// What has come, once it was tried.
    pub(super) part: Option<Part>,
    next_at: Timestamp,
    /// Tries in a row that brought nothing.
    attempts: u32,
    /// A piece is asked for and has not come yet.
    asked: bool,
}

/// Every fetch that is not over, oldest first. One peer is asked for one piece at a time.
#[derive(Default)]
pub(super) struct Fetches {
    open: BTreeMap<FetchId, Fetching>,
}

impl Fetches {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn add(&mut self, row: Fetch, next_at: Timestamp) {
        let fetching = Fetching {
            row,
            part: None,
            next_at,
            attempts: 0,
            asked: false,
        };
        self.open.insert(fetching.row.id, fetching);
    }

    pub(super) fn get_mut(&mut self, id: FetchId) -> Option<&mut Fetching> {
        self.open.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: FetchId) -> Option<Fetch> {
        self.open.remove(&id).map(|fetching| fetching.row)
    }

    /// Bytes of a fetch that have come.
    pub(super) fn progress(&self, id: FetchId) -> Option<u64> {
        let fetching = self.open.get(&id)?;
        Some(fetching.part.as_ref().map_or(fetching.row.have, Part::len))
    }

    /// The fetches of one file, with their deals.
    pub(super) fn of_file(&self, sha256: DocumentId, size: u64) -> Vec<(FetchId, DealId)> {
        let same =
            |fetching: &&Fetching| (fetching.row.sha256, fetching.row.size) == (sha256, size);
        let same = self.open.values().filter(same);
        same.map(|fetching| (fetching.row.id, fetching.row.deal))
            .collect()
    }

    /// The fetches that may ask now, the oldest of each peer, so that no more than `most` ask at once.
    pub(super) fn due(&self, now: Timestamp, most: usize) -> Vec<FetchId> {
        let mut busy = self.busy();
        let mut due = Vec::new();
        for (id, fetching) in &self.open {
            if busy.len() < most && fetching.next_at <= now && busy.insert(fetching.row.peer) {
                due.push(*id);
            }
        }
        due
    }

    /// When the next one may ask, as far as that is known.
    pub(super) fn next_at(&self, most: usize) -> Option<Timestamp> {
        let busy = self.busy();
        if busy.len() >= most {
            return None;
        }
        let free = self.open.values();
        let free = free.filter(|fetching| !busy.contains(&fetching.row.peer));
        free.map(|fetching| fetching.next_at).min()
    }

    fn busy(&self) -> HashSet<PeerId> {
        let asked = self.open.values().filter(|fetching| fetching.asked);
        asked.map(|fetching| fetching.row.peer).collect()
    }

    /// It has asked.
    pub(super) fn asked(&mut self, id: FetchId) {
        if let Some(fetching) = self.open.get_mut(&id) {
            fetching.asked = true;
        }
    }

    /// Its piece has come: it may ask for the next one.
    pub(super) fn again(&mut self, id: FetchId, now: Timestamp) {
        if let Some(fetching) = self.open.get_mut(&id) {
            (fetching.asked, fetching.attempts, fetching.next_at) = (false, 0, now);
        }
    }

    /// The disk refused: what has come since the last moment at which it was surely on disk counts for nothing.
    pub(super) fn forget_part(&mut self, id: FetchId) {
        if let Some(fetching) = self.open.get_mut(&id) {
            fetching.part = None;
        }
    }

    /// Nothing came: it asks again when the wait for so many tries is over.
    pub(super) fn fail(&mut self, id: FetchId, wait: impl FnOnce(u32) -> Timestamp) {
        if let Some(fetching) = self.open.get_mut(&id) {
            fetching.asked = false;
            fetching.next_at = wait(fetching.attempts);
            fetching.attempts = fetching.attempts.saturating_add(1);
        }
    }

    /// A peer is reachable again: what waits for it may ask at once.
    pub(super) fn reached(&mut self, peer: PeerId, now: Timestamp) {
        for fetching in self.open.values_mut() {
            if fetching.row.peer == peer && !fetching.asked {
                (fetching.attempts, fetching.next_at) = (0, now);
            }
        }
    }
}

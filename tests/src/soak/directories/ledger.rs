//! What was acknowledged, what was counted, and what went wrong.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use opener_trade::{DocumentId, PeerId, Verified, document::LogHead, log::check_consistency};

use super::Outcome;

/// How long the other process may take to hear of a change: notifications take milliseconds, and a machine that runs all of
/// this at once takes its time.
const HEARSAY: Duration = Duration::from_secs(5);

/// Problems that are told in words.
const TOLD: usize = 20;

/// A registration that was acknowledged, and when.
#[derive(Debug, Clone, Copy)]
struct Acknowledged {
    seq: u64,
    at: Instant,
}

#[derive(Default)]
struct Book {
    /// The last few of each peer, the newest last.
    listings: HashMap<PeerId, Vec<Acknowledged>>,
    reports: Vec<DocumentId>,
    heads: HashMap<PeerId, Verified<LogHead>>,
    registered: u64,
    checked: u64,
    unanswered: u64,
    limited: u64,
    lost: u64,
    wrong: u64,
    problems: Vec<String>,
}

/// Shared by all who ask.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Book>);

impl Ledger {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn registered(&self, peer: PeerId, seq: u64) {
        let mut book = self.book();
        book.registered += 1;
        let now = Instant::now();
        let acknowledged = book.listings.entry(peer).or_default();
        // What is older than hearsay needs only its newest.
        let old = acknowledged
            .iter()
            .filter(|it| now - it.at > HEARSAY)
            .count();
        acknowledged.drain(..old.saturating_sub(1));
        acknowledged.push(Acknowledged { seq, at: now });
    }

    pub(super) fn reported(&self, terms: DocumentId) {
        self.book().reports.push(terms);
    }

    pub(super) fn unanswered(&self) {
        self.book().unanswered += 1;
    }

    pub(super) fn limited(&self) {
        self.book().limited += 1;
    }

    pub(super) fn checked(&self) {
        self.book().checked += 1;
    }

    pub(super) fn wrong(&self, what: String) {
        let mut book = self.book();
        book.wrong += 1;
        if book.problems.len() < TOLD {
            book.problems.push(what);
        }
    }

    pub(super) fn lost(&self, what: String) {
        let mut book = self.book();
        book.lost += 1;
        if book.problems.len() < TOLD {
            book.problems.push(what);
        }
    }

    /// The `seq` that everybody must know of a peer by now; the newest, when `all` has settled.
    pub(super) fn least(&self, peer: &PeerId, settled: bool) -> u64 {
        let now = Instant::now();
        let book = self.book();
        let all = book.listings.get(peer).into_iter().flatten();
        all.filter(|it| settled || now - it.at > HEARSAY)
            .map(|it| it.seq)
            .max()
            .unwrap_or_default()
    }

    pub(super) fn peers(&self) -> Vec<PeerId> {
        self.book().listings.keys().copied().collect()
    }

    pub(super) fn reports(&self) -> Vec<DocumentId> {
        self.book().reports.clone()
    }

    /// One that was reported, by a number.
    pub(super) fn some_report(&self, number: usize) -> Option<DocumentId> {
        let book = self.book();
        let of = book.reports.len().max(1);
        book.reports.get(number % of).copied()
    }

    /// The newest head of a directory.
    pub(super) fn head(&self, directory: &PeerId) -> Option<Verified<LogHead>> {
        self.book().heads.get(directory).cloned()
    }

    /// Takes a newer head with the proof that it continues the one that was asked from.
    pub(super) fn took_head(
        &self,
        older: Option<&LogHead>,
        newer: Verified<LogHead>,
        proof: &[DocumentId],
    ) {
        if let Some(older) = older
            && check_consistency(older, &newer, proof).is_err()
        {
            self.wrong(format!(
                "a head of {} entries does not continue one of {}",
                newer.size, older.size
            ));
        }
        let mut book = self.book();
        book.checked += 1;
        let known = book
            .heads
            .entry(newer.from)
            .or_insert_with(|| newer.clone());
        if known.size < newer.size {
            *known = newer;
        }
    }

    pub(super) fn words(&self) -> String {
        let book = self.book();
        format!(
            "{} registered, {} reported, {} checked, {} unanswered, {} lost, {} wrong",
            book.registered,
            book.reports.len(),
            book.checked,
            book.unanswered,
            book.lost,
            book.wrong
        )
    }

    pub(super) fn outcome(&self, kills: u32, elapsed_ms: u128) -> Outcome {
        let book = self.book();
        Outcome {
            soak: "directories",
            kills,
            registered: book.registered,
            reported: book.reports.len() as u64,
            checked: book.checked,
            unanswered: book.unanswered,
            limited: book.limited,
            lost: book.lost,
            wrong: book.wrong,
            elapsed_ms,
            problems: book.problems.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::Identity;

    #[test]
    fn a_fresh_acknowledgement_binds_only_once_all_has_settled() {
        let ledger = Ledger::default();
        let peer = Identity::from_seed([1; 32]).peer_id();
        ledger.registered(peer, 7);
        assert_eq!(ledger.least(&peer, false), 0);
        assert_eq!(ledger.least(&peer, true), 7);
    }

    #[test]
    fn what_is_lost_or_wrong_is_not_good() {
        let ledger = Ledger::default();
        let peer = Identity::from_seed([1; 32]).peer_id();
        ledger.registered(peer, 1);
        ledger.reported(DocumentId::from_bytes([1; 32]));
        assert!(ledger.outcome(1, 1).is_good());
        ledger.lost("a listing".to_owned());
        assert!(!ledger.outcome(1, 1).is_good());
    }
}

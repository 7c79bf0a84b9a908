//! Changes: many requests, one transaction, and then the same changes in memory.
//!
//! Requests queue up while a transaction runs. The first that gets its turn afterwards commits the whole queue, its own
//! change among them, so that the disk is asked once for all of them. The queue is no longer than the requests in flight
//! ([`crate::limits::IN_FLIGHT`]).

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use opener_trade::{PeerId, Timestamp, Verified, document::Listing, envelope};
use tokio::sync::oneshot;

use crate::{
    core::Directory,
    limits::EXPIRED_AT_ONCE,
    store::{Change, Changed, Outcome, StoreError},
};

type Done = Result<Outcome, StoreError>;

/// A change that waits for its turn.
struct Job {
    change: Change,
    now: Timestamp,
    done: oneshot::Sender<Done>,
}

/// Changes that wait.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: Mutex<Vec<Job>>,
    /// Whoever holds it writes the database and what is in memory, so both stay the same.
    turn: tokio::sync::Mutex<()>,
    broken: AtomicBool,
}

impl Queue {
    /// Keeps everybody else from writing.
    #[cfg(test)]
    pub(crate) async fn hold(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Whether the last change failed.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    fn take(&self) -> Vec<Job> {
        std::mem::take(&mut *self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Directory {
    /// Makes a change; it is on disk and in memory when this returns.
    pub(crate) async fn change(&self, change: Change, now: Timestamp) -> Done {
        let (done, mut outcome) = oneshot::channel();
        {
            let mut jobs = self
                .queue
                .jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            jobs.push(Job { change, now, done });
        }
        let turn = self.queue.turn.lock().await;
        match outcome.try_recv() {
            Ok(done) => done,
            Err(oneshot::error::TryRecvError::Closed) => Err(StoreError::Together),
            Err(oneshot::error::TryRecvError::Empty) => {
                self.commit(self.queue.take()).await;
                drop(turn);
                outcome.await.unwrap_or(Err(StoreError::Together))
            }
        }
    }

    /// One transaction for all; if it fails, one for each, so that none fails for another's sake.
    async fn commit(&self, jobs: Vec<Job>) {
        let now = jobs
            .iter()
            .map(|job| job.now)
            .max()
            .unwrap_or(Timestamp::EARLIEST);
        let (changes, waiting): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.change, job.done)).unzip();
        let mut outcomes = self.apply(&changes, now).await;
        if outcomes.is_none() && changes.len() > 1 {
            let mut each = Vec::with_capacity(changes.len());
            for change in &changes {
                let one = self.apply(std::slice::from_ref(change), now).await;
                each.push(one.and_then(|all| all.first().copied()));
            }
            self.remember(changes.into_iter().zip(each), waiting, now)
                .await;
            return;
        }
        let mut outcomes = outcomes.take().unwrap_or_default().into_iter();
        let each: Vec<_> = changes
            .into_iter()
            .map(|change| (change, outcomes.next()))
            .collect();
        self.remember(each.into_iter(), waiting, now).await;
    }

    async fn apply(&self, changes: &[Change], now: Timestamp) -> Option<Vec<Outcome>> {
        match self.store.apply(changes, &self.limits, now).await {
            Ok(outcomes) => {
                self.queue.broken.store(false, Ordering::Relaxed);
                Some(outcomes)
            }
            Err(error) => {
                self.queue.broken.store(true, Ordering::Relaxed);
                tracing::error!(%error, "nothing can be written: reading goes on");
                None
            }
        }
    }

    /// Brings what was committed into memory, and then tells those who wait.
    async fn remember(
        &self,
        changes: impl Iterator<Item = (Change, Option<Outcome>)>,
        waiting: Vec<oneshot::Sender<Done>>,
        now: Timestamp,
    ) {
        let mut outcomes = Vec::with_capacity(waiting.len());
        let mut is_reported = false;
        {
            let mut known = self.known_mut();
            known.forget_expired(now);
            for (change, outcome) in changes {
                match (change, outcome) {
                    (
                        Change::Put { listing, .. },
                        Some(Outcome::Kept(number) | Outcome::SameListing(number)),
                    ) if known.index.number(&listing.signer()) < number => {
                        known.index.insert(*listing, number);
                    }
                    (Change::Withdraw(peer), Some(_)) => known.index.remove(&peer),
                    (Change::Report(_), Some(Outcome::Reported(_))) => is_reported = true,
                    _ => {}
                }
                outcomes.push(outcome);
            }
        }
        if is_reported && let Err(error) = self.read_log().await {
            tracing::error!(%error, "the log in memory is behind");
        }
        for (done, outcome) in waiting.into_iter().zip(outcomes) {
            // Who no longer waits need not know.
            drop(done.send(outcome.ok_or(StoreError::Together)));
        }
    }

    /// Reads what other processes changed since the last time.
    ///
    /// # Errors
    /// The database fails; the rest is read the next time.
    pub async fn catch_up(&self, now: Timestamp) -> Result<(), StoreError> {
        let _turn = self.queue.turn.lock().await;
        loop {
            let seen = self.known().seen;
            let page = self.store.changed_after(seen).await?;
            let Some(last) = page.last().map(|changed| changed.number) else {
                break;
            };
            // Signatures are checked before anybody waits for the index.
            let news: Vec<_> = page
                .into_iter()
                .filter_map(|changed| self.news_of(changed))
                .collect();
            let mut known = self.known_mut();
            for (peer, number, listing) in news {
                match listing {
                    Some(listing) if listing.expires_at > now => {
                        known.index.insert(listing, number)
                    }
                    _ => known.index.remove(&peer),
                }
            }
            known.seen = last;
        }
        self.read_log().await
    }

    /// What is news of a change; `None` if it is known, or damaged.
    fn news_of(&self, changed: Changed) -> Option<(PeerId, i64, Option<Verified<Listing>>)> {
        let peer = PeerId::try_from(&changed.peer[..]).ok()?;
        if self.known().index.number(&peer) >= changed.number {
            return None;
        }
        let Some(signed) = changed.signed else {
            return Some((peer, changed.number, None));
        };
        match envelope::open_as::<Listing>(&signed) {
            Ok(listing) if listing.signer() == peer => Some((peer, changed.number, Some(listing))),
            _ => {
                tracing::error!("a damaged listing is left out");
                None
            }
        }
    }

    /// Reads the part of the log that is not in memory yet.
    async fn read_log(&self) -> Result<(), StoreError> {
        loop {
            let len = self.known().log.len();
            let page = self
                .store
                .terms_from(i64::try_from(len).unwrap_or(i64::MAX))
                .await?;
            if page.is_empty() {
                return Ok(());
            }
            let mut known = self.known_mut();
            for terms in page {
                // Another task may have read the same page; only the next leaf is appended.
                let leaf = terms.try_into().unwrap_or_default();
                known.log.push(leaf);
            }
        }
    }

    /// Forgets listings that have expired, as many as one transaction takes; tells how many.
    ///
    /// # Errors
    /// The database fails; they are gone from memory all the same, and are forgotten there the next time.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let _turn = self.queue.turn.lock().await;
        let gone = self.known_mut().forget_expired(now);
        if self.apply(&[], now).await.is_none() {
            return Err(StoreError::Together);
        }
        Ok(gone.min(EXPIRED_AT_ONCE))
    }
}

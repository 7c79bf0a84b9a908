//! The directories' logs of final terms, watched: each newer head must continue the one before, and those that others were
//! shown.

use std::sync::Arc;

use opener_store::{KeptProof, LogFork, WantedProof};
use opener_trade::{
    DocumentId, Duration, PeerId, Timestamp, Verified,
    document::LogHead,
    envelope::open_as,
    log::{check_consistency, check_inclusion},
};

use super::{Engine, meet::STANDING_ALONE, work::Work};
use crate::{Event, Forked, LogStatus, PeerError};

/// Proofs asked for in one go.
const PROOFS_AT_ONCE: usize = 16;
/// How soon a proof that did not come is asked for again: no person waits for it, and it costs the directory two tokens.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// How long a head is delivered to a partner: by then the directory has shown many newer ones.
const HAND_ON_FOR: Duration = Duration::from_secs(24 * 3600);

/// What a directory is asked about its log: from where it must go on.
#[derive(Debug, Clone, Default)]
pub struct LogQuestion {
    /// Our newest head.
    pub known: Option<Verified<LogHead>>,
    /// One that somebody handed over.
    pub heard: Option<Verified<LogHead>>,
}

impl LogQuestion {
    /// Leaves of our newest head.
    pub fn since(&self) -> u64 {
        self.known.as_ref().map_or(0, |head| head.size)
    }

    /// Leaves of the other one.
    pub fn also(&self) -> Option<u64> {
        self.heard.as_ref().map(|head| head.size)
    }

    /// The head that contradicts this one, if one of ours does. Without proofs only the sizes are compared: the directory
    /// then says itself that it has fewer leaves than it signed.
    fn contradicted(
        &self,
        newer: &LogHead,
        proofs: Option<(&[DocumentId], &[DocumentId])>,
    ) -> Option<&Verified<LogHead>> {
        let (since, also) = proofs.unzip();
        let pairs = [(&self.known, since), (&self.heard, also)];
        let contradicts = |older: &LogHead, proof: Option<&[DocumentId]>| match proof {
            _ if newer.size < older.size => true,
            Some(proof) => check_consistency(older, newer, proof).is_err(),
            None => false,
        };
        let mut heads = pairs
            .into_iter()
            .filter_map(|(head, proof)| Some((head.as_ref()?, proof)));
        heads
            .find(|(older, proof)| contradicts(older, *proof))
            .map(|(older, _)| older)
    }
}

impl Engine {
    /// What to ask a directory about its log.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn log_question(&self, directory: PeerId) -> Result<LogQuestion, PeerError> {
        let known = self.store.read().log_head(directory).await?;
        let heard = self.store.read().heard_head(directory).await?;
        let open = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| open_as::<LogHead>(&bytes).ok());
        Ok(LogQuestion {
            known: open(known),
            heard: open(heard),
        })
    }

    /// Takes a directory's head with the proofs that it continues those of the question; without proofs, where the directory
    /// refused to give any. A contradiction is kept for good. Says what is wrong with the answer, in words.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn log_answered(
        &mut self,
        now: Timestamp,
        directory: PeerId,
        question: &LogQuestion,
        head: &[u8],
        proofs: Option<(&[DocumentId], &[DocumentId])>,
    ) -> Result<Result<(), &'static str>, PeerError> {
        let signed = open_as::<LogHead>(head).ok();
        let Some(newer) = signed.filter(|head| head.signer() == directory) else {
            return Ok(Err("the head of the log is not signed by the directory"));
        };
        let mut work = self.begin(now).await?;
        let contradicted = question.contradicted(&newer, proofs);
        if let Some(older) = contradicted {
            let fork = LogFork {
                found_at: now,
                one: older.bytes().to_vec(),
                other: newer.bytes().to_vec(),
            };
            work.tx.set_log_fork(directory, &fork).await?;
        } else if proofs.is_some() {
            work.tx.set_log_head(directory, newer.bytes()).await?;
        }
        if let Some(heard) = question.heard.as_ref().filter(|_| proofs.is_some()) {
            work.tx.forget_heard_head(directory, heard.id()).await?;
        }
        let said = match contradicted {
            Some(_) => Err("the directory's log has two histories"),
            None => Ok(()),
        };
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(said)
    }

    /// What is known of a directory's log.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn log_status(&self, directory: PeerId) -> Result<LogStatus, PeerError> {
        let question = self.log_question(directory).await?;
        let fork = self.store.read().log_fork(directory).await?;
        Ok(LogStatus {
            head: question.known,
            fork: fork.and_then(|fork| {
                Some(Forked {
                    found_at: fork.found_at,
                    one: open_as(&fork.one).ok()?,
                    other: open_as(&fork.other).ok()?,
                })
            }),
        })
    }

    /// Reported terms whose place in a log is to be asked for now. Each is noted as asked for, and comes again when no proof
    /// does.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub async fn proofs_due(&mut self, now: Timestamp) -> Result<Vec<WantedProof>, PeerError> {
        let due = self.store.read().proofs_due(now, PROOFS_AT_ONCE).await?;
        if due.is_empty() {
            return Ok(due);
        }
        let mut tx = self.store.begin().await?;
        for wanted in &due {
            tx.ask_proof_at(wanted, now.plus(ASK_AGAIN)).await?;
        }
        tx.commit().await?;
        Ok(due)
    }

    /// Takes a directory's proof that terms stand in its log, and hands the head to the other party of the terms. Says what
    /// is wrong with the proof, in words.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn proved(
        &mut self,
        now: Timestamp,
        wanted: &WantedProof,
        head: &[u8],
        leaf: u64,
        path: &[DocumentId],
    ) -> Result<Result<(), &'static str>, PeerError> {
        let signed = open_as::<LogHead>(head).ok();
        let Some(head) = signed.filter(|head| head.signer() == wanted.directory) else {
            return Ok(Err("the head of the log is not signed by the directory"));
        };
        if check_inclusion(&head, wanted.terms, leaf, path).is_err() {
            return Ok(Err(
                "the directory signed a receipt for terms and cannot show them in its log",
            ));
        }
        let mut work = self.begin(now).await?;
        let proof = KeptProof {
            terms: wanted.terms,
            leaf,
            head: head.bytes().to_vec(),
            path: path.to_vec(),
        };
        if work.tx.keep_proof(wanted.directory, &proof).await? {
            work.compare_later(&head).await?;
            work.hand_on(wanted, &head).await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        self.events.push(Event::Deal { deal: wanted.deal });
        Ok(Ok(()))
    }

    /// Directories of whom heads wait to be compared since the last call.
    pub fn take_heard(&mut self) -> Vec<PeerId> {
        std::mem::take(&mut self.heard)
    }
}

impl Work<'_> {
    /// A peer hands over a head that a directory showed it.
    pub(super) async fn hear_head(
        &mut self,
        from: PeerId,
        head: &Verified<LogHead>,
    ) -> Result<Arc<[u8]>, PeerError> {
        if self.directories.contains(&head.from) {
            self.compare_later(head).await?;
        }
        self.acknowledge(head.id(), STANDING_ALONE, from, self.now)
            .await
    }

    async fn compare_later(&mut self, head: &Verified<LogHead>) -> Result<(), PeerError> {
        let (directory, now) = (head.from, self.now);
        let known = self.tx.read().log_head(directory).await?;
        if known.as_deref() == Some(&head.bytes()[..]) {
            return Ok(());
        }
        let kept = self
            .tx
            .hear_log_head(directory, head.id(), head.bytes(), now);
        if kept.await? {
            self.changed.heard.push(directory);
        }
        Ok(())
    }

    async fn hand_on(
        &mut self,
        wanted: &WantedProof,
        head: &Verified<LogHead>,
    ) -> Result<(), PeerError> {
        let Some(report) = self.tx.read().report(wanted.terms).await? else {
            return Ok(());
        };
        let Some(deal) = self.tx.read().deal(wanted.deal).await? else {
            return Ok(());
        };
        let partner = match deal.buyer == self.me() {
            true => report.seller,
            false => deal.buyer,
        };
        self.keep(&head.clone().into(), self.now).await?;
        let until = self.now.plus(HAND_ON_FOR);
        self.enqueue(partner, head.id(), STANDING_ALONE, until)
            .await
    }
}

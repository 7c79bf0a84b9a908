//! What became of a delivery: a receipt, a failure, or nothing.

use std::sync::Arc;

use opener_negotiation::dialogue::Input;
use opener_store::{OutboxId, Way};
use opener_trade::{
    DealId, DocumentId, Opened, PeerId, Reason, Timestamp, Verified,
    document::{Failure, Receipt, Stage},
    envelope::open_as,
    open,
};

use super::{Engine, Key, Parcel, deliver::backoff, work::Work};
use crate::{Event, PeerError};

/// A delivery that was tried.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The outbox row.
    pub id: OutboxId,
    /// To whom.
    pub to: PeerId,
    /// The document.
    pub document: DocumentId,
    /// The deal.
    pub deal: DealId,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it left.
    pub sent_at: Timestamp,
}

impl From<&Parcel> for Attempt {
    fn from(parcel: &Parcel) -> Self {
        Self {
            id: parcel.id,
            to: parcel.to,
            document: parcel.document,
            deal: parcel.deal,
            attempts: parcel.attempts,
            sent_at: parcel.sent_at,
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The attempt.
    pub attempt: Attempt,
    /// The other side's bytes, or why none came.
    pub answer: Result<Arc<[u8]>, String>,
    /// Which way they came, where that is known.
    pub way: Option<Way>,
}

impl Engine {
    /// Takes what came of deliveries, in one transaction.
    ///
    /// # Errors
    /// The database cannot be written: the documents are sent again later.
    pub async fn answered(
        &mut self,
        now: Timestamp,
        answers: &[Answered],
    ) -> Result<(), PeerError> {
        match self.answered_together(now, answers).await {
            // One that fails must not keep the others from being noted: each by itself, then.
            Err(error) if !error.is_of_database() => {
                for answer in answers {
                    match self
                        .answered_together(now, std::slice::from_ref(answer))
                        .await
                    {
                        Err(error) if error.is_of_database() => return Err(error),
                        Err(error) => tracing::error!(%error, "an answer could not be taken"),
                        Ok(()) => {}
                    }
                }
                Ok(())
            }
            done => done,
        }
    }

    async fn answered_together(
        &mut self,
        now: Timestamp,
        answers: &[Answered],
    ) -> Result<(), PeerError> {
        let mut work = self.begin(now).await?;
        for answered in answers {
            work.conclude_attempt(answered).await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        for answer in answers {
            self.compare_clocks(now, answer);
        }
        Ok(())
    }

    /// The receipt for what was sent once says what the other side's clock showed in between.
    fn compare_clocks(
        &mut self,
        now: Timestamp,
        Answered {
            attempt, answer, ..
        }: &Answered,
    ) {
        if attempt.attempts > 0 {
            return;
        }
        let receipt = answer
            .as_ref()
            .ok()
            .and_then(|bytes| open_as::<Receipt>(bytes).ok());
        if let Some(receipt) = receipt.filter(|receipt| {
            receipt.signer() == attempt.to && receipt.document == attempt.document
        }) {
            self.measure_peer(attempt.to, receipt.at, attempt.sent_at, now);
        }
    }
}

impl Work<'_> {
    async fn conclude_attempt(
        &mut self,
        Answered {
            attempt,
            answer,
            way,
        }: &Answered,
    ) -> Result<(), PeerError> {
        self.changed.events.push(Event::Delivery {
            deal: attempt.deal,
            peer: attempt.to,
        });
        let opened = match answer {
            Ok(bytes) => open(bytes).map_err(|error| error.to_string()),
            Err(why) => Err(why.clone()),
        };
        match opened {
            Ok(Opened::Receipt(receipt)) if self.is_receipt_for(&receipt, attempt) => {
                self.received(attempt, &receipt, *way).await
            }
            Ok(Opened::Failure(failure)) if self.is_failure_for(&failure, attempt) => {
                self.refused(attempt, &failure).await
            }
            Ok(_) => {
                self.try_again(attempt, None, "the answer is no receipt for this document")
                    .await
            }
            Err(why) => self.try_again(attempt, None, &why).await,
        }
    }

    async fn received(
        &mut self,
        attempt: &Attempt,
        receipt: &Verified<Receipt>,
        way: Option<Way>,
    ) -> Result<(), PeerError> {
        if !self
            .tx
            .mark_received(attempt.to, attempt.document, receipt.at)
            .await?
        {
            return Ok(());
        }
        if let Some(way) = way {
            self.tx.note_way(attempt.id, way).await?;
        }
        self.keep_receipt(receipt).await?;
        self.tx.mark_met(attempt.to, self.now).await?;
        self.receipt_proves(attempt.document, receipt.at).await?;
        if let Some(key) = self.key_of(attempt).await? {
            let input = Input::Receipt {
                document: attempt.document,
                at: receipt.at,
            };
            let effects = self.step(key, input).await?;
            self.carry_out(key, effects).await?;
        }
        Ok(())
    }

    fn is_receipt_for(&self, receipt: &Receipt, attempt: &Attempt) -> bool {
        receipt.document == attempt.document
            && receipt.deal == attempt.deal
            && receipt.from == attempt.to
            && receipt.to == self.me()
            && receipt.stage == Stage::Received
    }

    /// A failure names its document, unless its signer could not read the bytes that far.
    fn is_failure_for(&self, failure: &Failure, attempt: &Attempt) -> bool {
        failure.document.is_none_or(|id| id == attempt.document)
            && failure.from == attempt.to
            && failure.to == self.me()
    }

    /// The other side refused the document. A transient reason asks for another try; any other undoes the document, unless
    /// it went to everybody.
    async fn refused(&mut self, attempt: &Attempt, failure: &Failure) -> Result<(), PeerError> {
        let reason = failure.reason;
        if reason.is_transient() {
            return self
                .try_again(attempt, Some(reason), failure.detail.as_str())
                .await;
        }
        let detail = failure.detail.as_str();
        if !self
            .tx
            .mark_refused(attempt.to, attempt.document, self.now, reason, detail)
            .await?
        {
            return Ok(());
        }
        let stored = self.tx.read().document(attempt.document).await?;
        let Some(stored) = stored.filter(|document| document.recipient.is_some()) else {
            return Ok(());
        };
        if let (Some(key), Ok(document)) = (self.key_of(attempt).await?, open(&stored.bytes)) {
            self.void(key, &Arc::new(document), reason).await?;
        }
        Ok(())
    }

    async fn try_again(
        &mut self,
        attempt: &Attempt,
        reason: Option<Reason>,
        why: &str,
    ) -> Result<(), PeerError> {
        let next = self.now.plus(backoff(attempt.attempts));
        self.tx.retry_at(attempt.id, next, reason, why).await?;
        Ok(())
    }

    /// The dialogue that a delivery belongs to; a listing or a read receipt belongs to none.
    async fn key_of(&mut self, attempt: &Attempt) -> Result<Option<Key>, PeerError> {
        let stored = self.tx.read().document(attempt.document).await?;
        if stored.is_none_or(|document| document.deal.is_none()) {
            return Ok(None);
        }
        let Some(deal) = self.tx.read().deal(attempt.deal).await? else {
            return Ok(None);
        };
        let seller = if deal.buyer == self.me() {
            attempt.to
        } else {
            self.me()
        };
        Ok(Some((attempt.deal, seller)))
    }
}

//! What is to be sent: the rows of the outbox whose time has come.

use std::sync::Arc;

use opener_store::OutboxId;
use opener_trade::{Address, DealId, DocumentId, Duration, PeerId, Timestamp};

use super::Engine;
use crate::{Event, PeerError};

/// After this an answer that has not come is given up and the document is sent again: longer than the transport's own
/// time-out, so that only a crash in between lets it pass.
const ANSWER_OVERDUE: Duration = Duration::from_secs(120);
/// The first wait before a document is sent again.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait. A peer that comes back is noticed sooner, by its connection or by a directory.
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// Outbox rows that expire in one transaction.
const EXPIRE_AT_ONCE: usize = 1000;

/// One document on its way to one peer.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The outbox row.
    pub id: OutboxId,
    /// To whom.
    pub to: PeerId,
    /// Where it was last known to be.
    pub addresses: Vec<Address>,
    /// The signed document.
    pub bytes: Arc<[u8]>,
    /// The document.
    pub document: DocumentId,
    /// The deal.
    pub deal: DealId,
    /// How often it was sent before.
    pub attempts: u32,
    /// When it is sent now.
    pub sent_at: Timestamp,
}

impl Engine {
    /// Takes up to `limit` documents that are due, one for each recipient, and notes that they are sent.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Parcel>, PeerError> {
        let rows = self.store.read().due(now, limit).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.store.begin().await?;
        let mut parcels = Vec::with_capacity(rows.len());
        for row in rows {
            tx.mark_sent(row.id, now, now.plus(ANSWER_OVERDUE)).await?;
            let contact = tx.read().contact(row.recipient).await?;
            let addresses = contact.map(|contact| contact.addresses).unwrap_or_default();
            parcels.push(Parcel {
                id: row.id,
                to: row.recipient,
                addresses: addresses
                    .iter()
                    .filter_map(|text| Address::new(text).ok())
                    .collect(),
                bytes: row.bytes,
                document: row.document,
                deal: row.deal,
                attempts: row.attempts,
                sent_at: now,
            });
        }
        tx.commit().await?;
        for parcel in &parcels {
            self.events.push(Event::Delivery {
                deal: parcel.deal,
                peer: parcel.to,
            });
        }
        Ok(parcels)
    }

    /// A peer is reachable again: what waits for it is due at once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn reached(&mut self, peer: PeerId, now: Timestamp) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.wake_recipient(peer, now).await?;
        tx.touch_seen(peer, now).await?;
        tx.commit().await?;
        self.fetches.reached(peer, now);
        Ok(())
    }

    /// The program has started: nothing is in flight, so everything unanswered is due at once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn restart_deliveries(&mut self, now: Timestamp) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.wake_all(now).await?;
        Ok(tx.commit().await?)
    }

    /// Gives up what nobody waits for any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn expire(&mut self, now: Timestamp) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        let expired = tx.expire(now, EXPIRE_AT_ONCE).await?;
        tx.commit().await?;
        let events = expired.into_iter().map(|row| Event::Delivery {
            deal: row.deal,
            peer: row.recipient,
        });
        self.events.extend(events);
        Ok(())
    }
}

/// How long to wait after so many attempts: doubling from a second to five minutes.
pub(super) fn backoff(attempts: u32) -> Duration {
    let factor = 1i64 << attempts.min(20);
    Duration::from_millis(
        FIRST_RETRY
            .millis()
            .saturating_mul(factor)
            .min(LONGEST_RETRY.millis()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let seconds: Vec<i64> = [0, 1, 2, 8, 9, 40, u32::MAX]
            .map(|n| backoff(n).millis() / 1000)
            .into();
        assert_eq!(seconds, [1, 2, 4, 256, 300, 300, 300]);
    }
}

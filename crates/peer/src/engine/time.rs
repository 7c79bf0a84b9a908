//! What falls due.

use opener_negotiation::{Entry, dialogue::Input};
use opener_trade::{DealId, PeerId, Timestamp};

use super::Engine;
use crate::PeerError;

/// Machines that are woken in one go.
const WAKE_AT_ONCE: usize = 256;

impl Engine {
    /// Lets every machine whose moment has come take notice of it.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub async fn tick(&mut self, now: Timestamp) -> Result<(), PeerError> {
        for (deal, seller) in self.store.read().wakes_due(now, WAKE_AT_ONCE).await? {
            match self.tick_one(now, deal, seller).await {
                Ok(still_due) if !still_due => {}
                Err(error) if error.is_of_database() => return Err(error),
                // A machine that its own moment does not move must not be woken by it for ever.
                stuck => {
                    tracing::error!(%deal, ?stuck, "a moment passed without effect");
                    let mut tx = self.store.begin().await?;
                    tx.set_wake(deal, seller, None).await?;
                    tx.commit().await?;
                }
            }
        }
        self.wake_notices(now).await?;
        if self
            .store
            .read()
            .next_expiry_at()
            .await?
            .is_some_and(|at| at <= now)
        {
            self.expire(now).await?;
        }
        Ok(())
    }

    /// Time passes for a dialogue or a request. Tells whether it is due even after that.
    async fn tick_one(
        &mut self,
        now: Timestamp,
        deal: DealId,
        seller: Option<PeerId>,
    ) -> Result<bool, PeerError> {
        let mut work = self.begin(now).await?;
        let next = match seller {
            Some(seller) => {
                let key = (deal, seller);
                let effects = work.step(key, Input::Tick).await?;
                work.carry_out(key, effects).await?;
                work.dialogue(key).await?.state().wake_at()
            }
            None => {
                work.tell_request(deal, Entry::Tick).await?;
                work.request(deal).await?.state().wake_at()
            }
        };
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(next.is_some_and(|at| at <= now))
    }

    /// When a machine next has something to do.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>, PeerError> {
        let machines = self.store.read().next_wake().await?;
        let notices = self.store.read().next_woken_at().await?;
        Ok([machines, notices].into_iter().flatten().min())
    }
}

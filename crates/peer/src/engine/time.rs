//! What falls due.

use opener_negotiation::{Entry, dialogue::Input};
use opener_store::Moments;
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
        let moments = self.moments().await?;
        let is_due = |moment: Option<Timestamp>| moment.is_some_and(|at| at <= now);
        if is_due(moments.machine) {
            self.wake_machines(now).await?;
        }
        if is_due(moments.notice) {
            self.wake_notices(now).await?;
        }
        if is_due(moments.expiry) {
            self.expire(now).await?;
        }
        Ok(())
    }

    async fn wake_machines(&mut self, now: Timestamp) -> Result<(), PeerError> {
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

    /// When there is something to do next, by what is kept.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn moments(&self) -> Result<Moments, PeerError> {
        Ok(self.store.read().moments().await?)
    }
}

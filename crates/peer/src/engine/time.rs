//! What falls due.

use opener_trade::Timestamp;

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
            self.tick_one(now, deal, seller).await?;
        }
        self.expire(now).await
    }

    /// When a machine next has something to do.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>, PeerError> {
        Ok(self.store.read().next_wake().await?)
    }
}

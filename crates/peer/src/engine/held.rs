//! A peer that was restored from a backup says and takes nothing until its owner says that the old one is off.

use std::{path::Path, sync::Arc};

use opener_store::Store;
use opener_trade::{Identity, Invalid};

use super::Engine;
use crate::{
    Event, PeerError,
    backup::{RESTORED, Restored},
};

pub(super) async fn stored(store: &Store) -> Result<Option<Restored>, PeerError> {
    let json = store.read().setting(RESTORED).await?;
    let held = json.map(|json| serde_json::from_str(&json)).transpose();
    Ok(held.map_err(|e| Invalid::new(RESTORED, e.to_string()))?)
}

impl Engine {
    /// That this peer was restored and waits for its owner's word.
    pub const fn held(&self) -> Option<Restored> {
        self.held
    }

    /// The owner says that the old peer is off for good: this one goes on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn go_on(&mut self) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.remove_setting(RESTORED).await?;
        tx.commit().await?;
        self.held = None;
        self.events.push(Event::Lagged);
        Ok(())
    }

    /// Writes the database as it stands into a new file.
    pub(crate) async fn snapshot(&self, to: &Path) -> Result<(), PeerError> {
        Ok(self.store.snapshot(to).await?)
    }

    pub(crate) fn identity(&self) -> Arc<Identity> {
        self.identity.clone()
    }
}

//! Documents of calls, on their way from the dialogue to whoever carries calls.

use std::sync::Arc;

use opener_trade::{DealId, DocumentId, Opened, PeerId, open};

use super::{Engine, Key, work::Work};
use crate::PeerError;

/// Documents that wait at most; the oldest go first. A batch from the network brings 64, and they are taken after each.
const SIGNALS: usize = 256;

/// A committed document that belongs to a call: the other side's, or one of ours that the other side refused.
#[derive(Debug, Clone)]
pub struct Signal {
    /// The deal.
    pub deal: DealId,
    /// The seller whose dialogue it is: ourselves, where we sell.
    pub seller: PeerId,
    /// The document.
    pub document: Arc<Opened>,
}

impl Engine {
    /// Documents that were committed since the last call and belong to calls.
    pub fn take_signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.signals).into()
    }

    pub(super) fn queue_signals(&mut self, signals: Vec<Signal>) {
        self.signals.extend(signals);
        let excess = self.signals.len().saturating_sub(SIGNALS);
        self.signals.drain(..excess);
    }
}

impl Work<'_> {
    /// Hands a document to the call it belongs to, once it is committed.
    pub(super) async fn signal(&mut self, key: Key, id: DocumentId) -> Result<(), PeerError> {
        if let Some(stored) = self.tx.read().document(id).await? {
            self.changed.signals.push(Signal {
                deal: key.0,
                seller: key.1,
                document: Arc::new(open(&stored.bytes)?),
            });
        }
        Ok(())
    }
}

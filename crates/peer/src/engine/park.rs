//! Documents that came before their predecessors: parked in the database, never in memory.

use std::sync::Arc;

use opener_store::ParkedDocument;
use opener_trade::{Opened, Reason, document::Header, open};

use super::work::Work;
use crate::PeerError;

/// Documents of one sender that wait for an earlier one, at most. A round with one seller takes about ten.
pub(crate) const PARKED_PER_SENDER: usize = 64;
/// Documents of all senders that wait for an earlier one, at most; then nobody's are kept.
pub(crate) const PARKED_IN_ALL: usize = 4096;

impl Work<'_> {
    /// Keeps a document whose predecessor is still missing, within bounds. It is not acknowledged yet.
    pub(super) async fn park(
        &mut self,
        document: &Opened,
        header: &Header,
    ) -> Result<(), PeerError> {
        let room = self.tx.read().parked_count(Some(header.from)).await? < PARKED_PER_SENDER
            && self.tx.read().parked_count(None).await? < PARKED_IN_ALL;
        if room {
            let parked = ParkedDocument {
                document: document.id(),
                deal: header.deal,
                sender: header.from,
                recipient: header.to,
                seq: header.seq,
                received_at: self.now,
                bytes: document.bytes().to_vec(),
            };
            self.tx.park(&parked).await?;
        }
        Ok(())
    }

    /// Takes the documents that waited for the one that has just come.
    pub(super) async fn take_parked(&mut self, header: &Header) -> Result<(), PeerError> {
        let (deal, from) = (header.deal, header.from);
        while let Some(parked) = self
            .tx
            .read()
            .parked_after(deal, from, header.to.is_none())
            .await?
        {
            let Ok(document) = open(&parked.bytes) else {
                break;
            };
            let arrived = Some(parked.received_at);
            let verdict = self.deliver(&Arc::new(document), arrived).await?;
            if matches!(&verdict, Err(rejection) if rejection.reason == Reason::OutOfOrder) {
                break;
            }
            self.tx.unpark(parked.document).await?;
            if let Ok(at) = verdict {
                self.acknowledge(parked.document, deal, from, at).await?;
            }
        }
        Ok(())
    }
}

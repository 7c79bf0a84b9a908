//! What arrives beside the deals: where a peer is, and that a person has read something.

use std::sync::Arc;

use opener_negotiation::Rejection;
use opener_store::{NewContact, NewReceipt};
use opener_trade::{
    DealId, PeerId, Verified,
    document::{Listing, Receipt, Stage},
};

use super::work::Work;
use crate::{Event, PeerError};

/// Contacts kept at most; those never dealt with are forgotten first.
pub(crate) const CONTACTS: usize = 200_000;
/// How many contacts are forgotten at once when there are too many.
const FORGET_CONTACTS: usize = 1000;
/// The deal of a document that belongs to none.
pub(super) const STANDING_ALONE: DealId = DealId::from_bytes([0; 16]);

impl Work<'_> {
    /// A peer tells where it is now.
    pub(super) async fn meet(
        &mut self,
        from: PeerId,
        listing: &Verified<Listing>,
    ) -> Result<Arc<[u8]>, PeerError> {
        self.know(listing, "delivered").await?;
        self.tx.touch_seen(from, self.now).await?;
        self.changed.events.push(Event::Network);
        self.acknowledge(listing.id(), STANDING_ALONE, from, self.now)
            .await
    }

    /// Keeps the newest listing of a peer; false where a newer one is known.
    pub(super) async fn know(
        &mut self,
        listing: &Verified<Listing>,
        source: &str,
    ) -> Result<bool, PeerError> {
        if self.tx.read().contact_count().await? >= CONTACTS {
            self.tx.evict_oldest_unmet(FORGET_CONTACTS).await?;
        }
        let addresses: Vec<String> = listing.addresses.iter().map(ToString::to_string).collect();
        let new = NewContact {
            peer: listing.from,
            listing: listing.bytes(),
            listing_seq: listing.seq,
            name: listing.name.as_str(),
            addresses: &addresses,
            source,
            at: self.now,
        };
        Ok(self.tx.upsert_contact(new).await?)
    }

    /// A person on the other side has opened a document of ours.
    pub(super) async fn learn_read(
        &mut self,
        receipt: &Verified<Receipt>,
    ) -> Result<Result<Arc<[u8]>, Rejection>, PeerError> {
        if let Some(before) = self
            .tx
            .read()
            .receipt(receipt.id(), self.identity.peer_id(), Stage::Received)
            .await?
        {
            return Ok(Ok(before.bytes.into()));
        }
        let ours = self
            .tx
            .read()
            .document(receipt.document)
            .await?
            .filter(|document| document.mine);
        let sent = match ours {
            Some(_) if receipt.stage == Stage::Read && receipt.to == self.me() => {
                self.tx
                    .mark_read(receipt.from, receipt.document, receipt.at)
                    .await?
            }
            _ => false,
        };
        if !sent {
            return Ok(Err(Rejection::not_allowed(
                "the receipt is for no document sent to its signer",
            )));
        }
        self.keep_receipt(receipt).await?;
        self.changed.events.push(Event::Delivery {
            deal: receipt.deal,
            peer: receipt.from,
        });
        self.acknowledge(receipt.id(), receipt.deal, receipt.from, self.now)
            .await
            .map(Ok)
    }

    pub(super) async fn keep_receipt(
        &mut self,
        receipt: &Verified<Receipt>,
    ) -> Result<(), PeerError> {
        let new = NewReceipt {
            document: receipt.document,
            signer: receipt.from,
            stage: receipt.stage,
            deal: receipt.deal,
            at: receipt.at,
            bytes: receipt.bytes(),
        };
        self.tx.insert_receipt(new).await?;
        Ok(())
    }
}

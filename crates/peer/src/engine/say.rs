//! What our side says in its dialogues.

use opener_negotiation::{Rejection, dialogue::Command, dialogue::Input};
use opener_store::{Assessment, NoticeId};
use opener_trade::{DealId, DocumentId, PeerId, Timestamp};

use super::{Engine, Key};
use crate::PeerError;

impl Engine {
    /// Says something in a dialogue: as the buyer to this seller, as a seller to the buyer.
    ///
    /// # Errors
    /// The rules refuse it, there is no such dialogue, or the clock is in doubt.
    pub async fn say(
        &mut self,
        now: Timestamp,
        deal: DealId,
        seller: Option<PeerId>,
        command: Command,
    ) -> Result<DocumentId, PeerError> {
        if matches!(
            command,
            Command::Bid(_)
                | Command::WithdrawBid(_)
                | Command::Ask(_)
                | Command::Counter(_)
                | Command::AcceptCounter
                | Command::RefuseCounter(_)
                | Command::AskExtension(_)
                | Command::GrantExtension(_)
                | Command::RefuseExtension(_)
                | Command::Hold(_)
                | Command::Order(_)
                | Command::Respond(_)
                | Command::ChangeOrder(..)
                | Command::CancelOrder(..)
                | Command::AcceptAmendment
                | Command::RefuseAmendment(_)
                | Command::Release(_)
        ) {
            self.check_clock()?;
        }
        let key = self.key(deal, seller).await?;
        let mut work = self.begin(now).await?;
        let is_bid = matches!(command, Command::Bid(_));
        let id = work.say(key, command).await?;
        if is_bid {
            work.want_stamp(key, id).await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }

    /// Admits a late bid, on the record.
    ///
    /// # Errors
    /// There is no such late bid.
    pub async fn admit_late(
        &mut self,
        now: Timestamp,
        deal: DealId,
        bid: DocumentId,
    ) -> Result<(), PeerError> {
        let stored = self
            .store
            .read()
            .document(bid)
            .await?
            .ok_or(PeerError::NotFound("bid"))?;
        let key = self.key(deal, Some(stored.sender)).await?;
        let mut work = self.begin(now).await?;
        let effects = work.step(key, Input::AdmitLate { bid }).await?;
        work.carry_out(key, effects).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(())
    }

    /// Records what the buyer found out about a bid.
    ///
    /// # Errors
    /// There is no such bid in this deal, or the deal is not ours to judge.
    pub async fn assess(
        &mut self,
        now: Timestamp,
        deal: DealId,
        mut finding: Assessment,
    ) -> Result<(), PeerError> {
        let row = self
            .store
            .read()
            .deal(deal)
            .await?
            .ok_or(PeerError::NotFound("deal"))?;
        if row.buyer != self.peer_id() {
            return Err(Rejection::not_allowed("only the buyer judges bids").into());
        }
        let bid = self.store.read().document(finding.bid).await?;
        if bid.is_none_or(|bid| bid.deal != Some(deal)) {
            return Err(PeerError::NotFound("bid"));
        }
        finding.deal = deal;
        finding.at = now;
        let mut tx = self.store.begin().await?;
        tx.assess(&finding).await?;
        tx.commit().await?;
        self.events.push(crate::Event::Deal { deal });
        Ok(())
    }

    /// A person has seen a notice.
    ///
    /// # Errors
    /// There is no such notice.
    pub async fn acknowledge(&mut self, now: Timestamp, notice: NoticeId) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        if !tx.acknowledge(notice, now).await? {
            return Err(PeerError::NotFound("notice"));
        }
        tx.commit().await?;
        self.events.push(crate::Event::Inbox);
        Ok(())
    }

    /// Blocks a peer, or lets it in again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn block(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        blocked: bool,
    ) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.set_blocked(peer, blocked, now).await?;
        tx.commit().await?;
        self.events.push(crate::Event::Contacts);
        Ok(())
    }

    /// The key of a dialogue: our own where we sell, the named seller's where we buy.
    pub(super) async fn key(&self, deal: DealId, seller: Option<PeerId>) -> Result<Key, PeerError> {
        let row = self
            .store
            .read()
            .deal(deal)
            .await?
            .ok_or(PeerError::NotFound("deal"))?;
        let me = self.peer_id();
        match (row.buyer == me, seller) {
            (true, Some(seller)) => Ok((deal, seller)),
            (true, None) => Err(PeerError::NotFound("dialogue: name the seller")),
            (false, _) => Ok((deal, me)),
        }
    }
}

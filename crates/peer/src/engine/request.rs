//! The buyer's requests: issue, broadcast, cancel, tell the losers.

use std::sync::Arc;

use opener_negotiation::{
    Entry, Rejection, Role,
    dialogue::{Command, Dialogue, Phase},
    request::{self, Request},
};
use opener_trade::{
    DealId, DocumentId, PeerId, PeerText, Timestamp, Verified,
    document::{Document, Header, NotChosen, Order, Rfp, RfpCancel},
    limits::REMARK_BYTES,
    sign,
};

use super::{Engine, facts::ordered_lines, work::Work};
use crate::PeerError;

/// Sellers that one request goes to at most: a day's trade of a large region, and a minute's work for one peer.
pub const MAX_INVITED: usize = 5000;

impl Engine {
    /// Signs a request and queues it for the sellers.
    ///
    /// # Errors
    /// The RFP breaks a rule, the clock is in doubt, there is no profile, or there are no sellers or too many.
    pub async fn send_rfp(
        &mut self,
        now: Timestamp,
        deal: DealId,
        rfp: Rfp,
        sellers: &[PeerId],
    ) -> Result<Arc<Verified<Document<Rfp>>>, PeerError> {
        self.check_clock()?;
        self.require_profile()?;
        if sellers.len() > MAX_INVITED {
            return Err(PeerError::TooManySellers(MAX_INVITED));
        }
        let rfp = self.with_stamps(rfp)?;
        if self.store.read().deal(deal).await?.is_some() {
            return Err(Rejection::not_allowed("a deal has this id already; send again").into());
        }
        let header = Header {
            deal,
            from: self.peer_id(),
            to: None,
            seq: 1,
            previous: None,
            answers: None,
            issued_at: now,
            expires_at: rfp.schedule.bid_deadline.max(now),
        };
        let rfp = Arc::new(sign(&self.identity, Document { header, body: rfp })?);
        let mut work = self.begin(now).await?;
        work.issue(&rfp, sellers).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(rfp)
    }

    /// Calls a request off.
    ///
    /// # Errors
    /// It is over, an order is open, or there is no such request.
    pub async fn cancel_rfp(
        &mut self,
        now: Timestamp,
        deal: DealId,
        reason: PeerText<REMARK_BYTES>,
    ) -> Result<DocumentId, PeerError> {
        let mut work = self.begin(now).await?;
        let rfp = work.request(deal).await?.state().rfp.id();
        let cancel = work.sign_broadcast(deal, RfpCancel { rfp, reason }).await?;
        let (id, now) = (cancel.id(), work.now);
        let effects = work
            .request(deal)
            .await?
            .step(now, request::Input::Cancel(Arc::new(cancel.clone())))?;
        work.touched.insert(deal);
        work.keep(&cancel.clone().into(), now).await?;
        work.carry_out_request(deal, effects).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }
}

/// Whether a seller has bid, or means to, and nothing is ordered.
const fn means_to_sell(phase: Phase) -> bool {
    phase.is_before_order() && !matches!(phase, Phase::Invited | Phase::Delivered)
}

impl Work<'_> {
    async fn issue(
        &mut self,
        rfp: &Arc<Verified<Document<Rfp>>>,
        sellers: &[PeerId],
    ) -> Result<(), PeerError> {
        let deal = rfp.header.deal;
        let (request, effects) = Request::issue(rfp.clone(), self.now)?;
        self.changed.requests.insert(deal, request);
        self.touched.insert(deal);
        self.keep(&(**rfp).clone().into(), self.now).await?;
        self.carry_out_request(deal, effects).await?;
        for seller in sellers {
            let (dialogue, effects) = Dialogue::open(Role::Buyer, *seller, rfp.clone(), self.now)?;
            self.changed.dialogues.insert((deal, *seller), dialogue);
            self.carry_out((deal, *seller), effects).await?;
        }
        Ok(())
    }

    /// A document for everybody: each dialogue takes it, and it is queued for each seller.
    pub(super) async fn broadcast(
        &mut self,
        deal: DealId,
        document: DocumentId,
    ) -> Result<(), PeerError> {
        let stored = self
            .tx
            .read()
            .document(document)
            .await?
            .ok_or(PeerError::NotFound("document"))?;
        let opened = Arc::new(opener_trade::open(&stored.bytes)?);
        let expires_at = opened.header().map_or(self.now, |header| header.expires_at);
        for row in self.tx.read().dialogues(deal).await? {
            let key = (deal, row.seller);
            let input = opener_negotiation::dialogue::Input::Document {
                document: opened.clone(),
                at: self.now,
            };
            // A dialogue whose effects include this very cancellation tells the request nothing new.
            let effects = self.step_quietly(key, input).await?;
            Box::pin(self.carry_out(key, effects)).await?;
            self.enqueue(row.seller, document, deal, expires_at).await?;
        }
        Ok(())
    }

    async fn step_quietly(
        &mut self,
        key: super::Key,
        input: opener_negotiation::dialogue::Input,
    ) -> Result<Vec<opener_negotiation::dialogue::Effect>, PeerError> {
        let now = self.now;
        Ok(self.dialogue(key).await?.step(now, input)?)
    }

    /// Tells the sellers who bid, or meant to, that the award went elsewhere.
    pub(super) async fn tell_losers(&mut self, deal: DealId) -> Result<(), PeerError> {
        let rfp = self.request(deal).await?.state().rfp.id();
        let mut losers = Vec::new();
        for row in self.tx.read().dialogues(deal).await? {
            let phase = self.dialogue((deal, row.seller)).await?.state().phase;
            if means_to_sell(phase) {
                losers.push(row.seller);
            }
        }
        for seller in losers {
            Box::pin(self.tell_loser((deal, seller), rfp)).await?;
        }
        Ok(())
    }

    /// Whoever bids, or means to, on a request of ours that is over is told so.
    pub(super) async fn tell_if_over(&mut self, key: super::Key) -> Result<(), PeerError> {
        let state = self.dialogue(key).await?.state();
        if state.role != Role::Buyer || !means_to_sell(state.phase) {
            return Ok(());
        }
        let request = self.request(key.0).await?.state();
        let (over, rfp) = (request.phase.is_terminal(), request.rfp.id());
        if over {
            Box::pin(self.tell_loser(key, rfp)).await?;
        }
        Ok(())
    }

    async fn tell_loser(&mut self, key: super::Key, rfp: DocumentId) -> Result<(), PeerError> {
        let notice = NotChosen {
            rfp,
            reason: PeerText::default(),
            rank: None,
        };
        self.say(key, Command::NotChosen(notice)).await?;
        Ok(())
    }

    /// Reserves quantities of a request before an order on them is signed.
    pub(super) async fn reserve(
        &mut self,
        (deal, seller): super::Key,
        order: &Order,
    ) -> Result<(), PeerError> {
        let rfp = self.request(deal).await?.state().rfp.clone();
        let lines = ordered_lines(&rfp.body, order)?;
        self.tell_request(deal, Entry::Reserve { seller, lines })
            .await
    }
}

//! What the buyer tells every invited seller after the request: revisions of it.

use std::sync::Arc;

use opener_negotiation::request;
use opener_trade::{
    DealId, Timestamp, Verified,
    document::{Body, Document, Rfp},
    sign,
};

use super::{Engine, work::Work};
use crate::PeerError;

impl Engine {
    /// Signs the next revision of a request and queues it for every invited seller. Its number is set here.
    ///
    /// # Errors
    /// The deadline has passed, something is ordered, a moment moves that must not, the RFP breaks a rule, or the clock is
    /// in doubt.
    pub async fn revise_rfp(
        &mut self,
        now: Timestamp,
        deal: DealId,
        mut rfp: Rfp,
    ) -> Result<Arc<Verified<Document<Rfp>>>, PeerError> {
        self.check_clock()?;
        let mut work = self.begin(now).await?;
        let standing = work.request(deal).await?.state().rfp.body.revision;
        rfp.revision = standing.saturating_add(1);
        let rfp = Arc::new(work.sign_broadcast(deal, rfp).await?);
        let input = request::Input::Revise(rfp.clone());
        let effects = work.request(deal).await?.step(now, input)?;
        work.touched.insert(deal);
        work.keep(&(*rfp).clone().into(), now).await?;
        work.carry_out_request(deal, effects).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(rfp)
    }
}

impl Work<'_> {
    /// Signs the next document of the chain that everybody reads.
    async fn sign_broadcast<B: Body>(
        &mut self,
        deal: DealId,
        body: B,
    ) -> Result<Verified<Document<B>>, PeerError> {
        let now = self.now;
        let header = self.request(deal).await?.broadcast_header(now);
        Ok(sign(self.identity, Document { header, body })?)
    }
}

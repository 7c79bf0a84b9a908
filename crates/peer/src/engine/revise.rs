//! What follows a request: revisions of it and answers to everybody, and counter-offers on one offer.

use std::sync::Arc;

use opener_negotiation::{Rejection, dialogue::Command, request};
use opener_trade::{
    DealId, DocumentId, PeerId, Timestamp, Verified,
    document::{Answer, Body, Counter, Document, Rfp},
    sign,
};

use super::{Engine, moments::Act, work::Work};
use crate::PeerError;

/// Where it is written down which question an answer is to: the deal and the question follow.
const ANSWERED: &str = "answered.";

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
        rfp = self.with_stamps(rfp)?;
        let mut work = self.begin(now).await?;
        let standing = work.request(deal).await?.state().rfp.body.revision;
        rfp.revision = standing.saturating_add(1);
        let rfp = Arc::new(work.sign_broadcast(deal, rfp).await?);
        let now = work.now;
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

impl Engine {
    /// Answers a question to every invited seller, the asker unnamed. The answer names the revision that stands; which
    /// question it answers is written down here and stands nowhere in it.
    ///
    /// # Errors
    /// The request is over, the answer breaks a rule, or there are too many.
    pub async fn answer_everybody(
        &mut self,
        now: Timestamp,
        deal: DealId,
        mut answer: Answer,
        about: Option<DocumentId>,
    ) -> Result<DocumentId, PeerError> {
        let mut work = self.begin(now).await?;
        answer.rfp = work.request(deal).await?.state().rfp.id();
        let answer = Arc::new(work.sign_broadcast(deal, answer).await?);
        let (id, now) = (answer.id(), work.now);
        let input = request::Input::Answer(answer.clone());
        let effects = work.request(deal).await?.step(now, input)?;
        work.touched.insert(deal);
        work.keep(&(*answer).clone().into(), now).await?;
        if let Some(question) = about {
            let key = format!("{ANSWERED}{deal}.{question}");
            work.tx.set_setting(&key, &id.to_string()).await?;
        }
        work.carry_out_request(deal, effects).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }

    /// Which questions of a deal were answered by which answers, as far as that was said when they were given.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn answered_questions(
        &self,
        deal: DealId,
    ) -> Result<Vec<(DocumentId, DocumentId)>, PeerError> {
        let beginning = format!("{ANSWERED}{deal}.");
        let found = self.store.read().settings_under(&beginning).await?;
        let ids = found
            .iter()
            .filter_map(|(question, answer)| question.parse().ok().zip(answer.parse().ok()));
        Ok(ids.collect())
    }

    /// Makes a counter-offer on the offer that stands: as the buyer to this seller, as a seller to the buyer. The offer
    /// and the round are set here, and its validity ends with the offer's at the latest.
    ///
    /// # Errors
    /// No offer stands, the rules refuse it, there is no such dialogue, or the clock is in doubt.
    pub async fn counter(
        &mut self,
        now: Timestamp,
        deal: DealId,
        seller: Option<PeerId>,
        mut counter: Counter,
    ) -> Result<DocumentId, PeerError> {
        self.check_clock()?;
        let key = self.key(deal, seller).await?;
        let mut work = self.begin(now).await?;
        let state = work.dialogue(key).await?.state();
        let standing = state.standing.as_ref();
        let standing = standing
            .ok_or_else(|| Rejection::not_allowed("no offer stands that could be changed"))?;
        counter.offer = standing.id();
        counter.valid_until = counter.valid_until.min(standing.bid().valid_until);
        counter.round = state.next_round();
        let id = work.say(key, Command::Counter(Box::new(counter))).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }
}

impl Work<'_> {
    /// Signs the next document of the chain that everybody reads.
    pub(super) async fn sign_broadcast<B: Body>(
        &mut self,
        deal: DealId,
        body: B,
    ) -> Result<Verified<Document<B>>, PeerError> {
        let now = self.begin_act((deal, self.me()), Act::Announce);
        let header = self.request(deal).await?.broadcast_header(now);
        Ok(sign(self.identity, Document { header, body })?)
    }
}

//! What the other side said of calls: committed documents, on their way to the call they belong to.

use opener_call::{Heard, session::Side};
use opener_negotiation::{Role, dialogue::Command};
use opener_net::Network;
use opener_trade::{
    CallId, DocumentId, Opened, Timestamp,
    document::{CallEnd, CallEndReason, CallOffer},
};

use super::{super::Runner, hear, line, on_line};
use crate::{Clock, Event, PeerError, Signal, engine::Place, telephone::Talk};

/// What is to be done about somebody who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ringing {
    /// It rings.
    Rings,
    /// Their call gives way to ours: both have called at once, and we are the buyer.
    GivesWay,
    /// Ours gives way to theirs.
    Crossed,
    /// Their program has begun anew: the call before is over.
    Anew,
    /// We are in another call.
    Busy,
}

impl<N: Network, C: Clock> Runner<N, C> {
    /// Hands the documents of calls to the call, and takes agreements further.
    pub(crate) async fn take_signals(&mut self) {
        for signal in self.engine.take_signals() {
            if let Err(error) = self.take_signal(&signal).await {
                tracing::error!(%error, "a document of a call could not be heard");
            }
        }
        self.follow_agreement().await;
    }

    async fn take_signal(&mut self, signal: &Signal) -> Result<(), PeerError> {
        let document = &*signal.document;
        let id = document.id();
        let is_ours = document.signer() == self.engine.peer_id();
        let Some((call, heard)) = heard(document) else {
            return Ok(());
        };
        if is_ours {
            // A document of ours that the other side refused.
            if let Some(talk) = self.telephone.on(call) {
                hear(talk, &Heard::Refused);
            }
            return Ok(());
        }
        if let Opened::CallOffer(offer) = document
            && offer.body.renews.is_none()
        {
            return self.rung(signal, id, &offer.body, &heard).await;
        }
        if let Some(talk) = self.telephone.on(call) {
            if let (Opened::CallOffer(_), Some(line)) = (document, talk.line.as_mut()) {
                line.offer = Some(id);
            }
            hear(talk, &heard);
        }
        Ok(())
    }

    /// Somebody calls.
    async fn rung(
        &mut self,
        signal: &Signal,
        id: DocumentId,
        offer: &CallOffer,
        heard: &Heard,
    ) -> Result<(), PeerError> {
        let place = self
            .engine
            .call_place(signal.deal, Some(signal.seller))
            .await?;
        let before = self.telephone.running().map(|(talk, _)| &*talk);
        match ringing(before, &place) {
            Ringing::Rings => {}
            Ringing::GivesWay => return Ok(()),
            Ringing::Busy => return self.is_busy(&place, offer.call).await,
            Ringing::Crossed => self.leave(CallEndReason::Crossed).await,
            Ringing::Anew => self.leave(CallEndReason::PeerGone).await,
        }
        let settings = self.engine.call_settings().await?;
        let config = self.config(Side::Called, false, &settings);
        let mut line = line(opener_call::start(config));
        line.offer = Some(id);
        let talk = Talk {
            incoming: true,
            line: Some(line),
            ..self.talk(offer.call, &place, true)
        };
        self.engine.keep_call(&talk.kept()).await?;
        hear(&talk, heard);
        self.telephone.talk = Some(talk);
        self.tell(Event::Call { call: offer.call });
        Ok(())
    }

    /// Ends our call for this reason, and lets it say so.
    async fn leave(&mut self, reason: CallEndReason) {
        let Some((talk, _)) = self.telephone.running() else {
            return;
        };
        // A call that rings is declined; one that was taken ends as the other side has left it.
        let left = match reason {
            CallEndReason::Crossed => on_line(talk, |line| line.decline(reason)),
            _ => on_line(talk, |line| line.hear(Heard::End(reason))),
        };
        while left.is_ok() && self.telephone.running().is_some() {
            let told = self.telephone.next().await;
            self.take_told(told).await;
        }
    }

    /// Says that we are in another call.
    async fn is_busy(&mut self, place: &Place, call: CallId) -> Result<(), PeerError> {
        let now = self.clock.now();
        let end = Command::CallEnd(busy(call, now));
        let (deal, seller) = place.key;
        self.engine.say(now, deal, Some(seller), end).await?;
        Ok(())
    }
}

const fn busy(call: CallId, now: Timestamp) -> CallEnd {
    CallEnd {
        call,
        reason: CallEndReason::Busy,
        connected_at: None,
        ended_at: now,
    }
}

/// What is to be done about somebody who calls while this call runs (docs/protocol/0007-calls.md, RING-3 and RING-4).
pub(super) fn ringing(running: Option<&Talk>, place: &Place) -> Ringing {
    let Some(talk) = running else {
        return Ringing::Rings;
    };
    let same = (talk.deal, talk.seller) == place.key;
    match (same, talk.role) {
        (true, Role::Buyer) if talk.rings() && !talk.incoming => Ringing::GivesWay,
        (true, Role::Seller) if talk.rings() && !talk.incoming => Ringing::Crossed,
        (true, _) => Ringing::Anew,
        (false, _) => Ringing::Busy,
    }
}

/// What a document says to its call.
fn heard(document: &Opened) -> Option<(CallId, Heard)> {
    Some(match document {
        Opened::CallOffer(said) => {
            let heard = Heard::Offer {
                sdp: said.body.sdp.as_str().to_owned(),
                fingerprint: said.body.fingerprint,
            };
            (said.body.call, heard)
        }
        Opened::CallAnswer(said) => {
            let heard = Heard::Answer {
                sdp: said.body.sdp.as_str().to_owned(),
                fingerprint: said.body.fingerprint,
            };
            (said.body.call, heard)
        }
        Opened::CallCandidate(said) => {
            let lines = said.body.candidates.iter();
            let heard = Heard::Candidates {
                candidates: lines.map(|line| line.as_str().to_owned()).collect(),
                renew: said.body.renew,
            };
            (said.body.call, heard)
        }
        Opened::CallEnd(said) => (said.body.call, Heard::End(said.body.reason)),
        _ => return None,
    })
}

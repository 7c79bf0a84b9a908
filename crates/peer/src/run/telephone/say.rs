//! What a call says, signed as documents of the deal.

use opener_call::Said;
use opener_negotiation::dialogue::Command;
use opener_net::Network;
use opener_trade::{
    CallId, DocumentId, List, PeerText,
    document::{CallAnswer, CallCandidate, CallEnd, CallEndReason, CallOffer},
};

use super::{super::Runner, no_such_call};
use crate::{Clock, Event, PeerError};

impl<N: Network, C: Clock> Runner<N, C> {
    /// Ends a call whose line is gone, and says so if that can be said.
    pub(super) async fn call_over(&mut self, reason: CallEndReason) {
        let now = self.clock.now();
        let Some((talk, call)) = self.telephone.running() else {
            return;
        };
        let end = CallEnd {
            call,
            reason,
            connected_at: talk.connected_at,
            ended_at: talk
                .connected_at
                .map_or(now, |connected| connected.max(now)),
        };
        let (deal, seller) = (talk.deal, talk.seller);
        talk.end(reason, Some(now));
        let said = self
            .engine
            .say(now, deal, Some(seller), Command::CallEnd(end))
            .await;
        if let Err(error) = said {
            tracing::warn!(%error, "the end of a call could not be said");
        }
        if let Err(error) = self.engine.forget_call().await {
            tracing::error!(%error, "the end of a call could not be noted");
        }
        self.tell(Event::Call { call });
    }

    /// Signs what the call says, as a document of the deal.
    pub(super) async fn say_of_call(&mut self, call: CallId, said: Said) {
        let Some(talk) = self.telephone.on(call) else {
            return;
        };
        let (deal, seller) = (talk.deal, talk.seller);
        let offer = talk.line.as_ref().and_then(|line| line.offer);
        let is_offer = matches!(said, Said::Offer { .. });
        let is_answer = matches!(said, Said::Answer { .. });
        let command = match command(call, offer, said) {
            Ok(command) => command,
            Err(error) => {
                tracing::error!(%error, "the call has nothing to refer to, or says too much");
                return self.call_over(CallEndReason::Failed).await;
            }
        };
        let now = self.clock.now();
        let signed = self.engine.say(now, deal, Some(seller), command).await;
        let Some(talk) = self.telephone.on(call) else {
            return;
        };
        let Some(line) = talk.line.as_mut() else {
            return;
        };
        match signed {
            Ok(document) if is_offer => {
                line.offer = Some(document);
                if let Some(waiting) = line.waiting.take() {
                    // Who asked may have gone away.
                    let _ = waiting.send(Ok(talk.snapshot()));
                    self.tell(Event::Call { call });
                }
            }
            Ok(_) => {}
            Err(error) if line.waiting.is_some() => {
                if let Some(waiting) = line.waiting.take() {
                    let _ = waiting.send(Err(error));
                }
                // Nothing was said of it: there never was a call.
                self.telephone.talk = None;
                if let Err(error) = self.engine.forget_call().await {
                    tracing::error!(%error, "a call that was not made could not be forgotten");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a document of the call could not be signed");
                if is_answer {
                    self.call_over(CallEndReason::Failed).await;
                }
            }
        }
    }
}

/// The document that says this.
fn command(call: CallId, offer: Option<DocumentId>, said: Said) -> Result<Command, PeerError> {
    let open = || offer.ok_or_else(no_such_call);
    Ok(match said {
        Said::Offer {
            sdp,
            fingerprint,
            renews,
        } => Command::CallOffer(CallOffer {
            call,
            sdp: sdp.parse()?,
            fingerprint,
            renews: renews.then(open).transpose()?,
        }),
        Said::Answer { sdp, fingerprint } => Command::CallAnswer(CallAnswer {
            call,
            offer: open()?,
            sdp: sdp.parse()?,
            fingerprint,
        }),
        Said::Candidates {
            candidates,
            last,
            renew,
        } => {
            let lines: Result<Vec<PeerText<_>>, _> =
                candidates.iter().map(|line| line.parse()).collect();
            Command::CallCandidate(CallCandidate {
                call,
                offer: open()?,
                candidates: List::try_from(lines?)?,
                last,
                renew,
            })
        }
        Said::End {
            reason,
            connected_at,
            ended_at,
        } => Command::CallEnd(CallEnd {
            call,
            reason,
            connected_at,
            ended_at,
        }),
    })
}

//! The terms card of the running call, and what follows once both have agreed to it.

use opener_negotiation::Role;
use opener_net::Network;
use opener_trade::{CallId, document::Counter};

use super::{super::Runner, no_such_call};
use crate::{
    Clock, Event, PeerError,
    engine::{Agreed, reason_of},
    telephone::{CallSnapshot, CardOutcome, HeardCard, Talk},
};

impl<N: Network, C: Clock> Runner<N, C> {
    /// Writes a new card.
    pub(super) async fn write_card(
        &mut self,
        call: CallId,
        terms: Counter,
    ) -> Result<CallSnapshot, PeerError> {
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        let key = (talk.deal, talk.seller);
        let terms = self.engine.terms_of_card(key, terms).await?;
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        let message = talk.cards.write(terms)?;
        talk.send_card(vec![message]);
        let shown = talk.snapshot();
        self.tell(Event::Call { call });
        Ok(shown)
    }

    /// Agrees to the card as it was read.
    pub(super) async fn agree_to_card(
        &mut self,
        call: CallId,
        version: u32,
    ) -> Result<CallSnapshot, PeerError> {
        let now = self.clock.now();
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        let message = talk.cards.agree(now, version)?;
        talk.send_card(vec![message]);
        self.tell(Event::Call { call });
        self.follow_agreement().await;
        let talk = self.telephone.talk.as_ref();
        talk.map(Talk::snapshot).ok_or_else(no_such_call)
    }

    pub(super) async fn hear_card(&mut self, call: CallId, message: &[u8]) {
        let now = self.clock.now();
        let Some(talk) = self.telephone.on(call) else {
            return;
        };
        let heard = talk.cards.hear(now, message);
        if heard != HeardCard::Nothing {
            self.tell(Event::Call { call });
        }
        if heard == HeardCard::Agreed {
            self.follow_agreement().await;
        }
    }

    /// Takes an agreement as far as it goes now: the buyer signs, the seller accepts, and each sees what stands. It outlives
    /// the call: who hangs up at once has agreed all the same.
    pub(super) async fn follow_agreement(&mut self) {
        let now = self.clock.now();
        let Some(talk) = self.telephone.talk.as_mut() else {
            return;
        };
        let (call, role, key) = (talk.call, talk.role, (talk.deal, talk.seller));
        let Some(card) = talk.cards.signing() else {
            return;
        };
        let (terms, signed, is_overdue) = (card.terms.clone(), card.counter, card.is_overdue(now));
        let step = match (role, signed) {
            (Role::Buyer, None) => self
                .engine
                .sign_agreed(now, key, &terms)
                .await
                .map(|id| (Some(id), CardOutcome::Signing)),
            (Role::Buyer, Some(counter)) => {
                self.engine
                    .agreed(key, counter)
                    .await
                    .map(|came| match came {
                        Agreed::Open if !is_overdue => (signed, CardOutcome::Signing),
                        Agreed::Stands => (signed, CardOutcome::Signed),
                        Agreed::Open | Agreed::Fell => (signed, CardOutcome::Failed),
                    })
            }
            (Role::Seller, _) if is_overdue => Ok((None, CardOutcome::Failed)),
            (Role::Seller, _) => self
                .engine
                .accept_agreed(now, key, &terms)
                .await
                .map(|counter| match counter {
                    Some(_) => (counter, CardOutcome::Signed),
                    None => (None, CardOutcome::Signing),
                }),
        };
        let talk = self.telephone.talk.as_mut();
        let Some(card) = talk.and_then(|talk| talk.cards.signing()) else {
            return;
        };
        let before = (card.counter, card.outcome);
        match step {
            Ok((counter, CardOutcome::Failed)) => {
                card.counter = counter;
                card.fail(None);
            }
            Ok((counter, outcome)) => (card.counter, card.outcome) = (counter, outcome),
            Err(error) if error.is_of_database() => {
                tracing::error!(%error, "what was agreed in a call waits for the database");
            }
            Err(error) => {
                tracing::warn!(%error, "what was agreed in a call is not signed");
                card.fail(reason_of(&error));
            }
        }
        if before != (card.counter, card.outcome) {
            self.tell(Event::Call { call });
        }
    }
}

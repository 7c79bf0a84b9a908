//! What calls leave in the database, and the documents that follow from their terms cards.

use opener_negotiation::{Rejection, Role, dialogue::Command, dialogue::State};
use opener_store::Store;
use opener_trade::{
    DealId, DocumentId, Invalid, PeerId, Reason, Timestamp,
    document::{CallEnd, CallEndReason, Counter},
};

use super::{Engine, Key};
use crate::{
    PeerError,
    telephone::{CallSettings, KeptCall},
};

/// The setting that holds what a person set about calls.
const SETTINGS: &str = "calls";
/// The setting that holds the call that runs.
const RUNNING: &str = "calls.running";

/// Where a call belongs.
pub(crate) struct Place {
    pub(crate) key: Key,
    pub(crate) role: Role,
    pub(crate) with: PeerId,
}

/// What became of terms that both agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// Nothing is known yet.
    Open,
    /// The offer stands with them.
    Stands,
    /// It does not, and will not.
    Fell,
}

impl Engine {
    /// What is set about calls.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn call_settings(&self) -> Result<CallSettings, PeerError> {
        let stored = self.store.read().setting(SETTINGS).await?;
        // What cannot be read sets nothing.
        Ok(stored
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    /// Sets it, for the next call.
    ///
    /// # Errors
    /// A server cannot be used, there are too many, or the database cannot be written.
    pub async fn set_call_settings(
        &mut self,
        settings: CallSettings,
    ) -> Result<CallSettings, PeerError> {
        let settings = settings.after(&self.call_settings().await?)?;
        keep(&self.store, SETTINGS, &settings).await?;
        Ok(settings)
    }

    /// Notes the call that runs, so that it is ended even if this program is killed.
    pub(crate) async fn keep_call(&self, call: &KeptCall) -> Result<(), PeerError> {
        keep(&self.store, RUNNING, call).await
    }

    /// No call runs any more.
    pub(crate) async fn forget_call(&self) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.remove_setting(RUNNING).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says of a call in which this program was killed that it is over.
    pub(crate) async fn end_kept_call(&mut self, now: Timestamp) -> Result<(), PeerError> {
        let Some(json) = self.store.read().setting(RUNNING).await? else {
            return Ok(());
        };
        if let Ok(kept) = serde_json::from_str::<KeptCall>(&json) {
            let end = CallEnd {
                call: kept.call,
                reason: CallEndReason::PeerGone,
                connected_at: kept.connected_at,
                ended_at: kept
                    .connected_at
                    .map_or(now, |connected| connected.max(now)),
            };
            let said = self
                .say(now, kept.deal, Some(kept.seller), Command::CallEnd(end))
                .await;
            match said {
                // The other side has ended it already.
                Ok(_) | Err(PeerError::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.forget_call().await
    }

    /// The dialogue in which the other party of a deal is called.
    pub(crate) async fn call_place(
        &self,
        deal: DealId,
        seller: Option<PeerId>,
    ) -> Result<Place, PeerError> {
        let key = self.key(deal, seller).await?;
        if self.store.read().dialogue(key.0, key.1).await?.is_none() {
            return Err(PeerError::NotFound("dialogue"));
        }
        let state = self.state(key).await?;
        Ok(Place {
            key,
            role: state.role,
            with: state.party(state.role.other()),
        })
    }

    /// The terms of a counter-offer on the offer that stands, with as much time as that has.
    pub(crate) async fn terms_of_card(
        &self,
        key: Key,
        mut terms: Counter,
    ) -> Result<Counter, PeerError> {
        let state = self.state(key).await?;
        let missing = || Rejection::not_allowed("no offer stands that could be changed");
        let standing = state.standing.as_ref().ok_or_else(missing)?;
        terms.offer = standing.id();
        terms.valid_until = terms.valid_until.min(standing.bid().valid_until);
        standing.bid().with_changes(&terms.changes)?;
        Ok(terms)
    }

    /// Buyer: signs what both agreed to as the next counter-offer. One of ours that is still open is taken back for it.
    ///
    /// # Errors
    /// Another offer stands, the rules refuse it, or the clock is in doubt.
    pub(crate) async fn sign_agreed(
        &mut self,
        now: Timestamp,
        key: Key,
        terms: &Counter,
    ) -> Result<DocumentId, PeerError> {
        self.check_clock()?;
        let mut work = self.begin(now).await?;
        let state = work.dialogue(key).await?.state();
        if let Some(standing) = state.standing.as_ref().map(|offer| offer.id())
            && standing != terms.offer
        {
            return Err(Rejection::stale("another offer stands", standing).into());
        }
        let own = state.counter.as_ref().filter(|open| open.by == state.role);
        if own.is_some() {
            let taken_back = Command::RefuseCounter(opener_trade::PeerText::default());
            work.say(key, taken_back).await?;
        }
        let round = work.dialogue(key).await?.state().next_round();
        let counter = Counter {
            round,
            ..terms.clone()
        };
        let id = work.say(key, Command::Counter(Box::new(counter))).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }

    /// Buyer: what became of the counter-offer that was signed.
    pub(crate) async fn agreed(&self, key: Key, counter: DocumentId) -> Result<Agreed, PeerError> {
        let state = self.state(key).await?;
        let is_open = state
            .counter
            .as_ref()
            .is_some_and(|open| open.document.id() == counter);
        let mut offers = state.standing.iter().chain(&state.superseded);
        Ok(match () {
            () if offers.any(|offer| offer.id() == counter) => Agreed::Stands,
            () if is_open => Agreed::Open,
            () => Agreed::Fell,
        })
    }

    /// Seller: accepts the buyer's counter-offer, if it is exactly what both agreed to.
    ///
    /// # Errors
    /// The rules refuse it, or the clock is in doubt.
    pub(crate) async fn accept_agreed(
        &mut self,
        now: Timestamp,
        key: Key,
        terms: &Counter,
    ) -> Result<Option<DocumentId>, PeerError> {
        let state = self.state(key).await?;
        let Some(counter) = exactly(&state, terms) else {
            return Ok(None);
        };
        self.say(now, key.0, Some(key.1), Command::AcceptCounter)
            .await?;
        Ok(Some(counter))
    }
}

/// The buyer's open counter-offer, if it says these terms in whatever round.
fn exactly(state: &State, terms: &Counter) -> Option<DocumentId> {
    let open = state
        .counter
        .as_ref()
        .filter(|open| open.by == Role::Buyer)?;
    let said = &open.document.body;
    let agreed = Counter {
        round: said.round,
        ..terms.clone()
    };
    (*said == agreed).then(|| open.document.id())
}

async fn keep<T: serde::Serialize>(store: &Store, key: &str, value: &T) -> Result<(), PeerError> {
    let json = serde_json::to_string(value).map_err(|e| Invalid::new("calls", e.to_string()))?;
    let mut tx = store.begin().await?;
    tx.set_setting(key, &json).await?;
    tx.commit().await?;
    Ok(())
}

/// The registered reason of a refusal, for whoever shows it.
pub(crate) fn reason_of(error: &PeerError) -> Option<Reason> {
    match error {
        PeerError::Rejected(rejection) => Some(rejection.reason),
        PeerError::Invalid(invalid) => Some(invalid.reason),
        PeerError::ClockSkew(_) => Some(Reason::ClockSkew),
        _ => None,
    }
}

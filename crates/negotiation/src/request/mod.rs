//! One request, at its buyer: how far it has come, and how much of it is ordered from whom.

mod award;
mod effect;
mod last_round;
mod state;

use std::sync::Arc;

use opener_trade::{
    DealId, DocumentId, Opened, Reason, Timestamp, Verified,
    document::{Answer, Document, Header, Rfp, RfpCancel},
};

pub use award::Award;
pub use effect::{Effect, Notice};
pub use last_round::LastRound;
pub use state::{Phase, State};

use crate::{Entry, FOREIGN_DEAL, Rejection, dialogue::KEEP_TRYING};

/// What a request takes in. Beside its own documents these are facts of its dialogues.
#[derive(Debug, Clone)]
pub enum Input {
    /// The buyer calls the request off.
    Cancel(Arc<Verified<Document<RfpCancel>>>),
    /// The buyer answers a question to everybody.
    Answer(Arc<Verified<Document<Answer>>>),
    /// The buyer revises the request.
    Revise(Arc<Verified<Document<Rfp>>>),
    /// A fact, as the journal keeps it: a bid stands, quantities are reserved, freed or concluded, or time passed.
    Fact(Entry),
}

/// The machine of one request.
#[derive(Debug, Clone)]
pub struct Request {
    state: State,
}

impl Request {
    /// Issues a request.
    ///
    /// # Errors
    /// The deadline has passed already, or the RFP is not the first document of its deal.
    pub fn issue(
        rfp: Arc<Verified<Document<Rfp>>>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), Rejection> {
        if !rfp.header.deal.is_of(rfp.signer()) {
            return Err(Rejection::not_allowed(FOREIGN_DEAL));
        }
        if rfp.header.seq != 1 || rfp.body.revision != 1 {
            return Err(Rejection::new(
                Reason::BadChain,
                "a request begins with its first revision",
            ));
        }
        if rfp.body.schedule.bid_deadline <= now {
            return Err(Rejection::new(
                Reason::Late,
                "the deadline for bids must lie ahead",
            ));
        }
        let id = rfp.id();
        let mut state = State::new(rfp);
        state.pass(now);
        let mut effects = vec![Effect::Persist(Entry::Document { id, at: now })];
        effects.extend(state.wake_at().map(Effect::WakeAt));
        Ok((Self { state }, effects))
    }

    /// How far it has come.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The header of the next broadcast.
    pub fn broadcast_header(&self, now: Timestamp) -> Header {
        let chain = &self.state.broadcasts;
        Header {
            deal: self.state.deal(),
            from: self.state.rfp.signer(),
            to: None,
            seq: chain.next_seq(),
            previous: chain.head(),
            answers: None,
            issued_at: now,
            expires_at: now.plus(KEEP_TRYING),
        }
    }

    /// Takes one input.
    ///
    /// # Errors
    /// The rules refuse it; nothing has changed.
    pub fn step(&mut self, now: Timestamp, input: Input) -> Result<Vec<Effect>, Rejection> {
        let mut next = self.state.clone();
        let mut effects = match input {
            Input::Cancel(document) => next.cancel(&document, now)?,
            Input::Answer(answer) => next.answer(&answer, now)?,
            Input::Revise(rfp) => next.revise(rfp, now)?,
            Input::Fact(entry) => next.learn(now, entry)?,
        };
        if !effects.is_empty() {
            effects.extend(next.wake_at().map(Effect::WakeAt));
        }
        self.state = next;
        effects.sort_by_key(order_of);
        Ok(effects)
    }

    /// Takes a journal entry again after a restart.
    ///
    /// # Errors
    /// The document that the entry names is missing, or the entry is of another machine.
    pub fn replay(
        &mut self,
        now: Timestamp,
        entry: Entry,
        document: impl FnOnce(DocumentId) -> Option<Arc<Opened>>,
    ) -> Result<(), Rejection> {
        let input = match entry {
            Entry::Document { id, .. } => match document(id).as_deref() {
                Some(Opened::RfpCancel(cancel)) => Input::Cancel(Arc::new(cancel.clone())),
                Some(Opened::Answer(answer)) => Input::Answer(Arc::new(answer.clone())),
                Some(Opened::Rfp(rfp)) if rfp.header.seq == 1 => return Ok(()),
                Some(Opened::Rfp(rfp)) => Input::Revise(Arc::new(rfp.clone())),
                _ => {
                    return Err(Rejection::not_allowed(
                        "the journal names a document that is not stored",
                    ));
                }
            },
            fact => Input::Fact(fact),
        };
        self.step(now, input).map(drop)
    }
}

const fn order_of(effect: &Effect) -> u8 {
    match effect {
        Effect::Persist(_) => 0,
        Effect::Broadcast(_) => 1,
        Effect::TellLosers => 2,
        Effect::WakeAt(_) => 3,
        Effect::Notify(_) => 4,
    }
}

impl State {
    /// The deal.
    pub fn deal(&self) -> DealId {
        self.rfp.header.deal
    }
}

#[cfg(test)]
mod tests;

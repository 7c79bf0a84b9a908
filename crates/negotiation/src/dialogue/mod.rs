//! One dialogue: one request, one seller, seen by either side.

mod amend;
mod bids;
mod calls;
mod command;
mod counter;
mod effect;
mod exact;
mod extend;
mod falls;
mod firm;
mod hear;
mod last_round;
mod offers;
mod orders;
mod placed;
mod proofs;
mod questions;
mod release;
mod revise;
mod state;
mod terms;
mod time;

use std::{collections::BTreeMap, sync::Arc};

use opener_trade::{
    DocumentId, Opened, PeerId, Reason, Timestamp, Verified,
    document::{Document, Rfp},
};

pub use amend::{Amendment, Proposal};
pub use calls::{Calls, OpenCall};
pub(crate) use command::KEEP_TRYING;
pub use command::{Command, Draft};
pub use counter::OpenCounter;
pub use effect::{Effect, Notice, NoticeKind};
pub use extend::Holds;
pub use falls::Falls;
pub use last_round::LastRound;
pub use placed::{Amended, Placed, Signatures};
pub(crate) use questions::ANSWERS;
pub(crate) use revise::{REVISIONS, check_revision};
pub use state::{Offer, Phase, State};
pub use time::Turn;

use crate::{Entry, FOREIGN_DEAL, Rejection, Role};

/// What a dialogue takes in.
#[derive(Debug, Clone)]
pub enum Input {
    /// A verified document of either side, at the moment that judges it here: received, or signed.
    Document {
        /// The document.
        document: Arc<Opened>,
        /// When it was received here, or signed here.
        at: Timestamp,
    },
    /// The other side's receipt for a document of ours.
    Receipt {
        /// Our document.
        document: DocumentId,
        /// When it arrived there, by their clock.
        at: Timestamp,
    },
    /// The buyer admits a late bid, on the record.
    AdmitLate {
        /// The bid.
        bid: DocumentId,
    },
    /// Time passes.
    Tick,
}

/// The machine of one dialogue: its inputs, and the state that follows from them.
#[derive(Debug, Clone)]
pub struct Dialogue {
    opening: State,
    log: Vec<(Timestamp, Input)>,
    void: BTreeMap<DocumentId, Reason>,
    state: State,
}

impl Dialogue {
    /// Begins a dialogue: at the buyer when a seller is invited, at the seller when the RFP arrives.
    ///
    /// # Errors
    /// The buyer invites itself, or the RFP is neither the first document of its deal nor a later
    /// revision: a seller may be reached only after the request was revised, and begins there. Whether it comes in time is
    /// for the buyer's clock to say, which ends its delivery; the seller's may be wrong.
    pub fn open(
        role: Role,
        seller: PeerId,
        rfp: Arc<Verified<Document<Rfp>>>,
        at: Timestamp,
    ) -> Result<(Self, Vec<Effect>), Rejection> {
        if rfp.signer() == seller {
            return Err(Rejection::not_allowed("nobody sells to themselves"));
        }
        if !rfp.header.deal.is_of(rfp.signer()) {
            return Err(Rejection::not_allowed(FOREIGN_DEAL));
        }
        if (rfp.header.seq == 1) != (rfp.body.revision == 1) {
            return Err(Rejection::new(
                Reason::OutOfOrder,
                "document 1 of this chain is missing",
            ));
        }
        let id = rfp.id();
        let opening = State::new(role, seller, rfp);
        let mut effects = vec![Effect::Persist(Entry::Document { id, at })];
        match role {
            Role::Buyer => effects.push(Effect::Send(id)),
            Role::Seller => effects.push(notify(NoticeKind::RequestArrived, Some(id))),
        }
        effects.extend(opening.wake_at().map(Effect::WakeAt));
        let state = opening.clone();
        Ok((
            Self {
                opening,
                log: Vec::new(),
                void: BTreeMap::new(),
                state,
            },
            effects,
        ))
    }

    /// Where the dialogue stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whether a document is part of a chain without effect, and why.
    pub fn is_void(&self, document: DocumentId) -> Option<Reason> {
        self.void.get(&document).copied()
    }

    /// Takes one input.
    ///
    /// # Errors
    /// The rules refuse it; nothing has changed. When [`Rejection::in_chain`] says so, the refused document of the
    /// other side must be passed to [`Dialogue::record_void`].
    pub fn step(&mut self, now: Timestamp, input: Input) -> Result<Vec<Effect>, Rejection> {
        let mut next = self.state.clone();
        let mut effects = next.apply(now, &input)?;
        if effects.is_empty() {
            return Ok(effects);
        }
        effects.extend(next.wake_at().map(Effect::WakeAt));
        self.state = next;
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Persist(_)))
        {
            self.log.push((now, input));
        }
        effects.sort_by_key(order_of);
        Ok(effects)
    }

    /// Records a document of either side as void: it keeps its place in its chain and has no effect.
    ///
    /// For a document of ours that the other side refused, everything that followed from it is undone. Nothing happens
    /// when the other side has signed otherwise before, a receipt for it or a document that builds on it, nor to a
    /// contract. The buyer's lapse and cancellation are final and stay in effect.
    pub fn record_void(
        &mut self,
        now: Timestamp,
        document: &Arc<Opened>,
        reason: Reason,
    ) -> Vec<Effect> {
        let id = document.id();
        if self.void.contains_key(&id) {
            return Vec::new();
        }
        let ours = document.signer() == self.state.party(self.state.role);
        if ours && self.has_receipt(id) {
            return Vec::new();
        }
        self.void.insert(id, reason);
        if ours {
            let Some(state) = self.rebuilt() else {
                self.void.remove(&id);
                return Vec::new();
            };
            self.state = state;
        } else {
            self.log.push((
                now,
                Input::Document {
                    document: document.clone(),
                    at: now,
                },
            ));
            self.state.skip(document);
        }
        let mut effects = vec![Effect::Persist(Entry::Void { id, reason })];
        effects.extend(self.state.wake_at().map(Effect::WakeAt));
        if ours && calls::is_of_a_call(document) {
            effects.push(Effect::Signal(id));
        } else if ours {
            effects.push(notify(NoticeKind::DocumentRefused, Some(id)));
        }
        effects.sort_by_key(order_of);
        effects
    }

    /// Takes a journal entry again, after a restart or in a proof. What it names must be at hand.
    ///
    /// # Errors
    /// The document that the entry names is missing, or the entry is of another machine.
    pub fn replay(
        &mut self,
        now: Timestamp,
        entry: &Entry,
        document: impl FnOnce(DocumentId) -> Option<Arc<Opened>>,
    ) -> Result<(), Rejection> {
        let missing = || Rejection::not_allowed("the journal names a document that is not stored");
        let input = match *entry {
            Entry::Document { id, .. } if id == self.opening.rfp.id() => return Ok(()),
            Entry::Document { id, at } => Input::Document {
                document: document(id).ok_or_else(missing)?,
                at,
            },
            Entry::Receipt { document, at } => Input::Receipt { document, at },
            Entry::AdmitLate { bid } => Input::AdmitLate { bid },
            Entry::Tick => Input::Tick,
            Entry::Void { id, reason } => {
                let document = document(id).ok_or_else(missing)?;
                self.record_void(now, &document, reason);
                return Ok(());
            }
            _ => {
                return Err(Rejection::not_allowed(
                    "the journal entry is a request's, not a dialogue's",
                ));
            }
        };
        self.step(now, input).map(drop)
    }

    fn has_receipt(&self, ours: DocumentId) -> bool {
        self.log
            .iter()
            .any(|(_, input)| matches!(input, Input::Receipt { document, .. } if *document == ours))
    }

    /// The state without what is void; nothing when the other side has signed what cannot be without it, or when a contract
    /// would be undone.
    fn rebuilt(&self) -> Option<State> {
        let mut state = self.opening.clone();
        for (now, input) in &self.log {
            let void = match input {
                Input::Document { document, .. } => {
                    self.void.contains_key(&document.id()) && !is_final(document)
                }
                _ => false,
            };
            let mut next = state.clone();
            match (void, input) {
                (true, Input::Document { document, .. }) => state.skip(document),
                _ if next.apply(*now, input).is_ok() => state = next,
                (false, Input::Document { document, .. }) => {
                    if document.signer() != state.party(state.role) {
                        return None;
                    }
                    state.skip(document);
                }
                _ => {}
            }
        }
        let settled = matches!(self.state.phase, Phase::Concluded | Phase::Reported);
        (!settled || state.phase == self.state.phase).then_some(state)
    }
}

/// What the buyer decides alone, once, and the seller cannot undo by refusing it.
fn is_final(document: &Opened) -> bool {
    matches!(document, Opened::Lapse(_) | Opened::RfpCancel(_))
}

impl State {
    fn apply(&mut self, now: Timestamp, input: &Input) -> Result<Vec<Effect>, Rejection> {
        let effects = match input {
            Input::Document { document, at } => self.take(now, document, *at)?,
            Input::Receipt { document, at } => self.take_receipt(*document, *at),
            Input::AdmitLate { bid } => self.admit_late(now, *bid)?,
            Input::Tick => self.tick(now),
        };
        // Whatever ends or orders the offer sets an open counter-offer aside.
        if self
            .counter
            .as_ref()
            .is_some_and(|open| self.phase != Phase::countered_by(open.by))
        {
            self.counter = None;
        }
        if self.phase != Phase::Concluded {
            self.proposal = None;
        }
        Ok(effects)
    }
}

fn notify(kind: NoticeKind, document: Option<DocumentId>) -> Effect {
    Effect::Notify(Notice { kind, document })
}

const fn order_of(effect: &Effect) -> u8 {
    match effect {
        Effect::Persist(_) => 0,
        Effect::Send(_) => 1,
        Effect::Author(_) => 2,
        Effect::Report { .. } => 3,
        Effect::Signal(_) => 4,
        Effect::WakeAt(_) => 5,
        Effect::Notify(_) => 6,
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! One dialogue: one request, one seller, seen by either side.

mod bids;
mod command;
mod effect;
mod orders;
mod state;
mod terms;
mod time;

use std::{collections::BTreeMap, sync::Arc};

use opener_trade::{
    DocumentId, Opened, PeerId, Reason, Timestamp, Verified,
    document::{Document, Rfp},
};

pub use command::{Command, Draft};
pub use effect::{Effect, Notice, NoticeKind};
pub use state::{Offer, Phase, Placed, Signatures, State};
pub use time::Turn;

use crate::{Entry, Rejection, Role};

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
    /// The buyer invites itself, or the RFP is not the first document of its deal.
    pub fn open(
        role: Role,
        seller: PeerId,
        rfp: Arc<Verified<Document<Rfp>>>,
        at: Timestamp,
    ) -> Result<(Self, Vec<Effect>), Rejection> {
        if rfp.signer() == seller {
            return Err(Rejection::not_allowed("nobody sells to themselves"));
        }
        if rfp.header.seq != 1 {
            return Err(Rejection::new(
                Reason::OutOfOrder,
                "document 1 of this chain is missing",
            ));
        }
        if role == Role::Seller && at > rfp.body.schedule.bid_deadline {
            return Err(Rejection::new(
                Reason::Late,
                "the deadline for bids has passed",
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
        self.log.push((now, input));
        effects.sort_by_key(order_of);
        Ok(effects)
    }

    /// Records a document of either side as void: it keeps its place in its chain and has no effect.
    ///
    /// For a document of ours that the other side refused, everything that followed from it is undone.
    pub fn record_void(
        &mut self,
        now: Timestamp,
        document: &Arc<Opened>,
        reason: Reason,
    ) -> Vec<Effect> {
        let id = document.id();
        if self.void.insert(id, reason).is_some() {
            return Vec::new();
        }
        let ours = document.signer() == self.state.party(self.state.role);
        if ours {
            self.rebuild();
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
        if ours {
            effects.push(notify(NoticeKind::DocumentRefused, Some(id)));
        }
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

    fn rebuild(&mut self) {
        let mut state = self.opening.clone();
        for (now, input) in &self.log {
            match input {
                Input::Document { document, .. } if self.void.contains_key(&document.id()) => {
                    state.skip(document)
                }
                input => {
                    let mut next = state.clone();
                    match (next.apply(*now, input), input) {
                        (Ok(_), _) => state = next,
                        (Err(_), Input::Document { document, .. }) => state.skip(document),
                        (Err(_), _) => {}
                    }
                }
            }
        }
        self.state = state;
    }
}

impl State {
    fn apply(&mut self, now: Timestamp, input: &Input) -> Result<Vec<Effect>, Rejection> {
        match input {
            Input::Document { document, at } => self.take(now, document, *at),
            Input::Receipt { document, at } => Ok(self.take_receipt(*document, *at)),
            Input::AdmitLate { bid } => self.admit_late(*bid),
            Input::Tick => Ok(self.tick(now)),
        }
    }

    /// Checks who says it and whether it is the next of its chain, then what it says.
    fn take(
        &mut self,
        now: Timestamp,
        document: &Arc<Opened>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let header = document
            .header()
            .ok_or_else(|| Rejection::not_allowed("not a document of a deal"))?;
        if header.deal != self.deal {
            return Err(Rejection::new(
                Reason::UnknownDeal,
                "the document is of another deal",
            ));
        }
        let sender = match header.from {
            from if from == self.buyer => Role::Buyer,
            from if from == self.seller => Role::Seller,
            _ => {
                return Err(Rejection::new(
                    Reason::NotInvited,
                    "the sender is no party to this dialogue",
                ));
            }
        };
        let broadcast = header.to.is_none();
        if header.to.is_some_and(|to| to != self.party(sender.other())) {
            return Err(Rejection::new(
                Reason::WrongRecipient,
                "the document is addressed to somebody else",
            ));
        }
        if broadcast && sender == Role::Seller {
            return Err(Rejection::not_allowed("only the buyer writes to everybody"));
        }
        self.chain_mut(sender, broadcast).admit(header)?;
        self.chain_mut(sender, broadcast).advance(document.id());
        let ours = sender == self.role;
        let mut effects = vec![Effect::Persist(Entry::Document {
            id: document.id(),
            at,
        })];
        if !ours && at > header.expires_at {
            return Err(Rejection::new(Reason::Expired, "the document has expired").in_chain());
        }
        let more = self
            .hear(now, sender, document, at)
            .map_err(Rejection::in_chain)?;
        if ours && !broadcast {
            effects.push(Effect::Send(document.id()));
        }
        effects.extend(more);
        Ok(effects)
    }

    fn hear(
        &mut self,
        now: Timestamp,
        sender: Role,
        document: &Arc<Opened>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        let id = document.id();
        match (sender, &**document) {
            (Role::Seller, Opened::Intent(intent)) => self.engage(id, intent.body.rfp),
            (Role::Seller, Opened::Decline(decline)) => self.decline(id, decline.body.rfp),
            (Role::Seller, Opened::Bid(bid)) => self.bid(Arc::new(bid.clone()), at),
            (Role::Seller, Opened::BidWithdraw(withdraw)) => {
                self.withdraw(id, withdraw.body.bid, at)
            }
            (Role::Buyer, Opened::Order(order)) => self.place(Arc::new(order.clone()), at),
            (_, Opened::OrderResponse(response)) => {
                self.respond(sender, Arc::new(response.clone()), at)
            }
            (Role::Buyer, Opened::Lapse(lapse)) => self.lapse(id, &lapse.body, now),
            (Role::Buyer, Opened::NotChosen(_)) => self.not_chosen(id),
            (Role::Buyer, Opened::RfpCancel(_)) => Ok(self.cancel(id)),
            (_, Opened::FinalTerms(terms)) => self.sign_terms(sender, id, &terms.body),
            (_, Opened::Chat(_)) => Ok(self.tell(sender, NoticeKind::ChatArrived, id)),
            (_, Opened::Unknown(_)) => Ok(self.tell(sender, NoticeKind::UnknownArrived, id)),
            (Role::Buyer, Opened::Rfp(_)) => Err(Rejection::not_allowed(
                "this version takes one revision of a request",
            )),
            _ => Err(Rejection::not_allowed(
                "this side of the dialogue does not send that",
            )),
        }
    }

    /// Passes over a document that is void: its chain goes on.
    fn skip(&mut self, document: &Opened) {
        let Some(header) = document.header() else {
            return;
        };
        let sender = if header.from == self.buyer {
            Role::Buyer
        } else {
            Role::Seller
        };
        let chain = self.chain_mut(sender, header.to.is_none());
        if chain.admit(header).is_ok() {
            chain.advance(document.id());
        }
    }

    /// The notice for what the other side sent; nobody is told of their own doings.
    fn tell(&self, sender: Role, kind: NoticeKind, document: DocumentId) -> Vec<Effect> {
        if sender == self.role {
            Vec::new()
        } else {
            vec![notify(kind, Some(document))]
        }
    }

    fn require_rfp(&self, rfp: DocumentId) -> Result<(), Rejection> {
        if rfp == self.rfp.id() {
            Ok(())
        } else {
            Err(Rejection::stale("another revision stands", self.rfp.id()))
        }
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
        Effect::WakeAt(_) => 4,
        Effect::Notify(_) => 5,
    }
}

#[cfg(test)]
mod tests;

//! One side: its machine, its journal, what it has sent and how it answered.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use ed25519_dalek::{Signer, SigningKey};
use opener_trade::{
    DocumentId, Identity, Opened, Reason, Timestamp, Verified,
    document::{Body, Document, Header, Rfp},
    sign,
};

use crate::{
    Entry, Rejection, Role,
    dialogue::{Command, Dialogue, Effect, Input, NoticeKind, Phase, State},
};

/// What a delivered document is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Committed at this moment.
    Receipt(Timestamp),
    /// Refused.
    Failure(Reason),
}

pub(crate) struct Side {
    pub(crate) role: Role,
    pub(crate) identity: Identity,
    pub(crate) dialogue: Dialogue,
    /// What is on disk: the journal and the documents that it names.
    pub(crate) journal: Vec<(Timestamp, Entry)>,
    pub(crate) documents: HashMap<DocumentId, Arc<Opened>>,
    /// Ours that wait for a receipt or a failure, oldest first.
    pub(crate) outbox: VecDeque<Arc<Opened>>,
    /// How theirs were answered; the same document gets the same answer again.
    pub(crate) answers: HashMap<DocumentId, Answer>,
    /// What came of the last input and of what it made this side say.
    pub(crate) effects: Vec<Effect>,
    rfp: Arc<Verified<Document<Rfp>>>,
}

impl Side {
    pub(crate) fn open(
        role: Role,
        identity: Identity,
        seller: opener_trade::PeerId,
        rfp: &Arc<Verified<Document<Rfp>>>,
        now: Timestamp,
    ) -> Self {
        let (dialogue, effects) = Dialogue::open(role, seller, rfp.clone(), now).unwrap();
        let mut side = Self {
            role,
            identity,
            dialogue,
            journal: Vec::new(),
            documents: HashMap::new(),
            outbox: VecDeque::new(),
            answers: HashMap::new(),
            effects: Vec::new(),
            rfp: rfp.clone(),
        };
        let document: Opened = (**rfp).clone().into();
        side.documents.insert(rfp.id(), Arc::new(document));
        side.carry_out(now, effects);
        side
    }

    pub(crate) fn state(&self) -> &State {
        self.dialogue.state()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.state().phase
    }

    /// Drafts, signs and takes a command of this side.
    pub(crate) fn say(
        &mut self,
        now: Timestamp,
        command: Command,
    ) -> Result<Arc<Opened>, Rejection> {
        self.effects.clear();
        self.author(now, command)
    }

    fn author(&mut self, now: Timestamp, command: Command) -> Result<Arc<Opened>, Rejection> {
        let draft = self.state().draft(now, command)?;
        let document = draft
            .sign(&self.identity)
            .map_err(|error| Rejection::new(error.reason(), error.to_string()))?;
        let document = Arc::new(document);
        self.input(
            now,
            Input::Document {
                document: document.clone(),
                at: now,
            },
        )?;
        Ok(document)
    }

    /// Signs a command without asking the rules.
    pub(crate) fn forge(&self, now: Timestamp, command: Command) -> Arc<Opened> {
        let draft = self.state().draft(now, command).unwrap();
        Arc::new(draft.sign(&self.identity).unwrap())
    }

    /// Signs any body as the next of this side's chain.
    pub(crate) fn sign<B: Body>(&self, now: Timestamp, body: B) -> Arc<Opened>
    where
        Opened: From<Verified<Document<B>>>,
    {
        self.sign_in_answer(now, body, None)
    }

    /// The same, in answer to this.
    pub(crate) fn sign_in_answer<B: Body>(
        &self,
        now: Timestamp,
        body: B,
        answers: Option<DocumentId>,
    ) -> Arc<Opened>
    where
        Opened: From<Verified<Document<B>>>,
    {
        let state = self.state();
        let chain = state.chain(self.role);
        let header = Header {
            deal: state.deal,
            from: self.identity.peer_id(),
            to: Some(state.party(self.role.other())),
            seq: chain.next_seq(),
            previous: chain.head(),
            answers,
            issued_at: now,
            expires_at: now.plus(super::minutes(60)),
        };
        Arc::new(
            sign(&self.identity, Document { header, body })
                .unwrap()
                .into(),
        )
    }

    /// A document of a kind that this version does not know, as a newer program would sign it: `COSE_Sign1` by hand.
    pub(crate) fn forge_unknown(&self, now: Timestamp) -> Arc<Opened> {
        let chat = self.forge(now, super::chat("from the future"));
        let Opened::Chat(chat) = &*chat else {
            panic!("a chat")
        };
        let payload = minicbor::to_vec(&**chat).unwrap();
        let mut protected = minicbor::Encoder::new(Vec::new());
        let head = protected.map(2).unwrap();
        head.u8(1).unwrap().i8(-8).unwrap();
        head.u8(3).unwrap();
        head.str("application/vnd.opener.telepathy+cbor").unwrap();
        let protected = protected.into_writer();
        let mut structure = minicbor::Encoder::new(Vec::new());
        let parts = structure.array(4).unwrap().str("Signature1").unwrap();
        parts.bytes(&protected).unwrap();
        parts.bytes(b"opener/telepathy/1").unwrap();
        parts.bytes(&payload).unwrap();
        let key = SigningKey::from_bytes(&self.identity.seed());
        let signature = key.sign(&structure.into_writer()).to_bytes();
        let mut cose = minicbor::Encoder::new(Vec::new());
        let parts = cose.array(4).unwrap().bytes(&protected).unwrap();
        let parts = parts.map(1).unwrap().u8(4).unwrap();
        let parts = parts.bytes(self.identity.peer_id().as_bytes()).unwrap();
        parts.bytes(&payload).unwrap().bytes(&signature).unwrap();
        Arc::new(opener_trade::open(&cose.into_writer()).unwrap())
    }

    /// Takes any input. A refused one changes nothing.
    pub(crate) fn take(&mut self, now: Timestamp, input: Input) -> Result<(), Rejection> {
        self.effects.clear();
        self.input(now, input)
    }

    fn input(&mut self, now: Timestamp, input: Input) -> Result<(), Rejection> {
        let before = fingerprint(self.state());
        if let Input::Document { document, .. } = &input {
            self.documents.insert(document.id(), document.clone());
        }
        match self.dialogue.step(now, input) {
            Ok(effects) => {
                assert!(effects.is_sorted_by_key(rank), "{effects:?}");
                if effects.is_empty() {
                    assert_eq!(before, fingerprint(self.state()), "a silent change");
                }
                self.carry_out(now, effects);
                Ok(())
            }
            Err(rejection) => {
                assert_eq!(
                    before,
                    fingerprint(self.state()),
                    "a refusal changed something"
                );
                Err(rejection)
            }
        }
    }

    /// Takes a document of the other side as the peer does: receipt, recorded failure, or nothing when it cannot be
    /// placed.
    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        document: &Arc<Opened>,
    ) -> Result<Answer, Rejection> {
        if let Some(answer) = self.answers.get(&document.id()) {
            return Ok(*answer);
        }
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        let answer = match self.take(now, input) {
            Ok(()) => Answer::Receipt(now),
            Err(rejection) if rejection.in_chain => {
                self.void(now, document, rejection.reason);
                Answer::Failure(rejection.reason)
            }
            Err(rejection) => return Err(rejection),
        };
        self.answers.insert(document.id(), answer);
        Ok(answer)
    }

    /// Learns how a document of ours was answered.
    pub(crate) fn answered(&mut self, now: Timestamp, document: &Arc<Opened>, answer: Answer) {
        self.outbox.retain(|waiting| waiting.id() != document.id());
        match answer {
            Answer::Receipt(at) => {
                let document = document.id();
                self.take(now, Input::Receipt { document, at }).unwrap();
            }
            Answer::Failure(reason) => {
                self.void(now, document, reason);
            }
        }
    }

    pub(crate) fn void(&mut self, now: Timestamp, document: &Arc<Opened>, reason: Reason) {
        self.effects.clear();
        let effects = self.dialogue.record_void(now, document, reason);
        assert!(effects.is_sorted_by_key(rank), "{effects:?}");
        self.carry_out(now, effects);
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.take(now, Input::Tick).unwrap();
    }

    fn carry_out(&mut self, now: Timestamp, effects: Vec<Effect>) {
        self.effects.extend(effects.iter().cloned());
        for effect in effects {
            match effect {
                Effect::Persist(entry) => self.journal.push((now, entry)),
                Effect::Send(id) => self.outbox.push_back(self.documents[&id].clone()),
                Effect::Author(command) => {
                    self.author(now, command).unwrap();
                }
                Effect::Report { .. }
                | Effect::Signal(_)
                | Effect::WakeAt(_)
                | Effect::Notify(_) => {}
            }
        }
    }

    pub(crate) fn notices(&self) -> Vec<NoticeKind> {
        let kinds = self.effects.iter().filter_map(|effect| match effect {
            Effect::Notify(notice) => Some(notice.kind),
            _ => None,
        });
        kinds.collect()
    }

    pub(crate) fn authored(&self) -> Vec<&Command> {
        let commands = self.effects.iter().filter_map(|effect| match effect {
            Effect::Author(command) => Some(command),
            _ => None,
        });
        commands.collect()
    }

    /// The machine as it comes back from the first entries of its journal.
    pub(crate) fn replayed(&self, entries: usize) -> Dialogue {
        let mut rows = self.journal[..entries].iter();
        let (opened_at, _) = rows.next().unwrap();
        let seller = self.state().seller;
        let (mut dialogue, _) =
            Dialogue::open(self.role, seller, self.rfp.clone(), *opened_at).unwrap();
        for (now, entry) in rows {
            dialogue
                .replay(*now, entry, |id| self.documents.get(&id).cloned())
                .unwrap();
        }
        dialogue
    }

    /// The journal as a whole gives exactly what is in memory.
    pub(crate) fn check_replay(&self) {
        let replayed = self.replayed(self.journal.len());
        assert_eq!(format!("{replayed:?}"), format!("{:?}", self.dialogue));
    }
}

fn rank(effect: &Effect) -> usize {
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

/// All that can change in a state, without the papers themselves.
pub(crate) fn fingerprint(state: &State) -> String {
    let offer = |offer: &crate::dialogue::Offer| {
        let base = offer.unsettled_base();
        let proved = (offer.received_at, offer.proved, offer.stamped_at);
        (offer.id(), base, proved, offer.admitted)
    };
    let order = state.order.as_ref().map(|placed| {
        (
            placed.document.id(),
            placed.exact,
            placed.response.as_ref().map(|response| response.id()),
            placed.confirmation.as_ref().map(|response| response.id()),
            placed.received_at,
            placed.broken,
            format!("{:?} {:?}", placed.amended, placed.cancelled),
        )
    });
    let signed = |role| state.terms.of(role).map(|terms| terms.id());
    let open = state.proposal.as_ref();
    let open = open.map(|open| (open.document.id(), open.agreement));
    let after = (
        state.noticed,
        open,
        &state.amendments,
        &state.told,
        &state.calls,
    );
    format!(
        "{:?}",
        (
            state.phase,
            state.called_off,
            state.standing.as_ref().map(offer),
            state.late.as_ref().map(offer),
            state.unconfirmed.as_ref().map(offer),
            (state.rfp.id(), state.pending.as_ref().map(|rfp| rfp.id())),
            (
                state.revisions.len(),
                state.questions.len(),
                state.answers.len(),
                state.counter.as_ref().map(|open| open.document.id()),
                format!("{:?} {:?}", state.rounds, state.holds),
                (state.extension_asked, state.last_round),
                state.standing.as_ref().map(|offer| offer.bid().valid_until),
                state.standing.as_ref().map(|offer| offer.bid().commitment),
            ),
            state.superseded.iter().map(offer).collect::<Vec<_>>(),
            order,
            signed(Role::Buyer),
            signed(Role::Seller),
            (
                state.broadcasts,
                state.buyer_chain,
                state.seller_chain,
                after
            ),
        )
    )
}

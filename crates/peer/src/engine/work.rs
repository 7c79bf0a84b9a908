//! One transaction: machines step, their effects are carried out, all of it is committed together or not at all.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use opener_negotiation::{
    Entry, Rejection, Role,
    dialogue::{Command, Dialogue, Effect, Input, Notice},
    request::{self, Request},
};
use opener_store::{NewDelivery, NewDocument, NewNotice, Write};
use opener_trade::{
    DealId, DocumentId, Duration, Identity, Opened, PeerId, Timestamp,
    document::{Header, Terms},
    envelope::open_as,
};

use super::{
    Key, Machines,
    alarms::Ears,
    facts::facts,
    moments::{Act, Moments},
};
use crate::{Event, PeerError, Profile};

/// What a committed transaction changed in memory.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) dialogues: HashMap<Key, Dialogue>,
    pub(super) requests: HashMap<DealId, Request>,
    pub(super) moments: Moments,
    pub(super) events: Vec<Event>,
    /// Documents for the calls they belong to.
    pub(super) signals: Vec<super::Signal>,
    /// Directories of whom a head of the log is to be compared.
    pub(super) heard: Vec<PeerId>,
}

/// A transaction under way.
pub(super) struct Work<'w> {
    pub(super) tx: Write<'w>,
    pub(super) now: Timestamp,
    pub(super) identity: &'w Identity,
    pub(super) profile: Option<&'w Profile>,
    pub(super) ears: Ears<'w>,
    pub(super) machines: &'w Machines,
    pub(super) directories: &'w [PeerId],
    pub(super) changed: Changed,
    /// Deals whose row on screen must be written again.
    pub(super) touched: HashSet<DealId>,
    /// Until when the documents kept in this transaction are delivered.
    expiries: HashMap<DocumentId, Timestamp>,
}

impl<'w> Work<'w> {
    pub(super) fn new(
        tx: Write<'w>,
        machines: &'w Machines,
        identity: &'w Identity,
        profile: Option<&'w Profile>,
        ears: Ears<'w>,
        directories: &'w [PeerId],
        now: Timestamp,
    ) -> Self {
        Self {
            tx,
            now,
            identity,
            profile,
            ears,
            machines,
            directories,
            changed: Changed::default(),
            touched: HashSet::new(),
            expiries: HashMap::new(),
        }
    }

    /// Writes the projections and commits.
    pub(super) async fn commit(mut self) -> Result<Changed, PeerError> {
        self.project().await?;
        self.tx.commit().await?;
        Ok(self.changed)
    }

    pub(super) fn me(&self) -> PeerId {
        self.identity.peer_id()
    }

    /// Keeps a document as received or signed. False when it was there before.
    pub(super) async fn keep(
        &mut self,
        document: &Opened,
        at: Timestamp,
    ) -> Result<bool, PeerError> {
        let header = document.header();
        let me = self.me();
        self.expiries
            .extend(header.map(|header| (document.id(), delivered_until(header))));
        let new = NewDocument::of(document, at, document.signer() == me);
        let is_new = self.tx.insert_document(new).await?;
        if is_new && !document.attachments().is_empty() {
            self.keep_attachments(document).await?;
        }
        Ok(is_new)
    }

    /// Steps a dialogue with a command of ours: drafts it, signs it, takes it. What an order names is reserved first.
    pub(super) async fn say(
        &mut self,
        key: Key,
        command: Command,
    ) -> Result<DocumentId, PeerError> {
        if let Command::Order(order) = &command
            && self.dialogue(key).await?.state().role == Role::Buyer
        {
            self.reserve(key, order).await?;
        }
        let (id, effects) = self.author(key, command).await?;
        self.carry_out(key, effects).await?;
        Ok(id)
    }

    /// Drafts, signs and takes a document of ours. Its effects are still to be carried out.
    async fn author(
        &mut self,
        key: Key,
        command: Command,
    ) -> Result<(DocumentId, Vec<Effect>), PeerError> {
        let at = self.begin_act(key, Act::Say);
        let draft = self.dialogue(key).await?.state().draft(at, command)?;
        let document = Arc::new(draft.sign(self.identity)?);
        let input = Input::Document {
            document: document.clone(),
            at,
        };
        let effects = self.step(key, input).await?;
        self.keep(&document, at).await?;
        Ok((document.id(), effects))
    }

    /// Steps a dialogue and lets the request learn what follows. The effects are still to be carried out.
    pub(super) async fn step(&mut self, key: Key, input: Input) -> Result<Vec<Effect>, PeerError> {
        Ok(self.try_step(key, input).await??)
    }

    /// The same, telling a refusal by the dialogue's rules, after which nothing has changed, from a failure, after
    /// which the transaction must be dropped.
    pub(super) async fn try_step(
        &mut self,
        key: Key,
        input: Input,
    ) -> Result<Result<Vec<Effect>, Rejection>, PeerError> {
        let now = self.now;
        let dialogue = self.dialogue(key).await?;
        let before = dialogue.state().clone();
        let effects = match dialogue.step(now, input) {
            Ok(effects) => effects,
            Err(rejection) => return Ok(Err(rejection)),
        };
        self.learn(key, &before).await?;
        Ok(Ok(effects))
    }

    /// Records a document as void and lets the request learn what follows.
    pub(super) async fn void(
        &mut self,
        key: Key,
        document: &Arc<Opened>,
        why: opener_trade::Reason,
    ) -> Result<(), PeerError> {
        let now = self.now;
        let dialogue = self.dialogue(key).await?;
        let before = dialogue.state().clone();
        let effects = dialogue.record_void(now, document, why);
        self.learn(key, &before).await?;
        self.carry_out(key, effects).await
    }

    async fn learn(
        &mut self,
        key: Key,
        before: &opener_negotiation::dialogue::State,
    ) -> Result<(), PeerError> {
        self.touched.insert(key.0);
        if before.buyer != self.me() {
            return Ok(());
        }
        let after = self.dialogue(key).await?.state().clone();
        for fact in facts(before, &after)? {
            self.tell_request(key.0, fact).await?;
        }
        Ok(())
    }

    /// Steps a request with a fact and carries out what follows.
    pub(super) async fn tell_request(
        &mut self,
        deal: DealId,
        fact: Entry,
    ) -> Result<(), PeerError> {
        let now = self.now;
        let effects = self
            .request(deal)
            .await?
            .step(now, request::Input::Fact(fact))?;
        self.touched.insert(deal);
        self.carry_out_request(deal, effects).await
    }

    /// Carries out what a dialogue asks for. What it authors is signed and taken in the same transaction.
    pub(super) async fn carry_out(
        &mut self,
        key: Key,
        effects: Vec<Effect>,
    ) -> Result<(), PeerError> {
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Persist(entry) => self.journal(key.0, Some(key.1), &entry).await?,
                Effect::Send(document) => self.send(key, document).await?,
                Effect::Author(command) => queue.extend(self.author(key, command).await?.1),
                Effect::Report {
                    by_buyer,
                    by_seller,
                } => self.report(key, &by_buyer, &by_seller).await?,
                Effect::Signal(document) => self.signal(key, document).await?,
                // The projection keeps the moment: it is a function of the state.
                Effect::WakeAt(_) => {}
                Effect::Notify(notice) => self.notify(key, notice).await?,
            }
        }
        Ok(())
    }

    pub(super) async fn carry_out_request(
        &mut self,
        deal: DealId,
        effects: Vec<request::Effect>,
    ) -> Result<(), PeerError> {
        for effect in effects {
            match effect {
                request::Effect::Persist(entry) => self.journal(deal, None, &entry).await?,
                request::Effect::Broadcast(document) => self.broadcast(deal, document).await?,
                request::Effect::TellLosers => self.tell_losers(deal).await?,
                request::Effect::WakeAt(_) => {}
                request::Effect::Notify(notice) => {
                    let kind = name_of(&notice);
                    self.raise(deal, None, &kind, None).await?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn journal(
        &mut self,
        deal: DealId,
        seller: Option<PeerId>,
        entry: &Entry,
    ) -> Result<(), PeerError> {
        let bytes = minicbor::to_vec(entry).map_err(|e| Rejection::not_allowed(e.to_string()))?;
        self.tx
            .append_journal(deal, seller, self.now, &bytes)
            .await?;
        Ok(())
    }

    /// Queues a document of ours for the other side of a dialogue.
    async fn send(&mut self, key: Key, document: DocumentId) -> Result<(), PeerError> {
        let dialogue = self.dialogue(key).await?.state();
        let recipient = dialogue.party(dialogue.role.other());
        let fallback = dialogue.rfp.header.expires_at;
        let expires_at = self.expiries.get(&document).copied().unwrap_or(fallback);
        self.enqueue(recipient, document, key.0, expires_at).await
    }

    pub(super) async fn enqueue(
        &mut self,
        recipient: PeerId,
        document: DocumentId,
        deal: DealId,
        expires_at: Timestamp,
    ) -> Result<(), PeerError> {
        self.tx
            .enqueue(NewDelivery {
                recipient,
                document,
                deal,
                at: self.now,
                expires_at,
            })
            .await?;
        self.changed.events.push(Event::Delivery {
            deal,
            peer: recipient,
        });
        Ok(())
    }

    async fn notify(&mut self, key: Key, notice: Notice) -> Result<(), PeerError> {
        let kind = name_of(&notice.kind);
        let dialogue = self.dialogue(key).await?.state();
        let other = dialogue.party(dialogue.role.other());
        self.raise(key.0, Some(other), &kind, notice.document).await
    }

    /// Puts something into the inbox, once.
    async fn raise(
        &mut self,
        deal: DealId,
        peer: Option<PeerId>,
        kind: &str,
        document: Option<DocumentId>,
    ) -> Result<(), PeerError> {
        let loudness = self.loudness(deal, peer, kind);
        let new = NewNotice {
            at: self.now,
            deal: Some(deal),
            peer,
            kind,
            document,
            loud: loudness.into(),
        };
        if self.tx.notify(new).await?
            && let Some(notice) = self.tx.read().notices(true, 1, None).await?.first()
        {
            let id = notice.id.number();
            self.changed.events.push(Event::Notice {
                id,
                kind: kind.to_owned(),
                deal,
                peer,
                loudness,
            });
        }
        Ok(())
    }

    async fn report(
        &mut self,
        key: Key,
        by_buyer: &[u8],
        by_seller: &[u8],
    ) -> Result<(), PeerError> {
        let terms = open_as::<Terms>(by_buyer)?;
        self.tx
            .sign_report(
                terms.id(),
                key.0,
                key.1,
                opener_store::Side::Buyer,
                by_buyer,
            )
            .await?;
        self.tx
            .sign_report(
                terms.id(),
                key.0,
                key.1,
                opener_store::Side::Seller,
                by_seller,
            )
            .await?;
        for directory in self.directories {
            self.tx
                .queue_report(terms.id(), *directory, self.now)
                .await?;
        }
        self.changed.events.push(Event::Directories);
        Ok(())
    }
}

/// Until when a document is delivered. One that takes a place in a chain between two parties is delivered even after it has
/// expired: its receiver then notes it as void and can take what follows.
fn delivered_until(header: &Header) -> Timestamp {
    match header.to {
        Some(_) => header.expires_at.max(header.issued_at.plus(KEEP_CHAIN)),
        None => header.expires_at,
    }
}

/// How long a chain is kept going: a year covers any holiday or broken machine.
const KEEP_CHAIN: Duration = Duration::from_secs(365 * 24 * 3600);

/// The stored name of a notice: as the api spells it.
fn name_of<T: serde::Serialize + std::fmt::Debug>(kind: &T) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{kind:?}"),
    }
}

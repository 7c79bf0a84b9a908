//! A request, its journal, and short ways to tell it facts.

use std::{collections::HashMap, sync::Arc};

use opener_trade::{
    DocumentId, Identity, Opened, PeerId, Timestamp, Verified,
    document::{Answer, Document, Rfp, RfpCancel},
    sign,
};

use crate::{
    Entry, LineQuantity, Rejection,
    dialogue::tests::kit::{at, buyer, list, parse, rfp, sign_rfp},
    request::{Effect, Input, Notice, Phase, Request},
};

/// Ten desks, twenty chairs, and five lamps that may be left out.
pub(super) const ASKED: [(u32, i64); 3] = [(1, 10), (2, 20), (3, 5)];

/// One of the sellers.
pub(super) fn peer(number: u8) -> PeerId {
    Identity::from_seed([100 + number; 32]).peer_id()
}

pub(super) struct Desk {
    pub(super) request: Request,
    pub(super) journal: Vec<(Timestamp, Entry)>,
    /// What came of the last input.
    pub(super) effects: Vec<Effect>,
    documents: HashMap<DocumentId, Arc<Opened>>,
    rfp: Arc<Verified<Document<Rfp>>>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::asking(rfp())
    }

    pub(super) fn asking(body: Rfp) -> Self {
        let rfp = Arc::new(sign_rfp(body));
        let (request, effects) = Request::issue(rfp.clone(), at(0)).unwrap();
        let mut desk = Self {
            request,
            journal: Vec::new(),
            effects: Vec::new(),
            documents: HashMap::new(),
            rfp,
        };
        desk.keep(at(0), effects);
        desk
    }

    fn keep(&mut self, now: Timestamp, effects: Vec<Effect>) {
        assert!(effects.is_sorted_by_key(rank), "{effects:?}");
        for effect in &effects {
            if let Effect::Persist(entry) = effect {
                self.journal.push((now, entry.clone()));
            }
        }
        self.effects = effects;
    }

    /// Takes an input. A refused or silent one changes nothing.
    fn take(&mut self, minute: i64, input: Input) -> Result<(), Rejection> {
        let before = format!("{:?}", self.request);
        let now = at(minute);
        let taken = self.request.step(now, input);
        let silent = !matches!(&taken, Ok(effects) if !effects.is_empty());
        if silent {
            assert_eq!(before, format!("{:?}", self.request));
        }
        self.effects.clear();
        self.keep(now, taken?);
        Ok(())
    }

    pub(super) fn learn(&mut self, minute: i64, fact: Entry) -> Result<(), Rejection> {
        self.take(minute, Input::Fact(fact))
    }

    pub(super) fn tick(&mut self, minute: i64) {
        self.learn(minute, Entry::Tick).unwrap();
    }

    pub(super) fn bid(&mut self, minute: i64, seller: u8) {
        let seller = peer(seller);
        self.learn(minute, Entry::Bid { seller }).unwrap();
    }

    pub(super) fn reserve(
        &mut self,
        minute: i64,
        seller: u8,
        lines: &[(u32, &str)],
    ) -> Result<(), Rejection> {
        let (seller, lines) = (peer(seller), quantities(lines));
        self.learn(minute, Entry::Reserve { seller, lines })
    }

    pub(super) fn last_round(
        &mut self,
        minute: i64,
        sellers: &[u8],
        deadline: i64,
        award_by: i64,
    ) -> Result<(), Rejection> {
        let sellers = sellers.iter().map(|seller| peer(*seller)).collect();
        let fact = Entry::LastRound {
            sellers: list(sellers),
            deadline: at(deadline),
            award_by: at(award_by),
        };
        self.learn(minute, fact)
    }

    pub(super) fn conclude(
        &mut self,
        minute: i64,
        seller: u8,
        lines: &[(u32, &str)],
    ) -> Result<(), Rejection> {
        let (seller, lines) = (peer(seller), quantities(lines));
        self.learn(minute, Entry::Conclude { seller, lines })
    }

    /// The order is for these quantities now, and may come to those.
    pub(super) fn amend(
        &mut self,
        minute: i64,
        seller: u8,
        lines: &[(u32, &str)],
        held: &[(u32, &str)],
    ) -> Result<(), Rejection> {
        let (seller, lines, held) = (peer(seller), quantities(lines), quantities(held));
        let fact = Entry::Amend {
            seller,
            lines,
            held,
        };
        self.learn(minute, fact)
    }

    pub(super) fn free(&mut self, minute: i64, seller: u8) {
        let seller = peer(seller);
        self.learn(minute, Entry::Free { seller }).unwrap();
    }

    pub(super) fn cancel_naming(&mut self, minute: i64, rfp: DocumentId) -> Result<(), Rejection> {
        let header = self.request.broadcast_header(at(minute));
        let body = RfpCancel {
            rfp,
            reason: Default::default(),
        };
        let cancel = sign(&buyer(), Document { header, body }).unwrap();
        let opened: Opened = cancel.clone().into();
        self.documents.insert(cancel.id(), Arc::new(opened));
        self.take(minute, Input::Cancel(Arc::new(cancel)))
    }

    pub(super) fn cancel(&mut self, minute: i64) -> Result<(), Rejection> {
        self.cancel_naming(minute, self.request.state().rfp.id())
    }

    /// The next revision, with a change.
    pub(super) fn revise(
        &mut self,
        minute: i64,
        change: impl FnOnce(&mut Rfp),
    ) -> Result<(), Rejection> {
        let header = self.request.broadcast_header(at(minute));
        let mut body = self.request.state().rfp.body.clone();
        body.revision += 1;
        change(&mut body);
        let rfp = sign(&buyer(), Document { header, body }).unwrap();
        let opened: Opened = rfp.clone().into();
        self.documents.insert(rfp.id(), Arc::new(opened));
        self.take(minute, Input::Revise(Arc::new(rfp)))
    }

    /// An answer to everybody, about this revision.
    pub(super) fn answer(&mut self, minute: i64, rfp: DocumentId) -> Result<(), Rejection> {
        let header = self.request.broadcast_header(at(minute));
        let body = Answer {
            rfp,
            line: None,
            question: parse("Which wood?"),
            text: parse("Oak."),
        };
        let answer = sign(&buyer(), Document { header, body }).unwrap();
        let opened: Opened = answer.clone().into();
        self.documents.insert(answer.id(), Arc::new(opened));
        self.take(minute, Input::Answer(Arc::new(answer)))
    }

    pub(super) fn phase(&self) -> Phase {
        self.request.state().phase
    }

    pub(super) fn notices(&self) -> Vec<Notice> {
        let notices = self.effects.iter().filter_map(|effect| match effect {
            Effect::Notify(notice) => Some(*notice),
            _ => None,
        });
        notices.collect()
    }

    pub(super) fn tells_losers(&self) -> bool {
        self.effects.contains(&Effect::TellLosers)
    }

    /// The request as it comes back from the first entries of its journal.
    pub(super) fn replayed(&self, entries: usize) -> Request {
        let (mut request, _) = Request::issue(self.rfp.clone(), self.journal[0].0).unwrap();
        for (now, entry) in &self.journal[1..entries] {
            request
                .replay(*now, entry.clone(), |id| self.documents.get(&id).cloned())
                .unwrap();
        }
        request
    }

    pub(super) fn check_replay(&self) {
        let replayed = self.replayed(self.journal.len());
        assert_eq!(format!("{replayed:?}"), format!("{:?}", self.request));
    }
}

pub(super) fn quantities(
    lines: &[(u32, &str)],
) -> opener_trade::List<LineQuantity, { opener_trade::limits::LINES }> {
    let lines = lines.iter().map(|(line, quantity)| LineQuantity {
        line: *line,
        quantity: parse(quantity),
    });
    list(lines.collect())
}

const fn rank(effect: &Effect) -> u8 {
    match effect {
        Effect::Persist(_) => 0,
        Effect::Broadcast(_) => 1,
        Effect::TellLosers => 2,
        Effect::WakeAt(_) => 3,
        Effect::Notify(_) => 4,
    }
}

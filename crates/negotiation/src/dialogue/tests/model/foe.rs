//! One honest side, and another that signs whatever it likes, keeps to its chain and lies about what it received.

use std::{collections::BTreeSet, sync::Arc};

use opener_trade::{
    DocumentId, Opened, Reason, Timestamp,
    document::{
        BidWithdraw, Body, Chat, Commitment, CounterAccept, CounterRefuse, Document, ExtendGrant,
        Header, Hold, Intent, Lapse, OrderResponse, Release, ResponseStatus,
    },
    sign,
};
use proptest::prelude::*;

use super::{
    super::kit::*,
    moves::{Firmness, firmness},
    rules,
    world::propose,
};
use crate::{
    Chain, Role,
    dialogue::{Command, Input, Offer, State},
};

#[derive(Debug, Clone)]
pub(super) enum Blow {
    Wait(i64),
    Tick,
    /// The honest side does what its person might do.
    Honest(u8),
    /// The other side signs something.
    Sign(Lie),
    /// A receipt for a document of the honest side, with any time.
    Receipt(usize, i64),
    /// A refusal of a document of the honest side.
    Failure(usize),
}

#[derive(Debug, Clone)]
pub(super) enum Lie {
    Intent,
    Decline,
    Bid(Firmness, u32, i64),
    Withdraw(usize),
    Order(usize, i64),
    Respond(usize, u8),
    Lapse(usize),
    NotChosen,
    Terms(bool),
    Chat,
    Gap,
    Counter(u32, i64, i8),
    AnswerCounter(bool),
    Extend(i64, Option<i64>),
    Hold(i64),
    /// Asks for the last bid, on any offer.
    LastRound(i64),
    /// Proves any bid by a stamp of the directory or of nobody.
    Prove(usize, i64, bool),
    Propose(u8, i64),
    /// Repeats our proposal, or something like it.
    Agree(bool),
    RefuseAmendment,
    Release,
    /// Moves the deadline by so many minutes, as it likes.
    Revise(i64),
}

pub(super) fn any_move() -> impl Strategy<Value = Blow> {
    let lie = prop_oneof![
        1 => Just(Lie::Intent),
        1 => Just(Lie::Decline),
        6 => (firmness(), 90..110u32, -10..250i64).prop_map(|(f, p, v)| Lie::Bid(f, p, v)),
        2 => (0..4usize).prop_map(Lie::Withdraw),
        6 => (0..4usize, -5..30i64).prop_map(|(bid, answer)| Lie::Order(bid, answer)),
        6 => (0..3usize, 0..3u8).prop_map(|(order, kind)| Lie::Respond(order, kind)),
        2 => (0..3usize).prop_map(Lie::Lapse),
        1 => Just(Lie::NotChosen),
        2 => any::<bool>().prop_map(Lie::Terms),
        1 => Just(Lie::Chat),
        1 => Just(Lie::Gap),
        2 => (-5..60i64).prop_map(Lie::Revise),
        5 => (80..110u32, -5..60i64, -1..2i8).prop_map(|(p, v, r)| Lie::Counter(p, v, r)),
        3 => any::<bool>().prop_map(Lie::AnswerCounter),
        2 => (-30..60i64, prop::option::of(-30..60i64)).prop_map(|(valid, firm)| Lie::Extend(valid, firm)),
        2 => (-5..60i64).prop_map(Lie::Hold),
        2 => (-5..60i64).prop_map(Lie::LastRound),
        3 => (0..4usize, -60..60i64, any::<bool>()).prop_map(|(b, at, known)| Lie::Prove(b, at, known)),
        3 => (prop_oneof![2 => 6..14u8, 1 => Just(0)], 0..60i64)
            .prop_map(|(desks, valid)| Lie::Propose(desks, valid)),
        3 => any::<bool>().prop_map(Lie::Agree),
        2 => Just(Lie::RefuseAmendment),
        2 => Just(Lie::Release),
    ];
    prop_oneof![
        3 => (0..30i64).prop_map(Blow::Wait),
        2 => Just(Blow::Tick),
        8 => (0..23u8).prop_map(Blow::Honest),
        10 => lie.prop_map(Blow::Sign),
        3 => (0..6usize, -60..60i64).prop_map(|(place, skew)| Blow::Receipt(place, skew)),
        3 => (0..6usize).prop_map(Blow::Failure),
    ]
}

/// An honest side and what is done to it.
pub(super) struct Siege {
    pair: Pair,
    honest: Role,
    /// The other side's own view of its chain.
    chain: Chain,
    sent: Vec<Arc<Opened>>,
    admitted: BTreeSet<DocumentId>,
    minute: i64,
    moments: Vec<(usize, String)>,
}

impl Siege {
    pub(super) fn new(honest: Role) -> Self {
        Self {
            pair: Pair::unconfirmed(rfp()),
            honest,
            chain: Chain::default(),
            sent: Vec::new(),
            admitted: BTreeSet::new(),
            minute: 1,
            moments: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        at(self.minute)
    }

    fn side(&mut self) -> &mut Side {
        self.pair.side(self.honest)
    }

    pub(super) fn play(&mut self, moves: &[Blow]) {
        for step in moves {
            let before = self.side().state().clone();
            self.take(step);
            let now = self.now();
            let sent: Vec<_> = self.side().outbox.drain(..).collect();
            self.sent.extend(sent);
            let admitted = self.admitted.clone();
            let refusal = matches!(step, Blow::Failure(_));
            let side = self.side();
            rules::hold(&before, side.state(), now, refusal, &admitted);
            let moment = (side.journal.len(), fingerprint(side.state()));
            self.moments.push(moment);
        }
    }

    fn take(&mut self, step: &Blow) {
        let now = self.now();
        match step {
            Blow::Wait(minutes) => self.minute += minutes,
            Blow::Tick => self.side().tick(now),
            Blow::Honest(what) => self.act(*what),
            Blow::Sign(lie) => self.lie(lie),
            Blow::Receipt(place, skew) => {
                if let Some(document) = self.ours(*place) {
                    let document = document.id();
                    let at = now.plus(minutes(*skew));
                    self.side()
                        .take(now, Input::Receipt { document, at })
                        .unwrap();
                }
            }
            Blow::Failure(place) => {
                if let Some(document) = self.ours(*place) {
                    self.side().void(now, &document, Reason::NotAllowed);
                }
            }
        }
    }

    fn ours(&self, place: usize) -> Option<Arc<Opened>> {
        let len = self.sent.len();
        (len > 0).then(|| self.sent[len - 1 - place % len].clone())
    }

    /// What an honest person does, if the rules let them.
    fn act(&mut self, what: u8) {
        let now = self.now();
        let state = self.side().state().clone();
        let rfp = state.rfp.id();
        let standing = state.standing.as_ref();
        let placed = state.order.as_ref();
        let command = match (self.honest, what) {
            (Role::Buyer, 0..=4) => standing.map(|offer| {
                let order = order(offer.id(), offer.bid(), now);
                Command::Order(Box::new(order))
            }),
            (Role::Buyer, 5..=6) if placed.is_some_and(|placed| placed.response.is_some()) => {
                let status = match what {
                    5 => ResponseStatus::Accepted,
                    _ => ResponseStatus::Refused,
                };
                let response = self.pair.confirmation(status);
                Some(Command::Respond(Box::new(response)))
            }
            (Role::Buyer, 7) => Some(not_chosen(rfp)),
            (Role::Buyer, 11) => {
                let _ = self.pair.revises(now, |rfp| {
                    let until = now.plus(minutes(EXTENSION));
                    let schedule = &mut rfp.schedule;
                    schedule.bid_deadline = schedule.bid_deadline.max(until);
                    schedule.award_by = schedule.award_by.max(schedule.bid_deadline);
                });
                self.pair.buyer.outbox.pop_back();
                None
            }
            (Role::Buyer, 8) => {
                if let Some(late) = &state.late {
                    let bid = late.document.id();
                    self.admitted.insert(bid);
                    let _ = self.side().take(now, Input::AdmitLate { bid });
                }
                None
            }
            (Role::Seller, 0) => Some(Command::Intent),
            (Role::Seller, 1..=4) => {
                let commitment = match what {
                    1 => Commitment::Indicative,
                    2 => Commitment::Revocable,
                    _ => firm(now.plus(minutes(60))),
                };
                let mut body = bid_on(&state, commitment);
                body.valid_until = now.plus(minutes(100));
                Some(Command::Bid(Box::new(body)))
            }
            (Role::Seller, 5) => Some(Command::WithdrawBid(Default::default())),
            (Role::Seller, 6..=8) => placed.map(|placed| {
                let status = match what {
                    6 => ResponseStatus::Accepted,
                    7 => ResponseStatus::Refused,
                    _ => ResponseStatus::Changed,
                };
                let response = answer(placed.document.id(), placed.order(), status);
                Command::Respond(Box::new(response))
            }),
            (_, 9..=10) if placed.is_some_and(|placed| placed.response.is_some()) => {
                Some(sign_terms(&self.side().identity, terms(&state)))
            }
            (_, 12..=13) => {
                let body = counter(&state, now.plus(minutes(20)), "95");
                Some(Command::Counter(Box::new(body)))
            }
            (Role::Buyer, 16) => Some(ask_last_bid(&state, now.plus(minutes(30)))),
            (Role::Seller, 16) => state
                .newest()
                .map(|offer| prove(offer.document.id(), now, &directory())),
            (_, 14) => Some(Command::AcceptCounter),
            (_, 15) => Some(Command::RefuseCounter(Default::default())),
            (_, 17..=19) if placed.is_some() => {
                let desks = [8, 7, 0][usize::from(what - 17)];
                Some(propose(&state, desks, now.plus(minutes(30))))
            }
            (_, 20) => Some(Command::AcceptAmendment),
            (_, 21) => state
                .proposal
                .as_ref()
                .map(|open| Command::RefuseAmendment(refuse_amendment(open.document.id()))),
            (Role::Seller, 22) => Some(Command::Release(Default::default())),
            _ => Some(chat("hello")),
        };
        if let Some(command) = command {
            let _ = self.side().say(now, command);
        }
    }

    fn lie(&mut self, lie: &Lie) {
        let now = self.now();
        let state = self.side().state().clone();
        let rfp = state.rfp.id();
        let document = match lie {
            Lie::Intent => self.sign(Intent { rfp }),
            Lie::Decline => self.sign(decline(rfp)),
            Lie::Bid(commitment, unit_price, valid) => {
                let (commitment, valid) = match commitment {
                    Firmness::Indicative => (Commitment::Indicative, *valid),
                    Firmness::Revocable => (Commitment::Revocable, *valid),
                    Firmness::Firm(minute) => {
                        (firm(now.plus(minutes(*minute))), *valid.max(minute))
                    }
                };
                let mut body = bid_on(&state, commitment);
                body.valid_until = now.plus(minutes(valid));
                let desks = bid_line(1, "10", &unit_price.to_string());
                body.lines = list(vec![desks, bid_line(2, "20", "30.5")]);
                self.sign(summed(body))
            }
            Lie::Withdraw(place) => {
                let Some(offer) = offer(&state, *place) else {
                    return;
                };
                self.sign(BidWithdraw {
                    bid: offer.document.id(),
                    reason: Default::default(),
                })
            }
            Lie::Order(place, answer_in) => {
                let Some(offer) = offer(&state, *place) else {
                    return;
                };
                let mut order = order(offer.id(), offer.bid(), now);
                order.answer_by = now.plus(minutes(*answer_in));
                self.sign(order)
            }
            Lie::Respond(kind, status) => {
                let Some(response) = response(&state, *kind, *status) else {
                    return;
                };
                self.sign(response)
            }
            Lie::Lapse(early) => {
                let order = state.order.as_ref().map(|placed| placed.document.id());
                let decided_at = now.plus(minutes(30 * i64::try_from(*early).unwrap()));
                let order = order.unwrap_or(nothing());
                self.sign(Lapse { order, decided_at })
            }
            Lie::NotChosen => {
                let Command::NotChosen(body) = not_chosen(rfp) else {
                    return;
                };
                self.sign(body)
            }
            Lie::Terms(honest) => {
                if state.order.is_none() || state.response_id().is_none() {
                    return;
                }
                let mut terms = terms(&state);
                if !honest {
                    terms.region = None;
                }
                let other = self.pair.side(self.honest.other());
                let Command::SignTerms(body) = sign_terms(&other.identity, terms) else {
                    return;
                };
                self.sign(body)
            }
            Lie::Chat => self.sign(hello()),
            Lie::Counter(price, valid, round) => {
                let until = now.plus(minutes(*valid));
                let mut body = counter(&state, until, &price.to_string());
                body.round = body.round.saturating_add_signed(*round).clamp(1, 20);
                self.sign(body)
            }
            Lie::Extend(valid, firm) => {
                let Some(standing) = &state.standing else {
                    return;
                };
                let until = standing.bid().valid_until.plus(minutes(*valid));
                let firm = firm.map(|minute| now.plus(minutes(minute)));
                self.sign(ExtendGrant {
                    offer: standing.id(),
                    until,
                    firm_until: firm.map(|firm| firm.min(until)),
                })
            }
            Lie::Hold(minute) => self.sign(Hold {
                until: now.plus(minutes(*minute)),
                remark: Default::default(),
            }),
            Lie::LastRound(minute) => {
                let deadline = now.plus(minutes(*minute));
                let Command::AskLastBid(body) = ask_last_bid(&state, deadline) else {
                    return;
                };
                self.sign(body)
            }
            Lie::Prove(place, seen, known) => {
                let bid = offer(&state, *place).map_or(nothing(), |it| it.document.id());
                let signer = if *known { directory() } else { stranger() };
                let Command::ProveTime(body) = prove(bid, now.plus(minutes(*seen)), &signer) else {
                    return;
                };
                self.sign(body)
            }
            Lie::Propose(desks, valid) => {
                let Some(contract) = state.contract_id() else {
                    return;
                };
                let until = now.plus(minutes(*valid));
                match propose(&state, *desks, until) {
                    Command::ChangeOrder(body, _) => self.sign_until(*body, Some(contract), until),
                    Command::CancelOrder(body, _) => self.sign_until(body, Some(contract), until),
                    _ => return,
                }
            }
            Lie::Agree(same) => {
                let Some(open) = &state.proposal else {
                    return;
                };
                let (id, until) = (Some(open.document.id()), now.plus(minutes(60)));
                match &*open.document {
                    Opened::OrderChange(asked) => {
                        let mut body = asked.body.clone();
                        if !same {
                            body.remark = parse("for less");
                        }
                        self.sign_until(body, id, until)
                    }
                    Opened::OrderCancel(asked) => self.sign_until(asked.body.clone(), id, until),
                    _ => return,
                }
            }
            Lie::RefuseAmendment => {
                let open = state.proposal.as_ref().map(|open| open.document.id());
                self.sign(refuse_amendment(open.unwrap_or(nothing())))
            }
            Lie::Release => {
                let order = state.order.as_ref().map(|placed| placed.document.id());
                self.sign(Release {
                    order: order.unwrap_or(nothing()),
                    reason: Default::default(),
                })
            }
            Lie::AnswerCounter(accept) => {
                let Some(open) = &state.counter else {
                    return;
                };
                let counter = open.document.id();
                if *accept {
                    self.sign(CounterAccept { counter })
                } else {
                    let reason = Default::default();
                    self.sign(CounterRefuse { counter, reason })
                }
            }
            Lie::Revise(minute) => {
                if self.honest == Role::Buyer {
                    return;
                }
                let mut body = state.rfp.body.clone();
                body.revision += 1;
                let schedule = &mut body.schedule;
                schedule.bid_deadline = schedule.bid_deadline.plus(minutes(*minute));
                schedule.award_by = schedule.award_by.max(schedule.bid_deadline);
                let header = Header {
                    seq: state.broadcasts.next_seq(),
                    previous: state.broadcasts.head(),
                    issued_at: now,
                    expires_at: now.plus(minutes(60)),
                    ..self.pair.rfp.header.clone()
                };
                let signed = sign(&self.pair.buyer.identity, Document { header, body });
                let document = Arc::new(Opened::from(signed.unwrap()));
                let taken = self.side().receive(now, &document);
                assert!(taken.is_ok(), "it continues its chain");
                return;
            }
            Lie::Gap => {
                self.chain.advance(nothing());
                let document = self.sign(hello());
                let verdict = self.side().receive(now, &document);
                assert_eq!(verdict.unwrap_err().reason, Reason::OutOfOrder);
                self.chain = self.seen_chain();
                return;
            }
        };
        let taken = self.side().receive(now, &document);
        assert!(taken.is_ok(), "it continues its chain");
        self.chain.advance(document.id());
        let seen = self.seen_chain();
        assert_eq!(self.chain, seen);
    }

    fn seen_chain(&mut self) -> Chain {
        let foe = self.honest.other();
        *self.side().state().chain(foe)
    }

    fn sign<B: Body>(&mut self, body: B) -> Arc<Opened>
    where
        Opened: From<opener_trade::Verified<Document<B>>>,
    {
        let state = self.side().state();
        let asked = state.last_round.map(|round| round.asked);
        let answers = state.contract_id().or(asked);
        let until = self.now().plus(minutes(60));
        self.sign_until(body, answers, until)
    }

    fn sign_until<B: Body>(
        &mut self,
        body: B,
        answers: Option<DocumentId>,
        expires_at: Timestamp,
    ) -> Arc<Opened>
    where
        Opened: From<opener_trade::Verified<Document<B>>>,
    {
        let now = self.now();
        let chain = self.chain;
        let honest = self.side().identity.peer_id();
        let identity = &self.pair.side(self.honest.other()).identity;
        let header = Header {
            deal: deal(),
            from: identity.peer_id(),
            to: Some(honest),
            seq: chain.next_seq(),
            previous: chain.head(),
            answers,
            issued_at: now,
            expires_at,
        };
        Arc::new(sign(identity, Document { header, body }).unwrap().into())
    }

    pub(super) fn check_replay(&mut self, prefix: prop::sample::Index) {
        let (entries, then) = prefix.get(&self.moments).clone();
        let side = self.side();
        assert_eq!(fingerprint(side.replayed(entries).state()), then);
        side.check_replay();
    }
}

/// The kit's bid, on the revision that the honest side has.
fn bid_on(state: &State, commitment: Commitment) -> opener_trade::document::Bid {
    opener_trade::document::Bid {
        revision: state.rfp.body.revision,
        ..bid(state.rfp.id(), commitment)
    }
}

fn hello() -> Chat {
    Chat::of(parse("hello"))
}

fn offer(state: &State, place: usize) -> Option<Offer> {
    let offers = state.standing.iter().chain(&state.late);
    let offers: Vec<_> = offers.chain(&state.superseded).collect();
    offers.get(place).map(|offer| (*offer).clone())
}

/// An answer to the order, or a confirmation of the answer.
fn response(state: &State, kind: usize, status: u8) -> Option<OrderResponse> {
    let placed = state.order.as_ref()?;
    let status = match status {
        0 => ResponseStatus::Accepted,
        1 => ResponseStatus::Refused,
        _ => ResponseStatus::Changed,
    };
    match &placed.response {
        Some(response) if kind == 0 => {
            let mut again = response.body.clone();
            let lines = again.lines.iter().cloned().map(|mut line| {
                line.status = status;
                line
            });
            again.lines = list(lines.collect());
            Some(again)
        }
        _ => Some(answer(placed.document.id(), placed.order(), status)),
    }
}

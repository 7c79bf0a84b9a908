//! Two honest sides, a bad post and two clocks.

use std::{collections::BTreeSet, sync::Arc};

use opener_trade::{
    DocumentId, Opened, Timestamp,
    document::{Bid, Commitment, Order, ResponseStatus},
};
use proptest::prelude::*;

use super::{
    super::kit::*,
    moves::{Firmness, Move, Post, Saying, Taking},
    rules,
};
use crate::{
    Role,
    dialogue::{Command, Input, Phase, State},
};

pub(super) struct World {
    pub(super) pair: Pair,
    pub(super) admitted: BTreeSet<DocumentId>,
    pub(super) seen: BTreeSet<u8>,
    minute: i64,
    skew: i64,
    cancelled: bool,
    /// Answers that are on their way back.
    answers: Vec<(Role, Arc<Opened>, Answer)>,
    /// How long each journal was, and what the state was then.
    moments: Vec<(usize, usize, String, String)>,
}

impl World {
    /// The seller's clock shows that many minutes more than the buyer's.
    pub(super) fn new(skew: i64) -> Self {
        Self {
            pair: Pair::unconfirmed(rfp()),
            admitted: BTreeSet::new(),
            seen: BTreeSet::new(),
            minute: 1,
            skew,
            cancelled: false,
            answers: Vec::new(),
            moments: Vec::new(),
        }
    }

    pub(super) fn now(&self, role: Role) -> Timestamp {
        match role {
            Role::Buyer => at(self.minute),
            Role::Seller => at(self.minute + self.skew),
        }
    }

    pub(super) fn play(&mut self, moves: &[Move]) {
        for step in moves {
            self.make(step);
            let moment = |side: &Side| (side.journal.len(), fingerprint(side.state()));
            let (buyer, seller) = (moment(&self.pair.buyer), moment(&self.pair.seller));
            self.moments.push((buyer.0, seller.0, buyer.1, seller.1));
        }
    }

    /// Makes one change at one side, and holds the rules against it.
    fn change<T>(&mut self, role: Role, refusal: bool, act: impl FnOnce(&mut Pair) -> T) -> T {
        let before = self.pair.side(role).state().clone();
        let done = act(&mut self.pair);
        let now = self.now(role);
        let after = self.pair.side(role).state();
        rules::hold(&before, after, now, refusal, &self.admitted);
        self.seen.insert(after.phase as u8);
        rules::one_contract(self.pair.buyer.state(), self.pair.seller.state());
        done
    }

    fn make(&mut self, step: &Move) {
        match step {
            Move::Wait(minutes) => self.minute += minutes,
            Move::Tick(role) => {
                let now = self.now(*role);
                self.change(*role, false, |pair| pair.side(*role).tick(now));
            }
            Move::Say(saying) => self.say(saying),
            Move::Post(from, place, post) => {
                let outbox = &self.pair.side(*from).outbox;
                if outbox.is_empty() {
                    return;
                }
                let document = outbox[place % outbox.len()].clone();
                self.carry(*from, &document, *post);
            }
            Move::Answer(place) => {
                if !self.answers.is_empty() {
                    let (from, document, answer) = self.answers.remove(place % self.answers.len());
                    self.answer(from, &document, answer);
                }
            }
        }
    }

    fn carry(&mut self, from: Role, document: &Arc<Opened>, post: Post) {
        let now = self.now(from.other());
        // A document that comes too early is sent again later.
        let Ok(answer) = self.change(from.other(), false, |pair| pair.hand(now, document)) else {
            return;
        };
        match post {
            Post::Both => self.answer(from, document, answer),
            Post::AnswerLater => self.answers.push((from, document.clone(), answer)),
            Post::AnswerLost => {}
        }
    }

    fn answer(&mut self, to: Role, document: &Arc<Opened>, answer: Answer) {
        let waits = |side: &Side| side.outbox.iter().any(|sent| sent.id() == document.id());
        // The peer takes one answer for each document.
        if waits(self.pair.side(to)) {
            let now = self.now(to);
            let refusal = matches!(answer, Answer::Failure(_));
            self.change(to, refusal, |pair| {
                pair.side(to).answered(now, document, answer)
            });
        }
    }

    fn say(&mut self, saying: &Saying) {
        let Some((role, command)) = self.command(saying) else {
            return;
        };
        let now = self.now(role);
        let _ = self.change(role, false, |pair| pair.side(role).say(now, command));
    }

    fn command(&mut self, saying: &Saying) -> Option<(Role, Command)> {
        let buyer = self.pair.buyer.state();
        let seller = self.pair.seller.state();
        Some(match saying {
            Saying::Intent => (Role::Seller, Command::Intent),
            Saying::Decline => (Role::Seller, Command::Decline(decline(seller.rfp.id()))),
            Saying::Bid {
                commitment,
                price,
                valid,
            } => {
                let body = self.bid(*commitment, *price, *valid);
                (Role::Seller, Command::Bid(Box::new(body)))
            }
            Saying::Improve => {
                let mut body = seller.standing.as_ref()?.bid().clone();
                body.rfp = seller.rfp.id();
                body.valid_until = body.valid_until.plus(minutes(5));
                body.charges = list(vec![]);
                (Role::Seller, Command::Bid(Box::new(summed(body))))
            }
            Saying::Withdraw => (Role::Seller, Command::WithdrawBid(Default::default())),
            Saying::Respond(kind) => {
                let placed = seller.order.as_ref()?;
                let status = match kind {
                    0 | 3 => ResponseStatus::Accepted,
                    1 => ResponseStatus::Refused,
                    _ => ResponseStatus::Changed,
                };
                let response = answer(placed.document.id(), placed.order(), status);
                (Role::Seller, Command::Respond(Box::new(response)))
            }
            Saying::Order(taking) => {
                let order = self.order(*taking)?;
                (Role::Buyer, Command::Order(Box::new(order)))
            }
            Saying::Confirm(yes) => {
                buyer.response_id()?;
                let status = match yes {
                    true => ResponseStatus::Accepted,
                    false => ResponseStatus::Refused,
                };
                let response = self.pair.confirmation(status);
                (Role::Buyer, Command::Respond(Box::new(response)))
            }
            Saying::NotChosen => (Role::Buyer, not_chosen(buyer.rfp.id())),
            Saying::Ask => (Role::Seller, ask(seller.rfp.id())),
            Saying::LastRound(minute) => {
                let deadline = self.now(Role::Buyer).plus(minutes(*minute));
                (Role::Buyer, ask_last_bid(buyer, deadline))
            }
            Saying::Prove(ago) => {
                let bid = seller.newest()?.document.id();
                let seen = self.now(Role::Seller).plus(minutes(-ago));
                (Role::Seller, prove(bid, seen, &directory()))
            }
            Saying::Counter(role, price, valid) => {
                let now = self.now(*role);
                let body = self.pair.counter(*role, now, &price.to_string(), *valid);
                (*role, Command::Counter(Box::new(body)))
            }
            Saying::AnswerCounter(role, true) => (*role, Command::AcceptCounter),
            Saying::AnswerCounter(role, false) => {
                (*role, Command::RefuseCounter(Default::default()))
            }
            Saying::AskExtension(more) => {
                let standing = buyer.standing.as_ref()?;
                let until = standing.bid().valid_until.plus(minutes(*more));
                (Role::Buyer, ask_extension(standing.id(), until))
            }
            Saying::Extend(more, firm) => {
                let standing = seller.standing.as_ref()?;
                let until = standing.bid().valid_until.plus(minutes(*more));
                let firm = firm.map(|minute| self.now(Role::Seller).plus(minutes(minute)));
                (Role::Seller, grant(standing.id(), until, firm))
            }
            Saying::RefuseExtension => {
                let offer = seller.standing.as_ref()?.id();
                (Role::Seller, refuse_extension(offer))
            }
            Saying::Hold(role, minute) => (*role, hold(self.now(*role).plus(minutes(*minute)))),
            Saying::Revise => {
                self.revise();
                return None;
            }
            Saying::Cancel => {
                self.cancel();
                return None;
            }
            Saying::Lapse => (Role::Buyer, Command::Lapse),
            Saying::AdmitLate => {
                self.admit();
                return None;
            }
            Saying::Terms(role, full) => (*role, self.sign_terms(*role, *full)?),
            Saying::Propose(role, desks, valid) => {
                let state = self.pair.side(*role).state();
                state.order.as_ref()?;
                let until = self.now(*role).plus(minutes(*valid));
                (*role, propose(self.pair.side(*role).state(), *desks, until))
            }
            Saying::AnswerProposal(role, true) => (*role, Command::AcceptAmendment),
            Saying::AnswerProposal(role, false) => {
                let open = self.pair.side(*role).state().proposal.as_ref()?;
                let refuse = refuse_amendment(open.document.id());
                (*role, Command::RefuseAmendment(refuse))
            }
            Saying::Release => (Role::Seller, Command::Release(Default::default())),
            Saying::Chat(role) => (*role, chat("hello")),
            Saying::Unknown(role) => {
                self.say_unknown(*role);
                return None;
            }
        })
    }

    fn bid(&self, commitment: Firmness, unit_price: u32, valid: i64) -> Bid {
        let now = self.now(Role::Seller);
        let (commitment, valid) = match commitment {
            Firmness::Indicative => (Commitment::Indicative, valid),
            Firmness::Revocable => (Commitment::Revocable, valid),
            Firmness::Firm(minute) => (firm(now.plus(minutes(minute))), valid.max(minute)),
        };
        let mut body = self.pair.bid(commitment);
        body.valid_until = now.plus(minutes(valid));
        body.lines = list(vec![
            bid_line(1, "10", &unit_price.to_string()),
            bid_line(2, "20", "30.5"),
        ]);
        summed(body)
    }

    fn order(&self, taking: Taking) -> Option<Order> {
        let state = self.pair.buyer.state();
        let offer = match taking {
            Taking::Earlier => state.superseded.last()?,
            _ => state.standing.as_ref()?,
        };
        let now = self.now(Role::Buyer);
        let whole = order(offer.id(), offer.bid(), now);
        Some(match taking {
            Taking::Less => {
                let lines = vec![order_line(&whole, 0, "9")];
                let charges = whole.charges.to_vec();
                ordering(whole, lines, charges)
            }
            _ => whole,
        })
    }

    fn sign_terms(&self, role: Role, full: bool) -> Option<Command> {
        let side = match role {
            Role::Buyer => &self.pair.buyer,
            Role::Seller => &self.pair.seller,
        };
        let state = side.state();
        let concluded = matches!(state.phase, Phase::Concluded | Phase::Reported);
        concluded.then(|| {
            let mut terms = terms(state);
            if !full {
                terms.region = None;
            }
            sign_terms(&side.identity, terms)
        })
    }

    /// The request is revised before its deadline, and only when nothing is ordered.
    fn revise(&mut self) {
        let now = self.now(Role::Buyer);
        let state = self.pair.buyer.state();
        let open = now <= state.rfp.body.schedule.bid_deadline && !self.cancelled;
        if state.order.is_some() || !open {
            return;
        }
        let revised = self.change(Role::Buyer, false, |pair| {
            pair.revises(now, |rfp| {
                let until = now.plus(minutes(EXTENSION));
                let schedule = &mut rfp.schedule;
                schedule.bid_deadline = schedule.bid_deadline.max(until);
                schedule.award_by = schedule.award_by.max(schedule.bid_deadline);
            })
        });
        assert!(revised.is_ok(), "{revised:?}");
    }

    /// The request calls itself off only when no order is open.
    fn cancel(&mut self) {
        if self.cancelled || self.pair.buyer.phase().is_ordering() {
            return;
        }
        self.cancelled = true;
        let now = self.now(Role::Buyer);
        self.change(Role::Buyer, false, |pair| {
            let document = pair.cancels(now);
            pair.buyer.outbox.push_back(document);
        });
    }

    fn admit(&mut self) {
        let Some(late) = &self.pair.buyer.state().late else {
            return;
        };
        let bid = late.document.id();
        self.admitted.insert(bid);
        let now = self.now(Role::Buyer);
        let _ = self.change(Role::Buyer, false, |pair| {
            pair.buyer.take(now, Input::AdmitLate { bid })
        });
    }

    fn say_unknown(&mut self, role: Role) {
        let now = self.now(role);
        self.change(role, false, |pair| {
            let document = pair.side(role).forge_unknown(now);
            let at = now;
            let input = Input::Document { document, at };
            pair.side(role).take(now, input).unwrap();
        });
    }

    /// Everything arrives, and both sides look at their clocks.
    pub(super) fn settle(&mut self) {
        for _ in 0..50 {
            for role in [Role::Buyer, Role::Seller] {
                self.make(&Move::Tick(role));
            }
            while !self.answers.is_empty() {
                self.make(&Move::Answer(0));
            }
            for role in [Role::Buyer, Role::Seller] {
                while !self.pair.side(role).outbox.is_empty() {
                    let waiting = self.pair.side(role).outbox.len();
                    self.make(&Move::Post(role, 0, Post::Both));
                    assert!(
                        self.pair.side(role).outbox.len() < waiting,
                        "the post is stuck"
                    );
                }
            }
            if self.is_quiet(Role::Buyer) && self.is_quiet(Role::Seller) {
                return;
            }
        }
        panic!("the two never come to rest: {:?}", self.pair.phases());
    }

    /// Nothing waits to be sent, and no time has passed that would change something.
    fn is_quiet(&mut self, role: Role) -> bool {
        let now = self.now(role);
        let side = self.pair.side(role);
        side.outbox.is_empty() && side.state().wake_at().is_none_or(|wake| now < wake)
    }

    /// All deadlines pass, and everything has arrived.
    pub(super) fn finish(&mut self) {
        self.settle();
        self.minute += 10_000;
        self.settle();
        rules::ended(self.pair.phases());
        rules::same_contract(&self.pair);
        for side in [&self.pair.buyer, &self.pair.seller] {
            side.check_replay();
        }
    }

    /// A journal cut off at any move gives the state after that move.
    pub(super) fn check_replays(&self, prefix: prop::sample::Index) {
        let (buyer, seller, buyer_then, seller_then) = prefix.get(&self.moments);
        let replayed = |side: &Side, entries| fingerprint(side.replayed(entries).state());
        assert_eq!(replayed(&self.pair.buyer, *buyer), *buyer_then);
        assert_eq!(replayed(&self.pair.seller, *seller), *seller_then);
    }
}

/// So many desks instead; none cancels the order.
pub(super) fn propose(state: &State, desks: u8, until: Timestamp) -> Command {
    match desks {
        0 => Command::CancelOrder(cancellation(state), until),
        _ => Command::ChangeOrder(Box::new(change(state, &desks.to_string())), until),
    }
}

//! Both sides of one dialogue, and the post between them.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Identity, Opened, Timestamp, Verified,
    document::{
        AmendmentRefuse, BestAndFinal, Bid, Change, Chat, Commitment, Counter, Document,
        ExtendGrant, ExtendRefuse, ExtendRequest, FinalTerms, Header, Hold, NotChosen, Order,
        OrderResponse, Question, ResponseStatus, Rfp, RfpCancel, Stamp, Terms, TimeProof,
    },
    sign,
};

use super::{
    Answer, Side, answer, at, bid, buyer, cancellation, change, firm, list, minutes, order, price,
    rfp, seller, sign_rfp, terms,
};
use crate::{
    Rejection, Role,
    dialogue::{Command, Input, Offer, Phase, State},
};

pub(crate) struct Pair {
    pub(crate) rfp: Arc<Verified<Document<Rfp>>>,
    pub(crate) buyer: Side,
    pub(crate) seller: Side,
}

impl Pair {
    /// The RFP has reached the seller in the first minute, and the receipt the buyer.
    pub(crate) fn new() -> Self {
        Self::asking(rfp())
    }

    pub(crate) fn asking(body: Rfp) -> Self {
        let mut pair = Self::unconfirmed(body);
        pair.flush(at(1));
        pair
    }

    /// The RFP has reached the seller, and the receipt is still on its way.
    pub(crate) fn unconfirmed(body: Rfp) -> Self {
        let rfp = Arc::new(sign_rfp(body));
        let peer = seller().peer_id();
        let buyer = Side::open(Role::Buyer, buyer(), peer, &rfp, at(0));
        let mut seller = Side::open(Role::Seller, seller(), peer, &rfp, at(1));
        seller.answers.insert(rfp.id(), Answer::Receipt(at(1)));
        Self { rfp, buyer, seller }
    }

    pub(crate) fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Buyer => &mut self.buyer,
            Role::Seller => &mut self.seller,
        }
    }

    pub(crate) fn phases(&self) -> (Phase, Phase) {
        (self.buyer.phase(), self.seller.phase())
    }

    pub(crate) fn buyer_says(&mut self, now: Timestamp, command: Command) -> Arc<Opened> {
        self.buyer.say(now, command).unwrap()
    }

    pub(crate) fn seller_says(&mut self, now: Timestamp, command: Command) -> Arc<Opened> {
        self.seller.say(now, command).unwrap()
    }

    /// A document that the seller's own program would not have let out.
    pub(crate) fn seller_forges(&self, now: Timestamp, command: Command) -> Arc<Opened> {
        self.seller.forge(now, command)
    }

    /// A document that the buyer's own program would not have let out.
    pub(crate) fn buyer_forges(&self, now: Timestamp, command: Command) -> Arc<Opened> {
        self.buyer.forge(now, command)
    }

    /// Hands one document over, without an answer.
    pub(crate) fn hand(
        &mut self,
        now: Timestamp,
        document: &Arc<Opened>,
    ) -> Result<Answer, Rejection> {
        let to_seller = document.signer() == self.buyer.identity.peer_id();
        let to = if to_seller { Role::Seller } else { Role::Buyer };
        self.side(to).receive(now, document)
    }

    /// Hands one document over, and its answer back.
    pub(crate) fn deliver(&mut self, now: Timestamp, document: &Arc<Opened>) -> Answer {
        let answer = self.hand(now, document).unwrap();
        let to_seller = document.signer() == self.buyer.identity.peer_id();
        let from = if to_seller { Role::Buyer } else { Role::Seller };
        self.side(from).answered(now, document, answer);
        answer
    }

    /// Delivers everything that waits, and what follows from it.
    pub(crate) fn flush(&mut self, now: Timestamp) {
        while let Some(document) = self
            .buyer
            .outbox
            .front()
            .or(self.seller.outbox.front())
            .cloned()
        {
            self.deliver(now, &document);
        }
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.buyer.tick(now);
        self.seller.tick(now);
    }

    /// Both journals, played again to every entry, go on to the same end.
    pub(crate) fn check_replays(&self) {
        self.buyer.check_replay();
        self.seller.check_replay();
    }

    /// The kit's bid with this commitment, on the revision that the seller has.
    pub(crate) fn bid(&self, commitment: Commitment) -> Bid {
        let rfp = &self.seller.state().rfp;
        Bid {
            revision: rfp.body.revision,
            ..bid(rfp.id(), commitment)
        }
    }

    /// A bid that the buyer has at this moment.
    pub(crate) fn bids(&mut self, now: Timestamp, body: Bid) -> DocumentId {
        let document = self.seller_says(now, Command::Bid(Box::new(body)));
        assert_eq!(self.deliver(now, &document), Answer::Receipt(now));
        document.id()
    }

    pub(crate) fn with_bid(now: i64, commitment: Commitment) -> Self {
        let mut pair = Self::new();
        let body = pair.bid(commitment);
        pair.bids(at(now), body);
        pair
    }

    /// A firm bid stands since minute 10.
    pub(crate) fn with_firm_bid() -> Self {
        Self::with_bid(10, firm(at(super::FIRM)))
    }

    /// The order on everything that the buyer sees standing.
    pub(crate) fn order(&self, now: Timestamp) -> Order {
        let standing = self.buyer.state().standing.as_ref().unwrap();
        order(standing.id(), standing.bid(), now)
    }

    pub(crate) fn buyer_orders(&mut self, now: Timestamp) -> Arc<Opened> {
        let order = self.order(now);
        self.buyer_says(now, Command::Order(Box::new(order)))
    }

    /// The seller's answer to the order that it has.
    pub(crate) fn answer(&self, status: ResponseStatus) -> OrderResponse {
        let placed = self.seller.state().order.as_ref().unwrap();
        answer(placed.document.id(), placed.order(), status)
    }

    pub(crate) fn seller_answers(&mut self, now: Timestamp, status: ResponseStatus) -> Arc<Opened> {
        let response = self.answer(status);
        self.seller_says(now, Command::Respond(Box::new(response)))
    }

    /// The buyer's answer to the changed answer that it has.
    pub(crate) fn confirmation(&self, status: ResponseStatus) -> OrderResponse {
        let placed = self.buyer.state().order.as_ref().unwrap();
        let answer = &placed.response.as_ref().unwrap().body;
        let lines = answer.lines.iter().cloned().map(|mut line| {
            line.status = status;
            line
        });
        OrderResponse {
            lines: list(lines.collect()),
            ..answer.clone()
        }
    }

    /// A deal concluded on a firm bid.
    pub(crate) fn concluded() -> Self {
        let mut pair = Self::with_firm_bid();
        pair.buyer_orders(at(110));
        pair.flush(at(111));
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
        pair
    }

    /// An order on an indicative bid that the seller accepts with a change.
    pub(crate) fn conditional() -> Self {
        let mut pair = Self::with_bid(10, Commitment::Indicative);
        pair.buyer_orders(at(110));
        pair.flush(at(111));
        pair.seller_answers(at(112), ResponseStatus::Changed);
        pair.flush(at(113));
        assert_eq!(pair.phases(), (Phase::Conditional, Phase::Conditional));
        pair
    }

    /// A side proposes so many desks instead, for so many minutes.
    pub(crate) fn proposes(&mut self, by: Role, now: i64, desks: &str, valid: i64) -> Arc<Opened> {
        let body = change(self.side(by).state(), desks);
        let command = Command::ChangeOrder(Box::new(body), at(now + valid));
        self.side(by).say(at(now), command).unwrap()
    }

    /// A side proposes to cancel the order, for an hour.
    pub(crate) fn proposes_to_cancel(&mut self, by: Role, now: i64) -> Arc<Opened> {
        let body = cancellation(self.side(by).state());
        let command = Command::CancelOrder(body, at(now + 60));
        self.side(by).say(at(now), command).unwrap()
    }

    pub(crate) fn agrees(&mut self, by: Role, now: i64) -> Arc<Opened> {
        self.side(by)
            .say(at(now), Command::AcceptAmendment)
            .unwrap()
    }

    /// The acceptance has reached the buyer, and its receipt is lost.
    pub(crate) fn unheard() -> Self {
        let mut pair = Self::with_firm_bid();
        let order = pair.buyer_orders(at(110));
        pair.deliver(at(111), &order);
        let response = pair.seller.outbox[0].clone();
        pair.hand(at(112), &response).unwrap();
        assert_eq!(pair.phases(), (Phase::Concluded, Phase::Answered));
        pair
    }

    pub(crate) fn terms(&self) -> Terms {
        terms(self.buyer.state())
    }

    /// A side's signature on these terms.
    pub(crate) fn signs(
        &mut self,
        role: Role,
        now: Timestamp,
        terms: Terms,
    ) -> Result<Arc<Opened>, Rejection> {
        let side = self.side(role);
        let command = sign_terms(&side.identity, terms);
        side.say(now, command)
    }

    /// The buyer's next revision of the request, signed without asking the rules.
    pub(crate) fn revision(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Rfp),
    ) -> Verified<Document<Rfp>> {
        let state = self.buyer.state();
        let mut body = state.rfp.body.clone();
        body.revision += 1;
        change(&mut body);
        let header = Header {
            seq: state.broadcasts.next_seq(),
            previous: state.broadcasts.head(),
            issued_at: now,
            expires_at: now.plus(minutes(100_000)),
            ..self.rfp.header.clone()
        };
        sign(&self.buyer.identity, Document { header, body }).unwrap()
    }

    /// The buyer revises the request; the revision waits to be delivered.
    pub(crate) fn revises(
        &mut self,
        now: Timestamp,
        change: impl FnOnce(&mut Rfp),
    ) -> Result<Arc<Opened>, Rejection> {
        let document: Arc<Opened> = Arc::new(self.revision(now, change).into());
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        self.buyer.take(now, input)?;
        self.buyer.outbox.push_back(document.clone());
        Ok(document)
    }

    /// A side's next counter-offer: desks at this price, revocable for so many minutes.
    pub(crate) fn counter(&self, by: Role, now: Timestamp, price: &str, valid: i64) -> Counter {
        let state = match by {
            Role::Buyer => self.buyer.state(),
            Role::Seller => self.seller.state(),
        };
        counter(state, now.plus(minutes(valid)), price)
    }

    pub(crate) fn counters(
        &mut self,
        by: Role,
        now: Timestamp,
        price: &str,
    ) -> Result<Arc<Opened>, Rejection> {
        let body = self.counter(by, now, price, 30);
        self.side(by).say(now, Command::Counter(Box::new(body)))
    }

    /// The buyer calls the request off.
    pub(crate) fn cancels(&mut self, now: Timestamp) -> Arc<Opened> {
        let state = self.buyer.state();
        let header = Header {
            seq: state.broadcasts.next_seq(),
            previous: state.broadcasts.head(),
            issued_at: now,
            expires_at: now.plus(minutes(100_000)),
            ..self.rfp.header.clone()
        };
        let body = RfpCancel {
            rfp: state.rfp.id(),
            reason: Default::default(),
        };
        let cancel = sign(&self.buyer.identity, Document { header, body }).unwrap();
        let document: Arc<Opened> = Arc::new(cancel.into());
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        self.buyer.take(now, input).unwrap();
        document
    }
}

/// A revocable counter-offer on what stands here: desks at this price.
pub(crate) fn counter(state: &State, valid_until: Timestamp, desk: &str) -> Counter {
    let change = Change::Line {
        line: 1,
        price: Some(price(desk)),
        quantity: None,
        lead_time_days: None,
    };
    Counter {
        offer: state.standing.as_ref().map_or(super::nothing(), Offer::id),
        round: state.next_round().clamp(1, 20),
        changes: list(vec![change]),
        valid_until,
        commitment: Commitment::Revocable,
        remark: Default::default(),
    }
}

/// The question for the last bid, on what stands at the buyer.
pub(crate) fn ask_last_bid(buyer: &State, deadline: Timestamp) -> Command {
    Command::AskLastBid(BestAndFinal {
        rfp: buyer.rfp.id(),
        offer: buyer.standing.as_ref().map_or(super::nothing(), Offer::id),
        deadline,
        award_by: deadline.plus(minutes(60)),
        remark: Default::default(),
    })
}

/// The proof that the kit's directory, or another, saw a bid then.
pub(crate) fn prove(bid: DocumentId, at: Timestamp, directory: &Identity) -> Command {
    let stamp = Stamp {
        from: directory.peer_id(),
        hash: bid,
        at,
    };
    let stamp = sign(directory, stamp).unwrap();
    Command::ProveTime(TimeProof {
        document: bid,
        stamp: stamp.bytes().to_vec().into(),
    })
}

pub(crate) fn ask(rfp: DocumentId) -> Command {
    Command::Ask(Question {
        rfp,
        line: Some(1),
        text: "Which wood?".parse().unwrap(),
    })
}

pub(crate) fn ask_extension(offer: DocumentId, until: Timestamp) -> Command {
    let remark = Default::default();
    Command::AskExtension(ExtendRequest {
        offer,
        until,
        remark,
    })
}

pub(crate) const fn grant(
    offer: DocumentId,
    until: Timestamp,
    firm_until: Option<Timestamp>,
) -> Command {
    Command::GrantExtension(ExtendGrant {
        offer,
        until,
        firm_until,
    })
}

pub(crate) fn refuse_extension(offer: DocumentId) -> Command {
    let remark = Default::default();
    Command::RefuseExtension(ExtendRefuse { offer, remark })
}

pub(crate) fn hold(until: Timestamp) -> Command {
    let remark = Default::default();
    Command::Hold(Hold { until, remark })
}

pub(crate) fn chat(text: &str) -> Command {
    Command::Chat(Chat::of(text.parse().unwrap()))
}

pub(crate) fn sign_terms(identity: &Identity, terms: Terms) -> Command {
    let signed = sign(identity, terms).unwrap();
    let signed = signed.bytes().to_vec().into();
    Command::SignTerms(FinalTerms { signed })
}

pub(crate) fn not_chosen(rfp: DocumentId) -> Command {
    Command::NotChosen(NotChosen {
        rfp,
        reason: Default::default(),
        rank: Some(2),
    })
}

pub(crate) fn refuse_amendment(proposal: DocumentId) -> AmendmentRefuse {
    AmendmentRefuse {
        proposal,
        reason: Default::default(),
    }
}

//! Deals for tests: real identities, real machines, a clock in the test's hand.

mod papers;
mod receipt;

use std::sync::Arc;

use opener_negotiation::{
    Role,
    dialogue::{Command, Dialogue, Effect, Input},
};
use opener_peer::{DealSnapshot, Record};
use opener_trade::{
    DealId, DocumentId, Duration, Identity, List, Opened, Timestamp, Verified,
    document::{Disclosure, Document, FinalTerms, Header, Order, OrderLine, Receipt},
    sign,
};

pub use papers::*;
pub use receipt::receipt;

use crate::{request::BidDraft, transcript::Bundle, view::computed_terms};

/// A document, who said it, when it was signed, when it was taken, and its receipts.
type Said = (
    Arc<Opened>,
    Role,
    Timestamp,
    Timestamp,
    Vec<Verified<Receipt>>,
);

/// A buyer and a seller, each with a machine; what one says reaches the other a second later.
pub struct Deal {
    pub buyer: Identity,
    pub seller: Identity,
    pub now: i64,
    buyers: Dialogue,
    sellers: Dialogue,
    said: Vec<Said>,
}

impl Deal {
    /// The buyer has sent a request for twelve chairs and four stools.
    pub fn begin() -> Self {
        let (buyer, seller) = (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]));
        let header = Header {
            deal: DealId::of_buyer(buyer.peer_id(), [7; 6]),
            from: buyer.peer_id(),
            to: None,
            seq: 1,
            previous: None,
            answers: None,
            issued_at: at(1),
            expires_at: at(1000),
        };
        let rfp = Arc::new(
            sign(
                &buyer,
                Document {
                    header,
                    body: rfp(&["12", "4"]),
                },
            )
            .unwrap(),
        );
        let them = seller.peer_id();
        let (mut buyers, _) = Dialogue::open(Role::Buyer, them, rfp.clone(), at(1)).unwrap();
        let (sellers, _) = Dialogue::open(Role::Seller, them, rfp.clone(), at(2)).unwrap();
        let receipt = receipt(&seller, &rfp.clone().as_ref().clone().into(), at(2));
        buyers
            .step(
                at(2),
                Input::Receipt {
                    document: rfp.id(),
                    at: at(2),
                },
            )
            .unwrap();
        let said = vec![(
            Arc::new(Opened::from((*rfp).clone())),
            Role::Buyer,
            at(1),
            at(2),
            vec![receipt],
        )];
        Self {
            buyer,
            seller,
            now: 10,
            buyers,
            sellers,
            said,
        }
    }

    /// The deal up to final terms that both have signed.
    pub fn whole() -> Self {
        let mut deal = Self::begin();
        deal.say(Role::Seller, Command::Intent);
        deal.bid(&["10.50", "20"]);
        deal.order();
        deal.sign_terms(Role::Buyer);
        deal.sign_terms(Role::Seller);
        deal
    }

    fn machine(&mut self, role: Role) -> &mut Dialogue {
        match role {
            Role::Buyer => &mut self.buyers,
            Role::Seller => &mut self.sellers,
        }
    }

    fn identity(&self, role: Role) -> &Identity {
        match role {
            Role::Buyer => &self.buyer,
            Role::Seller => &self.seller,
        }
    }

    fn moments(&mut self) -> [Timestamp; 2] {
        self.now += 10;
        [at(self.now - 10), at(self.now - 9)]
    }

    fn signed(&mut self, role: Role, command: Command, signed_at: Timestamp) -> Arc<Opened> {
        let state = self.machine(role).state();
        let draft = state.draft(signed_at, command).unwrap();
        Arc::new(draft.sign(self.identity(role)).unwrap())
    }

    /// One side says something; the other receives it, and does what its machine asks for.
    pub fn say(&mut self, role: Role, command: Command) -> DocumentId {
        let moments = self.moments();
        self.say_at(role, command, moments)
    }

    /// The same at these moments: signed, and taken.
    pub fn say_at(&mut self, role: Role, command: Command, moments: [Timestamp; 2]) -> DocumentId {
        let [signed_at, taken_at] = moments;
        let document = self.signed(role, command, signed_at);
        let id = document.id();
        let input = |at| Input::Document {
            document: document.clone(),
            at,
        };
        self.machine(role)
            .step(signed_at, input(signed_at))
            .unwrap();
        let effects = self
            .machine(role.other())
            .step(taken_at, input(taken_at))
            .unwrap();
        let receipt = receipt(self.identity(role.other()), &document, taken_at);
        self.machine(role)
            .step(
                taken_at,
                Input::Receipt {
                    document: id,
                    at: taken_at,
                },
            )
            .unwrap();
        self.said
            .push((document, role, signed_at, taken_at, vec![receipt]));
        for effect in effects {
            if let Effect::Author(command) = effect {
                self.say(role.other(), command);
            }
        }
        id
    }

    /// One side signs what its own machine would refuse, and the other signs a receipt for it.
    pub fn forge(&mut self, role: Role, command: Command) -> DocumentId {
        let moments = self.moments();
        self.forge_at(role, command, moments)
    }

    /// The same at these moments: signed, and taken. Neither machine hears of it.
    pub fn forge_at(
        &mut self,
        role: Role,
        command: Command,
        [signed_at, taken_at]: [Timestamp; 2],
    ) -> DocumentId {
        let document = self.signed(role, command, signed_at);
        let receipt = receipt(self.identity(role.other()), &document, taken_at);
        let id = document.id();
        self.said
            .push((document, role, signed_at, taken_at, vec![receipt]));
        id
    }

    /// A firm bid.
    pub fn bid(&mut self, prices: &[&str]) -> DocumentId {
        self.bid_with(prices, |_| {})
    }

    /// A bid that differs from what the request asks.
    pub fn bid_with(&mut self, prices: &[&str], change: impl FnOnce(&mut BidDraft)) -> DocumentId {
        let bid = self.offer(prices, change);
        self.say(Role::Seller, bid)
    }

    /// A bid that is not sent yet.
    pub fn offer(&self, prices: &[&str], change: impl FnOnce(&mut BidDraft)) -> Command {
        let mut draft = draft(prices);
        change(&mut draft);
        let rfp = &self.buyers.state().rfp;
        let bid = draft.complete(context(rfp.id(), &rfp.body)).unwrap();
        Command::Bid(Box::new(bid))
    }

    pub fn order(&mut self) -> DocumentId {
        let state = self.buyers.state();
        let offer = state.standing.as_ref().unwrap();
        let lines = offer.bid().offered().map(|line| OrderLine {
            line: line.line,
            quantity: line.quantity,
            price: line.price,
            amount: line.amount,
        });
        let answer_by = at(self.now + 100);
        let order = Order {
            bid: offer.id(),
            lines: lines.collect::<Vec<_>>().try_into().unwrap(),
            charges: List::default(),
            total: offer.bid().total,
            delivery: state.rfp.body.delivery.clone(),
            incoterm: None,
            payment: None,
            answer_by,
            grace: Duration::from_secs(10),
            release_after: answer_by.plus(Duration::from_secs(100)),
            disclosure: Disclosure::Prices,
        };
        self.say(Role::Buyer, Command::Order(Box::new(order)))
    }

    pub fn sign_terms(&mut self, role: Role) -> DocumentId {
        let terms = computed_terms(self.machine(role).state()).unwrap().unwrap();
        let signed = sign(self.identity(role), terms).unwrap();
        let body = FinalTerms {
            signed: signed.bytes().to_vec().into(),
        };
        self.say(role, Command::SignTerms(body))
    }

    /// The deal as one side keeps it.
    pub fn snapshot(&self, role: Role) -> DealSnapshot {
        let state = [&self.buyers, &self.sellers][usize::from(role == Role::Seller)].state();
        DealSnapshot {
            deal: state.deal,
            role,
            rfp: state.rfp.clone(),
            request: None,
            dialogues: vec![state.clone()],
            deliveries: vec![],
            assessments: vec![],
            reports: vec![],
            proofs: vec![],
        }
    }

    pub fn records(&self, role: Role) -> Vec<Record> {
        let record = |(document, by, signed_at, taken_at, receipts): &Said| {
            let mine = *by == role;
            Record {
                document: document.clone(),
                at: if mine { *signed_at } else { *taken_at },
                mine,
                void: None,
                receipts: receipts
                    .iter()
                    .map(|receipt| receipt.bytes().clone())
                    .collect(),
            }
        };
        self.said.iter().map(record).collect()
    }

    /// The bundle that one side exports.
    pub fn bundle(&self, role: Role) -> Bundle {
        Bundle::new(
            &self.snapshot(role),
            None,
            &self.records(role),
            at(self.now),
        )
    }
}

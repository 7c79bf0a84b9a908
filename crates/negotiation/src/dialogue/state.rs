//! The state of one dialogue, the same at both sides.

use std::sync::Arc;

use opener_trade::{
    DealId, DocumentId, Opened, PeerId, Timestamp, Verified,
    document::{Bid, Document, Rfp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    amend::{Amendments, Proposal},
    calls::Calls,
    counter::{OpenCounter, Rounds},
    extend::Holds,
    last_round::LastRound,
    placed::{Placed, Signatures},
    release::Told,
};
use crate::{Chain, Role};

/// Where a dialogue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Buyer: the RFP is on its way.
    Invited,
    /// The seller has the RFP.
    Delivered,
    /// The seller means to bid.
    Engaged,
    /// A bid stands.
    BidStanding,
    /// The only bid came after the deadline: kept, excluded.
    BidLate,
    /// The buyer's counter-offer is open; the seller must answer.
    CounteredByBuyer,
    /// The seller's counter-offer is open; the buyer must answer.
    CounteredBySeller,
    /// The request was revised; the bid on the revision before waits to be confirmed or revised.
    NeedsReconfirm,
    /// The buyer has ordered; the quantity is reserved.
    Ordered,
    /// Seller: accepted, waiting to learn that the buyer has it in time.
    Answered,
    /// The seller accepted with changes; the buyer must answer.
    Conditional,
    /// There is a contract.
    Concluded,
    /// Both have signed the final terms.
    Reported,
    /// The seller will not bid.
    Declined,
    /// The seller took its bid back.
    Withdrawn,
    /// The seller refused the order.
    Refused,
    /// The award went elsewhere.
    NotChosen,
    /// Called off: the request by the buyer, or the concluded order by both.
    Cancelled,
    /// The RFP could not be delivered before the deadline.
    LapsedUndelivered,
    /// No bid came.
    LapsedSilent,
    /// The bid expired.
    LapsedExpired,
    /// The order ended unanswered.
    LapsedUnanswered,
    /// The seller let the order go that it had accepted and heard nothing of.
    Released,
}

impl Phase {
    /// Whether nothing can follow but chat.
    pub const fn is_terminal(self) -> bool {
        !self.is_before_order() && !self.is_ordering() && !matches!(self, Phase::Concluded)
    }

    /// Whether the dialogue is open and nothing is ordered.
    pub const fn is_before_order(self) -> bool {
        matches!(
            self,
            Phase::Invited
                | Phase::Delivered
                | Phase::Engaged
                | Phase::BidStanding
                | Phase::BidLate
                | Phase::CounteredByBuyer
                | Phase::CounteredBySeller
                | Phase::NeedsReconfirm
        )
    }

    /// Whether an offer stands, with or without a counter-offer on it.
    pub(super) const fn takes_counters(self) -> bool {
        matches!(
            self,
            Phase::BidStanding | Phase::CounteredByBuyer | Phase::CounteredBySeller
        )
    }

    pub(super) const fn countered_by(side: Role) -> Self {
        match side {
            Role::Buyer => Phase::CounteredByBuyer,
            Role::Seller => Phase::CounteredBySeller,
        }
    }

    /// Whether an order is open.
    pub const fn is_ordering(self) -> bool {
        matches!(self, Phase::Ordered | Phase::Answered | Phase::Conditional)
    }

    /// Whether the dialogue has ended without a contract.
    pub(super) const fn is_closed(self) -> bool {
        self.is_terminal() && !matches!(self, Phase::Reported)
    }

    /// Whether a bid may still come.
    pub const fn takes_bids(self) -> bool {
        self.is_before_order()
    }
}

/// An offer that can be ordered: a bid, or a bid with the changes of an accepted counter-offer, and when the bid came.
#[derive(Debug, Clone)]
pub struct Offer {
    id: DocumentId,
    /// The terms, where they are not the bid's own.
    terms: Option<Arc<Bid>>,
    changed: Option<Changed>,
    /// The bid that it began with.
    pub document: Arc<Verified<Document<Bid>>>,
    /// When the buyer received it; at the seller, when it was sent until the buyer's receipt says more.
    pub received_at: Timestamp,
    /// Whether the buyer's clock proves `received_at`.
    pub proved: bool,
    /// The buyer admitted it although it was late.
    pub admitted: bool,
    /// When a directory saw it, by the stamp that the seller handed on.
    pub stamped_at: Option<Timestamp>,
}

impl Offer {
    pub(super) fn of_bid(
        document: Arc<Verified<Document<Bid>>>,
        received_at: Timestamp,
        proved: bool,
    ) -> Self {
        Self {
            id: document.id(),
            terms: None,
            changed: None,
            document,
            received_at,
            proved,
            admitted: false,
            stamped_at: None,
        }
    }

    /// The same offer with an accepted counter-offer.
    pub(super) fn countered(
        &self,
        counter: DocumentId,
        terms: Arc<Bid>,
        acceptance: DocumentId,
        settled: bool,
    ) -> Self {
        let changed = Changed {
            base: self.id,
            acceptance,
            settled,
            times: self
                .changed
                .as_ref()
                .map_or(0, |it| it.times)
                .saturating_add(1),
        };
        Self {
            id: counter,
            terms: Some(terms),
            changed: Some(changed),
            document: self.document.clone(),
            ..*self
        }
    }

    /// The document that made it: the bid, or the counter-offer that was accepted. Orders name it.
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// The terms: the bid's own, with the changes of accepted counter-offers and with the time that was granted.
    pub fn bid(&self) -> &Bid {
        self.terms.as_deref().unwrap_or(&self.document.body)
    }

    /// The same offer with more time.
    pub(super) fn set_terms(&mut self, terms: Bid) {
        self.terms = Some(Arc::new(terms));
    }

    /// The offer that an acceptance of ours has replaced, as long as the other side may not know of it.
    pub(super) fn unsettled_base(&self) -> Option<DocumentId> {
        let changed = self.changed.as_ref().filter(|changed| !changed.settled);
        changed.map(|changed| changed.base)
    }

    pub(super) fn settle(&mut self, acceptance: DocumentId) -> bool {
        match &mut self.changed {
            Some(changed) if changed.acceptance == acceptance && !changed.settled => {
                changed.settled = true;
                true
            }
            _ => false,
        }
    }

    /// Its place among the offers of a dialogue.
    pub(super) fn seq(&self) -> (u64, u8) {
        let times = self.changed.as_ref().map_or(0, |changed| changed.times);
        (self.document.header.seq, times)
    }
}

/// What accepted counter-offers have made of a bid.
#[derive(Debug, Clone)]
struct Changed {
    base: DocumentId,
    acceptance: DocumentId,
    /// The other side knows of the acceptance.
    settled: bool,
    times: u8,
}

/// The state of a dialogue.
#[derive(Debug, Clone)]
pub struct State {
    /// The side this program is on.
    pub role: Role,
    /// The deal.
    pub deal: DealId,
    /// Who asked.
    pub buyer: PeerId,
    /// Who answers.
    pub seller: PeerId,
    /// The RFP that stands.
    pub rfp: Arc<Verified<Document<Rfp>>>,
    /// Where the dialogue stands.
    pub phase: Phase,
    /// The bid that can be ordered.
    pub standing: Option<Offer>,
    /// A bid that came late and is not admitted.
    pub late: Option<Offer>,
    /// A bid on an earlier revision that waits to be confirmed: it cannot be ordered, and binds nobody.
    pub unconfirmed: Option<Offer>,
    /// Earlier bids, oldest first.
    pub superseded: Vec<Offer>,
    /// The order.
    pub order: Option<Placed>,
    /// The final terms.
    pub terms: Signatures,
    /// The counter-offer that waits for its answer.
    pub counter: Option<OpenCounter>,
    /// The change or cancellation of the concluded order that waits for its answer.
    pub proposal: Option<Proposal>,
    pub(super) amendments: Amendments,
    pub(super) told: Told,
    /// The last moment that was noticed here although nothing followed from it but whose turn it is.
    pub(super) noticed: Option<Timestamp>,
    pub(super) rounds: Rounds,
    /// Who deals with nobody else until when.
    pub holds: Holds,
    /// The offer for which the buyer has asked for more time, and has no answer.
    pub extension_asked: Option<DocumentId>,
    /// The best-and-final round, once the buyer has asked this seller into it.
    pub last_round: Option<LastRound>,
    /// The calls of the two.
    pub calls: Calls,
    pub(super) questions: Vec<Arc<Opened>>,
    pub(super) answers: Vec<Arc<Opened>>,
    pub(super) called_off: bool,
    /// A revision that came while an order was open; it takes effect if the order comes to nothing.
    pub(super) pending: Option<Arc<Verified<Document<Rfp>>>>,
    /// The revisions that this dialogue has seen, oldest first.
    pub(super) revisions: Vec<DocumentId>,
    pub(super) broadcasts: Chain,
    pub(super) buyer_chain: Chain,
    pub(super) seller_chain: Chain,
}

impl State {
    pub(super) fn new(role: Role, seller: PeerId, rfp: Arc<Verified<Document<Rfp>>>) -> Self {
        let phase = match role {
            Role::Buyer => Phase::Invited,
            Role::Seller => Phase::Delivered,
        };
        let broadcasts = Chain::from(rfp.header.seq, rfp.id());
        let revisions = vec![rfp.id()];
        Self {
            role,
            deal: rfp.header.deal,
            buyer: rfp.signer(),
            seller,
            rfp,
            phase,
            standing: None,
            late: None,
            unconfirmed: None,
            superseded: Vec::new(),
            order: None,
            terms: Signatures::default(),
            counter: None,
            proposal: None,
            amendments: Amendments::default(),
            told: Told::default(),
            noticed: None,
            rounds: Rounds::default(),
            holds: Holds::default(),
            extension_asked: None,
            last_round: None,
            calls: Calls::default(),
            questions: Vec::new(),
            answers: Vec::new(),
            called_off: false,
            pending: None,
            revisions,
            broadcasts,
            buyer_chain: Chain::default(),
            seller_chain: Chain::default(),
        }
    }

    /// The chain of documents that one side addresses to the other.
    pub const fn chain(&self, sender: Role) -> &Chain {
        match sender {
            Role::Buyer => &self.buyer_chain,
            Role::Seller => &self.seller_chain,
        }
    }

    /// The peer on one side.
    pub const fn party(&self, role: Role) -> PeerId {
        match role {
            Role::Buyer => self.buyer,
            Role::Seller => self.seller,
        }
    }

    /// The response that made or changed the order, for what follows it.
    pub fn response_id(&self) -> Option<DocumentId> {
        self.order
            .as_ref()
            .and_then(|placed| placed.response.as_ref())
            .map(|response| response.id())
    }

    pub(super) fn chain_mut(&mut self, sender: Role, broadcast: bool) -> &mut Chain {
        match (sender, broadcast) {
            (_, true) => &mut self.broadcasts,
            (Role::Buyer, false) => &mut self.buyer_chain,
            (Role::Seller, false) => &mut self.seller_chain,
        }
    }
}

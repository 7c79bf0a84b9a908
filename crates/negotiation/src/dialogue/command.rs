//! What a party may say in a dialogue, before it is signed.

use opener_trade::{
    Duration, EnvelopeError, Identity, Invalid, Opened, PeerText, Reason, Timestamp,
    document::{
        AmendmentRefuse, BestAndFinal, Bid, BidWithdraw, Body, CallAnswer, CallCandidate, CallEnd,
        CallOffer, Chat, Counter, CounterAccept, CounterRefuse, Decline, Document, ExtendGrant,
        ExtendRefuse, ExtendRequest, FinalTerms, Header, Hold, Intent, Lapse, NotChosen, Order,
        OrderCancel, OrderChange, OrderResponse, Question, Release, TimeProof,
    },
    limits::REMARK_BYTES,
    sign,
};

use super::state::{Offer, Phase, State};
use crate::Rejection;

/// What to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Seller: I mean to bid.
    Intent,
    /// Seller: I will not bid.
    Decline(Decline),
    /// Seller: this is my bid, or my revised bid.
    Bid(Box<Bid>),
    /// Seller: I take my standing bid back.
    WithdrawBid(PeerText<REMARK_BYTES>),
    /// Seller: a directory saw my bid then.
    ProveTime(TimeProof),
    /// Seller: I ask, privately.
    Ask(Question),
    /// Either: I would agree with these changes.
    Counter(Box<Counter>),
    /// Either: I take the open counter-offer.
    AcceptCounter,
    /// Either: I do not take the open counter-offer, or I take mine back.
    RefuseCounter(PeerText<REMARK_BYTES>),
    /// Buyer: please keep the offer open until then.
    AskExtension(ExtendRequest),
    /// Seller: the offer stays open, or firm, longer.
    GrantExtension(ExtendGrant),
    /// Seller: the offer ends when it said it would.
    RefuseExtension(ExtendRefuse),
    /// Either: I deal with nobody else for this until then.
    Hold(Hold),
    /// Buyer: I ask you for your last bid.
    AskLastBid(BestAndFinal),
    /// Buyer: I order on the standing bid.
    Order(Box<Order>),
    /// Either: my answer to the order, or to its changed answer.
    Respond(Box<OrderResponse>),
    /// Buyer: the order ended unanswered.
    Lapse,
    /// Either: the concluded order shall be this instead, if the other side agrees by then.
    ChangeOrder(Box<OrderChange>, Timestamp),
    /// Either: the concluded order shall end, if the other side agrees by then.
    CancelOrder(OrderCancel, Timestamp),
    /// Either: I agree to the open proposal, as it stands.
    AcceptAmendment,
    /// Either: I do not agree to a proposal, or I take mine back.
    RefuseAmendment(AmendmentRefuse),
    /// Seller: I have accepted, heard nothing, and let the order go.
    Release(PeerText<REMARK_BYTES>),
    /// Buyer: the award went elsewhere.
    NotChosen(NotChosen),
    /// Either: my signature on the final terms.
    SignTerms(FinalTerms),
    /// Either: text.
    Chat(Chat),
    /// Either: I call you, or renew the path of a call.
    CallOffer(CallOffer),
    /// Either: I take the call, or its renewal.
    CallAnswer(CallAnswer),
    /// Either: paths on which I may be reached in a call.
    CallCandidate(CallCandidate),
    /// Either: the call is over.
    CallEnd(CallEnd),
}

/// A document that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    header: Header,
    command: Command,
    context: Context,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Context {
    rfp: opener_trade::DocumentId,
    bid: Option<opener_trade::DocumentId>,
    counter: Option<opener_trade::DocumentId>,
    order: Option<opener_trade::DocumentId>,
}

/// How long a document that must not be lost is delivered again: a year covers any holiday or broken machine.
pub(crate) const KEEP_TRYING: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long chat is delivered again: after a month nobody waits for it.
const CHAT_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a document that sets a call up counts: it rings for 45 s, and clocks may differ by a minute before anybody is
/// warned. What comes later must not ring.
pub(super) const CALL_LIFETIME: Duration = Duration::from_secs(120);

impl State {
    /// Places a command in this side's chain, ready to be signed.
    ///
    /// # Errors
    /// There is nothing for the command to refer to.
    pub fn draft(&self, now: Timestamp, command: Command) -> Result<Draft, Rejection> {
        let agrees_to = self
            .proposal
            .as_ref()
            .filter(|open| open.by != self.role && command == Command::AcceptAmendment);
        let command = match agrees_to {
            Some(open) => open.repeated(now),
            None => command,
        };
        let missing =
            |what: &str| Rejection::not_allowed(format!("there is no {what} in this dialogue"));
        let bid = self.newest().map(Offer::id);
        let counter = self.counter.as_ref().map(|open| open.document.id());
        let order = self.order.as_ref().map(|placed| placed.document.id());
        match &command {
            Command::WithdrawBid(_) if bid.is_none() => return Err(missing("standing bid")),
            Command::AcceptCounter | Command::RefuseCounter(_) if counter.is_none() => {
                return Err(missing("open counter-offer"));
            }
            Command::Lapse | Command::Respond(_) | Command::Release(_) if order.is_none() => {
                return Err(missing("open order"));
            }
            Command::AcceptAmendment => return Err(missing("proposal of the other side")),
            _ => {}
        }
        let answers = match &command {
            Command::Bid(_) if self.last_round.is_some() => {
                self.last_round.map(|round| round.asked)
            }
            Command::Intent | Command::Decline(_) | Command::Bid(_) | Command::NotChosen(_) => {
                Some(self.rfp.id())
            }
            Command::AskLastBid(asked) => Some(asked.offer),
            Command::Ask(_) => Some(self.rfp.id()),
            Command::WithdrawBid(_)
            | Command::ProveTime(_)
            | Command::Chat(_)
            | Command::CallOffer(_)
            | Command::CallCandidate(_)
            | Command::CallEnd(_)
            | Command::Counter(_)
            | Command::AskExtension(_)
            | Command::GrantExtension(_)
            | Command::RefuseExtension(_)
            | Command::Hold(_)
            | Command::AcceptCounter
            | Command::RefuseCounter(_)
            | Command::RefuseAmendment(_)
            | Command::AcceptAmendment => self.chain(self.role.other()).head(),
            Command::ChangeOrder(..) | Command::CancelOrder(..) => agrees_to
                .map(|open| open.document.id())
                .or_else(|| self.contract_id()),
            Command::CallAnswer(answer) => Some(answer.offer),
            Command::Order(order) => Some(order.bid),
            Command::Respond(_) if self.phase == Phase::Conditional => self.response_id(),
            Command::Respond(_) | Command::Lapse | Command::Release(_) => order,
            Command::SignTerms(_) => self.contract_id(),
        };
        let expires_at = match &command {
            Command::Chat(_) | Command::CallEnd(_) => now.plus(CHAT_LIFETIME),
            Command::CallOffer(_) | Command::CallAnswer(_) | Command::CallCandidate(_) => {
                now.plus(CALL_LIFETIME)
            }
            Command::ChangeOrder(_, until) | Command::CancelOrder(_, until) => *until,
            _ => now.plus(KEEP_TRYING),
        };
        let chain = self.chain(self.role);
        let header = Header {
            deal: self.deal,
            from: self.party(self.role),
            to: Some(self.party(self.role.other())),
            seq: chain.next_seq(),
            previous: chain.head(),
            answers,
            issued_at: now,
            expires_at,
        };
        Ok(Draft {
            header,
            command,
            context: Context {
                rfp: self.rfp.id(),
                bid,
                counter,
                order,
            },
        })
    }
}

impl Draft {
    /// Signs the draft.
    ///
    /// # Errors
    /// The content breaks a rule of its own, or the identity is not this side's.
    pub fn sign(self, identity: &Identity) -> Result<Opened, EnvelopeError> {
        let Draft {
            header,
            command,
            context,
        } = self;
        let nothing = opener_trade::DocumentId::from_bytes([0; 32]);
        let (bid, order) = (
            context.bid.unwrap_or(nothing),
            context.order.unwrap_or(nothing),
        );
        let counter = context.counter.unwrap_or(nothing);
        let decided_at = header.issued_at;
        match command {
            Command::Intent => seal(identity, header, Intent { rfp: context.rfp }),
            Command::Decline(body) => seal(identity, header, body),
            Command::Bid(body) => seal(identity, header, *body),
            Command::WithdrawBid(reason) => seal(identity, header, BidWithdraw { bid, reason }),
            Command::ProveTime(body) => seal(identity, header, body),
            Command::Ask(body) => seal(identity, header, body),
            Command::Counter(body) => seal(identity, header, *body),
            Command::AskExtension(body) => seal(identity, header, body),
            Command::GrantExtension(body) => seal(identity, header, body),
            Command::RefuseExtension(body) => seal(identity, header, body),
            Command::Hold(body) => seal(identity, header, body),
            Command::AcceptCounter => seal(identity, header, CounterAccept { counter }),
            Command::RefuseCounter(reason) => {
                seal(identity, header, CounterRefuse { counter, reason })
            }
            Command::AskLastBid(body) => seal(identity, header, body),
            Command::Order(body) => seal(identity, header, *body),
            Command::Respond(body) => seal(identity, header, *body),
            Command::Lapse => seal(identity, header, Lapse { order, decided_at }),
            Command::ChangeOrder(body, _) => seal(identity, header, *body),
            Command::CancelOrder(body, _) => seal(identity, header, body),
            // A draft repeats the proposal instead.
            Command::AcceptAmendment => {
                Err(Invalid::because(Reason::NotAllowed, "proposal", "is not there").into())
            }
            Command::RefuseAmendment(body) => seal(identity, header, body),
            Command::Release(reason) => seal(identity, header, Release { order, reason }),
            Command::NotChosen(body) => seal(identity, header, body),
            Command::SignTerms(body) => seal(identity, header, body),
            Command::Chat(body) => seal(identity, header, body),
            Command::CallOffer(body) => seal(identity, header, body),
            Command::CallAnswer(body) => seal(identity, header, body),
            Command::CallCandidate(body) => seal(identity, header, body),
            Command::CallEnd(body) => seal(identity, header, body),
        }
    }
}

fn seal<B>(identity: &Identity, header: Header, body: B) -> Result<Opened, EnvelopeError>
where
    B: Body,
    Opened: From<opener_trade::Verified<Document<B>>>,
{
    Ok(sign(identity, Document { header, body })?.into())
}

//! What a document of either side does: who may say what, and in which order.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_trade::{DocumentId, Opened, Reason, Timestamp};

use super::{
    Effect, NoticeKind, notify,
    state::{Phase, State},
};
use crate::{Entry, Rejection, Role};

impl State {
    /// Checks who says it and whether it is the next of its chain, then what it says.
    pub(super) fn take(
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
        let astray = header.to.is_some_and(|to| to != self.party(sender.other()));
        if astray && holds(Countermeasure::Recipient) {
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
        if !ours && at > header.expires_at && holds(Countermeasure::DocumentExpiry) {
            return Err(Rejection::new(Reason::Expired, "the document has expired").in_chain());
        }
        let more = self.hear(now, sender, document, at).map_err(|rejection| {
            // Who rings too often waits, and rings no more by then: its document expires first.
            if ours || rejection.reason == Reason::RateLimited {
                rejection
            } else {
                rejection.in_chain()
            }
        })?;
        self.note_conclusion(sender, document);
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
        let crossed = sender != self.role && self.phase.is_closed();
        match (sender, &**document) {
            // Both sides have ended the dialogue, each before it heard of the other.
            (Role::Seller, Opened::Decline(_) | Opened::BidWithdraw(_)) if crossed => {
                Ok(Vec::new())
            }
            (Role::Buyer, Opened::NotChosen(_) | Opened::BestAndFinal(_)) if crossed => {
                Ok(Vec::new())
            }
            (Role::Buyer, Opened::Lapse(_))
                if crossed && !matches!(self.phase, Phase::Refused | Phase::Released) =>
            {
                Ok(Vec::new())
            }
            (Role::Seller, Opened::Release(_)) if crossed => Ok(Vec::new()),
            (Role::Seller, Opened::Intent(intent)) => self.engage(id, intent.body.rfp),
            (Role::Seller, Opened::Decline(decline)) => self.decline(id, decline.body.rfp),
            (Role::Seller, Opened::Question(question)) => self.ask(document, question.body.rfp, at),
            (Role::Buyer, Opened::Answer(_)) => self.hear_answer(document),
            (_, Opened::Counter(counter)) => self.counter(sender, Arc::new(counter.clone()), at),
            (_, Opened::CounterAccept(accept)) => {
                self.accept_counter(sender, id, accept.body.counter, at)
            }
            (_, Opened::CounterRefuse(refuse)) => {
                self.refuse_counter(sender, id, refuse.body.counter, at)
            }
            (Role::Buyer, Opened::ExtendRequest(asked)) => {
                self.ask_extension(id, asked.body.offer, asked.body.until)
            }
            (Role::Seller, Opened::ExtendGrant(grant)) => self.grant_extension(id, &grant.body, at),
            (Role::Seller, Opened::ExtendRefuse(refuse)) => {
                self.refuse_extension(id, refuse.body.offer)
            }
            (Role::Buyer, Opened::BestAndFinal(asked)) => self.ask_last_bid(asked),
            (_, Opened::Hold(hold)) => self.hold(sender, id, &hold.body, at),
            (Role::Seller, Opened::Bid(bid)) => self.bid(Arc::new(bid.clone()), at),
            (Role::Seller, Opened::TimeProof(proof)) => self.prove_time(id, &proof.body),
            (Role::Seller, Opened::BidWithdraw(withdraw)) => {
                self.withdraw(id, withdraw.body.bid, at)
            }
            (Role::Buyer, Opened::Order(order)) => self.place(Arc::new(order.clone()), now, at),
            (_, Opened::OrderResponse(response)) => {
                self.respond(sender, Arc::new(response.clone()), at)
            }
            (Role::Buyer, Opened::Lapse(lapse)) => self.lapse(id, &lapse.body, now),
            (Role::Buyer, Opened::NotChosen(_)) => self.not_chosen(id),
            (Role::Buyer, Opened::RfpCancel(_)) => Ok(self.cancel(id)),
            (_, Opened::OrderChange(_) | Opened::OrderCancel(_)) => {
                self.amend(sender, document, now, at)
            }
            (_, Opened::AmendmentRefuse(refuse)) => {
                self.refuse_amendment(sender, id, refuse.body.proposal)
            }
            (Role::Seller, Opened::Release(release)) => self.release(release, at),
            (_, Opened::FinalTerms(terms)) => self.sign_terms(sender, id, &terms.body, at),
            (_, Opened::Chat(_)) => Ok(self.tell(sender, NoticeKind::ChatArrived, id)),
            (_, Opened::CallOffer(offer)) => self.offer_call(sender, id, &offer.body, at),
            (_, Opened::CallAnswer(answer)) => self.answer_call(sender, id, &answer.body),
            (_, Opened::CallCandidate(paths)) => self.hear_candidates(sender, id, &paths.body),
            (_, Opened::CallEnd(end)) => self.end_call(sender, id, &end.body),
            (_, Opened::Unknown(_)) => Ok(self.tell(sender, NoticeKind::UnknownArrived, id)),
            (Role::Buyer, Opened::Rfp(rfp)) => self.revise(Arc::new(rfp.clone())),
            _ => Err(Rejection::not_allowed(
                "this side of the dialogue does not send that",
            )),
        }
    }

    /// Passes over a document that is void: its chain goes on.
    pub(super) fn skip(&mut self, document: &Opened) {
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
    pub(super) fn tell(&self, sender: Role, kind: NoticeKind, document: DocumentId) -> Vec<Effect> {
        if sender == self.role {
            Vec::new()
        } else {
            vec![notify(kind, Some(document))]
        }
    }

    pub(super) fn require_rfp(&self, rfp: DocumentId) -> Result<(), Rejection> {
        if rfp == self.rfp.id() {
            Ok(())
        } else {
            Err(Rejection::stale("another revision stands", self.rfp.id()))
        }
    }
}

//! What arrives: the one way in for documents.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_negotiation::{Rejection, Role, dialogue::Dialogue, dialogue::Input};
use opener_store::NewReceipt;
use opener_trade::{
    DealId, DocumentId, Opened, PeerId, PeerText, Reason, Timestamp, Verified,
    document::{Document, Failure, Header, Receipt, Rfp, Stage},
    open, sign,
};

use super::{Engine, Key, moments::Act, work::Work};
use crate::PeerError;

/// Bytes that a peer delivered.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who delivered them, authenticated by the transport.
    pub from: PeerId,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// Why a document is refused, before it becomes a signed failure.
struct Refusal {
    document: Option<DocumentId>,
    rejection: Rejection,
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self {
            document: None,
            rejection,
        }
    }
}

/// What a document led to: the time of its receipt, or a refusal.
pub(super) type Verdict = Result<Timestamp, Rejection>;

impl Engine {
    /// Takes what arrived, in one transaction, and gives the signed receipt or failure for each.
    ///
    /// # Errors
    /// The database cannot be written: nothing is acknowledged, and the senders try again.
    pub async fn receive(
        &mut self,
        now: Timestamp,
        arrivals: &[Arrival],
    ) -> Result<Vec<Arc<[u8]>>, PeerError> {
        let admitted: Vec<bool> = arrivals
            .iter()
            .map(|arrival| {
                self.buckets.take(arrival.from, 1, now) || !holds(Countermeasure::RateLimit)
            })
            .collect();
        let together = self.receive_together(now, arrivals, &admitted).await;
        match together {
            // One that fails must not keep the others out: each by itself, then.
            Err(error) if !error.is_of_database() => {
                let mut answers = Vec::with_capacity(arrivals.len());
                for (arrival, admitted) in arrivals.iter().zip(admitted) {
                    answers.push(self.receive_alone(now, arrival, admitted).await?);
                }
                Ok(answers)
            }
            done => done,
        }
    }

    async fn receive_together(
        &mut self,
        now: Timestamp,
        arrivals: &[Arrival],
        admitted: &[bool],
    ) -> Result<Vec<Arc<[u8]>>, PeerError> {
        let mut work = self.begin(now).await?;
        let mut answers = Vec::with_capacity(arrivals.len());
        for (arrival, admitted) in arrivals.iter().zip(admitted) {
            answers.push(if *admitted {
                work.receive(arrival).await?
            } else {
                let rule = "too many documents; wait a little";
                work.failure(
                    arrival.from,
                    None,
                    &Rejection::new(Reason::RateLimited, rule),
                )?
            });
        }
        if holds(Countermeasure::ReceiptAfterCommit) {
            let changed = work.commit().await?;
            self.adopt(changed);
        }
        Ok(answers)
    }

    async fn receive_alone(
        &mut self,
        now: Timestamp,
        arrival: &Arrival,
        admitted: bool,
    ) -> Result<Arc<[u8]>, PeerError> {
        let one = std::slice::from_ref(arrival);
        match self.receive_together(now, one, &[admitted]).await {
            Ok(mut answers) => answers.pop().ok_or(PeerError::NotFound("answer")),
            Err(error) if error.is_of_database() => Err(error),
            Err(error) => {
                tracing::error!(%error, "a document could not be taken");
                let work = self.begin(now).await?;
                let rule = "the receiver cannot take this document now";
                work.failure(
                    arrival.from,
                    None,
                    &Rejection::new(Reason::Unavailable, rule),
                )
            }
        }
    }
}

impl Work<'_> {
    async fn receive(&mut self, arrival: &Arrival) -> Result<Arc<[u8]>, PeerError> {
        match self.take(arrival).await? {
            Ok(receipt) => Ok(receipt),
            Err(refusal) => self.failure(arrival.from, refusal.document, &refusal.rejection),
        }
    }

    async fn take(&mut self, arrival: &Arrival) -> Result<Result<Arc<[u8]>, Refusal>, PeerError> {
        let from = arrival.from;
        let document = match open(&arrival.bytes) {
            Ok(document) => Arc::new(document),
            Err(error) => return Ok(Err(Rejection::new(error.reason(), error.to_string()).into())),
        };
        let id = document.id();
        let refuse = |rejection| {
            Ok(Err(Refusal {
                document: Some(id),
                rejection,
            }))
        };
        let handed_on = matches!(&*document, Opened::LogHead(_));
        if document.signer() != from && !handed_on && holds(Countermeasure::SignerDelivers) {
            return refuse(Rejection::new(
                Reason::NotInvited,
                "documents come from their signer",
            ));
        }
        if self
            .tx
            .read()
            .contact(from)
            .await?
            .is_some_and(|contact| contact.blocked && holds(Countermeasure::Block))
        {
            self.pass_over(&document, Reason::Blocked).await?;
            return refuse(Rejection::new(
                Reason::Blocked,
                "the receiver does not deal with this sender",
            ));
        }
        let header = match (&*document, document.header()) {
            (_, Some(header)) => header,
            (Opened::Listing(listing), _) => return self.meet(from, listing).await.map(Ok),
            (Opened::LogHead(head), _) => return self.hear_head(from, head).await.map(Ok),
            (Opened::Receipt(receipt), _) => {
                return Ok(self.learn_read(receipt).await?.map_err(Refusal::from));
            }
            _ => {
                return refuse(Rejection::not_allowed(
                    "such a document is not delivered by itself",
                ));
            }
        };
        if header.to.is_some_and(|to| to != self.me()) && holds(Countermeasure::Recipient) {
            return refuse(Rejection::new(
                Reason::WrongRecipient,
                "the document is addressed to somebody else",
            ));
        }
        let known = self.tx.read().document(id).await?.is_some();
        if known && holds(Countermeasure::ReplayCheck) {
            return match self.answer_again(id, header).await? {
                Ok(receipt) => Ok(Ok(receipt)),
                Err(rejection) => refuse(rejection),
            };
        }
        match self.deliver(&document, None).await? {
            Ok(at) => {
                let receipt = self.acknowledge(id, header.deal, from, at).await?;
                self.take_parked(header).await?;
                Ok(Ok(receipt))
            }
            Err(rejection) => {
                if rejection.reason == Reason::OutOfOrder {
                    self.park(&document, header).await?;
                } else if rejection.in_chain {
                    self.take_parked(header).await?;
                }
                refuse(rejection)
            }
        }
    }

    /// Gives a new document to its machine and keeps it. It has arrived just now, unless it was parked.
    pub(super) async fn deliver(
        &mut self,
        document: &Arc<Opened>,
        parked_at: Option<Timestamp>,
    ) -> Result<Verdict, PeerError> {
        let Some(header) = document.header() else {
            return Ok(Err(Rejection::not_allowed("not a document of a deal")));
        };
        if self.tx.read().deal(header.deal).await?.is_none() {
            return match &**document {
                Opened::Rfp(rfp) => {
                    let at = parked_at.unwrap_or(self.now);
                    self.invite(document, rfp, at).await
                }
                _ => Ok(Err(Rejection::new(
                    Reason::UnknownDeal,
                    "the receiver knows no such deal",
                ))),
            };
        }
        let key = self.key_from(header).await?;
        let invited = self.tx.read().dialogue(key.0, key.1).await?.is_some();
        if !invited && holds(Countermeasure::Invitation) {
            return Ok(Err(Rejection::new(
                Reason::NotInvited,
                "the sender was not invited to this deal",
            )));
        }
        let at = match parked_at {
            Some(at) => at,
            None => self.begin_act(key, Act::Take),
        };
        match self
            .try_step(
                key,
                Input::Document {
                    document: document.clone(),
                    at,
                },
            )
            .await?
        {
            Ok(effects) => {
                self.keep(document, at).await?;
                self.carry_out(key, effects).await?;
                self.tell_if_over(key).await?;
                Ok(Ok(at))
            }
            Err(rejection) => {
                if rejection.in_chain {
                    self.keep(document, at).await?;
                    self.void(key, document, rejection.reason).await?;
                }
                Ok(Err(rejection))
            }
        }
    }

    /// Refuses a document unheard. One that continues its chain keeps its place there without effect, so that the chain can
    /// go on when its sender is heard again.
    async fn pass_over(&mut self, document: &Arc<Opened>, reason: Reason) -> Result<(), PeerError> {
        let Some(header) = document.header() else {
            return Ok(());
        };
        let key = self.key_from(header).await?;
        if self.tx.read().document(document.id()).await?.is_some()
            || self.tx.read().dialogue(key.0, key.1).await?.is_none()
        {
            return Ok(());
        }
        let now = self.begin_act(key, Act::Take);
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        let mut unheard = self.dialogue(key).await?.clone();
        let continues = match unheard.step(now, input) {
            Ok(_) => true,
            Err(rejection) => rejection.in_chain,
        };
        if continues {
            self.keep(document, now).await?;
            self.void(key, document, reason).await?;
        }
        Ok(())
    }

    /// The key of the dialogue that a document from somebody else belongs to.
    async fn key_from(&mut self, header: &Header) -> Result<Key, PeerError> {
        let deal = self.tx.read().deal(header.deal).await?;
        let we_buy = deal.is_some_and(|deal| deal.buyer == self.me());
        Ok((header.deal, if we_buy { header.from } else { self.me() }))
    }

    /// A request has arrived: begins the dialogue at the seller.
    async fn invite(
        &mut self,
        document: &Arc<Opened>,
        rfp: &Verified<Document<Rfp>>,
        at: Timestamp,
    ) -> Result<Verdict, PeerError> {
        if !self.profile.is_some_and(|profile| profile.roles.sells) {
            return Ok(Err(Rejection::not_allowed("the receiver does not sell")));
        }
        let key = (rfp.header.deal, self.me());
        let (dialogue, effects) =
            match Dialogue::open(Role::Seller, self.me(), Arc::new(rfp.clone()), at) {
                Ok(opened) => opened,
                Err(rejection) => return Ok(Err(rejection)),
            };
        self.changed.dialogues.insert(key, dialogue);
        self.touched.insert(key.0);
        self.keep(document, at).await?;
        self.carry_out(key, effects).await?;
        self.tx.mark_met(rfp.signer(), self.now).await?;
        Ok(Ok(at))
    }

    /// The same document again: the same receipt and no second effect.
    async fn answer_again(
        &mut self,
        id: DocumentId,
        header: &Header,
    ) -> Result<Result<Arc<[u8]>, Rejection>, PeerError> {
        let me = self.me();
        if let Some(receipt) = self.tx.read().receipt(id, me, Stage::Received).await? {
            return Ok(Ok(receipt.bytes.into()));
        }
        let key = self.key_from(header).await?;
        let reason = self
            .dialogue(key)
            .await?
            .is_void(id)
            .unwrap_or(Reason::NotAllowed);
        Ok(Err(Rejection::new(
            reason,
            "the document was refused before",
        )))
    }

    /// Signs a receipt and keeps it: it leaves only after the commit.
    pub(super) async fn acknowledge(
        &mut self,
        document: DocumentId,
        deal: DealId,
        to: PeerId,
        at: Timestamp,
    ) -> Result<Arc<[u8]>, PeerError> {
        let from = self.me();
        let stage = Stage::Received;
        let receipt = sign(
            self.identity,
            Receipt {
                document,
                deal,
                from,
                to,
                stage,
                at,
            },
        )?;
        let new = NewReceipt {
            document,
            signer: from,
            stage,
            deal,
            at,
            bytes: receipt.bytes(),
        };
        self.tx.insert_receipt(new).await?;
        Ok(receipt.bytes().clone())
    }

    fn failure(
        &self,
        to: PeerId,
        document: Option<DocumentId>,
        rejection: &Rejection,
    ) -> Result<Arc<[u8]>, PeerError> {
        let failure = Failure {
            document,
            from: self.me(),
            to,
            reason: rejection.reason,
            head: rejection.head,
            detail: PeerText::truncated(&rejection.rule),
            at: self.now,
        };
        Ok(sign(self.identity, failure)?.bytes().clone())
    }
}

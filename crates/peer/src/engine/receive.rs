//! What arrives: the one way in for documents.

use std::sync::Arc;

use opener_negotiation::{Rejection, Role, dialogue::Dialogue, dialogue::Input};
use opener_store::{NewContact, NewReceipt, ParkedDocument};
use opener_trade::{
    DealId, DocumentId, Opened, PeerId, PeerText, Reason, Timestamp, Verified,
    document::{Document, Failure, Header, Listing, Receipt, Rfp, Stage},
    open, sign,
};

use super::{Engine, work::Work};
use crate::{Event, PeerError};

/// Documents of one sender that wait for an earlier one, at most. A round with one seller takes about ten.
pub(crate) const PARKED_PER_SENDER: usize = 64;
/// Documents of all senders that wait for an earlier one, at most; then nobody's are kept.
pub(crate) const PARKED_IN_ALL: usize = 4096;
/// Contacts kept at most; those never dealt with are forgotten first.
pub(crate) const CONTACTS: usize = 200_000;
/// How many contacts are forgotten at once when there are too many.
const FORGET_CONTACTS: usize = 1000;

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
type Verdict = Result<Timestamp, Rejection>;

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
            .map(|arrival| self.buckets.take(arrival.from, now))
            .collect();
        let mut work = self.begin(now).await?;
        let mut answers = Vec::with_capacity(arrivals.len());
        for (arrival, admitted) in arrivals.iter().zip(admitted) {
            let answer = if admitted {
                work.receive(arrival).await?
            } else {
                work.failure(
                    arrival.from,
                    None,
                    &Rejection::new(Reason::RateLimited, "too many documents; wait a little"),
                )?
            };
            answers.push(answer);
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(answers)
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
        if document.signer() != from {
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
            .is_some_and(|contact| contact.blocked)
        {
            return refuse(Rejection::new(
                Reason::Blocked,
                "the receiver does not deal with this sender",
            ));
        }
        let header = match (&*document, document.header()) {
            (_, Some(header)) => header,
            (Opened::Listing(listing), _) => return self.meet(from, listing).await.map(Ok),
            (Opened::Receipt(receipt), _) => {
                return Ok(self.learn_read(receipt).await?.map_err(Refusal::from));
            }
            _ => {
                return refuse(Rejection::not_allowed(
                    "such a document is not delivered by itself",
                ));
            }
        };
        if header.to.is_some_and(|to| to != self.me()) {
            return refuse(Rejection::new(
                Reason::WrongRecipient,
                "the document is addressed to somebody else",
            ));
        }
        if self.tx.read().document(id).await?.is_some() {
            return match self.answer_again(id, header).await? {
                Ok(receipt) => Ok(Ok(receipt)),
                Err(rejection) => refuse(rejection),
            };
        }
        match self.deliver(&document, self.now).await? {
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

    /// Gives a new document to its machine and keeps it.
    async fn deliver(
        &mut self,
        document: &Arc<Opened>,
        at: Timestamp,
    ) -> Result<Verdict, PeerError> {
        let Some(header) = document.header() else {
            return Ok(Err(Rejection::not_allowed("not a document of a deal")));
        };
        let known = self.tx.read().deal(header.deal).await?;
        let key = match (&known, &**document) {
            (None, Opened::Rfp(rfp)) => return self.invite(document, rfp, at).await,
            (None, _) => {
                return Ok(Err(Rejection::new(
                    Reason::UnknownDeal,
                    "the receiver knows no such deal",
                )));
            }
            (Some(deal), _) if deal.buyer == self.me() => (header.deal, header.from),
            (Some(_), _) => (header.deal, self.me()),
        };
        if self.tx.read().dialogue(key.0, key.1).await?.is_none() {
            return Ok(Err(Rejection::new(
                Reason::NotInvited,
                "the sender was not invited to this deal",
            )));
        }
        match self
            .step(
                key,
                Input::Document {
                    document: document.clone(),
                    at,
                },
            )
            .await
        {
            Ok(effects) => {
                self.keep(document, at).await?;
                self.carry_out(key, effects).await?;
                Ok(Ok(at))
            }
            Err(PeerError::Rejected(rejection)) => {
                if rejection.in_chain {
                    self.keep(document, at).await?;
                    self.void(key, document, rejection.reason).await?;
                }
                Ok(Err(rejection))
            }
            Err(error) => Err(error),
        }
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
        let key = if self
            .tx
            .read()
            .deal(header.deal)
            .await?
            .is_some_and(|deal| deal.buyer == me)
        {
            (header.deal, header.from)
        } else {
            (header.deal, me)
        };
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

    /// Keeps a document whose predecessor is still missing, within bounds. It is not acknowledged yet.
    async fn park(&mut self, document: &Opened, header: &Header) -> Result<(), PeerError> {
        let room = self.tx.read().parked_count(Some(header.from)).await? < PARKED_PER_SENDER
            && self.tx.read().parked_count(None).await? < PARKED_IN_ALL;
        if room {
            let parked = ParkedDocument {
                document: document.id(),
                deal: header.deal,
                sender: header.from,
                recipient: header.to,
                seq: header.seq,
                received_at: self.now,
                bytes: document.bytes().to_vec(),
            };
            self.tx.park(&parked).await?;
        }
        Ok(())
    }

    /// Takes the documents that waited for the one that has just come.
    async fn take_parked(&mut self, header: &Header) -> Result<(), PeerError> {
        let (deal, from) = (header.deal, header.from);
        while let Some(parked) = self
            .tx
            .read()
            .parked_after(deal, from, header.to.is_none())
            .await?
        {
            let Ok(document) = open(&parked.bytes) else {
                break;
            };
            let verdict = self
                .deliver(&Arc::new(document), parked.received_at)
                .await?;
            if matches!(&verdict, Err(rejection) if rejection.reason == Reason::OutOfOrder) {
                break;
            }
            self.tx.unpark(parked.document).await?;
            if let Ok(at) = verdict {
                self.acknowledge(parked.document, deal, from, at).await?;
            }
        }
        Ok(())
    }

    /// A peer tells where it is now.
    async fn meet(
        &mut self,
        from: PeerId,
        listing: &Verified<Listing>,
    ) -> Result<Arc<[u8]>, PeerError> {
        self.know(listing, "delivered").await?;
        self.tx.touch_seen(from, self.now).await?;
        self.changed.events.push(Event::Network);
        self.acknowledge(listing.id(), STANDING_ALONE, from, self.now)
            .await
    }

    /// Keeps the newest listing of a peer.
    pub(super) async fn know(
        &mut self,
        listing: &Verified<Listing>,
        source: &str,
    ) -> Result<(), PeerError> {
        if self.tx.read().contact_count().await? >= CONTACTS {
            self.tx.evict_oldest_unmet(FORGET_CONTACTS).await?;
        }
        let addresses: Vec<String> = listing.addresses.iter().map(ToString::to_string).collect();
        let new = NewContact {
            peer: listing.from,
            listing: listing.bytes(),
            listing_seq: listing.seq,
            name: listing.name.as_str(),
            addresses: &addresses,
            source,
            at: self.now,
        };
        self.tx.upsert_contact(new).await?;
        Ok(())
    }

    /// A person on the other side has opened a document of ours.
    async fn learn_read(
        &mut self,
        receipt: &Verified<Receipt>,
    ) -> Result<Result<Arc<[u8]>, Rejection>, PeerError> {
        if let Some(before) = self
            .tx
            .read()
            .receipt(receipt.id(), self.identity.peer_id(), Stage::Received)
            .await?
        {
            return Ok(Ok(before.bytes.into()));
        }
        let ours = self
            .tx
            .read()
            .document(receipt.document)
            .await?
            .filter(|document| document.mine);
        let sent = match ours {
            Some(_) if receipt.stage == Stage::Read && receipt.to == self.me() => {
                self.tx
                    .mark_read(receipt.from, receipt.document, receipt.at)
                    .await?
            }
            _ => false,
        };
        if !sent {
            return Ok(Err(Rejection::not_allowed(
                "the receipt is for no document sent to its signer",
            )));
        }
        self.keep_receipt(receipt).await?;
        self.changed.events.push(Event::Delivery {
            deal: receipt.deal,
            peer: receipt.from,
        });
        self.acknowledge(receipt.id(), receipt.deal, receipt.from, self.now)
            .await
            .map(Ok)
    }

    pub(super) async fn keep_receipt(
        &mut self,
        receipt: &Verified<Receipt>,
    ) -> Result<(), PeerError> {
        let new = NewReceipt {
            document: receipt.document,
            signer: receipt.from,
            stage: receipt.stage,
            deal: receipt.deal,
            at: receipt.at,
            bytes: receipt.bytes(),
        };
        self.tx.insert_receipt(new).await?;
        Ok(())
    }
}

/// The deal of a document that belongs to none.
pub(super) const STANDING_ALONE: DealId = DealId::from_bytes([0; 16]);

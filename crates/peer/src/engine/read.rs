//! What a peer shows of itself.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use opener_negotiation::{Role, dialogue::Dialogue};
use opener_store::{
    Contact, DealCounts, DealFilter, DeliveryCounts, ListedDeal, Notice, ReportStatus,
    Role as StoredRole, Store,
};
use opener_trade::{
    DealId, PeerId, Timestamp, Verified,
    document::{Document, Rfp, Stage},
    sign,
};

use super::{
    Engine, Key,
    directory::PROFILE,
    load::{load_dialogue, load_request, opened},
};
use crate::{DealSnapshot, PeerError, Profile, Record};

/// Documents of one deal that are shown or exported: a buyer with five thousand sellers and some documents each.
const RECORDS: usize = 100_000;

pub(super) async fn stored_profile(store: &Store) -> Result<Option<Profile>, PeerError> {
    let json = store.read().setting(PROFILE).await?;
    let profile = json.map(|json| serde_json::from_str(&json)).transpose();
    Ok(profile.map_err(|e| opener_trade::Invalid::new("profile", e.to_string()))?)
}

impl Engine {
    /// The deals, those that need me first; after this one, the last of the page before.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deals(
        &self,
        filter: &DealFilter,
        limit: usize,
        after: Option<DealId>,
    ) -> Result<Vec<ListedDeal>, PeerError> {
        Ok(self.store.read().deals(filter, limit, after).await?)
    }

    /// How many deals there are of each sort, and notices that nobody has acknowledged.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deal_counts(&self) -> Result<(DealCounts, u32), PeerError> {
        let unread = self.store.read().unread_count().await?;
        let counts = self.store.read().deal_counts().await?;
        Ok((counts, u32::try_from(unread).unwrap_or(u32::MAX)))
    }

    /// One deal with everything that belongs to it.
    ///
    /// # Errors
    /// There is no such deal.
    pub async fn deal(&self, deal: DealId) -> Result<DealSnapshot, PeerError> {
        let mut read = self.store.read();
        let row = read.deal(deal).await?.ok_or(PeerError::NotFound("deal"))?;
        let mut dialogues = Vec::new();
        for row in read.dialogues(deal).await? {
            dialogues.push(self.state((deal, row.seller)).await?);
        }
        let request = match row.role {
            StoredRole::Buyer => Some(self.request_state(deal).await?),
            StoredRole::Seller => None,
        };
        let rfp: Arc<Verified<Document<Rfp>>> = request
            .as_ref()
            .map(|request| request.rfp.clone())
            .or_else(|| dialogues.first().map(|dialogue| dialogue.rfp.clone()))
            .ok_or(PeerError::NotFound("deal"))?;
        Ok(DealSnapshot {
            deal,
            role: if row.role == StoredRole::Buyer {
                Role::Buyer
            } else {
                Role::Seller
            },
            rfp,
            request,
            dialogues,
            deliveries: read.delivery(deal).await?,
            assessments: read.assessments(deal).await?,
            reports: read.report_status(deal).await?,
            proofs: read.proofs_of_deal(deal).await?,
        })
    }

    pub(super) async fn state(
        &self,
        key: Key,
    ) -> Result<opener_negotiation::dialogue::State, PeerError> {
        match self.machines.dialogues.get(&key) {
            Some(dialogue) => Ok(dialogue.state().clone()),
            None => Ok(load_dialogue(&mut self.store.read(), key, self.peer_id())
                .await?
                .state()
                .clone()),
        }
    }

    async fn request_state(
        &self,
        deal: DealId,
    ) -> Result<opener_negotiation::request::State, PeerError> {
        match self.machines.requests.get(&deal) {
            Some(request) => Ok(request.state().clone()),
            None => Ok(load_request(&mut self.store.read(), deal)
                .await?
                .state()
                .clone()),
        }
    }

    /// The documents of a deal in order, with one seller or with all.
    ///
    /// # Errors
    /// There is no such deal.
    pub async fn records(
        &self,
        deal: DealId,
        seller: Option<PeerId>,
    ) -> Result<Vec<Record>, PeerError> {
        let mut read = self.store.read();
        let row = read.deal(deal).await?.ok_or(PeerError::NotFound("deal"))?;
        let stored = match seller {
            Some(seller) => read.documents_of_dialogue(deal, seller).await?,
            None => read.documents_of_deal(deal, RECORDS).await?,
        };
        let receipts = read.receipts_of_deal(deal).await?;
        let me = self.peer_id();
        let mut dialogues = HashMap::new();
        let mut records = Vec::with_capacity(stored.len());
        for document in stored {
            let of_this = receipts
                .iter()
                .filter(|receipt| receipt.document == document.id);
            let receipts = of_this
                .map(|receipt| Arc::from(receipt.bytes.as_slice()))
                .collect();
            let seller = match (row.buyer == me, document.mine) {
                (false, _) => Some(me),
                (true, true) => document.recipient,
                (true, false) => Some(document.sender),
            };
            let void = match seller {
                Some(seller) => self
                    .dialogue_among(&mut dialogues, (deal, seller))
                    .await?
                    .and_then(|dialogue| dialogue.is_void(document.id)),
                None => None,
            };
            let (at, mine, id) = (document.received_at, document.mine, document.id);
            let Some(document) = opened(vec![document])?.remove(&id) else {
                continue;
            };
            records.push(Record {
                document,
                at,
                mine,
                void,
                receipts,
            });
        }
        Ok(records)
    }

    /// A dialogue, loaded at most once; none where a document belongs to no dialogue.
    async fn dialogue_among<'d>(
        &'d self,
        loaded: &'d mut HashMap<Key, Option<Dialogue>>,
        key: Key,
    ) -> Result<Option<&'d Dialogue>, PeerError> {
        if let Some(cached) = self.machines.dialogues.get(&key) {
            return Ok(Some(cached));
        }
        if let Entry::Vacant(place) = loaded.entry(key) {
            let dialogue = load_dialogue(&mut self.store.read(), key, self.peer_id()).await;
            place.insert(match dialogue {
                Ok(dialogue) => Some(dialogue),
                Err(PeerError::NotFound(_)) => None,
                Err(error) => return Err(error),
            });
        }
        Ok(loaded.get(&key).and_then(Option::as_ref))
    }

    /// What needs a person, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn notices(
        &self,
        unacknowledged: bool,
        limit: usize,
    ) -> Result<Vec<Notice>, PeerError> {
        Ok(self
            .store
            .read()
            .notices(unacknowledged, limit, None)
            .await?)
    }

    /// Known peers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn contacts(&self, limit: usize) -> Result<Vec<Contact>, PeerError> {
        Ok(self.store.read().contacts(limit, 0).await?)
    }

    /// Where the reports of a deal have come, a row a directory.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reports(&self, deal: DealId) -> Result<Vec<ReportStatus>, PeerError> {
        Ok(self.store.read().report_status(deal).await?)
    }

    /// Documents on their way, by state.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn delivery_counts(&self) -> Result<DeliveryCounts, PeerError> {
        let mut all = DeliveryCounts::default();
        for deal in self
            .store
            .read()
            .deals(&DealFilter::default(), COUNTED_DEALS, None)
            .await?
        {
            let counts = self.store.read().delivery_counts(deal.row.deal).await?;
            all.queued += counts.queued;
            all.sent += counts.sent;
            all.received += counts.received;
            all.read += counts.read;
            all.refused += counts.refused;
            all.expired += counts.expired;
        }
        Ok(all)
    }

    /// A person has opened a deal: whoever sent a request, a bid or text learns that it was read.
    ///
    /// # Errors
    /// There is no such deal.
    pub async fn open_deal(&mut self, now: Timestamp, deal: DealId) -> Result<(), PeerError> {
        let stored = self.store.read().documents_of_deal(deal, RECORDS).await?;
        let me = self.peer_id();
        let mut work = self.begin(now).await?;
        for document in stored
            .into_iter()
            .filter(|document| !document.mine && READABLE.contains(&document.kind.as_str()))
        {
            if work
                .tx
                .read()
                .receipt(document.id, me, Stage::Read)
                .await?
                .is_some()
            {
                continue;
            }
            let receipt = opener_trade::document::Receipt {
                document: document.id,
                deal,
                from: me,
                to: document.sender,
                stage: Stage::Read,
                at: now,
            };
            let receipt = sign(work.identity, receipt)?;
            work.keep_receipt(&receipt).await?;
            let id = receipt.id();
            work.keep(&receipt.into(), now).await?;
            work.enqueue(document.sender, id, deal, now.plus(READ_LIFETIME))
                .await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(())
    }
}

/// The kinds whose sender wants to know that a person has opened them.
const READABLE: [&str; 4] = ["rfp", "bid", "order", "chat"];
/// After a week nobody wonders any more whether something was read.
const READ_LIFETIME: opener_trade::Duration = opener_trade::Duration::from_secs(7 * 24 * 3600);
/// Deals whose deliveries are counted for the status: the newest.
const COUNTED_DEALS: usize = 200;

//! Machines come from their journals: the state after a restart is the state before it.

use std::{collections::HashMap, sync::Arc};

use opener_negotiation::{Entry, Rejection, Role, dialogue::Dialogue, request::Request};
use opener_store::{Read, StoredDocument};
use opener_trade::{
    DealId, DocumentId, Opened, Verified, document::Document, document::Rfp, open_own_record,
};

use super::{Key, work::Work};
use crate::PeerError;

impl Work<'_> {
    /// The dialogue, to be changed in this transaction.
    pub(super) async fn dialogue(&mut self, key: Key) -> Result<&mut Dialogue, PeerError> {
        if !self.changed.dialogues.contains_key(&key) {
            let dialogue = match self.machines.dialogues.get(&key) {
                Some(cached) => cached.clone(),
                None => load_dialogue(&mut self.tx.read(), key, self.identity.peer_id()).await?,
            };
            self.changed.dialogues.insert(key, dialogue);
        }
        self.changed
            .dialogues
            .get_mut(&key)
            .ok_or(PeerError::NotFound("dialogue"))
    }

    /// The request, to be changed in this transaction.
    pub(super) async fn request(&mut self, deal: DealId) -> Result<&mut Request, PeerError> {
        if !self.changed.requests.contains_key(&deal) {
            let request = match self.machines.requests.get(&deal) {
                Some(cached) => cached.clone(),
                None => load_request(&mut self.tx.read(), deal).await?,
            };
            self.changed.requests.insert(deal, request);
        }
        self.changed
            .requests
            .get_mut(&deal)
            .ok_or(PeerError::NotFound("request"))
    }
}

/// Rebuilds a dialogue from its journal.
pub(super) async fn load_dialogue(
    read: &mut Read<'_>,
    (deal, seller): Key,
    me: opener_trade::PeerId,
) -> Result<Dialogue, PeerError> {
    let journal = read.journal(deal, Some(seller)).await?;
    let stored = opened(read.documents_of_dialogue(deal, seller).await?)?;
    let mut rows = journal
        .into_iter()
        .map(|row| Ok((row.at, entry(&row.entry)?)));
    let first: Option<Result<_, PeerError>> = rows.next();
    let Some((at, Entry::Document { id, .. })) = first.transpose()? else {
        return Err(PeerError::NotFound("dialogue"));
    };
    let rfp = rfp_of(&stored, id)?;
    let role = if me == seller {
        Role::Seller
    } else {
        Role::Buyer
    };
    let (mut dialogue, _) = Dialogue::open(role, seller, rfp, at)?;
    for row in rows {
        let (at, entry) = row?;
        dialogue.replay(at, &entry, |id| stored.get(&id).cloned())?;
    }
    Ok(dialogue)
}

/// Rebuilds a request from its journal.
pub(super) async fn load_request(read: &mut Read<'_>, deal: DealId) -> Result<Request, PeerError> {
    let journal = read.journal(deal, None).await?;
    let mut rows = journal
        .into_iter()
        .map(|row| Ok((row.at, entry(&row.entry)?)));
    let first: Option<Result<_, PeerError>> = rows.next();
    let Some((at, Entry::Document { id, .. })) = first.transpose()? else {
        return Err(PeerError::NotFound("request"));
    };
    let rfp = read
        .document(id)
        .await?
        .ok_or(PeerError::NotFound("document"))?;
    let rfp = rfp_of(&opened(vec![rfp])?, id)?;
    let (mut request, _) = Request::issue(rfp, at)?;
    for row in rows {
        let (at, entry): (_, Entry) = row?;
        let named = match entry {
            Entry::Document { id, .. } => read.document(id).await?,
            _ => None,
        };
        let named = opened(named.into_iter().collect())?;
        request.replay(at, entry, |id| named.get(&id).cloned())?;
    }
    Ok(request)
}

pub(super) fn opened(
    stored: Vec<StoredDocument>,
) -> Result<HashMap<DocumentId, Arc<Opened>>, PeerError> {
    stored
        .iter()
        .map(|document| {
            Ok((
                document.id,
                Arc::new(open_own_record(document.id, &document.bytes)?),
            ))
        })
        .collect()
}

fn rfp_of(
    stored: &HashMap<DocumentId, Arc<Opened>>,
    id: DocumentId,
) -> Result<Arc<Verified<Document<Rfp>>>, PeerError> {
    match stored.get(&id).map(|document| &**document) {
        Some(Opened::Rfp(rfp)) => Ok(Arc::new(rfp.clone())),
        _ => Err(PeerError::NotFound("RFP")),
    }
}

fn entry(bytes: &[u8]) -> Result<Entry, PeerError> {
    minicbor::decode(bytes)
        .map_err(|e| Rejection::not_allowed(format!("the journal is damaged: {e}")).into())
}

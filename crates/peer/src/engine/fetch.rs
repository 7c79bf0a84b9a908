//! Files that a person wants from another peer: asked for piece by piece, and kept when the hash is right.

use std::{collections::HashSet, sync::Arc};

use opener_negotiation::Rejection;
use opener_store::{Fetch, FetchId, NewFetch};
use opener_trade::{
    Address, DealId, DocumentId, Duration, PeerId, Reason, Timestamp,
    blob::{Request, Response, piece_len},
    limits::MAX_ATTACHMENT_BYTES,
};

use super::{Engine, deliver::backoff, fetching::Fetching};
use crate::PeerError;

/// Files fetched at once, each from another peer: 8 pieces of half a MiB are 4 MB of memory.
const FETCHES_AT_ONCE: usize = 8;
/// Fetches that are not over. A person asks for some; more must wait until others are done.
pub const MAX_FETCHES: usize = 256;
/// Bytes after which what has come is put on disk, so that a crash costs at most so many.
const CHECKPOINT_BYTES: u64 = 4 * 1024 * 1024;
/// Events that tell of one fetch's progress at most, so that screens do not draw for every piece.
const PROGRESS_STEPS: u64 = 20;
/// How long a fetch is tried.
const FETCH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// A request for a piece on its way to one peer.
#[derive(Debug, Clone)]
pub struct PieceRequest {
    /// Which piece of which fetch.
    pub wanted: Wanted,
    /// To whom.
    pub to: PeerId,
    /// Where it was last known to be.
    pub addresses: Vec<Address>,
    /// The request.
    pub bytes: Arc<[u8]>,
}

/// A piece that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    fetch: FetchId,
    offset: u64,
    from: PeerId,
}

impl Wanted {
    /// Whom it was asked of.
    pub const fn from(&self) -> PeerId {
        self.from
    }
}

impl Engine {
    /// A person wants a file that a document names. It comes in its own time; [`crate::Event::Attachment`] tells of it.
    ///
    /// # Errors
    /// No document says so, it is our own, too large, contradicted by what is here, or there is no room.
    pub async fn fetch(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        sha256: DocumentId,
    ) -> Result<(), PeerError> {
        let found = self.store.read().file_of_document(document, sha256).await?;
        let file = found.ok_or(PeerError::NotFound("attachment"))?;
        match file.here {
            Some(size) if size == file.size => return Ok(()),
            Some(_) => {
                let rule =
                    "the file with this hash is here and has another size than the document says";
                return Err(Rejection::new(Reason::AttachmentHash, rule).into());
            }
            None => {}
        }
        if file.sender == self.peer_id() {
            let rule = "the file is your own and was removed; add it again";
            return Err(Rejection::new(Reason::AttachmentMissing, rule).into());
        }
        if file.size > MAX_ATTACHMENT_BYTES {
            return Err(PeerError::FileTooLarge(file.size));
        }
        if matches!(&file.fetch, Some((_, _, None))) {
            return Ok(());
        }
        if self.fetches.len() >= MAX_FETCHES {
            return Err(PeerError::TooManyFetches(MAX_FETCHES));
        }
        self.make_room(now, file.size).await?;
        let new = NewFetch {
            deal: file.deal,
            peer: file.sender,
            sha256,
            size: file.size,
            at: now,
        };
        let mut tx = self.store.begin().await?;
        let (id, before) = tx.begin_fetch(new).await?;
        tx.commit().await?;
        if let Some(before) = before {
            self.drop_fetch(before);
        }
        self.fetches.add(
            Fetch {
                id,
                deal: new.deal,
                peer: new.peer,
                sha256,
                size: new.size,
                have: 0,
                wanted_at: now,
            },
            now,
        );
        self.tell_of_file(new.deal, sha256);
        Ok(())
    }

    /// A person does not want a file any more; what has come of it is thrown away.
    ///
    /// # Errors
    /// It is not being fetched, or the database cannot be written.
    pub async fn stop_fetch(
        &mut self,
        document: DocumentId,
        sha256: DocumentId,
    ) -> Result<(), PeerError> {
        let found = self.store.read().file_of_document(document, sha256).await?;
        let file = found.ok_or(PeerError::NotFound("attachment"))?;
        let Some((fetch, ..)) = file.fetch else {
            return Err(PeerError::NotFound("fetch"));
        };
        let mut tx = self.store.begin().await?;
        tx.end_fetch(fetch).await?;
        tx.commit().await?;
        self.drop_fetch(fetch);
        self.tell_of_file(file.deal, sha256);
        Ok(())
    }

    /// The requests for pieces that are due now.
    ///
    /// # Errors
    /// The database or the disk refuses.
    pub async fn pieces_due(&mut self, now: Timestamp) -> Result<Vec<PieceRequest>, PeerError> {
        let mut requests = Vec::new();
        for id in self.fetches.due(now, FETCHES_AT_ONCE) {
            match self.next_piece(now, id).await {
                Ok(request) => requests.extend(request),
                Err(error) => {
                    tracing::error!(%error, "an attached file cannot be fetched now");
                    self.fetches.forget_part(id);
                    self.fetches.fail(id, |tries| now.plus(backoff(tries)));
                }
            }
        }
        Ok(requests)
    }

    async fn next_piece(
        &mut self,
        now: Timestamp,
        id: FetchId,
    ) -> Result<Option<PieceRequest>, PeerError> {
        let Some(Fetching { row, part, .. }) = self.fetches.get_mut(id) else {
            return Ok(None);
        };
        if now > row.wanted_at.plus(FETCH_LIFETIME) {
            self.refuse_fetch(id, Reason::Expired).await?;
            return Ok(None);
        }
        let offset = match part {
            Some(part) => part.len(),
            None => part.insert(self.blobs.part(id, row.have)?).len(),
        };
        let row = row.clone();
        if offset >= row.size {
            self.complete(now, id).await?;
            return Ok(None);
        }
        let contact = self.store.read().contact(row.peer).await?;
        let addresses = contact.map(|known| known.addresses).unwrap_or_default();
        let request = Request {
            deal: row.deal,
            sha256: row.sha256,
            offset,
        };
        let bytes = minicbor::to_vec(request).unwrap_or_default();
        self.fetches.asked(id);
        Ok(Some(PieceRequest {
            wanted: Wanted {
                fetch: id,
                offset,
                from: row.peer,
            },
            to: row.peer,
            addresses: addresses
                .iter()
                .filter_map(|text| Address::new(text).ok())
                .collect(),
            bytes: bytes.into(),
        }))
    }

    /// When a fetch next has something to do.
    pub fn next_piece_at(&self) -> Option<Timestamp> {
        self.fetches.next_at(FETCHES_AT_ONCE)
    }

    /// Takes the answer to a request for a piece, or its absence.
    ///
    /// # Errors
    /// The database or the disk refuses; the fetch is tried again.
    pub async fn take_piece(
        &mut self,
        now: Timestamp,
        wanted: Wanted,
        answer: Result<Arc<[u8]>, String>,
    ) -> Result<(), PeerError> {
        let taken = self.try_piece(now, wanted, answer).await;
        if taken.is_err() {
            self.fetches.forget_part(wanted.fetch);
            self.fetches
                .fail(wanted.fetch, |tries| now.plus(backoff(tries)));
        }
        taken
    }

    async fn try_piece(
        &mut self,
        now: Timestamp,
        Wanted { fetch, offset, .. }: Wanted,
        answer: Result<Arc<[u8]>, String>,
    ) -> Result<(), PeerError> {
        let Some(Fetching { row, part, .. }) = self.fetches.get_mut(fetch) else {
            return Ok(());
        };
        let Some(part) = part.as_mut().filter(|part| part.len() == offset) else {
            self.fetches.again(fetch, now);
            return Ok(());
        };
        let answer = answer.map(|bytes| minicbor::decode::<Response>(&bytes));
        let bytes = match answer {
            Ok(Ok(Response::Piece { bytes })) => bytes,
            Ok(Ok(Response::Refused { reason, .. })) if !reason.is_transient() => {
                return self.refuse_fetch(fetch, reason).await;
            }
            Ok(Err(_)) => return self.refuse_fetch(fetch, Reason::Malformed).await,
            Ok(Ok(Response::Refused { .. })) | Err(_) => {
                self.fetches.fail(fetch, |tries| now.plus(backoff(tries)));
                return Ok(());
            }
        };
        if u64::try_from(bytes.len()) != Ok(piece_len(row.size, offset)) {
            return self.refuse_fetch(fetch, Reason::AttachmentHash).await;
        }
        part.write(&bytes)?;
        let (deal, sha256, len) = (row.deal, row.sha256, part.len());
        if len >= row.size {
            return self.complete(now, fetch).await;
        }
        if len >= row.have.saturating_add(CHECKPOINT_BYTES) {
            part.sync()?;
            row.have = len;
            let mut tx = self.store.begin().await?;
            tx.advance_fetch(fetch, len).await?;
            tx.commit().await?;
        }
        let step = row.size.div_ceil(PROGRESS_STEPS);
        self.fetches.again(fetch, now);
        if len / step != offset / step {
            self.tell_of_file(deal, sha256);
        }
        Ok(())
    }

    /// All bytes are there: compares the hash, and only then shows the file as here, to every deal that waits for it.
    async fn complete(&mut self, now: Timestamp, fetch: FetchId) -> Result<(), PeerError> {
        let Some(Fetching { row, part, .. }) = self.fetches.get_mut(fetch) else {
            return Ok(());
        };
        let (sha256, size) = (row.sha256, row.size);
        let Some(whole) = part.take().map(opener_store::Part::finish).transpose()? else {
            return Ok(());
        };
        if whole.sha256() != sha256 {
            return self.refuse_fetch(fetch, Reason::AttachmentHash).await;
        }
        self.blobs.keep(whole)?;
        let done = self.fetches.of_file(sha256, size);
        let mut tx = self.store.begin().await?;
        tx.add_blob(sha256, size, now).await?;
        for (id, _) in &done {
            tx.end_fetch(*id).await?;
        }
        tx.commit().await?;
        let deals: HashSet<DealId> = done.iter().map(|(_, deal)| *deal).collect();
        for (id, _) in done {
            self.drop_fetch(id);
        }
        for deal in deals {
            self.tell_of_file(deal, sha256);
        }
        Ok(())
    }

    async fn refuse_fetch(&mut self, fetch: FetchId, why: Reason) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        tx.refuse_fetch(fetch, why).await?;
        tx.commit().await?;
        if let Some(row) = self.drop_fetch(fetch) {
            tracing::warn!(from = %row.peer, sha256 = %row.sha256, reason = %why, "an attached file was not fetched");
            self.tell_of_file(row.deal, row.sha256);
        }
        Ok(())
    }

    fn drop_fetch(&mut self, fetch: FetchId) -> Option<Fetch> {
        let row = self.fetches.remove(fetch);
        self.blobs.discard(fetch);
        row
    }

    /// Makes folder and database agree after a crash, and takes up the fetches that were under way.
    pub(super) async fn take_up_files(&mut self) -> Result<(), PeerError> {
        let known = self.store.read().blobs().await?;
        let rows = self.store.read().open_fetches(MAX_FETCHES).await?;
        let fetches = rows.iter().map(|row| row.id).collect();
        let missing = self.blobs.tidy(&known, &fetches)?;
        if !missing.is_empty() {
            let mut tx = self.store.begin().await?;
            for sha256 in missing {
                tracing::warn!(%sha256, "an attached file is gone from this computer");
                tx.remove_blob(sha256).await?;
            }
            tx.commit().await?;
        }
        for row in rows {
            let at = row.wanted_at;
            self.fetches.add(row, at);
        }
        Ok(())
    }
}

//! Attached files of our own, and what documents say of files.

use opener_negotiation::Rejection;
use opener_store::{NamedFile, NamedFiles, Part, Whole};
use opener_trade::{
    DealId, DocumentId, Duration, Opened, Reason, Timestamp, limits::MAX_ATTACHMENT_BYTES,
};

use super::{Engine, work::Work};
use crate::{AttachedFile, AttachmentState, Event, PeerError};

/// How long a file that no document names is kept at least: a request may lie as a draft for a week.
const KEEP_LOOSE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Loose files that are removed at once when room is wanted.
const REMOVE_AT_ONCE: usize = 100;
/// Files of one deal that are listed: those of three hundred documents with as many as one may name.
const LISTED: usize = 10_000;

impl Engine {
    /// Begins a file of ours, to be given to [`Engine::add_blob`] when it is finished.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn import(&self) -> Result<Part, PeerError> {
        Ok(self.blobs.import()?)
    }

    /// Keeps a file of ours, so that documents can name it. One that is here already is kept once.
    ///
    /// # Errors
    /// It is empty or too large, there is no room, or the disk refuses.
    pub async fn add_blob(&mut self, now: Timestamp, whole: Whole) -> Result<(), PeerError> {
        let (sha256, size) = (whole.sha256(), whole.size());
        if size == 0 {
            return Err(PeerError::EmptyFile);
        }
        if size > MAX_ATTACHMENT_BYTES {
            return Err(PeerError::FileTooLarge(size));
        }
        if self.blobs.file(sha256, size)?.is_none() {
            self.make_room(now, size).await?;
            self.blobs.keep(whole)?;
        }
        let mut tx = self.store.begin().await?;
        tx.add_blob(sha256, size, now).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a file from this computer. Whoever was sent a document that names it can fetch it from here no more.
    ///
    /// # Errors
    /// It is not here, or the database cannot be written.
    pub async fn remove_blob(&mut self, sha256: DocumentId) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        let was_here = tx.remove_blob(sha256).await?;
        tx.commit().await?;
        self.blobs.remove(sha256);
        if was_here {
            Ok(())
        } else {
            Err(PeerError::NotFound("file"))
        }
    }

    /// The size of a file that is here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn blob(&self, sha256: DocumentId) -> Result<Option<u64>, PeerError> {
        Ok(self.store.read().blob(sha256).await?)
    }

    /// The files that the documents of a deal name, in order, and how far each is.
    ///
    /// # Errors
    /// There is no such deal.
    pub async fn attachments(&self, deal: DealId) -> Result<Vec<AttachedFile>, PeerError> {
        let mut read = self.store.read();
        read.deal(deal).await?.ok_or(PeerError::NotFound("deal"))?;
        let files = read.files_of_deal(deal, LISTED).await?;
        Ok(files.into_iter().map(|file| self.attached(file)).collect())
    }

    fn attached(&self, file: NamedFile) -> AttachedFile {
        AttachedFile {
            state: self.state_of(&file),
            mine: file.sender == self.peer_id(),
            document: file.document,
            from: file.sender,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.sha256,
        }
    }

    fn state_of(&self, file: &NamedFile) -> AttachmentState {
        match (file.here, &file.fetch) {
            (Some(size), _) if size == file.size => AttachmentState::Here,
            (Some(_), _) => AttachmentState::Refused(Reason::AttachmentHash),
            (None, Some((_, _, Some(why)))) => AttachmentState::Refused(*why),
            (None, Some((fetch, have, None))) => AttachmentState::Fetching {
                have: self.fetches.progress(*fetch).unwrap_or(*have),
            },
            (None, None) => AttachmentState::NotFetched,
        }
    }

    /// Sees to room for so many bytes more: the oldest files that no document names are removed.
    pub(super) async fn make_room(&mut self, now: Timestamp, size: u64) -> Result<(), PeerError> {
        let before = now.plus(Duration::from_millis(-KEEP_LOOSE.millis()));
        let capacity = self.blobs.capacity();
        loop {
            let kept = self.store.read().blob_bytes().await?;
            if kept.saturating_add(size) <= capacity {
                return Ok(());
            }
            let loose = self
                .store
                .read()
                .loose_blobs(before, REMOVE_AT_ONCE)
                .await?;
            if loose.is_empty() {
                return Err(PeerError::NoRoom(capacity));
            }
            let mut over = kept.saturating_add(size).saturating_sub(capacity);
            let mut tx = self.store.begin().await?;
            let mut removed = Vec::new();
            for (sha256, freed) in loose {
                if over == 0 {
                    break;
                }
                tx.remove_blob(sha256).await?;
                removed.push(sha256);
                over = over.saturating_sub(freed);
            }
            tx.commit().await?;
            for sha256 in removed {
                self.blobs.remove(sha256);
            }
        }
    }

    /// Something about a file has changed on the screens of a deal.
    pub(super) fn tell_of_file(&mut self, deal: DealId, sha256: DocumentId) {
        self.events.push(Event::Attachment { deal, sha256 });
    }
}

impl Work<'_> {
    /// Notes what a kept document says of files. One of ours names only what is here.
    pub(super) async fn keep_attachments(&mut self, document: &Opened) -> Result<(), PeerError> {
        let (files, Some(header)) = (document.attachments(), document.header()) else {
            return Ok(());
        };
        if document.signer() == self.me() {
            for file in files {
                if self.tx.read().blob(file.sha256).await? != Some(file.size) {
                    let rule = format!(
                        "the file {:?} is not here with that hash and size; add it first",
                        file.name.as_str()
                    );
                    return Err(Rejection::new(Reason::AttachmentMissing, rule).into());
                }
            }
        }
        let named = NamedFiles {
            document: document.id(),
            deal: header.deal,
            sender: document.signer(),
            files,
        };
        Ok(self.tx.name_files(named).await?)
    }
}

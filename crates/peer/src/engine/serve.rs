//! Pieces of files for the peers that were sent a document naming them (docs/protocol/0006-blobs.md).

use std::sync::Arc;

use opener_trade::{
    PeerId, PeerText, Reason, Timestamp,
    blob::{Request, Response, piece_len},
};

use super::Engine;
use crate::PeerError;

/// Pieces that a peer may fetch at once: two files of the largest size.
pub(super) const PIECE_BURST: u32 = 256;
/// Pieces a second that a peer may fetch for long: 33 MB, more than nearly all lines carry.
pub(super) const PIECES_PER_SECOND: u32 = 64;

impl Engine {
    /// Answers a request for a piece of a file.
    ///
    /// # Errors
    /// The database cannot be read: there is no answer, and the fetcher asks again.
    pub async fn serve_piece(
        &mut self,
        now: Timestamp,
        from: PeerId,
        request: &[u8],
    ) -> Result<Arc<[u8]>, PeerError> {
        let response = match self.piece(now, from, request).await? {
            Ok(bytes) => Response::Piece {
                bytes: bytes.into(),
            },
            Err((reason, why)) => Response::Refused {
                reason,
                detail: PeerText::truncated(why),
            },
        };
        let bytes = minicbor::to_vec(&response).unwrap_or_default();
        Ok(bytes.into())
    }

    async fn piece(
        &mut self,
        now: Timestamp,
        from: PeerId,
        request: &[u8],
    ) -> Result<Result<Vec<u8>, (Reason, &'static str)>, PeerError> {
        if !self.pieces.take(from, 1, now) {
            return Ok(Err((Reason::RateLimited, "too many pieces; wait a little")));
        }
        let Ok(Request {
            deal,
            sha256,
            offset,
        }) = minicbor::decode(request)
        else {
            return Ok(Err((Reason::Malformed, "the request cannot be read")));
        };
        let mut read = self.store.read();
        if read.contact(from).await?.is_some_and(|known| known.blocked) {
            return Ok(Err((Reason::Blocked, "the holder does not deal with you")));
        }
        let Some(size) = read.file_sent_to(deal, sha256, from).await? else {
            return Ok(Err((Reason::NotInvited, "no document to you names it")));
        };
        if offset >= size {
            return Ok(Err((Reason::Malformed, "the offset lies beyond the end")));
        }
        let missing = Ok(Err((Reason::AttachmentMissing, "the file is not here")));
        if read.blob(sha256).await? != Some(size) {
            return missing;
        }
        let len = usize::try_from(piece_len(size, offset)).unwrap_or_default();
        match self.blobs.read(sha256, size, offset, len) {
            Ok(Some(bytes)) => Ok(Ok(bytes)),
            Ok(None) => missing,
            Err(error) => {
                tracing::error!(%error, %sha256, "an attached file could not be read");
                Ok(Err((Reason::Unavailable, "the file cannot be read now")))
            }
        }
    }
}

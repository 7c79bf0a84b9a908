//! What is said on `/opener/blob/1`: the bytes of attachments, piece by piece. The transport authenticates the asking
//! peer, and the hash in a signed document proves the bytes, so nothing here is signed.

use minicbor::{Decode, Encode, bytes::ByteVec};

use crate::{
    DealId, DocumentId, Opened, PeerText, Reason,
    document::Attachment,
    limits::{BLOB_CHUNK_BYTES, MAX_ATTACHMENT_BYTES, REMARK_BYTES},
};

/// Asks for the piece of a file that begins at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Request {
    /// The deal in which the asked peer sent the asking one a document that names the file.
    #[n(0)]
    pub deal: DealId,
    /// SHA-256 of the file.
    #[n(1)]
    pub sha256: DocumentId,
    /// Bytes before the piece: those that the asking peer has already.
    #[n(2)]
    pub offset: u64,
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Response {
    /// The piece: exactly [`piece_len`] bytes.
    #[n(0)]
    #[cbor(map)]
    Piece {
        /// The bytes.
        #[n(0)]
        bytes: ByteVec,
    },
    /// There are no bytes for you.
    #[n(1)]
    #[cbor(map)]
    Refused {
        /// Why.
        #[n(0)]
        reason: Reason,
        /// Why, in words, for logs.
        #[n(1)]
        detail: PeerText<REMARK_BYTES>,
    },
}

/// Bytes of the piece that begins at an offset of a file of this size: all that are left, at most
/// [`BLOB_CHUNK_BYTES`].
pub const fn piece_len(size: u64, offset: u64) -> u64 {
    let left = size.saturating_sub(offset);
    if left < BLOB_CHUNK_BYTES {
        left
    } else {
        BLOB_CHUNK_BYTES
    }
}

impl Attachment {
    /// Whether it is small enough to travel.
    pub const fn may_travel(&self) -> bool {
        self.size <= MAX_ATTACHMENT_BYTES
    }
}

impl Opened {
    /// The files that a document names.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Opened::Rfp(rfp) => &rfp.body.attachments,
            Opened::Bid(bid) => &bid.body.attachments,
            Opened::Chat(chat) => &chat.body.attachments,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_file_are_all_of_it() {
        for size in [
            0,
            1,
            BLOB_CHUNK_BYTES - 1,
            BLOB_CHUNK_BYTES,
            BLOB_CHUNK_BYTES + 1,
            MAX_ATTACHMENT_BYTES,
        ] {
            let (mut offset, mut pieces) = (0, 0);
            while offset < size {
                offset += piece_len(size, offset);
                pieces += 1;
            }
            assert_eq!((offset, pieces), (size, size.div_ceil(BLOB_CHUNK_BYTES)));
        }
        assert_eq!(piece_len(10, 11), 0);
        assert_eq!(piece_len(u64::MAX, u64::MAX), 0);
    }

    #[test]
    fn one_byte_more_than_travels_does_not() {
        let of = |size| Attachment {
            name: "plan.pdf".parse().unwrap(),
            media_type: "application/pdf".parse().unwrap(),
            size,
            sha256: DocumentId::from_bytes([1; 32]),
        };
        assert!(of(MAX_ATTACHMENT_BYTES).may_travel());
        assert!(!of(MAX_ATTACHMENT_BYTES + 1).may_travel());
    }

    #[test]
    fn requests_and_answers_read_back_as_they_were_written() {
        let request = Request {
            deal: DealId::from_bytes([1; 16]),
            sha256: DocumentId::from_bytes([2; 32]),
            offset: u64::MAX,
        };
        let bytes = minicbor::to_vec(request).unwrap();
        assert_eq!(minicbor::decode::<Request>(&bytes).unwrap(), request);
        for response in [
            Response::Piece {
                bytes: vec![1, 2, 3].into(),
            },
            Response::Refused {
                reason: Reason::Unknown(900),
                detail: PeerText::default(),
            },
        ] {
            let bytes = minicbor::to_vec(&response).unwrap();
            assert_eq!(minicbor::decode::<Response>(&bytes).unwrap(), response);
        }
    }
}

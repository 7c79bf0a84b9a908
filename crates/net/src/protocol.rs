//! The protocols spoken between peers, and the size of their frames.

use opener_trade::limits::{
    MAX_BLOB_REQUEST_BYTES, MAX_BLOB_RESPONSE_BYTES, MAX_DIRECTORY_REQUEST_BYTES,
    MAX_DIRECTORY_RESPONSE_BYTES, MAX_DOCUMENT_BYTES, MAX_RECEIPT_BYTES,
};

/// A request-response protocol: one frame out, one frame back, on a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// One signed document out, a signed receipt or failure back.
    Deliver,
    /// A question to a directory and its answer.
    Directory,
    /// A request for a piece of an attached file, and the piece.
    Blob,
}

/// Bytes of the answer to a delivery. A receipt or failure takes [`MAX_RECEIPT_BYTES`]; the rest is room for what
/// later versions put beside it.
const DELIVER_RESPONSE_BYTES: usize = 64 * 1024;

/// Bytes of a directory's answer: a full page of the largest listings, rounded up to 1 MiB.
const DIRECTORY_RESPONSE_BYTES: usize = 1024 * 1024;

const _: () = assert!(MAX_RECEIPT_BYTES <= DELIVER_RESPONSE_BYTES);
const _: () = assert!(MAX_DIRECTORY_RESPONSE_BYTES <= DIRECTORY_RESPONSE_BYTES);

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::Deliver, Self::Directory, Self::Blob];

    /// The name negotiated on a new stream (multistream-select).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deliver => "/opener/deliver/1",
            Self::Directory => "/opener/directory/1",
            Self::Blob => "/opener/blob/1",
        }
    }

    /// The most bytes a request carries after its header.
    pub const fn max_request_bytes(self) -> usize {
        match self {
            Self::Deliver => MAX_DOCUMENT_BYTES,
            Self::Directory => MAX_DIRECTORY_REQUEST_BYTES,
            Self::Blob => MAX_BLOB_REQUEST_BYTES,
        }
    }

    /// The most bytes a response carries after its header.
    pub const fn max_response_bytes(self) -> usize {
        match self {
            Self::Deliver => DELIVER_RESPONSE_BYTES,
            Self::Directory => DIRECTORY_RESPONSE_BYTES,
            Self::Blob => MAX_BLOB_RESPONSE_BYTES,
        }
    }
}

impl AsRef<str> for Protocol {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_told_apart_by_name() {
        assert_eq!(Protocol::Deliver.name(), "/opener/deliver/1");
        assert_eq!(Protocol::Directory.name(), "/opener/directory/1");
        assert_eq!(Protocol::Blob.name(), "/opener/blob/1");
    }

    #[test]
    fn every_frame_length_fits_its_four_byte_header() {
        for protocol in Protocol::ALL {
            assert!(u32::try_from(protocol.max_request_bytes()).is_ok());
            assert!(u32::try_from(protocol.max_response_bytes()).is_ok());
        }
    }

    #[test]
    fn the_largest_document_is_the_largest_delivery() {
        assert_eq!(Protocol::Deliver.max_request_bytes(), MAX_DOCUMENT_BYTES);
        assert_eq!(
            Protocol::Directory.max_request_bytes(),
            MAX_DIRECTORY_REQUEST_BYTES
        );
    }
}

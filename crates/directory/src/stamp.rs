//! `stamp`: a signature over a hash and the time. The hash is not stored, and what was hashed is never seen.

use minicbor::bytes::ByteVec;
use opener_trade::{DocumentId, Timestamp, directory::Response, document::Stamp, sign};

use crate::{
    core::Directory,
    refusal::{Fault, Refusal},
};

impl Directory {
    pub(crate) fn stamp(&self, hash: DocumentId, now: Timestamp) -> Result<Response, Refusal> {
        let stamp = Stamp {
            from: self.peer_id(),
            hash,
            at: now,
        };
        let stamp = sign(&self.identity, stamp).map_err(|e| Refusal::Fault(Fault::Sign(e)))?;
        Ok(Response::Stamped {
            stamp: ByteVec::from(stamp.bytes().to_vec()),
        })
    }
}

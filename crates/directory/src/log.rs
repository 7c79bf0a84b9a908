//! The log of final terms: a Merkle tree in the shape of RFC 6962 over the ids of the terms, in the order in which they
//! were kept. It can only grow, and whoever has an old head can check that.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use minicbor::bytes::ByteVec;
use opener_trade::{
    DocumentId, List, Reason, Timestamp, directory::Response, document::LogHead, sign,
};
use sha2::Sha256;

use crate::{
    core::Directory,
    refusal::{Fault, Refusal},
};

/// The tree in memory: about a hundred bytes a leaf.
#[derive(Default)]
pub(crate) struct Log {
    tree: MemoryBackedTree<Sha256, [u8; 32]>,
}

impl Log {
    pub(crate) fn len(&self) -> u64 {
        self.tree.len()
    }

    pub(crate) fn push(&mut self, terms: [u8; 32]) {
        self.tree.push(terms);
    }

    fn root(&self) -> [u8; 32] {
        (*self.tree.root().as_bytes()).into()
    }

    /// Hashes beside the way from a leaf to the root.
    fn inclusion(&self, leaf: u64) -> Vec<DocumentId> {
        if leaf >= self.len() {
            return vec![];
        }
        let leaf = usize::try_from(leaf).unwrap_or_default();
        hashes(self.tree.prove_inclusion(leaf).as_bytes())
    }

    /// Hashes by which a head of so many leaves is found in this one.
    fn consistency(&self, since: u64) -> Vec<DocumentId> {
        if since == 0 || since > self.len() {
            return vec![];
        }
        let added = usize::try_from(self.len() - since).unwrap_or_default();
        hashes(self.tree.prove_consistency(added).as_bytes())
    }
}

fn hashes(bytes: &[u8]) -> Vec<DocumentId> {
    let (hashes, _) = bytes.as_chunks::<32>();
    hashes
        .iter()
        .map(|hash| DocumentId::from_bytes(*hash))
        .collect()
}

impl Directory {
    fn signed_head(&self, log: &Log, now: Timestamp) -> Result<ByteVec, Refusal> {
        let head = LogHead {
            from: self.peer_id(),
            size: log.len(),
            root: DocumentId::from_bytes(log.root()),
            at: now,
        };
        let signed = sign(&self.identity, head).map_err(|e| Refusal::Fault(Fault::Sign(e)))?;
        Ok(ByteVec::from(signed.bytes().to_vec()))
    }

    /// The head of the log, and how it continues the head of `since` leaves, and the other one.
    pub(crate) fn head(
        &self,
        since: u64,
        also: Option<u64>,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let known = self.known();
        if since.max(also.unwrap_or_default()) > known.log.len() {
            let detail = format!("the log has {} entries", known.log.len());
            return Err(Refusal::new(Reason::NotAllowed, detail));
        }
        Ok(Response::Head {
            head: self.signed_head(&known.log, now)?,
            consistency: List::try_from(known.log.consistency(since))?,
            also: match also {
                Some(also) => Some(List::try_from(known.log.consistency(also))?),
                None => None,
            },
        })
    }

    /// Where terms stand in the log, and the way from there to the head.
    pub(crate) async fn include(
        &self,
        terms: DocumentId,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let Some((number, _)) = self.store.kept(terms).await? else {
            return Err(Refusal::new(
                Reason::NotAllowed,
                "these terms are not kept here",
            ));
        };
        let leaf = number.unsigned_abs();
        if leaf >= self.known().log.len() {
            self.catch_up(now).await?;
        }
        let known = self.known();
        Ok(Response::Included {
            head: self.signed_head(&known.log, now)?,
            leaf,
            path: List::try_from(known.log.inclusion(leaf))?,
        })
    }
}

//! The log of final terms that a directory keeps: what its signed heads and proofs prove.
//!
//! The log is a Merkle tree in the shape of RFC 6962 (SHA-256) over the ids of the terms. A [`LogHead`] is signed by the
//! directory, so two heads that contradict each other convict it before everybody.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, digest::Output};
use sha2::Sha256;

use crate::{DocumentId, document::LogHead, limits::MAX_LOG_LEAVES};

/// What is wrong with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The terms do not stand at that place of the log.
    #[error("the terms are not in the log at that place")]
    NotIncluded,
    /// The newer head does not continue the older one.
    #[error("the newer head does not continue the older one: the log was changed")]
    Forked,
    /// The heads are of two directories.
    #[error("the heads are of two directories")]
    TwoLogs,
}

fn root(head: &LogHead) -> RootHash<Sha256> {
    RootHash::new(Output::<Sha256>::from(*head.root.as_bytes()), head.size)
}

fn bytes(path: &[DocumentId]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Checks that terms stand in the log of a head, as leaf number `leaf`, counted from zero (RFC 6962 section 2.1.1).
///
/// # Errors
/// They do not.
pub fn check_inclusion(
    head: &LogHead,
    terms: DocumentId,
    leaf: u64,
    path: &[DocumentId],
) -> Result<(), LogError> {
    let proof = InclusionProof::try_from_bytes(bytes(path)).map_err(|_| LogError::NotIncluded)?;
    if head.size > MAX_LOG_LEAVES {
        return Err(LogError::NotIncluded);
    }
    root(head)
        .verify_inclusion(terms.as_bytes(), leaf, &proof)
        .map_err(|_| LogError::NotIncluded)
}

/// Checks that a head continues an older one of the same directory (RFC 6962 section 2.1.2). An empty log is continued by
/// every other.
///
/// # Errors
/// It does not: [`LogError::Forked`], and together the two heads prove it.
pub fn check_consistency(
    older: &LogHead,
    newer: &LogHead,
    path: &[DocumentId],
) -> Result<(), LogError> {
    if older.from != newer.from {
        return Err(LogError::TwoLogs);
    }
    if older.size.max(newer.size) > MAX_LOG_LEAVES {
        return Err(LogError::Forked);
    }
    if older.size == 0 {
        return Ok(());
    }
    if older.size == newer.size {
        return match older.root == newer.root {
            true => Ok(()),
            false => Err(LogError::Forked),
        };
    }
    let proof = ConsistencyProof::try_from_bytes(bytes(path)).map_err(|_| LogError::Forked)?;
    root(newer)
        .verify_consistency(&root(older), &proof)
        .map_err(|_| LogError::Forked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, Timestamp};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    struct Log {
        tree: MemoryBackedTree<Sha256, [u8; 32]>,
    }

    fn hashes(bytes: &[u8]) -> Vec<DocumentId> {
        let (hashes, _) = bytes.as_chunks::<32>();
        hashes
            .iter()
            .map(|hash| DocumentId::from_bytes(*hash))
            .collect()
    }

    fn terms(number: u8) -> DocumentId {
        DocumentId::from_bytes([number; 32])
    }

    impl Log {
        fn of(leaves: impl IntoIterator<Item = u8>) -> Self {
            let mut tree = MemoryBackedTree::new();
            for leaf in leaves {
                tree.push([leaf; 32]);
            }
            Self { tree }
        }

        fn head(&self) -> LogHead {
            LogHead {
                from: Identity::from_seed([1; 32]).peer_id(),
                size: self.tree.len(),
                root: DocumentId::from_bytes((*self.tree.root().as_bytes()).into()),
                at: Timestamp::from_millis(0),
            }
        }
    }

    #[test]
    fn every_leaf_is_included_at_its_place_and_at_no_other() {
        for size in 1..20 {
            let log = Log::of(0..size);
            for leaf in 0..size {
                let path = hashes(log.tree.prove_inclusion(usize::from(leaf)).as_bytes());
                let at = |place: u8, id| check_inclusion(&log.head(), id, u64::from(place), &path);
                assert_eq!(at(leaf, terms(leaf)), Ok(()));
                assert_eq!(at(leaf, terms(leaf + 1)), Err(LogError::NotIncluded));
                if size > 1 {
                    assert!(at((leaf + 1) % size, terms(leaf)).is_err());
                }
                assert!(at(u8::MAX, terms(leaf)).is_err());
            }
        }
    }

    #[test]
    fn a_log_that_grew_is_told_from_one_that_was_changed() {
        for old in 1..12_u8 {
            for new in old + 1..16 {
                let (older, newer) = (Log::of(0..old), Log::of(0..new));
                let path = hashes(
                    newer
                        .tree
                        .prove_consistency(usize::from(new - old))
                        .as_bytes(),
                );
                assert_eq!(
                    check_consistency(&older.head(), &newer.head(), &path),
                    Ok(())
                );
                let other = Log::of((0..old).map(|leaf| leaf.max(1)));
                let forked = check_consistency(&other.head(), &newer.head(), &path);
                assert_eq!(forked, Err(LogError::Forked));
            }
        }
        let (one, other) = (Log::of([1]), Log::of([2]));
        assert!(check_consistency(&one.head(), &other.head(), &[]).is_err());
        assert!(check_consistency(&Log::of([]).head(), &one.head(), &[]).is_ok());
        let mut stranger = one.head();
        stranger.from = Identity::from_seed([2; 32]).peer_id();
        assert_eq!(
            check_consistency(&stranger, &one.head(), &[]),
            Err(LogError::TwoLogs)
        );
    }

    #[test]
    fn one_leaf_or_one_hash_too_many_is_refused() {
        use crate::{List, envelope::Payload, limits::LOG_PATH};
        let mut head = Log::of([1]).head();
        head.size = MAX_LOG_LEAVES;
        assert!(head.check().is_ok());
        head.size += 1;
        assert!(head.check().is_err());
        let path = |len| List::<_, LOG_PATH>::try_from(vec![terms(1); len]);
        assert!(path(LOG_PATH).is_ok() && path(LOG_PATH + 1).is_err());
        assert!(
            MAX_LOG_LEAVES.ilog2() < LOG_PATH as u32,
            "every proof has room"
        );
    }

    #[test]
    fn proofs_of_any_form_are_refused_without_a_panic() {
        let mut head = Log::of(0..9).head();
        for size in [0, 1, 2, 9, 1 << 40, u64::MAX / 2 + 1, u64::MAX] {
            head.size = size;
            let older = LogHead {
                size: 3,
                ..head.clone()
            };
            for len in 0..70 {
                let path = vec![terms(1); len];
                for leaf in [0, 8, size.saturating_sub(1), u64::MAX] {
                    let _ = check_inclusion(&head, terms(1), leaf, &path);
                }
                let _ = check_consistency(&older, &head, &path);
                let _ = check_consistency(&head, &older, &path);
            }
        }
    }
}

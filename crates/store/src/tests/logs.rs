//! Heads of the directories' logs, contradictions, and places of terms.

use super::*;
use crate::{HEARD_HEADS, KeptProof, LogFork, WantedProof};

fn wanted(n: u8) -> WantedProof {
    WantedProof {
        terms: id(n),
        directory: peer(8),
        deal: deal(1),
    }
}

on_both! {
    async fn the_newest_head_of_each_directory_is_kept(store) {
        assert_eq!(store.read().log_head(peer(8)).await.unwrap(), None);
        change!(store, tx => tx.set_log_head(peer(8), b"old"));
        change!(store, tx => tx.set_log_head(peer(8), b"new"));
        change!(store, tx => tx.set_log_head(peer(9), b"other"));
        assert_eq!(store.read().log_head(peer(8)).await.unwrap().as_deref(), Some(&b"new"[..]));
    }

    async fn heads_that_wait_are_bounded_and_come_in_order(store) {
        for n in 1..=HEARD_HEADS {
            let n = u8::try_from(n).unwrap();
            assert!(change!(store, tx => tx.hear_log_head(peer(8), id(n), &[n], at(i64::from(n)))));
            assert!(!change!(store, tx => tx.hear_log_head(peer(8), id(n), &[n], at(99))));
        }
        assert!(!change!(store, tx => tx.hear_log_head(peer(8), id(77), b"more", at(0))));
        assert!(change!(store, tx => tx.hear_log_head(peer(9), id(77), b"other", at(0))));
        assert_eq!(store.read().heard_head(peer(8)).await.unwrap(), Some(vec![1]));
        change!(store, tx => tx.forget_heard_head(peer(8), id(1)));
        assert_eq!(store.read().heard_head(peer(8)).await.unwrap(), Some(vec![2]));
        assert!(change!(store, tx => tx.hear_log_head(peer(8), id(77), b"more", at(0))));
    }

    async fn the_first_contradiction_stays(store) {
        let fork = |one: &[u8]| LogFork { found_at: at(5), one: one.to_vec(), other: b"b".to_vec() };
        assert!(change!(store, tx => tx.set_log_fork(peer(8), &fork(b"a"))));
        assert!(!change!(store, tx => tx.set_log_fork(peer(8), &fork(b"c"))));
        assert_eq!(store.read().log_fork(peer(8)).await.unwrap(), Some(fork(b"a")));
        assert_eq!(store.read().log_fork(peer(9)).await.unwrap(), None);
    }

    async fn a_place_is_asked_for_until_it_is_known(store) {
        assert_eq!(store.read().moments().await.unwrap().proof, None);
        assert!(change!(store, tx => tx.want_proof(&wanted(1), at(10))));
        assert!(!change!(store, tx => tx.want_proof(&wanted(1), at(99))));
        assert_eq!(store.read().proofs_due(at(9), 9).await.unwrap(), []);
        assert_eq!(store.read().proofs_due(at(10), 9).await.unwrap(), [wanted(1)]);
        change!(store, tx => tx.ask_proof_at(&wanted(1), at(30)));
        assert_eq!(store.read().moments().await.unwrap().proof, Some(at(30)));
        let proof = KeptProof { terms: id(1), leaf: 7, head: b"head".to_vec(), path: vec![id(2), id(3)] };
        assert!(change!(store, tx => tx.keep_proof(peer(8), &proof)));
        assert!(!change!(store, tx => tx.keep_proof(peer(8), &proof)));
        assert!(!change!(store, tx => tx.keep_proof(peer(9), &proof)));
        assert_eq!(store.read().moments().await.unwrap().proof, None);
        assert_eq!(store.read().proofs_of_deal(deal(1)).await.unwrap(), [proof]);
    }
}

//! The same questions to a store in memory and to one in a file.

mod blobs;
mod boards;
mod books;
mod delivery;
mod families;
mod file;
mod lists;
mod logs;
mod plans;
mod records;
mod transactions;

use opener_trade::{DealId, DocumentId, Identity, PeerId, Timestamp};

use crate::{Moments, NewDelivery, NewDocument, Store};

/// Runs each body on a new store of both sorts.
macro_rules! on_both {
    ($(async fn $name:ident($store:ident) $body:block)*) => { $(
        mod $name {
            use super::*;

            async fn told($store: &crate::Store) $body

            #[tokio::test]
            async fn in_memory() {
                told(&crate::Store::in_memory().await.unwrap()).await;
            }

            #[tokio::test]
            async fn in_a_file() {
                let folder = tempfile::tempdir().unwrap();
                told(&crate::Store::open(&folder.path().join("peer.db")).await.unwrap()).await;
            }
        }
    )* };
}
use on_both;

/// Does one thing in a change of its own.
macro_rules! change {
    ($store:expr, $tx:ident => $done:expr) => {{
        let mut $tx = $store.begin().await.unwrap();
        let done = $done.await.unwrap();
        $tx.commit().await.unwrap();
        done
    }};
}
use change;

async fn moments(store: &Store) -> Moments {
    store.read().moments().await.unwrap()
}

fn peer(n: u8) -> PeerId {
    Identity::from_seed([n; 32]).peer_id()
}

fn deal(n: u8) -> DealId {
    DealId::from_bytes([n; 16])
}

fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 32])
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A broadcast of peer 1 in deal 1, kept at moment 10.
fn broadcast(n: u8) -> NewDocument<'static> {
    NewDocument {
        id: id(n),
        kind: "rfp",
        deal: Some(deal(1)),
        sender: peer(1),
        recipient: None,
        seq: 1,
        previous: None,
        bytes: b"signed",
        received_at: at(10),
        mine: true,
    }
}

/// Document `n` to a peer, enqueued at moment 10, of no use after moment 1000.
fn to(recipient: PeerId, n: u8) -> NewDelivery {
    NewDelivery {
        recipient,
        document: id(n),
        deal: deal(1),
        at: at(10),
        expires_at: at(1000),
    }
}

/// Keeps documents 1 to `count`, all broadcasts of peer 1.
async fn keep(store: &Store, count: u8) {
    let mut tx = store.begin().await.unwrap();
    for n in 1..=count {
        assert!(tx.insert_document(broadcast(n)).await.unwrap());
    }
    tx.commit().await.unwrap();
}

//! Documents, journals, receipts, parked documents.

use opener_trade::document::Stage;

use super::*;
use crate::{NewReceipt, ParkedDocument, StoreError};

/// What every change of a table that only grows is answered with.
async fn is_append_only(store: &Store, sql: &'static str) {
    let mut writer = store.writer().await;
    let tried = sqlx::query(sql).execute(&mut writer.connection).await;
    let error = StoreError::from(tried.unwrap_err());
    assert!(
        matches!(error, StoreError::AppendOnly(_)),
        "{sql}: {error:?}"
    );
}

fn from_to(n: u8, sender: u8, recipient: u8, seq: u64) -> NewDocument<'static> {
    NewDocument {
        id: id(n),
        kind: "bid",
        sender: peer(sender),
        recipient: Some(peer(recipient)),
        seq,
        previous: (seq > 1).then(|| id(n - 1)),
        mine: sender == 1,
        ..broadcast(n)
    }
}

fn receipt(document: u8, signer: u8, stage: Stage, time: i64) -> NewReceipt<'static> {
    NewReceipt {
        document: id(document),
        signer: peer(signer),
        stage,
        deal: deal(1),
        at: at(time),
        bytes: b"receipt",
    }
}

fn parked(document: u8, recipient: Option<PeerId>, seq: u64, received_at: i64) -> ParkedDocument {
    ParkedDocument {
        document: id(document),
        deal: deal(1),
        sender: peer(2),
        recipient,
        seq,
        received_at: at(received_at),
        bytes: vec![document; 3],
    }
}

on_both! {
    async fn a_document_is_kept_once_and_as_received(store) {
        let new = from_to(2, 2, 1, 7);
        assert!(change!(store, tx => tx.insert_document(new)));
        let again = NewDocument { bytes: b"other", received_at: at(99), ..new };
        assert!(!change!(store, tx => tx.insert_document(again)));
        let kept = store.read().document(id(2)).await.unwrap().unwrap();
        assert_eq!(kept.bytes, b"signed");
        assert_eq!((kept.kind.as_str(), kept.seq, kept.mine), ("bid", 7, false));
        assert_eq!((kept.deal, kept.sender, kept.recipient), (Some(deal(1)), peer(2), Some(peer(1))));
        assert_eq!((kept.previous, kept.received_at), (Some(id(1)), at(10)));
        assert_eq!(store.read().document(id(3)).await.unwrap(), None);
    }

    async fn a_document_that_stands_alone_has_no_deal(store) {
        let new = NewDocument { deal: None, seq: 0, kind: "terms", ..broadcast(1) };
        change!(store, tx => tx.insert_document(new));
        let kept = store.read().document(id(1)).await.unwrap().unwrap();
        assert_eq!((kept.deal, kept.recipient, kept.previous, kept.seq), (None, None, None, 0));
        assert_eq!(store.read().documents_of_deal(deal(0), 9).await.unwrap(), []);
    }

    async fn documents_of_a_deal_come_in_the_order_they_were_kept(store) {
        for n in [9, 3, 5] {
            change!(store, tx => tx.insert_document(broadcast(n)));
        }
        change!(store, tx => tx.insert_document(NewDocument { deal: Some(deal(2)), ..broadcast(1) }));
        let kept = store.read().documents_of_deal(deal(1), 9).await.unwrap();
        assert_eq!(kept.iter().map(|d| d.id).collect::<Vec<_>>(), [id(9), id(3), id(5)]);
        assert_eq!(store.read().documents_of_deal(deal(1), 2).await.unwrap().len(), 2);
    }

    async fn a_dialogue_is_what_passed_between_two_and_the_broadcasts(store) {
        let all = [broadcast(1), from_to(2, 1, 2, 1), from_to(3, 1, 3, 1), from_to(4, 2, 1, 1), from_to(5, 3, 1, 1)];
        for new in all {
            change!(store, tx => tx.insert_document(new));
        }
        change!(store, tx => tx.insert_document(NewDocument { deal: Some(deal(2)), ..from_to(6, 2, 1, 1) }));
        let ids = async |peer| -> Vec<DocumentId> {
            let kept = store.read().documents_of_dialogue(deal(1), peer).await.unwrap();
            kept.iter().map(|document| document.id).collect()
        };
        assert_eq!(ids(peer(2)).await, [id(1), id(2), id(4)]);
        assert_eq!(ids(peer(3)).await, [id(1), id(3), id(5)]);
        // At the seller the buyer is the other side, and its broadcasts are there once.
        assert_eq!(ids(peer(1)).await, [id(1), id(2), id(3), id(4), id(5)]);
    }

    async fn the_last_of_a_chain_is_found_for_each_recipient_and_the_broadcasts(store) {
        let all = [from_to(2, 2, 1, 1), from_to(3, 2, 1, 2), from_to(4, 2, 3, 9), broadcast(5)];
        for new in all {
            change!(store, tx => tx.insert_document(new));
        }
        let last = async |sender, recipient| {
            store.read().last_in_chain(deal(1), sender, recipient).await.unwrap().map(|d| (d.id, d.seq))
        };
        assert_eq!(last(peer(2), Some(peer(1))).await, Some((id(3), 2)));
        assert_eq!(last(peer(2), None).await, None);
        assert_eq!(last(peer(1), None).await, Some((id(5), 1)));
    }

    async fn a_place_in_a_chain_beyond_any_chain_is_no_error(store) {
        change!(store, tx => tx.insert_document(NewDocument { seq: u64::MAX, ..broadcast(1) }));
        let kept = store.read().document(id(1)).await.unwrap().unwrap();
        assert_eq!(kept.seq, u64::try_from(i64::MAX).unwrap());
    }

    async fn documents_journals_and_receipts_only_grow(store) {
        keep(store, 1).await;
        change!(store, tx => tx.append_journal(deal(1), None, at(1), b"entry"));
        change!(store, tx => tx.insert_receipt(receipt(1, 2, Stage::Received, 1)));
        for sql in [
            "UPDATE document SET bytes = x'00'",
            "DELETE FROM document",
            "INSERT OR REPLACE INTO document SELECT * FROM document",
            "UPDATE journal SET entry = x'00'",
            "DELETE FROM journal",
            "INSERT OR REPLACE INTO journal SELECT * FROM journal",
            "UPDATE receipt SET at = 0",
            "DELETE FROM receipt",
        ] {
            is_append_only(store, sql).await;
        }
    }

    async fn each_journal_counts_from_one_without_gaps(store) {
        let mut tx = store.begin().await.unwrap();
        for n in 1..=3 {
            assert_eq!(tx.append_journal(deal(1), None, at(i64::from(n)), &[n]).await.unwrap(), u64::from(n));
        }
        assert_eq!(tx.append_journal(deal(1), Some(peer(2)), at(4), b"").await.unwrap(), 1);
        assert_eq!(tx.append_journal(deal(2), None, at(5), b"x").await.unwrap(), 1);
        tx.commit().await.unwrap();
        let journal = store.read().journal(deal(1), None).await.unwrap();
        assert_eq!(journal.iter().map(|row| (row.n, row.at, row.entry[0])).collect::<Vec<_>>(),
            [(1, at(1), 1), (2, at(2), 2), (3, at(3), 3)]);
        assert_eq!(store.read().journal(deal(1), Some(peer(2))).await.unwrap()[0].entry, b"");
        assert_eq!(store.read().journal(deal(1), Some(peer(3))).await.unwrap(), []);
    }

    async fn the_first_receipt_of_a_signer_and_stage_stays(store) {
        assert!(change!(store, tx => tx.insert_receipt(receipt(1, 2, Stage::Received, 5))));
        assert!(!change!(store, tx => tx.insert_receipt(receipt(1, 2, Stage::Received, 9))));
        assert!(change!(store, tx => tx.insert_receipt(receipt(1, 2, Stage::Read, 9))));
        assert!(change!(store, tx => tx.insert_receipt(receipt(1, 3, Stage::Received, 6))));
        assert!(change!(store, tx => tx.insert_receipt(receipt(4, 2, Stage::Received, 1))));
        let mut read = store.read();
        assert_eq!(read.receipt(id(1), peer(2), Stage::Received).await.unwrap().unwrap().at, at(5));
        assert_eq!(read.receipt(id(1), peer(3), Stage::Read).await.unwrap(), None);
        let of: Vec<_> = read.receipts_of(id(1)).await.unwrap().iter().map(|r| (r.signer, r.stage)).collect();
        assert_eq!(of, [(peer(2), Stage::Received), (peer(3), Stage::Received), (peer(2), Stage::Read)]);
        assert_eq!(read.receipts_of_deal(deal(1)).await.unwrap().len(), 4);
        assert_eq!(read.receipts_of_deal(deal(2)).await.unwrap(), []);
    }

    async fn parked_documents_come_out_by_their_place_in_the_chain(store) {
        let me = Some(peer(1));
        let (third, second, rfp) = (parked(3, me, 3, 1), parked(2, me, 2, 2), parked(9, None, 5, 3));
        for new in [&third, &second, &rfp] {
            assert!(change!(store, tx => tx.park(new)));
        }
        assert!(!change!(store, tx => tx.park(&third)));
        let mut read = store.read();
        assert_eq!(read.parked_count(Some(peer(2))).await.unwrap(), 3);
        assert_eq!(read.parked_count(Some(peer(3))).await.unwrap(), 0);
        assert_eq!(read.parked_count(None).await.unwrap(), 3);
        assert_eq!(read.parked_after(deal(1), peer(2), false).await.unwrap(), Some(second));
        assert_eq!(read.parked_after(deal(1), peer(2), true).await.unwrap(), Some(rfp));
        assert_eq!(read.parked_after(deal(2), peer(2), true).await.unwrap(), None);
        assert!(change!(store, tx => tx.unpark(id(2))));
        assert!(!change!(store, tx => tx.unpark(id(2))));
        assert_eq!(store.read().parked_after(deal(1), peer(2), false).await.unwrap(), Some(third));
    }

    async fn parked_documents_are_forgotten_oldest_first(store) {
        for n in 1..=4 {
            change!(store, tx => tx.park(&parked(n, None, u64::from(n), i64::from(n))));
        }
        assert_eq!(change!(store, tx => tx.forget_parked(at(4), 2)), 2);
        assert_eq!(store.read().parked_after(deal(1), peer(2), true).await.unwrap().unwrap().document, id(3));
        assert_eq!(change!(store, tx => tx.forget_parked(at(4), 9)), 1);
        assert_eq!(store.read().parked_count(None).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_signed_document_is_kept_with_its_place() {
    use opener_trade::{
        document::{Chat, Document, Header},
        sign,
    };
    let store = Store::in_memory().await.unwrap();
    let identity = Identity::from_seed([1; 32]);
    let header = Header {
        deal: deal(1),
        from: identity.peer_id(),
        to: Some(peer(2)),
        seq: 2,
        previous: Some(id(9)),
        answers: None,
        issued_at: at(1),
        expires_at: at(2),
    };
    let body = Chat::of("안녕하세요".parse().unwrap());
    let opened = opener_trade::Opened::from(sign(&identity, Document { header, body }).unwrap());
    change!(store, tx => tx.insert_document(NewDocument::of(&opened, at(3), true)));
    let kept = store.read().document(opened.id()).await.unwrap().unwrap();
    assert_eq!(kept.bytes.as_slice(), opened.bytes().as_ref());
    assert_eq!((kept.kind.as_str(), kept.seq), ("chat", 2));
    assert_eq!(
        (kept.recipient, kept.previous),
        (Some(peer(2)), Some(id(9)))
    );
}

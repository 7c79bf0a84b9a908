//! The outbox: order, retries, answers, expiry.

use opener_trade::Reason;

use super::*;
use crate::{DeliveryCounts, DeliveryState, OutboxRow, Way};

async fn due(store: &Store, now: i64) -> Vec<OutboxRow> {
    store.read().due(at(now), 100).await.unwrap()
}

/// What is due, as recipient and document.
async fn due_pairs(store: &Store, now: i64) -> Vec<(PeerId, DocumentId)> {
    due(store, now)
        .await
        .iter()
        .map(|row| (row.recipient, row.document))
        .collect()
}

/// Keeps documents 1 to 3 and puts them into the queues of peers 2 and 3.
async fn three_to_two(store: &Store) {
    keep(store, 3).await;
    let mut tx = store.begin().await.unwrap();
    for n in 1..=3 {
        assert!(tx.enqueue(to(peer(2), n)).await.unwrap());
        assert!(tx.enqueue(to(peer(3), n)).await.unwrap());
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn a_document_is_enqueued_for_a_recipient_once(store) {
        keep(store, 1).await;
        assert!(change!(store, tx => tx.enqueue(to(peer(2), 1))));
        assert!(!change!(store, tx => tx.enqueue(to(peer(2), 1))));
        assert!(change!(store, tx => tx.mark_received(peer(2), id(1), at(20))));
        assert!(!change!(store, tx => tx.enqueue(to(peer(2), 1))));
        assert_eq!(due(store, 30).await, []);
    }

    async fn only_the_oldest_unanswered_one_of_each_recipient_is_due(store) {
        three_to_two(store).await;
        assert_eq!(due_pairs(store, 9).await, []);
        assert_eq!(due_pairs(store, 10).await, [(peer(2), id(1)), (peer(3), id(1))]);
        assert_eq!(store.read().due(at(10), 1).await.unwrap().len(), 1);
        change!(store, tx => tx.mark_received(peer(2), id(1), at(20)));
        assert_eq!(due_pairs(store, 20).await, [(peer(3), id(1)), (peer(2), id(2))]);
    }

    async fn what_is_due_carries_the_bytes_as_they_were_signed(store) {
        three_to_two(store).await;
        let rows = due(store, 10).await;
        assert_eq!(rows[0].bytes.as_ref(), b"signed");
        assert!(std::sync::Arc::ptr_eq(&rows[0].bytes, &rows[1].bytes));
        assert_eq!((rows[0].deal, rows[0].attempts, rows[0].expires_at), (deal(1), 0, at(1000)));
    }

    async fn one_sent_is_tried_again_only_when_no_answer_came_in_time(store) {
        three_to_two(store).await;
        let first = due(store, 10).await[0].clone();
        assert!(change!(store, tx => tx.mark_sent(first.id, at(11), at(50))));
        assert_eq!(due_pairs(store, 49).await, [(peer(3), id(1))]);
        assert_eq!(moments(store).await.delivery, Some(at(10)));
        let again = due(store, 50).await;
        assert_eq!((again[1].id, again[1].attempts), (first.id, 1));
    }

    async fn a_retry_waits_and_says_why(store) {
        three_to_two(store).await;
        let first = due(store, 10).await[0].clone();
        change!(store, tx => tx.mark_sent(first.id, at(11), at(50)));
        assert!(change!(store, tx => tx.retry_at(first.id, at(70), Some(Reason::RateLimited), "slowly")));
        assert_eq!(due_pairs(store, 69).await, [(peer(3), id(1))]);
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!((board[0].state, board[0].attempts), (DeliveryState::Queued, 1));
        assert_eq!((board[0].reason, board[0].detail.as_str()), (Some(Reason::RateLimited), "slowly"));
        assert_eq!((board[0].next_attempt_at, board[2].next_attempt_at), (Some(at(70)), None));
        assert_eq!(due_pairs(store, 70).await.len(), 2);
    }

    async fn one_that_waits_behind_another_cannot_be_sent(store) {
        three_to_two(store).await;
        let behind = store.read().delivery(deal(1)).await.unwrap()[2].id;
        assert!(!change!(store, tx => tx.mark_sent(behind, at(11), at(50))));
        assert!(!change!(store, tx => tx.retry_at(behind, at(11), None, "")));
    }

    async fn a_recipient_that_is_back_is_tried_at_once(store) {
        three_to_two(store).await;
        let rows = due(store, 10).await;
        change!(store, tx => tx.retry_at(rows[0].id, at(500), None, "no route"));
        change!(store, tx => tx.mark_sent(rows[1].id, at(11), at(500)));
        change!(store, tx => tx.wake_recipient(peer(2), at(40)));
        change!(store, tx => tx.wake_recipient(peer(3), at(40)));
        // The answer of peer 3 is still awaited: nothing is sent to it twice.
        assert_eq!(due_pairs(store, 40).await, [(peer(2), id(1))]);
        change!(store, tx => tx.wake_recipient(peer(2), at(45)));
        assert_eq!(moments(store).await.delivery, Some(at(40)));
    }

    async fn after_a_start_everything_unanswered_is_due(store) {
        three_to_two(store).await;
        let rows = due(store, 10).await;
        change!(store, tx => tx.retry_at(rows[0].id, at(500), None, ""));
        change!(store, tx => tx.mark_sent(rows[1].id, at(11), at(500)));
        change!(store, tx => tx.wake_all(at(60)));
        assert_eq!(due_pairs(store, 60).await, [(peer(2), id(1)), (peer(3), id(1))]);
    }

    async fn a_refusal_is_final_and_lets_the_next_one_pass(store) {
        three_to_two(store).await;
        assert!(change!(store, tx => tx.mark_refused(peer(2), id(1), at(20), Reason::Late, "too late")));
        assert!(!change!(store, tx => tx.mark_refused(peer(2), id(1), at(21), Reason::Stale, "")));
        assert_eq!(due_pairs(store, 20).await, [(peer(3), id(1)), (peer(2), id(2))]
            .into_iter().collect::<Vec<_>>());
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!((board[0].state, board[0].reason), (DeliveryState::Refused, Some(Reason::Late)));
        assert_eq!((board[0].answered_at, board[0].detail.as_str()), (Some(at(20)), "too late"));
    }

    async fn a_reason_of_a_newer_version_is_kept(store) {
        three_to_two(store).await;
        change!(store, tx => tx.mark_refused(peer(2), id(1), at(20), Reason::Unknown(999), ""));
        assert_eq!(store.read().delivery(deal(1)).await.unwrap()[0].reason, Some(Reason::Unknown(999)));
    }

    async fn receipts_are_noted_once_and_keep_their_first_time(store) {
        three_to_two(store).await;
        assert!(change!(store, tx => tx.mark_received(peer(2), id(1), at(20))));
        assert!(!change!(store, tx => tx.mark_received(peer(2), id(1), at(30))));
        assert!(change!(store, tx => tx.mark_read(peer(2), id(1), at(40))));
        assert!(!change!(store, tx => tx.mark_read(peer(2), id(1), at(50))));
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!((board[0].answered_at, board[0].read_at), (Some(at(20)), Some(at(40))));
    }

    async fn the_way_of_a_receipt_is_kept_beside_it(store) {
        three_to_two(store).await;
        let first = due(store, 10).await[0].clone();
        assert_eq!(store.read().delivery(deal(1)).await.unwrap()[0].way, None);
        for way in [Way::Relay, Way::Direct] {
            change!(store, tx => tx.note_way(first.id, way));
            let board = store.read().delivery(deal(1)).await.unwrap();
            assert_eq!((board[0].way, board[1].way), (Some(way), None));
        }
    }

    async fn reading_proves_receipt(store) {
        three_to_two(store).await;
        assert!(change!(store, tx => tx.mark_read(peer(2), id(1), at(40))));
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!((board[0].state, board[0].answered_at), (DeliveryState::Received, Some(at(40))));
        assert_eq!(due_pairs(store, 40).await.len(), 2);
        assert!(!change!(store, tx => tx.mark_received(peer(2), id(1), at(50))));
    }

    async fn what_is_of_no_use_any_more_expires_and_the_next_one_follows(store) {
        keep(store, 3).await;
        let mut tx = store.begin().await.unwrap();
        tx.enqueue(NewDelivery { expires_at: at(100), ..to(peer(2), 1) }).await.unwrap();
        tx.enqueue(NewDelivery { expires_at: at(90), ..to(peer(2), 2) }).await.unwrap();
        tx.enqueue(to(peer(2), 3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(moments(store).await.expiry, Some(at(90)));
        assert_eq!(due_pairs(store, 100).await, []);
        let expired = change!(store, tx => tx.expire(at(100), 10));
        assert_eq!(expired.iter().map(|e| (e.recipient, e.document)).collect::<Vec<_>>(),
            [(peer(2), id(1)), (peer(2), id(2))]);
        assert_eq!(change!(store, tx => tx.expire(at(100), 10)), []);
        assert_eq!(due_pairs(store, 100).await, [(peer(2), id(3))]);
        assert_eq!(moments(store).await.expiry, Some(at(1000)));
    }

    async fn expiry_goes_by_pages(store) {
        three_to_two(store).await;
        assert_eq!(change!(store, tx => tx.expire(at(1000), 4)).len(), 4);
        assert_eq!(change!(store, tx => tx.expire(at(1000), 4)).len(), 2);
        assert_eq!(moments(store).await.delivery, None);
    }

    async fn a_receipt_that_comes_after_expiry_counts(store) {
        three_to_two(store).await;
        change!(store, tx => tx.expire(at(1000), 10));
        assert!(!change!(store, tx => tx.mark_refused(peer(2), id(1), at(1001), Reason::Late, "")));
        assert!(change!(store, tx => tx.mark_received(peer(2), id(1), at(1002))));
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!((board[0].state, board[0].reason), (DeliveryState::Received, None));
    }

    async fn the_board_shows_and_counts_every_delivery(store) {
        three_to_two(store).await;
        let rows = due(store, 10).await;
        change!(store, tx => tx.mark_sent(rows[1].id, at(11), at(50)));
        change!(store, tx => tx.mark_read(peer(2), id(1), at(20)));
        change!(store, tx => tx.mark_received(peer(2), id(2), at(21)));
        change!(store, tx => tx.mark_refused(peer(2), id(3), at(22), Reason::Late, ""));
        let counts = DeliveryCounts { queued: 2, sent: 1, received: 1, read: 1, refused: 1, expired: 0 };
        assert_eq!(store.read().delivery_counts(deal(1)).await.unwrap(), counts);
        change!(store, tx => tx.expire(at(1000), 10));
        let counts = DeliveryCounts { queued: 0, sent: 0, expired: 3, ..counts };
        assert_eq!(store.read().delivery_counts(deal(1)).await.unwrap(), counts);
        assert_eq!(store.read().delivery_counts(deal(2)).await.unwrap(), DeliveryCounts::default());
        let board = store.read().delivery(deal(1)).await.unwrap();
        assert_eq!(board.len(), 6);
        assert_eq!((board[1].sent_at, board[1].kind.as_str(), board[1].attempts), (Some(at(11)), "rfp", 1));
    }
}

#[tokio::test]
async fn a_thousand_recipients_with_many_rows_are_served_in_order() {
    let store = Store::in_memory().await.unwrap();
    keep(&store, 5).await;
    let recipients: Vec<PeerId> = (0..1000u32)
        .map(|n| {
            let mut seed = [7; 32];
            seed[..4].copy_from_slice(&n.to_be_bytes());
            Identity::from_seed(seed).peer_id()
        })
        .collect();
    let mut tx = store.begin().await.unwrap();
    for n in 1..=5 {
        for recipient in &recipients {
            assert!(tx.enqueue(to(*recipient, n)).await.unwrap());
        }
    }
    tx.commit().await.unwrap();
    for n in 1..=5 {
        let rows = store.read().due(at(10), 2000).await.unwrap();
        assert_eq!(rows.len(), 1000);
        assert!(rows.iter().all(|row| row.document == id(n)));
        let mut tx = store.begin().await.unwrap();
        for row in rows {
            tx.mark_sent(row.id, at(11), at(50)).await.unwrap();
            tx.mark_received(row.recipient, row.document, at(12))
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    let counts = store.read().delivery_counts(deal(1)).await.unwrap();
    assert_eq!(counts.received, 5000);
}

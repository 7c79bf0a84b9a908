//! Deals, dialogues, wake times, reports.

use opener_trade::{Money, Reason};

use super::*;
use crate::{DealRow, DealSummary, DialogueRow, ReportState, Role, Side, Turn};

pub(super) fn row(n: u8, needs_me: bool, act_by: Option<i64>, updated_at: i64) -> DealRow {
    DealRow {
        deal: deal(n),
        role: if n.is_multiple_of(2) {
            Role::Seller
        } else {
            Role::Buyer
        },
        buyer: peer(1),
        rfp: Some(id(n)),
        revision: 1,
        title: "chairs".into(),
        state: "collecting".into(),
        needs_me,
        act_by: act_by.map(at),
        wake_at: None,
        closes_at: Some(at(500)),
        updated_at: at(updated_at),
        created_at: at(1),
        summary: DealSummary::default(),
    }
}

fn dialogue(seller: u8, wake_at: Option<i64>) -> DialogueRow {
    DialogueRow {
        deal: deal(1),
        seller: peer(seller),
        state: "bid-standing".into(),
        turn: Turn::Buyer,
        act_by: Some(at(70)),
        wake_at: wake_at.map(at),
        bid: Some(id(9)),
        total: Some(Money::from_minor(815_400, "EUR".parse().unwrap())),
        updated_at: at(5),
    }
}

on_both! {
    async fn the_newest_view_of_a_deal_replaces_the_one_before(store) {
        let first = row(1, true, Some(9), 5);
        change!(store, tx => tx.upsert_deal(&first));
        assert_eq!(store.read().deal(deal(1)).await.unwrap(), Some(first.clone()));
        let later = DealRow {
            rfp: None, revision: 2, title: "tables".into(), state: "closed".into(), needs_me: false, act_by: None,
            wake_at: Some(at(8)), closes_at: None, updated_at: at(77), created_at: at(77), summary: DealSummary {
                is_over: true, falls: "bid_lapses".into(), lead_state: "concluded".into(), party: "Ann".into(),
                leads: vec![peer(2), peer(3)], invited: 9, received: 8, bids: 3, declined: 2,
                best: Some(Money::from_minor(7, "KRW".parse().unwrap())),
            }, ..first.clone()
        };
        change!(store, tx => tx.upsert_deal(&later));
        let kept = store.read().deal(deal(1)).await.unwrap();
        assert_eq!(kept, Some(DealRow { created_at: first.created_at, ..later }));
        assert_eq!(store.read().deal(deal(2)).await.unwrap(), None);
    }

    async fn a_dialogue_needs_its_deal_and_keeps_the_newest_view(store) {
        let mut tx = store.begin().await.unwrap();
        assert!(tx.upsert_dialogue(&dialogue(2, None)).await.is_err());
        drop(tx);
        change!(store, tx => tx.upsert_deal(&row(1, false, None, 1)));
        let first = dialogue(2, Some(40));
        change!(store, tx => tx.upsert_dialogue(&first));
        assert_eq!(store.read().dialogue(deal(1), peer(2)).await.unwrap(), Some(first.clone()));
        let later = DialogueRow {
            state: "lapsed".into(), turn: Turn::Nobody, act_by: None, wake_at: None, bid: None, total: None,
            updated_at: at(6), ..first
        };
        change!(store, tx => tx.upsert_dialogue(&later));
        change!(store, tx => tx.upsert_dialogue(&dialogue(3, None)));
        let mut both = vec![later, dialogue(3, None)];
        both.sort_by_key(|dialogue| dialogue.seller);
        assert_eq!(store.read().dialogues(deal(1)).await.unwrap(), both);
        assert_eq!(store.read().dialogue(deal(1), peer(4)).await.unwrap(), None);
    }

    async fn machines_are_woken_when_they_asked_for_it(store) {
        assert_eq!(moments(store).await.machine, None);
        change!(store, tx => tx.upsert_deal(&DealRow { wake_at: Some(at(50)), ..row(1, false, None, 1) }));
        change!(store, tx => tx.upsert_deal(&row(2, false, None, 1)));
        change!(store, tx => tx.upsert_dialogue(&dialogue(2, Some(40))));
        change!(store, tx => tx.upsert_dialogue(&dialogue(3, Some(60))));
        let mut read = store.read();
        assert_eq!(read.moments().await.unwrap().machine, Some(at(40)));
        assert_eq!(read.wakes_due(at(39), 9).await.unwrap(), []);
        let all = [(deal(1), Some(peer(2))), (deal(1), None), (deal(1), Some(peer(3)))];
        assert_eq!(read.wakes_due(at(59), 9).await.unwrap(), all[..2]);
        assert_eq!(read.wakes_due(at(60), 9).await.unwrap(), all);
        assert_eq!(read.wakes_due(at(60), 1).await.unwrap(), all[..1]);
        assert!(change!(store, tx => tx.set_wake(deal(1), Some(peer(2)), None)));
        assert!(change!(store, tx => tx.set_wake(deal(1), None, Some(at(70)))));
        assert!(!change!(store, tx => tx.set_wake(deal(9), None, None)));
        assert!(!change!(store, tx => tx.set_wake(deal(1), Some(peer(9)), None)));
        assert_eq!(moments(store).await.machine, Some(at(60)));
    }

    async fn final_terms_keep_the_first_signature_of_each_side(store) {
        assert!(change!(store, tx => tx.sign_report(id(1), deal(1), peer(2), Side::Seller, b"seller's")));
        let half = store.read().report(id(1)).await.unwrap().unwrap();
        assert_eq!((half.by_buyer, half.by_seller.as_deref()), (None, Some(&b"seller's"[..])));
        assert!(change!(store, tx => tx.sign_report(id(1), deal(1), peer(2), Side::Buyer, b"buyer's")));
        for side in [Side::Buyer, Side::Seller] {
            assert!(!change!(store, tx => tx.sign_report(id(1), deal(1), peer(2), side, b"other")));
        }
        let whole = store.read().reports_of_deal(deal(1)).await.unwrap();
        assert_eq!(whole.len(), 1);
        assert_eq!(whole[0].by_buyer.as_deref(), Some(&b"buyer's"[..]));
        assert_eq!(whole[0].by_seller.as_deref(), Some(&b"seller's"[..]));
        assert_eq!((whole[0].deal, whole[0].seller), (deal(1), peer(2)));
        assert_eq!(store.read().report(id(2)).await.unwrap(), None);
    }

    async fn a_report_goes_to_each_directory_until_it_answers(store) {
        let mut tx = store.begin().await.unwrap();
        assert!(tx.queue_report(id(1), peer(8), at(10)).await.is_err());
        drop(tx);
        change!(store, tx => tx.sign_report(id(1), deal(1), peer(2), Side::Seller, b"signed"));
        for directory in [peer(8), peer(9)] {
            assert!(change!(store, tx => tx.queue_report(id(1), directory, at(10))));
            assert!(!change!(store, tx => tx.queue_report(id(1), directory, at(99))));
        }
        assert_eq!(store.read().reports_due(at(9), 9).await.unwrap(), []);
        assert_eq!(store.read().reports_due(at(10), 9).await.unwrap().len(), 2);
        assert!(change!(store, tx => tx.retry_report_at(id(1), peer(8), at(30), Some(Reason::Unavailable), "later")));
        let due = store.read().reports_due(at(29), 9).await.unwrap();
        assert_eq!((due.len(), due[0].directory, due[0].attempts), (1, peer(9), 0));
        assert_eq!(due[0].report.by_seller.as_deref(), Some(&b"signed"[..]));
        assert!(change!(store, tx => tx.report_accepted(id(1), peer(9), b"receipt")));
        assert!(!change!(store, tx => tx.report_accepted(id(1), peer(9), b"again")));
        assert_eq!(moments(store).await.report, Some(at(30)));
        assert_eq!(store.read().reports_due(at(30), 9).await.unwrap()[0].attempts, 1);
        assert!(change!(store, tx => tx.report_refused(id(1), peer(8), Reason::SumMismatch, "sums")));
        assert!(!change!(store, tx => tx.report_refused(id(1), peer(8), Reason::Late, "")));
        assert!(!change!(store, tx => tx.retry_report_at(id(1), peer(8), at(40), None, "")));
        assert_eq!(moments(store).await.report, None);
        let mut status = store.read().report_status(deal(1)).await.unwrap();
        status.sort_by_key(|status| status.state);
        assert_eq!((status[0].state, status[0].receipt.as_deref()), (ReportState::Accepted, Some(&b"receipt"[..])));
        assert_eq!((status[1].state, status[1].reason), (ReportState::Refused, Some(Reason::SumMismatch)));
        assert_eq!((status[1].attempts, status[1].next_attempt_at), (2, None));
    }
}

//! Notices, contacts, settings, assessments.

use super::*;
use crate::{Assessment, NewContact, NewNotice, NoticeId, StoreError};

fn notice(n: u8, kind: &str) -> NewNotice<'_> {
    NewNotice {
        loud: crate::Loud::Rings,
        at: at(i64::from(n)),
        deal: Some(deal(1)),
        peer: Some(peer(2)),
        kind,
        document: Some(id(n)),
    }
}

fn learnt<'a>(n: u8, name: &'a str, seq: u64, addresses: &'a [String]) -> NewContact<'a> {
    NewContact {
        peer: peer(n),
        listing: if seq == 0 { b"" } else { b"listing" },
        listing_seq: seq,
        name,
        addresses,
        source: "directory",
        at: at(i64::from(n)),
    }
}

fn finding(bid: u8, criterion: &str, value: Option<&str>, excluded: bool, time: i64) -> Assessment {
    Assessment {
        deal: deal(1),
        bid: id(bid),
        criterion: criterion.into(),
        value: value.map(str::to_owned),
        excluded,
        reason: "as found".into(),
        at: at(time),
    }
}

on_both! {
    async fn a_notice_is_given_once(store) {
        assert!(change!(store, tx => tx.notify(notice(1, "bid"))));
        assert!(!change!(store, tx => tx.notify(notice(1, "bid"))));
        assert!(change!(store, tx => tx.notify(notice(1, "late-bid"))));
        let bare = NewNotice { deal: None, peer: None, document: None, ..notice(1, "clock-skew") };
        assert!(change!(store, tx => tx.notify(bare)));
        assert!(!change!(store, tx => tx.notify(bare)));
        let newest = &store.read().notices(false, 9, None).await.unwrap()[0];
        assert_eq!((newest.deal, newest.peer, newest.document), (None, None, None));
        assert_eq!((newest.kind.as_str(), newest.at), ("clock-skew", at(1)));
    }

    async fn the_first_acknowledgement_of_a_notice_counts(store) {
        for n in 1..=3 {
            change!(store, tx => tx.notify(notice(n, "bid")));
        }
        let second = store.read().notices(true, 9, None).await.unwrap()[1].clone();
        assert!(change!(store, tx => tx.acknowledge(second.id, at(50))));
        assert!(change!(store, tx => tx.acknowledge(second.id, at(60))));
        assert!(!change!(store, tx => tx.acknowledge(NoticeId::from_number(99), at(60))));
        let mut read = store.read();
        assert_eq!(read.unread_count().await.unwrap(), 2);
        let open: Vec<_> = read.notices(true, 9, None).await.unwrap().iter().map(|n| n.document).collect();
        assert_eq!(open, [Some(id(3)), Some(id(1))]);
        assert_eq!(read.notices(false, 9, None).await.unwrap()[1].acknowledged_at, Some(at(50)));
    }

    async fn notices_come_newest_first_and_by_pages(store) {
        for n in 1..=5 {
            change!(store, tx => tx.notify(notice(n, "bid")));
        }
        for unacknowledged_only in [true, false] {
            let mut seen = vec![];
            let mut before = None;
            loop {
                let page = store.read().notices(unacknowledged_only, 2, before).await.unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.id);
                seen.extend(page.iter().map(|notice| notice.at.millis()));
            }
            assert_eq!(seen, [5, 4, 3, 2, 1]);
        }
    }

    async fn the_newest_listing_of_a_peer_stays(store) {
        let addresses = ["/ip4/192.0.2.1/udp/1/quic-v1".to_owned(), "/ip4/192.0.2.1/tcp/1".to_owned()];
        assert!(change!(store, tx => tx.upsert_contact(learnt(2, "first", 0, &[]))));
        assert!(change!(store, tx => tx.upsert_contact(learnt(2, "typed again", 0, &[]))));
        assert!(change!(store, tx => tx.upsert_contact(learnt(2, "Kim", 5, &addresses))));
        for (seq, name) in [(5, "same"), (4, "older"), (0, "none")] {
            assert!(!change!(store, tx => tx.upsert_contact(learnt(2, name, seq, &[]))));
        }
        let kept = store.read().contact(peer(2)).await.unwrap().unwrap();
        assert_eq!((kept.name.as_str(), kept.listing_seq, kept.listing.as_slice()), ("Kim", 5, &b"listing"[..]));
        assert_eq!((kept.addresses.as_slice(), kept.source.as_str()), (&addresses[..], "directory"));
        assert_eq!((kept.known_at, kept.last_seen, kept.met_at, kept.blocked), (at(2), None, None, false));
        assert_eq!(store.read().contact(peer(3)).await.unwrap(), None);
    }

    async fn blocked_seen_and_met_outlive_a_new_listing(store) {
        change!(store, tx => tx.upsert_contact(learnt(2, "Kim", 1, &[])));
        change!(store, tx => tx.set_blocked(peer(2), true, at(3)));
        change!(store, tx => tx.touch_seen(peer(2), at(30)));
        change!(store, tx => tx.touch_seen(peer(2), at(20)));
        change!(store, tx => tx.mark_met(peer(2), at(40)));
        change!(store, tx => tx.mark_met(peer(2), at(50)));
        change!(store, tx => tx.upsert_contact(learnt(2, "Kim", 2, &[])));
        let kept = store.read().contact(peer(2)).await.unwrap().unwrap();
        assert_eq!((kept.blocked, kept.last_seen, kept.met_at), (true, Some(at(30)), Some(at(40))));
        change!(store, tx => tx.set_blocked(peer(2), false, at(5)));
        assert!(!store.read().contact(peer(2)).await.unwrap().unwrap().blocked);
    }

    async fn a_peer_can_be_blocked_before_anything_is_known_of_it(store) {
        change!(store, tx => tx.set_blocked(peer(2), true, at(3)));
        change!(store, tx => tx.upsert_contact(learnt(2, "Kim", 1, &[])));
        let kept = store.read().contact(peer(2)).await.unwrap().unwrap();
        assert_eq!((kept.blocked, kept.name.as_str()), (true, "Kim"));
        assert_eq!(kept.addresses, Vec::<String>::new());
    }

    async fn contacts_come_by_name_and_by_pages(store) {
        for (n, name) in [(4, "b"), (2, "c"), (3, "a")] {
            change!(store, tx => tx.upsert_contact(learnt(n, name, 1, &[])));
        }
        let mut read = store.read();
        let names: Vec<_> = read.contacts(9, 0).await.unwrap().into_iter().map(|c| c.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(read.contacts(2, 1).await.unwrap()[0].name, "b");
        assert_eq!(read.contacts(2, 3).await.unwrap(), []);
        assert_eq!(read.contact_count().await.unwrap(), 3);
    }

    async fn those_neither_met_nor_blocked_are_evicted_longest_unheard_first(store) {
        for n in 2..=6 {
            change!(store, tx => tx.upsert_contact(learnt(n, "x", 1, &[])));
        }
        change!(store, tx => tx.mark_met(peer(2), at(9)));
        change!(store, tx => tx.set_blocked(peer(3), true, at(9)));
        change!(store, tx => tx.touch_seen(peer(4), at(99)));
        assert_eq!(change!(store, tx => tx.evict_oldest_unmet(1)), 1);
        assert_eq!(store.read().contact(peer(5)).await.unwrap(), None);
        assert_eq!(change!(store, tx => tx.evict_oldest_unmet(9)), 2);
        assert_eq!(store.read().contact_count().await.unwrap(), 2);
    }

    async fn the_latest_finding_of_a_bid_and_criterion_counts(store) {
        for new in [
            finding(1, "quality", Some("0.8"), false, 1),
            finding(1, "quality", Some("0.9"), false, 2),
            finding(1, "", None, true, 3),
            finding(2, "quality", Some("0.5"), false, 4),
            finding(2, "quality", None, false, 4),
        ] {
            change!(store, tx => tx.assess(&new));
        }
        let mut read = store.read();
        assert_eq!(read.assessments(deal(1)).await.unwrap(), [
            finding(1, "", None, true, 3),
            finding(1, "quality", Some("0.9"), false, 2),
            finding(2, "quality", None, false, 4),
        ]);
        assert_eq!(read.assessment_history(deal(1), id(1)).await.unwrap().len(), 3);
        assert_eq!(read.assessments(deal(2)).await.unwrap(), []);
    }

    async fn findings_only_grow(store) {
        change!(store, tx => tx.assess(&finding(1, "quality", Some("0.8"), false, 1)));
        for sql in ["UPDATE assessment SET excluded = 1", "DELETE FROM assessment"] {
            let tried = sqlx::query(sql).execute(&mut store.writer().await.connection).await;
            assert!(matches!(StoreError::from(tried.unwrap_err()), StoreError::AppendOnly(_)), "{sql}");
        }
    }

    async fn settings_are_set_replaced_and_taken_back(store) {
        assert_eq!(store.read().setting("profile").await.unwrap(), None);
        change!(store, tx => tx.set_setting("profile", "{}"));
        change!(store, tx => tx.set_setting("profile", "{\"name\":\"김\"}"));
        assert_eq!(store.read().setting("profile").await.unwrap().as_deref(), Some("{\"name\":\"김\"}"));
        assert!(change!(store, tx => tx.remove_setting("profile")));
        assert!(!change!(store, tx => tx.remove_setting("profile")));
        assert_eq!(store.read().setting("profile").await.unwrap(), None);
    }

    async fn listing_numbers_only_rise(store) {
        for n in 1..=12 {
            assert_eq!(change!(store, tx => tx.next_listing_seq()), n);
        }
    }
}

//! The contact book, and forms.

use super::*;
use crate::{ContactFilter, FormKind, Group, KeptForm, NewContact, Shelf};

async fn learn(store: &Store, n: u8, name: &str) {
    change!(store, tx => tx.upsert_contact(NewContact {
        peer: peer(n), listing: b"", listing_seq: 0, name, addresses: &[], source: "", at: at(1),
    }));
}

async fn found(store: &Store, filter: ContactFilter) -> Vec<PeerId> {
    let found = store.read().book(&filter, 9, 0).await.unwrap();
    found.into_iter().map(|entry| entry.contact.peer).collect()
}

fn form(shelf: Shelf, kind: FormKind, name: &str, saved: i64) -> KeptForm {
    KeptForm {
        id: 0,
        shelf,
        kind,
        deal: None,
        name: name.into(),
        version: 1,
        saved_at: at(saved),
        form: "{}".into(),
    }
}

on_both! {
    async fn the_book_holds_names_of_ones_own_and_groups(store) {
        for (n, name) in [(2, "Bo 100%"), (3, "한강가구"), (4, "Dora")] {
            learn(store, n, name).await;
        }
        change!(store, tx => tx.keep_contact(peer(3), at(5)));
        change!(store, tx => tx.keep_contact(peer(3), at(9)));
        change!(store, tx => tx.keep_contact(peer(5), at(6)));
        change!(store, tx => tx.name_contact(peer(3), "Aunt's"));
        change!(store, tx => tx.group_contact(peer(3), &["steel".into(), "near".into()]));
        change!(store, tx => tx.group_contact(peer(5), &["near".into()]));
        let all = ContactFilter::default();
        assert_eq!(found(store, all.clone()).await, [5, 3, 2, 4].map(peer));
        let kept = ContactFilter { kept_only: true, ..all.clone() };
        assert_eq!(found(store, kept).await, [5, 3].map(peer));
        for (search, who) in [("가구", vec![3]), ("aunt", vec![3]), ("0%", vec![2]), ("_", vec![]), ("o", vec![2, 4])] {
            let filter = ContactFilter { search: Some(search.into()), ..all.clone() };
            assert_eq!(found(store, filter).await, who.into_iter().map(peer).collect::<Vec<_>>(), "{search}");
        }
        let near = ContactFilter { group: Some("near".into()), ..all.clone() };
        assert_eq!(found(store, near).await, [5, 3].map(peer));
        let entry = store.read().book_entry(peer(3)).await.unwrap().unwrap();
        assert_eq!((entry.groups, entry.contact.kept_at), (vec!["near".to_owned(), "steel".to_owned()], Some(at(5))));
        let groups = store.read().groups(9).await.unwrap();
        let group = |name: &str, members| Group { name: name.into(), members };
        assert_eq!(groups, [group("near", 2), group("steel", 1)]);
        change!(store, tx => tx.set_blocked(peer(5), true, at(7)));
        assert_eq!(store.read().members("near", 9).await.unwrap(), [peer(3)]);
        let blocked = ContactFilter { blocked: Some(true), ..all };
        assert_eq!(found(store, blocked).await, [peer(5)]);
    }

    async fn who_is_in_the_book_is_not_forgotten_until_taken_out(store) {
        learn(store, 2, "Bo").await;
        change!(store, tx => tx.keep_contact(peer(2), at(5)));
        assert_eq!(change!(store, tx => tx.evict_oldest_unmet(9)), 0);
        change!(store, tx => tx.group_contact(peer(2), &["near".into()]));
        assert!(change!(store, tx => tx.drop_contact(peer(2))));
        assert!(!change!(store, tx => tx.drop_contact(peer(2))));
        assert_eq!(store.read().groups(9).await.unwrap(), []);
        assert_eq!(change!(store, tx => tx.evict_oldest_unmet(9)), 1);
    }

    async fn a_form_is_kept_replaced_and_thrown_away(store) {
        let mut bid = form(Shelf::Draft, FormKind::Bid, "half a bid", 5);
        bid.deal = Some(deal(1));
        bid.id = change!(store, tx => tx.add_form(&bid));
        let rfp = form(Shelf::Draft, FormKind::Rfp, "chairs", 6);
        let other = change!(store, tx => tx.add_form(&rfp));
        change!(store, tx => tx.add_form(&form(Shelf::Template, FormKind::Rfp, "the usual", 7)));
        assert_eq!(store.read().form(Shelf::Draft, bid.id).await.unwrap(), Some(bid.clone()));
        assert_eq!(store.read().form(Shelf::Template, bid.id).await.unwrap(), None);
        let changed = KeptForm { name: "a bid".into(), form: "[1]".into(), saved_at: at(9), ..bid.clone() };
        assert!(change!(store, tx => tx.replace_form(&changed)));
        let kept = store.read().form(Shelf::Draft, bid.id).await.unwrap().unwrap();
        assert_eq!(kept, KeptForm { version: 2, ..changed });
        let names = |forms: Vec<KeptForm>| forms.into_iter().map(|form| (form.name, form.form)).collect::<Vec<_>>();
        let all = store.read().forms(Shelf::Draft, None, None, 9).await.unwrap();
        assert_eq!(names(all), [("a bid".to_owned(), String::new()), ("chairs".to_owned(), String::new())]);
        let bids = store.read().forms(Shelf::Draft, Some(FormKind::Bid), Some(deal(1)), 9).await.unwrap();
        assert_eq!(bids.len(), 1);
        assert_eq!(store.read().forms(Shelf::Draft, None, Some(deal(2)), 9).await.unwrap(), []);
        assert_eq!(store.read().form_count(Shelf::Draft, FormKind::Rfp).await.unwrap(), 1);
        assert!(change!(store, tx => tx.remove_form(Shelf::Draft, other)));
        assert!(!change!(store, tx => tx.remove_form(Shelf::Draft, other)));
    }
}

//! What every store does the same, tried on SQLite and on PostgreSQL.

use opener_trade::{
    DealId, DocumentId, Duration, Identity, PeerId, PeerText, Place, Timestamp,
    document::{Listing, Roles},
    sign,
};
use tempfile::TempDir;

use super::{Change, Outcome, Postgres, Report, Sqlite, Store, cluster};
use crate::{limits::Limits, prices::Group};

const NOW: Timestamp = Timestamp::from_millis(1_795_183_200_000);

fn after(seconds: i64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn who(seed: u8) -> Identity {
    Identity::from_seed([seed; 32])
}

fn put(seed: u8, seq: u64, words: &str, seconds: i64) -> Change {
    let identity = who(seed);
    let listing = Listing {
        from: identity.peer_id(),
        seq,
        issued_at: NOW,
        expires_at: after(seconds),
        name: PeerText::new("seller").unwrap(),
        roles: Roles {
            buys: false,
            sells: true,
        },
        categories: Default::default(),
        words: PeerText::new(words).unwrap(),
        place: Place {
            country: "KR".parse().unwrap(),
            locality: PeerText::default(),
            latitude_e6: None,
            longitude_e6: None,
        },
        radius_km: None,
        currencies: Default::default(),
        languages: Default::default(),
        addresses: Default::default(),
        capabilities: Default::default(),
        url: None,
    };
    Change::Put {
        listing: Box::new(sign(&identity, listing).unwrap()),
        entries: 2,
    }
}

fn report(number: u8, deal: u8, prices: &[(&str, &str)]) -> Change {
    let group = |stem: &str| Group {
        scheme: "cpv".to_owned(),
        stem: stem.to_owned(),
        unit: "H87".to_owned(),
        currency: "KRW".to_owned(),
        region: "KR".to_owned(),
        month: 202_611,
    };
    Change::Report(Box::new(Report {
        terms: DocumentId::from_bytes([number; 32]),
        deal: DealId::from_bytes([deal; 16]),
        buyer: who(1).peer_id(),
        seller: who(2).peer_id(),
        reporter: who(1).peer_id(),
        by_buyer: vec![number; 300],
        by_seller: vec![number; 300],
        prices: prices
            .iter()
            .map(|(stem, price)| (group(stem), (*price).to_owned()))
            .collect(),
    }))
}

/// A store of each kind, and the folder of the one in a file.
async fn stores(name: &str) -> Vec<(Box<dyn Store>, Option<TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(&folder.path().join("directory.db"))
        .await
        .unwrap();
    let mut stores: Vec<(Box<dyn Store>, _)> = vec![(Box::new(sqlite), Some(folder))];
    if let Some(cluster) = cluster::shared() {
        let url = cluster.database(name);
        let postgres = Postgres::open(&url, "one".to_owned()).await.unwrap();
        stores.push((Box::new(postgres), None));
    }
    stores
}

async fn apply(store: &dyn Store, changes: &[Change], now: Timestamp) -> Vec<Outcome> {
    store.apply(changes, &Limits::default(), now).await.unwrap()
}

/// Peers with their numbers, and whether there is a listing.
async fn listed(store: &dyn Store, since: i64) -> Vec<(i64, PeerId, bool)> {
    let changed = store.changed_after(since).await.unwrap();
    let row = |c: &super::Changed| {
        let peer = PeerId::try_from(&c.peer[..]).unwrap();
        (c.number, peer, c.signed.is_some())
    };
    changed.iter().map(row).collect()
}

#[tokio::test]
async fn a_higher_seq_replaces_and_a_lower_one_is_stale() {
    for (store, _folder) in stores("seq").await {
        let store = &*store;
        let outcomes = apply(
            store,
            &[
                put(1, 1 << 63, "one", 60),
                put(1, 1 << 63, "one", 60),
                put(1, 1 << 63, "other", 60),
                put(1, 7, "older", 60),
                put(1, u64::MAX, "newer", 60),
                put(2, 0, "another", 60),
            ],
            NOW,
        )
        .await;
        assert_eq!(
            outcomes,
            [
                Outcome::Kept(1),
                Outcome::SameListing(1),
                Outcome::Stale(1 << 63),
                Outcome::Stale(1 << 63),
                Outcome::Kept(2),
                Outcome::Kept(3),
            ]
        );
        let all = [(2, who(1).peer_id(), true), (3, who(2).peer_id(), true)];
        assert_eq!(listed(store, 0).await, all);
        assert_eq!(listed(store, 2).await, all[1..]);
        assert_eq!(store.extent().await.unwrap().listings, 2);
    }
}

#[tokio::test]
async fn what_is_withdrawn_or_expired_makes_room() {
    for (store, _folder) in stores("room").await {
        let store = &*store;
        let limits = Limits {
            listings: 2,
            ..Limits::default()
        };
        let fill = [put(1, 1, "a", 50), put(2, 1, "b", 500), put(3, 1, "c", 500)];
        let outcomes = store.apply(&fill, &limits, NOW).await.unwrap();
        assert_eq!(
            outcomes,
            [Outcome::Kept(1), Outcome::Kept(2), Outcome::Full]
        );
        let later = [put(3, 1, "c", 500), put(4, 1, "d", 500)];
        let outcomes = store.apply(&later, &limits, after(50)).await.unwrap();
        assert_eq!(outcomes, [Outcome::Kept(3), Outcome::Full]);
        let gone = [
            Change::Withdraw(who(3).peer_id()),
            Change::Withdraw(who(9).peer_id()),
        ];
        apply(store, &gone, after(51)).await;
        let outcomes = store.apply(&later[1..], &limits, after(52)).await.unwrap();
        assert_eq!(outcomes, [Outcome::Kept(5)]);
        let listings: Vec<_> = listed(store, 0)
            .await
            .into_iter()
            .filter(|row| row.2)
            .collect();
        assert_eq!(
            listings,
            [(2, who(2).peer_id(), true), (5, who(4).peer_id(), true)]
        );
        apply(store, &[], after(10_000)).await;
        let extent = store.extent().await.unwrap();
        assert_eq!((extent.listings, extent.bytes, extent.entries), (0, 0, 0));
        assert!(
            listed(store, 0).await.is_empty(),
            "nothing is left of anybody"
        );
    }
}

#[tokio::test]
async fn bytes_and_entries_are_bounded_as_listings_are() {
    for (store, _folder) in stores("bounds").await {
        let tight = |listings_bytes, entries| Limits {
            listings_bytes,
            entries,
            ..Limits::default()
        };
        for limits in [tight(300, 99), tight(99_999, 3)] {
            let fill = [put(1, 1, "a", 50), put(2, 1, "b", 50)];
            let outcomes = store.apply(&fill, &limits, NOW).await.unwrap();
            assert!(
                matches!(outcomes[..], [Outcome::Kept(_), Outcome::Full]),
                "{outcomes:?}"
            );
            apply(&*store, &[Change::Withdraw(who(1).peer_id())], NOW).await;
        }
    }
}

#[tokio::test]
async fn reports_are_kept_once_in_the_order_of_the_log() {
    for (store, _folder) in stores("reports").await {
        let store = &*store;
        let outcomes = apply(store, &[report(1, 1, &[]), report(2, 2, &[])], NOW).await;
        assert_eq!(outcomes, [Outcome::Reported(NOW); 2]);
        let again = [report(1, 1, &[]), report(3, 2, &[]), report(3, 3, &[])];
        assert_eq!(
            apply(store, &again, after(5)).await,
            [
                Outcome::SameTerms(NOW),
                Outcome::OtherTerms,
                Outcome::Reported(after(5))
            ]
        );
        let terms: Vec<Vec<u8>> = [1, 2, 3].map(|n: u8| vec![n; 32]).into();
        assert_eq!(store.terms_from(0).await.unwrap(), terms);
        assert_eq!(store.terms_from(2).await.unwrap(), terms[2..]);
        let kept = |n: u8| store.kept(DocumentId::from_bytes([n; 32]));
        assert_eq!(kept(3).await.unwrap(), Some((2, after(5))));
        assert_eq!(kept(9).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_day_and_the_disk_have_room_for_so_many_reports() {
    for (store, _folder) in stores("limits").await {
        let limits = Limits {
            reports: 2,
            reports_bytes: 2000,
            ..Limits::default()
        };
        let some = [report(1, 1, &[]), report(2, 2, &[]), report(3, 3, &[])];
        let outcomes = store.apply(&some, &limits, NOW).await.unwrap();
        assert_eq!(outcomes[2], Outcome::TooManyReports);
        let day = 24 * 3600;
        let more = [report(4, 4, &[]), report(5, 5, &[])];
        let outcomes = store.apply(&more, &limits, after(day)).await.unwrap();
        assert_eq!(outcomes, [Outcome::Reported(after(day)), Outcome::NoRoom]);
    }
}

#[tokio::test]
async fn prices_are_found_by_their_group_newest_first() {
    for (store, _folder) in stores("prices").await {
        let store = &*store;
        apply(store, &[report(1, 1, &[("391", "12.5"), ("44", "7")])], NOW).await;
        apply(store, &[report(2, 2, &[("391", "13")])], NOW).await;
        let Change::Report(sample) = report(9, 9, &[("391", "")]) else {
            unreachable!()
        };
        let group = &sample.prices[0].0;
        let found = store.prices(group, 202_601).await.unwrap();
        let prices: Vec<&str> = found.iter().map(|row| row.3.as_str()).collect();
        assert_eq!(prices, ["13", "12.5"]);
        assert!(store.prices(group, 202_612).await.unwrap().is_empty());
        let abroad = Group {
            region: "JP".to_owned(),
            ..group.clone()
        };
        assert!(store.prices(&abroad, 0).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_store_that_is_opened_again_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.db");
    let changes = [put(1, 1, "a", 50), report(1, 1, &[("391", "1")])];
    let first = Sqlite::open(&path).await.unwrap();
    apply(&first, &changes, NOW).await;
    let before = first.extent().await.unwrap();
    drop(first);
    let again = Sqlite::open(&path).await.unwrap();
    assert_eq!(again.extent().await.unwrap(), before);
    if let Some(cluster) = cluster::shared() {
        let url = cluster.database("again");
        let first = Postgres::open(&url, "one".to_owned()).await.unwrap();
        apply(&first, &changes, NOW).await;
        let again = Postgres::open(&url, "two".to_owned()).await.unwrap();
        assert_eq!(again.extent().await.unwrap(), before);
    }
}

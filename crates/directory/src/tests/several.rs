//! Several directories on one PostgreSQL.

use opener_trade::{
    PeerId,
    directory::{Request, Response},
    document::{LogHead, ReportReceipt},
    envelope,
    log::{check_consistency, check_inclusion},
};
use tempfile::TempDir;

use super::{NOW, ask, clock, found, open, register, report, who};
use crate::{Database, Directory, store::cluster};

struct Pair {
    folders: [TempDir; 2],
    database: Database,
    one: Directory,
    other: Directory,
}

async fn pair(name: &str) -> Option<Pair> {
    let database = Database::Postgres(cluster::shared()?.database(name));
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    Some(Pair {
        one: open(folders[0].path(), &database).await,
        other: open(folders[1].path(), &database).await,
        folders,
        database,
    })
}

/// Whether a directory shows a peer, and as online.
async fn shown(directory: &Directory, peer: PeerId) -> Option<bool> {
    match ask(directory, 0, &Request::Lookup { peer }).await {
        Response::Found { seller } => seller.map(|seller| seller.online),
        other => panic!("not looked up: {other:?}"),
    }
}

#[tokio::test]
async fn what_one_directory_learns_the_other_shows() {
    let Some(Pair { one, other, .. }) = pair("learns").await else {
        return;
    };
    ask(&one, 1, &register(1, 1, "chairs")).await;
    other.follow(clock).await.unwrap();
    assert_eq!(found(&other, "chairs").await, 1);
    ask(&other, 1, &register(1, 2, "desks")).await;
    one.follow(clock).await.unwrap();
    assert_eq!(
        (found(&one, "chairs").await, found(&one, "desks").await),
        (0, 1)
    );
    let stale = ask(&one, 1, &register(1, 2, "lamps")).await;
    assert!(matches!(stale, Response::Refused { .. }), "{stale:?}");
    ask(&one, 1, &Request::Withdraw).await;
    other.follow(clock).await.unwrap();
    assert_eq!(found(&other, "desks").await, 0);
}

#[tokio::test]
async fn who_renews_at_one_is_online_at_the_other() {
    let Some(Pair { one, other, .. }) = pair("online").await else {
        return;
    };
    let peer = who(1).peer_id();
    ask(&one, 1, &register(1, 1, "chairs")).await;
    other.follow(clock).await.unwrap();
    assert_eq!(shown(&other, peer).await, Some(false));
    one.tell().await.unwrap();
    other.follow(clock).await.unwrap();
    assert_eq!(shown(&other, peer).await, Some(true));
}

#[tokio::test]
async fn two_directories_share_one_log_and_agree_on_every_receipt() {
    let Some(Pair { one, other, .. }) = pair("log").await else {
        return;
    };
    let mut heads = Vec::new();
    for deal in 1..=5 {
        let (request, terms) = report(1, 2, deal);
        let (first, second) = if deal % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        for directory in [first, second] {
            let Response::Reported { receipt } = ask(directory, 1, &request).await else {
                panic!("not reported");
            };
            let receipt = envelope::open_as::<ReportReceipt>(&receipt).unwrap();
            assert_eq!((receipt.from, receipt.at), (directory.peer_id(), NOW));
            let Response::Included { head, leaf, path } =
                ask(directory, 1, &Request::Inclusion { terms }).await
            else {
                panic!("not included");
            };
            let head = envelope::open_as::<LogHead>(&head).unwrap();
            assert_eq!(leaf, u64::from(deal) - 1);
            check_inclusion(&head, terms, leaf, &path).unwrap();
            heads.push(head);
        }
    }
    for (older, directory) in heads.iter().map(|head| (head, &one)) {
        let asked = Request::Head {
            since: older.size,
            also: None,
        };
        let Response::Head {
            head, consistency, ..
        } = ask(directory, 1, &asked).await
        else {
            panic!("no head");
        };
        let newer = envelope::open_as::<LogHead>(&head).unwrap();
        let mut older = LogHead::clone(older);
        // One log under two keys (DIR-30).
        older.from = newer.from;
        check_consistency(&older, &newer, &consistency).unwrap();
    }
}

#[tokio::test]
async fn whoever_is_killed_under_load_leaves_nothing_that_was_acknowledged_behind() {
    let Some(Pair {
        folders,
        database,
        one,
        mut other,
    }) = pair("killed").await
    else {
        return;
    };
    for round in 0..6_u32 {
        for number in 0..10 {
            let seller = round * 10 + number;
            // Half of them at the one that dies, and their answers in hand when it does.
            let directory = if number % 2 == 0 { &one } else { &other };
            let kept = ask(directory, seller, &register(seller, 1, "chairs")).await;
            assert!(matches!(kept, Response::Registered { .. }), "{kept:?}");
        }
        let (request, _) = report(1, 2, round as u8);
        let kept = ask(&other, 1, &request).await;
        assert!(matches!(kept, Response::Reported { .. }), "{kept:?}");
        {
            // It dies in the middle of one more: kept or not, but not half.
            let late = register(10_000 + round, 1, "late");
            let asked = ask(&other, 10_000 + round, &late);
            let _ = tokio::time::timeout(std::time::Duration::from_millis(1), asked).await;
        }
        drop(other);
        other = open(folders[1].path(), &database).await;
        one.catch_up(NOW).await.unwrap();
        for directory in [&one, &other] {
            assert_eq!(found(directory, "chairs").await, (round + 1) * 10);
            let Response::Head { head, .. } = ask(
                directory,
                1,
                &Request::Head {
                    since: 0,
                    also: None,
                },
            )
            .await
            else {
                panic!("no head");
            };
            let head = envelope::open_as::<LogHead>(&head).unwrap();
            assert_eq!(head.size, u64::from(round) + 1);
        }
        assert_eq!(found(&one, "late").await, found(&other, "late").await);
    }
}

//! A database that cannot be written: reading goes on, and the operator is told.

use opener_trade::{
    Reason,
    directory::{Request, Response},
};

use super::{ask, found, open, register};
use crate::{Database, store::Sqlite, store::cluster::Cluster};

fn is_unavailable(response: &Response) -> bool {
    let reason = Reason::Unavailable;
    matches!(response, Response::Refused { reason: said, .. } if *said == reason)
}

#[tokio::test]
async fn a_full_disk_leaves_reading_and_renewing_and_is_healed_by_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut directory = open(folder.path(), &Database::InFolder).await;
    ask(&directory, 1, &register(1, 1, "chairs")).await;
    directory.store.close().await;
    let path = folder.path().join("full.db");
    let full = Sqlite::open(&path).await.unwrap();
    full.limit_pages(1).await;
    directory.store = Box::new(full);

    let refused = ask(&directory, 2, &register(2, 1, &"desks ".repeat(300))).await;
    let mut attempts = 0;
    let mut last = refused;
    while !is_unavailable(&last) && attempts < 200 {
        attempts += 1;
        last = ask(
            &directory,
            100 + attempts,
            &register(100 + attempts, 1, &"desks ".repeat(300)),
        )
        .await;
    }
    assert!(is_unavailable(&last), "{last:?}");
    assert!(directory.queue.is_broken());
    assert_eq!(found(&directory, "chairs").await, 1);
    let renewed = ask(&directory, 1, &Request::Renew { seq: 1 }).await;
    assert!(matches!(renewed, Response::Registered { .. }));

    directory.store.close().await;
    directory.store = Box::new(Sqlite::open(&folder.path().join("roomy.db")).await.unwrap());
    let kept = ask(&directory, 3, &register(3, 1, "desks")).await;
    assert!(matches!(kept, Response::Registered { .. }));
    assert!(!directory.queue.is_broken() && directory.healthy().await.is_ok());
}

#[tokio::test]
async fn a_dead_postgresql_leaves_reading_and_is_healed_by_its_return() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = Database::Postgres(cluster.database("mortal"));
    let folder = tempfile::tempdir().unwrap();
    let directory = open(folder.path(), &database).await;
    ask(&directory, 1, &register(1, 1, "chairs")).await;
    cluster.crash();
    assert!(is_unavailable(
        &ask(&directory, 2, &register(2, 1, "desks")).await
    ));
    assert!(directory.healthy().await.is_err());
    assert_eq!(found(&directory, "chairs").await, 1);
    cluster.start_again();
    let kept = ask(&directory, 2, &register(2, 1, "desks")).await;
    assert!(matches!(kept, Response::Registered { .. }), "{kept:?}");
    assert_eq!(found(&directory, "desks").await, 1);
}

//! A database that cannot be written: reading goes on, and the operator is told.

use opener_trade::{
    Reason,
    directory::{Request, Response},
};

use std::sync::{Arc, Weak};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{ask, clock, found, open, register};
use crate::{
    Database, Directory,
    http::{Shown, router},
    store::{Sqlite, cluster::Cluster},
};

/// What the HTTP door of a directory answers, status line and all.
async fn get(directory: Weak<Directory>, path: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let door = router(Shown { directory, clock });
    let serving = tokio::spawn(async move { axum::serve(listener, door).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: directory\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serving.abort();
    answer
}

#[tokio::test]
async fn health_says_that_it_only_reads_and_says_so_until_it_writes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut directory = open(folder.path(), &Database::InFolder).await;
    ask(&directory, 1, &register(1, 1, "chairs")).await;
    directory.store.close().await;
    let mute = Sqlite::open(&folder.path().join("mute.db")).await.unwrap();
    mute.refuse_writing().await;
    directory.store = Box::new(mute);
    ask(&directory, 2, &register(2, 1, "desks")).await;
    let mut shared = Arc::new(directory);
    let health = get(Arc::downgrade(&shared), "/healthz").await;
    assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
    let words = "reading only: the database cannot be written\n";
    assert!(health.ends_with(words), "{health}");
    let metrics = get(Arc::downgrade(&shared), "/metrics").await;
    assert!(metrics.contains("\nopener_reading_only 1\n"), "{metrics}");
    assert!(metrics.contains("\nopener_listings 1\n"), "{metrics}");

    let store = Sqlite::open(&folder.path().join("roomy.db")).await.unwrap();
    Arc::get_mut(&mut shared).unwrap().store = Box::new(store);
    ask(&shared, 3, &register(3, 1, "desks")).await;
    let health = get(Arc::downgrade(&shared), "/healthz").await;
    assert!(health.starts_with("HTTP/1.1 200 OK"), "{health}");
    let metrics = get(Arc::downgrade(&shared), "/metrics").await;
    assert!(metrics.contains("\nopener_reading_only 0\n"), "{metrics}");
    let gone = get(Weak::new(), "/healthz").await;
    assert!(gone.starts_with("HTTP/1.1 503 "), "{gone}");
}

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

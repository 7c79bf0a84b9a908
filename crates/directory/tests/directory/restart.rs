//! What is in the folder survives; what does not belong there is not believed.

use opener_directory::OpenError;
use opener_trade::{Reason, directory::Query};

use crate::kit::{NOW, World, after, generous, listing, open, peer, reason, words};

#[tokio::test]
async fn identity_listings_and_their_seq_survive_a_kill() {
    let world = World::new().await;
    let id = world.directory.peer_id();
    for number in 1..=3 {
        world
            .register(&peer(number), listing(&peer(number), 7, "의자"), NOW)
            .await;
    }
    let world = world.restart(after(1)).await;
    assert_eq!(world.directory.peer_id(), id);
    assert_eq!(world.find(words("의자"), after(1)).await.total, 3);
    let lower = world
        .register(&peer(1), listing(&peer(1), 6, "chairs"), after(1))
        .await;
    assert_eq!(reason(&lower), Some(Reason::Stale));
}

#[tokio::test]
async fn a_closed_directory_opens_again() {
    let world = World::new().await;
    world
        .register(&peer(1), listing(&peer(1), 1, "chairs"), NOW)
        .await;
    let World {
        folder,
        directory,
        limits,
    } = world;
    directory.close().await;
    let directory = open(folder.path(), limits, NOW).await;
    let world = World {
        folder,
        directory,
        limits,
    };
    assert_eq!(world.find(Query::default(), NOW).await.total, 1);
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let world = World::new().await;
    let second = opener_directory::Directory::open(
        world.folder.path(),
        &opener_directory::Database::InFolder,
        generous(),
        NOW,
    )
    .await;
    assert!(matches!(second, Err(OpenError::Store(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn an_identity_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let World {
        folder,
        directory,
        limits,
    } = World::new().await;
    drop(directory);
    let path = folder.path().join("identity.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let opened = opener_directory::Directory::open(
        folder.path(),
        &opener_directory::Database::InFolder,
        limits,
        NOW,
    )
    .await;
    let error = opened.err().unwrap().to_string();
    assert!(error.contains("read by others"), "{error}");
}

//! The door for phones: the gateway, with the pages that are built into this program.

use std::sync::Arc;

use opener_api::Handle;
use opener_gateway::{Page, Pages, PhoneDoor};
use tauri::{AppHandle, Manager};
use tokio::sync::Mutex;

/// The door of the peer that runs, which opens and closes as its owner sets it.
#[derive(Default)]
pub struct Phones(Mutex<Option<PhoneDoor>>);

/// Follows what is set at this peer about its door.
pub async fn follow(app: &AppHandle, handle: Handle) {
    let resolver = app.asset_resolver();
    let pages = Pages::BuiltIn(Arc::new(move |path: &str| {
        resolver.get(path.to_owned()).map(|asset| Page {
            media_type: asset.mime_type,
            bytes: asset.bytes,
        })
    }));
    let before = app
        .state::<Phones>()
        .0
        .lock()
        .await
        .replace(PhoneDoor::follow(handle, pages));
    if let Some(before) = before {
        before.shutdown().await;
    }
}

/// Closes the door, before the peer behind it goes.
pub async fn close(app: &AppHandle) {
    let door = app.state::<Phones>().0.lock().await.take();
    if let Some(door) = door {
        door.shutdown().await;
    }
}

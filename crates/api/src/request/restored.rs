//! Going on after a backup was restored.

use opener_peer::Handle;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ApiError,
    view::{Done, RestoredView},
};

/// Asks whether this peer was restored from a backup and waits for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct RestoredShow {}

/// The owner says that the old peer is off for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct RestoredGoOn {}

pub(super) async fn show(handle: &Handle, _: RestoredShow) -> Result<RestoredView, ApiError> {
    let held = handle.held().await?;
    Ok(RestoredView {
        waits: held.is_some(),
        made_at: held.map(|held| held.made_at),
        restored_at: held.map(|held| held.at),
    })
}

pub(super) async fn go_on(handle: &Handle, _: RestoredGoOn) -> Result<Done, ApiError> {
    handle.go_on().await?;
    Ok(Done {})
}

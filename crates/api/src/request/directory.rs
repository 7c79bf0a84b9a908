//! Directories, network and clock.

use opener_peer::{Handle, MAX_DIRECTORIES};
use opener_trade::{Address, List};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ApiError,
    view::{DirectoryView, Done, NetworkView},
};

/// Asks how the directories do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DirectoryStatus {}

/// Uses these directories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DirectorySet {
    /// Their addresses, each with `/p2p/…`.
    pub directories: List<Address, MAX_DIRECTORIES>,
}

/// Asks how the peer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NetworkStatus {}

/// This computer's network has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NetworkChanged {}

/// This computer's clock is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClockConfirm {}

pub(super) async fn status(
    handle: &Handle,
    _: DirectoryStatus,
) -> Result<Vec<DirectoryView>, ApiError> {
    let status = handle.status().await?;
    Ok(status
        .directories
        .into_iter()
        .map(DirectoryView::from)
        .collect())
}

pub(super) async fn set(
    handle: &Handle,
    wanted: DirectorySet,
) -> Result<Vec<DirectoryView>, ApiError> {
    handle
        .set_directories(wanted.directories.into_vec())
        .await?;
    status(handle, DirectoryStatus {}).await
}

pub(super) async fn network(handle: &Handle, _: NetworkStatus) -> Result<NetworkView, ApiError> {
    Ok(handle.status().await?.into())
}

pub(super) async fn changed(handle: &Handle, _: NetworkChanged) -> Result<Done, ApiError> {
    handle.network_changed().await?;
    Ok(Done {})
}

pub(super) async fn confirm_clock(handle: &Handle, _: ClockConfirm) -> Result<Done, ApiError> {
    handle.confirm_clock().await?;
    Ok(Done {})
}

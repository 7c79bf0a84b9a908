//! Known peers.

use opener_peer::Handle;
use opener_trade::PeerId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::rows;
use crate::{
    ApiError,
    view::{ContactView, Done},
};

/// Asks for known peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct ContactsList {
    /// At most so many, from 1 to 1000; 100 if nothing is said.
    pub limit: Option<u32>,
}

/// Blocks a peer, or lets it in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsBlock {
    /// The peer.
    pub peer: PeerId,
    /// Whether nothing is taken from it.
    pub blocked: bool,
}

pub(super) async fn list(
    handle: &Handle,
    asked: ContactsList,
) -> Result<Vec<ContactView>, ApiError> {
    let contacts = handle.contacts(rows(asked.limit)?).await?;
    Ok(contacts.into_iter().map(ContactView::from).collect())
}

pub(super) async fn block(handle: &Handle, asked: ContactsBlock) -> Result<Done, ApiError> {
    handle.block(asked.peer, asked.blocked).await?;
    Ok(Done {})
}

//! The inbox.

use opener_peer::{Handle, NoticeId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::rows;
use crate::{
    ApiError,
    view::{Done, NoticeView},
};

/// Asks for notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct InboxList {
    /// Also those that a person has seen.
    #[ts(optional, as = "Option<bool>")]
    pub all: bool,
    /// At most so many, from 1 to 1000; 100 if nothing is said.
    pub limit: Option<u32>,
}

/// A person has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct InboxAcknowledge {
    /// The notice's number.
    #[ts(type = "number")]
    pub id: i64,
}

pub(super) async fn list(handle: &Handle, asked: InboxList) -> Result<Vec<NoticeView>, ApiError> {
    let notices = handle.notices(!asked.all, rows(asked.limit)?).await?;
    Ok(notices.into_iter().map(NoticeView::from).collect())
}

pub(super) async fn acknowledge(handle: &Handle, seen: InboxAcknowledge) -> Result<Done, ApiError> {
    handle.acknowledge(NoticeId::from_number(seen.id)).await?;
    Ok(Done {})
}

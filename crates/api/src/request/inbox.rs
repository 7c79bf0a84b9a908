//! The inbox.

use opener_peer::{Handle, NoticeId, alarm::Alarms};
use opener_trade::{DealId, Timestamp};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct InboxAcknowledge {
    /// The notice's number.
    #[ts(optional, type = "number")]
    pub id: Option<i64>,
    /// Or every notice about this deal.
    pub deal: Option<DealId>,
}

/// Puts a notice off. It stays in the inbox, and rings anew then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct InboxSnooze {
    /// The notice's number.
    #[ts(type = "number")]
    pub id: i64,
    /// Until when, at most 31 days ahead; absent takes it back.
    pub until: Option<Timestamp>,
}

/// Asks what is set about alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct AlarmsGet {}

pub(super) async fn list(handle: &Handle, asked: InboxList) -> Result<Vec<NoticeView>, ApiError> {
    let notices = handle.notices(!asked.all, rows(asked.limit)?).await?;
    Ok(notices.into_iter().map(NoticeView::from).collect())
}

pub(super) async fn acknowledge(handle: &Handle, seen: InboxAcknowledge) -> Result<Done, ApiError> {
    match (seen.id, seen.deal) {
        (Some(id), None) => handle.acknowledge(NoticeId::from_number(id)).await?,
        (None, Some(deal)) => handle.acknowledge_deal(deal).await?,
        _ => return Err(ApiError::invalid("id", "name one notice, or one deal")),
    }
    Ok(Done {})
}

pub(super) async fn snooze(handle: &Handle, asked: InboxSnooze) -> Result<Done, ApiError> {
    handle
        .snooze(NoticeId::from_number(asked.id), asked.until)
        .await?;
    Ok(Done {})
}

pub(super) async fn alarms(handle: &Handle, _: AlarmsGet) -> Result<Alarms, ApiError> {
    Ok(handle.alarms().await?)
}

pub(super) async fn set_alarms(handle: &Handle, alarms: Alarms) -> Result<Alarms, ApiError> {
    handle.set_alarms(alarms).await?;
    Ok(handle.alarms().await?)
}

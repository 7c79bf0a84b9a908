//! Attached files: fetched on demand, listed, stopped, removed. Their bytes come and go through [`crate::files`].

use opener_peer::Handle;
use opener_trade::{DealId, DocumentId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ApiError,
    view::{AttachmentView, Done},
};

/// The files that the documents of a deal name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AttachmentList {
    /// The deal.
    pub deal: DealId,
}

/// Wants a file from whoever signed a document that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AttachmentFetch {
    /// The document.
    pub document: DocumentId,
    /// SHA-256 of the file, as the document names it.
    pub sha256: DocumentId,
}

/// Does not want a file any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AttachmentStop {
    /// The document.
    pub document: DocumentId,
    /// SHA-256 of the file.
    pub sha256: DocumentId,
}

/// Removes a file from this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRemove {
    /// SHA-256 of the file.
    pub sha256: DocumentId,
}

pub(super) async fn list(
    handle: &Handle,
    asked: AttachmentList,
) -> Result<Vec<AttachmentView>, ApiError> {
    let files = handle.attachments(asked.deal).await?;
    Ok(files.into_iter().map(AttachmentView::from).collect())
}

pub(super) async fn fetch(handle: &Handle, asked: AttachmentFetch) -> Result<Done, ApiError> {
    handle.fetch(asked.document, asked.sha256).await?;
    Ok(Done {})
}

pub(super) async fn stop(handle: &Handle, asked: AttachmentStop) -> Result<Done, ApiError> {
    handle.stop_fetch(asked.document, asked.sha256).await?;
    Ok(Done {})
}

pub(super) async fn remove(handle: &Handle, asked: AttachmentRemove) -> Result<Done, ApiError> {
    handle.remove_blob(asked.sha256).await?;
    Ok(Done {})
}

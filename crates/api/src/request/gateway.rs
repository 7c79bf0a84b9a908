//! The door for phones in the same network.

use opener_peer::{Handle, PhoneEdit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::GatewayView};

/// Asks about the door for phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayShow {}

/// Opens or closes the door for phones. What is absent stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct GatewaySet {
    /// Whether it is open.
    pub on: Option<bool>,
    /// The port that it listens on, from 1024.
    pub port: Option<u16>,
    /// A new token: every phone with the old one is let go.
    #[ts(optional, as = "Option<bool>")]
    pub new_token: bool,
}

pub(super) async fn show(handle: &Handle, _: GatewayShow) -> Result<GatewayView, ApiError> {
    Ok(GatewayView::new(
        handle.phone().await?,
        handle.phone_state().await?,
    ))
}

pub(super) async fn set(handle: &Handle, asked: GatewaySet) -> Result<GatewayView, ApiError> {
    let edit = PhoneEdit {
        on: asked.on,
        port: asked.port,
        new_token: asked.new_token,
    };
    Ok(GatewayView::new(
        handle.set_phone(edit).await?,
        handle.phone_state().await?,
    ))
}

//! The list of methods itself.

use opener_peer::Handle;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{METHODS, Method};
use crate::ApiError;

/// Asks for the list of methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MethodsList {}

/// One method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MethodView {
    /// Its name.
    pub method: String,
    /// What it does, in one line.
    pub about: String,
}

pub(super) async fn list(_: &Handle, _: MethodsList) -> Result<Vec<MethodView>, ApiError> {
    let view = |method: &Method| MethodView {
        method: method.name.to_owned(),
        about: method.about.to_owned(),
    };
    Ok(METHODS.iter().map(view).collect())
}

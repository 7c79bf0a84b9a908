//! Requests and answers as JSON.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Request;
use crate::{ApiError, Code};

impl Request {
    /// Reads `{"method":…,"params":…}`.
    ///
    /// # Errors
    /// It is not JSON of that form, or as [`Request::new`] says.
    pub fn from_json(json: &[u8]) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Envelope {
            method: String,
            #[serde(default)]
            params: Value,
        }
        let Envelope { method, params } = serde_json::from_slice(json).map_err(|e| {
            ApiError::new(
                Code::InvalidParams,
                format!("send {{\"method\":…,\"params\":{{…}}}}: {e}"),
            )
        })?;
        Self::new(&method, params)
    }
}

/// Reads parameters and names the one that is wrong.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, ApiError> {
    let params = if params.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        params
    };
    serde_path_to_error::deserialize(params).map_err(|e| {
        let field = Some(e.path().to_string()).filter(|path| path != ".");
        ApiError {
            field,
            ..ApiError::new(Code::InvalidParams, e.into_inner().to_string())
        }
    })
}

pub(super) fn unknown(method: &str) -> ApiError {
    let known: String = method.chars().take(64).collect();
    ApiError::new(
        Code::UnknownMethod,
        format!("there is no method `{known}`; ask methods.list for all of them"),
    )
}

pub(super) fn json<T: Serialize>(answer: &T) -> Result<Value, ApiError> {
    serde_json::to_value(answer)
        .map_err(|_| ApiError::new(Code::Internal, "the answer cannot be written as JSON"))
}

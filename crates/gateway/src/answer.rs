//! Answers in JSON: `{"ok":…}` or `{"error":{…}}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use opener_api::ApiError;
use serde::Serialize;

/// A refusal, with the status of its code.
pub(crate) struct Refused(pub(crate) ApiError);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Refused(error)
    }
}

#[derive(Serialize)]
struct Failure {
    error: ApiError,
}

#[derive(Serialize)]
struct Success<T> {
    ok: T,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, fresh(Json(Failure { error: self.0 }))).into_response()
    }
}

/// The answer to a request that was carried out.
pub(crate) fn ok<T: Serialize>(answer: T) -> Response {
    fresh(Json(Success { ok: answer }))
}

/// Nobody keeps a copy.
fn fresh(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

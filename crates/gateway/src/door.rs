//! `POST /api`: one request, one answer.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use opener_api::{ApiError, Code, Handle, MAX_REQUEST_BYTES, call};
use tokio::time::timeout;

use crate::{
    answer::{Refused, ok},
    limits::BODY_TIME,
};

/// Carries out a request.
pub(crate) async fn api(
    State(handle): State<Handle>,
    request: Request,
) -> Result<Response, Refused> {
    let body = timeout(BODY_TIME, Bytes::from_request(request, &()))
        .await
        .map_err(|_| {
            ApiError::new(
                Code::InvalidParams,
                "the body took too long to arrive; send it at once",
            )
        })?
        .map_err(unread)?;
    let request = opener_api::Request::from_json(&body)?;
    Ok(ok(call(&handle, request).await?))
}

fn unread(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(
            Code::TooLarge,
            format!("send at most {MAX_REQUEST_BYTES} bytes"),
        )
    } else {
        ApiError::new(
            Code::InvalidParams,
            "the body did not arrive whole; send it again",
        )
    }
}

/// Whether the peer answers.
pub(crate) async fn health(State(handle): State<Handle>) -> Result<Response, Refused> {
    handle.profile().await.map_err(ApiError::from)?;
    Ok("ok\n".into_response())
}

/// A page that is not there.
pub(crate) async fn not_found() -> Refused {
    Refused(ApiError::new(
        Code::UnknownMethod,
        "there is no such page; requests go to POST /api",
    ))
}

/// A verb that the page does not take.
pub(crate) async fn wrong_verb() -> Refused {
    Refused(ApiError::new(
        Code::MethodNotAllowed,
        "use POST for /api, PUT for /blob and GET for everything else",
    ))
}

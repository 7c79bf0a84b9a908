//! `PUT /blob` and `GET /blob/HASH`: the bytes of attached files.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use opener_api::{
    ApiError, Code, Handle,
    files::{Upload, open_file},
};
use serde::Deserialize;
use tokio::{
    io::AsyncReadExt,
    sync::Semaphore,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    answer::{Refused, ok},
    limits::{BODY_TIME, READ_BYTES, UPLOAD_TIME},
};

/// What every file needs.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) handle: Handle,
    pub(crate) seats: Arc<Semaphore>,
}

/// What is said of a file beside its bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    name: String,
}

/// Takes a file, and answers with what documents name it by.
pub(crate) async fn put(
    State(files): State<Files>,
    about: Result<Query<About>, QueryRejection>,
    request: Request,
) -> Result<Response, Refused> {
    let Query(about) = about
        .map_err(|_| ApiError::invalid("name", "say the file's name: PUT /blob?name=plan.pdf"))?;
    let _seat = files.seats.try_acquire().map_err(|_| {
        ApiError::new(
            Code::Unavailable,
            "too many files come in at once; try again when one is done",
        )
    })?;
    let media_type = text(request.headers(), header::CONTENT_TYPE);
    let mut upload = Upload::begin(&files.handle)?;
    let mut body = request.into_body().into_data_stream();
    let end = Instant::now() + UPLOAD_TIME;
    let slow = || {
        ApiError::new(
            Code::InvalidParams,
            "the file took too long to arrive; send it again",
        )
    };
    while let Some(bytes) = timeout_at(end, timeout(BODY_TIME, body.next()))
        .await
        .map_err(|_| slow())?
        .map_err(|_| slow())?
    {
        let bytes = bytes.map_err(|_| {
            ApiError::new(
                Code::InvalidParams,
                "the file did not arrive whole; send it again",
            )
        })?;
        upload.write(&bytes)?;
    }
    Ok(ok(upload.finish(&about.name, &media_type).await?))
}

/// Gives a file: always to be saved, never to be shown, because a stranger made it.
pub(crate) async fn get(
    State(files): State<Files>,
    Path(sha256): Path<String>,
) -> Result<Response, Refused> {
    let (file, size) = open_file(&files.handle, &sha256).await?;
    Ok(give(file, size))
}

/// The bytes of a file, to be saved.
pub(crate) fn give(file: std::fs::File, size: u64) -> Response {
    let file = tokio::fs::File::from_std(file);
    let bytes = stream::try_unfold(file, |mut file| async move {
        let mut buffer = vec![0; READ_BYTES];
        let read = file.read(&mut buffer).await?;
        buffer.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(buffer), file)))
    });
    let mut response = Body::from_stream(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

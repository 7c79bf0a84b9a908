//! `POST /backup`: everything in one sealed file. The body is the passphrase; what comes back opens with it alone.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    response::Response,
};
use opener_api::{ApiError, Code, Handle, Passphrase, backup::sealed};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::{answer::Refused, blob::give, limits::BODY_TIME};

/// Seals everything and gives it.
pub(crate) async fn post(
    State(handle): State<Handle>,
    request: Request,
) -> Result<Response, Refused> {
    let unread = || ApiError::invalid("passphrase", "send the passphrase as text, nothing else");
    let body = timeout(BODY_TIME, Bytes::from_request(request, &()))
        .await
        .map_err(|_| unread())?
        .map_err(|_| unread())?;
    let typed = Zeroizing::new(body.to_vec());
    let typed = str::from_utf8(&typed).map_err(|_| unread())?;
    let words = Passphrase::new(typed)
        .map_err(|error| ApiError::invalid("passphrase", error.to_string()))?;
    let (file, size) = sealed(&handle, words).await?;
    Ok(give(file, size))
}

/// Says why a door that is reached from elsewhere gives none.
pub(crate) async fn withheld() -> Refused {
    let words = "this door gives no backup, because a backup holds the key; make it at the computer where Opener runs";
    ApiError::new(Code::Forbidden, words).into()
}

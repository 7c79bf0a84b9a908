//! Attached files: from the page to the peer, and from the peer to where a person wants them.

use opener_api::files::{Attachment, Upload, safe_name, save_file};
use serde::Deserialize;
use tauri::{
    State, WebviewWindow,
    ipc::{InvokeBody, Request as Invoked},
};

use crate::{desk::Desk, refusal::Refusal, window};

/// Bytes that are handed on at once, so that the disk is never waited for with all of a large file.
const STEP: usize = 1024 * 1024;

/// What the page says of a file beside its bytes.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct About {
    name: String,
    media_type: String,
}

/// Keeps a file that a person chose or dropped. The body is what the page says of it as JSON, a line end, and the file.
/// Gives what a request, a bid or a chat names it by.
///
/// # Errors
/// It is empty or too large, there is no room, or the disk refuses.
#[tauri::command]
pub async fn attach(
    desk: State<'_, Desk>,
    request: Invoked<'_>,
) -> Result<Attachment, opener_api::ApiError> {
    let malformed = || opener_api::ApiError::invalid("file", "send a file with its name and type");
    let InvokeBody::Raw(body) = request.body() else {
        return Err(malformed());
    };
    let (about, content) = split(body).ok_or_else(malformed)?;
    let mut upload = Upload::begin(&desk.peer().await?)?;
    for bytes in content.chunks(STEP) {
        upload.write(bytes)?;
    }
    upload.finish(&about.name, &about.media_type).await
}

fn split(body: &[u8]) -> Option<(About, &[u8])> {
    let end = body.iter().position(|byte| *byte == b'\n')?;
    let (about, content) = (body.get(..end)?, body.get(end + 1..)?);
    Some((serde_json::from_slice(about).ok()?, content))
}

/// Asks where to save an attached file that is here, and copies it there. Gives whether it was saved, or the person
/// thought better of it.
///
/// # Errors
/// It is not here, or cannot be written there; the person is told so.
#[tauri::command]
pub async fn save_attached(
    window: WebviewWindow,
    desk: State<'_, Desk>,
    sha256: String,
    name: String,
) -> Result<bool, Refusal> {
    let handle = desk.peer().await?;
    let sha256 = sha256
        .parse()
        .map_err(|_| Refusal::Malformed("the hash of a file"))?;
    let Some(path) = window::ask_where_to_save(&window, safe_name(&name)).await? else {
        return Ok(false);
    };
    let saved = save_file(&handle, sha256, &path).await;
    if let Err(error) = &saved {
        window::complain(&window, error.to_string());
    }
    Ok(saved.map(|()| true)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_with_its_name_and_type() {
        let body = b"{\"name\":\"a.pdf\",\"media_type\":\"application/pdf\"}\n%PDF\n1";
        let (about, content) = split(body).unwrap();
        assert_eq!(about.name, "a.pdf");
        assert_eq!(content, b"%PDF\n1");
        for wrong in [&b""[..], b"{}\nx", b"{\"name\":\"a\"}\nx", b"a.pdf"] {
            assert!(split(wrong).is_none());
        }
    }
}

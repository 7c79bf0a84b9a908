//! What the page may ask of the program: its peer, by the api's one list of requests, and a few things of the window.

use std::path::Path;

use opener_api::{ApiError, Code, Event, MAX_REQUEST_BYTES, Passphrase, Request, call};
use tauri::{
    AppHandle, State, WebviewWindow,
    ipc::{Channel, InvokeBody, Request as Invoked, Response},
};
use tauri_plugin_autostart::ManagerExt;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};
use zeroize::Zeroizing;

use crate::{
    desk::{Desk, Door, Nudge, Phase},
    opening,
    refusal::Refusal,
    tray, window,
    words::Language,
};

/// Carries out a request: the bytes that `POST /api` of the gateway takes. The answer is what stands there under `ok`.
///
/// # Errors
/// As [`ApiError`] says; nothing has changed.
#[tauri::command]
pub async fn api(desk: State<'_, Desk>, request: Invoked<'_>) -> Result<Response, ApiError> {
    let asked = read(request.body())?;
    let handle = desk.peer().await?;
    let is_seen = matches!(asked, Request::InboxAcknowledge(_));
    let answer = call(&handle, asked).await?;
    if is_seen {
        desk.seen.notify_one();
    }
    Ok(Response::new(answer.to_string()))
}

fn read(body: &InvokeBody) -> Result<Request, ApiError> {
    let InvokeBody::Raw(body) = body else {
        let words = "send the request as bytes of JSON";
        return Err(ApiError::new(Code::InvalidParams, words));
    };
    if body.len() > MAX_REQUEST_BYTES {
        let words = format!("send at most {MAX_REQUEST_BYTES} bytes");
        return Err(ApiError::new(Code::TooLarge, words));
    }
    Request::from_json(body)
}

/// Listens to the peer's events, and to what the window says. A page that is loaded anew takes the place of the one
/// before.
///
/// # Errors
/// The peer does not run.
#[tauri::command]
pub async fn follow(
    desk: State<'_, Desk>,
    events: Channel<Event>,
    nudges: Channel<Nudge>,
) -> Result<(), ApiError> {
    desk.peer().await?;
    let follower = tauri::async_runtime::spawn(pass_on(desk.phases(), events));
    desk.attach(nudges, follower);
    Ok(())
}

/// Passes on what the peer says; a restored one takes the place of the one before.
async fn pass_on(mut phases: watch::Receiver<Phase>, events: Channel<Event>) {
    loop {
        let heard = match &*phases.borrow_and_update() {
            Phase::Running(handle) => Some(handle.subscribe()),
            _ => None,
        };
        tokio::select! {
            changed = phases.changed() => if changed.is_err() { return },
            () = hear(heard, &events) => return,
        }
    }
}

/// Ends when the page does not listen any more.
async fn hear(heard: Option<Receiver<Event>>, events: &Channel<Event>) {
    let Some(mut heard) = heard else {
        return std::future::pending().await;
    };
    // Whoever heard the one before asks again for everything.
    let mut next = Some(Event::Lagged);
    loop {
        let event = match next.take() {
            Some(event) => event,
            None => match heard.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => Event::Lagged,
                Err(RecvError::Closed) => return std::future::pending().await,
            },
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

/// Whether the peer runs, or what it waits for; answers when that is known.
///
/// # Errors
/// None: the type is what a command that waits must give.
#[tauri::command]
pub async fn door(desk: State<'_, Desk>) -> Result<Door, Refusal> {
    Ok(desk.settled().await.into())
}

/// Opens the peer, with this passphrase or as it is found, and says how that went.
///
/// # Errors
/// The words are no passphrase, or the peer runs already.
#[tauri::command]
pub async fn open(
    app: AppHandle,
    desk: State<'_, Desk>,
    passphrase: Option<String>,
) -> Result<Door, Refusal> {
    let typed = passphrase.map(Zeroizing::new);
    let words = typed.map(|typed| Passphrase::new(&typed)).transpose()?;
    if !desk.begin_opening() {
        return Err(Refusal::OpenAlready);
    }
    opening::open(&app, words).await;
    Ok(desk.settled().await.into())
}

/// The page speaks this language, and so do tray and notifications from now on.
#[tauri::command]
pub fn speak(app: AppHandle, desk: State<'_, Desk>, language: Language) {
    desk.remember(|memo| memo.language = language);
    tray::translate(&app);
}

/// Asks where to save a file and writes it there. The body is the file's name as a JSON string, a line end, and the
/// file. Gives whether it was saved, or the person thought better of it.
///
/// # Errors
/// The file cannot be written; the person is told so.
#[tauri::command]
pub async fn save(window: WebviewWindow, request: Invoked<'_>) -> Result<bool, Refusal> {
    let InvokeBody::Raw(body) = request.body() else {
        return Err(Refusal::Malformed("a file"));
    };
    let (name, content) = split(body).ok_or(Refusal::Malformed("a file with a name"))?;
    match window::ask_where_to_save(&window, name).await? {
        Some(path) => {
            let written = tokio::fs::write(path, content).await;
            if let Err(error) = &written {
                window::complain(&window, error.to_string());
            }
            Ok(written.map(|()| true)?)
        }
        None => Ok(false),
    }
}

/// The name without folders, and the content.
fn split(body: &[u8]) -> Option<(String, &[u8])> {
    let end = body.iter().position(|byte| *byte == b'\n')?;
    let (name, content) = (body.get(..end)?, body.get(end + 1..)?);
    let name: String = serde_json::from_slice(name).ok()?;
    let plain = Path::new(&name).file_name()?.to_str()?.to_owned();
    Some((plain, content))
}

/// Whether the program starts with the computer; sets it first, if the page says so.
///
/// # Errors
/// The system does not let us.
#[tauri::command]
pub async fn autostart(app: AppHandle, on: Option<bool>) -> Result<bool, Refusal> {
    let autostart = app.autolaunch();
    match on {
        Some(true) => autostart.enable()?,
        Some(false) => autostart.disable()?,
        None => {}
    }
    Ok(autostart.is_enabled()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_bytes_of_json_and_not_too_many() {
        let raw = |bytes: &[u8]| InvokeBody::Raw(bytes.to_vec());
        assert!(read(&raw(br#"{"method":"methods.list"}"#)).is_ok());
        let code = |body: &InvokeBody| read(body).err().map(|error| error.code);
        assert_eq!(code(&raw(b"{")), Some(Code::InvalidParams));
        assert_eq!(
            code(&raw(br#"{"method":"fs.read"}"#)),
            Some(Code::UnknownMethod)
        );
        let json = InvokeBody::Json(serde_json::json!({"method": "methods.list"}));
        assert_eq!(code(&json), Some(Code::InvalidParams));
        let long = vec![b' '; MAX_REQUEST_BYTES + 1];
        assert_eq!(code(&raw(&long)), Some(Code::TooLarge));
    }

    #[test]
    fn a_file_has_a_name_without_folders() {
        let (name, content) = split(b"\"\xec\xa6\x9d\xea\xb1\xb0 a.json\"\n{}\n").unwrap();
        assert_eq!((name.as_str(), content), ("증거 a.json", &b"{}\n"[..]));
        let (name, _) = split(b"\"../../.bashrc\"\nx").unwrap();
        assert_eq!(name, ".bashrc");
        for wrong in [&b""[..], b"a.json\nx", b"\"a.json\"", b"\"..\"\nx"] {
            assert!(split(wrong).is_none());
        }
    }
}

//! Sound and picture of a call, as raw bytes between the page and the peer: one message a frame, as on the gateway's
//! WebSocket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opener_api::{
    ApiError, Code,
    media::{self, Brought, FromPage, KEY_PICTURE_WANTED, Media, Said, ToPage},
};
use tauri::{
    State,
    async_runtime::JoinHandle,
    ipc::{Channel, InvokeBody, InvokeResponseBody, Request as Invoked},
};
use tokio::sync::Mutex as Turn;

use crate::desk::Desk;

/// The header of `media_send` that names the call.
const CALL: &str = "call";

/// The call whose media the page has.
#[derive(Default)]
pub struct OnAir(Mutex<Option<Line>>);

struct Line {
    call: String,
    /// Frames come one after the other; who comes second waits for its turn.
    from_page: Arc<Turn<FromPage>>,
    page: Channel<InvokeResponseBody>,
    pump: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

impl OnAir {
    /// A thread that ended while it held the lock left a whole value behind: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Option<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the media of a running call for this page: from now on they come through the channel, each message one frame. An
/// empty message says that another page has them now, or that the call is over.
///
/// # Errors
/// There is no such call, it still rings here, or the peer does not run.
#[tauri::command]
pub async fn media_open(
    desk: State<'_, Desk>,
    air: State<'_, OnAir>,
    call: String,
    channel: Channel<InvokeResponseBody>,
) -> Result<(), ApiError> {
    let handle = desk.peer().await?;
    let Media { from_page, to_page } = media::open(&handle, &call).await?;
    let from_page = Arc::new(Turn::new(from_page));
    let pump = tauri::async_runtime::spawn(pump(to_page, channel.clone()));
    let line = Line {
        call,
        from_page,
        page: channel,
        pump,
    };
    *air.lock() = Some(line);
    Ok(())
}

/// Hands frames to the page until they are another page's, the call is over, or the page is gone.
async fn pump(mut to_page: ToPage, page: Channel<InvokeResponseBody>) {
    while let Ok(outgoing) = to_page.next().await {
        if say(&page, media::write(&outgoing).into()).is_err() {
            return;
        }
    }
    // A page that is gone needs no word.
    let _ = say(&page, Vec::new());
}

fn say(page: &Channel<InvokeResponseBody>, message: Vec<u8>) -> tauri::Result<()> {
    page.send(InvokeResponseBody::Raw(message))
}

/// Takes a frame of the page: the body is the message, the header `call` names the call. Sound waits where the call does not
/// keep up, pictures are left out.
///
/// # Errors
/// It is no message, or the page does not have the media of this call.
#[tauri::command]
pub async fn media_send(air: State<'_, OnAir>, request: Invoked<'_>) -> Result<(), ApiError> {
    let InvokeBody::Raw(body) = request.body() else {
        return Err(malformed());
    };
    let call = request.headers().get(CALL).and_then(|it| it.to_str().ok());
    let (from_page, page) = match &*air.lock() {
        Some(line) if Some(line.call.as_str()) == call => {
            (line.from_page.clone(), line.page.clone())
        }
        _ => return Err(not_on_air()),
    };
    let said = media::read(&body.clone().into()).ok_or_else(malformed)?;
    let mut from_page = from_page.lock().await;
    let mut frame = match said {
        Said::Frame(frame) => frame,
        Said::KeyWanted => {
            from_page.want_key_frame();
            return Ok(());
        }
    };
    loop {
        match from_page.bring(frame) {
            Brought::Taken => return Ok(()),
            Brought::LeftOut => {
                // A page that is gone makes no more pictures.
                let _ = say(&page, media::write(&KEY_PICTURE_WANTED).into());
                return Ok(());
            }
            Brought::Full(sound) => {
                frame = sound;
                from_page.room().await;
            }
            Brought::Over => return Err(not_on_air()),
        }
    }
}

/// Gives the media of a call back; the call goes on without them.
#[tauri::command]
pub fn media_close(air: State<'_, OnAir>, call: String) {
    let mut air = air.lock();
    if air.as_ref().is_some_and(|line| line.call == call) {
        *air = None;
    }
}

fn malformed() -> ApiError {
    ApiError::new(Code::InvalidParams, "send one frame as bytes")
}

fn not_on_air() -> ApiError {
    ApiError::new(Code::NotFound, "the media of this call are not open here")
}

//! `GET /call/CALL/media`: a WebSocket with one binary message a frame, both ways. One page has the media of a call at a
//! time; a newer one takes them over.

use axum::{
    extract::{
        Path, State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
        },
    },
    response::Response,
};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use opener_api::{
    ApiError, Code,
    media::{self, Brought, MAX_MESSAGE_BYTES, Media, Outbox, Parted, Said},
};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, MissedTickBehavior, interval, timeout, timeout_at},
};

use crate::{
    answer::Refused,
    events::Feed,
    guard::PROTOCOL,
    limits::{PING_TIME, SEND_TIME},
};

/// The call is over (RFC 6455 section 7.4.1).
const OVER: u16 = 1000;
/// The door closes.
const CLOSING: u16 = 1001;
/// A message that is larger than any frame.
const TOO_LARGE: u16 = 1009;
/// The page does not keep up with the sound.
const TOO_SLOW: u16 = 1013;
/// Another page has the media now; codes from 4000 are an application's own.
const ELSEWHERE: u16 = 4001;

/// Opens a socket on the media of a call.
pub(crate) async fn media(
    State(feed): State<Feed>,
    Path(call): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(
            Code::InvalidParams,
            "the media of a call are a WebSocket; open them as one",
        )
    })?;
    let seat = feed.seats.try_acquire_owned().map_err(|_| {
        ApiError::new(
            Code::Unavailable,
            "too many screens listen already; close one and try again",
        )
    })?;
    let media = media::open(&feed.handle, &call).await?;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| carry(socket, media, feed.closing, seat)))
}

/// Carries frames until either side closes, and says why.
async fn carry(
    socket: WebSocket,
    media: Media,
    closing: watch::Receiver<bool>,
    _seat: OwnedSemaphorePermit,
) {
    let (mut sink, stream) = socket.split();
    let ended = pass(&mut sink, stream, media, closing).await;
    if let Some(code) = ended {
        let close = CloseFrame {
            code,
            reason: Default::default(),
        };
        // Who does not take it is gone.
        let _ = timeout(SEND_TIME, sink.send(Message::Close(Some(close)))).await;
    }
}

/// Passes frames both ways. Gives the code to close with, or nothing where the page is gone.
async fn pass(
    sink: &mut SplitSink<WebSocket, Message>,
    mut stream: SplitStream<WebSocket>,
    media: Media,
    mut closing: watch::Receiver<bool>,
) -> Option<u16> {
    let Media {
        mut from_page,
        mut to_page,
    } = media;
    let mut outbox = Outbox::default();
    // One message is on its way at a time: what waits behind it can still be left out.
    let mut sent_by: Option<Instant> = None;
    // Sound for which the call has no room yet; until then nothing more is read.
    let mut held = None;
    let mut ping = interval(PING_TIME);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ping_due = false;
    loop {
        if sent_by.is_none() {
            let next = match ping_due {
                false => outbox
                    .pop()
                    .map(|next| Message::Binary(media::write(&next))),
                true => Some(Message::Ping(Default::default())),
            };
            if let Some(message) = next {
                ping_due = false;
                // All before it is flushed: this waits for nothing.
                sink.feed(message).await.ok()?;
                sent_by = Some(Instant::now() + SEND_TIME);
            }
        }
        let is_sending = sent_by.is_some();
        let end = sent_by.unwrap_or_else(Instant::now);
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return Some(CLOSING),
            flushed = timeout_at(end, sink.flush()), if is_sending => {
                flushed.ok()?.ok()?;
                sent_by = None;
            }
            outgoing = to_page.next() => match outgoing {
                Ok(outgoing) => match outbox.push(outgoing) {
                    Ok(true) => from_page.want_key_frame(),
                    Ok(false) => {}
                    Err(_) => return Some(TOO_SLOW),
                },
                Err(Parted::Elsewhere) => return Some(ELSEWHERE),
                Err(Parted::Over) => return Some(OVER),
            },
            _ = ping.tick() => ping_due = true,
            () = from_page.room(), if held.is_some() => {
                if let Some(frame) = held.take()
                    && let Brought::Full(frame) = from_page.bring(frame)
                {
                    held = Some(frame);
                }
            }
            heard = stream.next(), if held.is_none() => match heard {
                Some(Ok(Message::Binary(message))) => match media::read(&message) {
                    Some(Said::Frame(frame)) => match from_page.bring(frame) {
                        Brought::Taken => {}
                        // It takes no room among the frames.
                        Brought::LeftOut => drop(outbox.push(media::KEY_PICTURE_WANTED)),
                        Brought::Full(frame) => held = Some(frame),
                        Brought::Over => return Some(OVER),
                    },
                    Some(Said::KeyWanted) => from_page.want_key_frame(),
                    None => {}
                },
                Some(Ok(Message::Close(_))) | None => return None,
                // Of all faults a message over the limit alone leaves a socket on which that can be said.
                Some(Err(_)) => return Some(TOO_LARGE),
                Some(Ok(_)) => {}
            },
        }
    }
}

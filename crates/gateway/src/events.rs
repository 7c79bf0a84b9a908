//! `GET /events`: a WebSocket with one JSON message an event.

use std::sync::Arc;

use axum::{
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use opener_api::{ApiError, Code, Event, Handle};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    answer::Refused,
    guard::PROTOCOL,
    limits::{MAX_MESSAGE_BYTES, PING_TIME, SEND_TIME},
};

/// What every socket needs.
#[derive(Clone)]
pub(crate) struct Feed {
    pub(crate) handle: Handle,
    pub(crate) seats: Arc<Semaphore>,
    pub(crate) closing: watch::Receiver<bool>,
}

/// Opens a socket.
pub(crate) async fn events(
    State(feed): State<Feed>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(
            Code::InvalidParams,
            "/events is a WebSocket; open it as one",
        )
    })?;
    let seat = feed.seats.try_acquire_owned().map_err(|_| {
        ApiError::new(
            Code::Unavailable,
            "too many screens listen already; close one and try again",
        )
    })?;
    let events = feed.handle.subscribe();
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| follow(socket, events, feed.closing, seat)))
}

/// Passes events on until either side closes.
async fn follow(
    mut socket: WebSocket,
    mut events: broadcast::Receiver<Event>,
    mut closing: watch::Receiver<bool>,
    _seat: OwnedSemaphorePermit,
) {
    let mut ping = interval(PING_TIME);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            _ = closing.wait_for(|closing| *closing) => break,
            event = events.recv() => match event {
                Ok(event) => json(&event),
                Err(broadcast::error::RecvError::Lagged(_)) => json(&Event::Lagged),
                Err(broadcast::error::RecvError::Closed) => break,
            },
            _ = ping.tick() => Some(Message::Ping(Default::default())),
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => None,
            },
        };
        let Some(message) = message else { continue };
        match timeout(SEND_TIME, socket.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
    let _ = timeout(SEND_TIME, socket.send(Message::Close(None))).await;
}

fn json(event: &Event) -> Option<Message> {
    serde_json::to_string(event)
        .ok()
        .map(|text| Message::Text(text.into()))
}

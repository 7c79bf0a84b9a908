//! Notices from the peer's inbox, shown by the system while nobody looks at the window. They are silent: the page, which
//! lives on in the tray, knows which sound a person chose for what, and when there is to be none.

use std::time::Duration;

#[cfg(all(unix, not(target_os = "macos")))]
use notify_rust::{ActionResponse, Hint};
use opener_api::{
    Ask, Event, Handle,
    request::{DealShow, InboxList},
};
use tauri::{AppHandle, Manager};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, sleep_until},
};

use crate::{
    desk::{Desk, Nudge},
    tray, window,
};

/// Time between two notifications at least: whoever sends a hundred requests shows one notification, not a hundred.
const SPACING: Duration = Duration::from_secs(3);

/// Notices that are counted at most; a tray says "1000" no better than "999".
const COUNTED: u32 = 1000;

/// What has happened since the last notification.
#[derive(Default)]
struct Burst {
    first: Option<Event>,
    count: usize,
    not_before: Option<Instant>,
}

impl Burst {
    fn add(&mut self, event: Event) {
        self.first.get_or_insert(event);
        self.count += 1;
    }

    /// When it is told; nothing if nothing happened.
    fn due(&self, now: Instant) -> Option<Instant> {
        self.first.as_ref()?;
        Some(self.not_before.map_or(now, |moment| moment.max(now)))
    }

    fn take(&mut self, now: Instant) -> (Option<Event>, usize) {
        self.not_before = Some(now + SPACING);
        (self.first.take(), std::mem::take(&mut self.count))
    }
}

/// Counts and tells what comes into the inbox, for as long as the peer runs.
pub async fn follow(app: AppHandle, handle: Handle) {
    let mut events = handle.subscribe();
    let desk = app.state::<Desk>();
    let mut burst = Burst::default();
    recount(&app, &handle).await;
    loop {
        let due = burst.due(Instant::now());
        tokio::select! {
            event = events.recv() => match event {
                Ok(event @ Event::Notice { .. }) => burst.add(event),
                Ok(Event::Lagged) | Err(RecvError::Lagged(_)) => recount(&app, &handle).await,
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            },
            () = desk.seen.notified() => recount(&app, &handle).await,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                let (first, count) = burst.take(Instant::now());
                recount(&app, &handle).await;
                if !window::is_watched(&app) && let Some(event) = first {
                    announce(&app, &handle, event, count).await;
                }
            }
        }
    }
}

async fn recount(app: &AppHandle, handle: &Handle) {
    let asked = InboxList {
        all: false,
        limit: Some(COUNTED),
    };
    match asked.ask(handle).await {
        Ok(waiting) => tray::count(app, waiting.len()),
        Err(error) => tracing::warn!(%error, "notices cannot be counted"),
    }
}

async fn announce(app: &AppHandle, handle: &Handle, event: Event, count: usize) {
    let Event::Notice { kind, deal, .. } = event else {
        return;
    };
    let language = app.state::<Desk>().memo().language;
    if count > 1 {
        show(app, &language.waiting(count), "", None);
        return;
    }
    // Without its title a notice still tells that something came.
    let shown = DealShow { deal }.ask(handle).await;
    let title = shown.map_or_else(|_| String::new(), |shown| shown.title.to_string());
    show(app, language.notice(&kind), &title, Some(deal.to_string()));
}

/// Says something of the program's own.
pub fn tell(app: &AppHandle, title: &str, text: &str) {
    show(app, title, text, None);
}

#[cfg(all(unix, not(target_os = "macos")))]
fn show(app: &AppHandle, title: &str, text: &str, deal: Option<String>) {
    let mut notification = notify_rust::Notification::new();
    notification
        .appname("Opener")
        .icon("opener-desktop")
        .summary(title)
        .body(&escaped(text))
        .hint(Hint::SuppressSound(true))
        .action("default", title);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match notification.show_async().await {
            Ok(handle) => {
                handle
                    .wait_for_action_async(|action| clicked(&app, action, deal))
                    .await;
            }
            Err(error) => tracing::info!(%error, "the system shows no notifications"),
        }
    });
}

/// Bodies may hold markup there, and peers write them.
#[cfg(all(unix, not(target_os = "macos")))]
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(all(unix, not(target_os = "macos")))]
fn clicked(app: &AppHandle, action: &ActionResponse<'_>, deal: Option<String>) {
    if matches!(action, ActionResponse::Custom("default")) {
        window::show(app);
        if let Some(deal) = deal {
            app.state::<Desk>().nudge(Nudge::Deal { deal });
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn show(app: &AppHandle, title: &str, text: &str, _deal: Option<String>) {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Opener").summary(title).body(text);
    #[cfg(windows)]
    notification.app_id(&app.config().identifier);
    if let Err(error) = notification.show() {
        tracing::info!(%error, "the system shows no notifications");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_notices_is_told_once_in_a_while() {
        let now = Instant::now();
        let mut burst = Burst::default();
        assert_eq!(burst.due(now), None);
        burst.add(Event::Network);
        assert_eq!(burst.due(now), Some(now), "the first is told at once");
        assert_eq!(burst.take(now).1, 1);
        assert_eq!(burst.due(now), None);
        for _ in 0..100 {
            burst.add(Event::Network);
        }
        assert_eq!(burst.due(now), Some(now + SPACING));
        assert_eq!(burst.take(now + SPACING).1, 100);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn what_peers_write_is_no_markup() {
        assert_eq!(
            escaped("<b>a</b> & <img src=x>"),
            "&lt;b&gt;a&lt;/b&gt; &amp; &lt;img src=x&gt;"
        );
    }
}

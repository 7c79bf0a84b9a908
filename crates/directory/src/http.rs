//! The HTTP door: health, counters, and one page for people. It takes nothing in.

use std::{fmt::Write, sync::Weak};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use opener_trade::Timestamp;

use crate::{core::Directory, store::Extent};

/// Nothing is loaded, framed or submitted: the page is text.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
/// Prometheus text exposition format 0.0.4.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the door shows, and the clock by which it counts who is online. A visitor who lingers does not keep the
/// directory open.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) directory: Weak<Directory>,
    pub(crate) clock: fn() -> Timestamp,
}

pub(crate) fn router(shown: Shown) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/", get(page))
        .with_state(shown)
}

async fn health(State(shown): State<Shown>) -> Response {
    let Some(directory) = shown.directory.upgrade() else {
        return closed();
    };
    match directory.healthy().await {
        Ok(()) => answer(StatusCode::OK, PLAIN, "ok\n".to_owned()),
        Err(error) => {
            tracing::error!(%error, "the directory is not healthy");
            let text = "reading only: the database cannot be written\n".to_owned();
            answer(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
        }
    }
}

async fn metrics(State(shown): State<Shown>) -> Response {
    let directory = shown.directory.upgrade();
    let Some(directory) = directory else {
        return closed();
    };
    // Without a database its extent is unknown, and the rest is still worth telling.
    let extent = directory.store.extent().await.unwrap_or_default();
    let text = exposition(&directory, extent, (shown.clock)());
    answer(StatusCode::OK, PROMETHEUS, text)
}

async fn page(State(shown): State<Shown>) -> Response {
    let directory = shown.directory.upgrade();
    directory.map_or_else(closed, |directory| {
        let text = status_page(&directory, (shown.clock)());
        answer(StatusCode::OK, HTML, text)
    })
}

fn closed() -> Response {
    let text = "the directory is closed\n".to_owned();
    answer(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
}

fn answer(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}

/// Listings, and how many of their peers are online.
fn counts(directory: &Directory, now: Timestamp) -> (usize, usize) {
    let known = directory.known();
    (known.index.len(), known.index.online(now))
}

fn exposition(directory: &Directory, extent: Extent, now: Timestamp) -> String {
    let (listings, online) = counts(directory, now);
    let metrics = &directory.metrics;
    let (bytes, entries) = {
        let known = directory.known();
        (known.index.bytes(), known.index.entries())
    };
    let one = |value: u64| vec![(String::new(), value)];
    let label = |label: &'static str| {
        move |(name, count): (&str, u64)| (format!("{{{label}=\"{name}\"}}"), count)
    };
    let by_method = metrics.requests().map(label("method")).collect();
    let by_reason = metrics.refused().map(label("reason")).collect();
    let families = [
        (
            "opener_listings",
            "gauge",
            "Listings kept.",
            one(listings as u64),
        ),
        (
            "opener_online",
            "gauge",
            "Peers heard of in the last 90 seconds.",
            one(online as u64),
        ),
        (
            "opener_reports",
            "gauge",
            "Final terms kept.",
            one(directory.known().log.len()),
        ),
        (
            "opener_reported_bytes",
            "gauge",
            "Bytes of final terms kept.",
            one(extent.report_bytes.unsigned_abs()),
        ),
        (
            "opener_listing_bytes",
            "gauge",
            "Bytes of all listings, signed.",
            one(bytes as u64),
        ),
        (
            "opener_index_entries",
            "gauge",
            "Entries of all posting lists of categories and words.",
            one(entries as u64),
        ),
        (
            "opener_reading_only",
            "gauge",
            "1 while nothing can be written.",
            one(u64::from(directory.queue.is_broken())),
        ),
        (
            "opener_requests_total",
            "counter",
            "Requests since the start.",
            by_method,
        ),
        (
            "opener_refused_total",
            "counter",
            "Requests refused since the start.",
            by_reason,
        ),
    ];
    let mut text = String::new();
    for (name, kind, help, rows) in families {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}

fn status_page(directory: &Directory, now: Timestamp) -> String {
    let (listings, online) = counts(directory, now);
    let mut rows = String::new();
    for (name, count) in directory.metrics.requests() {
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{name}</th><td>{count}</td></tr>"
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Opener directory</title></head>\n\
         <body>\n<h1>Opener directory</h1>\n<p>Peer id <code>{peer}</code>, version {version}</p>\n\
         <p>{listings} listings, {online} online, {reports} deals reported.</p>\n\
         <table>\n<caption>Requests since the start</caption>\n{rows}</table>\n</body>\n</html>\n",
        peer = directory.peer_id(),
        version = env!("CARGO_PKG_VERSION"),
        reports = directory.known().log.len(),
    )
}

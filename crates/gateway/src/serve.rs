//! Opening and closing the door.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post, put},
};
use opener_api::{Handle, MAX_REQUEST_BYTES};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Pages, Token, accept, backup,
    blob::{self, Files},
    door::{api, health, wrong_verb},
    events::{Feed, events},
    guard::{self, Guard},
    headers,
    limits::{CLOSE_TIME, SOCKETS, UPLOADS},
    media::media,
    seats::Seats,
    tries::Tries,
};

/// How the door is opened.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Where to listen. Other computers reach it only where this is not a loopback address.
    pub listen: SocketAddr,
    /// What requests must carry.
    pub token: Token,
    /// The user interface, if it is served.
    pub pages: Pages,
    /// Whether whoever has the token may take a backup, which holds the key: not where the token is carried about.
    pub backups: bool,
}

impl GatewayConfig {
    /// On this computer alone, on a free port, without the user interface.
    pub fn new(token: Token) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token,
            pages: Pages::None,
            backups: false,
        }
    }
}

/// Why the door does not open.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another with --gateway")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// An open door.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The same for a browser.
    pub url: String,
    closing: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Closes: sockets are closed, running answers are let out for a few seconds.
    pub async fn shutdown(mut self) {
        let _ = self.closing.send(true);
        if timeout(CLOSE_TIME, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// Opens the door to a peer.
///
/// # Errors
/// The address cannot be listened on.
pub async fn serve(handle: Handle, config: GatewayConfig) -> Result<Running, GatewayError> {
    let failed = |source| GatewayError::Listen {
        address: config.listen,
        source,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (closing, closed) = watch::channel(false);
    let guard = Guard {
        bound: address,
        token: Arc::new(config.token.clone()),
        tries: Arc::new(Tries::new()),
    };
    let feed = Feed {
        handle: handle.clone(),
        seats: Arc::new(Semaphore::new(SOCKETS)),
        closing: closed.clone(),
    };
    let router = router(handle, guard, feed, &config);
    let task = tokio::spawn(async move {
        let served = accept::serve(Seats::new(listener), router, closed).await;
        if let Err(error) = &served {
            tracing::error!(%error, "the gateway has stopped");
        }
        served
    });
    Ok(Running {
        address,
        url: format!("http://{address}"),
        closing,
        task,
    })
}

fn router(handle: Handle, guard: Guard, feed: Feed, config: &GatewayConfig) -> Router {
    let files = Files {
        handle: handle.clone(),
        seats: Arc::new(Semaphore::new(UPLOADS)),
    };
    let inside = Router::new()
        .route("/api", post(api).with_state(handle.clone()))
        .route("/events", get(events).with_state(feed.clone()))
        .route("/call/{call}/media", get(media).with_state(feed))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .merge(
            Router::new()
                .route("/blob", put(blob::put))
                .route("/blob/{sha256}", get(blob::get))
                .with_state(files),
        )
        .merge(backups(&handle, config.backups))
        .route_layer(from_fn_with_state(guard.clone(), guard::token));
    let outside = Router::new().route("/healthz", get(health).with_state(handle));
    let router = inside.merge(outside);
    let router = config.pages.behind(router);
    router
        .method_not_allowed_fallback(wrong_verb)
        .layer(from_fn_with_state(guard, guard::address))
        .layer(from_fn(headers::add))
}

fn backups(handle: &Handle, are_given: bool) -> Router {
    let page = if are_given {
        post(backup::post).with_state(handle.clone())
    } else {
        post(backup::withheld)
    };
    Router::new().route("/backup", page)
}

//! The directory on its sockets: libp2p for peers, HTTP for operators.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opener_net::{Event, NetError, Network, Protocol, ReplyTo, Sockets};
use opener_trade::{Address, PeerId, Timestamp};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval, timeout, timeout_at},
};

use crate::{
    config::Config,
    core::{Directory, OpenError},
    door::Door,
    http::{self, Shown},
    limits::{HTTP_CONNECTIONS, HTTP_LIFETIME, IN_FLIGHT, STOP, STOP_HTTP},
};

/// Seconds between looking for expired listings. They are not shown meanwhile; this only frees their room.
const SWEEP: Duration = Duration::from_secs(60);

/// Seconds between telling the other processes who is online: presence lasts ninety.
const TELL: Duration = Duration::from_secs(1);

/// Seconds that starting waits for the transport to say where it listens.
const LISTENING: Duration = Duration::from_secs(5);

/// Why a directory does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The transport.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The HTTP door.
    #[error("cannot listen on {address}: {source}")]
    Http {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// A directory that is being served. Dropped, it stops without waiting.
pub struct Running {
    peer: PeerId,
    http: SocketAddr,
    addresses: Arc<RwLock<Vec<Address>>>,
    stop: watch::Sender<bool>,
    peers: JoinHandle<()>,
    operators: JoinHandle<()>,
    others: JoinHandle<()>,
    directory: Arc<Directory>,
}

/// Opens the data folder and serves it until [`Running::shutdown`]. When this returns, peers and operators can connect.
///
/// # Errors
/// See [`ServeError`].
pub async fn serve(config: Config) -> Result<Running, ServeError> {
    let directory =
        Arc::new(Directory::open(&config.data, &config.database, config.limits, clock()).await?);
    let cannot = |source| ServeError::Http {
        address: config.http,
        source,
    };
    let listener = TcpListener::bind(config.http).await.map_err(cannot)?;
    let http = listener.local_addr().map_err(cannot)?;
    let mut network = opener_net::spawn(opener_net::Config {
        listen: config.listen.clone(),
        ..opener_net::Config::directory(directory.identity.seed())
    })?;
    let mut loop_of_peers = Peers {
        directory: Arc::clone(&directory),
        addresses: Arc::default(),
        answers: JoinSet::new(),
    };
    let bound = loop_of_peers.wait_until_bound(&mut network, &config.listen);
    if timeout(LISTENING, bound).await.is_err() {
        tracing::warn!("the transport does not listen everywhere yet");
    }
    let (stop, stopped) = watch::channel(false);
    let shown = Shown {
        directory: Arc::downgrade(&directory),
        clock,
    };
    Ok(Running {
        peer: directory.peer_id(),
        http,
        addresses: Arc::clone(&loop_of_peers.addresses),
        peers: tokio::spawn(loop_of_peers.run(network, stopped.clone())),
        operators: tokio::spawn(serve_http(listener, shown, stopped.clone())),
        others: tokio::spawn(follow(Arc::clone(&directory), stopped)),
        stop,
        directory,
    })
}

impl Running {
    /// The directory's own id.
    pub const fn peer_id(&self) -> PeerId {
        self.peer
    }

    /// Where it listens now, with its id: what an operator gives to others.
    pub fn addresses(&self) -> Vec<Address> {
        self.addresses
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where the HTTP door is.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// Takes no more requests, answers those in flight, closes everything; within [`STOP`].
    pub async fn shutdown(self) {
        let Self {
            stop,
            peers,
            operators,
            others,
            directory,
            ..
        } = self;
        stop.send_replace(true);
        let now = Instant::now();
        for (mut task, deadline) in [
            (operators, now + STOP_HTTP),
            (others, now + STOP_HTTP),
            (peers, now + STOP),
        ] {
            if timeout_at(deadline, &mut task).await.is_err() {
                tracing::warn!("requests in flight are cut off");
                task.abort();
                drop(task.await);
            }
        }
        if let Some(directory) = Arc::into_inner(directory) {
            directory.close().await;
        }
    }
}

/// The loop that owns the transport.
struct Peers {
    directory: Arc<Directory>,
    addresses: Arc<RwLock<Vec<Address>>>,
    answers: JoinSet<(ReplyTo, Arc<[u8]>)>,
}

impl Peers {
    async fn wait_until_bound(&mut self, network: &mut Sockets, listen: &[Address]) {
        let is_bound = |peers: &Self| {
            let bound = peers
                .addresses
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            listen
                .iter()
                .all(|wanted| bound.iter().any(|bound| is_of(bound, wanted)))
        };
        while !is_bound(self) {
            match network.next().await {
                Some(event) => self.take(event),
                None => return,
            }
        }
    }

    async fn run(mut self, mut network: Sockets, mut stopped: watch::Receiver<bool>) {
        let mut sweep = interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = has_stopped(&mut stopped) => break,
                Some(answer) = self.answers.join_next() => reply(&mut network, answer).await,
                _ = sweep.tick() => self.sweep().await,
                event = network.next(), if self.answers.len() < IN_FLIGHT => match event {
                    Some(event) => self.take(event),
                    None => break,
                },
            }
        }
        while let Some(answer) = self.answers.join_next().await {
            reply(&mut network, answer).await;
        }
        network.shutdown().await;
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Request {
                from,
                via,
                protocol: Protocol::Directory,
                bytes,
                reply,
            } => {
                let directory = Arc::clone(&self.directory);
                self.answers.spawn(async move {
                    let answer = directory.answer(from, Some(via), &bytes, clock()).await;
                    (reply, answer.into())
                });
            }
            Event::Listening { address } => {
                if let Ok(full) = opener_net::with_peer(&address, self.directory.peer_id()) {
                    self.write_addresses(|all| {
                        all.retain(|known| *known != full);
                        all.push(full.clone());
                    });
                }
            }
            Event::ListenerClosed { address, reason } => {
                tracing::warn!(%address, reason, "no longer reached here");
                if let Ok(full) = opener_net::with_peer(&address, self.directory.peer_id()) {
                    self.write_addresses(|all| all.retain(|known| *known != full));
                }
            }
            _ => {}
        }
    }

    fn write_addresses(&self, change: impl FnOnce(&mut Vec<Address>)) {
        change(
            &mut self
                .addresses
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    async fn sweep(&self) {
        if let Err(error) = self.directory.sweep(clock()).await {
            tracing::error!(%error, "expired listings could not be forgotten");
        }
    }
}

/// Keeps up with the other processes on the same database, and tells them who is online.
async fn follow(directory: Arc<Directory>, mut stopped: watch::Receiver<bool>) {
    let mut tell = interval(TELL);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let failed = tokio::select! {
            () = has_stopped(&mut stopped) => break,
            _ = tell.tick() => directory.tell().await.is_err(),
            followed = directory.follow(clock) => followed.is_err(),
        };
        if failed {
            // The next tick tries again.
            tracing::warn!("the database cannot be followed");
            tell.tick().await;
        }
    }
}

/// Waits for the word to stop, or for the end of whoever could say it.
async fn has_stopped(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stop| *stop).await);
}

async fn reply(
    network: &mut Sockets,
    answer: Result<(ReplyTo, Arc<[u8]>), tokio::task::JoinError>,
) {
    match answer {
        Ok((to, bytes)) => network.reply(to, bytes).await,
        Err(_) => tracing::error!("a request ended without an answer"),
    }
}

async fn serve_http(listener: TcpListener, shown: Shown, mut stopped: watch::Receiver<bool>) {
    let door = Door::new(listener, HTTP_CONNECTIONS, HTTP_LIFETIME);
    let until = async move { has_stopped(&mut stopped).await };
    let served = axum::serve(door, http::router(shown)).with_graceful_shutdown(until);
    if let Err(error) = served.await {
        tracing::error!(%error, "the HTTP door ended badly");
    }
}

/// Whether a bound address comes from one to listen on: same family, same transport, and the same port unless the
/// system chose it.
fn is_of(bound: &Address, wanted: &Address) -> bool {
    let parts = |address: &Address| -> Vec<String> {
        address.as_str().split('/').map(str::to_owned).collect()
    };
    let (bound, wanted) = (parts(bound), parts(wanted));
    let same = |index: usize| bound.get(index) == wanted.get(index);
    let is_chosen = wanted.get(4).is_some_and(|port| port == "0");
    same(1) && same(3) && (same(4) || is_chosen)
}

/// The one place that reads the clock.
fn clock() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_net::RequestId;
    use opener_trade::directory::{Request, Response};

    #[test]
    fn a_bound_address_is_told_from_another() {
        let is_of = |bound: &str, wanted: &str| {
            is_of(
                &Address::new(bound).unwrap(),
                &Address::new(wanted).unwrap(),
            )
        };
        assert!(is_of(
            "/ip4/10.0.0.1/udp/9/quic-v1/p2p/x",
            "/ip4/0.0.0.0/udp/0/quic-v1"
        ));
        assert!(is_of("/ip4/10.0.0.1/tcp/9/p2p/x", "/ip4/0.0.0.0/tcp/9"));
        assert!(!is_of("/ip4/10.0.0.1/tcp/8/p2p/x", "/ip4/0.0.0.0/tcp/9"));
        assert!(!is_of(
            "/ip4/10.0.0.1/tcp/9/p2p/x",
            "/ip4/0.0.0.0/udp/0/quic-v1"
        ));
        assert!(!is_of("/ip6/::1/tcp/9/p2p/x", "/ip4/0.0.0.0/tcp/0"));
    }

    async fn ask(client: &mut Sockets, running: &Running, request: &Request) -> RequestId {
        let bytes = minicbor::to_vec(request).unwrap().into();
        let addresses = running.addresses();
        client
            .request(running.peer_id(), addresses, Protocol::Directory, bytes)
            .await
    }

    async fn answer(client: &mut Sockets, asked: RequestId) -> Response {
        loop {
            match client.next().await.unwrap() {
                Event::Response { id, bytes, .. } if id == asked => {
                    return minicbor::decode(&bytes).unwrap();
                }
                Event::Failed { id, error } if id == asked => panic!("{error}"),
                _ => {}
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_request_in_flight_is_answered_before_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            listen: opener_net::loopback_listen(),
            ..Config::new(folder.path())
        };
        let running = serve(config).await.unwrap();
        let identity = opener_trade::Identity::from_seed([1; 32]);
        let mut client = opener_net::spawn(opener_net::Config {
            listen: vec![],
            ..opener_net::Config::peer(identity.seed())
        })
        .unwrap();
        let asked = ask(&mut client, &running, &Request::Time).await;
        answer(&mut client, asked).await;

        let directory = Arc::clone(&running.directory);
        let writer = directory.queue.hold().await;
        let before = Arc::strong_count(&directory);
        let asked = ask(&mut client, &running, &Request::Withdraw).await;
        while Arc::strong_count(&directory) == before {
            tokio::task::yield_now().await;
        }
        let mut stopped = running.stop.subscribe();
        let end = tokio::spawn(running.shutdown());
        has_stopped(&mut stopped).await;
        drop(writer);
        assert_eq!(answer(&mut client, asked).await, Response::Withdrawn);
        end.await.unwrap();
    }
}

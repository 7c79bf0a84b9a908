//! The peer's one task: sockets, calls and time come in; the engine says what goes out.

mod ask;
mod call;
mod held;
mod log;
mod network;
mod pieces;
mod telephone;

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use opener_call::sdp::Reach;
use opener_net::{Network, ReplyTo, RequestId};
use opener_trade::{Address, Duration, PeerId, Timestamp};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};

use crate::{
    Attempt, Clock, DirectoryError, Engine, Event, PeerError, StartError, Wanted,
    clock::until,
    directories::{Ask, Directories, PriceQuestions, Searches},
    handle::Call,
    telephone::Telephone,
};

/// Deliveries in flight at most; the transport dials sixteen of them at once.
const DELIVERIES_IN_FLIGHT: usize = 256;
/// Network events that share one transaction at most.
const BATCH: usize = 64;
/// Addresses come in a burst at start and when the network changes; one listing is signed for all of them.
const ADDRESSES_SETTLE: Duration = Duration::from_millis(100);
/// How long the database is left alone after it refused.
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// What one task owns.
pub(crate) struct Runner<N, C> {
    engine: Engine,
    net: N,
    clock: C,
    calls: mpsc::Receiver<Call>,
    events: broadcast::Sender<Event>,
    addresses: Vec<Address>,
    connected: HashSet<PeerId>,
    directories: Directories,
    /// Whom the transport was told to be reached through.
    relays: Vec<(PeerId, Vec<Address>)>,
    searches: Searches,
    prices: PriceQuestions,
    deliveries: HashMap<RequestId, Attempt>,
    pieces: HashMap<RequestId, Wanted>,
    asks: HashMap<RequestId, (PeerId, Ask, Timestamp)>,
    looked_up: HashMap<PeerId, Timestamp>,
    listing_due: Option<Timestamp>,
    announced: Vec<Address>,
    /// The database refused: nothing is tried before this moment.
    resume_at: Option<Timestamp>,
    stop: Option<oneshot::Sender<()>>,
    data: PathBuf,
    /// One backup is made at a time: each takes as much room as the data itself.
    backups: Arc<Semaphore>,
    telephone: Telephone,
    /// Which addresses calls use.
    reach: Reach,
    /// Addresses have changed: the path of a running call is renewed then.
    renew_call_at: Option<Timestamp>,
}

/// Where a peer keeps its things, and which addresses its calls use.
pub(crate) struct Site {
    pub(crate) data: PathBuf,
    pub(crate) reach: Reach,
}

impl<N: Network, C: Clock> Runner<N, C> {
    pub(crate) fn new(
        engine: Engine,
        net: N,
        clock: C,
        calls: mpsc::Receiver<Call>,
        events: broadcast::Sender<Event>,
        addresses: Vec<Address>,
        Site { data, reach }: Site,
    ) -> Self {
        let listing_due = Some(clock.now());
        Self {
            engine,
            net,
            clock,
            calls,
            events,
            addresses,
            connected: HashSet::new(),
            directories: Directories::default(),
            relays: Vec::new(),
            searches: Searches::default(),
            prices: PriceQuestions::default(),
            deliveries: HashMap::new(),
            pieces: HashMap::new(),
            asks: HashMap::new(),
            looked_up: HashMap::new(),
            listing_due,
            announced: Vec::new(),
            resume_at: None,
            stop: None,
            data,
            backups: Arc::new(Semaphore::new(1)),
            telephone: Telephone::default(),
            reach,
            renew_call_at: None,
        }
    }

    /// Uses these directories; none means those used before.
    pub(crate) async fn use_directories(
        &mut self,
        addresses: &[Address],
    ) -> Result<(), StartError> {
        let addresses = if addresses.is_empty() {
            self.engine.stored_directories().await?
        } else {
            addresses.to_vec()
        };
        self.set_directories(&addresses).await?;
        Ok(self.engine.store_directories(&addresses).await?)
    }

    async fn set_directories(&mut self, addresses: &[Address]) -> Result<(), DirectoryError> {
        self.directories.set(addresses)?;
        self.engine.set_directories(self.directories.peers());
        self.seek_relays().await;
        Ok(())
    }

    /// Runs until it is told to stop or the transport ends.
    pub(crate) async fn run(mut self) {
        self.end_former_call().await;
        while self.stop.is_none() {
            let next = match self.pump().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "the database refused; trying again");
                    let resume = self.clock.now().plus(DATABASE_RETRY);
                    self.resume_at = Some(resume);
                    Some(resume)
                }
            };
            self.publish();
            let wait = until(self.clock.now(), next);
            tokio::select! {
                event = self.net.next() => match event {
                    Some(event) => self.take_batch(event).await,
                    None => break,
                },
                call = self.calls.recv() => match call {
                    Some(call) => self.take_call(call).await,
                    None => break,
                },
                told = self.telephone.next() => self.take_told(told).await,
                () = tokio::time::sleep(wait) => {}
            }
            self.take_signals().await;
            self.publish();
        }
        self.say_goodbye().await;
        self.net.shutdown().await;
        // The engine and with it the database are closed before the caller is told.
        drop(self.engine);
        if let Some(stopped) = self.stop {
            let _ = stopped.send(());
        }
    }

    /// Starts what is due, and says when something next will be.
    async fn pump(&mut self) -> Result<Option<Timestamp>, PeerError> {
        let now = self.clock.now();
        if let Some(resume) = self.resume_at {
            if now < resume {
                return Ok(Some(resume));
            }
            self.resume_at = None;
        }
        if self.engine.held().is_some() {
            return Ok(None);
        }
        self.engine.set_wall_clock(self.clock.ahead());
        self.engine.tick(now).await?;
        self.refresh_listing(now).await?;
        self.send_due(now).await?;
        self.fetch_due(now).await?;
        self.ask_due(now).await?;
        self.renew_call(now);
        self.ask_logs(now).await?;
        let kept = self.engine.moments().await?;
        let mut moments = vec![
            kept.machine,
            kept.notice,
            kept.report,
            kept.stamp,
            kept.proof,
            self.engine.next_piece_at(),
            self.directories.next_at(),
            self.searches.next_at(),
            self.prices.next_at(),
            self.listing_due,
            self.renew_call_at,
        ];
        if self.deliveries.len() < DELIVERIES_IN_FLIGHT {
            moments.extend([kept.delivery, kept.expiry]);
        }
        Ok(moments.into_iter().flatten().min())
    }

    fn publish(&mut self) {
        for event in self.engine.take_events() {
            // Nobody listening is no failure.
            let _ = self.events.send(event);
        }
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    async fn answer(&mut self, reply: ReplyTo, bytes: Arc<[u8]>) {
        self.net.reply(reply, bytes).await;
    }
}

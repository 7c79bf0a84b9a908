//! The directory without sockets: bytes of a request in, bytes of an answer out.

use std::{
    collections::HashSet,
    error::Error,
    path::Path,
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use data_encoding::HEXLOWER;
use minicbor::Decoder;
use opener_net::{
    Buckets, Prefix,
    identity_file::{self, IdentityFileError},
};
use opener_trade::{
    Identity, Invalid, PeerId, Reason, Timestamp,
    directory::{Request, Response},
    limits::MAX_DIRECTORY_REQUEST_BYTES,
};

use crate::{
    config::Database,
    files::make_folder,
    index::Index,
    limits::{EXPIRED_AT_ONCE, Limits, PREFIX_REFILL, PREFIXES, REFILL},
    log::Log,
    metrics::{Method, Metrics},
    refusal::Refusal,
    store::{News, Postgres, Sqlite, Store, StoreError},
    writer::Queue,
};

/// Name of the file in the data folder that holds the directory's own key.
const IDENTITY_FILE: &str = "identity.key";

/// Name of the database in the data folder, if it is there.
const DATABASE_FILE: &str = "directory.db";

/// What this process is called among those that share a database: its key, its number and its start tell it from others.
fn process_name(me: &PeerId, now: Timestamp) -> String {
    let start = [u64::from(std::process::id()), now.millis().unsigned_abs()];
    format!(
        "{me}-{}",
        HEXLOWER.encode(&start.map(u64::to_be_bytes).concat())
    )
}

/// Why a directory does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file with the directory's key.
    #[error(transparent)]
    Identity(#[from] IdentityFileError),
}

/// A directory server on its data folder, without sockets and without a clock: every question brings its moment.
///
/// It believes only signatures. It stores listings and final terms as their signers sent them, and nothing else.
pub struct Directory {
    pub(crate) identity: Identity,
    pub(crate) store: Box<dyn Store>,
    pub(crate) queue: Queue,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    known: RwLock<Known>,
    buckets: Mutex<Purses>,
    /// Peers heard of since the other processes were told; no more than are online.
    heard: Mutex<HashSet<PeerId>>,
}

/// Who asks, and from which network; without one, from this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) peer: PeerId,
    pub(crate) via: Option<Prefix>,
}

/// What peers and networks may still spend.
struct Purses {
    peers: Buckets,
    prefixes: Buckets<Prefix>,
}

/// What is known in memory.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) index: Index,
    pub(crate) log: Log,
    /// The number up to which the changes of all processes were read.
    pub(crate) seen: i64,
}

impl Known {
    /// Forgets listings that have expired, as many as a transaction does; tells how many.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) -> usize {
        let expired = self.index.expired(now, EXPIRED_AT_ONCE);
        for peer in &expired {
            self.index.remove(peer);
        }
        expired.len()
    }
}

impl Directory {
    /// Opens the data folder, making it and a new identity at the first start, and reads the listings that have not
    /// expired.
    ///
    /// # Errors
    /// See [`OpenError`]; among them, that another process serves the same folder.
    pub async fn open(
        data: &Path,
        database: &Database,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        make_folder(data)?;
        let identity = identity_file::load_or_create(&data.join(IDENTITY_FILE))?;
        let store: Box<dyn Store> = match database {
            Database::InFolder => Box::new(Sqlite::open(&data.join(DATABASE_FILE)).await?),
            Database::File(path) => Box::new(Sqlite::open(path).await?),
            Database::Postgres(url) => {
                Box::new(Postgres::open(url, process_name(&identity.peer_id(), now)).await?)
            }
        };
        let directory = Self {
            identity,
            store,
            queue: Queue::default(),
            limits,
            metrics: Metrics::default(),
            known: RwLock::default(),
            buckets: Mutex::new(Purses {
                peers: Buckets::new(limits.buckets, limits.burst, REFILL),
                prefixes: Buckets::new(PREFIXES, limits.prefix_burst, PREFIX_REFILL),
            }),
            heard: Mutex::default(),
        };
        directory.sweep(now).await?;
        directory.catch_up(now).await?;
        Ok(directory)
    }

    /// The directory's own id.
    pub const fn peer_id(&self) -> PeerId {
        self.identity.peer_id()
    }

    /// Answers one request of an authenticated peer. What changes something is committed before the answer. A request that
    /// came through sockets is counted by its network, too.
    pub async fn answer(
        &self,
        from: PeerId,
        via: Option<Prefix>,
        request: &[u8],
        now: Timestamp,
    ) -> Vec<u8> {
        let asker = Asker { peer: from, via };
        let mut method = Method::Unread;
        let outcome = match self.admit(asker, request, now) {
            Ok(request) => {
                method = Method::of(&request);
                Box::pin(self.serve(asker, request, now)).await
            }
            Err(refusal) => Err(refusal),
        };
        self.metrics.count(method);
        let response = outcome.unwrap_or_else(|refusal| {
            self.metrics.count_refused(refusal.reason());
            refusal.into_response(method.name())
        });
        minicbor::to_vec(&response).unwrap_or_else(|error| {
            tracing::error!(method = method.name(), %error, "an answer cannot be encoded");
            Vec::new()
        })
    }

    /// Whether everything works: the database can be written.
    ///
    /// # Errors
    /// It cannot; requests that only read are answered all the same.
    pub(crate) async fn healthy(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    /// Closes the database in order. Dropped instead, nothing that was answered is lost.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// What is cheap to refuse: size, rate, form. No signature is checked before a peer has paid for it.
    fn admit(&self, from: Asker, bytes: &[u8], now: Timestamp) -> Result<Request, Refusal> {
        if bytes.len() > MAX_DIRECTORY_REQUEST_BYTES {
            let detail = format!("a request has at most {MAX_DIRECTORY_REQUEST_BYTES} bytes");
            return Err(Refusal::new(Reason::TooLarge, detail));
        }
        self.pay(from, Method::Unread.cost(), now)?;
        let request = decode(bytes)?;
        self.pay(
            from,
            Method::of(&request).cost() - Method::Unread.cost(),
            now,
        )?;
        Ok(request)
    }

    /// The peer pays first: what it has not got, its network need not spend.
    pub(crate) fn pay(&self, from: Asker, tokens: u32, now: Timestamp) -> Result<(), Refusal> {
        let mut purses = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let words = if !purses.peers.take(from.peer, tokens, now) {
            "too many requests, try again in a few seconds"
        } else if from
            .via
            .is_some_and(|via| !purses.prefixes.take(via, tokens, now))
        {
            "too many requests from your network, try again in a few seconds"
        } else {
            return Ok(());
        };
        Err(Refusal::new(Reason::RateLimited, words))
    }

    async fn serve(
        &self,
        asker: Asker,
        request: Request,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let from = asker.peer;
        match request {
            Request::Register { listing } => self.register(from, &listing, now).await,
            Request::Renew { seq } => self.renew(from, seq, now),
            Request::Withdraw => self.withdraw(from, now).await,
            Request::Match { query } => self.find(asker, &query, now),
            Request::Lookup { peer } => Ok(self.look_up(&peer, now)),
            Request::Stamp { hash } => self.stamp(hash, now),
            Request::Report {
                by_buyer,
                by_seller,
            } => self.report(from, &by_buyer, &by_seller, now).await,
            Request::Prices { query } => self.prices(&query, now).await,
            Request::Time => Ok(Response::Time { now }),
            Request::Head { since, also } => self.head(since, also, now),
            Request::Inclusion { terms } => self.include(terms, now).await,
        }
    }

    /// Hears of a peer that has a listing here.
    pub(crate) fn hear(&self, peer: PeerId, now: Timestamp) -> Timestamp {
        let until = self.known_mut().index.hear(&peer, now);
        if until.is_some() {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.insert(peer);
        }
        until.unwrap_or(now)
    }

    /// Tells the other processes of whom this one heard since the last time.
    ///
    /// # Errors
    /// The database fails. They hear of the same peers with the next renewals.
    pub async fn tell(&self) -> Result<(), StoreError> {
        let heard = {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *heard)
        };
        if heard.is_empty() {
            return Ok(());
        }
        self.store.tell(&Vec::from_iter(heard)).await
    }

    /// Waits for what other processes say, and takes it in.
    ///
    /// # Errors
    /// The database fails.
    pub async fn follow(&self, clock: fn() -> Timestamp) -> Result<(), StoreError> {
        match self.store.news().await? {
            News::Heard(peers) => {
                let mut known = self.known_mut();
                for peer in peers {
                    known.index.hear(&peer, clock());
                }
                Ok(())
            }
            News::Changed | News::Missed => self.catch_up(clock()).await,
        }
    }

    pub(crate) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request and nothing behind it.
fn decode(bytes: &[u8]) -> Result<Request, Refusal> {
    let mut decoder = Decoder::new(bytes);
    let request = decoder.decode().map_err(unreadable)?;
    if decoder.position() == bytes.len() {
        Ok(request)
    } else {
        Err(Refusal::new(Reason::Malformed, "bytes after the request"))
    }
}

/// A value that breaks a rule of its own keeps its reason.
fn unreadable(error: minicbor::decode::Error) -> Refusal {
    match error
        .source()
        .and_then(|source| source.downcast_ref::<Invalid>())
    {
        Some(invalid) => invalid.clone().into(),
        None if error.is_unknown_variant() => {
            Refusal::new(Reason::VersionUnsupported, error.to_string())
        }
        None => Refusal::new(Reason::Malformed, error.to_string()),
    }
}

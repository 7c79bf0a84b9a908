//! The directory without sockets: bytes of a request in, bytes of an answer out.

use std::{
    error::Error,
    path::Path,
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use minicbor::Decoder;
use opener_net::{
    Buckets,
    identity_file::{self, IdentityFileError},
};
use opener_trade::{
    Identity, Invalid, PeerId, Reason, Timestamp,
    directory::{Request, Response},
    limits::MAX_DIRECTORY_REQUEST_BYTES,
};

use crate::{
    index::Index,
    limits::{EXPIRED_AT_ONCE, Limits, REFILL},
    metrics::{Method, Metrics},
    presence::Presence,
    refusal::Refusal,
    store::{Store, StoreError},
};

/// Name of the file in the data folder that holds the directory's own key.
const IDENTITY_FILE: &str = "identity.key";

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
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    known: RwLock<Known>,
    buckets: Mutex<Buckets>,
}

/// What is known in memory.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) index: Index,
    pub(crate) presence: Presence,
}

impl Known {
    pub(crate) fn forget(&mut self, peers: &[PeerId]) {
        for peer in peers {
            self.index.remove(peer);
            self.presence.forget(peer);
        }
    }
}

impl Directory {
    /// Opens the data folder, making it and a new identity at the first start, and reads the listings that have not
    /// expired.
    ///
    /// # Errors
    /// See [`OpenError`]; among them, that another process serves the same folder.
    pub async fn open(data: &Path, limits: Limits, now: Timestamp) -> Result<Self, OpenError> {
        let store = Store::open(data).await?;
        let identity = identity_file::load_or_create(&data.join(IDENTITY_FILE))?;
        let mut known = Known::default();
        store
            .load_listings(now, |listing| known.index.insert(listing))
            .await?;
        Ok(Self {
            identity,
            store,
            limits,
            metrics: Metrics::default(),
            known: RwLock::new(known),
            buckets: Mutex::new(Buckets::new(limits.buckets, limits.burst, REFILL)),
        })
    }

    /// The directory's own id.
    pub const fn peer_id(&self) -> PeerId {
        self.identity.peer_id()
    }

    /// Answers one request of an authenticated peer. What changes something is committed before the answer.
    pub async fn answer(&self, from: PeerId, request: &[u8], now: Timestamp) -> Vec<u8> {
        let mut method = Method::Unread;
        let outcome = match self.admit(from, request, now) {
            Ok(request) => {
                method = Method::of(&request);
                Box::pin(self.serve(from, request, now)).await
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

    /// Forgets listings that have expired, as many as one transaction takes; tells how many.
    ///
    /// # Errors
    /// The database fails; nothing is forgotten.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut writer = self.store.writer().await;
        let expired = self.known().index.expired(now, EXPIRED_AT_ONCE);
        if !expired.is_empty() {
            writer.forget(&expired).await?;
            self.known_mut().forget(&expired);
        }
        Ok(expired.len())
    }

    /// Closes the database in order. Dropped instead, nothing that was answered is lost.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// What is cheap to refuse: size, rate, form. No signature is checked before a peer has paid for it.
    fn admit(&self, from: PeerId, bytes: &[u8], now: Timestamp) -> Result<Request, Refusal> {
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

    fn pay(&self, from: PeerId, tokens: u32, now: Timestamp) -> Result<(), Refusal> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.take(from, tokens, now) {
            Ok(())
        } else {
            Err(Refusal::new(
                Reason::RateLimited,
                "too many requests, try again in a few seconds",
            ))
        }
    }

    async fn serve(
        &self,
        from: PeerId,
        request: Request,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        match request {
            Request::Register { listing } => self.register(from, &listing, now).await,
            Request::Renew { seq } => self.renew(from, seq, now),
            Request::Withdraw => self.withdraw(from).await,
            Request::Match { query } => self.find(&query, now),
            Request::Lookup { peer } => Ok(self.look_up(&peer, now)),
            Request::Stamp { hash } => self.stamp(hash, now),
            Request::Report {
                by_buyer,
                by_seller,
            } => self.report(from, &by_buyer, &by_seller, now).await,
            Request::Time => Ok(Response::Time { now }),
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

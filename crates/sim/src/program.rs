//! One actor's program: a real engine over a real store.

use std::{fmt::Display, path::Path, sync::Arc};

use opener_peer::{Blobs, Engine, Moments, PeerError, Profile, Store};
use opener_trade::{Duration, Identity, PeerId, Reason, Timestamp};
use tempfile::TempDir;

/// Where an actor keeps its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// In memory: quick. What is committed outlives a crash of the program, within one world.
    Memory,
    /// In a file that is closed by a crash and opened again after it.
    File,
}

/// Why an actor did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Its program refused.
    #[error(transparent)]
    Refused(#[from] PeerError),
    /// Its program does not run.
    #[error("the program does not run")]
    Down,
    /// Its program crashed. Whether the act was done before is to be seen after the restart.
    #[error("the program crashed")]
    Crashed,
}

impl Halt {
    /// The typed reason, where the rules of trade refused it.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Halt::Refused(PeerError::Rejected(rejection)) => Some(rejection.reason),
            Halt::Refused(PeerError::Invalid(invalid)) => Some(invalid.reason),
            _ => None,
        }
    }
}

enum Place {
    Memory(Arc<Store>),
    File(TempDir),
}

pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) identity: Arc<Identity>,
    pub(crate) engine: Option<Engine>,
    /// What its clock shows beyond the true time.
    pub(crate) skew: Duration,
    pub(crate) asleep: bool,
    pub(crate) directories: Vec<PeerId>,
    /// Steps so far, for planned crashes.
    pub(crate) steps: usize,
    /// When there is something to do next, by its own clock.
    pub(crate) moments: Moments,
    /// When a piece of a file is to be asked for, by its own clock.
    pub(crate) next_piece: Option<Timestamp>,
    /// Bytes that its attached files may take.
    pub(crate) room: u64,
    place: Place,
    files: TempDir,
}

impl Program {
    pub(crate) async fn new(name: &str, identity: Identity, disk: Disk) -> Self {
        let place = match disk {
            Disk::Memory => Place::Memory(Arc::new(must(Store::in_memory().await))),
            Disk::File => Place::File(must(tempfile::tempdir())),
        };
        Self {
            name: name.to_owned(),
            identity: Arc::new(identity),
            engine: None,
            skew: Duration::ZERO,
            asleep: false,
            directories: Vec::new(),
            steps: 0,
            moments: Moments::default(),
            next_piece: None,
            room: Blobs::CAPACITY,
            place,
            files: must(tempfile::tempdir()),
        }
    }

    /// Starts the program, as the peer does: what was in flight is due again.
    pub(crate) async fn start(&mut self, true_time: Timestamp, profile: Option<Profile>) {
        let now = self.local(true_time);
        let store = match &self.place {
            Place::Memory(store) => store.clone(),
            Place::File(folder) => {
                Arc::new(must(Store::open(&folder.path().join("peer.sqlite")).await))
            }
        };
        let blobs = Arc::new(must(Blobs::open(self.files.path(), self.room)));
        let mut engine = must(Engine::open(store, blobs, self.identity.clone()).await);
        engine.set_directories(self.directories.clone());
        if let Some(profile) = profile {
            must(engine.set_profile(now, profile).await);
        }
        must(engine.restart_deliveries(now).await);
        self.engine = Some(engine);
        self.look_ahead().await;
    }

    /// What its own clock shows.
    pub(crate) const fn local(&self, true_time: Timestamp) -> Timestamp {
        true_time.plus(self.skew)
    }

    /// Asks the engine when it next has something to do.
    pub(crate) async fn look_ahead(&mut self) {
        (self.moments, self.next_piece) = match &self.engine {
            Some(engine) => (must(engine.moments().await), engine.next_piece_at()),
            None => (Moments::default(), None),
        };
    }

    /// When it next has something to do, in true time.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        let own = [
            self.moments.machine,
            self.moments.notice,
            self.moments.stamp,
        ];
        let deliveries = [self.moments.delivery, self.moments.expiry, self.next_piece];
        let local = own.into_iter().chain(deliveries).flatten().min()?;
        self.in_true_time(local)
    }

    /// When it next delivers or fetches, in true time.
    pub(crate) fn delivery(&self) -> Option<Timestamp> {
        let local = [self.moments.delivery, self.moments.expiry, self.next_piece];
        self.in_true_time(local.into_iter().flatten().min()?)
    }

    /// The folder of its attached files.
    pub(crate) fn files(&self) -> &Path {
        self.files.path()
    }

    fn in_true_time(&self, local: Timestamp) -> Option<Timestamp> {
        let back = Duration::from_millis(-self.skew.millis());
        (self.engine.is_some() && !self.asleep).then(|| local.plus(back))
    }
}

/// What cannot fail in a test kit: the machine under it is broken, or the story is written wrongly.
pub(crate) fn must<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("the test kit: {error}"))
}

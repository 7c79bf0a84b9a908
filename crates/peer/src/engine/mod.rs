//! The peer without sockets and clocks: it takes what arrives, at a given moment, and says what to send.
//!
//! Each call is one transaction: documents, journals, receipts, outbox and projections are committed together, and only
//! then does anything leave the engine. The running peer and the simulator drive the same engine.

mod alarms;
mod answer;
mod attach;
mod book;
mod deliver;
mod directory;
mod drafts;
mod facts;
mod fetch;
mod fetching;
mod held;
mod last_round;
mod load;
mod log;
mod meet;
mod moments;
mod order;
mod park;
mod phone;
mod project;
mod read;
mod rebuild;
mod receive;
mod request;
mod revise;
mod say;
mod serve;
mod signals;
mod skew;
mod stamp;
mod summary;
mod telephone;
mod time;
mod work;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use opener_negotiation::{dialogue::Dialogue, request::Request};
use opener_net::Buckets;
use opener_store::{Blobs, Store};
use opener_trade::{DealId, Identity, PeerId, Timestamp};

use crate::{
    Event, PeerError, Profile,
    alarm::{Alarms, minute_of_day},
    backup::Restored,
};

pub use answer::{Answered, Attempt};
pub use book::{Card, ContactEdit, GROUPS_OF_ONE};
pub use deliver::Parcel;
pub(crate) use directory::PROFILE;
pub use drafts::{FORM_BYTES, FORMS, NewForm};
pub use fetch::{MAX_FETCHES, PieceRequest, Wanted};
pub use log::LogQuestion;
pub use order::terms;
pub use phone::{PHONE_PORT, Phone, PhoneEdit, PhoneOpened};
pub use receive::Arrival;
pub use request::MAX_INVITED;
pub use signals::Signal;
pub use skew::{ClockState, REFUSE_SKEW, WARN_SKEW};
pub use stamp::DueStamp;
pub(crate) use telephone::{Agreed, Place, reason_of};

/// Documents that a peer may send at once. A buyer's round with one seller takes about ten.
const BURST: u32 = 100;
/// Documents a second that a peer may send for long.
const PER_SECOND: u32 = 5;
/// Peers whose documents are counted at once; the one seen longest ago is forgotten first.
const COUNTED_PEERS: usize = 10_000;
/// Machines kept in memory at most. They are rebuilt from their journals when needed again.
const CACHED_MACHINES: usize = 20_000;

/// A dialogue's key: the deal, and the seller whose dialogue it is (ourselves, where we sell).
pub(crate) type Key = (DealId, PeerId);

#[derive(Default)]
struct Machines {
    dialogues: HashMap<Key, Dialogue>,
    requests: HashMap<DealId, Request>,
    moments: moments::Moments,
}

/// The peer without sockets and clocks.
pub struct Engine {
    store: Arc<Store>,
    blobs: Arc<Blobs>,
    identity: Arc<Identity>,
    machines: Machines,
    buckets: Buckets,
    pieces: Buckets,
    fetches: fetching::Fetches,
    profile: Option<Profile>,
    alarms: Alarms,
    held: Option<Restored>,
    wall_clock_ahead: i32,
    phone_opened: Option<PhoneOpened>,
    directories: Vec<PeerId>,
    clocks: skew::Clocks,
    events: Vec<Event>,
    signals: VecDeque<Signal>,
    /// Directories of whom heads of the log wait to be compared; a few of each at most.
    heard: Vec<PeerId>,
}

impl Engine {
    /// Opens a peer over its store and its attached files.
    ///
    /// # Errors
    /// The database or the folder of files cannot be read.
    pub async fn open(
        store: Arc<Store>,
        blobs: Arc<Blobs>,
        identity: Arc<Identity>,
    ) -> Result<Self, PeerError> {
        let profile = read::stored_profile(&store).await?;
        let alarms = alarms::stored(&store).await?;
        let held = held::stored(&store).await?;
        let mut engine = Self {
            store,
            blobs,
            identity,
            machines: Machines::default(),
            buckets: Buckets::new(COUNTED_PEERS, BURST, PER_SECOND),
            pieces: Buckets::new(COUNTED_PEERS, serve::PIECE_BURST, serve::PIECES_PER_SECOND),
            fetches: fetching::Fetches::default(),
            profile,
            alarms,
            held,
            wall_clock_ahead: 0,
            phone_opened: None,
            directories: Vec::new(),
            clocks: skew::Clocks::default(),
            events: Vec::new(),
            signals: VecDeque::new(),
            heard: Vec::new(),
        };
        engine.rebuild().await?;
        engine.take_up_files().await?;
        Ok(engine)
    }

    /// Who this peer is.
    pub fn peer_id(&self) -> PeerId {
        self.identity.peer_id()
    }

    /// What has changed since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The profile, once it is filled in.
    pub const fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    fn require_profile(&self) -> Result<&Profile, PeerError> {
        self.profile.as_ref().ok_or(PeerError::NoProfile)
    }

    async fn begin(&self, now: Timestamp) -> Result<work::Work<'_>, PeerError> {
        let tx = self.store.begin().await?;
        Ok(work::Work::new(
            tx,
            &self.machines,
            &self.identity,
            self.profile.as_ref(),
            alarms::Ears {
                alarms: &self.alarms,
                minute: minute_of_day(now, self.wall_clock_ahead),
            },
            &self.directories,
            now,
        ))
    }

    /// Takes over what a committed transaction changed.
    fn adopt(&mut self, changed: work::Changed) {
        if self.machines.dialogues.len() + changed.dialogues.len() > CACHED_MACHINES {
            self.machines.dialogues.clear();
            self.machines.requests.clear();
        }
        self.machines.moments.adopt(changed.moments);
        self.machines.dialogues.extend(changed.dialogues);
        self.machines.requests.extend(changed.requests);
        self.events.extend(changed.events);
        self.queue_signals(changed.signals);
        self.heard.extend(changed.heard);
    }
}

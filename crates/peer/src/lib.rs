//! The peer program: one task that owns the store and the machines, executes their effects, and is spoken to through a
//! [`Handle`].

pub mod alarm;
pub mod backup;
mod clock;
mod config;
mod directories;
mod engine;
mod error;
mod event;
mod handle;
mod identity;
mod profile;
mod run;
mod snapshot;
mod start;
mod telephone;

pub use clock::{Clock, SystemClock};
pub use config::{Config, StartError};
pub use directories::{DirectoryError, MAX_DIRECTORIES};
pub use engine::{
    Answered, Arrival, Attempt, Card, ClockState, ContactEdit, DueStamp, Engine, FORM_BYTES, FORMS,
    GROUPS_OF_ONE, LogQuestion, MAX_FETCHES, MAX_INVITED, NewForm, PHONE_PORT, Parcel, Phone,
    PhoneEdit, PhoneOpened, PieceRequest, REFUSE_SKEW, Signal, WARN_SKEW, Wanted, terms,
};
pub use error::PeerError;
pub use event::Event;
pub use handle::Handle;
#[cfg(feature = "keychain")]
pub use identity::has_keychain;
pub use identity::{
    IdentityError, KeyFound, KeyPlace, MAX_PASSPHRASE_BYTES, MIN_PASSPHRASE_CHARS, Passphrase,
    PassphraseError, PassphraseFileError, SealedError, key_found,
};
pub use opener_call::{
    Frame, MAX_FRAME_BYTES, MediaKind, Outgoing, Quality as CallQuality, sdp::Reach as CallReach,
};
pub use opener_store::{
    Assessment, Blobs, BookEntry, Contact, ContactFilter, DealCounts, DealFilter, DealRow,
    Delivery, DeliveryCounts, DeliveryState, DialogueRow, FormKind, Group, HEARD_HEADS, KeptForm,
    KeptProof, ListedDeal, Loud, Moments, Notice, NoticeId, Part, ReportState, ReportStatus,
    Role as StoredRole, Shelf, Store, StoreError, Way, Whole,
};
pub use profile::Profile;
pub use snapshot::{
    AttachedFile, AttachmentState, DealSnapshot, DirectoryStatus, Forked, Found, LastBids,
    LogStatus, OrderPart, PricesOf, Reachability, Recipients, Record, Seller, SentRfp, Status,
};
pub use start::start;
pub use telephone::{
    Brought, CallCard, CallPhase, CallServer, CallSettings, CallSnapshot, CallWish, CardOutcome,
    FromPage, Media, Parted, ToPage,
};

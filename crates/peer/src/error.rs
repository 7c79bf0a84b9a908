//! Why a peer does not do what it is asked.

use opener_negotiation::Rejection;
use opener_store::StoreError;
use opener_trade::{Duration, EnvelopeError, Invalid, limits::MAX_ATTACHMENT_BYTES};

use crate::DirectoryError;

/// Why a peer does not do what it is asked. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// The rules of negotiation refuse it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A field breaks a rule of the language.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The document cannot be signed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// There is no such deal, dialogue, bid or notice here.
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    /// The profile must be filled in first.
    #[error("fill in the profile first: name, place, and whether you buy or sell")]
    NoProfile,
    /// No seller matches the request.
    #[error("no seller matches; {0}")]
    NoSellers(String),
    /// Too many sellers for one request.
    #[error("a request goes to at most {0} sellers")]
    TooManySellers(usize),
    /// A file without a byte.
    #[error("the file is empty")]
    EmptyFile,
    /// A file that does not travel.
    #[error(
        "the file has {0} bytes; at most {MAX_ATTACHMENT_BYTES} travel, so make it smaller or send a link"
    )]
    FileTooLarge(u64),
    /// No room is left for attached files.
    #[error("attached files take all of the {0} bytes set aside for them; remove some")]
    NoRoom(u64),
    /// Too many files are wanted at once.
    #[error("at most {0} files are fetched at a time; wait for some of them or stop them")]
    TooManyFetches(usize),
    /// The clock differs too much for an act that a deadline decides.
    #[error("this computer's clock is off by {} s; set it, or confirm that it is right", .0.millis() / 1000)]
    ClockSkew(Duration),
    /// An address is no directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The database cannot be read or written.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The peer was restored from a backup, and its owner has not said that the old one is off.
    #[error(
        "this peer was restored from a backup: see that the old one is off for good, and let this one go on"
    )]
    Held,
    /// A backup is not made.
    #[error(transparent)]
    Backup(#[from] crate::backup::BackupError),
    /// The peer has stopped.
    #[error("the peer has stopped")]
    Stopped,
}

impl PeerError {
    /// Whether the database refused, so that nothing else would go better now.
    pub(crate) const fn is_of_database(&self) -> bool {
        matches!(self, PeerError::Store(_))
    }
}

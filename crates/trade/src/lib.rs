//! The language of trade: values, documents and the envelope that signs them.
//!
//! Nothing here reads a clock, does IO or decides anything. A document is a struct in [`document`]; it becomes
//! believable only through [`envelope::open`], which alone makes a [`Verified`].

pub mod blob;
pub mod directory;
pub mod document;
pub mod envelope;
pub mod limits;
pub mod log;
mod reason;
pub mod switch;
pub mod value;
pub mod words;

pub use document::kind::Kind;
pub use envelope::{EnvelopeError, Identity, Opened, Verified, open, open_own_record, sign};
pub use reason::Reason;
pub use value::{
    Address, CallId, Category, CountryCode, Currency, DEAL_RANDOM_BYTES, DealId, DocumentId,
    Duration, Fingerprint, Invalid, Language, List, Money, Number, PeerId, PeerText, Period, Place,
    Position, Quantity, Timestamp, Unit,
};

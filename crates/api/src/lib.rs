//! What a person or a program may ask of a peer: requests, views, events and error codes, and the bundle that proves a
//! deal to somebody who was not there.
//!
//! There is one list of requests, in [`request`]: the gateway, the command line, the desktop and the TypeScript client
//! all come from it.

pub mod backup;
pub mod bindings;
pub mod card;
mod clock;
mod error;
pub mod files;
pub mod media;
pub mod request;
#[cfg(test)]
mod testing;
pub mod transcript;
pub mod view;

pub use error::{ApiError, Code};
pub use opener_formats as formats;
pub use opener_negotiation::Role;
#[cfg(feature = "keychain")]
pub use opener_peer::has_keychain;
pub use opener_peer::{
    CallReach, Config as PeerConfig, Event, Handle, IdentityError, KeyFound, KeyPlace, Passphrase,
    PassphraseError, PeerError, Profile, SealedError, StartError, StoreError, key_found, start,
};
pub use opener_trade::switch;
pub use request::{Ask, MAX_REQUEST_BYTES, METHODS, Request, call};

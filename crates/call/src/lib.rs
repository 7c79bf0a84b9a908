//! Calls: sound and picture between the two parties of a deal, over WebRTC (RFC 8825).
//!
//! The webview captures, encodes and decodes; this room carries. [`session`] is the machine of a call and does nothing
//! itself; [`sdp`] reads what a stranger sends; [`start`] runs one call: what it wants signed and delivered comes out as
//! [`Said`], and what the other side said goes in as [`Heard`].

mod assemble;
mod driver;
mod media;
pub mod sdp;
pub mod session;

/// What programs set for their logs, whatever else is asked for: the libraries below print bytes of sound and picture.
pub const QUIET: [&str; 2] = ["webrtc=off", "rtc=off"];

pub use driver::{
    CARD_BYTES, Config, Event, Handle, Heard, IceServer, MAX_SERVERS, Over, Said, ServerError,
    start,
};
pub use media::{FRAMES, Frame, MAX_FRAME_BYTES, MediaKind, Outgoing, Quality};

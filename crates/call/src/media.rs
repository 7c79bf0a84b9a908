//! Encoded frames, as they go in and come out.

use bytes::Bytes;

pub use crate::assemble::FRAME_BYTES as MAX_FRAME_BYTES;

/// Frames that wait on their way in or out: two seconds of picture and sound. What does not fit is left out, and a key
/// frame follows.
pub const FRAMES: usize = 128;

/// What a frame is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Opus, 48 kHz.
    Audio,
    /// VP8.
    Video,
}

/// One encoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Of what.
    pub kind: MediaKind,
    /// Needs no frame before it. Every frame of sound is one.
    pub key: bool,
    /// When it was captured, in microseconds of a clock that sound and picture of one side share.
    pub at_us: u64,
    /// What the encoder made.
    pub data: Bytes,
}

/// What a call hands to whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A frame of the other side.
    Frame(Frame),
    /// The other side needs a key frame: the next picture is to be one.
    KeyFrameWanted,
    /// What the path carries, in bits a second: the encoder makes no more than this.
    Bitrate(u32),
}

/// How a call goes, over the last second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quality {
    /// What the path to the other side carries, estimated, in bits a second.
    pub estimate_bps: u32,
    /// What we send, in bits a second.
    pub sent_bps: u32,
    /// What we receive, in bits a second.
    pub received_bps: u32,
    /// Pictures received in this second.
    pub pictures: u32,
    /// Packets of the picture that never came, of a thousand.
    pub lost_permille: u32,
    /// Whether a TURN server of either side passes everything on; nothing while no path is chosen.
    pub relayed: Option<bool>,
}

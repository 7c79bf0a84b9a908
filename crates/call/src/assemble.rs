//! Pictures out of packets: VP8 over RTP (RFC 7741), in order, without waiting for ever.
//!
//! Packets are ordered by their extended sequence number; a frame ends with the marker. A hole is held open for
//! [`HOLE`], long enough for one retransmission on an ordinary path, and longer where they have come later; then everything up to the next key frame is left out,
//! and one is asked for.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};

/// How long a missing packet is waited for, as long as nothing is known of the path.
pub const HOLE: Duration = Duration::from_millis(200);
/// How long it is waited for at most, where retransmissions have come later: one to the other side of the Earth, over a relay.
pub const LONGEST_HOLE: Duration = Duration::from_millis(700);
/// What is waited for beyond the latest retransmission.
const MARGIN: Duration = Duration::from_millis(60);
/// How often a key frame is asked for while none comes: a round trip to the other side of the Earth and back.
pub const ASK_EVERY: Duration = Duration::from_millis(500);
/// Packets that wait behind a hole, at most: 200 ms of 5 Mbit/s are 110, a key frame in 720p another 150.
pub const WAITING: usize = 1024;
/// Bytes of one frame: a key frame in 720p takes 150 kB.
pub const FRAME_BYTES: usize = 1024 * 1024;

/// A packet as far as it concerns a picture.
#[derive(Debug, Clone)]
struct Piece {
    timestamp: u32,
    marker: bool,
    /// Begins a frame.
    begins: bool,
    data: Bytes,
}

/// A whole frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// RTP time stamp, 90 000 a second.
    pub timestamp: u32,
    /// Needs no frame before it.
    pub key: bool,
    /// The encoded frame.
    pub data: Bytes,
}

/// What has become of the packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assembled {
    /// A frame is whole.
    Picture(Picture),
    /// A key frame is needed: ask the sender for one.
    NeedKey,
}

/// Orders the packets of one picture source.
#[derive(Debug)]
pub struct Assembler {
    /// The extended number of the packet that is due.
    due: Option<u64>,
    newest: u64,
    waiting: BTreeMap<u64, Piece>,
    frame: BytesMut,
    /// A frame has begun and nothing of it is missing.
    begun: bool,
    /// A key frame has come since the last hole.
    decodable: bool,
    hole_since: Option<Instant>,
    asked_at: Option<Instant>,
    /// How long a hole is held open now.
    hold: Duration,
    /// The hole that was left out last, and when it was noticed.
    left_out: Option<(Range<u64>, Instant)>,
    /// Packets that never came in time.
    pub lost: u64,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            due: None,
            newest: 0,
            waiting: BTreeMap::new(),
            frame: BytesMut::new(),
            begun: false,
            decodable: false,
            hole_since: None,
            asked_at: None,
            hold: HOLE,
            left_out: None,
            lost: 0,
        }
    }
}

impl Assembler {
    /// Takes one packet.
    pub fn push(
        &mut self,
        now: Instant,
        number: u16,
        timestamp: u32,
        marker: bool,
        payload: &Bytes,
    ) {
        let number = self.extend(number);
        let due = *self.due.get_or_insert(number);
        // A source that jumps far ahead has begun anew.
        if number > due.saturating_add(WAITING as u64) {
            self.waiting.clear();
            self.skip_to(number);
        }
        if number < self.due.unwrap_or(due) {
            self.learn(now, number);
            return;
        }
        if self.waiting.len() >= WAITING {
            return;
        }
        // Padding alone still takes a number (RFC 3550 section 5.1; browsers probe with it).
        let (begins, data) = content(payload).unwrap_or((false, Bytes::new()));
        let piece = Piece {
            timestamp,
            marker,
            begins,
            data,
        };
        self.waiting.entry(number).or_insert(piece);
    }

    /// What is ready, one after the other; nothing where something must be waited for.
    pub fn poll(&mut self, now: Instant) -> Option<Assembled> {
        loop {
            let due = self.due?;
            let Some(piece) = self.waiting.remove(&due) else {
                if !self.gives_up(now, due) {
                    return self.ask(now);
                }
                continue;
            };
            self.hole_since = None;
            self.due = Some(due.saturating_add(1));
            if let Some(picture) = self.append(piece) {
                if picture.key {
                    self.decodable = true;
                    self.asked_at = None;
                }
                if self.decodable {
                    return Some(Assembled::Picture(picture));
                }
            }
        }
    }

    /// Frames were left out behind us: nothing is of use before the next key frame.
    pub fn begin_anew(&mut self) {
        self.decodable = false;
    }

    /// When to poll again though nothing has come.
    pub fn wake_at(&self) -> Option<Instant> {
        let hole = self
            .hole_since
            .and_then(|since| since.checked_add(self.hold));
        let ask = self.asked_at.and_then(|at| at.checked_add(ASK_EVERY));
        hole.into_iter().chain(ask).min()
    }

    /// A packet that came after its hole was left out: the next hole is held open for as long as this one took.
    fn learn(&mut self, now: Instant, number: u64) {
        if let Some((hole, since)) = &self.left_out
            && hole.contains(&number)
        {
            let late = now.saturating_duration_since(*since).saturating_add(MARGIN);
            self.hold = self.hold.max(late).min(LONGEST_HOLE);
        }
    }

    /// The number that a packet had if numbers did not begin anew after 65 535 (RFC 3550 appendix A.1).
    fn extend(&mut self, number: u16) -> u64 {
        if self.due.is_none() {
            // Room below, for packets that were overtaken.
            self.newest = 0x1_0000 | u64::from(number);
            return self.newest;
        }
        let ahead = number.wrapping_sub(self.newest as u16) as i16;
        let extended = self.newest.saturating_add_signed(i64::from(ahead));
        self.newest = self.newest.max(extended);
        extended
    }

    /// Whether a hole has been open for so long that the packets behind it go on without it.
    fn gives_up(&mut self, now: Instant, due: u64) -> bool {
        let Some((&next, _)) = self.waiting.first_key_value() else {
            return false;
        };
        let since = *self.hole_since.get_or_insert(now);
        if now.saturating_duration_since(since) < self.hold && self.waiting.len() < WAITING {
            return false;
        }
        self.lost = self.lost.saturating_add(next.saturating_sub(due));
        self.left_out = Some((due..next, since));
        self.skip_to(next);
        true
    }

    fn skip_to(&mut self, number: u64) {
        self.due = Some(number);
        self.hole_since = None;
        self.frame.clear();
        self.begun = false;
        self.decodable = false;
    }

    fn append(&mut self, piece: Piece) -> Option<Picture> {
        if piece.begins {
            self.frame.clear();
            self.begun = true;
        }
        if self.frame.len().saturating_add(piece.data.len()) > FRAME_BYTES {
            self.frame.clear();
            self.begun = false;
            self.decodable = false;
        }
        if self.begun {
            self.frame.extend_from_slice(&piece.data);
        }
        if !piece.marker || !self.begun || self.frame.is_empty() {
            return None;
        }
        self.begun = false;
        let data = self.frame.split().freeze();
        // The first bit of a VP8 frame is zero in a key frame (RFC 6386 section 9.1).
        let key = data.first().is_some_and(|first| first & 1 == 0);
        Some(Picture {
            timestamp: piece.timestamp,
            key,
            data,
        })
    }

    fn ask(&mut self, now: Instant) -> Option<Assembled> {
        let again = self
            .asked_at
            .is_none_or(|at| now.saturating_duration_since(at) >= ASK_EVERY);
        if self.decodable || !again {
            return None;
        }
        self.asked_at = Some(now);
        Some(Assembled::NeedKey)
    }
}

/// Whether a payload begins a frame, and what follows its descriptor (RFC 7741 section 4.2).
fn content(payload: &Bytes) -> Option<(bool, Bytes)> {
    let first = *payload.first()?;
    let mut at = 1;
    if first & 0x80 != 0 {
        let extended = *payload.get(at)?;
        at += 1;
        if extended & 0x80 != 0 {
            at += if *payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        at += usize::from(extended & 0x40 != 0);
        at += usize::from(extended & 0x30 != 0);
    }
    let data = payload.get(at..)?;
    let begins = first & 0x10 != 0 && first & 0x07 == 0 && !data.is_empty();
    Some((begins, payload.slice_ref(data)))
}

#[cfg(test)]
mod tests;

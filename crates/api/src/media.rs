//! Sound and picture of a running call, as they pass between its peer and a page: one binary message a frame. They are no
//! requests: the gateway carries them over a WebSocket, the desktop as raw bytes.
//!
//! A message has a head of 16 bytes in little-endian order: kind (1 sound, 2 picture, 3 a key picture is wanted, 4 the bits
//! a second that the path carries), flags (bit 0: needs no picture before it), two bytes of zero, the size of what follows
//! (32 bits), and the moment in microseconds of the sender's clock (64 bits).

use std::collections::VecDeque;

use bytes::Bytes;
use opener_peer::{Frame, Handle, MAX_FRAME_BYTES, MediaKind, Outgoing};
use opener_trade::CallId;

pub use opener_peer::{Brought, FromPage, Media, Parted, ToPage};

use crate::{ApiError, Code};

/// Bytes before the content.
const HEAD_BYTES: usize = 16;
/// Bytes of one message at most, either way.
pub const MAX_MESSAGE_BYTES: usize = HEAD_BYTES + MAX_FRAME_BYTES;
/// Pictures that wait for a slow page: one second. Then they are left out, and a key picture is asked for.
const PICTURES_WAIT: usize = 30;
/// Bytes of pictures that wait for a slow page: four of the largest, so that a page takes no more memory than a picture book.
const PICTURE_BYTES_WAIT: usize = 4 * MAX_FRAME_BYTES;
/// Sound that waits for a slow page: ten seconds of 20 ms each. It is never left out; a page farther behind is let go.
const SOUNDS_WAIT: usize = 500;

const SOUND: u8 = 1;
const PICTURE: u8 = 2;
const KEY_WANTED: u8 = 3;
const BUDGET: u8 = 4;
const KEY: u8 = 1;

/// What a page is told when a picture of its own was left out.
pub const KEY_PICTURE_WANTED: Outgoing = Outgoing::KeyFrameWanted;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A frame for the other side.
    Frame(Frame),
    /// Its decoder needs a key picture.
    KeyWanted,
}

/// Opens the media of a running call for one page; the page before has them no longer.
///
/// # Errors
/// There is no such call, or it still rings here.
pub async fn open(handle: &Handle, call: &str) -> Result<Media, ApiError> {
    let call: CallId = call.parse().map_err(|_| no_such_call())?;
    Ok(handle.call_media(call).await?)
}

fn no_such_call() -> ApiError {
    ApiError::new(Code::NotFound, "there is no such call here; ask call.show")
}

/// Reads a message of a page; nothing where it is none, or of a kind that is not known.
pub fn read(message: &Bytes) -> Option<Said> {
    let (head, _) = message.split_first_chunk::<HEAD_BYTES>()?;
    let [kind, flags, _, _, s0, s1, s2, s3, at @ ..] = *head;
    let size = usize::try_from(u32::from_le_bytes([s0, s1, s2, s3])).ok()?;
    if message.len() > MAX_MESSAGE_BYTES || size != message.len().checked_sub(HEAD_BYTES)? {
        return None;
    }
    let kind = match kind {
        SOUND => MediaKind::Audio,
        PICTURE => MediaKind::Video,
        KEY_WANTED => return Some(Said::KeyWanted),
        _ => return None,
    };
    Some(Said::Frame(Frame {
        kind,
        key: flags & KEY != 0 || kind == MediaKind::Audio,
        at_us: u64::from_le_bytes(at),
        data: message.slice(HEAD_BYTES..),
    }))
}

/// Writes what a page is told.
pub fn write(outgoing: &Outgoing) -> Bytes {
    let budget;
    let (kind, key, at_us, data): (u8, bool, u64, &[u8]) = match outgoing {
        Outgoing::Frame(frame) => {
            let kind = match frame.kind {
                MediaKind::Audio => SOUND,
                MediaKind::Video => PICTURE,
            };
            (kind, frame.key, frame.at_us, &frame.data)
        }
        Outgoing::KeyFrameWanted => (KEY_WANTED, false, 0, &[]),
        Outgoing::Bitrate(bits) => {
            budget = bits.to_le_bytes();
            (BUDGET, false, 0, &budget)
        }
    };
    let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut message = Vec::with_capacity(HEAD_BYTES.saturating_add(data.len()));
    message.extend([kind, u8::from(key) * KEY, 0, 0]);
    message.extend(size.to_le_bytes());
    message.extend(at_us.to_le_bytes());
    message.extend(data);
    message.into()
}

/// What a page is behind too far to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the page does not keep up with the sound")]
pub struct TooSlow;

/// What waits for a page that does not keep up: all of the sound, and pictures as long as they are of use.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Outgoing>,
    sounds: usize,
    pictures: usize,
    picture_bytes: usize,
    /// Pictures were left out: those that need them are of no use.
    broken: bool,
}

impl Outbox {
    /// Puts something at the end. Gives whether the other side must be asked for a key picture, because pictures were left
    /// out.
    ///
    /// # Errors
    /// The page is too far behind; it is to be let go.
    pub fn push(&mut self, outgoing: Outgoing) -> Result<bool, TooSlow> {
        match &outgoing {
            Outgoing::Frame(frame) if frame.kind == MediaKind::Audio => {
                if self.sounds >= SOUNDS_WAIT {
                    return Err(TooSlow);
                }
                self.sounds += 1;
            }
            Outgoing::Frame(frame) => {
                if self.broken && !frame.key {
                    return Ok(false);
                }
                let bytes = self.picture_bytes.saturating_add(frame.data.len());
                if self.pictures >= PICTURES_WAIT || bytes > PICTURE_BYTES_WAIT {
                    self.leave_pictures_out();
                    return Ok(true);
                }
                self.broken = false;
                self.pictures += 1;
                self.picture_bytes = bytes;
            }
            // Only the newest of each counts.
            Outgoing::KeyFrameWanted => self.waiting.retain(|it| *it != outgoing),
            Outgoing::Bitrate(_) => {
                self.waiting
                    .retain(|it| !matches!(it, Outgoing::Bitrate(_)));
            }
        }
        self.waiting.push_back(outgoing);
        Ok(false)
    }

    /// What goes next.
    pub fn pop(&mut self) -> Option<Outgoing> {
        let next = self.waiting.pop_front()?;
        match &next {
            Outgoing::Frame(frame) if frame.kind == MediaKind::Audio => self.sounds -= 1,
            Outgoing::Frame(frame) => {
                self.pictures -= 1;
                self.picture_bytes -= frame.data.len();
            }
            Outgoing::KeyFrameWanted | Outgoing::Bitrate(_) => {}
        }
        Some(next)
    }

    fn leave_pictures_out(&mut self) {
        self.waiting
            .retain(|it| !matches!(it, Outgoing::Frame(frame) if frame.kind == MediaKind::Video));
        (self.pictures, self.picture_bytes, self.broken) = (0, 0, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: MediaKind, key: bool, bytes: usize) -> Frame {
        Frame {
            kind,
            key,
            at_us: 1_234_567,
            data: vec![7; bytes].into(),
        }
    }

    #[test]
    fn a_frame_reads_back_as_it_is_written_and_stands_as_pages_write_it() {
        for (kind, key) in [(MediaKind::Audio, true), (MediaKind::Video, false)] {
            let sent = frame(kind, key, 3);
            let message = write(&Outgoing::Frame(sent.clone()));
            assert_eq!(read(&message), Some(Said::Frame(sent)));
        }
        let picture = write(&Outgoing::Frame(frame(MediaKind::Video, true, 2)));
        let head = [
            2, 1, 0, 0, 2, 0, 0, 0, 0x87, 0xd6, 0x12, 0, 0, 0, 0, 0, 7, 7,
        ];
        assert_eq!(picture.as_ref(), head);
        let budget = write(&Outgoing::Bitrate(600_000));
        assert_eq!(budget[..8], [4, 0, 0, 0, 4, 0, 0, 0]);
        assert_eq!(budget[16..], [0xc0, 0x27, 0x09, 0x00]);
        let wanted = write(&Outgoing::KeyFrameWanted);
        assert_eq!(read(&wanted), Some(Said::KeyWanted));
    }

    #[test]
    fn what_is_no_message_is_none() {
        let whole = write(&Outgoing::Frame(frame(MediaKind::Video, true, 20)));
        for end in 0..whole.len() {
            assert_eq!(read(&whole.slice(..end)), None, "{end}");
        }
        for kind in [0, BUDGET, 5, 255] {
            let mut other = whole.to_vec();
            other[0] = kind;
            assert_eq!(read(&other.into()), None, "{kind}");
        }
        let largest = write(&Outgoing::Frame(frame(
            MediaKind::Video,
            true,
            MAX_FRAME_BYTES,
        )));
        assert_eq!(largest.len(), MAX_MESSAGE_BYTES);
        assert!(read(&largest).is_some());
        let more = write(&Outgoing::Frame(frame(
            MediaKind::Video,
            true,
            MAX_FRAME_BYTES + 1,
        )));
        assert_eq!(read(&more), None);
    }

    #[test]
    fn a_slow_page_misses_pictures_until_a_key_picture_and_never_sound() {
        let mut outbox = Outbox::default();
        let picture = |key| Outgoing::Frame(frame(MediaKind::Video, key, 10));
        let sound = || Outgoing::Frame(frame(MediaKind::Audio, true, 10));
        for _ in 0..PICTURES_WAIT {
            assert_eq!(outbox.push(picture(false)), Ok(false));
            assert_eq!(outbox.push(sound()), Ok(false));
        }
        assert_eq!(
            outbox.push(picture(false)),
            Ok(true),
            "a key picture is wanted"
        );
        assert_eq!(outbox.push(picture(false)), Ok(false), "and asked for once");
        assert_eq!(outbox.push(picture(true)), Ok(false));
        let mut came = (0, 0);
        while let Some(Outgoing::Frame(frame)) = outbox.pop() {
            match frame.kind {
                MediaKind::Audio => came.0 += 1,
                MediaKind::Video => came.1 += 1,
            }
        }
        assert_eq!(came, (PICTURES_WAIT, 1));
        for _ in 0..SOUNDS_WAIT {
            assert_eq!(outbox.push(sound()), Ok(false));
        }
        assert_eq!(outbox.push(sound()), Err(TooSlow));
    }

    #[test]
    fn what_waits_for_a_slow_page_is_bounded_in_bytes() {
        let mut outbox = Outbox::default();
        let picture = || Outgoing::Frame(frame(MediaKind::Video, true, MAX_FRAME_BYTES));
        for _ in 0..4 {
            assert_eq!(outbox.push(picture()), Ok(false));
        }
        assert_eq!(outbox.push(picture()), Ok(true));
        for bits in 0..1000 {
            assert_eq!(outbox.push(Outgoing::Bitrate(bits)), Ok(false));
            assert_eq!(outbox.push(Outgoing::KeyFrameWanted), Ok(false));
        }
        assert_eq!(outbox.waiting.len(), 2);
    }
}

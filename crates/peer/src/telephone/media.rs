//! Sound and picture between a running call and the page that shows it.

use opener_call::{Frame, Handle, MediaKind, Outgoing};
use tokio::sync::{mpsc, oneshot};

/// Frames that may wait for the call before pictures are left out; the other half of the room is for sound.
const ROOM_FOR_SOUND: usize = opener_call::FRAMES / 2;

/// Both ways of the line between a call and its page.
pub struct Media {
    /// From the page to the call.
    pub from_page: FromPage,
    /// From the call to the page.
    pub to_page: ToPage,
}

/// Why a page has the media no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parted {
    /// Another page has them now.
    Elsewhere,
    /// The call is over.
    Over,
}

/// What became of a frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is on its way, or is a picture of a row that is left out anyway.
    Taken,
    /// A picture was left out: the next one is to be a key frame.
    LeftOut,
    /// There is no room for this sound now: wait for [`FromPage::room`] and bring it again.
    Full(Frame),
    /// The call is over.
    Over,
}

/// What a page sends.
pub struct FromPage {
    frames: mpsc::Sender<Frame>,
    line: Handle,
    /// A picture was left out: those that need it are of no use.
    broken: bool,
}

impl FromPage {
    /// Hands a frame to the call. Where the call does not keep up, pictures are left out and sound waits.
    pub fn bring(&mut self, frame: Frame) -> Brought {
        let is_picture = frame.kind == MediaKind::Video;
        if is_picture && self.broken && !frame.key {
            return Brought::Taken;
        }
        if is_picture && self.frames.capacity() <= ROOM_FOR_SOUND {
            self.broken = true;
            return Brought::LeftOut;
        }
        match self.frames.try_send(frame) {
            Ok(()) => {
                self.broken &= !is_picture;
                Brought::Taken
            }
            Err(mpsc::error::TrySendError::Full(frame)) => Brought::Full(frame),
            Err(mpsc::error::TrySendError::Closed(_)) => Brought::Over,
        }
    }

    /// Waits until there is room, or the call is over.
    pub async fn room(&self) {
        // Of a call that is over, the next frame learns it.
        drop(self.frames.reserve().await);
    }

    /// Asks the other side for a key frame: the decoder of the page needs one.
    pub fn want_key_frame(&self) {
        // A call that is over has none.
        let _ = self.line.want_key_frame();
    }
}

/// What a page receives.
pub struct ToPage {
    door: Option<mpsc::Receiver<Outgoing>>,
    parted: oneshot::Receiver<Parted>,
}

impl ToPage {
    /// The next frame or word for the page.
    ///
    /// # Errors
    /// The page has the media no longer. Nothing comes after that.
    pub async fn next(&mut self) -> Result<Outgoing, Parted> {
        loop {
            let door = self.door.as_mut();
            let coming = async {
                match door {
                    Some(door) => door.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                parted = &mut self.parted => return Err(parted.unwrap_or(Parted::Over)),
                outgoing = coming => match outgoing {
                    Some(outgoing) => return Ok(outgoing),
                    // Why it was closed is told beside it.
                    None => self.door = None,
                },
            }
        }
    }
}

/// Lays a line; what comes second tells its page that it has the media no longer.
pub(super) fn lay(line: &Handle) -> Result<(Media, oneshot::Sender<Parted>), opener_call::Over> {
    let (door, received) = mpsc::channel(opener_call::FRAMES);
    line.attach(door)?;
    let (part, parted) = oneshot::channel();
    let media = Media {
        from_page: FromPage {
            frames: line.frames(),
            line: line.clone(),
            broken: false,
        },
        to_page: ToPage {
            door: Some(received),
            parted,
        },
    };
    Ok((media, part))
}

#[cfg(test)]
mod tests {
    use opener_call::{Config, sdp::Reach, session::Side, start};
    use opener_trade::Timestamp;

    use super::*;

    /// One called that was not rung yet: nobody reads its frames.
    fn idle() -> (Handle, mpsc::Receiver<opener_call::Event>) {
        start(Config {
            side: Side::Called,
            private: false,
            servers: Vec::new(),
            reach: Reach::Loopback,
            now: Timestamp::from_millis(0),
        })
    }

    fn frame(kind: MediaKind, key: bool) -> Frame {
        Frame {
            kind,
            key,
            at_us: 0,
            data: vec![0; 10].into(),
        }
    }

    #[tokio::test]
    async fn where_the_call_does_not_keep_up_pictures_are_left_out_and_sound_waits() {
        let (line, _told) = idle();
        let (mut media, _part) = lay(&line).unwrap();
        let page = &mut media.from_page;
        for _ in 0..ROOM_FOR_SOUND {
            assert_eq!(page.bring(frame(MediaKind::Video, true)), Brought::Taken);
        }
        assert_eq!(page.bring(frame(MediaKind::Video, true)), Brought::LeftOut);
        assert_eq!(
            page.bring(frame(MediaKind::Video, false)),
            Brought::Taken,
            "it is asked for once"
        );
        assert_eq!(page.frames.capacity(), ROOM_FOR_SOUND, "and goes nowhere");
        for _ in 0..ROOM_FOR_SOUND {
            assert_eq!(page.bring(frame(MediaKind::Audio, true)), Brought::Taken);
        }
        let more = frame(MediaKind::Audio, true);
        assert_eq!(page.bring(more.clone()), Brought::Full(more));
    }

    #[tokio::test]
    async fn a_page_learns_why_it_has_the_media_no_longer() {
        let (line, _told) = idle();
        let (mut first, part) = lay(&line).unwrap();
        let (mut second, over) = lay(&line).unwrap();
        part.send(Parted::Elsewhere).unwrap();
        assert_eq!(first.to_page.next().await, Err(Parted::Elsewhere));
        drop(over);
        assert_eq!(second.to_page.next().await, Err(Parted::Over));
    }
}

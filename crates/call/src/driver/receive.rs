//! Frames of the other side, out of its packets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Instant,
};

use rtc::{
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication, rtp::Packet,
    rtp_transceiver::rtp_sender::RtpCodecKind,
};
use tokio::time::{Instant as TokioInstant, sleep_until};
use webrtc::media_stream::{
    track_local::{TrackLocal, TrackLocalEvent, static_rtp::TrackLocalStaticRTP},
    track_remote::{TrackRemote, TrackRemoteEvent},
};

use super::{keyframes::asks_for_key_frame, outlet::Outlet};
use crate::{
    Frame, MediaKind, Outgoing,
    assemble::{Assembled, Assembler},
};

/// What is counted for the quality.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) bytes: AtomicU64,
    pub(super) packets: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) pictures: AtomicU32,
}

/// Asks the other side for a key frame.
pub(super) async fn request_key_frame(track: &Arc<dyn TrackRemote>) {
    if let Some(media_ssrc) = track.ssrcs().await.first().copied() {
        let request = PictureLossIndication {
            sender_ssrc: 0,
            media_ssrc,
        };
        // A connection that is gone needs none.
        let _ = track.write_rtcp(vec![Box::new(request)]).await;
    }
}

/// Tells the door that the other side wants a key frame, as long as there is a track.
pub(super) async fn listen(track: Arc<TrackLocalStaticRTP>, outlet: Outlet) {
    while let Some(event) = track.poll().await {
        let TrackLocalEvent::OnRtcpPacket(packets) = event else {
            continue;
        };
        if packets.iter().any(|one| asks_for_key_frame(one.as_ref())) {
            outlet.offer(Outgoing::KeyFrameWanted);
        }
    }
}

/// One track of the other side.
pub(super) struct Receiving {
    pub(super) track: Arc<dyn TrackRemote>,
    pub(super) outlet: Outlet,
    pub(super) counts: Arc<Counts>,
    /// When the call began: what time stamps are told from.
    pub(super) epoch: Instant,
}

impl Receiving {
    /// Takes packets until the track ends.
    pub(super) async fn run(self) {
        let kind = self.track.kind().await;
        let mut source = Source::new(kind);
        loop {
            let wake = source.assembler.wake_at().map(TokioInstant::from_std);
            let event = tokio::select! {
                event = self.track.poll() => event,
                () = sleep_until(wake.unwrap_or_else(TokioInstant::now)), if wake.is_some() => {
                    self.show_pictures(&mut source).await;
                    continue;
                }
            };
            match event {
                Some(TrackRemoteEvent::OnRtpPacket(packet)) => self.take(&mut source, packet).await,
                Some(TrackRemoteEvent::OnRtcpPacket(packets))
                    if packets.iter().any(|one| asks_for_key_frame(one.as_ref())) =>
                {
                    self.outlet.offer(Outgoing::KeyFrameWanted);
                }
                Some(TrackRemoteEvent::OnEnded | TrackRemoteEvent::OnError) | None => return,
                Some(_) => {}
            }
        }
    }

    async fn take(&self, source: &mut Source, packet: Packet) {
        let header = &packet.header;
        if source.ssrc.is_some_and(|ssrc| ssrc != header.ssrc) {
            *source = Source::new(source.kind);
        }
        source.ssrc = Some(header.ssrc);
        let bytes = u64::try_from(packet.payload.len()).unwrap_or(0);
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        if source.kind == RtpCodecKind::Audio {
            if !packet.payload.is_empty() {
                let frame = Frame {
                    kind: MediaKind::Audio,
                    key: true,
                    at_us: source.clock.at(self.epoch.elapsed(), header.timestamp),
                    data: packet.payload,
                };
                self.outlet.offer(Outgoing::Frame(frame));
            }
            return;
        }
        self.counts.packets.fetch_add(1, Ordering::Relaxed);
        source.assembler.push(
            Instant::now(),
            header.sequence_number,
            header.timestamp,
            header.marker,
            &packet.payload,
        );
        self.show_pictures(source).await;
    }

    async fn show_pictures(&self, source: &mut Source) {
        let lost = source.assembler.lost;
        while let Some(assembled) = source.assembler.poll(Instant::now()) {
            match assembled {
                Assembled::NeedKey if self.outlet.is_open() => {
                    request_key_frame(&self.track).await;
                }
                Assembled::NeedKey => {}
                Assembled::Picture(picture) => {
                    self.counts.pictures.fetch_add(1, Ordering::Relaxed);
                    let frame = Frame {
                        kind: MediaKind::Video,
                        key: picture.key,
                        at_us: source.clock.at(self.epoch.elapsed(), picture.timestamp),
                        data: picture.data,
                    };
                    if !self.outlet.offer(Outgoing::Frame(frame)) {
                        source.assembler.begin_anew();
                    }
                }
            }
        }
        let lost = source.assembler.lost.saturating_sub(lost);
        self.counts.lost.fetch_add(lost, Ordering::Relaxed);
    }
}

/// One source of packets: sound or picture.
struct Source {
    kind: RtpCodecKind,
    ssrc: Option<u32>,
    assembler: Assembler,
    clock: MediaClock,
}

impl Source {
    fn new(kind: RtpCodecKind) -> Self {
        Self {
            kind,
            ssrc: None,
            assembler: Assembler::default(),
            clock: MediaClock::new(kind),
        }
    }
}

/// Time stamps of RTP as microseconds since the call began. The first packet of each track is taken to be captured when it
/// came, so that sound and picture fit; from there on the sender's stamps count, which do not drift.
struct MediaClock {
    per_ms: i64,
    begin_us: i64,
    last: Option<u32>,
    ticks: i64,
}

impl MediaClock {
    const fn new(kind: RtpCodecKind) -> Self {
        let per_ms = match kind {
            RtpCodecKind::Audio => 48,
            _ => 90,
        };
        Self {
            per_ms,
            begin_us: 0,
            last: None,
            ticks: 0,
        }
    }

    fn at(&mut self, elapsed: std::time::Duration, timestamp: u32) -> u64 {
        match self.last {
            None => self.begin_us = i64::try_from(elapsed.as_micros()).unwrap_or(0),
            Some(last) => {
                let ahead = timestamp.wrapping_sub(last) as i32;
                self.ticks = self.ticks.saturating_add(i64::from(ahead));
            }
        }
        self.last = Some(timestamp);
        let us = self.ticks.saturating_mul(1000) / self.per_ms;
        u64::try_from(self.begin_us.saturating_add(us)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn stamps_follow_the_senders_clock_over_the_turn() {
        let mut clock = MediaClock::new(RtpCodecKind::Video);
        let begin = Duration::from_millis(500);
        assert_eq!(clock.at(begin, u32::MAX - 89), 500_000);
        assert_eq!(clock.at(Duration::from_secs(9), 2_910), 533_333);
        assert_eq!(clock.at(Duration::from_secs(9), u32::MAX - 89), 500_000);
        let mut clock = MediaClock::new(RtpCodecKind::Audio);
        assert_eq!(clock.at(begin, 7), 500_000);
        assert_eq!(clock.at(begin, 967), 520_000);
    }
}

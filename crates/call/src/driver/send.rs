//! Our frames, on their way to the other side.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use rtc::{
    rtp::{Header, Packet, codec::vp8::Vp8Payloader, packetizer::Payloader},
    rtp_transceiver::rtp_sender::RtpCodecKind,
};
use tokio::sync::mpsc;
use webrtc::{
    media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
    rtp_transceiver::RtpSender,
};

use crate::{Frame, MAX_FRAME_BYTES, MediaKind};

/// Bytes of payload in one packet: what passes every path that carries IPv6 (1280) with IPv6, UDP, SRTP and extensions.
const PAYLOAD: usize = 1150;

/// One track with its source number.
pub(super) struct Lane {
    pub(super) track: Arc<TrackLocalStaticRTP>,
    pub(super) sender: Arc<dyn RtpSender>,
    pub(super) ssrc: u32,
    number: u16,
    payload_type: Option<u8>,
}

impl Lane {
    pub(super) fn new(
        track: Arc<TrackLocalStaticRTP>,
        sender: Arc<dyn RtpSender>,
        ssrc: u32,
        number: u16,
    ) -> Self {
        Self {
            track,
            sender,
            ssrc,
            number,
            payload_type: None,
        }
    }

    /// The payload type that was agreed on.
    async fn payload_type(&mut self) -> Option<u8> {
        if self.payload_type.is_none() {
            let parameters = self.sender.get_parameters().await.ok()?;
            let codecs = parameters.rtp_parameters.codecs;
            self.payload_type = codecs.first().map(|codec| codec.payload_type);
        }
        self.payload_type
    }

    async fn write(
        &mut self,
        timestamp: u32,
        marker: bool,
        payload: bytes::Bytes,
    ) -> Option<usize> {
        let payload_type = self.payload_type().await?;
        let bytes = payload.len();
        let header = Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: self.number,
            timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        self.number = self.number.wrapping_add(1);
        let packet = Packet { header, payload };
        self.track.write_rtp(packet).await.ok().map(|()| bytes)
    }
}

/// The two tracks, and whether anything may go out on them.
pub(super) struct Sending {
    pub(super) audio: Lane,
    pub(super) video: Lane,
    pub(super) up: Arc<AtomicBool>,
    pub(super) sent: Arc<AtomicU64>,
}

impl Sending {
    /// Sends frames until no more can come. What comes before the connection stands is left out: it would be lost.
    pub(super) async fn run(mut self, mut frames: mpsc::Receiver<Frame>) {
        let mut vp8 = Vp8Payloader::default();
        vp8.enable_picture_id = true;
        while let Some(frame) = frames.recv().await {
            let fits = !frame.data.is_empty() && frame.data.len() <= MAX_FRAME_BYTES;
            if fits && self.up.load(Ordering::Relaxed) {
                let bytes = match frame.kind {
                    MediaKind::Audio => self.audio(frame).await,
                    MediaKind::Video => self.video(&mut vp8, frame).await,
                };
                let bytes = u64::try_from(bytes.unwrap_or(0)).unwrap_or(0);
                self.sent.fetch_add(bytes, Ordering::Relaxed);
            }
        }
    }

    async fn audio(&mut self, frame: Frame) -> Option<usize> {
        let timestamp = ticks(frame.at_us, RtpCodecKind::Audio);
        if frame.data.len() > PAYLOAD {
            return None;
        }
        self.audio.write(timestamp, false, frame.data).await
    }

    async fn video(&mut self, vp8: &mut Vp8Payloader, frame: Frame) -> Option<usize> {
        let timestamp = ticks(frame.at_us, RtpCodecKind::Video);
        let payloads = vp8.payload(PAYLOAD, &frame.data).ok()?;
        let last = payloads.len().saturating_sub(1);
        let mut bytes = 0usize;
        for (i, payload) in payloads.into_iter().enumerate() {
            bytes = bytes.saturating_add(self.video.write(timestamp, i == last, payload).await?);
        }
        Some(bytes)
    }
}

/// Microseconds in ticks of RTP, which begin anew at 2³².
fn ticks(at_us: u64, kind: RtpCodecKind) -> u32 {
    let per_ms = match kind {
        RtpCodecKind::Audio => 48,
        _ => 90,
    };
    (u128::from(at_us) * per_ms / 1000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_do_not_drift_and_begin_anew() {
        let hour = 3_600_000_000;
        assert_eq!(ticks(hour, RtpCodecKind::Audio), 3600 * 48_000);
        assert_eq!(ticks(hour, RtpCodecKind::Video), 3600 * 90_000);
        let day = (24 * hour) as u128 * 90 / 1000 % (1 << 32);
        assert_eq!(u128::from(ticks(24 * hour, RtpCodecKind::Video)), day);
    }
}

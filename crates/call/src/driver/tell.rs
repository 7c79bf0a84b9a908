//! What a call tells: documents to sign, where it stands, how it goes.

use std::sync::atomic::Ordering;

use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;

use super::{Event, Said, receive::request_key_frame, run::Task};
use crate::{Outgoing, Quality};

/// What was counted until the last second.
#[derive(Default)]
pub(super) struct Counted {
    sent: u64,
    bytes: u64,
    packets: u64,
    lost: u64,
}

impl Task {
    pub(super) async fn request_pictures(&self) {
        for track in &self.tracks {
            if track.kind().await == RtpCodecKind::Video {
                request_key_frame(track).await;
            }
        }
    }

    pub(super) fn show_estimate(&self) -> u32 {
        let estimate = self
            .connection
            .as_ref()
            .map_or(0, |connection| connection.estimate.load(Ordering::Relaxed));
        if estimate > 0 {
            self.flow.outlet.offer(Outgoing::Bitrate(estimate));
        }
        estimate
    }

    pub(super) async fn tell_quality(&mut self) {
        let now = Counted {
            sent: self.flow.sent.load(Ordering::Relaxed),
            bytes: self.counts.bytes.load(Ordering::Relaxed),
            packets: self.counts.packets.load(Ordering::Relaxed),
            lost: self.counts.lost.load(Ordering::Relaxed),
        };
        let bits = |now: u64, before: u64| {
            u32::try_from(now.saturating_sub(before).saturating_mul(8)).unwrap_or(u32::MAX)
        };
        let lost = now.lost.saturating_sub(self.seen.lost);
        let came = now.packets.saturating_sub(self.seen.packets);
        let permille = lost
            .saturating_mul(1000)
            .checked_div(lost.saturating_add(came));
        let quality = Quality {
            estimate_bps: self.show_estimate(),
            sent_bps: bits(now.sent, self.seen.sent),
            received_bps: bits(now.bytes, self.seen.bytes),
            pictures: self.counts.pictures.swap(0, Ordering::Relaxed),
            lost_permille: permille.and_then(|it| u32::try_from(it).ok()).unwrap_or(0),
            relayed: match &self.connection {
                Some(connection) => connection.is_relayed().await,
                None => None,
            },
        };
        self.seen = now;
        self.tell(Event::Quality(quality)).await;
    }

    pub(super) async fn say(&self, said: Said) {
        self.tell(Event::Say(said)).await;
    }

    pub(super) async fn tell(&self, event: Event) {
        // Whoever started the call and listens no more has ended it: the handles are gone with it.
        let _ = self.events.send(event).await;
    }
}

//! What the path carries, as the congestion control finds it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use rtc::interceptor::{BandwidthEstimator, EstimatorStats, Gcc, PacketReport};

/// Where a call begins: a picture of 640×360 in fair quality.
const INITIAL_BPS: f64 = 600_000.0;
/// Sound and a picture of 320×180 that still moves.
const LEAST_BPS: f64 = 60_000.0;
/// A picture of 1280×720 in good quality; more is not seen.
const MOST_BPS: f64 = 2_500_000.0;

/// Google's congestion control (draft-ietf-rmcat-gcc), whose estimate can be read from outside.
pub(super) struct Estimator {
    inner: Gcc,
    shown: Arc<AtomicU32>,
}

impl Estimator {
    pub(super) fn new() -> (Self, Arc<AtomicU32>) {
        let inner = Gcc::new(INITIAL_BPS, LEAST_BPS, MOST_BPS);
        let shown = Arc::new(AtomicU32::new(INITIAL_BPS as u32));
        let estimator = Self {
            inner,
            shown: shown.clone(),
        };
        (estimator, shown)
    }

    fn show(&self) {
        let bps = self.inner.target_bitrate().clamp(LEAST_BPS, MOST_BPS);
        self.shown.store(bps as u32, Ordering::Relaxed);
    }
}

impl BandwidthEstimator for Estimator {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        self.inner.on_reports(now, reports);
        self.show();
    }

    fn target_bitrate(&self) -> f64 {
        self.inner.target_bitrate()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.inner.handle_timeout(now);
        self.show();
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.inner.poll_timeout()
    }

    fn stats(&self) -> EstimatorStats {
        self.inner.stats()
    }
}

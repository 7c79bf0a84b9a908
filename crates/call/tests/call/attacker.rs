//! Somebody between the two changes what is said.

use opener_call::{
    Said,
    session::{Phase, Side},
};
use opener_trade::{Fingerprint, document::CallEndReason};

use crate::kit::{Pair, config};

/// Writes another certificate into a description.
fn with_other_certificate(sdp: &str, n: u8) -> String {
    let hexadecimal = [format!("{n:02X}").as_str(); 32].join(":");
    let line = |line: &str| match line.strip_prefix("a=fingerprint:sha-256 ") {
        Some(_) => format!("a=fingerprint:sha-256 {hexadecimal}\n"),
        None => format!("{line}\n"),
    };
    sdp.lines().map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_fingerprint_is_refused_a_hundred_times_of_a_hundred() {
    for n in 0..100_u8 {
        // In the description alone; in what was signed for alone.
        let mut pair = Pair::of(
            config(Side::Caller),
            config(Side::Called),
            Box::new(move |said| {
                if let Said::Offer {
                    sdp, fingerprint, ..
                } = said
                {
                    match n % 2 {
                        0 => *sdp = with_other_certificate(sdp, n),
                        _ => *fingerprint = Fingerprint::from_bytes([n; 32]),
                    }
                }
            }),
            Box::new(|_| {}),
        );
        assert_eq!(
            pair.caller.ending().await,
            (CallEndReason::FingerprintMismatch, false),
            "{n}"
        );
        assert_eq!(
            pair.called.ending().await,
            (CallEndReason::FingerprintMismatch, true),
            "{n}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_described_and_not_shown_makes_no_connection() {
    // The man in the middle changes both, so that they agree; the connection then shows another certificate.
    for in_offer in [true, false] {
        let change = |said: &mut Said| {
            if let Said::Offer {
                sdp, fingerprint, ..
            }
            | Said::Answer { sdp, fingerprint } = said
            {
                *sdp = with_other_certificate(sdp, 7);
                *fingerprint = Fingerprint::from_bytes([7; 32]);
            }
        };
        let nothing = |_: &mut Said| {};
        let mut pair = match in_offer {
            true => Pair::of(
                config(Side::Caller),
                config(Side::Called),
                Box::new(change),
                Box::new(nothing),
            ),
            false => Pair::of(
                config(Side::Caller),
                config(Side::Called),
                Box::new(nothing),
                Box::new(change),
            ),
        };
        pair.called.until(Phase::Ringing).await;
        pair.called.handle.accept().unwrap();
        let deceived = if in_offer {
            &mut pair.called
        } else {
            &mut pair.caller
        };
        let (reason, _) = deceived.ending().await;
        assert!(
            matches!(
                reason,
                CallEndReason::FingerprintMismatch
                    | CallEndReason::Failed
                    | CallEndReason::PeerGone
            ),
            "{reason:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_that_cannot_be_used_ends_the_call() {
    for change in ["m=video 9", "VP8/90000", "a=setup", "a=group:BUNDLE"] {
        let mut pair = Pair::of(
            config(Side::Caller),
            config(Side::Called),
            Box::new(move |said| {
                if let Said::Offer { sdp, .. } = said {
                    *sdp = sdp.replace(change, "a=changed");
                }
            }),
            Box::new(|_| {}),
        );
        assert_eq!(
            pair.called.ending().await,
            (CallEndReason::Failed, true),
            "{change}"
        );
        assert_eq!(
            pair.caller.ending().await,
            (CallEndReason::Failed, false),
            "{change}"
        );
    }
}

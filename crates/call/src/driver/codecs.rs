//! What is spoken: VP8 and Opus, with retransmission, reports and congestion control.

use std::sync::{Arc, atomic::AtomicU32};

use rtc::{
    interceptor::{NackGeneratorBuilder, NackResponderBuilder, Slot},
    peer_connection::configuration::{
        interceptor_registry::{
            CongestionFeedback, Registry, configure_congestion_control, configure_rtcp_reports,
        },
        media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine},
    },
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability,
        RtpCodecKind,
    },
    shared::error::Error,
};

use super::{estimate::Estimator, keyframes::KeyFrameRequests};

/// Payload types as browsers give them, so that captures read familiarly (RFC 3551 section 3: dynamic).
const VP8: u8 = 96;
const OPUS: u8 = 111;
/// How often one missing packet is asked for again. More than once keeps a call from ever recovering after the path
/// narrowed: retransmissions fill what is left of it.
const NACKS: u16 = 1;
/// The place of our own interceptor: behind all that act on control packets.
const LAST: usize = 14_000;

/// The one codec of a kind.
pub(super) fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback {
        typ: typ.to_owned(),
        parameter: parameter.to_owned(),
    };
    match kind {
        RtpCodecKind::Audio => RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
            rtcp_feedback: Vec::new(),
        },
        _ => RTCRtpCodec {
            mime_type: MIME_TYPE_VP8.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: vec![
                feedback("ccm", "fir"),
                feedback("nack", ""),
                feedback("nack", "pli"),
            ],
        },
    }
}

/// The engine, the chain of interceptors, and where the estimate is read.
pub(super) fn engine() -> Result<(MediaEngine, Registry, Arc<AtomicU32>), Error> {
    let mut engine = MediaEngine::default();
    // Before the interceptors, which add their feedback to what is there.
    for (kind, payload_type) in [(RtpCodecKind::Audio, OPUS), (RtpCodecKind::Video, VP8)] {
        let parameters = RTCRtpCodecParameters {
            rtp_codec: codec(kind),
            payload_type,
        };
        engine.register_codec(parameters, kind)?;
        let mid = RTCRtpHeaderExtensionCapability {
            uri: "urn:ietf:params:rtp-hdrext:sdes:mid".to_owned(),
        };
        engine.register_header_extension(mid, kind, None)?;
    }
    let (estimator, estimate) = Estimator::new();
    let registry = configure_congestion_control(
        Registry::new(),
        estimator,
        CongestionFeedback::Twcc,
        &mut engine,
    )?;
    let nack = NackGeneratorBuilder::new().with_max_nacks_per_packet(NACKS);
    let registry = configure_rtcp_reports(registry)
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(Slot::NackGenerator, nack.build())
        .with(Slot::from(LAST), KeyFrameRequests::default());
    Ok((engine, registry, estimate))
}

//! A call between the buyer and the seller in Paju.

use opener_trade::{
    CallId, Fingerprint,
    document::{CallAnswer, CallCandidate, CallEnd, CallEndReason, CallOffer, Document},
};

use crate::actors::{Actor, after, answering, at, document, first, list, text};

use super::{bid, chat, id_of};

const CALL: CallId = CallId::from_bytes([0x0c; 16]);

/// A description as our program writes it, without candidates.
fn description(setup: &str, byte: u8) -> String {
    let hexadecimal = [format!("{byte:02X}").as_str(); 32].join(":");
    format!(
        "v=0\no=- 7001 2 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1 2\na=msid-semantic: WMS\n\
         a=fingerprint:sha-256 {hexadecimal}\na=setup:{setup}\na=ice-ufrag:aBcDeFgH\n\
         a=ice-pwd:0123456789abcdefghijklmn\na=ice-options:trickle\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=mid:0\na=sendrecv\na=rtcp-mux\n\
         a=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;useinbandfec=1\n\
         m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=mid:1\na=sendrecv\na=rtcp-mux\n\
         a=rtpmap:96 VP8/90000\na=rtcp-fb:96 nack\na=rtcp-fb:96 nack pli\na=rtcp-fb:96 ccm fir\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=mid:2\na=sctp-port:5000\n"
    )
}

/// The buyer calls the seller.
pub fn call_offer() -> Document<CallOffer> {
    let body = CallOffer {
        call: CALL,
        sdp: text(&description("actpass", 0xa1)),
        fingerprint: Fingerprint::from_bytes([0xa1; 32]),
        renews: None,
    };
    let header = first(Actor::Buyer, Some(Actor::Seller), "2026-11-16T06:00:00Z");
    let header = after(id_of(Actor::Buyer, chat()), 2, header);
    document(answering(id_of(Actor::Seller, bid()), header), body)
}

/// The seller takes the call.
pub fn call_answer() -> Document<CallAnswer> {
    let offer = id_of(Actor::Buyer, call_offer());
    let body = CallAnswer {
        call: CALL,
        offer,
        sdp: text(&description("active", 0xb2)),
        fingerprint: Fingerprint::from_bytes([0xb2; 32]),
    };
    let header = first(Actor::Seller, Some(Actor::Buyer), "2026-11-16T06:00:07Z");
    let header = after(id_of(Actor::Seller, bid()), 3, header);
    document(answering(offer, header), body)
}

/// Two paths to the seller.
pub fn call_candidate() -> Document<CallCandidate> {
    let offer = id_of(Actor::Buyer, call_offer());
    let body = CallCandidate {
        call: CALL,
        offer,
        candidates: list(vec![
            text("candidate:1 1 udp 2130706431 192.0.2.17 50017 typ host"),
            text("candidate:2 1 udp 16777215 198.51.100.9 3478 typ relay raddr 0.0.0.0 rport 0"),
        ]),
        last: true,
        renew: false,
    };
    let header = first(Actor::Seller, Some(Actor::Buyer), "2026-11-16T06:00:07Z");
    let header = after(id_of(Actor::Seller, call_answer()), 4, header);
    document(answering(offer, header), body)
}

/// The buyer hangs up.
pub fn call_end() -> Document<CallEnd> {
    let body = CallEnd {
        call: CALL,
        reason: CallEndReason::HungUp,
        connected_at: Some(at("2026-11-16T06:00:08Z")),
        ended_at: at("2026-11-16T06:04:11Z"),
    };
    let header = first(Actor::Buyer, Some(Actor::Seller), "2026-11-16T06:04:11Z");
    let header = after(id_of(Actor::Buyer, call_offer()), 3, header);
    document(
        answering(id_of(Actor::Seller, call_candidate()), header),
        body,
    )
}

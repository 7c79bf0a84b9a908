//! The documents of a call: offer, answer, candidates, end. They carry what ICE, DTLS and SRTP need (RFC 8825), and change
//! nothing of what is negotiated.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body,
    kind::Kind,
    note::{CheckNote, note},
    shared::word_enum,
};
use crate::{
    CallId, DocumentId, Fingerprint, Invalid, List, PeerText, Timestamp,
    limits::{CALL_CANDIDATE_BYTES, CALL_CANDIDATES, CALL_SDP_BYTES},
};

note! {
    /// `call-offer`: the other side is called, or the path of a call that runs is renewed.
    CallOffer, CallOffer, false {
        /// The call, drawn by the caller.
        0 call: CallId,
        /// The description (RFC 8866), its lines ended by a line feed.
        1 sdp: PeerText<CALL_SDP_BYTES>,
        /// The SHA-256 of the certificate that the sender uses in this call.
        2 fingerprint: Fingerprint,
        /// The offer that this one renews, in a call that runs; absent where the other side shall ring.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        3 renews: Option<DocumentId>,
    }
}

note! {
    /// `call-answer`: the call is taken, or its renewal is.
    CallAnswer, CallAnswer, false {
        /// The call.
        0 call: CallId,
        /// The offer that is answered.
        1 offer: DocumentId,
        /// The description, its lines ended by a line feed.
        2 sdp: PeerText<CALL_SDP_BYTES>,
        /// The SHA-256 of the certificate that the sender uses in this call.
        3 fingerprint: Fingerprint,
    }
}

note! {
    /// `call-candidate`: paths on which the sender may be reached, or the wish for new ones.
    CallCandidate, CallCandidate, false {
        /// The call.
        0 call: CallId,
        /// The offer that opened the round of paths these belong to.
        1 offer: DocumentId,
        /// Candidates as `candidate-attribute` lines without `a=` (RFC 8839 section 5.1).
        2 candidates: List<PeerText<CALL_CANDIDATE_BYTES>, CALL_CANDIDATES>,
        /// There are no further ones in this round.
        3 last: bool,
        /// The one called asks the caller to renew the path: its network has changed.
        4 renew: bool,
    }
}

word_enum! {
    /// Why a call ended.
    CallEndReason {
        /// Somebody hung up.
        HungUp = 0,
        /// The one called does not take it.
        Declined = 1,
        /// The one called is in another call.
        Busy = 2,
        /// Nobody answered in time.
        NoAnswer = 3,
        /// The caller gave up before there was an answer.
        Cancelled = 4,
        /// Both have called each other at once; the buyer's call stands.
        Crossed = 5,
        /// The certificate is not the one that was signed.
        FingerprintMismatch = 6,
        /// Nothing was heard from the other side any more.
        PeerGone = 7,
        /// No path was found, or the description cannot be used.
        Failed = 8,
    }
}

note! {
    /// `call-end`: the call is over. It says that a call took place, from when to when, and nothing of what was said in it.
    CallEnd, CallEnd, false {
        /// The call.
        0 call: CallId,
        /// Why.
        1 reason: CallEndReason,
        /// When the two saw or heard each other first, by the sender's clock; absent where they never did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        2 connected_at: Option<Timestamp>,
        /// When it ended, by the sender's clock.
        3 ended_at: Timestamp,
    }
}

impl CheckNote for CallOffer {
    fn check_note(&self) -> Result<(), Invalid> {
        described(&self.sdp)
    }
}

impl CheckNote for CallAnswer {
    fn check_note(&self) -> Result<(), Invalid> {
        described(&self.sdp)
    }
}

impl CheckNote for CallCandidate {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.candidates.is_empty() && !self.last && !self.renew {
            return Err(Invalid::new(
                "candidates",
                "there are some, or these were the last, or a renewal is asked for",
            ));
        }
        super::check_each("candidates", &self.candidates, |candidate| {
            if candidate.as_str().starts_with("candidate:") && !candidate.as_str().contains('\n') {
                Ok(())
            } else {
                Err(Invalid::new("candidate", "is one line `candidate:…`"))
            }
        })
    }
}

impl CheckNote for CallEnd {
    fn check_note(&self) -> Result<(), Invalid> {
        match self.connected_at {
            Some(connected) if connected > self.ended_at => {
                Err(Invalid::new("connected_at", "must not be after ended_at"))
            }
            _ => Ok(()),
        }
    }
}

fn described(sdp: &PeerText<CALL_SDP_BYTES>) -> Result<(), Invalid> {
    if sdp.as_str().starts_with("v=0\n") {
        Ok(())
    } else {
        Err(Invalid::new("sdp", "begins with the line `v=0`"))
    }
}

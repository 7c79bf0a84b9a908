//! Rules of the last round and of proofs of time.

use super::{at, body, edit, refused, vector};
use crate::{
    DocumentId, Identity, Reason,
    document::{BestAndFinal, Body, Rfp, TimeProof},
    limits::MAX_RECEIPT_BYTES,
};

#[test]
fn the_buyer_chooses_after_the_last_bid_was_due() {
    refused! { body::<BestAndFinal>(vector!("best-and-final"));
        |b| b.award_by = at("2026-11-17T08:59:59.999Z") => "award_by", Malformed;
    }
    let mut tight: BestAndFinal = body(vector!("best-and-final"));
    tight.award_by = tight.deadline;
    assert_eq!(tight.check(), Ok(()));
}

#[test]
fn a_proof_holds_a_directorys_stamp_of_its_document() {
    let proof: TimeProof = body(vector!("time-proof"));
    let stamp = proof.stamp().unwrap();
    assert_eq!(stamp.signer(), Identity::from_seed([4; 32]).peer_id());
    assert_eq!(stamp.at, at("2026-11-04T06:30:02Z"));

    let mut other = proof.clone();
    other.document = DocumentId::from_bytes([1; 32]);
    assert_eq!(other.stamp().unwrap_err().reason, Reason::Malformed);
    let mut forged = proof.clone();
    if let Some(byte) = forged.stamp.last_mut() {
        *byte ^= 1;
    }
    assert_eq!(forged.stamp().unwrap_err().reason, Reason::BadSignature);
    let mut empty = proof.clone();
    empty.stamp = Vec::new().into();
    assert_eq!(empty.stamp().unwrap_err().reason, Reason::Malformed);
    refused! { proof;
        |p| p.stamp = vec![0; MAX_RECEIPT_BYTES + 1].into() => "stamp", TooLarge;
    }
}

#[test]
fn a_directory_is_named_once() {
    let rfp: Rfp = body(vector!("rfp.stamped"));
    assert_eq!((rfp.check(), rfp.stamps.len()), (Ok(()), 1));
    refused! { rfp;
        |r| edit(&mut r.stamps, |stamps| stamps.push(stamps[0])) => "stamps[1]", Malformed;
    }
}

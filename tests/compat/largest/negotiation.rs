//! The documents between the request and the order.

use opener_trade::{
    CallId, Fingerprint, PeerText, Reason, Timestamp,
    document::{
        Answer, BestAndFinal, Body, CallAnswer, CallCandidate, CallEnd, CallEndReason, CallOffer,
        Change, Commitment, Counter, CounterRefuse, Document, ExtendGrant, ExtendRefuse,
        ExtendRequest, Hold, Question, TimeProof,
    },
    limits::{
        CALL_CANDIDATE_BYTES, CALL_CANDIDATES, CALL_SDP_BYTES, CHANGES, CHARGES, LINES,
        MAX_CALL_BYTES, MAX_DOCUMENT_BYTES, MAX_RECEIPT_BYTES, MAX_ROUNDS,
    },
};

use super::{ID, charge, delivery, direct, fits, full, header, incoterm, list, price, quantity};

#[test]
fn the_largest_question_and_answer_fit_in_one_frame() {
    let question = Question {
        rfp: ID,
        line: Some(u32::MAX),
        text: full(0),
    };
    fits(direct(question), 0, MAX_DOCUMENT_BYTES);
    let answer = Answer {
        rfp: ID,
        line: Some(u32::MAX),
        question: full(0),
        text: full(0),
    };
    let answer = Document {
        header: header(None),
        body: answer,
    };
    fits(answer, 0, MAX_DOCUMENT_BYTES);
}

fn firm() -> Commitment {
    Commitment::Firm {
        until: Timestamp::LATEST,
    }
}

/// The five terms, and before them as many changes as a counter-offer has room for.
fn largest_counter(change: impl Fn(usize) -> Change) -> Counter {
    let terms = [
        Change::Delivery {
            delivery: Some(delivery()),
        },
        Change::Incoterm {
            incoterm: incoterm(),
        },
        Change::Payment {
            payment: Some(full(0)),
        },
        Change::ValidUntil {
            until: Timestamp::LATEST,
        },
        Change::Commitment { commitment: firm() },
    ];
    let room = CHANGES - terms.len();
    let changes: Vec<_> = (0..room).map(change).chain(terms).collect();
    Counter {
        offer: ID,
        round: MAX_ROUNDS,
        changes: list(changes),
        valid_until: Timestamp::LATEST,
        commitment: firm(),
        remark: full(0),
    }
}

#[test]
fn the_largest_counter_offer_fits_in_one_frame() {
    let longest = largest_counter(|i| Change::AddCharge { charge: charge(i) });
    fits(direct(longest), CHANGES, MAX_DOCUMENT_BYTES);
    let widest = largest_counter(|i| match i {
        line if line < LINES => Change::Line {
            line: u32::MAX - line as u32,
            price: Some(price()),
            quantity: Some(quantity().value),
            lead_time_days: Some(u32::MAX),
        },
        place if place - LINES < CHARGES => Change::ChangeCharge {
            index: (place - LINES) as u8,
            charge: charge(place),
        },
        new => Change::AddCharge {
            charge: charge(new),
        },
    });
    fits(direct(widest), CHANGES - LINES, MAX_DOCUMENT_BYTES);
    let refusal = CounterRefuse {
        counter: ID,
        reason: full(0),
    };
    fits(direct(refusal), 0, MAX_DOCUMENT_BYTES);
}

#[test]
fn the_largest_extensions_and_holds_fit_in_one_frame() {
    let until = Timestamp::LATEST;
    let request = ExtendRequest {
        offer: ID,
        until,
        remark: full(0),
    };
    fits(direct(request), 0, MAX_DOCUMENT_BYTES);
    let grant = ExtendGrant {
        offer: ID,
        until,
        firm_until: Some(until),
    };
    fits(direct(grant), 0, MAX_DOCUMENT_BYTES);
    let refusal = ExtendRefuse {
        offer: ID,
        remark: full(0),
    };
    fits(direct(refusal), 0, MAX_DOCUMENT_BYTES);
    let hold = Hold {
        until,
        remark: full(0),
    };
    fits(direct(hold), 0, MAX_DOCUMENT_BYTES);
}

#[test]
fn the_largest_round_and_proof_fit_in_one_frame() {
    let round = BestAndFinal {
        rfp: ID,
        offer: ID,
        deadline: Timestamp::LATEST,
        award_by: Timestamp::LATEST,
        remark: full(0),
    };
    fits(direct(round), 0, MAX_DOCUMENT_BYTES);
    let proof = TimeProof {
        document: ID,
        stamp: vec![0xff; MAX_RECEIPT_BYTES].into(),
    };
    fits(direct(proof.clone()), 0, MAX_DOCUMENT_BYTES);
    let over = TimeProof {
        stamp: vec![0xff; MAX_RECEIPT_BYTES + 1].into(),
        ..proof
    };
    assert_eq!(over.check().unwrap_err().reason, Reason::TooLarge);
}

fn long<const MAX: usize>(head: &str) -> PeerText<MAX> {
    format!("{head}{}", "x".repeat(MAX - head.len()))
        .parse()
        .unwrap()
}

#[test]
fn the_largest_documents_of_a_call_fit_their_limit() {
    let call = CallId::from_bytes([0xff; 16]);
    let fingerprint = Fingerprint::from_bytes([0xff; 32]);
    let offer = CallOffer {
        call,
        sdp: long::<CALL_SDP_BYTES>("v=0\n"),
        fingerprint,
        renews: Some(ID),
    };
    fits(direct(offer), 0, MAX_CALL_BYTES);
    let answer = CallAnswer {
        call,
        offer: ID,
        sdp: long::<CALL_SDP_BYTES>("v=0\n"),
        fingerprint,
    };
    fits(direct(answer), 0, MAX_CALL_BYTES);
    let paths = CallCandidate {
        call,
        offer: ID,
        candidates: list(vec![
            long::<CALL_CANDIDATE_BYTES>("candidate:");
            CALL_CANDIDATES
        ]),
        last: true,
        renew: true,
    };
    let paths = fits(direct(paths), CALL_CANDIDATES, MAX_DOCUMENT_BYTES);
    let end = CallEnd {
        call,
        reason: CallEndReason::Failed,
        connected_at: Some(Timestamp::LATEST),
        ended_at: Timestamp::LATEST,
    };
    let end = fits(direct(end), 0, MAX_DOCUMENT_BYTES);
    assert!(paths.bytes().len().max(end.bytes().len()) < MAX_CALL_BYTES);
}

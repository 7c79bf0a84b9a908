//! Rules of the documents of a call.

use super::{at, body, edit, refused, text, vector};
use crate::document::{Body, CallAnswer, CallCandidate, CallEnd, CallOffer};

#[test]
fn a_description_begins_like_one() {
    refused! { body::<CallOffer>(vector!("call-offer")); |o| o.sdp = text("o=-\nv=0\n") => "sdp", Malformed; }
    refused! { body::<CallAnswer>(vector!("call-answer")); |a| a.sdp = text("") => "sdp", Malformed; }
}

#[test]
fn a_document_of_candidates_says_something_on_lines_of_their_own() {
    refused! { body::<CallCandidate>(vector!("call-candidate"));
        |c| edit(&mut c.candidates, |all| all[1] = text("candidate:1\na=x")) => "candidates[1].candidate", Malformed;
        |c| edit(&mut c.candidates, |all| all[0] = text("a=candidate:1")) => "candidates[0].candidate", Malformed;
        |c| { edit(&mut c.candidates, |all| all.clear()); c.last = false; } => "candidates", Malformed;
    }
    let mut wish: CallCandidate = body(vector!("call-candidate"));
    edit(&mut wish.candidates, |all| all.clear());
    wish.last = false;
    wish.renew = true;
    assert_eq!(wish.check(), Ok(()));
}

#[test]
fn a_call_ends_after_it_began() {
    refused! { body::<CallEnd>(vector!("call-end"));
        |e| e.ended_at = at("2026-11-16T06:00:07.999Z") => "connected_at", Malformed;
    }
    let mut never: CallEnd = body(vector!("call-end"));
    never.connected_at = None;
    assert_eq!(never.check(), Ok(()));
}

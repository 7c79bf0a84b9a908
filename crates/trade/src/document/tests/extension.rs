//! Rules of an extension, and what it makes of a bid.

use super::{at, body, refused, text, vector};
use crate::{
    Reason, Timestamp,
    document::{Bid, Body, Commitment, ExtendGrant, ExtendRefuse, ExtendRequest, Hold},
};

fn bid() -> Bid {
    body(vector!("bid"))
}

fn grant(until: Timestamp, firm_until: Option<Timestamp>) -> ExtendGrant {
    ExtendGrant {
        until,
        firm_until,
        ..body(vector!("extend-grant"))
    }
}

fn after(moment: Timestamp) -> Timestamp {
    Timestamp::from_millis(moment.millis() + 1)
}

fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_millis(moment.millis() - 1)
}

#[test]
fn a_grant_is_valid_at_least_as_long_as_it_is_firm() {
    refused! { body::<ExtendGrant>(vector!("extend-grant"));
        |g| g.firm_until = Some(after(g.until)) => "firm_until", Malformed;
    }
    let until = bid().valid_until;
    assert_eq!(grant(until, Some(until)).check(), Ok(()));
    let wrong = grant(after(until), Some(after(after(until))));
    assert_eq!(bid().with_grant(&wrong).unwrap_err().field, "firm_until");
}

#[test]
fn remarks_may_be_left_out() {
    let mut request: ExtendRequest = body(vector!("extend-request"));
    let mut refusal: ExtendRefuse = body(vector!("extend-refuse"));
    let mut hold: Hold = body(vector!("hold"));
    (request.remark, refusal.remark, hold.remark) = (text(""), text(""), text(""));
    assert_eq!(
        (request.check(), refusal.check(), hold.check()),
        (Ok(()), Ok(()), Ok(()))
    );
}

#[test]
fn a_grant_gives_time_and_changes_nothing_else() {
    let new = bid().with_grant(&body(vector!("extend-grant"))).unwrap();
    assert_eq!(new.valid_until, at("2026-12-10T05:00:00Z"));
    assert_eq!(
        new.commitment,
        Commitment::Firm {
            until: at("2026-11-30T05:00:00Z")
        }
    );
    assert_eq!(new.check(), Ok(()));
    let (valid_until, commitment) = (bid().valid_until, bid().commitment);
    assert_eq!(
        Bid {
            valid_until,
            commitment,
            ..new
        },
        bid()
    );
    let longer = grant(after(valid_until), None);
    assert_eq!(bid().with_grant(&longer).unwrap().commitment, commitment);
}

#[test]
fn nothing_gets_shorter_and_something_gets_longer() {
    let valid = bid().valid_until;
    let Commitment::Firm { until: firm } = bid().commitment else {
        panic!("the bid is firm")
    };
    let refusal = |until, firm_until| {
        let refused = bid().with_grant(&grant(until, firm_until)).unwrap_err();
        (refused.field, refused.reason)
    };
    let refused = |field: &str, reason| (field.to_owned(), reason);
    assert_eq!(
        refusal(before(valid), None),
        refused("until", Reason::NotAllowed)
    );
    assert_eq!(
        refusal(after(valid), Some(before(firm))),
        refused("firm_until", Reason::FirmCommitment)
    );
    assert_eq!(refusal(valid, None), refused("until", Reason::NotAllowed));
    assert_eq!(
        refusal(valid, Some(firm)),
        refused("until", Reason::NotAllowed)
    );
    assert!(bid().with_grant(&grant(valid, Some(after(firm)))).is_ok());
}

#[test]
fn a_grant_may_make_a_bid_firm() {
    for commitment in [Commitment::Indicative, Commitment::Revocable] {
        let bid = Bid {
            commitment,
            ..bid()
        };
        let until = bid.valid_until;
        let new = bid.with_grant(&grant(until, Some(until))).unwrap();
        assert_eq!(new.commitment, Commitment::Firm { until });
    }
}

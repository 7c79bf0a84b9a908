use opener_negotiation::Rejection;
use opener_trade::Duration;

use super::*;

fn of(error: impl Into<PeerError>) -> ApiError {
    error.into().into()
}

#[test]
fn every_refusal_of_a_peer_has_a_code() {
    let rejected = of(Rejection::new(Reason::FirmCommitment, "the bid is firm"));
    assert_eq!(
        (rejected.code, rejected.reason),
        (Code::Rejected, Some(Reason::FirmCommitment))
    );
    let invalid = of(Invalid::because(
        Reason::SumMismatch,
        "total",
        "must be 5.00 EUR",
    ));
    assert_eq!(
        (invalid.code, invalid.reason),
        (Code::InvalidDocument, Some(Reason::SumMismatch))
    );
    assert_eq!(invalid.field.as_deref(), Some("total"));
    let envelope = of(EnvelopeError::TooLarge(9));
    assert_eq!(
        (envelope.code, envelope.reason),
        (Code::InvalidDocument, Some(Reason::TooLarge))
    );
    let plain = [
        (PeerError::NotFound("deal"), Code::NotFound),
        (PeerError::NoProfile, Code::NoProfile),
        (
            PeerError::NoSellers("widen the radius".into()),
            Code::NoSellers,
        ),
        (PeerError::TooManySellers(3), Code::TooManySellers),
        (
            PeerError::ClockSkew(Duration::from_secs(61)),
            Code::ClockSkew,
        ),
        (PeerError::Stopped, Code::Stopped),
    ];
    for (error, code) in plain {
        assert_eq!(ApiError::from(error).code, code);
    }
}

#[test]
fn names_are_those_of_the_json_and_all_differ() {
    for (i, code) in Code::ALL.iter().enumerate() {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        assert!(
            Code::ALL[..i]
                .iter()
                .all(|other| other.name() != code.name())
        );
        assert!((400..600).contains(&code.status()));
    }
}

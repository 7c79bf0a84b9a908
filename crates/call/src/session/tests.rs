//! The machine of a call, by its effects.

use opener_trade::{Timestamp, document::CallEndReason};

use super::{
    CONNECT_TIME, Command, Effect, Ending, Phase, RECONNECT_TIME, RENEW_AFTER, RENEW_EVERY,
    RING_TIME, Session, Side,
};
use crate::sdp::{Candidate, Reach, Seen};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(START.millis() + ms)
}

fn path(kind: &str) -> Candidate {
    let line = format!("candidate:1 1 udp 1 192.0.2.1 9 typ {kind}");
    match Candidate::read(&line, Reach::Network) {
        Ok(Seen::Path(path)) => path,
        other => panic!("{other:?}"),
    }
}

fn ended(effects: &[Effect]) -> Option<(CallEndReason, bool)> {
    let said = effects.iter().find_map(|effect| match effect {
        Effect::End { reason, .. } => Some(*reason),
        _ => None,
    });
    let over = effects.iter().find_map(|effect| match effect {
        Effect::Notify(Phase::Ended(Ending { reason, by_us })) => Some((*reason, *by_us)),
        _ => None,
    });
    if let Some((reason, by_us)) = over {
        assert_eq!(said, by_us.then_some(reason), "who ends it says so");
        assert!(effects.contains(&Effect::Close));
    }
    over
}

fn caller() -> Session {
    let mut session = Session::new(Side::Caller, false);
    let effects = session.step(at(0), Command::Call);
    assert_eq!(effects, [Effect::Offer, Effect::Notify(Phase::Ringing)]);
    session
}

fn called() -> Session {
    let mut session = Session::new(Side::Called, false);
    let effects = session.step(at(0), Command::Ring);
    assert_eq!(effects, [Effect::Notify(Phase::Ringing)]);
    session
}

fn connected(mut session: Session) -> Session {
    let taken = match session.side() {
        Side::Caller => Command::Answered,
        Side::Called => Command::Accept,
    };
    session.step(at(1000), taken);
    assert_eq!(session.phase(), Phase::Connecting);
    let effects = session.step(at(1500), Command::PathUp);
    assert_eq!(
        effects,
        [Effect::KeyFrames, Effect::Notify(Phase::Connected)]
    );
    assert_eq!(
        (session.connected_at(), session.wake_at()),
        (Some(at(1500)), None)
    );
    session
}

#[test]
fn a_call_is_taken_and_hung_up_by_either() {
    for open in [caller(), called()] {
        let mut session = connected(open);
        let effects = session.step(at(9000), Command::HangUp);
        assert_eq!(
            effects[0],
            Effect::End {
                reason: CallEndReason::HungUp,
                connected_at: Some(at(1500)),
                ended_at: at(9000)
            }
        );
        assert_eq!(ended(&effects), Some((CallEndReason::HungUp, true)));
        assert_eq!(
            session.step(at(9001), Command::PathUp),
            [],
            "nothing follows the end"
        );
    }
    let mut session = connected(caller());
    let effects = session.step(at(9000), Command::TheyEnded(CallEndReason::HungUp));
    assert_eq!(ended(&effects), Some((CallEndReason::HungUp, false)));
    assert_eq!(session.ended_at(), Some(at(9000)));
}

#[test]
fn nothing_is_bound_or_shown_before_the_called_takes_the_call() {
    let mut session = called();
    for early in [
        Command::PathUp,
        Command::Renewed,
        Command::Answered,
        Command::NetworkChanged,
    ] {
        assert_eq!(session.step(at(1), early), []);
    }
    let effects = session.step(at(2), Command::Accept);
    assert_eq!(effects, [Effect::Answer, Effect::Notify(Phase::Connecting)]);
}

#[test]
fn a_ring_ends_by_each_of_its_ways() {
    let ends = [
        (called(), Command::HangUp, CallEndReason::Declined, true),
        (
            called(),
            Command::Decline(CallEndReason::Busy),
            CallEndReason::Busy,
            true,
        ),
        (
            called(),
            Command::TheyEnded(CallEndReason::Cancelled),
            CallEndReason::Cancelled,
            false,
        ),
        (caller(), Command::HangUp, CallEndReason::Cancelled, true),
        (
            caller(),
            Command::TheyEnded(CallEndReason::Declined),
            CallEndReason::Declined,
            false,
        ),
        (caller(), Command::Refused, CallEndReason::Failed, false),
        (caller(), Command::Broken, CallEndReason::Failed, true),
        (
            called(),
            Command::Mismatch,
            CallEndReason::FingerprintMismatch,
            true,
        ),
    ];
    for (mut session, command, reason, by_us) in ends {
        let effects = session.step(at(5), command.clone());
        assert_eq!(ended(&effects), Some((reason, by_us)), "{command:?}");
    }
    for mut session in [caller(), called()] {
        assert_eq!(session.wake_at(), Some(at(0).plus(RING_TIME)));
        let early = at(0).plus(RING_TIME).millis() - 1;
        assert_eq!(
            session.step(Timestamp::from_millis(early), Command::Tick),
            []
        );
        let effects = session.step(at(0).plus(RING_TIME), Command::Tick);
        assert_eq!(ended(&effects), Some((CallEndReason::NoAnswer, true)));
    }
}

#[test]
fn a_call_that_finds_no_path_fails_in_time() {
    let mut session = caller();
    session.step(at(1000), Command::Answered);
    let end = at(1000).plus(CONNECT_TIME);
    assert_eq!(session.wake_at(), Some(end));
    assert_eq!(
        ended(&session.step(end, Command::Tick)),
        Some((CallEndReason::Failed, true))
    );
}

#[test]
fn a_broken_path_is_renewed_by_the_caller_and_asked_for_by_the_called() {
    for (session, renewal) in [
        (connected(caller()), Effect::OfferRenewal),
        (connected(called()), Effect::AskRenewal),
    ] {
        let mut session = session;
        let effects = session.step(at(10_000), Command::PathDown);
        assert_eq!(effects, [Effect::Notify(Phase::Reconnecting)]);
        let due = at(10_000).plus(RENEW_AFTER);
        assert_eq!(session.wake_at(), Some(due));
        assert_eq!(
            session.step(due, Command::Tick).as_slice(),
            std::slice::from_ref(&renewal)
        );
        let mut back = session.clone();
        let effects = back.step(at(12_000), Command::PathUp);
        assert_eq!(
            effects,
            [Effect::KeyFrames, Effect::Notify(Phase::Connected)]
        );
        assert_eq!(back.connected_at(), Some(at(1500)), "the call goes on");
        assert_eq!(back.wake_at(), None);

        let gone = at(10_000).plus(RECONNECT_TIME);
        let effects = session.step(gone, Command::Tick);
        assert_eq!(ended(&effects), Some((CallEndReason::PeerGone, true)));
    }
}

#[test]
fn a_changed_network_renews_at_once_and_an_open_offer_is_not_crossed() {
    let mut session = connected(caller());
    let effects = session.step(at(10_000), Command::NetworkChanged);
    assert_eq!(
        effects,
        [Effect::Notify(Phase::Reconnecting), Effect::OfferRenewal]
    );
    assert_eq!(
        session.step(at(10_100), Command::NetworkChanged),
        [],
        "one offer is open"
    );
    let effects = session.step(at(10_200), Command::Answered);
    assert_eq!(effects, [Effect::TakeAnswer, Effect::OfferRenewal]);
    assert_eq!(
        session.step(at(10_300), Command::Answered),
        [Effect::TakeAnswer]
    );
    let again = at(10_100).plus(RENEW_EVERY);
    assert_eq!(session.step(again, Command::Tick), [Effect::OfferRenewal]);

    let mut session = connected(called());
    let effects = session.step(at(10_000), Command::NetworkChanged);
    assert_eq!(
        effects,
        [Effect::Notify(Phase::Reconnecting), Effect::AskRenewal]
    );
    assert_eq!(session.step(at(10_050), Command::Renewed), [Effect::Answer]);
    let mut session = connected(caller());
    assert_eq!(
        session.step(at(2000), Command::RenewalAsked),
        [Effect::OfferRenewal]
    );
}

#[test]
fn a_private_caller_shows_relayed_paths_alone_until_the_call_is_taken() {
    let mut session = Session::new(Side::Caller, true);
    session.step(at(0), Command::Call);
    for hidden in ["host", "srflx", "prflx"] {
        assert_eq!(
            session.step(at(1), Command::Found(path(hidden))),
            [],
            "{hidden}"
        );
    }
    let shown = |kind: &[&str], last| Effect::Show {
        candidates: kind.iter().map(|kind| path(kind)).collect(),
        last,
    };
    assert_eq!(
        session.step(at(2), Command::Found(path("relay"))),
        [shown(&["relay"], false)]
    );
    assert_eq!(
        session.step(at(3), Command::Gathered),
        [],
        "there are further ones"
    );
    let effects = session.step(at(4), Command::Answered);
    assert_eq!(
        effects,
        [
            Effect::TakeAnswer,
            Effect::Notify(Phase::Connecting),
            shown(&["host", "srflx", "prflx"], true)
        ]
    );
    assert_eq!(
        session.step(at(5), Command::Found(path("host"))),
        [shown(&["host"], false)]
    );

    let mut open = caller();
    assert_eq!(
        open.step(at(1), Command::Found(path("host"))),
        [shown(&["host"], false)]
    );
    assert_eq!(open.step(at(2), Command::Gathered), [shown(&[], true)]);
}

#[test]
fn whatever_comes_in_whatever_order_a_call_ends_once_and_for_good() {
    let commands = [
        Command::Call,
        Command::Ring,
        Command::Accept,
        Command::Decline(CallEndReason::Busy),
        Command::HangUp,
        Command::Answered,
        Command::Renewed,
        Command::RenewalAsked,
        Command::TheyEnded(CallEndReason::HungUp),
        Command::Refused,
        Command::Found(path("host")),
        Command::Gathered,
        Command::PathUp,
        Command::PathDown,
        Command::NetworkChanged,
        Command::Mismatch,
        Command::Broken,
        Command::Tick,
    ];
    let mut state = 0x5eed_u64;
    for n in 0..2000 {
        let side = [Side::Caller, Side::Called][n % 2];
        let mut session = Session::new(side, n % 3 == 0);
        let mut ends = 0;
        for step in 0..40 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let command = commands[(state >> 33) as usize % commands.len()].clone();
            let before = session.phase();
            let effects = session.step(at(step * 700), command.clone());
            ends += usize::from(ended(&effects).is_some());
            if matches!(before, Phase::Ended(_)) {
                assert_eq!(effects, [], "{n} {step} {command:?}");
            }
            if effects.contains(&Effect::Answer) {
                assert_eq!(side, Side::Called);
            }
        }
        assert!(ends <= 1);
        assert_eq!(ends == 1, matches!(session.phase(), Phase::Ended(_)));
        assert_eq!(session.ended_at().is_some(), ends == 1);
    }
}

//! Bundles of what the buyer took and signed in one millisecond: it has taken first.

use opener_negotiation::{Role, dialogue::Command};
use opener_trade::{
    Duration, Number, Timestamp,
    document::{Change, Commitment, Counter, NotChosen, Price},
};

use super::*;
use crate::{
    testing::{Deal, at},
    view::DialogueState,
};

fn check(deal: &Deal, role: Role) -> Verdict {
    verify(&serde_json::to_vec(&deal.bundle(role)).unwrap())
}

#[test]
fn what_was_taken_in_the_millisecond_of_a_signature_was_taken_before_it() {
    let mut deal = Deal::begin();
    deal.bid(&["10.50", "20"]);
    let better = deal.offer(&["10", "20"], |_| {});
    deal.say_at(Role::Seller, better, [at(40), at(50)]);
    let body = NotChosen {
        rfp: deal.snapshot(Role::Buyer).rfp.id(),
        reason: Default::default(),
        rank: None,
    };
    deal.say_at(Role::Buyer, Command::NotChosen(body), [at(50), at(51)]);
    for role in [Role::Buyer, Role::Seller] {
        let verdict = check(&deal, role);
        assert!(verdict.ok, "{verdict:#?}");
        assert_eq!(verdict.states[0].state, DialogueState::NotChosen);
    }
}

/// The buyer makes a counter-offer on the first bid, and takes a better one at this moment.
fn crossing(taken_at: Timestamp) -> Deal {
    let mut deal = Deal::begin();
    let offer = deal.bid(&["10.50", "20"]);
    let better = deal.offer(&["10", "20"], |_| {});
    deal.forge_at(Role::Seller, better, [at(40), taken_at]);
    let cheaper = Change::Line {
        line: 1,
        price: Some(Price {
            price: "9".parse().unwrap(),
            base_quantity: Number::ONE,
        }),
        quantity: None,
        lead_time_days: None,
    };
    let counter = Counter {
        offer,
        round: 1,
        changes: vec![cheaper].try_into().unwrap(),
        valid_until: at(900),
        commitment: Commitment::Revocable,
        remark: Default::default(),
    };
    let counter = Command::Counter(Box::new(counter));
    deal.forge_at(Role::Buyer, counter, [at(50), at(60)]);
    deal
}

#[test]
fn what_was_taken_after_a_signature_has_the_next_millisecond() {
    let next = at(50).plus(Duration::from_millis(1));
    for role in [Role::Buyer, Role::Seller] {
        let verdict = check(&crossing(next), role);
        assert!(verdict.ok, "{verdict:#?}");
        let verdict = check(&crossing(at(50)), role);
        assert_eq!(verdict.failed().collect::<Vec<_>>(), [CheckName::Rules]);
    }
}

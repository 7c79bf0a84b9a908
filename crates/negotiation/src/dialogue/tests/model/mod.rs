//! Random dialogues: two honest sides with a bad post between them, and one honest side against a malicious one.

mod foe;
mod moves;
mod rules;
mod world;

use proptest::prelude::*;

use self::{
    foe::Siege,
    moves::{Firmness, Move, Post, Saying, Taking},
    world::World,
};
use crate::Role;

fn settings() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn two_honest_sides_agree_in_the_end(
        moves in prop::collection::vec(moves::any_move(), 1..60),
        prefix in any::<prop::sample::Index>(),
    ) {
        let mut world = World::new(0);
        world.play(&moves);
        world.settle();
        rules::agree(&world);
        world.finish();
        world.check_replays(prefix);
    }

    #[test]
    fn clocks_that_differ_end_in_one_contract_or_none(
        moves in prop::collection::vec(moves::any_move(), 1..60),
        skew in -30i64..30,
    ) {
        let mut world = World::new(skew);
        world.play(&moves);
        world.finish();
    }

    #[test]
    fn a_malicious_side_breaks_no_rule_of_an_honest_one(
        moves in prop::collection::vec(foe::any_move(), 1..60),
        honest in prop_oneof![Just(Role::Buyer), Just(Role::Seller)],
        prefix in any::<prop::sample::Index>(),
    ) {
        let mut siege = Siege::new(honest);
        siege.play(&moves);
        siege.check_replay(prefix);
    }
}

/// A dialogue that random moves seldom come through to its end.
fn changed_and_reported() -> Vec<Move> {
    let post = |from| Move::Post(from, 0, Post::Both);
    let say = |saying, from| [Move::Say(saying), post(from)];
    let bid = Saying::Bid {
        commitment: Firmness::Indicative,
        price: 100,
        valid: 90,
    };
    let terms = |role| say(Saying::Terms(role, true), role);
    let steps = [
        say(bid.clone(), Role::Seller),
        say(Saying::Revise, Role::Buyer),
        say(bid, Role::Seller),
        say(Saying::Order(Taking::Whole), Role::Buyer),
        say(Saying::Respond(2), Role::Seller),
        say(Saying::Confirm(true), Role::Buyer),
        terms(Role::Buyer),
        terms(Role::Seller),
    ];
    // The request itself goes first.
    std::iter::once(post(Role::Buyer))
        .chain(steps.into_iter().flatten())
        .collect()
}

#[test]
fn the_moves_of_the_model_reach_every_phase_of_a_dialogue() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(moves::any_move(), 1..60);
    let mut seen = std::collections::BTreeSet::new();
    let unreached = vec![Move::Wait(120), Move::Tick(Role::Buyer)];
    let random = (0..200).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    for moves in random.chain([unreached, changed_and_reported()]) {
        let mut world = World::new(0);
        world.play(&moves);
        world.finish();
        seen.append(&mut world.seen);
    }
    assert_eq!(seen.len(), 20, "{seen:?}");
}

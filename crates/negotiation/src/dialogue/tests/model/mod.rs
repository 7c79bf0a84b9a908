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
use super::kit::{Pair, VALID, at, rfp};
use crate::{Role, dialogue::Phase};

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
    fn two_automatic_counter_offerers_always_stop(
        max_rounds in 0..=20u8,
        moves in prop::collection::vec((0..12i64, any::<bool>(), any::<bool>()), 1..120),
    ) {
        let made = automatic(max_rounds, &moves);
        prop_assert!(made <= max_rounds);
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

/// Both programs counter whenever the rules let them, through a post that now and then carries something; gives the
/// rounds that were made. In the end nothing is open.
fn automatic(max_rounds: u8, moves: &[(i64, bool, bool)]) -> u8 {
    let mut asked = rfp();
    asked.rules.max_rounds = max_rounds;
    let mut pair = Pair::asking(asked);
    let body = pair.bid(opener_trade::document::Commitment::Revocable);
    pair.bids(at(2), body);
    let mut minute = 2;
    for (wait, buyer_posts, seller_posts) in moves {
        minute += wait;
        for role in [Role::Buyer, Role::Seller] {
            pair.side(role).tick(at(minute));
            let _ = pair.counters(role, at(minute), "95");
            let posts = [*buyer_posts, *seller_posts][usize::from(role == Role::Seller)];
            let waiting = pair.side(role).outbox.front().cloned();
            if let Some(document) = waiting.filter(|_| posts) {
                pair.deliver(at(minute), &document);
            }
        }
    }
    pair.flush(at(minute));
    let made = pair
        .buyer
        .state()
        .next_round()
        .max(pair.seller.state().next_round())
        - 1;
    pair.tick(at(minute.max(VALID) + 1));
    assert_eq!(pair.phases(), (Phase::LapsedExpired, Phase::LapsedExpired));
    made
}

/// The buyer has the acceptance, its receipt is lost, and the seller lets the order go.
fn released() -> Vec<Move> {
    let post = |from, post| Move::Post(from, 0, post);
    let bid = Saying::Bid {
        commitment: Firmness::Revocable,
        price: 100,
        valid: 90,
    };
    vec![
        post(Role::Buyer, Post::Both),
        Move::Say(bid),
        post(Role::Seller, Post::Both),
        Move::Say(Saying::Order(Taking::Whole)),
        post(Role::Buyer, Post::Both),
        post(Role::Seller, Post::AnswerLost),
        Move::Wait(61),
        Move::Say(Saying::Release),
    ]
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
        say(Saying::Counter(Role::Buyer, 90, 30), Role::Buyer),
        say(Saying::Counter(Role::Seller, 95, 30), Role::Seller),
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

/// An order that the seller refuses.
fn refused() -> Vec<Move> {
    let say = |saying, from| [Move::Say(saying), Move::Post(from, 0, Post::Both)];
    let bid = Saying::Bid {
        commitment: Firmness::Indicative,
        price: 100,
        valid: 90,
    };
    let steps = [
        say(bid, Role::Seller),
        say(Saying::Order(Taking::Whole), Role::Buyer),
        say(Saying::Respond(1), Role::Seller),
    ];
    let invite = Move::Post(Role::Buyer, 0, Post::Both);
    std::iter::once(invite)
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
    let post = Move::Post(Role::Buyer, 0, Post::Both);
    let declined = vec![post, Move::Say(Saying::Decline)];
    let random = (0..200).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    for moves in random.chain([
        unreached,
        declined,
        refused(),
        released(),
        changed_and_reported(),
    ]) {
        let mut world = World::new(0);
        world.play(&moves);
        world.finish();
        seen.append(&mut world.seen);
    }
    assert_eq!(seen.len(), 23, "{seen:?}");
}

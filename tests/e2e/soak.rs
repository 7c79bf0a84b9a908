//! The soak in short.

use opener_tests::soak::{Plan, crash};

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_are_killed_in_the_middle_of_rounds_lose_and_double_nothing() {
    let outcome = crash(Plan { kills: 6, seed: 2 }).await.unwrap();
    assert!(outcome.is_good(), "{outcome:?}");
    assert!(outcome.acknowledged > 0);
}

//! A private call shows no address before it is taken.

use std::time::Duration;

use opener_call::{
    Config, Said,
    session::{Phase, Side},
};
use tokio::time::interval;

use crate::kit::{Pair, config};

/// Everything that one side has said, as it would be captured.
fn captured(said: &[Said]) -> String {
    format!("{said:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captured_private_offer_holds_no_host_address() {
    let private = Config {
        private: true,
        ..config(Side::Caller)
    };
    let mut pair = Pair::of(
        private,
        config(Side::Called),
        Box::new(|_| {}),
        Box::new(|_| {}),
    );
    pair.called.until(Phase::Ringing).await;
    // Long enough for every path to be found: the called of an open call has shown its own by then.
    let mut tick = interval(Duration::from_millis(100));
    for _ in 0..10 {
        tick.tick().await;
    }
    let before = captured(&pair.caller.said.lock().unwrap());
    assert!(before.contains("v=0"), "{before}");
    assert!(
        !before.contains("127.0.0.1") && !before.contains("candidate:"),
        "{before}"
    );
    assert!(
        pair.called.said.lock().unwrap().is_empty(),
        "who is called says nothing at all"
    );

    pair.called.handle.accept().unwrap();
    pair.caller.until(Phase::Connected).await;
    let after = captured(&pair.caller.said.lock().unwrap());
    assert!(
        after.contains("127.0.0.1"),
        "once taken, it may be found: {after}"
    );
    pair.hang_up().await;
}

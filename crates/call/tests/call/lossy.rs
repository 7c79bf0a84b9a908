//! A call on a bad network.

use std::time::Duration;

use opener_call::{MediaKind, Outgoing, session::Side};
use tokio::time::{interval, timeout};

use crate::{
    kit::{Pair, config, picture, sound},
    relay::{Relay, Weather},
};

/// What must come through before the two have talked enough: some seconds of sound, and pictures beyond several losses.
const SOUNDS: u32 = 400;
const PICTURES: u32 = 60;
/// How long that may take before the test has failed.
const ENOUGH: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_goes_on_and_the_picture_comes_back_after_each_loss() {
    let relay = Relay::new(Weather {
        loss_percent: 5,
        delay: Duration::from_millis(200),
    });
    let mut pair = Pair::of(
        config(Side::Caller),
        config(Side::Called),
        relay.hand(true),
        relay.hand(false),
    );
    pair.connect().await;

    // The caller's encoder: 25 pictures and 50 sounds a second, a key frame when one is wanted.
    let frames = pair.caller.handle.frames();
    let mut wanted = pair.caller.door;
    let sending = tokio::spawn(async move {
        let mut tick = interval(Duration::from_millis(20));
        let mut key = true;
        let mut n = 0;
        loop {
            tick.tick().await;
            while let Ok(outgoing) = wanted.try_recv() {
                key |= outgoing == Outgoing::KeyFrameWanted;
            }
            let _ = frames.try_send(sound(n));
            if n % 2 == 0 {
                let bytes = if key { 8_000 } else { 1_500 };
                let _ = frames.try_send(picture(n, std::mem::take(&mut key), bytes));
            }
            n += 1;
        }
    });

    let (mut sounds, mut pictures, mut returns) = (0_u32, 0_u32, 0_u32);
    let enough = async {
        while sounds < SOUNDS || pictures < PICTURES || returns < 2 {
            let Some(outgoing) = pair.called.door.recv().await else {
                break;
            };
            let Outgoing::Frame(frame) = outgoing else {
                continue;
            };
            match frame.kind {
                MediaKind::Audio => sounds += 1,
                MediaKind::Video => {
                    pictures += 1;
                    // A key frame after the first answers the asking of who lost a picture.
                    returns += u32::from(frame.key && pictures > 1);
                }
            }
        }
    };
    let came = timeout(ENOUGH, enough).await;
    sending.abort();
    assert!(
        came.is_ok() && returns >= 2,
        "{sounds} sounds, {pictures} pictures, {returns} times the picture came back"
    );
    assert!(relay.lost() > 20, "the network was good");
}

//! Two programs of ours talk.

use std::time::{Duration, Instant};

use bytes::Bytes;
use opener_call::{Event, MediaKind, Outgoing, Said, session::Phase};
use opener_trade::document::CallEndReason;
use tokio::time::{interval, timeout};

use crate::kit::{GUARD, Pair, Party, picture, sound};

/// Sends pictures and sound one way, and wants every picture back byte for byte, in order and with its time.
async fn one_way(from: &Party, to: &mut Party, first: u32) {
    let frames = from.handle.frames();
    let sending = tokio::spawn(async move {
        let mut tick = interval(Duration::from_millis(10));
        for n in first..first + 60 {
            tick.tick().await;
            let bytes = if n % 30 == 0 { 20_000 } else { 3_000 };
            frames.send(picture(n, n % 30 == 0, bytes)).await.unwrap();
            frames.send(sound(n)).await.unwrap();
        }
    });
    let mut pictures = Vec::new();
    let mut sounds = 0;
    while pictures.len() < 30 || sounds < 30 {
        match to.next().await {
            Outgoing::Frame(frame) if frame.kind == MediaKind::Video => pictures.push(frame),
            Outgoing::Frame(frame) => {
                sounds += 1;
                assert_eq!(frame.data.len(), 81);
            }
            _ => {}
        }
    }
    sending.await.unwrap();
    let number = |data: &Bytes| {
        (first..first + 60).find(|n| {
            let bytes = if n % 30 == 0 { 20_000 } else { 3_000 };
            picture(*n, n % 30 == 0, bytes).data == *data
        })
    };
    let numbers: Vec<u32> = pictures
        .iter()
        .map(|frame| number(&frame.data).expect("byte for byte"))
        .collect();
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{numbers:?}"
    );
    assert!(pictures[0].key, "a key frame is first");
    let (begin, end) = (&pictures[0], &pictures[pictures.len() - 1]);
    let sent = u64::from(numbers[numbers.len() - 1] - numbers[0]) * 33_333;
    assert!(
        (end.at_us - begin.at_us).abs_diff(sent) < 50,
        "the encoder's times come back"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_see_and_hear_each_other_and_can_call_again() {
    for _ in 0..2 {
        let begin = Instant::now();
        let mut pair = Pair::new();
        pair.connect().await;
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "{:?}",
            begin.elapsed()
        );
        one_way(&pair.caller, &mut pair.called, 0).await;
        one_way(&pair.called, &mut pair.caller, 300).await;
        pair.hang_up().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_side_without_a_camera_or_muted_is_still_there() {
    let mut pair = Pair::new();
    pair.connect().await;
    for n in 0..20 {
        pair.caller.send(sound(n)).await;
    }
    assert_eq!(
        pair.called.frame(MediaKind::Audio).await.kind,
        MediaKind::Audio
    );
    // Muted: pictures alone.
    let frames = pair.called.handle.frames();
    for n in 0..5 {
        frames.send(picture(n, n == 0, 1500)).await.unwrap();
    }
    pair.caller.frame(MediaKind::Video).await;
    pair.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_frame_is_asked_for_both_ways() {
    let mut pair = Pair::new();
    pair.connect().await;
    for n in 0..10 {
        pair.caller.send(picture(n, n == 0, 1200)).await;
        pair.called.send(picture(n, n == 0, 1200)).await;
    }
    pair.caller.frame(MediaKind::Video).await;
    pair.called.frame(MediaKind::Video).await;
    for asks_caller in [true, false] {
        let (asks, answers) = match asks_caller {
            true => (&mut pair.called, &mut pair.caller),
            false => (&mut pair.caller, &mut pair.called),
        };
        while answers.door.try_recv().is_ok() {}
        asks.handle.want_key_frame().unwrap();
        while answers.next().await != Outgoing::KeyFrameWanted {}
    }
    pair.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_declined_given_up_or_cannot_be_heard() {
    let mut pair = Pair::new();
    pair.called.until(Phase::Ringing).await;
    pair.called.handle.decline(CallEndReason::Declined).unwrap();
    assert_eq!(pair.caller.ending().await, (CallEndReason::Declined, false));

    let mut pair = Pair::new();
    pair.called.until(Phase::Ringing).await;
    pair.caller.handle.hang_up().unwrap();
    assert_eq!(
        pair.called.ending().await,
        (CallEndReason::Cancelled, false)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_says_from_when_to_when_and_nothing_else() {
    let mut pair = Pair::new();
    pair.connect().await;
    let said = pair.called.said.clone();
    pair.called.handle.hang_up().unwrap();
    assert_eq!(pair.caller.ending().await, (CallEndReason::HungUp, false));
    let last = said.lock().unwrap().last().cloned();
    let Some(Said::End {
        reason,
        connected_at: Some(connected),
        ended_at,
    }) = last
    else {
        panic!("{last:?}")
    };
    assert_eq!(reason, CallEndReason::HungUp);
    assert!(ended_at >= connected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_program_is_noticed() {
    let machine = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let Pair {
        mut caller,
        mut called,
    } = Pair::with_machine(&machine);
    called.until(Phase::Ringing).await;
    called.handle.accept().unwrap();
    caller.until(Phase::Connected).await;
    machine.shutdown_background();
    caller.until(Phase::Reconnecting).await;
    let begin = Instant::now();
    let (reason, by_us) = caller.ending_within(2 * GUARD).await;
    assert_eq!((reason, by_us), (CallEndReason::PeerGone, true));
    assert!(
        begin.elapsed() >= Duration::from_secs(15),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_network_renews_the_path_within_three_seconds() {
    for by_caller in [true, false] {
        let mut pair = Pair::new();
        pair.connect().await;
        let changed = match by_caller {
            true => &mut pair.caller,
            false => &mut pair.called,
        };
        let begin = Instant::now();
        changed.handle.network_changed().unwrap();
        changed.until(Phase::Reconnecting).await;
        changed.until(Phase::Connected).await;
        assert!(
            begin.elapsed() < Duration::from_secs(3),
            "{:?}",
            begin.elapsed()
        );
        one_way(&pair.caller, &mut pair.called, 0).await;
        one_way(&pair.called, &mut pair.caller, 300).await;
        let offers = pair.caller.said.lock().unwrap().clone();
        let renewals = offers
            .iter()
            .filter(|said| matches!(said, Said::Offer { renews: true, .. }));
        assert_eq!(renewals.count(), 1);
        pair.hang_up().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_about_the_card_pass_both_ways() {
    let mut pair = Pair::new();
    pair.connect().await;
    for by_caller in [true, false] {
        let (from, to) = match by_caller {
            true => (&mut pair.caller, &mut pair.called),
            false => (&mut pair.called, &mut pair.caller),
        };
        let message = Bytes::from_static(b"{\"card\":1}");
        let mut tick = interval(Duration::from_millis(50));
        let passed = timeout(GUARD, async {
            loop {
                tokio::select! {
                    _ = tick.tick() => from.handle.send_card(message.clone()).unwrap(),
                    event = to.told.recv() => if let Some(Event::Card(card)) = event {
                        assert_eq!(card, message);
                        return;
                    }
                }
            }
        });
        passed.await.expect("a card");
    }
    let long = Bytes::from(vec![b' '; opener_call::CARD_BYTES + 1]);
    assert!(pair.caller.handle.send_card(long).is_err());
    pair.hang_up().await;
}

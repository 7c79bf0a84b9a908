//! Two sides of a call on one computer, and what carries their documents.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use opener_call::{
    Config, Event, Frame, Handle, Heard, IceServer, MediaKind, Outgoing, Said,
    sdp::Reach,
    session::{Ending, Phase, Side},
    start,
};
use opener_trade::{Timestamp, document::CallEndReason};
use tokio::{runtime::Runtime, sync::mpsc, time::timeout};

/// How long anything may take before the test has failed.
pub const GUARD: Duration = Duration::from_secs(20);

/// What a carrier does with what one side says before the other hears it.
pub type Hand = Box<dyn FnMut(&mut Said) + Send>;

/// One side: its handle, what it tells, and the door at which its frames come out.
pub struct Party {
    pub handle: Handle,
    pub told: mpsc::Receiver<Event>,
    pub door: mpsc::Receiver<Outgoing>,
    pub said: Arc<Mutex<Vec<Said>>>,
}

pub struct Pair {
    pub caller: Party,
    pub called: Party,
}

pub fn config(side: Side) -> Config {
    Config {
        side,
        private: false,
        servers: Vec::<IceServer>::new(),
        reach: Reach::Loopback,
        now: Timestamp::from_millis(1_700_000_000_000),
    }
}

/// Passes on what one side says to the other; the rest comes out at the receiver.
fn carry(
    mut events: mpsc::Receiver<Event>,
    other: Handle,
    mut hand: Hand,
) -> (mpsc::Receiver<Event>, Arc<Mutex<Vec<Said>>>) {
    let (tell, told) = mpsc::channel(1024);
    let kept = Arc::new(Mutex::new(Vec::new()));
    let said_here = kept.clone();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            let Event::Say(mut said) = event else {
                if tell.try_send(event).is_err() {
                    return;
                }
                continue;
            };
            said_here.lock().unwrap().push(said.clone());
            hand(&mut said);
            let heard = match said {
                Said::Offer {
                    sdp, fingerprint, ..
                } => Heard::Offer { sdp, fingerprint },
                Said::Answer { sdp, fingerprint } => Heard::Answer { sdp, fingerprint },
                Said::Candidates {
                    candidates, renew, ..
                } => Heard::Candidates { candidates, renew },
                Said::End { reason, .. } => Heard::End(reason),
            };
            // Whose call is over hears nothing more.
            let _ = other.hear(heard);
        }
    });
    (told, kept)
}

impl Pair {
    pub fn new() -> Self {
        Self::of(
            config(Side::Caller),
            config(Side::Called),
            Box::new(|_| {}),
            Box::new(|_| {}),
        )
    }

    pub fn of(caller: Config, called: Config, from_caller: Hand, from_called: Hand) -> Self {
        Self::join(start(caller), start(called), from_caller, from_called)
    }

    /// The called on a machine of its own, which can be switched off.
    pub fn with_machine(machine: &Runtime) -> Self {
        let caller = start(config(Side::Caller));
        let called = {
            let _inside = machine.enter();
            start(config(Side::Called))
        };
        Self::join(caller, called, Box::new(|_| {}), Box::new(|_| {}))
    }

    fn join(
        (a, a_events): (Handle, mpsc::Receiver<Event>),
        (b, b_events): (Handle, mpsc::Receiver<Event>),
        from_caller: Hand,
        from_called: Hand,
    ) -> Self {
        let (a_told, a_said) = carry(a_events, b.clone(), from_caller);
        let (b_told, b_said) = carry(b_events, a.clone(), from_called);
        Self {
            caller: Party::new(a, a_told, a_said),
            called: Party::new(b, b_told, b_said),
        }
    }

    /// Rings, is taken, and stands at both sides.
    pub async fn connect(&mut self) {
        self.called.until(Phase::Ringing).await;
        self.called.handle.accept().unwrap();
        self.caller.until(Phase::Connected).await;
        self.called.until(Phase::Connected).await;
    }

    pub async fn hang_up(mut self) {
        self.caller.handle.hang_up().unwrap();
        assert_eq!(self.caller.ending().await, (CallEndReason::HungUp, true));
        assert_eq!(self.called.ending().await, (CallEndReason::HungUp, false));
    }
}

impl Party {
    fn new(handle: Handle, told: mpsc::Receiver<Event>, said: Arc<Mutex<Vec<Said>>>) -> Self {
        let (send, door) = mpsc::channel(opener_call::FRAMES);
        handle.attach(send).unwrap();
        Self {
            handle,
            told,
            door,
            said,
        }
    }

    /// The next phase that is this one.
    pub async fn until(&mut self, wanted: Phase) {
        loop {
            let event = timeout(GUARD, self.told.recv()).await;
            match event.unwrap_or_else(|_| panic!("{wanted:?} does not come")) {
                Some(Event::Phase { phase, .. }) if phase == wanted => return,
                Some(Event::Phase {
                    phase: Phase::Ended(ending),
                    ..
                }) => {
                    panic!("{ending:?} instead of {wanted:?}")
                }
                Some(_) => {}
                None => panic!("the call is gone before {wanted:?}"),
            }
        }
    }

    pub async fn ending(&mut self) -> (CallEndReason, bool) {
        self.ending_within(GUARD).await
    }

    /// The end, however long nothing is told before it.
    pub async fn ending_within(&mut self, guard: Duration) -> (CallEndReason, bool) {
        loop {
            let event = timeout(guard, self.told.recv()).await.expect("an end");
            match event {
                Some(Event::Phase {
                    phase: Phase::Ended(Ending { reason, by_us }),
                    ..
                }) => {
                    return (reason, by_us);
                }
                Some(_) => {}
                None => panic!("the call is gone without an end"),
            }
        }
    }

    /// What comes out of the door next.
    pub async fn next(&mut self) -> Outgoing {
        timeout(GUARD, self.door.recv())
            .await
            .expect("something at the door")
            .expect("an open door")
    }

    /// The next frame of a kind.
    pub async fn frame(&mut self, kind: MediaKind) -> Frame {
        let begin = Instant::now();
        loop {
            if let Outgoing::Frame(frame) = self.next().await
                && frame.kind == kind
            {
                return frame;
            }
            assert!(begin.elapsed() < GUARD, "no frame of {kind:?}");
        }
    }

    pub async fn send(&self, frame: Frame) {
        self.handle.frames().send(frame).await.unwrap();
    }
}

/// A picture of so many bytes; the first bit of VP8 says whether it is a key frame.
pub fn picture(n: u32, key: bool, bytes: usize) -> Frame {
    let mut data = vec![u8::from(!key)];
    data.extend((1..bytes).map(|i| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(n) as u8));
    Frame {
        kind: MediaKind::Video,
        key,
        at_us: u64::from(n) * 33_333,
        data: data.into(),
    }
}

/// 20 ms of sound.
pub fn sound(n: u32) -> Frame {
    let mut data = vec![0xfc];
    data.extend((0..80).map(|i| (n.wrapping_mul(31).wrapping_add(i)) as u8));
    Frame {
        kind: MediaKind::Audio,
        key: true,
        at_us: u64::from(n) * 20_000,
        data: Bytes::from(data),
    }
}

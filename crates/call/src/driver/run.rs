//! The task of one call.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use opener_trade::{Duration as Span, Fingerprint, Timestamp};
use tokio::{
    sync::mpsc,
    time::{Instant as TokioInstant, sleep_until},
};
use webrtc::{
    data_channel::{DataChannel, DataChannelEvent},
    media_stream::track_remote::TrackRemote,
    peer_connection::RTCPeerConnectionState,
};

use super::{
    Ask, CARD_BYTES, Config, Event, Handle, Said,
    connection::{Connection, ConnectionError, Flow, HAPPENINGS, Happened},
    receive::{Counts, Receiving, request_key_frame},
    tell::Counted,
};
use crate::{
    FRAMES, Frame, Outgoing,
    sdp::{Candidate, Description},
    session::{Command, Effect, Phase, Session, Side},
};

/// Things asked of a call that wait: each document of a round, and what a person presses meanwhile.
const ASKS: usize = 256;
/// Events that wait for whoever carries them out.
const EVENTS: usize = 64;
/// How long paths are gathered before they are shown, so that they share a document.
const SETTLE: Duration = Duration::from_millis(20);
/// Paths in one document.
const SHOWN_AT_ONCE: usize = opener_trade::limits::CALL_CANDIDATES;
/// How often the quality is told.
const SECOND: Duration = Duration::from_secs(1);
/// Tracks of the other side: sound, picture, and one of each in place of one that ended.
const TRACKS: usize = 4;

/// Starts a call. A caller's begins at once; of one called, the offer must be [`Handle::hear`]d next.
pub fn start(config: Config) -> (Handle, mpsc::Receiver<Event>) {
    let (asks, asked) = mpsc::channel(ASKS);
    let (frames, framed) = mpsc::channel(FRAMES);
    let (events, told) = mpsc::channel(EVENTS);
    let task = Task {
        session: Session::new(config.side, config.private),
        began: Instant::now(),
        config,
        events,
        flow: Flow::default(),
        counts: Arc::default(),
        frames: Some(framed),
        connection: None,
        happenings: None,
        offer: None,
        answer: None,
        signed: None,
        mid: "0".to_owned(),
        theirs: Vec::new(),
        known: 0,
        settled: false,
        ours: Vec::new(),
        last: false,
        show_at: None,
        tracks: Vec::new(),
        seen: Counted::default(),
    };
    tokio::spawn(task.run(asked));
    (Handle { asks, frames }, told)
}

pub(super) struct Task {
    pub(super) session: Session,
    pub(super) began: Instant,
    pub(super) config: Config,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) flow: Flow,
    pub(super) counts: Arc<Counts>,
    pub(super) frames: Option<mpsc::Receiver<Frame>>,
    pub(super) connection: Option<Connection>,
    pub(super) happenings: Option<mpsc::Receiver<Happened>>,
    pub(super) offer: Option<Description>,
    pub(super) answer: Option<Description>,
    /// The certificate that the other side has signed for.
    pub(super) signed: Option<Fingerprint>,
    pub(super) mid: String,
    /// Their paths that wait for a description.
    pub(super) theirs: Vec<Candidate>,
    /// Their paths in this round.
    pub(super) known: usize,
    /// Their description of this round is taken: paths may be tried.
    pub(super) settled: bool,
    /// Our paths that are not shown yet.
    pub(super) ours: Vec<Candidate>,
    pub(super) last: bool,
    pub(super) show_at: Option<TokioInstant>,
    pub(super) tracks: Vec<Arc<dyn TrackRemote>>,
    pub(super) seen: Counted,
}

impl Task {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.config.now.plus(Span::from_millis(elapsed))
    }

    /// The monotonic moment of a time stamp.
    fn instant(&self, at: Timestamp) -> TokioInstant {
        let ms = u64::try_from(at.since(self.config.now).millis()).unwrap_or(0);
        let at = self.began.checked_add(Duration::from_millis(ms));
        TokioInstant::from_std(at.unwrap_or(self.began))
    }

    async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        if self.config.side == Side::Caller {
            self.happens(Command::Call).await;
        }
        let mut second = tokio::time::interval(SECOND);
        while !matches!(self.session.phase(), Phase::Ended(_)) {
            let wake = self.session.wake_at().map(|at| self.instant(at));
            let show = self.show_at;
            let at = |moment: Option<TokioInstant>| moment.unwrap_or_else(TokioInstant::now);
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.asked(ask).await,
                    None => self.happens(Command::HangUp).await,
                },
                Some(happened) = heard(&mut self.happenings) => self.happened(happened).await,
                () = sleep_until(at(wake)), if wake.is_some() => self.happens(Command::Tick).await,
                () = sleep_until(at(show)), if show.is_some() => self.show().await,
                _ = second.tick(), if self.session.phase() == Phase::Connected => self.tell_quality().await,
            }
        }
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    async fn asked(&mut self, ask: Ask) {
        match ask {
            Ask::Accept => self.happens(Command::Accept).await,
            Ask::Decline(reason) => self.happens(Command::Decline(reason)).await,
            Ask::HangUp => self.happens(Command::HangUp).await,
            Ask::NetworkChanged => self.happens(Command::NetworkChanged).await,
            Ask::Heard(heard) => self.heard(heard).await,
            Ask::Attach(door) => {
                self.flow.outlet.attach(door);
                self.show_estimate();
                self.request_pictures().await;
            }
            Ask::KeyFrame => self.request_pictures().await,
            Ask::Card(message) => {
                if let Some(connection) = &self.connection {
                    connection.send_card(&message).await;
                }
            }
        }
    }

    async fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Found(line) => {
                let path = self.connection.as_ref().and_then(|it| it.found(&line));
                if let Some(path) = path {
                    self.happens(Command::Found(path)).await;
                }
            }
            Happened::Gathered => self.happens(Command::Gathered).await,
            Happened::State(RTCPeerConnectionState::Connected) => {
                let command = match (&self.connection, self.signed) {
                    (Some(connection), Some(signed)) if connection.is_under(signed).await => {
                        Command::PathUp
                    }
                    _ => Command::Mismatch,
                };
                self.happens(command).await;
            }
            Happened::State(RTCPeerConnectionState::Disconnected) => {
                self.happens(Command::PathDown).await;
            }
            Happened::State(RTCPeerConnectionState::Failed) => {
                let command = match self.session.phase() {
                    Phase::Connecting => Command::Broken,
                    _ => Command::PathDown,
                };
                self.happens(command).await;
            }
            Happened::State(_) => {}
            Happened::Track(track) => self.begin_track(track).await,
            Happened::Channel(channel) => {
                if let Some(connection) = &mut self.connection
                    && connection.adopt(channel.clone()).await
                {
                    tokio::spawn(read_cards(channel, self.events.clone()));
                }
            }
        }
    }

    async fn begin_track(&mut self, track: Arc<dyn TrackRemote>) {
        if self.tracks.len() >= TRACKS {
            return;
        }
        let receiving = Receiving {
            track: track.clone(),
            outlet: self.flow.outlet.clone(),
            counts: self.counts.clone(),
            epoch: self.began,
        };
        tokio::spawn(receiving.run());
        request_key_frame(&track).await;
        self.tracks.push(track);
    }

    /// Lets the machine take something, and does what it says.
    pub(super) async fn happens(&mut self, command: Command) {
        let mut commands = VecDeque::from([command]);
        while let Some(command) = commands.pop_front() {
            for effect in self.session.step(self.now(), command) {
                if let Err(error) = self.carry_out(effect).await {
                    tracing::warn!(%error, "the call cannot go on");
                    commands.push_back(Command::Broken);
                    break;
                }
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Result<(), ConnectionError> {
        match effect {
            Effect::Offer => {
                let offer = self.connection().await?.offer(false).await?;
                if let Some(channel) = self.connection.as_ref().and_then(|it| it.channel.clone()) {
                    tokio::spawn(read_cards(channel, self.events.clone()));
                }
                self.offered(&offer, false).await;
            }
            Effect::OfferRenewal => {
                let offer = self.connection().await?.offer(true).await?;
                self.offered(&offer, true).await;
            }
            Effect::Answer => {
                if let Some(theirs) = self.offer.clone() {
                    let answer = self.connection().await?.answer(&theirs).await?;
                    let said = Said::Answer {
                        sdp: answer.written("\n"),
                        fingerprint: answer.fingerprint(),
                    };
                    self.say(said).await;
                    self.settled = true;
                    self.try_paths().await;
                }
            }
            Effect::TakeAnswer => {
                if let Some(theirs) = self.answer.take() {
                    self.connection().await?.take_answer(&theirs).await?;
                    self.settled = true;
                    self.try_paths().await;
                }
            }
            Effect::Show { candidates, last } => {
                self.ours.extend(candidates);
                self.last |= last;
                let settle = TokioInstant::now().checked_add(SETTLE);
                self.show_at = self.show_at.or(settle);
            }
            Effect::AskRenewal => {
                let said = Said::Candidates {
                    candidates: Vec::new(),
                    last: false,
                    renew: true,
                };
                self.say(said).await;
            }
            Effect::KeyFrames => {
                self.flow.up.store(true, Ordering::Relaxed);
                self.flow.outlet.offer(Outgoing::KeyFrameWanted);
                self.request_pictures().await;
            }
            Effect::End {
                reason,
                connected_at,
                ended_at,
            } => {
                let said = Said::End {
                    reason,
                    connected_at,
                    ended_at,
                };
                self.say(said).await;
            }
            Effect::Close => self.flow.up.store(false, Ordering::Relaxed),
            Effect::Notify(phase) => {
                let event = Event::Phase {
                    phase,
                    connected_at: self.session.connected_at(),
                    ended_at: self.session.ended_at(),
                };
                self.tell(event).await;
            }
        }
        Ok(())
    }

    /// The connection, made when it is first needed: nobody's address is bound for a call that only rings.
    async fn connection(&mut self) -> Result<&mut Connection, ConnectionError> {
        if let Some(frames) = self.frames.take() {
            let (happenings, happened) = mpsc::channel(HAPPENINGS);
            let opened = Connection::open(&self.config, &self.flow, frames, happenings).await?;
            self.connection = Some(opened);
            self.happenings = Some(happened);
        }
        self.connection
            .as_mut()
            .ok_or(ConnectionError::Library("keep the connection"))
    }

    async fn offered(&mut self, offer: &Description, renews: bool) {
        let said = Said::Offer {
            sdp: offer.written("\n"),
            fingerprint: offer.fingerprint(),
            renews,
        };
        self.say(said).await;
    }

    async fn show(&mut self) {
        self.show_at = None;
        loop {
            let rest = self.ours.split_off(self.ours.len().min(SHOWN_AT_ONCE));
            let shown = std::mem::replace(&mut self.ours, rest);
            let done = self.ours.is_empty();
            let last = done && std::mem::take(&mut self.last);
            if !shown.is_empty() || last {
                let candidates = shown.iter().map(Candidate::to_string).collect();
                let said = Said::Candidates {
                    candidates,
                    last,
                    renew: false,
                };
                self.say(said).await;
            }
            if done {
                return;
            }
        }
    }
}

/// What the library tells; never, before there is a connection.
async fn heard(happenings: &mut Option<mpsc::Receiver<Happened>>) -> Option<Happened> {
    match happenings {
        Some(happenings) => happenings.recv().await,
        None => std::future::pending().await,
    }
}

/// Hands on what comes about the terms card.
async fn read_cards(channel: Arc<dyn DataChannel>, events: mpsc::Sender<Event>) {
    while let Some(event) = channel.poll().await {
        let event = match event {
            DataChannelEvent::OnOpen => Event::CardOpen,
            DataChannelEvent::OnMessage(message) if message.data.len() <= CARD_BYTES => {
                Event::Card(message.data.freeze())
            }
            DataChannelEvent::OnClose => return,
            _ => continue,
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

//! The telephone in the peer's task: what persons ask of it, what the call says, what the other side said.

mod card;
mod say;
mod signals;

use opener_call::{Config, Event as Told, Handle, Heard, session::Side};
use opener_negotiation::Rejection;
use opener_net::Network;
use opener_trade::{CallId, Timestamp, document::CallEndReason};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, timeout},
};

use super::Runner;
use crate::{
    Clock, Event, PeerError,
    engine::Place,
    handle::Call,
    telephone::{CallPhase, CallSettings, CallSnapshot, CallWish, Cards, Line, Media, Talk},
};

/// What a call tells that is taken in one go; what follows waits until the rest of the peer had its turn.
const TOLD_AT_ONCE: usize = 64;
/// How long a program that is closed in a call takes to say so: a few documents over a slow line. Who does not hear it finds
/// out by silence.
const GOODBYE: Duration = Duration::from_secs(3);

type Answer = oneshot::Sender<Result<CallSnapshot, PeerError>>;

impl<N: Network, C: Clock> Runner<N, C> {
    /// What the handle asks for about calls.
    pub(super) async fn take_telephone(&mut self, call: Call) {
        // A caller that has gone away needs no answer.
        match call {
            Call::Dial { wish, answer } => self.start_call(wish, answer).await,
            Call::PickUp { call, answer } => drop(answer.send(self.accept_call(call))),
            Call::TurnDown { call, answer } => drop(answer.send(self.decline_call(call))),
            Call::HangUp { call, answer } => drop(answer.send(self.finish_call(call))),
            Call::ShowTalk { answer } => {
                let talk = self.telephone.talk.as_ref();
                drop(answer.send(Ok(talk.map(Talk::snapshot))));
            }
            Call::WriteCard {
                call,
                terms,
                answer,
            } => drop(answer.send(self.write_card(call, *terms).await)),
            Call::AgreeToCard {
                call,
                version,
                answer,
            } => drop(answer.send(self.agree_to_card(call, version).await)),
            Call::TalkSettings { answer } => drop(answer.send(self.engine.call_settings().await)),
            Call::SetTalkSettings { settings, answer } => {
                drop(answer.send(self.engine.set_call_settings(settings).await));
            }
            Call::NetworkChanged { answer } => {
                self.addresses_change(self.clock.now());
                drop(answer.send(Ok(())));
            }
            Call::OpenMedia { call, answer } => drop(answer.send(self.open_media(call))),
            _ => {}
        }
    }

    /// Calls the other side. Who asked is answered once our offer is signed, or refused.
    pub(super) async fn start_call(&mut self, wish: CallWish, answer: Answer) {
        let dialled = self.dial(wish).await;
        // Who asked and has gone away needs no answer.
        match (dialled, self.telephone.running()) {
            (Ok(()), Some((talk, _))) => {
                if let Some(line) = talk.line.as_mut() {
                    line.waiting = Some(answer);
                }
            }
            (Ok(()), None) => drop(answer.send(Err(no_such_call()))),
            (Err(error), _) => drop(answer.send(Err(error))),
        }
    }

    async fn dial(&mut self, wish: CallWish) -> Result<(), PeerError> {
        if self.telephone.running().is_some() {
            return Err(Rejection::not_allowed("another call runs; end it first").into());
        }
        let place = self.engine.call_place(wish.deal, wish.seller).await?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| PeerError::Random(error.to_string()))?;
        let settings = self.engine.call_settings().await?;
        let private = wish.private.unwrap_or(settings.private);
        let call = CallId::from_bytes(random);
        let talk = self.talk(call, &place, wish.video);
        let config = self.config(Side::Caller, private, &settings);
        let talk = Talk {
            private,
            line: Some(line(opener_call::start(config))),
            ..talk
        };
        self.engine.keep_call(&talk.kept()).await?;
        self.telephone.talk = Some(talk);
        Ok(())
    }

    /// A call that rings from now on, without a line.
    fn talk(&self, call: CallId, place: &Place, video: bool) -> Talk {
        Talk {
            call,
            deal: place.key.0,
            seller: place.key.1,
            with: place.with,
            role: place.role,
            incoming: false,
            video,
            private: false,
            phase: CallPhase::Ringing,
            ended: None,
            rang_at: self.clock.now(),
            connected_at: None,
            ended_at: None,
            quality: None,
            cards: Cards::new(place.role),
            line: None,
        }
    }

    fn config(&self, side: Side, private: bool, settings: &CallSettings) -> Config {
        Config {
            side,
            private,
            servers: settings.for_ice(),
            reach: self.reach,
            now: self.clock.now(),
        }
    }

    /// Takes a call that rings here.
    pub(super) fn accept_call(&mut self, call: CallId) -> Result<CallSnapshot, PeerError> {
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        if !talk.incoming || !talk.rings() {
            return Err(Rejection::not_allowed("this call does not ring here").into());
        }
        if let Some(line) = &talk.line {
            line.handle.accept().map_err(|_| no_such_call())?;
        }
        // The call itself says so in a moment.
        talk.phase = CallPhase::Connecting;
        Ok(talk.snapshot())
    }

    /// Does not take it.
    pub(super) fn decline_call(&mut self, call: CallId) -> Result<(), PeerError> {
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        if !talk.incoming || !talk.rings() {
            return Err(Rejection::not_allowed("this call does not ring here").into());
        }
        on_line(talk, |line| line.decline(CallEndReason::Declined))
    }

    /// Hangs up, or gives up.
    pub(super) fn finish_call(&mut self, call: CallId) -> Result<(), PeerError> {
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        on_line(talk, Handle::hang_up)
    }

    pub(super) fn open_media(&mut self, call: CallId) -> Result<Media, PeerError> {
        let talk = self.telephone.on(call).ok_or_else(no_such_call)?;
        if talk.incoming && talk.rings() {
            return Err(Rejection::not_allowed("take the call first").into());
        }
        talk.open_media()
    }

    /// This computer's addresses have changed: the path of a call is renewed when they have settled.
    pub(super) fn renew_call(&mut self, now: Timestamp) {
        if self.renew_call_at.is_some_and(|at| at <= now) {
            self.renew_call_at = None;
            if let Some((talk, _)) = self.telephone.running() {
                // One that is over needs no path.
                let _ = on_line(talk, Handle::network_changed);
            }
        }
    }

    /// Takes what the call tells, and what else it has told already.
    pub(super) async fn take_told(&mut self, first: Option<Told>) {
        let mut told = first;
        if told.is_none() {
            // Its task is gone without a word.
            self.call_over(CallEndReason::Failed).await;
        }
        let mut taken = 0;
        while let Some(event) = told.take() {
            self.take_one(event).await;
            taken += 1;
            if taken < TOLD_AT_ONCE {
                told = self.telephone.already();
            }
        }
    }

    async fn take_one(&mut self, told: Told) {
        let Some((talk, call)) = self.telephone.running() else {
            return;
        };
        match told {
            Told::Say(said) => self.say_of_call(call, said).await,
            Told::Phase {
                phase,
                connected_at,
                ended_at,
            } => {
                let was_connected = talk.connected_at.is_some();
                talk.enter(phase, connected_at, ended_at);
                let kept = match (talk.phase, was_connected) {
                    (CallPhase::Ended, _) => self.engine.forget_call().await,
                    (CallPhase::Connected, false) => {
                        let kept = talk.kept();
                        self.engine.keep_call(&kept).await
                    }
                    _ => Ok(()),
                };
                if let Err(error) = kept {
                    tracing::error!(%error, "where the call stands could not be noted");
                }
                self.tell(Event::Call { call });
            }
            Told::Quality(quality) => {
                talk.quality = Some(quality);
                self.tell(Event::Call { call });
            }
            Told::CardOpen => {
                if let Some(line) = talk.line.as_mut() {
                    line.card_open = true;
                }
                talk.send_card(talk.cards.messages());
            }
            Told::Card(message) => self.hear_card(call, &message).await,
        }
    }

    /// Says of a call in which this program was killed that it is over.
    pub(super) async fn end_former_call(&mut self) {
        // A restored peer says nothing before its owner's word.
        if self.engine.held().is_some() {
            return;
        }
        if let Err(error) = self.engine.end_kept_call(self.clock.now()).await {
            tracing::error!(%error, "the end of the call before could not be said");
        }
    }

    /// A program that is closed in a call says so, if that goes quickly.
    pub(super) async fn say_goodbye(&mut self) {
        let Some((talk, _)) = self.telephone.running() else {
            return;
        };
        if on_line(talk, Handle::hang_up).is_err() {
            return;
        }
        let parting = async {
            while self.telephone.running().is_some() {
                let told = self.telephone.next().await;
                self.take_told(told).await;
            }
            // One document of a chain follows the other.
            while self.send_due(self.clock.now()).await.is_ok() && !self.deliveries.is_empty() {
                let Some(event) = self.net.next().await else {
                    return;
                };
                self.take_batch(event).await;
            }
        };
        // What was not delivered in time is delivered at the next start.
        let _ = timeout(GOODBYE, parting).await;
        self.publish();
    }
}

pub(super) fn line((handle, told): (Handle, mpsc::Receiver<Told>)) -> Line {
    Line::new(handle, told)
}

/// Says something to the running call.
pub(super) fn on_line(
    talk: &Talk,
    say: impl Fn(&Handle) -> Result<(), opener_call::Over>,
) -> Result<(), PeerError> {
    let line = talk.line.as_ref().ok_or_else(no_such_call)?;
    say(&line.handle).map_err(|_| no_such_call())
}

pub(super) fn no_such_call() -> PeerError {
    PeerError::NotFound("running call")
}

/// What the other side hears of a document.
pub(super) fn hear(talk: &Talk, heard: &Heard) {
    // A call that is over hears nothing more.
    let _ = on_line(talk, |line| line.hear(heard.clone()));
}

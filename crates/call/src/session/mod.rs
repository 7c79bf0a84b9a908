//! The machine of a call: idle → ringing → connecting → connected ⇄ reconnecting → ended.
//!
//! It does nothing itself and reads no clock: it takes what happens at a moment, and says what is to be done.

mod command;
mod effect;
mod state;

#[cfg(test)]
mod tests;

use opener_trade::{Duration, Timestamp, document::CallEndReason};

pub use command::Command;
pub use effect::Effect;
pub use state::{Ending, Phase, Session, Side};

use crate::sdp::{CANDIDATES, Candidate, CandidateKind};

/// How long it rings: eight rings of a telephone. The offer itself counts two minutes, so that clocks may differ.
pub const RING_TIME: Duration = Duration::from_secs(45);
/// How long a path is sought after the call was taken. ICE over a relay takes some seconds at worst.
pub const CONNECT_TIME: Duration = Duration::from_secs(20);
/// How long a broken path is sought anew before the other side is held to be gone.
pub const RECONNECT_TIME: Duration = Duration::from_secs(20);
/// How long a silent path may come back by itself before it is renewed.
pub const RENEW_AFTER: Duration = Duration::from_secs(1);
/// How often a renewal is tried while nothing is heard.
pub const RENEW_EVERY: Duration = Duration::from_secs(5);

impl Session {
    /// Takes what happens. What does not fit where the call stands changes nothing: documents and events cross.
    pub fn step(&mut self, now: Timestamp, command: Command) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        match command {
            Command::Call if self.is_idle(Side::Caller) => {
                self.offered = true;
                let mut effects = vec![Effect::Offer];
                effects.extend(self.enter(Phase::Ringing, Some(now.plus(RING_TIME))));
                effects
            }
            Command::Ring if self.is_idle(Side::Called) => {
                self.enter(Phase::Ringing, Some(now.plus(RING_TIME)))
            }
            Command::Accept if self.side == Side::Called && self.phase == Phase::Ringing => {
                let mut effects = vec![Effect::Answer];
                effects.extend(self.enter(Phase::Connecting, Some(now.plus(CONNECT_TIME))));
                effects
            }
            Command::Decline(reason) if !self.is_taken() => self.end(now, reason),
            Command::HangUp => {
                let reason = match (self.side, self.is_taken()) {
                    (_, true) => CallEndReason::HungUp,
                    (Side::Caller, false) => CallEndReason::Cancelled,
                    (Side::Called, false) => CallEndReason::Declined,
                };
                self.end(now, reason)
            }
            Command::Answered if self.side == Side::Caller && self.offered => self.answered(now),
            Command::Renewed if self.side == Side::Called && self.is_taken() => {
                self.gathered = false;
                vec![Effect::Answer]
            }
            Command::RenewalAsked if self.side == Side::Caller && self.is_taken() => self.renew(),
            Command::TheyEnded(reason) => self.close(now, reason, false),
            Command::Refused if self.phase == Phase::Ringing => {
                self.close(now, CallEndReason::Failed, false)
            }
            Command::Found(candidate) => self.found(candidate),
            Command::Gathered => self.has_gathered(),
            Command::PathUp if self.is_taken() => self.up(now),
            Command::PathDown if self.phase == Phase::Connected => {
                self.renew_at = Some(now.plus(RENEW_AFTER));
                self.enter(Phase::Reconnecting, Some(now.plus(RECONNECT_TIME)))
            }
            Command::NetworkChanged if self.is_taken() => {
                let mut effects = match self.phase {
                    Phase::Connected => {
                        self.enter(Phase::Reconnecting, Some(now.plus(RECONNECT_TIME)))
                    }
                    _ => Vec::new(),
                };
                self.renew_at = Some(now.plus(RENEW_EVERY));
                effects.extend(self.renew());
                effects
            }
            Command::Mismatch => self.end(now, CallEndReason::FingerprintMismatch),
            Command::Broken => self.end(now, CallEndReason::Failed),
            Command::Tick => self.tick(now),
            _ => Vec::new(),
        }
    }

    fn is_idle(&self, side: Side) -> bool {
        self.side == side && self.phase == Phase::Idle
    }

    fn enter(&mut self, phase: Phase, deadline: Option<Timestamp>) -> Vec<Effect> {
        self.phase = phase;
        self.deadline = deadline;
        vec![Effect::Notify(phase)]
    }

    fn answered(&mut self, now: Timestamp) -> Vec<Effect> {
        self.offered = false;
        let mut effects = vec![Effect::TakeAnswer];
        if self.phase == Phase::Ringing {
            effects.extend(self.enter(Phase::Connecting, Some(now.plus(CONNECT_TIME))));
            // What private calls held back may be seen now.
            let held = std::mem::take(&mut self.held);
            if !held.is_empty() {
                effects.push(Effect::Show {
                    candidates: held,
                    last: self.gathered,
                });
            }
        }
        if std::mem::take(&mut self.renew_again) {
            effects.extend(self.renew());
        }
        effects
    }

    /// Renews the path, or asks the caller to; an offer that is not answered comes first.
    fn renew(&mut self) -> Vec<Effect> {
        match self.side {
            Side::Called => vec![Effect::AskRenewal],
            Side::Caller if self.offered => {
                self.renew_again = true;
                Vec::new()
            }
            Side::Caller => {
                self.offered = true;
                self.gathered = false;
                vec![Effect::OfferRenewal]
            }
        }
    }

    fn found(&mut self, candidate: Candidate) -> Vec<Effect> {
        let hidden = self.private && !self.is_taken() && candidate.kind != CandidateKind::Relayed;
        if !hidden {
            return vec![Effect::Show {
                candidates: vec![candidate],
                last: false,
            }];
        }
        if self.held.len() < CANDIDATES {
            self.held.push(candidate);
        }
        Vec::new()
    }

    fn has_gathered(&mut self) -> Vec<Effect> {
        self.gathered = true;
        if self.held.is_empty() {
            vec![Effect::Show {
                candidates: Vec::new(),
                last: true,
            }]
        } else {
            Vec::new()
        }
    }

    fn up(&mut self, now: Timestamp) -> Vec<Effect> {
        self.connected_at.get_or_insert(now);
        self.renew_at = None;
        let mut effects = match self.phase {
            Phase::Connected => Vec::new(),
            _ => self.enter(Phase::Connected, None),
        };
        effects.insert(0, Effect::KeyFrames);
        effects
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            let reason = match self.phase {
                Phase::Ringing => CallEndReason::NoAnswer,
                Phase::Reconnecting => CallEndReason::PeerGone,
                _ => CallEndReason::Failed,
            };
            return self.end(now, reason);
        }
        if self.renew_at.is_some_and(|at| now >= at) {
            self.renew_at = Some(now.plus(RENEW_EVERY));
            return self.renew();
        }
        Vec::new()
    }

    /// Ends the call and says so.
    fn end(&mut self, now: Timestamp, reason: CallEndReason) -> Vec<Effect> {
        let mut effects = vec![Effect::End {
            reason,
            connected_at: self.connected_at,
            ended_at: self
                .connected_at
                .map_or(now, |connected| connected.max(now)),
        }];
        effects.extend(self.close(now, reason, true));
        effects
    }

    fn close(&mut self, now: Timestamp, reason: CallEndReason, by_us: bool) -> Vec<Effect> {
        self.ended_at = Some(now);
        self.renew_at = None;
        self.held.clear();
        let mut effects = vec![Effect::Close];
        effects.extend(self.enter(Phase::Ended(Ending { reason, by_us }), None));
        effects
    }
}

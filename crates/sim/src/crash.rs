//! Crashes: a program ends without finishing, at a chosen step.

use opener_trade::Duration;

use crate::{Actor, World};

/// A crash that is planned: this actor, at its `step`th step, counted from 0.
///
/// A program's steps are the moments before and after everything it does: before a document is taken and after it is
/// committed, before its receipt leaves; before and after an answer is taken; after deliveries are noted as sent and
/// before they leave; after time has passed for it; before and after what a person asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// Whose program.
    pub actor: Actor,
    /// At which of its steps.
    pub step: usize,
    /// How long it stays down.
    pub down: Duration,
}

impl World {
    /// Plans a crash.
    pub const fn plan_crash(&mut self, crash: Crash) {
        self.crash = Some(crash);
    }

    /// Gives up a planned crash.
    pub const fn forget_crash(&mut self) {
        self.crash = None;
    }

    /// How often a program has crashed.
    #[must_use]
    pub const fn crashes(&self) -> u64 {
        self.crashes
    }

    /// Whether the planned crash is still to come.
    #[must_use]
    pub const fn crash_is_planned(&self) -> bool {
        self.crash.is_some()
    }

    /// Steps that an actor's program has taken: the number of places where it can crash.
    #[must_use]
    pub fn steps(&self, actor: Actor) -> usize {
        self.program(actor).steps
    }
}

//! Crashes: a program ends without finishing, at a chosen step.

use opener_trade::Duration;

use crate::Actor;

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

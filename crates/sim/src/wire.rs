//! What is on the wire, for those who tamper with it.

use std::sync::Arc;

use crate::Actor;

/// Which way a letter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// A document on its way out.
    Request,
    /// The receipt or failure on its way back.
    Answer,
    /// A request for a piece of a file on its way out.
    AskPiece,
    /// The piece or the refusal on its way back.
    Piece,
}

/// A message that is about to arrive.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Who sent it.
    pub from: Actor,
    /// Whom it reaches.
    pub to: Actor,
    /// Out or back.
    pub leg: Leg,
    /// What it carries.
    pub bytes: Arc<[u8]>,
}

/// Gives the bytes that arrive in place of a letter's; nothing when the letter disappears.
pub(crate) type Tamper = Box<dyn FnMut(&Letter) -> Option<Arc<[u8]>>>;

//! What will happen when: messages on their way, and what waits for a moment.

use std::{collections::BTreeMap, sync::Arc};

use opener_peer::{Attempt, Wanted};
use opener_trade::{PeerId, Timestamp};

use crate::Actor;

/// One delivery or request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(crate) u64);

/// What waits for an answer.
#[derive(Debug, Clone)]
pub(crate) enum Waiting {
    /// A document.
    Delivery(Attempt),
    /// A request for a piece of a file.
    Piece(Wanted),
}

/// Something that will happen.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A document reaches its recipient.
    Request {
        from: Actor,
        to: Actor,
        ticket: Ticket,
        bytes: Arc<[u8]>,
    },
    /// The answer to it reaches its sender.
    Answer {
        from: Actor,
        to: Actor,
        ticket: Ticket,
        bytes: Arc<[u8]>,
    },
    /// A request for a piece of a file reaches its holder.
    AskPiece {
        from: Actor,
        to: Actor,
        ticket: Ticket,
        bytes: Arc<[u8]>,
    },
    /// The piece, or a refusal, reaches whoever asked.
    Piece {
        from: Actor,
        to: Actor,
        ticket: Ticket,
        bytes: Arc<[u8]>,
    },
    /// The sender stops waiting for the answer.
    GiveUp { sender: Actor, ticket: Ticket },
    /// A directory's stamp reaches the actor that asked for it.
    Stamped {
        to: Actor,
        directory: PeerId,
        bytes: Arc<[u8]>,
    },
    /// A sleeping computer wakes up.
    Wake(Actor),
    /// A crashed program is started again.
    Restart(Actor),
}

/// The events to come, in order of time; those of one moment in the order in which they were planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    events: BTreeMap<(Timestamp, u64), Event>,
    planned: u64,
}

impl Agenda {
    pub(crate) fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.events.keys().next().map(|(at, _)| *at)
    }

    /// Forgets what is next for as long as this says that it is void.
    pub(crate) fn skip(&mut self, is_void: impl Fn(&Event) -> bool) {
        while self
            .events
            .first_key_value()
            .is_some_and(|(_, event)| is_void(event))
        {
            self.events.pop_first();
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.events.pop_first().map(|(_, event)| event)
    }

    /// Takes the other documents that reach the same actor at the same moment, if they are next.
    pub(crate) fn pop_request_to(&mut self, actor: Actor, at: Timestamp) -> Option<Event> {
        let ((moment, _), event) = self.events.first_key_value()?;
        match event {
            Event::Request { to, .. } if *to == actor && *moment == at => self.pop(),
            _ => None,
        }
    }
}

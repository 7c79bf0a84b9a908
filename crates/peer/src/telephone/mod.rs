//! The telephone of a peer: one call at a time, and the one that ended last.

mod card;
mod media;
mod settings;
mod talk;

pub use card::{CallCard, CardOutcome};
pub use media::{Brought, FromPage, Media, Parted, ToPage};
pub use settings::{CallServer, CallSettings};
pub use talk::{CallPhase, CallSnapshot, CallWish};

pub(crate) use card::{Cards, Heard as HeardCard};
pub(crate) use talk::{Line, Talk};

use opener_trade::{CallId, DealId, PeerId, Timestamp};
use serde::{Deserialize, Serialize};

/// What is kept of a running call, so that a program that was killed can say that it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptCall {
    pub(crate) call: CallId,
    pub(crate) deal: DealId,
    pub(crate) seller: PeerId,
    pub(crate) connected_at: Option<Timestamp>,
}

/// One call, or the last one, or none in this run of the program.
#[derive(Default)]
pub(crate) struct Telephone {
    pub(crate) talk: Option<Talk>,
}

impl Telephone {
    /// The call that runs.
    pub(crate) fn running(&mut self) -> Option<(&mut Talk, CallId)> {
        let talk = self.talk.as_mut().filter(|talk| talk.line.is_some())?;
        let call = talk.call;
        Some((talk, call))
    }

    /// The call that runs, if it is this one.
    pub(crate) fn on(&mut self, call: CallId) -> Option<&mut Talk> {
        let (talk, running) = self.running()?;
        (running == call).then_some(talk)
    }

    /// What the running call tells next; never, while none runs. Nothing means that its task is gone.
    pub(crate) async fn next(&mut self) -> Option<opener_call::Event> {
        let line = self.talk.as_mut().and_then(|talk| talk.line.as_mut());
        match line {
            Some(line) => line.told.recv().await,
            None => std::future::pending().await,
        }
    }

    /// What else it has told already.
    pub(crate) fn already(&mut self) -> Option<opener_call::Event> {
        let line = self.talk.as_mut().and_then(|talk| talk.line.as_mut())?;
        line.told.try_recv().ok()
    }
}

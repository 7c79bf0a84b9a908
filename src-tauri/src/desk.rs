//! What the window knows: the folder, whether the peer runs, and which page listens.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use opener_api::{ApiError, Code, Handle};
use serde::Serialize;
use tauri::{async_runtime::JoinHandle, ipc::Channel};
use tokio::sync::{Notify, watch};

use crate::{arguments::Arguments, memo::Memo};

/// Nudges that wait for a page at most. A person clicks one or two before a window is there; the oldest gives way.
pub const MAX_NUDGES: usize = 8;

/// How far the peer is.
#[derive(Clone)]
pub enum Phase {
    /// It is being opened.
    Opening,
    /// It waits for a passphrase.
    Locked(Lock),
    /// It runs.
    Running(Handle),
    /// It cannot start, for this reason.
    Failed(String),
}

/// Why a passphrase is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// There is no key yet, and no keychain to put it in.
    Fresh,
    /// The key is sealed.
    Sealed,
    /// The key is sealed, and the last passphrase was another.
    Wrong,
}

/// The phase, as the page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "phase", content = "message", rename_all = "snake_case")]
pub enum Door {
    /// Choose a passphrase.
    Fresh,
    /// Type the passphrase.
    Locked,
    /// Type the right one.
    Wrong,
    /// The peer runs.
    Running,
    /// It cannot start, for this reason.
    Failed(String),
}

/// Something from outside the page that it should show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "nudge", rename_all = "snake_case")]
pub enum Nudge {
    /// A notification was clicked: show its deal.
    Deal {
        /// The deal.
        deal: String,
    },
    /// A link was clicked.
    Link {
        /// The link, `opener:…`.
        url: String,
    },
}

/// What the window knows.
pub struct Desk {
    data: PathBuf,
    arguments: Arguments,
    phase: watch::Sender<Phase>,
    memo: Mutex<Memo>,
    page: Mutex<Page>,
    /// Told when notices were seen, so that they are counted again.
    pub seen: Notify,
}

/// The page that listens, and what waits for one.
#[derive(Default)]
struct Page {
    nudges: Option<Channel<Nudge>>,
    waiting: VecDeque<Nudge>,
    follower: Option<JoinHandle<()>>,
}

impl Desk {
    /// A desk on this folder.
    pub fn new(data: PathBuf, arguments: Arguments) -> Self {
        Self {
            memo: Mutex::new(Memo::load(&data)),
            data,
            arguments,
            phase: watch::Sender::new(Phase::Opening),
            page: Mutex::default(),
            seen: Notify::new(),
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What was said at the start.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// How far the peer is now.
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// How far the peer is, as it changes.
    pub fn phases(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// The peer has come this far.
    pub fn set_phase(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    /// Begins to open, unless the peer runs or is being opened. Whether it began.
    pub fn begin_opening(&self) -> bool {
        self.phase.send_if_modified(|phase| {
            let is_idle = matches!(phase, Phase::Locked(_) | Phase::Failed(_));
            if is_idle {
                *phase = Phase::Opening;
            }
            is_idle
        })
    }

    /// The first phase that stays until somebody does something.
    pub async fn settled(&self) -> Phase {
        let mut phases = self.phase.subscribe();
        let settled = phases
            .wait_for(|phase| !matches!(phase, Phase::Opening))
            .await;
        settled.map_or(Phase::Opening, |phase| phase.clone())
    }

    /// The peer, once it runs.
    ///
    /// # Errors
    /// It waits for a passphrase, or cannot start.
    pub async fn peer(&self) -> Result<Handle, ApiError> {
        match self.settled().await {
            Phase::Running(handle) => Ok(handle),
            Phase::Failed(reason) => Err(ApiError::new(Code::Stopped, reason)),
            Phase::Opening | Phase::Locked(_) => Err(ApiError::new(
                Code::Unavailable,
                "the key is locked; type its passphrase first",
            )),
        }
    }

    /// What is remembered.
    pub fn memo(&self) -> Memo {
        *lock(&self.memo)
    }

    /// Changes what is remembered; a disk that refuses costs a memory, not a deal.
    pub fn remember(&self, change: impl FnOnce(&mut Memo)) {
        let mut memo = lock(&self.memo);
        let before = *memo;
        change(&mut memo);
        if *memo != before
            && let Err(error) = memo.keep(&self.data)
        {
            tracing::warn!(%error, "what the window remembers cannot be written");
        }
    }

    /// A page listens from now on, in place of the one before, and gets what waited.
    pub fn attach(&self, nudges: Channel<Nudge>, follower: JoinHandle<()>) {
        let mut page = lock(&self.page);
        for nudge in std::mem::take(&mut page.waiting) {
            deliver(&nudges, nudge);
        }
        page.nudges = Some(nudges);
        if let Some(before) = page.follower.replace(follower) {
            before.abort();
        }
    }

    /// Tells the page, or keeps it for the next one.
    pub fn nudge(&self, nudge: Nudge) {
        let mut page = lock(&self.page);
        match &page.nudges {
            Some(nudges) => deliver(nudges, nudge),
            None => {
                if page.waiting.len() == MAX_NUDGES {
                    page.waiting.pop_front();
                }
                page.waiting.push_back(nudge);
            }
        }
    }
}

fn deliver(nudges: &Channel<Nudge>, nudge: Nudge) {
    if let Err(error) = nudges.send(nudge) {
        tracing::warn!(%error, "the page does not listen");
    }
}

/// A thread that ended while it held the lock left whole values behind: each change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<Phase> for Door {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Locked(Lock::Fresh) => Door::Fresh,
            Phase::Opening | Phase::Locked(Lock::Sealed) => Door::Locked,
            Phase::Locked(Lock::Wrong) => Door::Wrong,
            Phase::Running(_) => Door::Running,
            Phase::Failed(reason) => Door::Failed(reason),
        }
    }
}

#[cfg(test)]
mod tests;

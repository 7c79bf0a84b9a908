//! Where frames of the other side go.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::Outgoing;

/// The door that shows this call now. Nobody is waited for: a door that does not keep up misses frames.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlet {
    door: Arc<Mutex<Option<mpsc::Sender<Outgoing>>>>,
}

impl Outlet {
    pub(super) fn attach(&self, door: mpsc::Sender<Outgoing>) {
        *self.door.lock().unwrap_or_else(PoisonError::into_inner) = Some(door);
    }

    /// Whether somebody looks.
    pub(super) fn is_open(&self) -> bool {
        let door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        door.as_ref().is_some_and(|door| !door.is_closed())
    }

    /// Whether a door took it.
    pub(super) fn offer(&self, outgoing: Outgoing) -> bool {
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = &*door else {
            return false;
        };
        match sender.try_send(outgoing) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => false,
            Err(mpsc::error::TrySendError::Closed(_)) => {
                *door = None;
                false
            }
        }
    }
}

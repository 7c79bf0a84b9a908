//! What a restored peer does before its owner's word, and backups of a running one.

use std::fs::File;

use opener_net::Network;
use tokio::sync::oneshot;

use super::Runner;
use crate::{
    Clock, Passphrase, PeerError,
    backup::{BackupError, Copy, Source, sealed},
    handle::Call,
    start::{DATABASE, FILES},
};

impl<N: Network, C: Clock> Runner<N, C> {
    /// Whether a call waits until the owner of a restored peer lets it go on: all that may sign, send or ask others.
    pub(super) fn must_wait(&self, call: &Call) -> bool {
        let may = matches!(
            call,
            Call::Status { .. }
                | Call::Profile { .. }
                | Call::Deals { .. }
                | Call::AnsweredQuestions { .. }
                | Call::DealCounts { .. }
                | Call::Deal { .. }
                | Call::Records { .. }
                | Call::Notices { .. }
                | Call::Contacts { .. }
                | Call::Book { .. }
                | Call::Groups { .. }
                | Call::Members { .. }
                | Call::Forms { .. }
                | Call::Form { .. }
                | Call::Attachments { .. }
                | Call::Blob { .. }
                | Call::Alarms { .. }
                | Call::Phone { .. }
                | Call::SetPhone { .. }
                | Call::PhoneState { .. }
                | Call::PhoneTold { .. }
                | Call::ShowTalk { .. }
                | Call::TalkSettings { .. }
                | Call::Held { .. }
                | Call::GoOn { .. }
                | Call::Backup { .. }
                | Call::Shutdown { .. }
        );
        self.engine.held().is_some() && !may
    }

    /// Copies the database, and lets a thread of its own seal everything: that takes as long as the disk needs.
    pub(super) async fn back_up(
        &self,
        passphrase: Passphrase,
        answer: oneshot::Sender<Result<File, PeerError>>,
    ) {
        let Ok(seat) = self.backups.clone().try_acquire_owned() else {
            return drop(answer.send(Err(BackupError::Busy.into())));
        };
        let tables = match Copy::beside(&self.data.join(DATABASE)) {
            Ok(tables) => tables,
            Err(error) => return drop(answer.send(Err(error.into()))),
        };
        if let Err(error) = self.engine.snapshot(tables.path()).await {
            return drop(answer.send(Err(error)));
        }
        let (data, identity) = (self.data.clone(), self.engine.identity());
        let now = self.clock.now();
        tokio::task::spawn_blocking(move || {
            let source = Source {
                tables: tables.path(),
                files: &data.join(FILES),
                identity: &identity,
                now,
            };
            let made = sealed(&source, &data, &passphrase);
            drop((tables, seat));
            // A caller that has gone away needs no backup.
            drop(answer.send(made.map_err(PeerError::from)));
        });
    }
}

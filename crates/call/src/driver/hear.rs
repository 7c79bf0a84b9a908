//! What the other side said: read strictly, compared with what was signed, and given to the machine.

use opener_trade::Fingerprint;

use super::{Heard, run::Task};
use crate::{
    sdp::{CANDIDATES, Candidate, Description, Seen},
    session::Command,
};

impl Task {
    pub(super) async fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Offer { sdp, fingerprint } => {
                let first = self.offer.is_none();
                match self.read(&sdp, fingerprint) {
                    Ok(offer) => {
                        self.begin_round(&offer);
                        self.offer = Some(offer);
                        self.happens(if first {
                            Command::Ring
                        } else {
                            Command::Renewed
                        })
                        .await;
                    }
                    Err(wrong) => self.happens(wrong).await,
                }
            }
            Heard::Answer { sdp, fingerprint } => match self.read(&sdp, fingerprint) {
                Ok(answer) => {
                    self.begin_round(&answer);
                    self.answer = Some(answer);
                    self.happens(Command::Answered).await;
                }
                Err(wrong) => self.happens(wrong).await,
            },
            Heard::Candidates { candidates, renew } => {
                for line in candidates {
                    match Candidate::read(&line, self.config.reach) {
                        Ok(Seen::Path(path)) => self.their_path(path).await,
                        Ok(Seen::Passed) => {}
                        Err(_) => return self.happens(Command::Broken).await,
                    }
                }
                if renew {
                    self.happens(Command::RenewalAsked).await;
                }
            }
            Heard::End(reason) => self.happens(Command::TheyEnded(reason)).await,
            Heard::Refused => self.happens(Command::Refused).await,
        }
    }

    /// Reads a description, and compares the certificate in it with the one that was signed, now and at first.
    fn read(&mut self, sdp: &str, fingerprint: Fingerprint) -> Result<Description, Command> {
        let described = Description::read(sdp, self.config.reach).map_err(|error| {
            tracing::warn!(%error, "a description of the other side is not used");
            Command::Broken
        })?;
        let signed = *self.signed.get_or_insert(fingerprint);
        if described.fingerprint() == fingerprint && fingerprint == signed {
            Ok(described)
        } else {
            Err(Command::Mismatch)
        }
    }

    fn begin_round(&mut self, theirs: &Description) {
        self.settled = false;
        self.mid = theirs.first_mid().to_owned();
        self.theirs = theirs.candidates().to_vec();
        self.known = self.theirs.len();
    }

    async fn their_path(&mut self, path: Candidate) {
        if self.known >= CANDIDATES {
            return;
        }
        self.known += 1;
        self.theirs.push(path);
        self.try_paths().await;
    }

    pub(super) async fn try_paths(&mut self) {
        let Some(connection) = self.connection.as_ref().filter(|_| self.settled) else {
            return;
        };
        for path in self.theirs.drain(..) {
            // One that the library does not take is one path less.
            let _ = connection.try_path(&path, &self.mid).await;
        }
    }
}

//! A directory that does one thing: it stamps hashes with its own time.

use std::sync::Arc;

use opener_trade::{DocumentId, Duration, Identity, PeerId, Timestamp, document::Stamp, sign};

use crate::{Actor, World, agenda::Event, program::must};

/// The directory of a world.
pub(crate) struct Stamper {
    identity: Identity,
    /// What its clock shows beyond the true time.
    ahead: Duration,
    reachable: bool,
}

impl World {
    /// Opens the world's directory and gives its id. Actors use it once they are told to.
    pub fn open_directory(&mut self) -> PeerId {
        let mut seed = [0xd1; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let identity = Identity::from_seed(seed);
        let peer = identity.peer_id();
        self.stamper = Some(Stamper {
            identity,
            ahead: Duration::ZERO,
            reachable: true,
        });
        self.note("the directory opens");
        peer
    }

    /// From now on the directory can be reached, or not.
    pub fn reach_directory(&mut self, reachable: bool) {
        if let Some(stamper) = &mut self.stamper {
            stamper.reachable = reachable;
        }
        self.note(if reachable {
            "the directory is there"
        } else {
            "the directory is gone"
        });
    }

    /// The directory's stamp of a hash at a moment of its own choosing.
    ///
    /// # Panics
    /// There is no directory.
    #[must_use]
    pub fn stamp(&self, hash: DocumentId, at: Timestamp) -> Arc<[u8]> {
        let Some(stamper) = &self.stamper else {
            panic!("the world has no directory")
        };
        stamp_by(&stamper.identity, hash, at)
    }

    /// Lets an actor's program ask for the stamps that it wants now.
    pub(crate) async fn ask_stamps(&mut self, actor: Actor) {
        let now = self.clock(actor);
        let Some(engine) = &mut self.program_mut(actor).engine else {
            return;
        };
        let due = must(engine.stamps_due(now).await);
        self.program_mut(actor).look_ahead().await;
        for wanted in due {
            let Some(stamper) = self.stamper.as_ref().filter(|it| it.reachable) else {
                continue;
            };
            let directory = stamper.identity.peer_id();
            if !wanted.directories.contains(&directory) {
                continue;
            }
            let bytes = stamp_by(
                &stamper.identity,
                wanted.document,
                self.now.plus(stamper.ahead),
            );
            self.log(actor, "asks the directory for a stamp");
            for travel in self.network.travel() {
                let bytes = bytes.clone();
                let event = Event::Stamped {
                    to: actor,
                    directory,
                    bytes,
                };
                self.plan(travel, event);
            }
        }
    }

    /// A stamp reaches the actor that asked for it.
    pub(crate) async fn take_stamp(&mut self, to: Actor, directory: PeerId, bytes: &[u8]) {
        if !self.is_up(to) || self.step(to, "before a stamp is taken") {
            return;
        }
        let now = self.clock(to);
        let Some(engine) = &mut self.program_mut(to).engine else {
            return;
        };
        must(engine.stamped(now, directory, bytes).await);
        self.program_mut(to).look_ahead().await;
        self.log(to, "has the directory's stamp");
        self.step(to, "a stamp is committed");
    }
}

fn stamp_by(identity: &Identity, hash: DocumentId, at: Timestamp) -> Arc<[u8]> {
    let stamp = Stamp {
        from: identity.peer_id(),
        hash,
        at,
    };
    must(sign(identity, stamp)).bytes().clone()
}

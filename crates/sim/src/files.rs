//! Attached files: added, fetched piece by piece over the network of the story, and looked at.

use std::{path::Path, sync::Arc};

use opener_peer::{AttachedFile, AttachmentState};
use opener_trade::{DealId, DocumentId, PeerText, document::Attachment};

use crate::{
    Actor, Halt, Leg, Letter, World,
    agenda::{Event, Ticket, Waiting},
    program::must,
    run::ANSWER_TIMEOUT,
};

impl World {
    /// A person adds a file, and may name it in documents from then on.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn adds(
        &mut self,
        actor: Actor,
        name: &str,
        bytes: &[u8],
    ) -> Result<Attachment, Halt> {
        let (sha256, size) = self
            .act(actor, "adds a file", async |engine, now| {
                let mut part = engine.import()?;
                part.write(bytes)?;
                let whole = part.finish()?;
                let about = (whole.sha256(), whole.size());
                engine.add_blob(now, whole).await?;
                Ok(about)
            })
            .await?;
        Ok(Attachment {
            name: PeerText::truncated(name),
            media_type: PeerText::truncated("application/octet-stream"),
            size,
            sha256,
        })
    }

    /// A person wants a file that a document names.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn fetches(&mut self, actor: Actor, file: &AttachedFile) -> Result<(), Halt> {
        let (document, sha256) = (file.document, file.sha256);
        self.act(actor, "wants a file", async |engine, now| {
            engine.fetch(now, document, sha256).await
        })
        .await
    }

    /// The files that the documents of a deal name, as an actor sees them.
    pub async fn files(&self, actor: Actor, deal: DealId) -> Vec<AttachedFile> {
        must(self.engine(actor).attachments(deal).await)
    }

    /// How far the files of a deal are, as an actor sees it.
    pub async fn file_states(&self, actor: Actor, deal: DealId) -> Vec<AttachmentState> {
        let files = self.files(actor, deal).await;
        files.into_iter().map(|file| file.state).collect()
    }

    /// Asks an actor's program for a piece of a file as another peer, past the network, and gives its answer.
    ///
    /// # Panics
    /// The program does not run.
    pub async fn ask_piece(&mut self, from: Actor, holder: Actor, request: &[u8]) -> Arc<[u8]> {
        let (peer, now) = (self.id(from), self.clock(holder));
        let program = self.program_mut(holder);
        let Some(engine) = &mut program.engine else {
            panic!("{}'s program does not run", program.name)
        };
        must(engine.serve_piece(now, peer, request).await)
    }

    /// The folder in which an actor's program keeps its files.
    #[must_use]
    pub fn file_folder(&self, actor: Actor) -> &Path {
        self.program(actor).files()
    }

    /// The bytes of a file as they lie on an actor's disk.
    #[must_use]
    pub fn file_on_disk(&self, actor: Actor, sha256: DocumentId) -> Option<Vec<u8>> {
        std::fs::read(self.file_folder(actor).join(sha256.to_string())).ok()
    }

    /// From now on an actor's files may take so many bytes; its program starts again.
    pub async fn set_room(&mut self, actor: Actor, bytes: u64) {
        self.program_mut(actor).room = bytes;
        self.kill(actor);
        self.restart(actor).await;
    }

    /// Asks for the pieces that are due.
    pub(crate) async fn ask_pieces(&mut self, actor: Actor) {
        let now = self.clock(actor);
        let Some(engine) = &mut self.program_mut(actor).engine else {
            return;
        };
        let requests = must(engine.pieces_due(now).await);
        self.program_mut(actor).look_ahead().await;
        for request in requests {
            self.tickets += 1;
            let ticket = Ticket(self.tickets);
            let waiting = Waiting::Piece(request.wanted);
            self.in_flight.insert(ticket, (actor, waiting));
            let give_up = Event::GiveUp {
                sender: actor,
                ticket,
            };
            self.plan(ANSWER_TIMEOUT, give_up);
            let Some(to) = self.who(request.to) else {
                continue;
            };
            let line = format!("asks {} for a piece", self.name(to));
            self.log(actor, &line);
            for travel in self.network.travel() {
                let event = Event::AskPiece {
                    from: actor,
                    to,
                    ticket,
                    bytes: request.bytes.clone(),
                };
                self.plan(travel, event);
            }
        }
    }

    /// A request for a piece arrives, and its answer sets out.
    pub(crate) async fn give_piece(
        &mut self,
        from: Actor,
        to: Actor,
        ticket: Ticket,
        bytes: Arc<[u8]>,
    ) {
        let leg = Leg::AskPiece;
        let letter = Letter {
            from,
            to,
            leg,
            bytes,
        };
        let Some(letter) = self.pass(letter) else {
            return;
        };
        if self.step(to, "before a piece is given") {
            return;
        }
        let bytes = self.ask_piece(from, to, &letter.bytes).await;
        for travel in self.network.travel() {
            let event = Event::Piece {
                from: to,
                to: from,
                ticket,
                bytes: bytes.clone(),
            };
            self.plan(travel, event);
        }
    }
}

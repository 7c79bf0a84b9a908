//! Pieces of attached files, given and taken.

use std::sync::Arc;

use opener_net::{Network, Protocol, ReplyTo, RequestError};
use opener_trade::{PeerId, Timestamp};

use super::Runner;
use crate::{Clock, PeerError, Wanted};

impl<N: Network, C: Clock> Runner<N, C> {
    /// Gives a piece. Where the database refuses, the reply is dropped and the other side asks again.
    pub(super) async fn serve_piece(&mut self, from: PeerId, request: &[u8], reply: ReplyTo) {
        // A restored peer gives nothing before its owner's word; the dropped reply closes the stream.
        if self.engine.held().is_some() {
            return;
        }
        let now = self.clock.now();
        match self.engine.serve_piece(now, from, request).await {
            Ok(bytes) => self.answer(reply, bytes).await,
            Err(error) => tracing::error!(%error, "a piece of a file could not be given"),
        }
    }

    /// Asks for the pieces that are due.
    pub(super) async fn fetch_due(&mut self, now: Timestamp) -> Result<(), PeerError> {
        for request in self.engine.pieces_due(now).await? {
            let id = self
                .net
                .request(request.to, request.addresses, Protocol::Blob, request.bytes)
                .await;
            self.pieces.insert(id, request.wanted);
        }
        Ok(())
    }

    /// Takes a piece, or notes that none came and looks for where its holder is now.
    pub(super) async fn take_piece(
        &mut self,
        wanted: Wanted,
        answer: Result<Arc<[u8]>, RequestError>,
    ) {
        if answer.is_err() {
            self.look_up(wanted.from()).await;
        }
        let now = self.clock.now();
        let answer = answer.map_err(|error| error.to_string());
        if let Err(error) = self.engine.take_piece(now, wanted, answer).await {
            tracing::error!(%error, "a piece of a file could not be kept; it is asked for again");
        }
    }
}

//! What the sockets bring, and what is delivered through them.

use std::sync::Arc;

use opener_net::{Event as NetEvent, Network, Protocol, ReplyTo, RequestError, RequestId, Route};
use opener_store::Way;
use opener_trade::{PeerId, Timestamp, directory::Request};

use super::{ADDRESSES_SETTLE, BATCH, DELIVERIES_IN_FLIGHT, Runner};
use crate::{
    Answered, Arrival, Attempt, Clock, Event, PeerError,
    directories::{Ask, is_loopback},
};

/// How long before a peer that cannot be reached is looked up again: as long as the first pause between deliveries, so
/// that each of them may bring what the directories know by then.
const LOOKUP_EVERY: opener_trade::Duration = opener_trade::Duration::from_secs(1);
/// Peers whose last look-up is remembered at most.
const LOOKUPS: usize = 10_000;

impl<N: Network, C: Clock> Runner<N, C> {
    /// Takes one event and whatever else has already arrived, so that they share a transaction.
    pub(super) async fn take_batch(&mut self, first: NetEvent) {
        let mut arrivals = Vec::new();
        let mut replies = Vec::new();
        let mut answers = Vec::new();
        let mut event = Some(first);
        let mut taken = 0;
        while let Some(current) = event.take() {
            taken += 1;
            match current {
                NetEvent::Request {
                    from,
                    protocol: Protocol::Deliver,
                    bytes,
                    reply,
                    ..
                } => {
                    arrivals.push(Arrival { from, bytes });
                    replies.push(reply);
                }
                NetEvent::Request {
                    from,
                    protocol: Protocol::Blob,
                    bytes,
                    reply,
                    ..
                } => self.serve_piece(from, &bytes, reply).await,
                NetEvent::Response { id, bytes, route } => {
                    self.sort_answer(id, Ok(bytes), Some(route), &mut answers)
                        .await
                }
                NetEvent::Failed { id, error } => {
                    self.sort_answer(id, Err(error), None, &mut answers).await
                }
                other => self.take_other(other).await,
            }
            if taken < BATCH {
                event = tokio::select! {
                    biased;
                    more = self.net.next() => more,
                    () = std::future::ready(()) => None,
                };
            }
        }
        let now = self.clock.now();
        if !answers.is_empty()
            && let Err(error) = self.engine.answered(now, &answers).await
        {
            tracing::error!(%error, "answers to deliveries could not be stored; the documents are sent again");
        }
        self.take_arrivals(now, &arrivals, replies).await;
    }

    /// Nothing is acknowledged before it is committed: without a commit the reply is dropped and the sender tries again.
    async fn take_arrivals(&mut self, now: Timestamp, arrivals: &[Arrival], replies: Vec<ReplyTo>) {
        // Without an answer the sender tries again, when the owner of a restored peer has let it go on.
        if arrivals.is_empty() || self.engine.held().is_some() {
            return;
        }
        match self.engine.receive(now, arrivals).await {
            Ok(answers) => {
                for (reply, bytes) in replies.into_iter().zip(answers) {
                    self.answer(reply, bytes).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "documents could not be stored and were not acknowledged")
            }
        }
    }

    async fn sort_answer(
        &mut self,
        id: RequestId,
        answer: Result<Arc<[u8]>, RequestError>,
        route: Option<Route>,
        answers: &mut Vec<Answered>,
    ) {
        if let Some(attempt) = self.deliveries.remove(&id) {
            if answer.is_err() {
                self.look_up(attempt.to).await;
            }
            answers.push(Answered {
                attempt,
                answer: answer.map_err(|error| error.to_string()),
                way: route.map(way),
            });
        } else if let Some(wanted) = self.pieces.remove(&id) {
            self.take_piece(wanted, answer).await;
        } else if let Some((directory, ask, asked)) = self.asks.remove(&id) {
            self.take_directory_answer(directory, ask, asked, answer)
                .await;
        }
    }

    async fn take_other(&mut self, event: NetEvent) {
        let now = self.clock.now();
        match event {
            NetEvent::Listening { address } => {
                if !self.addresses.contains(&address) {
                    self.addresses.push(address);
                }
                self.addresses_change(now);
                self.seek_relays().await;
                self.tell(Event::Network);
            }
            NetEvent::ListenerClosed { address, reason } => {
                tracing::warn!(%address, reason, "no longer reachable here");
                self.addresses.retain(|known| *known != address);
                self.addresses_change(now);
                self.tell(Event::Network);
            }
            NetEvent::Connected { peer, .. } => {
                self.connected.insert(peer);
                if !self.directories.contains(&peer)
                    && let Err(error) = self.engine.reached(peer, now).await
                {
                    tracing::error!(%error, "a reconnection could not be noted");
                }
                self.tell(Event::Network);
            }
            NetEvent::Disconnected { peer } => {
                self.connected.remove(&peer);
                self.tell(Event::Network);
            }
            NetEvent::Rerouted { .. } => self.tell(Event::Network),
            // Another protocol than ours: the dropped reply closes the stream.
            _ => {}
        }
    }

    pub(super) fn addresses_change(&mut self, now: Timestamp) {
        let settled = now.plus(ADDRESSES_SETTLE);
        self.listing_due = Some(settled);
        self.renew_call_at = Some(settled);
    }

    /// Asks the directories to relay to us, unless we are meant to be reached on this machine alone.
    pub(super) async fn seek_relays(&mut self) {
        let is_elsewhere = self.addresses.iter().any(|at| !is_loopback(at));
        let relays = match is_elsewhere {
            true => self.directories.relays(),
            false => Vec::new(),
        };
        if self.relays != relays {
            self.relays.clone_from(&relays);
            self.net.use_relays(relays).await;
        }
    }

    /// Sends the documents that are due, as far as there is room.
    pub(super) async fn send_due(&mut self, now: Timestamp) -> Result<(), PeerError> {
        let room = DELIVERIES_IN_FLIGHT.saturating_sub(self.deliveries.len());
        if room == 0 {
            return Ok(());
        }
        for parcel in self.engine.due(now, room).await? {
            let attempt = Attempt::from(&parcel);
            if parcel.attempts > 0 && !self.connected.contains(&parcel.to) {
                self.look_up(parcel.to).await;
            }
            let id = self
                .net
                .request(parcel.to, parcel.addresses, Protocol::Deliver, parcel.bytes)
                .await;
            self.deliveries.insert(id, attempt);
        }
        Ok(())
    }

    /// Asks the directories where a peer is now, not too often.
    pub(super) async fn look_up(&mut self, peer: PeerId) {
        let now = self.clock.now();
        let recently = self
            .looked_up
            .get(&peer)
            .is_some_and(|at| now < at.plus(LOOKUP_EVERY));
        if recently || self.directories.contains(&peer) {
            return;
        }
        if self.looked_up.len() >= LOOKUPS {
            self.looked_up.retain(|_, at| now < at.plus(LOOKUP_EVERY));
        }
        if self.looked_up.len() < LOOKUPS {
            self.looked_up.insert(peer, now);
            for directory in self.directories.peers() {
                self.ask(directory, Ask::Lookup, &Request::Lookup { peer })
                    .await;
            }
        }
    }
}

/// Which way an answer came, as it is kept.
const fn way(route: Route) -> Way {
    match route {
        Route::Direct => Way::Direct,
        Route::Relayed { .. } => Way::Relay,
    }
}

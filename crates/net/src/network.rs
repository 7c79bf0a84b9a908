//! The trait between a program and its transport.

use std::{future::Future, sync::Arc};

use opener_trade::{Address, PeerId};

use crate::{Event, Protocol, ReplyTo, RequestId};

/// Sends requests, takes requests, reports what happened. One owner calls it from one loop.
pub trait Network: Send {
    /// Our own id.
    fn local(&self) -> PeerId;

    /// Starts a request. The answer comes as [`Event::Response`] or [`Event::Failed`] with this id, exactly one of
    /// them. It may arrive twice at the other side: if the connection closes under it, it is sent once more.
    ///
    /// `addresses` come from the peer's own listing and may be empty if they were given before; a new address for a
    /// connected peer makes a new connection there.
    fn request(
        &mut self,
        to: PeerId,
        addresses: Vec<Address>,
        protocol: Protocol,
        bytes: Arc<[u8]>,
    ) -> impl Future<Output = RequestId> + Send;

    /// Where a peer is now, by its own newer listing. If it is being dialled elsewhere and does not answer, it is dialled
    /// there at once, and what waits for it goes whichever way opens first.
    fn learn(&mut self, peer: PeerId, addresses: Vec<Address>) -> impl Future<Output = ()> + Send;

    /// Asks these peers, given with where they are, to relay to us where nobody reaches us directly; no others any more. Where
    /// we are reached through them follows as [`Event::Listening`].
    fn use_relays(
        &mut self,
        relays: Vec<(PeerId, Vec<Address>)>,
    ) -> impl Future<Output = ()> + Send;

    /// Answers an [`Event::Request`]. If the other side is gone, or the answer is over the protocol's limit, nothing
    /// is sent.
    fn reply(&mut self, to: ReplyTo, bytes: Arc<[u8]>) -> impl Future<Output = ()> + Send;

    /// The next event, `None` once the transport has ended. Cancelled, it loses nothing.
    fn next(&mut self) -> impl Future<Output = Option<Event>> + Send;

    /// Stops listening, flushes replies already given for a bounded time, closes every connection.
    fn shutdown(self) -> impl Future<Output = ()> + Send;
}

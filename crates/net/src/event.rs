//! What the transport reports.

use std::sync::Arc;

use libp2p::request_response::{InboundRequestId, ResponseChannel};
use opener_trade::{Address, PeerId};
use tokio::sync::oneshot;

use crate::{AddressError, FrameError, Prefix, Protocol, budget::Hold};

/// Names one request from [`crate::Network::request`] to its answer. Never reused while a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u64);

impl RequestId {
    /// From its number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Which way a connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// From us to the peer.
    Direct,
    /// Through a relay, which sees only encrypted bytes.
    Relayed {
        /// Who relays.
        by: PeerId,
    },
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// We can be reached here from now on.
    Listening {
        /// Without `/p2p/…`.
        address: Address,
    },
    /// We can no longer be reached here.
    ListenerClosed {
        /// Without `/p2p/…`.
        address: Address,
        /// Why, for the log.
        reason: String,
    },
    /// Somebody asks; answer with [`crate::Network::reply`].
    Request {
        /// Who asks, authenticated by the handshake.
        from: PeerId,
        /// The network from which the connection came.
        via: Prefix,
        /// On which protocol.
        protocol: Protocol,
        /// What was sent, within the protocol's limit.
        bytes: Arc<[u8]>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// The answer to a request of ours.
    Response {
        /// Which request.
        id: RequestId,
        /// What was answered, within the protocol's limit.
        bytes: Arc<[u8]>,
        /// Which way it came.
        route: Route,
    },
    /// A request of ours that gets no answer. The other side may still have received it.
    Failed {
        /// Which request.
        id: RequestId,
        /// Why.
        error: RequestError,
    },
    /// The first connection with this peer is open.
    Connected {
        /// Who.
        peer: PeerId,
        /// The other end, as dialled or as seen; of a relayed connection the relay's.
        address: Address,
        /// Which way it goes.
        route: Route,
    },
    /// A connected peer is now reached another way: past the relay, or only through it.
    Rerouted {
        /// Who.
        peer: PeerId,
        /// Which way.
        route: Route,
    },
    /// The last connection with this peer is closed.
    Disconnected {
        /// Who.
        peer: PeerId,
    },
}

/// Where the answer to an [`Event::Request`] goes. Dropped, the stream is closed and the other side sees
/// [`RequestError::NoAnswer`].
pub struct ReplyTo(pub(crate) Way);

pub(crate) enum Way {
    Stream {
        id: InboundRequestId,
        protocol: Protocol,
        channel: ResponseChannel<Arc<[u8]>>,
        hold: Option<Hold>,
    },
    Local(oneshot::Sender<Arc<[u8]>>),
}

impl ReplyTo {
    /// A reply that arrives at the receiver, for implementations of [`crate::Network`] without sockets.
    pub fn local() -> (Self, oneshot::Receiver<Arc<[u8]>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Way::Local(sender)), receiver)
    }

    /// Answers a [`ReplyTo::local`]; any other is dropped.
    pub fn send_local(self, bytes: Arc<[u8]>) {
        if let Way::Local(sender) = self.0 {
            drop(sender.send(bytes));
        }
    }
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplyTo")
    }
}

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The request is larger than its protocol allows; nothing was sent.
    #[error("a request of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// Bytes to send.
        size: usize,
        /// The protocol's limit in bytes.
        limit: usize,
    },
    /// Too many requests of our own wait already ([`crate::bounds::REQUESTS`]); nothing was sent.
    #[error("too many requests are waiting")]
    Overloaded,
    /// A peer does not send to itself.
    #[error("the request is addressed to ourselves")]
    ToSelf,
    /// The peer is not connected and no address of it is known.
    #[error("no address of the peer is known")]
    NoAddress,
    /// The peer is not connected and no address given for it can be used; this is the first.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Nobody answered at any address. The text is for the log.
    #[error("the peer cannot be reached: {0}")]
    Unreachable(String),
    /// Somebody else answered at the peer's only addresses.
    #[error("another peer answers at {address}")]
    WrongPeer {
        /// Where.
        address: String,
    },
    /// The peer does not serve this protocol.
    #[error("the peer does not speak the protocol")]
    Unsupported,
    /// No answer came within [`crate::REQUEST_TIMEOUT`].
    #[error("no answer came in time")]
    TimedOut,
    /// The other side closed the stream without an answer: it refused the frame, was overloaded, or shut down.
    #[error("the peer closed the stream without an answer")]
    NoAnswer,
    /// The answer is not a valid frame.
    #[error("the answer is malformed: {0}")]
    Malformed(#[from] FrameError),
    /// The connection closed before the answer came, also when sent again over a new one.
    #[error("the connection closed before the answer came")]
    Closed,
    /// The stream failed. The text is for the log.
    #[error("the stream failed: {0}")]
    Stream(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_local_reply_arrives_and_a_dropped_one_is_noticed() {
        let (reply, receiver) = ReplyTo::local();
        reply.send_local(Arc::from(*b"yes"));
        assert_eq!(&*receiver.await.unwrap(), b"yes");
        let (reply, receiver) = ReplyTo::local();
        drop(reply);
        assert!(receiver.await.is_err());
    }
}

//! A behaviour of libp2p behind a screen: what it hears, says and sees of connections is chosen by us.

use std::task::{Context, Poll};

use either::Either;
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm, dummy,
    },
};

/// What a behaviour wants done.
pub(crate) type Action<B> = ToSwarm<<B as NetworkBehaviour>::ToSwarm, THandlerInEvent<B>>;

/// What passes to and from a behaviour.
pub(crate) trait Filter<B: NetworkBehaviour>: 'static {
    /// Whether the behaviour hears of this.
    fn hears(&mut self, _: &FromSwarm<'_>) -> bool {
        true
    }

    /// What becomes of what the behaviour wants.
    fn says(&mut self, action: Action<B>) -> Option<Action<B>> {
        Some(action)
    }

    /// Whether the behaviour takes part in an inbound connection, by its local end.
    fn joins(&mut self, _: &Multiaddr) -> bool {
        true
    }
}

/// A behaviour and its screen.
pub(crate) struct Screen<B, F> {
    inner: B,
    pub(crate) filter: F,
}

impl<B, F> Screen<B, F> {
    pub(crate) const fn new(inner: B, filter: F) -> Self {
        Self { inner, filter }
    }
}

impl<B: NetworkBehaviour, F: Filter<B>> NetworkBehaviour for Screen<B, F> {
    type ConnectionHandler = Either<THandler<B>, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.inner
            .handle_pending_inbound_connection(id, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.filter.joins(local) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_inbound_connection(id, peer, local, remote)
            .map(Either::Left)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner
            .handle_pending_outbound_connection(id, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner
            .handle_established_outbound_connection(id, peer, address, role, port)
            .map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if self.filter.hears(&event) {
            self.inner.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        id: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer, id, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        while let Poll::Ready(action) = self.inner.poll(context) {
            if let Some(action) = self.filter.says(action) {
                return Poll::Ready(action.map_in(Either::Left));
            }
        }
        Poll::Pending
    }
}

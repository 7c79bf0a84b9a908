//! QUIC and TCP under one swarm.

use std::{io, time::Duration};

use libp2p::{
    Multiaddr, PeerId, Swarm, Transport, TransportError,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, ListenerId, OrTransport, timeout::TransportTimeout},
        upgrade::Version,
    },
    dns,
    identity::Keypair,
    noise, quic, relay,
    swarm::Config as SwarmConfig,
    tcp, yamux,
};

use crate::{Config, HANDSHAKE_TIMEOUT, IDLE_TIMEOUT, Reach, behaviour::Behaviour, config::Times};

/// Streams that the other side may hold open on one connection: its requests, ours, ping and identify need under 60.
/// A TCP connection that goes beyond is closed, on QUIC the excess waits.
pub(crate) const STREAMS: usize = 128;

/// Inbound streams of one connection that may be choosing their protocol at once; more than all of a peer's requests.
const NEGOTIATING_STREAMS: usize = 64;

/// Bytes in flight on one QUIC stream: 10 MB/s at a round trip of 100 ms, and all a peer can make us buffer unread.
const QUIC_STREAM_WINDOW: u32 = 1024 * 1024;

/// Bytes in flight on one QUIC connection.
const QUIC_CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;

/// Seconds for a QUIC handshake; TCP is tried beside it from 30 ms (local) or 250 ms (public) on.
const QUIC_HANDSHAKE: Duration = Duration::from_secs(5);

/// Milliseconds of silence after which a QUIC connection is closed, three keep-alives: so long a request to a peer that
/// crashed and came back waits until it is sent again over a new connection.
const QUIC_SILENCE_MS: u32 = 6_000;

/// Seconds between keep-alives of a silent QUIC connection.
const QUIC_KEEP_ALIVE: Duration = Duration::from_secs(2);

const _: () = assert!(QUIC_SILENCE_MS as u128 >= 3 * QUIC_KEEP_ALIVE.as_millis());

type Layer = Boxed<(PeerId, StreamMuxerBox)>;

/// A swarm that does not listen yet.
///
/// # Errors
/// The keys of the handshake cannot be made.
pub(crate) fn swarm(
    keypair: &Keypair,
    config: &Config,
    times: Times,
) -> Result<Swarm<Behaviour>, noise::Error> {
    let direct = match dns::tokio::Transport::system(direct(keypair)?) {
        Ok(transport) => transport.boxed(),
        Err(error) => {
            tracing::warn!(%error, "no name server is configured: only IP addresses can be dialled");
            direct(keypair)?.boxed()
        }
    };
    let (transport, circuits) = if config.reach == Reach::Relay {
        (direct, None)
    } else {
        let (circuits, behaviour) = relay::client::new(keypair.public().to_peer_id());
        let circuits = circuits
            .upgrade(Version::V1Lazy)
            .authenticate(noise::Config::new(keypair)?)
            .multiplex(muxer())
            .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
        let both = OrTransport::new(circuits, direct).map(|either, _| either.into_inner());
        (both.boxed(), Some(behaviour))
    };
    let transport = TransportTimeout::new(transport, HANDSHAKE_TIMEOUT).boxed();
    Ok(Swarm::new(
        transport,
        Behaviour::new(keypair.public(), circuits, config, times),
        keypair.public().to_peer_id(),
        SwarmConfig::with_tokio_executor()
            .with_substream_upgrade_protocol_override(Version::V1Lazy)
            .with_idle_connection_timeout(IDLE_TIMEOUT)
            .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS)
            .with_smart_dial(),
    ))
}

fn muxer() -> yamux::Config {
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(STREAMS);
    yamux
}

fn direct(keypair: &Keypair) -> Result<Layer, noise::Error> {
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(keypair)?)
        .multiplex(muxer())
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));

    let mut config = quic::Config::new(keypair);
    config.handshake_timeout = QUIC_HANDSHAKE;
    config.max_idle_timeout = QUIC_SILENCE_MS;
    config.keep_alive_interval = QUIC_KEEP_ALIVE;
    config.max_concurrent_stream_limit = u32::try_from(STREAMS).unwrap_or(u32::MAX);
    config.max_stream_data = QUIC_STREAM_WINDOW;
    config.max_connection_data = QUIC_CONNECTION_WINDOW;
    let quic = quic::tokio::Transport::new(config)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));

    Ok(OrTransport::new(quic, tcp)
        .map(|either, _| either.into_inner())
        .boxed())
}

/// Starts to listen.
///
/// # Errors
/// The port is taken, the address not ours, or no transport knows it.
pub(crate) fn listen(swarm: &mut Swarm<Behaviour>, address: Multiaddr) -> io::Result<ListenerId> {
    swarm.listen_on(address).map_err(|error| match error {
        TransportError::Other(error) => error,
        error => io::Error::new(io::ErrorKind::Unsupported, error.to_string()),
    })
}

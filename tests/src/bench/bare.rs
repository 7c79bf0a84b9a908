//! A bare libp2p peer: requests and responses in frames like ours, and nothing behind them.

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder,
    core::upgrade::Version,
    identity::Keypair,
    noise,
    request_response::{self, Message, OutboundRequestId, ProtocolSupport, ResponseChannel},
    swarm::SwarmEvent,
    tcp, yamux,
};

/// Bytes of a frame at most; nothing here is as large.
const MOST: usize = 4 * 1024 * 1024;

/// Streams of one connection at once, as ours allow.
const STREAMS: usize = 32;

/// Times that a request is sent again over a new connection, as ours are: a server closes one that was silent for long.
const AGAIN: u32 = 2;

/// Seconds that a connection without a stream stays open: longer than any pause of a bench.
const IDLE: Duration = Duration::from_secs(300);

/// One version byte, four of length, the payload: header and body in one write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frames;

async fn read<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Arc<[u8]>> {
    let mut header = [0; 5];
    io.read_exact(&mut header).await?;
    let [_, length @ ..] = header;
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = vec![0; length];
    io.read_exact(&mut payload).await?;
    Ok(payload.into())
}

async fn write<T: AsyncWrite + Unpin + Send>(io: &mut T, payload: &[u8]) -> io::Result<()> {
    let mut frame = Vec::with_capacity(5 + payload.len());
    frame.push(1);
    frame.extend_from_slice(
        &u32::try_from(payload.len())
            .unwrap_or_default()
            .to_be_bytes(),
    );
    frame.extend_from_slice(payload);
    io.write_all(&frame).await?;
    io.flush().await
}

impl request_response::Codec for Frames {
    type Protocol = StreamProtocol;
    type Request = Arc<[u8]>;
    type Response = Arc<[u8]>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Arc<[u8]>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Arc<[u8]>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Arc<[u8]>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &request).await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        response: Arc<[u8]>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &response).await
    }
}

type Behaviour = request_response::Behaviour<Frames>;

/// One request of somebody.
pub struct Asked {
    /// What it carries.
    pub bytes: Arc<[u8]>,
    channel: ResponseChannel<Arc<[u8]>>,
}

/// A peer with one protocol.
pub struct Bare {
    swarm: Swarm<Behaviour>,
}

/// The same transports and settings as ours.
fn swarm(seed: [u8; 32], protocol: &'static str) -> Result<Swarm<Behaviour>> {
    let keypair = Keypair::ed25519_from_bytes(seed)?;
    let config = request_response::Config::default()
        .with_request_timeout(Duration::from_secs(40))
        .with_max_concurrent_streams(STREAMS);
    let protocols = [(StreamProtocol::new(protocol), ProtocolSupport::Full)];
    Ok(SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux::Config::default,
        )?
        .with_quic()
        .with_behaviour(|_| Behaviour::with_codec(Frames, protocols, config))?
        .with_swarm_config(|config| {
            config
                .with_substream_upgrade_protocol_override(Version::V1Lazy)
                .with_idle_connection_timeout(IDLE)
                .with_smart_dial()
        })
        .build())
}

impl Bare {
    /// A peer that only asks.
    ///
    /// # Errors
    /// The keys of the handshake cannot be made.
    pub fn new(seed: [u8; 32], protocol: &'static str) -> Result<Self> {
        Ok(Self {
            swarm: swarm(seed, protocol)?,
        })
    }

    /// A peer that listens on loopback, and where.
    ///
    /// # Errors
    /// It cannot listen.
    pub async fn listening(
        seed: [u8; 32],
        protocol: &'static str,
        address: &str,
    ) -> Result<(Self, Multiaddr)> {
        let mut bare = Self::new(seed, protocol)?;
        bare.swarm.listen_on(address.parse()?)?;
        loop {
            if let SwarmEvent::NewListenAddr { address, .. } = bare.swarm.select_next_some().await {
                return Ok((bare, address));
            }
        }
    }

    /// Who it is.
    pub fn id(&self) -> PeerId {
        *self.swarm.local_peer_id()
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// Nobody answers there.
    pub async fn connect(&mut self, address: &Multiaddr) -> Result<()> {
        self.swarm.dial(address.clone())?;
        loop {
            match self.swarm.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => return Ok(()),
                SwarmEvent::OutgoingConnectionError { error, .. } => bail!("{address}: {error}"),
                _ => {}
            }
        }
    }

    /// Sends these to the peer at its address, so many at once, and gives each answer to `take`.
    ///
    /// # Errors
    /// One is not answered, or `take` refuses an answer.
    pub async fn ask_all(
        &mut self,
        to: &(PeerId, Multiaddr),
        requests: &[Arc<[u8]>],
        at_once: usize,
        take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let all = requests.iter().map(|request| (to, request));
        self.exchange(all, at_once, take).await
    }

    /// Sends the same to many peers, so many at once, and gives each answer to `take`.
    ///
    /// # Errors
    /// As [`Bare::ask_all`].
    pub async fn tell_all(
        &mut self,
        to: &[(PeerId, Multiaddr)],
        request: &Arc<[u8]>,
        at_once: usize,
        take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let all = to.iter().map(|to| (to, request));
        self.exchange(all, at_once, take).await
    }

    async fn exchange<'a>(
        &mut self,
        mut waiting: impl Iterator<Item = (&'a (PeerId, Multiaddr), &'a Arc<[u8]>)>,
        at_once: usize,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        use request_response::Event;
        let mut open = HashMap::new();
        loop {
            while open.len() < at_once
                && let Some((to, request)) = waiting.next()
            {
                open.insert(self.send(to, request), (to, request, AGAIN));
            }
            if open.is_empty() {
                return Ok(());
            }
            match self.swarm.select_next_some().await {
                SwarmEvent::Behaviour(Event::Message {
                    message:
                        Message::Response {
                            request_id,
                            response,
                        },
                    ..
                }) => {
                    open.remove(&request_id);
                    take(&response)?;
                }
                SwarmEvent::Behaviour(Event::OutboundFailure {
                    request_id, error, ..
                }) => match open.remove(&request_id) {
                    Some((to, request, again)) if again > 0 => {
                        open.insert(self.send(to, request), (to, request, again - 1));
                    }
                    _ => return Err(error).context("a bare request is not answered"),
                },
                _ => {}
            }
        }
    }

    fn send(
        &mut self,
        (peer, address): &(PeerId, Multiaddr),
        request: &Arc<[u8]>,
    ) -> OutboundRequestId {
        let addresses = vec![address.clone()];
        self.swarm
            .behaviour_mut()
            .send_request_with_addresses(peer, request.clone(), addresses)
    }

    /// The next request of somebody.
    pub async fn asked(&mut self) -> Asked {
        loop {
            if let SwarmEvent::Behaviour(request_response::Event::Message {
                message:
                    Message::Request {
                        request, channel, ..
                    },
                ..
            }) = self.swarm.select_next_some().await
            {
                return Asked {
                    bytes: request,
                    channel,
                };
            }
        }
    }

    /// Answers it. Who has gone needs no answer.
    pub fn answer(&mut self, asked: Asked, bytes: Arc<[u8]>) {
        let _gone = self
            .swarm
            .behaviour_mut()
            .send_response(asked.channel, bytes);
    }

    /// Answers everybody with what `answer` gives, until it is dropped.
    pub async fn serve(mut self, mut answer: impl FnMut(&[u8]) -> Arc<[u8]>) {
        loop {
            let asked = self.asked().await;
            let bytes = answer(&asked.bytes);
            self.answer(asked, bytes);
        }
    }

    /// Keeps its connections until it is dropped.
    pub async fn stay(mut self) {
        loop {
            self.swarm.select_next_some().await;
        }
    }
}

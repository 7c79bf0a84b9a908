//! The real network: the owner's end of the swarm's task.

use std::{collections::VecDeque, io, sync::Arc};

use opener_trade::{Address, PeerId};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    AddressError, Config, Event, Network, Protocol, ReplyTo, RequestError, RequestId, address,
    config::Times,
    event::Way,
    identity,
    task::{Command, Task},
    transport,
};

/// Commands on their way to the swarm's task, which always takes them; this many only while it is busy.
pub const COMMANDS: usize = 256;

/// Events ready for the owner. While it commits to the database, this many pile up before anything waits.
pub const EVENTS: usize = 256;

/// Requests started and not yet answered towards the owner. A buyer may reach this many sellers at once; beyond it a
/// request fails with [`RequestError::Overloaded`].
pub const REQUESTS: usize = 8192;

/// Why the transport does not start.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// There is no tokio runtime to run in.
    #[error("no async runtime")]
    NoRuntime,
    /// The key cannot be used; the text never holds key material.
    #[error("the identity cannot be used: {0}")]
    Identity(String),
    /// An address to listen on is not an address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Listening failed, for example because another program holds the port.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: Address,
        /// What the system says.
        source: io::Error,
    },
}

/// The real network. Dropped without [`Network::shutdown`], it shuts down in the background.
pub struct Sockets {
    local: PeerId,
    next_id: u64,
    open: usize,
    refused: VecDeque<(RequestId, RequestError)>,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<Event>,
    task: JoinHandle<()>,
}

/// Starts the transport in a task of its own, so that nothing its owner does can delay a handshake or a ping.
///
/// # Errors
/// See [`NetError`]. Addresses are bound before this returns; what they turned out to be follows as
/// [`Event::Listening`].
pub fn spawn(config: Config) -> Result<Sockets, NetError> {
    start(config, Times::REAL)
}

fn start(config: Config, times: Times) -> Result<Sockets, NetError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|_| NetError::NoRuntime)?;
    let keypair = identity::keypair(&config.secret_seed)
        .map_err(|_| NetError::Identity("not an Ed25519 seed".to_owned()))?;
    let local = identity::from_libp2p(&keypair.public().to_peer_id())
        .map_err(|error| NetError::Identity(error.to_string()))?;
    let mut swarm = transport::swarm(&keypair, &config, times)
        .map_err(|error| NetError::Identity(error.to_string()))?;
    let mut listeners = Vec::with_capacity(config.listen.len());
    for address in &config.listen {
        let multiaddr = address::to_multiaddr(address, local)?;
        let is_wildcard = address::is_wildcard(&multiaddr);
        let listener =
            transport::listen(&mut swarm, multiaddr).map_err(|source| NetError::Listen {
                address: address.clone(),
                source,
            })?;
        listeners.push((listener, !is_wildcard));
    }
    let (commands, commands_in) = mpsc::channel(COMMANDS);
    let (events_out, events) = mpsc::channel(EVENTS);
    let task = Task::new(
        swarm,
        listeners,
        local,
        (config.reach, config.limits),
        commands_in,
        events_out,
    );
    let task = runtime.spawn(Box::pin(task.run()));
    Ok(Sockets {
        local,
        next_id: 0,
        open: 0,
        refused: VecDeque::new(),
        commands,
        events,
        task,
    })
}

impl Sockets {
    fn check(&self, protocol: Protocol, bytes: &[u8]) -> Result<(), RequestError> {
        let limit = protocol.max_request_bytes();
        if bytes.len() > limit {
            return Err(RequestError::TooLarge {
                size: bytes.len(),
                limit,
            });
        }
        if self.open >= REQUESTS {
            return Err(RequestError::Overloaded);
        }
        Ok(())
    }
}

impl Network for Sockets {
    fn local(&self) -> PeerId {
        self.local
    }

    async fn request(
        &mut self,
        to: PeerId,
        addresses: Vec<Address>,
        protocol: Protocol,
        bytes: Arc<[u8]>,
    ) -> RequestId {
        self.next_id += 1;
        let id = RequestId::new(self.next_id);
        match self.check(protocol, &bytes) {
            Err(error) => self.refused.push_back((id, error)),
            Ok(()) => {
                let command = Command::Request {
                    id,
                    to,
                    addresses,
                    protocol,
                    bytes,
                };
                match self.commands.send(command).await {
                    Ok(()) => self.open += 1,
                    Err(_) => self.refused.push_back((id, RequestError::Closed)),
                }
            }
        }
        id
    }

    async fn learn(&mut self, peer: PeerId, addresses: Vec<Address>) {
        drop(self.commands.send(Command::Learn { peer, addresses }).await);
    }

    async fn use_relays(&mut self, relays: Vec<(PeerId, Vec<Address>)>) {
        drop(self.commands.send(Command::UseRelays { relays }).await);
    }

    async fn reply(&mut self, to: ReplyTo, bytes: Arc<[u8]>) {
        match to.0 {
            Way::Stream { protocol, .. } if bytes.len() > protocol.max_response_bytes() => {
                let (size, limit) = (bytes.len(), protocol.max_response_bytes());
                tracing::error!(size, limit, "a reply over the limit is not sent");
            }
            Way::Stream {
                id, channel, hold, ..
            } => {
                drop(hold);
                drop(
                    self.commands
                        .send(Command::Reply { id, channel, bytes })
                        .await,
                );
            }
            Way::Local(_) => to.send_local(bytes),
        }
    }

    async fn next(&mut self) -> Option<Event> {
        if let Some((id, error)) = self.refused.pop_front() {
            return Some(Event::Failed { id, error });
        }
        let event = self.events.recv().await?;
        if matches!(event, Event::Response { .. } | Event::Failed { .. }) {
            self.open = self.open.saturating_sub(1);
        }
        Some(event)
    }

    async fn shutdown(self) {
        let Self {
            commands,
            events,
            task,
            ..
        } = self;
        drop(events);
        drop(commands);
        if let Err(error) = task.await {
            tracing::error!(%error, "the transport ended badly");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::{FrameError, loopback_listen};

    const GUARD: Duration = Duration::from_secs(20);
    const SHORT: Times = Times {
        request: Duration::from_millis(200),
        answer: Duration::from_secs(10),
    };

    fn config(seed: u8) -> Config {
        Config {
            listen: loopback_listen(),
            ..Config::peer([seed; 32].into())
        }
    }

    async fn next(sockets: &mut Sockets) -> Event {
        timeout(GUARD, sockets.next())
            .await
            .expect("in time")
            .expect("an event")
    }

    async fn listening(sockets: &mut Sockets) -> Address {
        loop {
            if let Event::Listening { address } = next(sockets).await {
                return address;
            }
        }
    }

    #[tokio::test]
    async fn a_request_that_nobody_answers_times_out() {
        let mut seller = spawn(config(1)).unwrap();
        let at = listening(&mut seller).await;
        let mut buyer = start(config(2), SHORT).unwrap();
        let bytes = Arc::from(*b"hello");
        let id = buyer
            .request(seller.local(), vec![at], Protocol::Deliver, bytes)
            .await;
        loop {
            match next(&mut buyer).await {
                Event::Failed { id: failed, error } => {
                    assert_eq!((failed, error), (id, RequestError::TimedOut));
                    break;
                }
                Event::Response { .. } => panic!("nobody answered"),
                _ => {}
            }
        }
    }

    #[tokio::test]
    async fn without_a_runtime_or_a_free_port_nothing_starts() {
        let runtime = std::thread::spawn(|| spawn(config(1)).err());
        assert!(matches!(runtime.join().unwrap(), Some(NetError::NoRuntime)));

        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let address = Address::new(&format!("/ip4/127.0.0.1/tcp/{port}")).unwrap();
        let error = spawn(Config {
            listen: vec![address.clone()],
            ..config(1)
        })
        .err();
        assert!(matches!(error, Some(NetError::Listen { address: at, .. }) if at == address));

        let other = Address::new("/ip4/127.0.0.1/udp/1").unwrap();
        let error = spawn(Config {
            listen: vec![other],
            ..config(1)
        })
        .err();
        assert!(matches!(
            error,
            Some(NetError::Address(AddressError::Unsupported(_)))
        ));
    }

    #[tokio::test]
    async fn a_frame_error_says_what_was_wrong() {
        let error = RequestError::from(FrameError::Version(9));
        assert_eq!(
            error.to_string(),
            "the answer is malformed: frame version 9 is not known"
        );
    }
}

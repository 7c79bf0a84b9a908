//! Nodes on loopback.

use std::{sync::Arc, time::Duration};

use opener_net::{
    Config, Event, Limits, Network, Protocol, ReplyTo, RequestError, RequestId, Sockets, spawn,
};
use opener_trade::{Address, PeerId};
use tokio::{task::JoinHandle, time::timeout};

/// Guard against a hang; no test waits for it to pass.
pub const GUARD: Duration = Duration::from_secs(40);

pub struct Node {
    pub net: Sockets,
    pub addresses: Vec<Address>,
}

pub fn config(seed: u8) -> Config {
    Config {
        listen: opener_net::loopback_listen(),
        serve: Protocol::ALL.to_vec(),
        ..Config::peer([seed; 32].into())
    }
}

pub async fn node(seed: u8) -> Node {
    start(config(seed)).await
}

pub async fn limited(seed: u8, limits: Limits) -> Node {
    start(Config {
        limits,
        ..config(seed)
    })
    .await
}

pub async fn start(config: Config) -> Node {
    let count = config.listen.len();
    let mut node = Node {
        net: spawn(config).unwrap(),
        addresses: Vec::new(),
    };
    while node.addresses.len() < count {
        match node.event().await {
            Event::Listening { address } => node.addresses.push(address),
            other => panic!("before listening: {other:?}"),
        }
    }
    node
}

pub fn address(text: &str) -> Address {
    Address::new(text).unwrap()
}

pub fn peer(seed: u8) -> PeerId {
    opener_trade::Identity::from_seed([seed; 32]).peer_id()
}

pub fn bytes(text: &str) -> Arc<[u8]> {
    Arc::from(text.as_bytes())
}

impl Node {
    pub fn id(&self) -> PeerId {
        self.net.local()
    }

    pub fn quic(&self) -> Address {
        self.at("quic-v1")
    }

    pub fn tcp(&self) -> Address {
        self.at("/tcp/")
    }

    fn at(&self, part: &str) -> Address {
        self.addresses
            .iter()
            .find(|address| address.as_str().contains(part))
            .unwrap()
            .clone()
    }

    pub async fn event(&mut self) -> Event {
        timeout(GUARD, self.net.next())
            .await
            .expect("no event came")
            .expect("the transport ended")
    }

    /// Waits for the next request of others.
    pub async fn asked(&mut self) -> (PeerId, Protocol, Arc<[u8]>, ReplyTo) {
        loop {
            if let Event::Request {
                from,
                protocol,
                bytes,
                reply,
                ..
            } = self.event().await
            {
                return (from, protocol, bytes, reply);
            }
        }
    }

    /// Waits for the end of any request of ours.
    pub async fn answered(&mut self) -> (RequestId, Result<Arc<[u8]>, RequestError>) {
        loop {
            match self.event().await {
                Event::Response { id, bytes, .. } => return (id, Ok(bytes)),
                Event::Failed { id, error } => return (id, Err(error)),
                _ => {}
            }
        }
    }

    /// Sends one request and waits for its end.
    pub async fn ask(
        &mut self,
        to: PeerId,
        addresses: Vec<Address>,
        protocol: Protocol,
        bytes: Arc<[u8]>,
    ) -> Result<Arc<[u8]>, RequestError> {
        let id = self.net.request(to, addresses, protocol, bytes).await;
        let (ended, result) = self.answered().await;
        assert_eq!(ended, id);
        result
    }

    /// Answers every request with its own bytes, as far as they fit, until aborted.
    pub fn echo(mut self) -> JoinHandle<()> {
        tokio::spawn(async move {
            while let Some(event) = self.net.next().await {
                if let Event::Request {
                    protocol,
                    bytes,
                    reply,
                    ..
                } = event
                {
                    let length = bytes.len().min(protocol.max_response_bytes());
                    self.net.reply(reply, Arc::from(&bytes[..length])).await;
                }
            }
        })
    }
}

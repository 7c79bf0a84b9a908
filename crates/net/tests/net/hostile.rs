//! A peer whose libp2p is correct and whose frames are not.

use std::{io, time::Duration};

use crate::node::{GUARD, Node, bytes, node, peer};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, noise,
    request_response::{self, Behaviour, Codec, Event, Message, ProtocolSupport},
    swarm::SwarmEvent,
    tcp, yamux,
};
use opener_net::{FrameError, HEADER_BYTES, Network, Protocol, RequestError};
use opener_trade::Address;
use tokio::time::timeout;

/// Sends whatever it is given, reads until the end.
#[derive(Clone, Default)]
struct Raw;

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        let mut all = Vec::new();
        io.read_to_end(&mut all).await?;
        Ok(all)
    }

    async fn read_response<T>(&mut self, p: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read_request(p, io).await
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        raw: Vec<u8>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&raw).await
    }

    async fn write_response<T>(
        &mut self,
        p: &StreamProtocol,
        io: &mut T,
        raw: Vec<u8>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        self.write_request(p, io, raw).await
    }
}

fn hostile(seed: u8) -> Swarm<Behaviour<Raw>> {
    let key = libp2p::identity::Keypair::ed25519_from_bytes([seed; 32]).unwrap();
    let protocol = StreamProtocol::new(Protocol::Deliver.name());
    SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(
            tcp::Config::default(),
            noise::Config::new,
            yamux::Config::default,
        )
        .unwrap()
        .with_quic()
        .with_behaviour(|_| {
            Behaviour::<Raw>::new(
                [(protocol, ProtocolSupport::Full)],
                request_response::Config::default().with_request_timeout(GUARD),
            )
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build()
}

async fn event(swarm: &mut Swarm<Behaviour<Raw>>) -> SwarmEvent<Event<Vec<u8>, Vec<u8>>> {
    timeout(GUARD, swarm.select_next_some())
        .await
        .expect("no event came")
}

fn frame(version: u8, claimed: usize, payload: &[u8]) -> Vec<u8> {
    let mut raw = vec![version];
    raw.extend_from_slice(&u32::try_from(claimed).unwrap().to_be_bytes());
    raw.extend_from_slice(payload);
    raw
}

/// What the other side sent back: nothing, or the stream's failure.
async fn outcome(swarm: &mut Swarm<Behaviour<Raw>>) -> Vec<u8> {
    loop {
        match event(swarm).await {
            SwarmEvent::Behaviour(Event::Message {
                message: Message::Response { response, .. },
                ..
            }) => return response,
            SwarmEvent::Behaviour(Event::OutboundFailure { .. }) => return Vec::new(),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_receiver_drops_every_broken_request_and_takes_the_next_good_one() {
    let limit = Protocol::Deliver.max_request_bytes();
    let mut seller = node(1).await;
    for (seed, at) in [(2, seller.quic()), (3, seller.tcp())] {
        let mut attacker = hostile(seed);
        let at: Multiaddr = at.as_str().parse().unwrap();
        let to: PeerId = seller.id().to_string().parse().unwrap();
        let broken = [
            frame(2, 3, b"abc"),
            frame(0, 3, b"abc"),
            frame(1, limit + 1, &vec![0; limit + 1]),
            frame(1, u32::MAX as usize, b"abc"),
            frame(1, 1_000_000, &[0; 100_000]),
            frame(1, 3, b"ab"),
            vec![1, 0, 0],
            vec![],
        ];
        for raw in broken {
            let behaviour = attacker.behaviour_mut();
            behaviour.send_request_with_addresses(&to, raw, vec![at.clone()]);
            tokio::select! {
                answer = outcome(&mut attacker) => assert_eq!(answer, b""),
                (_, _, request, _) = seller.asked() => panic!("took {} bytes", request.len()),
            }
        }
        attacker
            .behaviour_mut()
            .send_request(&to, frame(1, 3, b"abc and more"));
        tokio::select! {
            _ = outcome(&mut attacker) => panic!("refused"),
            (from, _, request, _) = seller.asked() => {
                assert_eq!((from, &*request), (peer(seed), &b"abc"[..]));
            }
        }
    }
}

/// Starts a hostile seller that answers every request with the next of `answers`.
async fn hostile_seller(seed: u8, listen: &str, answers: Vec<Vec<u8>>) -> Address {
    let mut swarm = hostile(seed);
    swarm.listen_on(listen.parse().unwrap()).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = event(&mut swarm).await {
            break Address::new(&address.to_string()).unwrap();
        }
    };
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        loop {
            if let SwarmEvent::Behaviour(Event::Message {
                message: Message::Request { channel, .. },
                ..
            }) = swarm.select_next_some().await
                && let Some(answer) = answers.next()
            {
                swarm
                    .behaviour_mut()
                    .send_response(channel, answer)
                    .unwrap();
            }
        }
    });
    address
}

#[tokio::test]
async fn a_broken_answer_is_malformed_and_says_how() {
    let limit = Protocol::Deliver.max_response_bytes();
    let broken = [
        (frame(9, 3, b"abc"), FrameError::Version(9)),
        (
            frame(1, limit + 1, &vec![0; limit + 1]),
            FrameError::TooLarge {
                claimed: limit + 1,
                limit,
            },
        ),
        (
            frame(1, 4, b"abc"),
            FrameError::Truncated {
                received: HEADER_BYTES + 3,
                expected: HEADER_BYTES + 4,
            },
        ),
        (
            vec![1, 0],
            FrameError::Truncated {
                received: 2,
                expected: HEADER_BYTES,
            },
        ),
    ];
    for (seed, listen) in [
        (2, "/ip4/127.0.0.1/udp/0/quic-v1"),
        (3, "/ip4/127.0.0.1/tcp/0"),
    ] {
        let answers = broken.iter().map(|(raw, _)| raw.clone()).collect();
        let at = hostile_seller(seed, listen, answers).await;
        let mut buyer: Node = node(1).await;
        for (_, expected) in &broken {
            let answer = buyer
                .ask(
                    peer(seed),
                    vec![at.clone()],
                    Protocol::Deliver,
                    bytes("rfp"),
                )
                .await;
            assert_eq!(
                answer,
                Err(RequestError::Malformed(expected.clone())),
                "{listen}"
            );
        }
        buyer.net.shutdown().await;
    }
}

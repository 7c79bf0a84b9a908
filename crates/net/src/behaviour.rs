//! The behaviours of one swarm.

use libp2p::{
    identify,
    identity::PublicKey,
    ping,
    request_response::{self, ProtocolSupport},
    swarm::NetworkBehaviour,
};

use crate::{
    Config, PING_INTERVAL, PING_TIMEOUT, Protocol,
    budget::{Budget, INBOUND_BYTES},
    codec::Codec,
    config::Times,
    gate::Gate,
    requests::REQUESTS_PER_PEER,
};

/// Name and version of the family of protocols, as told by identify.
const PROTOCOL_VERSION: &str = "opener/1";

/// Bytes of the agent text told to others. Identify messages end at 4096 bytes, addresses included.
const AGENT_BYTES: usize = 64;

/// Inbound request streams on one connection, being read or answered; four times what a peer of ours opens. The
/// excess is dropped.
const INBOUND_STREAMS: usize = 4 * REQUESTS_PER_PEER;

/// Asking and answering are separate behaviours because their time-outs differ; asking is one a protocol because
/// request-response picks the protocol by behaviour.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) gate: Gate,
    pub(crate) deliver: request_response::Behaviour<Codec>,
    pub(crate) directory: request_response::Behaviour<Codec>,
    pub(crate) blob: request_response::Behaviour<Codec>,
    pub(crate) answer: request_response::Behaviour<Codec>,
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
}

impl Behaviour {
    pub(crate) fn new(key: PublicKey, config: &Config, times: Times) -> Self {
        let codec = Codec::new(Budget::new(INBOUND_BYTES));
        let ask = |protocol| {
            request_response::Behaviour::with_codec(
                codec.clone(),
                [(protocol, ProtocolSupport::Outbound)],
                request_response::Config::default()
                    .with_request_timeout(times.request)
                    .with_max_concurrent_streams(REQUESTS_PER_PEER),
            )
        };
        let deliver = ask(Protocol::Deliver);
        let directory = ask(Protocol::Directory);
        let blob = ask(Protocol::Blob);
        let answer = request_response::Behaviour::with_codec(
            codec.clone(),
            Protocol::ALL
                .into_iter()
                .filter(|protocol| config.serve.contains(protocol))
                .map(|protocol| (protocol, ProtocolSupport::Inbound)),
            request_response::Config::default()
                .with_request_timeout(times.answer)
                .with_max_concurrent_streams(INBOUND_STREAMS),
        );
        let agent = config
            .agent
            .chars()
            .filter(char::is_ascii_graphic)
            .take(AGENT_BYTES)
            .collect();
        Self {
            gate: Gate::new(config.limits),
            deliver,
            directory,
            blob,
            answer,
            identify: identify::Behaviour::new(
                identify::Config::new(PROTOCOL_VERSION.to_owned(), key)
                    .with_agent_version(agent)
                    .with_cache_size(0),
            ),
            ping: ping::Behaviour::new(
                ping::Config::new()
                    .with_interval(PING_INTERVAL)
                    .with_timeout(PING_TIMEOUT),
            ),
        }
    }

    /// The behaviour that asks on a protocol.
    pub(crate) fn ask(&mut self, protocol: Protocol) -> &mut request_response::Behaviour<Codec> {
        match protocol {
            Protocol::Deliver => &mut self.deliver,
            Protocol::Directory => &mut self.directory,
            Protocol::Blob => &mut self.blob,
        }
    }
}

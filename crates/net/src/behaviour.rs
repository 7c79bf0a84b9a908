//! The behaviours of one swarm.

use libp2p::{
    autonat, dcutr, identify,
    identity::PublicKey,
    ping, relay,
    request_response::{self, ProtocolSupport},
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
    upnp,
};
use opener_trade::Address;

use crate::{
    Config, DIRECTORY_PING_INTERVAL, DIRECTORY_PING_TIMEOUT, PING_INTERVAL, PING_TIMEOUT, Protocol,
    Reach,
    budget::{Budget, INBOUND_BYTES},
    codec::Codec,
    config::Times,
    gate::Gate,
    leash::Leash,
    observed::{Candidates, Identify, Observers, Probes, Punch, Punches},
    relaying,
    requests::REQUESTS_PER_PEER,
    screen::Screen,
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
    pub(crate) identify: Identify,
    pub(crate) ping: ping::Behaviour,
    /// A directory joins peers, and tells them whether they are reached from outside.
    pub(crate) relay: Toggle<relay::Behaviour>,
    pub(crate) prober: Toggle<autonat::v2::server::Behaviour>,
    pub(crate) leash: Toggle<Leash>,
    /// A peer is joined, asks, opens its router's door, and goes from relayed to direct.
    pub(crate) circuits: Toggle<relay::client::Behaviour>,
    pub(crate) probes: Toggle<Probes>,
    pub(crate) upnp: Toggle<upnp::tokio::Behaviour>,
    pub(crate) punch: Toggle<Punch>,
}

impl Behaviour {
    pub(crate) fn new(
        key: PublicKey,
        circuits: Option<relay::client::Behaviour>,
        config: &Config,
        times: Times,
    ) -> Self {
        let local = key.to_peer_id();
        let seeks = circuits.is_some();
        let (interval, timeout) = match config.reach {
            Reach::Seek => (PING_INTERVAL, PING_TIMEOUT),
            Reach::Relay => (DIRECTORY_PING_INTERVAL, DIRECTORY_PING_TIMEOUT),
        };
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
        let mut relay = (!seeks).then(|| relay::Behaviour::new(local, relaying::config()));
        if let Some(relay) = &mut relay {
            relay.set_status(Some(relay::Status::Enable));
        }
        let gateway = seeks && config.listen.iter().any(|at| !is_loopback(at));
        Self {
            gate: Gate::new(config.limits),
            deliver,
            directory,
            blob,
            answer,
            identify: Screen::new(
                identify::Behaviour::new(
                    identify::Config::new(PROTOCOL_VERSION.to_owned(), key)
                        .with_agent_version(agent)
                        .with_cache_size(0),
                ),
                Observers::default(),
            ),
            ping: ping::Behaviour::new(
                ping::Config::new()
                    .with_interval(interval)
                    .with_timeout(timeout),
            ),
            relay: relay.into(),
            prober: (!seeks)
                .then(autonat::v2::server::Behaviour::default)
                .into(),
            leash: (!seeks).then(Leash::default).into(),
            circuits: circuits.into(),
            probes: seeks.then(probes).into(),
            upnp: gateway.then(upnp::tokio::Behaviour::default).into(),
            punch: seeks
                .then(|| Screen::new(dcutr::Behaviour::new(local), Punches::default()))
                .into(),
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

fn probes() -> Probes {
    Screen::new(
        autonat::v2::client::Behaviour::default(),
        Candidates::default(),
    )
}

fn is_loopback(address: &Address) -> bool {
    ["/ip4/127.", "/ip6/::1/"]
        .iter()
        .any(|head| address.as_str().starts_with(head))
}

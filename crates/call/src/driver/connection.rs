//! One connection of WebRTC: made, described, fed with paths, compared with what was signed.

use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64},
    },
    time::Duration,
};

use bytes::Bytes;
use opener_trade::Fingerprint;
use rtc::{
    media_stream::MediaStreamTrack,
    rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind},
    shared::error::Error,
};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use webrtc::{
    data_channel::DataChannel,
    media_stream::{
        track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
        track_remote::TrackRemote,
    },
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
        RTCIceCandidateInit, RTCIceCandidateType, RTCIceGatheringState, RTCIceServer,
        RTCPeerConnectionIceEvent, RTCPeerConnectionState, RTCSessionDescription,
        SettingEngineBuilder,
    },
};

use super::{
    Config, codecs,
    outlet::Outlet,
    receive::listen,
    send::{Lane, Sending},
};
use crate::{
    Frame,
    sdp::{Candidate, Description, Reach, SdpError, Seen},
};

/// Label of the data channel for the terms card.
const CARD: &str = "terms";
/// How often a path is tried, and how many times: the first picture comes after 55 ms instead of 204 on one computer.
const TRY_EVERY: Duration = Duration::from_millis(50);
const TRIES: u16 = 20;
/// Silence after which a path counts as broken: three lost keep-alives.
const SILENCE: Duration = Duration::from_millis(2500);
/// Silence after which the library gives up by itself; the machine of the call decides long before.
const GIVEN_UP: Duration = Duration::from_secs(60);
/// How often a quiet path is kept alive.
const KEEP_ALIVE: Duration = Duration::from_millis(800);
/// Things that happen and wait: candidates of one round, and room.
pub(super) const HAPPENINGS: usize = 256;

/// What the library tells. Its handlers run on its own task, so they only pass on.
pub(super) enum Happened {
    Found(String),
    Gathered,
    State(RTCPeerConnectionState),
    Track(Arc<dyn TrackRemote>),
    Channel(Arc<dyn DataChannel>),
}

struct Ears(mpsc::Sender<Happened>);

impl Ears {
    fn tell(&self, happened: Happened) {
        // More than fits is more than a call has: the machine's own times end it.
        let _ = self.0.try_send(happened);
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Ears {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(init) = event.candidate.to_json() {
            self.tell(Happened::Found(init.candidate));
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.tell(Happened::Gathered);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.tell(Happened::State(state));
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.tell(Happened::Channel(channel));
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.tell(Happened::Track(track));
    }
}

/// Why a connection cannot be made or used. What the library says is not repeated: its errors may hold media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("the library refused to {0}")]
    Library(&'static str),
    #[error(transparent)]
    Sdp(#[from] SdpError),
    #[error("no random numbers")]
    Random,
}

/// Names what the library refused.
fn refused(what: &'static str) -> impl Fn(Error) -> ConnectionError {
    move |_| ConnectionError::Library(what)
}

/// What a call shares with the tasks that carry its frames.
#[derive(Clone, Default)]
pub(super) struct Flow {
    pub(super) up: Arc<AtomicBool>,
    pub(super) sent: Arc<AtomicU64>,
    pub(super) outlet: Outlet,
}

/// A connection.
pub(super) struct Connection {
    library: Arc<dyn PeerConnection>,
    reach: Reach,
    pub(super) estimate: Arc<AtomicU32>,
    pub(super) channel: Option<Arc<dyn DataChannel>>,
}

impl Connection {
    /// Binds sockets, and lays two tracks for what this side sends.
    pub(super) async fn open(
        config: &Config,
        flow: &Flow,
        frames: mpsc::Receiver<Frame>,
        happenings: mpsc::Sender<Happened>,
    ) -> Result<Self, ConnectionError> {
        let (engine, registry, estimate) = codecs::engine().map_err(refused("set codecs"))?;
        let settings = SettingEngineBuilder::new()
            .with_ice_connection_attempts(Some(TRY_EVERY), Some(TRIES))
            .with_ice_timeouts(Some(SILENCE), Some(GIVEN_UP), Some(KEEP_ALIVE))
            .with_discard_local_candidates_during_ice_restart(true)
            .build();
        let servers = config.servers.iter().map(|server| RTCIceServer {
            urls: vec![server.url.clone()],
            username: server.username.clone(),
            credential: server.credential.clone(),
        });
        let configuration = RTCConfigurationBuilder::new()
            .with_ice_servers(servers.collect())
            .build();
        let builder = PeerConnectionBuilder::new()
            .with_configuration(configuration)
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(settings)
            .with_handler(Arc::new(Ears(happenings)))
            .with_udp_addrs(sockets(config.reach));
        let library = Box::pin(builder.build())
            .await
            .map_err(refused("bind sockets"))?;
        let library: Arc<dyn PeerConnection> = Arc::new(library);
        let audio = lane(&library, RtpCodecKind::Audio).await?;
        let video = lane(&library, RtpCodecKind::Video).await?;
        for lane in [&audio, &video] {
            tokio::spawn(listen(lane.track.clone(), flow.outlet.clone()));
        }
        let sending = Sending {
            audio,
            video,
            up: flow.up.clone(),
            sent: flow.sent.clone(),
        };
        tokio::spawn(sending.run(frames));
        Ok(Self {
            library,
            reach: config.reach,
            estimate,
            channel: None,
        })
    }

    /// Makes an offer; with `renew` on new sockets and under new names of ICE.
    pub(super) async fn offer(&mut self, renew: bool) -> Result<Description, ConnectionError> {
        if renew {
            let restarted = self.library.restart_ice().await;
            restarted.map_err(refused("restart"))?;
        } else {
            let channel = self.library.create_data_channel(CARD, None).await;
            self.channel = Some(channel.map_err(refused("open a channel"))?);
        }
        let offer = self.library.create_offer(None).await;
        self.describe(offer.map_err(refused("make an offer"))?)
            .await
    }

    /// Makes an answer to their offer.
    pub(super) async fn answer(
        &mut self,
        theirs: &Description,
    ) -> Result<Description, ConnectionError> {
        let offer = RTCSessionDescription::offer(theirs.written("\r\n"));
        self.take(offer.map_err(refused("read the offer"))?).await?;
        let answer = self.library.create_answer(None).await;
        self.describe(answer.map_err(refused("make an answer"))?)
            .await
    }

    /// Takes their answer.
    pub(super) async fn take_answer(&self, theirs: &Description) -> Result<(), ConnectionError> {
        let answer = RTCSessionDescription::answer(theirs.written("\r\n"));
        self.take(answer.map_err(refused("read the answer"))?).await
    }

    async fn take(&self, theirs: RTCSessionDescription) -> Result<(), ConnectionError> {
        let taken = self.library.set_remote_description(theirs).await;
        taken.map_err(refused("take a description"))
    }

    async fn describe(&self, ours: RTCSessionDescription) -> Result<Description, ConnectionError> {
        let description = Description::read(&ours.sdp.replace("\r\n", "\n"), self.reach)?;
        let set = self.library.set_local_description(ours).await;
        set.map_err(refused("set our description"))?;
        Ok(description)
    }

    /// Tries a path of theirs.
    pub(super) async fn try_path(
        &self,
        path: &Candidate,
        mid: &str,
    ) -> Result<(), ConnectionError> {
        let init = RTCIceCandidateInit {
            candidate: path.to_string(),
            sdp_mid: Some(mid.to_owned()),
            sdp_mline_index: Some(0),
            ..RTCIceCandidateInit::default()
        };
        let added = self.library.add_ice_candidate(init).await;
        added.map_err(refused("take a path"))
    }

    /// A path to us, as the library found it.
    pub(super) fn found(&self, line: &str) -> Option<Candidate> {
        match Candidate::read(line, self.reach) {
            Ok(Seen::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// Whether the certificate of the connection is the one that was signed.
    pub(super) async fn is_under(&self, signed: Fingerprint) -> bool {
        for sender in self.library.get_senders().await {
            if let Ok(Some(transport)) = sender.transport().await
                && let Ok(chain) = transport.get_remote_certificates().await
                && let Some(certificate) = chain.first()
            {
                return <[u8; 32]>::from(Sha256::digest(certificate)) == *signed.as_bytes();
            }
        }
        false
    }

    /// Whether the chosen path leads through a relay at either end; nothing while none is chosen.
    pub(super) async fn is_relayed(&self) -> Option<bool> {
        for sender in self.library.get_senders().await {
            if let Ok(Some(transport)) = sender.transport().await
                && let Ok(Some(pair)) = transport
                    .ice_transport()
                    .get_selected_candidate_pair()
                    .await
            {
                let ends = [pair.local(), pair.remote()];
                return Some(ends.iter().any(|end| end.typ == RTCIceCandidateType::Relay));
            }
        }
        None
    }

    /// Takes their channel, if it is the one for the card.
    pub(super) async fn adopt(&mut self, channel: Arc<dyn DataChannel>) -> bool {
        let is_card = channel.label().await.is_ok_and(|label| label == CARD);
        if is_card && self.channel.is_none() {
            self.channel = Some(channel);
        }
        is_card
    }

    /// Sends a message about the card; before the channel is open there is none to send.
    pub(super) async fn send_card(&self, message: &Bytes) {
        if let Some(channel) = &self.channel {
            // A channel that is closed has no card any more.
            let _ = channel.try_send(message.as_ref().into()).await;
        }
    }

    pub(super) async fn close(&self) {
        // It stops either way.
        let _ = self.library.close().await;
    }
}

async fn lane(
    library: &Arc<dyn PeerConnection>,
    kind: RtpCodecKind,
) -> Result<Lane, ConnectionError> {
    let mut random = [0; 14];
    getrandom::fill(&mut random).map_err(|_| ConnectionError::Random)?;
    let [a, b, c, d, e, f, name @ ..] = random;
    let ssrc = u32::from_be_bytes([a, b, c, d]).max(1);
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let track = MediaStreamTrack::new(
        "opener".to_owned(),
        name.clone(),
        name,
        kind,
        vec![RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..RTCRtpCodingParameters::default()
            },
            codec: codecs::codec(kind),
            ..RTCRtpEncodingParameters::default()
        }],
    );
    let track = Arc::new(TrackLocalStaticRTP::new(track));
    let sender = library
        .add_track(track.clone() as Arc<dyn TrackLocal>)
        .await
        .map_err(refused("add a track"))?;
    Ok(Lane::new(track, sender, ssrc, u16::from_be_bytes([e, f])))
}

/// Where sockets are bound: one for each interface there is, which a wildcard stands for; or this computer alone.
fn sockets(reach: Reach) -> Vec<String> {
    match reach {
        Reach::Loopback => vec!["127.0.0.1:0".to_owned()],
        Reach::Network => {
            let mut all = vec!["0.0.0.0:0".to_owned()];
            if UdpSocket::bind("[::]:0").is_ok() {
                all.push("[::]:0".to_owned());
            }
            all
        }
    }
}

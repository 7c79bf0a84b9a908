//! Calls: ringing, taking, ending, the terms card, servers.

use opener_peer::{CallServer, CallSettings as Settings, CallSnapshot, CallWish, Handle};
use opener_trade::{
    CallId, DealId, DocumentId, Duration, List, PeerId, PeerText, Timestamp,
    document::{Change, Commitment, Counter},
    limits::{CHANGES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::find::dialogue;
use crate::{
    ApiError, clock,
    view::{CallSettings, CallShown, CallView, Done, names},
};

/// Calls the other side of a deal. One call runs at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CallStart {
    /// The deal.
    pub deal: DealId,
    /// Buyer: which seller.
    pub seller: Option<PeerId>,
    /// Whether pictures are offered.
    pub video: bool,
    /// Whether it hides where we are until it is taken; as `call.settings.set` says, where nothing is said.
    pub private: Option<bool>,
}

/// Takes the call that rings here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallAccept {
    /// The call.
    pub call: CallId,
    /// Whether it is taken with a camera. Pictures go out when the page sends them, then or later.
    pub video: bool,
}

/// Does not take the call that rings here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallDecline {
    /// The call.
    pub call: CallId,
}

/// Hangs up, or gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallFinish {
    /// The call.
    pub call: CallId,
}

/// Asks for the call that runs, or ended last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct CallShow {}

/// Writes the terms card of the running call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CallCardSet {
    /// The call.
    pub call: CallId,
    /// What changes; the rest of the offer stays.
    pub changes: List<Change, CHANGES>,
    /// Until when the counter-offer made of it stands: a day if nothing is said, and no longer than the offer.
    pub valid_until: Option<Timestamp>,
    /// In words.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

/// Agrees to the terms card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallCardAgree {
    /// The call.
    pub call: CallId,
    /// The card as it was read.
    pub revision: u32,
}

/// Asks what is set about calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct CallSettingsGet {}

/// Sets what calls use from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CallSettingsSet {
    /// Servers for STUN and TURN.
    pub servers: Vec<IceServer>,
    /// Whether calls hide where we are until they are taken.
    pub private: bool,
}

/// A server for STUN or TURN, over UDP.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct IceServer {
    /// `stun:host:port` or `turn:host:port`.
    pub url: String,
    /// The user's name at a TURN server.
    pub username: Option<String>,
    /// The password there; the one that is known for this user of this server, where nothing is said.
    pub password: Option<String>,
}

/// The password is not shown.
impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How long a counter-offer made of a card stands if nothing is said: it is accepted within seconds, or by a person the
/// next day.
const CARD_STANDS: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn start(handle: &Handle, asked: CallStart) -> Result<CallView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let seller = Some(dialogue(&deal, asked.seller)?.seller);
    let wish = CallWish {
        deal: asked.deal,
        seller,
        video: asked.video,
        private: asked.private,
    };
    view(handle, handle.start_call(wish).await?).await
}

pub(super) async fn accept(handle: &Handle, asked: CallAccept) -> Result<CallView, ApiError> {
    view(handle, handle.accept_call(asked.call).await?).await
}

pub(super) async fn decline(handle: &Handle, asked: CallDecline) -> Result<Done, ApiError> {
    handle.decline_call(asked.call).await?;
    Ok(Done {})
}

pub(super) async fn finish(handle: &Handle, asked: CallFinish) -> Result<Done, ApiError> {
    handle.finish_call(asked.call).await?;
    Ok(Done {})
}

pub(super) async fn show(handle: &Handle, _: CallShow) -> Result<CallShown, ApiError> {
    let call = match handle.shown_call().await? {
        Some(call) => Some(view(handle, call).await?),
        None => None,
    };
    Ok(CallShown { call })
}

pub(super) async fn set_card(handle: &Handle, asked: CallCardSet) -> Result<CallView, ApiError> {
    let terms = Counter {
        // The peer names the offer that stands.
        offer: DocumentId::from_bytes([0; 32]),
        round: 1,
        changes: asked.changes,
        valid_until: asked
            .valid_until
            .unwrap_or_else(|| clock::now().plus(CARD_STANDS)),
        commitment: Commitment::Revocable,
        remark: asked.remark.unwrap_or_default(),
    };
    let call = handle.write_card(asked.call, Box::new(terms)).await?;
    view(handle, call).await
}

pub(super) async fn agree(handle: &Handle, asked: CallCardAgree) -> Result<CallView, ApiError> {
    let call = handle.agree_to_card(asked.call, asked.revision).await?;
    view(handle, call).await
}

pub(super) async fn settings(
    handle: &Handle,
    _: CallSettingsGet,
) -> Result<CallSettings, ApiError> {
    Ok(handle.call_settings().await?.into())
}

pub(super) async fn set_settings(
    handle: &Handle,
    asked: CallSettingsSet,
) -> Result<CallSettings, ApiError> {
    let server = |server: IceServer| CallServer {
        url: server.url,
        username: server.username.unwrap_or_default(),
        password: server.password,
    };
    let settings = Settings {
        servers: asked.servers.into_iter().map(server).collect(),
        private: asked.private,
    };
    Ok(handle.set_call_settings(settings).await?.into())
}

/// The call with the words for it: who it is with, and about what.
async fn view(handle: &Handle, call: CallSnapshot) -> Result<CallView, ApiError> {
    let deal = handle.deal(call.deal).await?;
    let rfp = &deal.rfp.body;
    let name = match deal.rfp.signer() == call.with {
        true => Some(rfp.buyer.name.to_string()),
        false => names(handle, &deal).await?.remove(&call.with),
    };
    let title = rfp.title.to_string();
    Ok(CallView::new(call, name, title))
}

//! Intent, decline, notice to losers, chat.

use opener_negotiation::dialogue::Command;
use opener_peer::Handle;
use opener_trade::{
    DealId, PeerId, PeerText,
    document::{Attachments, Chat, Decline, DeclineReason, NotChosen},
    limits::{CHAT_BYTES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::Signed};

/// I mean to bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct IntentSend {
    /// The deal.
    pub deal: DealId,
}

/// I will not bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DeclineSend {
    /// The deal.
    pub deal: DealId,
    /// Why, by kind.
    pub reason: DeclineReason,
    /// Why, in words; needed when the reason is `other`.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

/// The award went elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NotChosenSend {
    /// The deal.
    pub deal: DealId,
    /// Who is told.
    pub seller: PeerId,
    /// Why, if you want to say.
    pub reason: Option<PeerText<REMARK_BYTES>>,
    /// The bid's rank, if you want to say; 1 is best.
    pub rank: Option<u16>,
}

/// Text in a deal. It binds nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ChatSend {
    /// The deal.
    pub deal: DealId,
    /// Buyer: to which seller.
    pub seller: Option<PeerId>,
    /// The text; may be empty where there are attachments.
    #[serde(default)]
    #[ts(as = "Option<PeerText<CHAT_BYTES>>", optional)]
    pub text: PeerText<CHAT_BYTES>,
    /// Files, each as `PUT /blob` answered it.
    #[serde(default)]
    #[ts(as = "Option<Attachments>", optional)]
    pub attachments: Attachments,
}

pub(super) async fn intent(handle: &Handle, said: IntentSend) -> Result<Signed, ApiError> {
    let document = handle.say(said.deal, None, Command::Intent).await?;
    Ok(Signed { document })
}

pub(super) async fn decline(handle: &Handle, said: DeclineSend) -> Result<Signed, ApiError> {
    let rfp = handle.deal(said.deal).await?.rfp.id();
    let decline = Decline {
        rfp,
        reason: said.reason,
        remark: said.remark.unwrap_or_default(),
    };
    let document = handle
        .say(said.deal, None, Command::Decline(decline))
        .await?;
    Ok(Signed { document })
}

pub(super) async fn not_chosen(handle: &Handle, said: NotChosenSend) -> Result<Signed, ApiError> {
    let rfp = handle.deal(said.deal).await?.rfp.id();
    let notice = NotChosen {
        rfp,
        reason: said.reason.unwrap_or_default(),
        rank: said.rank,
    };
    let document = handle
        .say(said.deal, Some(said.seller), Command::NotChosen(notice))
        .await?;
    Ok(Signed { document })
}

pub(super) async fn chat(handle: &Handle, said: ChatSend) -> Result<Signed, ApiError> {
    let chat = Command::Chat(Chat {
        text: said.text,
        attachments: said.attachments,
    });
    let document = handle.say(said.deal, said.seller, chat).await?;
    Ok(Signed { document })
}

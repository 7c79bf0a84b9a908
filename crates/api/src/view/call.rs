//! Calls: the one that runs or ended last, its terms card, and what is set about calls.

use opener_peer::{
    CallCard, CallPhase as Phase, CallSettings as Settings, CallSnapshot, CardOutcome,
};
use opener_trade::{
    CallId, DealId, DocumentId, PeerId, Reason, Timestamp,
    document::{CallEndReason, Change},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// It rings, here or there.
    Ringing,
    /// It was taken; a path is sought.
    Connecting,
    /// The two see or hear each other.
    Connected,
    /// The path broke; another one is sought.
    Reconnecting,
    /// It is over.
    Ended,
}

impl From<Phase> for CallPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Ringing => CallPhase::Ringing,
            Phase::Connecting => CallPhase::Connecting,
            Phase::Connected => CallPhase::Connected,
            Phase::Reconnecting => CallPhase::Reconnecting,
            Phase::Ended => CallPhase::Ended,
        }
    }
}

/// How a call went over the last second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallQuality {
    /// What the path to the other side carries, estimated, in bits a second.
    pub estimate_bps: u32,
    /// What we send, in bits a second.
    pub sent_bps: u32,
    /// What we receive, in bits a second.
    pub received_bps: u32,
    /// Pictures received.
    pub pictures: u32,
    /// Packets of the picture that never came, of a thousand.
    pub lost_permille: u32,
}

/// What came of a terms card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallCardOutcome {
    /// It is written on.
    Open,
    /// Both have agreed; the counter-offer and its acceptance are on their way.
    Signing,
    /// The counter-offer was accepted: it is the offer that stands.
    Signed,
    /// It could not be signed, or not in time.
    Failed,
}

impl From<CardOutcome> for CallCardOutcome {
    fn from(outcome: CardOutcome) -> Self {
        match outcome {
            CardOutcome::Open => CallCardOutcome::Open,
            CardOutcome::Signing => CallCardOutcome::Signing,
            CardOutcome::Signed => CallCardOutcome::Signed,
            CardOutcome::Failed => CallCardOutcome::Failed,
        }
    }
}

/// The terms card of a call: both write on it and agree to it. It binds nobody before it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallCardView {
    /// Its number: each writing makes a new one.
    pub revision: u32,
    /// Whether we wrote it.
    pub by_me: bool,
    /// What changes; the rest of the offer stays.
    pub changes: Vec<Change>,
    /// Until when the counter-offer made of it stands.
    pub valid_until: Timestamp,
    /// In words.
    pub remark: String,
    /// Whether we agree to this revision.
    pub i_agree: bool,
    /// Whether the other side does.
    pub they_agree: bool,
    /// What came of it.
    pub outcome: CallCardOutcome,
    /// Why it could not be signed, where a rule of trade says so.
    pub problem: Option<Reason>,
    /// The counter-offer made of it.
    pub counter: Option<DocumentId>,
}

impl From<CallCard> for CallCardView {
    fn from(card: CallCard) -> Self {
        CallCardView {
            revision: card.version,
            by_me: card.by_me,
            changes: card.terms.changes.to_vec(),
            valid_until: card.terms.valid_until,
            remark: card.terms.remark.to_string(),
            i_agree: card.i_agree,
            they_agree: card.they_agree,
            outcome: card.outcome.into(),
            problem: card.problem,
            counter: card.counter,
        }
    }
}

/// A call, running or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallView {
    /// The call.
    pub call: CallId,
    /// The deal.
    pub deal: DealId,
    /// The seller whose dialogue it is: ourselves, where we sell.
    pub seller: PeerId,
    /// The other side.
    pub with: PeerId,
    /// What the other side calls itself, where known.
    pub with_name: Option<String>,
    /// The title of the deal.
    pub title: String,
    /// Whether they called.
    pub incoming: bool,
    /// Whether the caller offers pictures. Of an incoming call only the first picture tells.
    pub video: bool,
    /// Whether we hide where we are until it is taken.
    pub private: bool,
    /// Where it stands.
    pub phase: CallPhase,
    /// Why it ended.
    pub ended: Option<CallEndReason>,
    /// When it began to ring.
    pub rang_at: Timestamp,
    /// When the two saw or heard each other first.
    pub connected_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether a server passes everything on; unknown before the first second.
    pub relayed: Option<bool>,
    /// How it goes.
    pub quality: Option<CallQuality>,
    /// The terms card.
    pub card: Option<CallCardView>,
}

impl CallView {
    pub(crate) fn new(call: CallSnapshot, with_name: Option<String>, title: String) -> Self {
        CallView {
            call: call.call,
            deal: call.deal,
            seller: call.seller,
            with: call.with,
            with_name,
            title,
            incoming: call.incoming,
            video: call.video,
            private: call.private,
            phase: call.phase.into(),
            ended: call.ended,
            rang_at: call.rang_at,
            connected_at: call.connected_at,
            ended_at: call.ended_at,
            relayed: call.quality.and_then(|quality| quality.relayed),
            quality: call.quality.map(|quality| CallQuality {
                estimate_bps: quality.estimate_bps,
                sent_bps: quality.sent_bps,
                received_bps: quality.received_bps,
                pictures: quality.pictures,
                lost_permille: quality.lost_permille,
            }),
            card: call.card.map(CallCardView::from),
        }
    }
}

/// The call that runs or ended last, if there was one in this run of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallShown {
    /// The call.
    pub call: Option<CallView>,
}

/// A server that calls use. Its password is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IceServerView {
    /// `stun:host:port` or `turn:host:port`.
    pub url: String,
    /// The user's name there.
    pub username: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
}

/// What is set about calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallSettings {
    /// Servers for STUN and TURN; none are needed where the two reach each other.
    pub servers: Vec<IceServerView>,
    /// Whether calls hide where we are until they are taken.
    pub private: bool,
}

impl From<Settings> for CallSettings {
    fn from(settings: Settings) -> Self {
        let view = |server: opener_peer::CallServer| IceServerView {
            url: server.url,
            username: Some(server.username).filter(|name| !name.is_empty()),
            has_password: server.password.is_some(),
        };
        CallSettings {
            servers: settings.servers.into_iter().map(view).collect(),
            private: settings.private,
        }
    }
}

#[cfg(test)]
mod tests {
    use opener_peer::CallServer;

    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let server = |username: &str, password: Option<&str>| CallServer {
            url: "turn:turn.example:3478".to_owned(),
            username: username.to_owned(),
            password: password.map(str::to_owned),
        };
        let shown = CallSettings::from(Settings {
            servers: vec![server("ann", Some("secret")), server("", None)],
            private: true,
        });
        let json = serde_json::to_string(&shown).unwrap();
        assert!(!json.contains("secret"), "{json}");
        assert!(shown.servers[0].has_password && !shown.servers[1].has_password);
        assert_eq!(shown.servers[1].username, None);
    }
}

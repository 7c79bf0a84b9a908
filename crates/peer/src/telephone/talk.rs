//! One call, as its peer sees it: what is shown of it, and while it runs the line that carries it.

use opener_call::{Event, Handle, Quality, session::Phase};
use opener_negotiation::Role;
use opener_trade::{CallId, DealId, DocumentId, PeerId, Timestamp, document::CallEndReason};
use tokio::sync::{mpsc, oneshot};

use super::{CallCard, Cards, KeptCall, Media, Parted, media};
use crate::PeerError;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A call that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallWish {
    /// In which deal.
    pub deal: DealId,
    /// Buyer: which seller.
    pub seller: Option<PeerId>,
    /// Whether pictures are offered.
    pub video: bool,
    /// Whether it hides where we are until it is taken; as it is set, where nothing is said.
    pub private: Option<bool>,
}

/// A call as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSnapshot {
    /// The call.
    pub call: CallId,
    /// The deal.
    pub deal: DealId,
    /// The seller whose dialogue it is.
    pub seller: PeerId,
    /// The other side.
    pub with: PeerId,
    /// Whether they called.
    pub incoming: bool,
    /// Whether the caller offered pictures.
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
    /// How it goes.
    pub quality: Option<Quality>,
    /// The terms card.
    pub card: Option<CallCard>,
}

/// What carries a running call.
pub(crate) struct Line {
    pub(crate) handle: Handle,
    pub(crate) told: mpsc::Receiver<Event>,
    /// The newest offer, whoever made it.
    pub(crate) offer: Option<DocumentId>,
    /// Who waits for our first offer to be signed.
    pub(crate) waiting: Option<oneshot::Sender<Result<CallSnapshot, PeerError>>>,
    /// The channel for the card is open.
    pub(crate) card_open: bool,
    /// Tells the page that has the media that it has them no longer.
    part: Option<oneshot::Sender<Parted>>,
}

impl Line {
    pub(crate) const fn new(handle: Handle, told: mpsc::Receiver<Event>) -> Self {
        Self {
            handle,
            told,
            offer: None,
            waiting: None,
            card_open: false,
            part: None,
        }
    }
}

/// A call, running or over.
pub(crate) struct Talk {
    pub(crate) call: CallId,
    pub(crate) deal: DealId,
    pub(crate) seller: PeerId,
    pub(crate) with: PeerId,
    pub(crate) role: Role,
    pub(crate) incoming: bool,
    pub(crate) video: bool,
    pub(crate) private: bool,
    pub(crate) phase: CallPhase,
    pub(crate) ended: Option<CallEndReason>,
    pub(crate) rang_at: Timestamp,
    pub(crate) connected_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) quality: Option<Quality>,
    pub(crate) cards: Cards,
    pub(crate) line: Option<Line>,
}

impl Talk {
    pub(crate) fn snapshot(&self) -> CallSnapshot {
        CallSnapshot {
            call: self.call,
            deal: self.deal,
            seller: self.seller,
            with: self.with,
            incoming: self.incoming,
            video: self.video,
            private: self.private,
            phase: self.phase,
            ended: self.ended,
            rang_at: self.rang_at,
            connected_at: self.connected_at,
            ended_at: self.ended_at,
            quality: self.quality,
            card: self.cards.card.clone(),
        }
    }

    pub(crate) const fn kept(&self) -> KeptCall {
        KeptCall {
            call: self.call,
            deal: self.deal,
            seller: self.seller,
            connected_at: self.connected_at,
        }
    }

    /// Whether it still rings.
    pub(crate) fn rings(&self) -> bool {
        self.phase == CallPhase::Ringing
    }

    /// Takes where the call stands now; the line of one that is over is cut.
    pub(crate) fn enter(
        &mut self,
        phase: Phase,
        connected_at: Option<Timestamp>,
        ended_at: Option<Timestamp>,
    ) {
        self.connected_at = connected_at;
        self.phase = match phase {
            Phase::Idle | Phase::Ringing => CallPhase::Ringing,
            Phase::Connecting => CallPhase::Connecting,
            Phase::Connected => CallPhase::Connected,
            Phase::Reconnecting => CallPhase::Reconnecting,
            Phase::Ended(ending) => return self.end(ending.reason, ended_at),
        };
    }

    pub(crate) fn end(&mut self, reason: CallEndReason, at: Option<Timestamp>) {
        self.phase = CallPhase::Ended;
        self.ended = Some(reason);
        self.ended_at = at;
        self.line = None;
    }

    /// Gives the media to a page, and takes them from the one that had them.
    pub(crate) fn open_media(&mut self) -> Result<Media, PeerError> {
        let over = || PeerError::NotFound("running call");
        let line = self.line.as_mut().ok_or_else(over)?;
        let (media, part) = media::lay(&line.handle).map_err(|_| over())?;
        if let Some(before) = line.part.replace(part) {
            // A page that has gone away needs no word.
            let _ = before.send(Parted::Elsewhere);
        }
        Ok(media)
    }

    /// Sends what must be known of the card, once its channel is open.
    pub(crate) fn send_card(&self, messages: Vec<Vec<u8>>) {
        if let Some(line) = self.line.as_ref().filter(|line| line.card_open) {
            for message in messages {
                // Of a call that is over the card is void.
                let _ = line.handle.send_card(message);
            }
        }
    }
}

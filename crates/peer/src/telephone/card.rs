//! The terms card of a call: what both write on and agree to, until one of them signs it as a counter-offer
//! (docs/protocol/0007-calls.md, CARD-1 to CARD-3).

use opener_call::CARD_BYTES;
use opener_negotiation::{Rejection, Role};
use opener_trade::{
    DocumentId, Duration, Invalid, Reason, Timestamp,
    document::{Body, Counter},
};
use serde::{Deserialize, Serialize};

use crate::PeerError;

/// Messages about the card that are taken in one call: more than people write in an hour, and few for who floods.
const MESSAGES: usize = 512;
/// How far a version may run ahead of ours: both write, and none counts to the end of the numbers.
const STRIDE: u32 = 1000;
/// How long an agreement waits for its documents: until then the two are still at their desks. What comes later waits for
/// a person.
const SIGNED_WITHIN: Duration = Duration::from_secs(10 * 60);

/// What came of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardOutcome {
    /// It is written on.
    Open,
    /// Both have agreed; the counter-offer and its acceptance are on their way.
    Signing,
    /// The counter-offer was accepted: it is the offer that stands.
    Signed,
    /// It could not be signed, or not in time.
    Failed,
}

/// The card as it lies between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCard {
    /// Its version: each writing makes a new one.
    pub version: u32,
    /// Whether we wrote this version.
    pub by_me: bool,
    /// What the counter-offer will say.
    pub terms: Counter,
    /// Whether we agree to this version.
    pub i_agree: bool,
    /// Whether they do.
    pub they_agree: bool,
    /// What came of it.
    pub outcome: CardOutcome,
    /// Why it could not be signed.
    pub problem: Option<Reason>,
    /// The counter-offer.
    pub counter: Option<DocumentId>,
    /// When both had agreed.
    agreed_at: Option<Timestamp>,
}

/// A message on the data channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    /// A new card.
    Card(Written),
    /// Agreed to this one.
    Agree(Written),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Written {
    version: u32,
    terms: Counter,
}

/// What a message led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Nothing.
    Nothing,
    /// Another card, or an agreement.
    Changed,
    /// Both have agreed: it is to be signed.
    Agreed,
}

/// The card of one call, at one side.
#[derive(Debug, Clone)]
pub(crate) struct Cards {
    role: Role,
    pub(crate) card: Option<CallCard>,
    heard: usize,
}

impl Cards {
    pub(crate) const fn new(role: Role) -> Self {
        Self {
            role,
            card: None,
            heard: 0,
        }
    }

    /// Writes a new card, which takes every agreement back, and gives the message for the other side.
    ///
    /// # Errors
    /// Both have agreed already, or the terms break a rule of counter-offers or do not fit a message.
    pub(crate) fn write(&mut self, terms: Counter) -> Result<Vec<u8>, PeerError> {
        let version = match &self.card {
            Some(card) if card.outcome != CardOutcome::Open => {
                return Err(
                    Rejection::not_allowed("both have agreed; nothing is changed now").into(),
                );
            }
            Some(card) => card.version.saturating_add(1),
            None => 1,
        };
        let terms = Counter { round: 1, ..terms };
        terms.check()?;
        let message = written(&Message::Card(Written {
            version,
            terms: terms.clone(),
        }))?;
        self.card = Some(CallCard::new(version, true, terms));
        Ok(message)
    }

    /// Agrees to this version, and gives the message for the other side.
    ///
    /// # Errors
    /// There is no card, or another one than was read.
    pub(crate) fn agree(&mut self, now: Timestamp, version: u32) -> Result<Vec<u8>, PeerError> {
        let card = self.card.as_mut().ok_or(PeerError::NotFound("card"))?;
        if card.version != version {
            return Err(
                Rejection::new(Reason::Stale, "another card lies there now; read it").into(),
            );
        }
        card.i_agree = true;
        card.settle(now);
        written(&card.agreed())
    }

    /// Whether both have agreed, and nothing is signed yet.
    pub(crate) fn signing(&mut self) -> Option<&mut CallCard> {
        let card = self.card.as_mut();
        card.filter(|card| card.outcome == CardOutcome::Signing)
    }

    /// What the other side must be told when the channel opens.
    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        if let Some(card) = &self.card {
            let (version, terms) = (card.version, card.terms.clone());
            if card.by_me {
                messages.extend(written(&Message::Card(Written { version, terms })).ok());
            }
            if card.i_agree {
                messages.extend(written(&card.agreed()).ok());
            }
        }
        messages
    }

    /// Takes a message of the other side. What is no message, or does not fit what lies there, changes nothing.
    pub(crate) fn hear(&mut self, now: Timestamp, message: &[u8]) -> Heard {
        self.heard = self.heard.saturating_add(1);
        if self.heard > MESSAGES || message.len() > CARD_BYTES {
            return Heard::Nothing;
        }
        match serde_json::from_slice(message) {
            Ok(Message::Card(card)) => self.hear_card(card),
            Ok(Message::Agree(agreed)) => self.hear_agree(now, &agreed),
            Err(_) => Heard::Nothing,
        }
    }

    fn hear_card(&mut self, Written { version, terms }: Written) -> Heard {
        if terms.round != 1 || terms.check().is_err() {
            return Heard::Nothing;
        }
        let newest = self.card.as_ref().map_or(0, |card| card.version);
        let follows = match &self.card {
            Some(card) if card.outcome != CardOutcome::Open => false,
            // Both have written at once: the buyer's stands.
            Some(card) if card.version == version => card.by_me && self.role == Role::Seller,
            _ => version > newest && version <= newest.saturating_add(STRIDE),
        };
        if !follows {
            return Heard::Nothing;
        }
        self.card = Some(CallCard::new(version, false, terms));
        Heard::Changed
    }

    fn hear_agree(&mut self, now: Timestamp, agreed: &Written) -> Heard {
        let Some(card) = self.card.as_mut() else {
            return Heard::Nothing;
        };
        if card.version != agreed.version || card.terms != agreed.terms || card.they_agree {
            return Heard::Nothing;
        }
        card.they_agree = true;
        if card.settle(now) {
            Heard::Agreed
        } else {
            Heard::Changed
        }
    }
}

impl CallCard {
    const fn new(version: u32, by_me: bool, terms: Counter) -> Self {
        Self {
            version,
            by_me,
            terms,
            i_agree: false,
            they_agree: false,
            outcome: CardOutcome::Open,
            problem: None,
            counter: None,
            agreed_at: None,
        }
    }

    fn agreed(&self) -> Message {
        Message::Agree(Written {
            version: self.version,
            terms: self.terms.clone(),
        })
    }

    /// Whether it is to be signed from now on.
    fn settle(&mut self, now: Timestamp) -> bool {
        let both = self.i_agree && self.they_agree && self.outcome == CardOutcome::Open;
        if both {
            self.outcome = CardOutcome::Signing;
            self.agreed_at = Some(now);
        }
        both
    }

    /// Whether the agreement has waited too long for its documents.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.agreed_at
            .is_some_and(|at| now > at.plus(SIGNED_WITHIN))
    }

    pub(crate) fn fail(&mut self, problem: Option<Reason>) {
        self.outcome = CardOutcome::Failed;
        self.problem = problem;
    }
}

fn written(message: &Message) -> Result<Vec<u8>, PeerError> {
    let json = serde_json::to_vec(message).map_err(|e| Invalid::new("card", e.to_string()))?;
    if json.len() > CARD_BYTES {
        let rule = format!("has more than {CARD_BYTES} bytes; make a counter-offer instead");
        return Err(Invalid::because(Reason::TooLarge, "changes", rule).into());
    }
    Ok(json)
}

#[cfg(test)]
mod tests;

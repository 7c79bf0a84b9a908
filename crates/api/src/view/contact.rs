//! Known peers.

use opener_peer::Contact;
use opener_trade::{PeerId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A peer that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactView {
    /// The peer.
    pub peer: PeerId,
    /// What it calls itself.
    pub name: String,
    /// Where it can be dialled.
    pub addresses: Vec<String>,
    /// Where this was learnt.
    pub source: String,
    /// When.
    pub known_at: Timestamp,
    /// When it was last connected or reported present.
    pub last_seen: Option<Timestamp>,
    /// When documents were first exchanged.
    pub met_at: Option<Timestamp>,
    /// Whether nothing is taken from it.
    pub blocked: bool,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        ContactView {
            peer: contact.peer,
            name: contact.name,
            addresses: contact.addresses,
            source: contact.source,
            known_at: contact.known_at,
            last_seen: contact.last_seen,
            met_at: contact.met_at,
            blocked: contact.blocked,
        }
    }
}

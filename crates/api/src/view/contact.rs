//! Known peers, and their cards.

use opener_peer::{BookEntry, Group};
use opener_trade::{Address, PeerId, Timestamp, Verified, document::Listing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ListingView;
use crate::card;

/// A peer that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactView {
    /// The peer.
    pub peer: PeerId,
    /// What it calls itself.
    pub name: String,
    /// What the person here calls it; none where they do not.
    pub own_name: Option<String>,
    /// Its groups, by name.
    pub groups: Vec<String>,
    /// When it was taken into the contact book; absent where it is only known of.
    pub kept_at: Option<Timestamp>,
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

impl From<BookEntry> for ContactView {
    fn from(entry: BookEntry) -> Self {
        let contact = entry.contact;
        ContactView {
            peer: contact.peer,
            name: contact.name,
            own_name: Some(contact.own_name).filter(|name| !name.is_empty()),
            groups: entry.groups,
            kept_at: contact.kept_at,
            addresses: contact.addresses,
            source: contact.source,
            known_at: contact.known_at,
            last_seen: contact.last_seen,
            met_at: contact.met_at,
            blocked: contact.blocked,
        }
    }
}

/// A contact that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactAdded {
    /// The contact.
    pub contact: ContactView,
    /// The card is older than what was known, which stands.
    pub newer_known: bool,
}

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GroupView {
    /// Its name.
    pub name: String,
    /// How many are in it.
    pub members: u32,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        GroupView {
            name: group.name,
            members: group.members,
        }
    }
}

/// A contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardView {
    /// Whose it is.
    pub peer: PeerId,
    /// The whole card: a link, and the content of a card file.
    pub uri: String,
    /// What a QR code of it holds; shorter than the card where the card is long.
    pub qr: String,
    /// The signed listing in it; a short card has none, and nobody signed it.
    pub listing: Option<ListingView>,
}

impl CardView {
    pub(crate) fn of(listing: &Verified<Listing>) -> Self {
        CardView {
            peer: listing.from,
            uri: card::of(listing),
            qr: card::for_qr(listing),
            listing: Some(listing.into()),
        }
    }

    pub(crate) fn short(peer: PeerId, addresses: Vec<Address>) -> Self {
        let uri = card::short_of(peer, &addresses);
        CardView {
            peer,
            qr: uri.clone(),
            uri,
            listing: None,
        }
    }
}

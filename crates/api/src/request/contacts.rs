//! Known peers: the contact book, cards, groups, blocking.

use opener_peer::{Card, ContactEdit, ContactFilter, Handle};
use opener_trade::{
    Address, List, PeerId, PeerText,
    limits::{ADDRESSES, LABEL_BYTES, NAME_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::rows;
use crate::{
    ApiError,
    card::{self, CardError},
    view::{CardView, ContactAdded, ContactView, Done, GroupView},
};

/// Asks for known peers by name, those of the person's own first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct ContactsList {
    /// Only those in the contact book; else also those that directories named.
    #[ts(optional, as = "Option<bool>")]
    pub kept: bool,
    /// Only those blocked, or only those not.
    pub blocked: Option<bool>,
    /// Only those in this group.
    pub group: Option<PeerText<LABEL_BYTES>>,
    /// Only those with this text in a name.
    pub search: Option<PeerText<NAME_BYTES>>,
    /// How many to pass over: those of the pages before.
    pub offset: Option<u32>,
    /// At most so many, from 1 to 1000; 100 if nothing is said.
    pub limit: Option<u32>,
}

/// Takes a peer into the contact book: by card, or by id with an address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct ContactsAdd {
    /// Its card, `opener:…`, typed, scanned or out of a file.
    pub card: Option<String>,
    /// Its id, where there is no card.
    pub peer: Option<PeerId>,
    /// Where it is dialled, where there is no card.
    #[ts(optional, as = "Option<List<Address, ADDRESSES>>")]
    pub addresses: List<Address, ADDRESSES>,
    /// A name of the person's own.
    pub name: Option<PeerText<NAME_BYTES>>,
    /// Its groups.
    pub groups: Option<Vec<PeerText<LABEL_BYTES>>>,
}

/// Writes about a contact, and takes it into the book. What is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ContactsSet {
    /// The peer.
    pub peer: PeerId,
    /// A name of the person's own; empty takes it back.
    pub name: Option<PeerText<NAME_BYTES>>,
    /// Exactly these groups.
    pub groups: Option<Vec<PeerText<LABEL_BYTES>>>,
}

/// Takes a peer out of the contact book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsRemove {
    /// The peer.
    pub peer: PeerId,
}

/// Asks for the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct ContactsGroups {}

/// Blocks a peer, or lets it in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsBlock {
    /// The peer.
    pub peer: PeerId,
    /// Whether nothing is taken from it.
    pub blocked: bool,
}

/// Asks for my card, or reads one without taking it into the book.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct CardShow {
    /// Somebody else's card, to see whose it is before adding it.
    pub card: Option<String>,
}

pub(super) async fn list(
    handle: &Handle,
    asked: ContactsList,
) -> Result<Vec<ContactView>, ApiError> {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = ContactFilter {
        kept_only: asked.kept,
        blocked: asked.blocked,
        group: asked.group.map(|group| group.as_str().trim().to_owned()),
        search: asked
            .search
            .as_ref()
            .and_then(|search| text(search.as_str())),
    };
    let offset = asked.offset.unwrap_or(0) as usize;
    let found = handle.book(filter, rows(asked.limit)?, offset).await?;
    Ok(found.into_iter().map(ContactView::from).collect())
}

pub(super) async fn add(handle: &Handle, asked: ContactsAdd) -> Result<ContactAdded, ApiError> {
    let card = match (asked.card, asked.peer) {
        (Some(text), None) if asked.addresses.is_empty() => card::read(&text)?,
        (None, Some(peer)) => Card::Address {
            peer,
            addresses: asked.addresses.to_vec(),
        },
        _ => {
            let either = "give a card, or a peer's id with its addresses";
            return Err(ApiError::invalid("card", either));
        }
    };
    let edit = ContactEdit {
        own_name: asked.name,
        groups: asked.groups,
    };
    let (entry, is_new) = handle.add_contact(card, edit).await?;
    Ok(ContactAdded {
        contact: entry.into(),
        newer_known: !is_new,
    })
}

pub(super) async fn set(handle: &Handle, asked: ContactsSet) -> Result<ContactView, ApiError> {
    let edit = ContactEdit {
        own_name: asked.name,
        groups: asked.groups,
    };
    Ok(handle.edit_contact(asked.peer, edit).await?.into())
}

pub(super) async fn remove(handle: &Handle, asked: ContactsRemove) -> Result<Done, ApiError> {
    handle.remove_contact(asked.peer).await?;
    Ok(Done {})
}

pub(super) async fn groups(handle: &Handle, _: ContactsGroups) -> Result<Vec<GroupView>, ApiError> {
    let groups = handle.groups().await?;
    Ok(groups.into_iter().map(GroupView::from).collect())
}

pub(super) async fn block(handle: &Handle, asked: ContactsBlock) -> Result<Done, ApiError> {
    handle.block(asked.peer, asked.blocked).await?;
    Ok(Done {})
}

pub(super) async fn card(handle: &Handle, asked: CardShow) -> Result<CardView, ApiError> {
    match asked.card.map(|text| card::read(&text)).transpose()? {
        None => Ok(CardView::of(&handle.listing().await?)),
        Some(Card::Listing(listing)) => Ok(CardView::of(&listing)),
        Some(Card::Address { peer, addresses }) => Ok(CardView::short(peer, addresses)),
    }
}

impl From<CardError> for ApiError {
    fn from(error: CardError) -> Self {
        ApiError::invalid("card", error.to_string())
    }
}

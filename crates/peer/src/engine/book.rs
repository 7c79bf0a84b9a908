//! The contact book: peers that the person here keeps.

use opener_net::with_peer;
use opener_store::{BookEntry, ContactFilter, Group};
use opener_trade::{
    Address, Invalid, PeerId, PeerText, Timestamp, Verified,
    document::Listing,
    limits::{ADDRESSES, LABEL_BYTES, NAME_BYTES},
};

use super::Engine;
use crate::{Event, PeerError};

/// Groups that one contact is in at most: more than a person tells apart.
pub const GROUPS_OF_ONE: usize = 32;
/// Groups that are listed at most.
const GROUPS: usize = 1000;

/// What is known of somebody who is taken into the book.
#[derive(Debug, Clone)]
pub enum Card {
    /// Its own signed listing.
    Listing(Box<Verified<Listing>>),
    /// Its id and where it is dialled, as somebody typed them.
    Address {
        /// Who it is.
        peer: PeerId,
        /// Where it is dialled.
        addresses: Vec<Address>,
    },
}

/// What a person writes about a contact. Absent stays as it was.
#[derive(Debug, Clone, Default)]
pub struct ContactEdit {
    /// A name of the person's own; empty takes it back.
    pub own_name: Option<PeerText<NAME_BYTES>>,
    /// Exactly these groups.
    pub groups: Option<Vec<PeerText<LABEL_BYTES>>>,
}

impl Engine {
    /// Takes somebody into the book. An older card than what is known replaces nothing; false then.
    ///
    /// # Errors
    /// It is our own card, an address is of another peer, there are too many groups, or the database cannot be written.
    pub async fn add_contact(
        &mut self,
        now: Timestamp,
        card: Card,
        edit: ContactEdit,
    ) -> Result<(BookEntry, bool), PeerError> {
        let peer = match &card {
            Card::Listing(listing) => listing.from,
            Card::Address { peer, .. } => *peer,
        };
        if peer == self.peer_id() {
            return Err(Invalid::new("card", "this is your own card").into());
        }
        let mut work = self.begin(now).await?;
        work.tx.keep_contact(peer, now).await?;
        let is_new = match &card {
            Card::Listing(listing) => work.know(listing, "card").await?,
            Card::Address { peer, addresses } => {
                let known = work.tx.read().contact(*peer).await?;
                let known = known.map(|contact| contact.addresses).unwrap_or_default();
                let all = merged(*peer, addresses, known)?;
                work.tx.set_addresses(*peer, &all).await?;
                true
            }
        };
        work.tx.wake_recipient(peer, now).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok((self.edit_contact(now, peer, edit).await?, is_new))
    }

    /// Writes about a known peer, and takes it into the book.
    ///
    /// # Errors
    /// There is no such peer, there are too many groups, or the database cannot be written.
    pub async fn edit_contact(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        edit: ContactEdit,
    ) -> Result<BookEntry, PeerError> {
        let groups = edit.groups.map(group_names).transpose()?;
        let mut tx = self.store.begin().await?;
        if tx.read().contact(peer).await?.is_none() {
            return Err(PeerError::NotFound("contact"));
        }
        tx.keep_contact(peer, now).await?;
        if let Some(name) = edit.own_name {
            tx.name_contact(peer, name.as_str().trim()).await?;
        }
        if let Some(groups) = groups {
            tx.group_contact(peer, &groups).await?;
        }
        let entry = tx.read().book_entry(peer).await?;
        tx.commit().await?;
        self.events.push(Event::Contacts);
        entry.ok_or(PeerError::NotFound("contact"))
    }

    /// Takes a peer out of the book. Whether it is blocked stays.
    ///
    /// # Errors
    /// It is not in the book, or the database cannot be written.
    pub async fn remove_contact(&mut self, peer: PeerId) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        if !tx.drop_contact(peer).await? {
            return Err(PeerError::NotFound("contact"));
        }
        tx.commit().await?;
        self.events.push(Event::Contacts);
        Ok(())
    }

    /// Contacts by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn book(
        &self,
        filter: &ContactFilter,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<BookEntry>, PeerError> {
        Ok(self.store.read().book(filter, limit, offset).await?)
    }

    /// The groups, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn groups(&self) -> Result<Vec<Group>, PeerError> {
        Ok(self.store.read().groups(GROUPS).await?)
    }

    /// Who is in a group and not blocked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn members(&self, group: &str) -> Result<Vec<PeerId>, PeerError> {
        let limit = super::MAX_INVITED.saturating_add(1);
        Ok(self.store.read().members(group, limit).await?)
    }
}

/// What was typed, before what is known.
fn merged(peer: PeerId, typed: &[Address], known: Vec<String>) -> Result<Vec<String>, PeerError> {
    let mut all = Vec::new();
    for address in typed {
        let rule = |_| Invalid::new("addresses", format!("{address} ends in another peer's id"));
        with_peer(address, peer).map_err(rule)?;
        all.push(address.to_string());
    }
    all.extend(
        known
            .into_iter()
            .filter(|address| !typed.iter().any(|new| new.as_str() == address)),
    );
    all.truncate(ADDRESSES);
    Ok(all)
}

fn group_names(groups: Vec<PeerText<LABEL_BYTES>>) -> Result<Vec<String>, Invalid> {
    if groups.len() > GROUPS_OF_ONE {
        let rule = format!("a contact is in at most {GROUPS_OF_ONE} groups");
        return Err(Invalid::new("groups", rule));
    }
    let names = groups.iter().map(|group| group.as_str().trim().to_owned());
    let names: Vec<String> = names.collect();
    match names
        .iter()
        .any(|name| name.is_empty() || name.contains(char::is_control))
    {
        true => Err(Invalid::new("groups", "a group's name is one line of text")),
        false => Ok(names),
    }
}

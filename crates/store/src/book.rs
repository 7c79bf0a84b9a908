//! The contact book: peers that the person here keeps, with names of their own and groups.

use opener_trade::{PeerId, Timestamp};
use sqlx::Row;

use crate::{
    Contact, Read, StoreError, Write,
    contact::contact,
    row::{Fields, rows},
};

/// Which contacts to list; the default lists every known peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Only those in the book.
    pub kept_only: bool,
    /// Only those blocked, or only those not.
    pub blocked: Option<bool>,
    /// Only those in this group.
    pub group: Option<String>,
    /// Only those with this text in a name.
    pub search: Option<String>,
}

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many are in it.
    pub members: u32,
}

/// A contact of the book with its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// The contact.
    pub contact: Contact,
    /// Its groups, by name.
    pub groups: Vec<String>,
}

const KEEP: &str =
    "INSERT INTO contact (peer, name, addresses, source, listing_seq, known_at, blocked, listing, kept_at)
    VALUES (?1, '', '', '', 0, ?2, 0, x'', ?2)
    ON CONFLICT (peer) DO UPDATE SET kept_at = ifnull(kept_at, excluded.kept_at)";

const LIST: &str = "SELECT contact.*,
        (SELECT group_concat(g.name, char(10) ORDER BY g.name) FROM contact_group g WHERE g.peer = contact.peer)
            AS groups
    FROM contact WHERE (?1 = 0 OR kept_at IS NOT NULL) AND (?2 IS NULL OR blocked = ?2)
    AND (?3 IS NULL OR EXISTS (SELECT 1 FROM contact_group g WHERE g.name = ?3 AND g.peer = contact.peer))
    AND (?4 IS NULL OR own_name LIKE ?4 ESCAPE '!' OR contact.name LIKE ?4 ESCAPE '!')
    AND (?5 IS NULL OR contact.peer = ?5)
    ORDER BY ifnull(nullif(own_name, ''), contact.name), contact.peer LIMIT ?6 OFFSET ?7";

const MEMBERS: &str = "SELECT contact.peer AS peer FROM contact_group JOIN contact USING (peer)
    WHERE contact_group.name = ?1 AND blocked = 0 ORDER BY contact.peer LIMIT ?2";

impl Write<'_> {
    /// Takes a peer into the book, known or not.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn keep_contact(&mut self, peer: PeerId, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(KEEP).bind(peer.as_bytes().as_slice());
        query.bind(at.millis()).execute(self.connection()).await?;
        Ok(())
    }

    /// Gives a known peer a name of the person's own; empty takes it back.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn name_contact(&mut self, peer: PeerId, own_name: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE contact SET own_name = ?2 WHERE peer = ?1");
        let query = query.bind(peer.as_bytes().as_slice()).bind(own_name);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Dials a known peer at these addresses, in text form, until a newer listing says otherwise.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_addresses(
        &mut self,
        peer: PeerId,
        addresses: &[String],
    ) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE contact SET addresses = ?2 WHERE peer = ?1");
        let query = query
            .bind(peer.as_bytes().as_slice())
            .bind(addresses.join("\n"));
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Puts a known peer into exactly these groups. A group is there as long as somebody is in it.
    ///
    /// # Errors
    /// The peer is not known, or the database cannot be written.
    pub async fn group_contact(
        &mut self,
        peer: PeerId,
        groups: &[String],
    ) -> Result<(), StoreError> {
        let out = sqlx::query("DELETE FROM contact_group WHERE peer = ?1");
        let out = out.bind(peer.as_bytes().as_slice());
        out.execute(self.connection()).await?;
        for group in groups {
            let into =
                sqlx::query("INSERT OR IGNORE INTO contact_group (name, peer) VALUES (?1, ?2)");
            let into = into.bind(group.as_str()).bind(peer.as_bytes().as_slice());
            into.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Takes a peer out of the book and its groups. What was learnt of it and whether it is blocked stay. False if it was
    /// not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn drop_contact(&mut self, peer: PeerId) -> Result<bool, StoreError> {
        self.group_contact(peer, &[]).await?;
        let sql = "UPDATE contact SET kept_at = NULL, own_name = '' WHERE peer = ?1 AND kept_at IS NOT NULL";
        let query = sqlx::query(sql).bind(peer.as_bytes().as_slice());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// Contacts by name, the person's own where there is one; at most `limit`, after the first `offset`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn book(
        &mut self,
        filter: &ContactFilter,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<BookEntry>, StoreError> {
        self.entries(filter, None, limit, offset).await
    }

    /// One contact with its groups.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn book_entry(&mut self, peer: PeerId) -> Result<Option<BookEntry>, StoreError> {
        let found = self
            .entries(&ContactFilter::default(), Some(peer), 1, 0)
            .await?;
        Ok(found.into_iter().next())
    }

    async fn entries(
        &mut self,
        filter: &ContactFilter,
        peer: Option<PeerId>,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<BookEntry>, StoreError> {
        let like = filter.search.as_deref().map(containing);
        let found = sqlx::query(LIST)
            .bind(filter.kept_only)
            .bind(filter.blocked)
            .bind(filter.group.as_deref())
            .bind(like)
            .bind(peer.as_ref().map(|peer| peer.as_bytes().as_slice()))
            .bind(rows(limit))
            .bind(rows(offset))
            .fetch_all(&mut *self.connection().await)
            .await?;
        let entry = |row| {
            let groups: Option<String> = Fields::plain(row, "groups")?;
            Ok(BookEntry {
                contact: contact(row)?,
                groups: groups
                    .iter()
                    .flat_map(|all| all.lines())
                    .map(str::to_owned)
                    .collect(),
            })
        };
        found.iter().map(entry).collect()
    }

    /// Every group, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn groups(&mut self, limit: usize) -> Result<Vec<Group>, StoreError> {
        let sql = "SELECT name, count(*) AS members FROM contact_group GROUP BY name ORDER BY name LIMIT ?1";
        let query = sqlx::query(sql).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        let group = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Group {
                name: row.try_get("name")?,
                members: row.count("members")?,
            })
        };
        found.iter().map(group).collect()
    }

    /// Who is in a group and not blocked, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn members(&mut self, group: &str, limit: usize) -> Result<Vec<PeerId>, StoreError> {
        let query = sqlx::query(MEMBERS).bind(group).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found.iter().map(|row| row.id("peer")).collect()
    }
}

/// A pattern for a text anywhere; the text's own signs stand for themselves.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

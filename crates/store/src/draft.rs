//! Drafts and templates: forms as the screen filled them in.

use opener_trade::{DealId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::{
    Read, StoreError, Write,
    row::{Fields, or_empty, rows},
    word::{Word, word_enum},
};

word_enum! {
    /// What a form is kept for.
    Shelf {
        /// A person is writing it.
        Draft = "draft",
        /// Others begin from it.
        Template = "template",
    }
}

word_enum! {
    /// What a form becomes.
    FormKind {
        /// A request for proposal.
        Rfp = "rfp",
        /// A bid.
        Bid = "bid",
    }
}

/// A kept form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Its number.
    pub id: i64,
    /// What it is kept for.
    pub shelf: Shelf,
    /// What it becomes.
    pub kind: FormKind,
    /// The deal that it belongs to.
    pub deal: Option<DealId>,
    /// What a person calls it.
    pub name: String,
    /// Rises with every change.
    pub version: u64,
    /// When it was last changed.
    pub saved_at: Timestamp,
    /// The form, JSON; empty in lists.
    pub form: String,
}

const LIST: &str =
    "SELECT id, shelf, kind, deal, name, version, saved_at, '' AS form FROM draft WHERE shelf = ?1
    AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR deal = ?3) ORDER BY saved_at DESC, id DESC LIMIT ?4";

const REPLACE: &str = "UPDATE draft SET deal = ?3, name = ?4, version = version + 1, saved_at = ?5, form = ?6 WHERE id = ?1 AND shelf = ?2";

const ADD: &str = "INSERT INTO draft (shelf, kind, deal, name, version, saved_at, form)
    VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6) RETURNING id AS n";

impl Write<'_> {
    /// Keeps a form that is new, and gives its number. The number and the version in it do not count.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn add_form(&mut self, new: &KeptForm) -> Result<i64, StoreError> {
        let query = sqlx::query(ADD)
            .bind(new.shelf.word())
            .bind(new.kind.word())
            .bind(or_empty(new.deal.as_ref().map(DealId::as_bytes)))
            .bind(new.name.as_str())
            .bind(new.saved_at.millis())
            .bind(new.form.as_str());
        query.fetch_one(self.connection()).await?.plain("n")
    }

    /// Replaces a form that is there; its version rises, its kind stays. False if it is not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn replace_form(&mut self, form: &KeptForm) -> Result<bool, StoreError> {
        let done = sqlx::query(REPLACE)
            .bind(form.id)
            .bind(form.shelf.word())
            .bind(or_empty(form.deal.as_ref().map(DealId::as_bytes)))
            .bind(form.name.as_str())
            .bind(form.saved_at.millis())
            .bind(form.form.as_str())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Throws a form away; false if it is not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn remove_form(&mut self, shelf: Shelf, id: i64) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM draft WHERE id = ?1 AND shelf = ?2");
        let query = query.bind(id).bind(shelf.word());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// Forms without their content, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn forms(
        &mut self,
        shelf: Shelf,
        kind: Option<FormKind>,
        deal: Option<DealId>,
        limit: usize,
    ) -> Result<Vec<KeptForm>, StoreError> {
        let found = sqlx::query(LIST)
            .bind(shelf.word())
            .bind(kind.map(FormKind::name))
            .bind(deal.as_ref().map(|deal| deal.as_bytes().as_slice()))
            .bind(rows(limit))
            .fetch_all(&mut *self.connection().await)
            .await?;
        found.iter().map(form).collect()
    }

    /// One form with its content.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn form(&mut self, shelf: Shelf, id: i64) -> Result<Option<KeptForm>, StoreError> {
        let query = sqlx::query("SELECT * FROM draft WHERE id = ?1 AND shelf = ?2");
        let query = query.bind(id).bind(shelf.word());
        let found = query.fetch_optional(&mut *self.connection().await).await?;
        found.as_ref().map(form).transpose()
    }

    /// How many forms of a kind are on a shelf.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn form_count(&mut self, shelf: Shelf, kind: FormKind) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) AS n FROM draft WHERE shelf = ?1 AND kind = ?2";
        let query = sqlx::query(sql).bind(shelf.word()).bind(kind.word());
        query
            .fetch_one(&mut *self.connection().await)
            .await?
            .count("n")
    }
}

fn form(row: &SqliteRow) -> Result<KeptForm, StoreError> {
    Ok(KeptForm {
        id: row.plain("id")?,
        shelf: row.word("shelf")?,
        kind: row.word("kind")?,
        deal: row.maybe_id("deal")?,
        name: row.plain("name")?,
        version: row.count("version")?,
        saved_at: row.time("saved_at")?,
        form: row.plain("form")?,
    })
}

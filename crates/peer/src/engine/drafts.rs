//! Drafts and templates: kept by the peer, so that every screen of it shows the same.

use opener_store::{FormKind, KeptForm, Shelf};
use opener_trade::{DealId, Invalid, PeerText, Timestamp, limits::NAME_BYTES};

use super::Engine;
use crate::{Event, PeerError};

/// Bytes of one form as JSON: a request of 330 lines, each with a page of text, takes half of it.
pub const FORM_BYTES: usize = 1024 * 1024;
/// Forms of one kind on one shelf: more than a person finds again.
pub const FORMS: usize = 200;

/// A form to keep.
#[derive(Debug, Clone)]
pub struct NewForm {
    /// Its number, if it is there already.
    pub id: Option<i64>,
    /// The version that the screen began from: if the form has changed since, nothing is kept.
    pub version: Option<u64>,
    /// What it is kept for.
    pub shelf: Shelf,
    /// What it becomes.
    pub kind: FormKind,
    /// The deal that it belongs to.
    pub deal: Option<DealId>,
    /// What a person calls it.
    pub name: PeerText<NAME_BYTES>,
    /// The form, JSON.
    pub form: String,
}

impl Engine {
    /// Keeps a form as written, new or over the one with its number.
    ///
    /// # Errors
    /// It is too large, there are too many, it was changed by another screen, or there is none with its number.
    pub async fn save_form(&mut self, now: Timestamp, new: NewForm) -> Result<KeptForm, PeerError> {
        if new.form.len() > FORM_BYTES {
            let rule = format!("is larger than {FORM_BYTES} bytes; split it");
            return Err(Invalid::new("form", rule).into());
        }
        let mut form = KeptForm {
            id: new.id.unwrap_or_default(),
            shelf: new.shelf,
            kind: new.kind,
            deal: new.deal,
            name: new.name.as_str().to_owned(),
            version: 1,
            saved_at: now,
            form: new.form,
        };
        let mut tx = self.store.begin().await?;
        match new.id {
            Some(id) => {
                let before = tx.read().form(new.shelf, id).await?;
                let before = before.filter(|before| before.kind == new.kind);
                let before = before.ok_or(PeerError::NotFound(new.shelf.name()))?;
                if new.version.is_some_and(|version| version != before.version) {
                    let rule = "was changed on another screen; read it again";
                    return Err(Invalid::new("version", rule).into());
                }
                form.version = before.version.saturating_add(1);
                tx.replace_form(&form).await?;
            }
            None => {
                if tx.read().form_count(new.shelf, new.kind).await? >= FORMS {
                    let rule = format!("there are {FORMS} already; remove one that is not needed");
                    return Err(Invalid::new("form", rule).into());
                }
                form.id = tx.add_form(&form).await?;
            }
        }
        tx.commit().await?;
        self.events.push(Event::Drafts);
        Ok(form)
    }

    /// Throws a form away.
    ///
    /// # Errors
    /// There is none with this number.
    pub async fn remove_form(&mut self, shelf: Shelf, id: i64) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        if !tx.remove_form(shelf, id).await? {
            return Err(PeerError::NotFound(shelf.name()));
        }
        tx.commit().await?;
        self.events.push(Event::Drafts);
        Ok(())
    }

    /// The forms on a shelf without their content, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn forms(
        &self,
        shelf: Shelf,
        kind: Option<FormKind>,
        deal: Option<DealId>,
    ) -> Result<Vec<KeptForm>, PeerError> {
        // Two kinds, each with its own limit.
        Ok(self
            .store
            .read()
            .forms(shelf, kind, deal, 2 * FORMS)
            .await?)
    }

    /// One form with its content.
    ///
    /// # Errors
    /// There is none with this number.
    pub async fn form(&self, shelf: Shelf, id: i64) -> Result<KeptForm, PeerError> {
        let found = self.store.read().form(shelf, id).await?;
        found.ok_or(PeerError::NotFound(shelf.name()))
    }
}

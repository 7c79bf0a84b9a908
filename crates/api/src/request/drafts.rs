//! Drafts and templates: forms of the screens, kept by the peer so that every screen of it shows the same.

use opener_peer::{FormKind, Handle, NewForm, Shelf};
use opener_trade::{DealId, PeerText, limits::NAME_BYTES};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    ApiError,
    view::{Done, DraftKind, DraftRow, DraftView},
};

macro_rules! shelf {
    ($shelf:ident, $save:ident, $list:ident, $show:ident, $remove:ident, $what:literal) => {
        #[doc = concat!("Keeps a ", $what, " as written.")]
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        #[ts(optional_fields)]
        pub struct $save {
            /// Its number, to write over the one that is there; a new one without it.
            #[ts(type = "number")]
            pub id: Option<i64>,
            /// The version that the screen began from; refused if another screen has written since.
            #[ts(type = "number")]
            pub version: Option<u64>,
            /// What it becomes.
            pub kind: DraftKind,
            /// The deal that it belongs to.
            pub deal: Option<DealId>,
            /// What a person calls it.
            pub name: Option<PeerText<NAME_BYTES>>,
            /// The form as the screen has it, any JSON; at most 1 MiB.
            #[ts(type = "unknown")]
            pub form: Value,
        }

        #[doc = concat!("Asks for every ", $what, ", the newest first, without their forms.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields, default)]
        #[ts(optional_fields)]
        pub struct $list {
            /// Only those that become this.
            pub kind: Option<DraftKind>,
            /// Only those of this deal.
            pub deal: Option<DealId>,
        }

        #[doc = concat!("Asks for one ", $what, ".")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $show {
            /// Its number.
            #[ts(type = "number")]
            pub id: i64,
        }

        #[doc = concat!("Throws a ", $what, " away.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $remove {
            /// Its number.
            #[ts(type = "number")]
            pub id: i64,
        }

        impl From<$save> for NewForm {
            fn from(save: $save) -> Self {
                NewForm {
                    id: save.id,
                    version: save.version,
                    shelf: Shelf::$shelf,
                    kind: save.kind.into(),
                    deal: save.deal,
                    name: save.name.unwrap_or_default(),
                    form: save.form.to_string(),
                }
            }
        }
    };
}

shelf!(Draft, DraftSave, DraftList, DraftShow, DraftRemove, "draft");
shelf!(
    Template,
    TemplateSave,
    TemplateList,
    TemplateShow,
    TemplateRemove,
    "template"
);

pub(super) async fn save(handle: &Handle, new: impl Into<NewForm>) -> Result<DraftRow, ApiError> {
    Ok(handle.save_form(new.into()).await?.into())
}

pub(super) async fn list_drafts(
    handle: &Handle,
    asked: DraftList,
) -> Result<Vec<DraftRow>, ApiError> {
    list(handle, Shelf::Draft, asked.kind, asked.deal).await
}

pub(super) async fn list_templates(
    handle: &Handle,
    asked: TemplateList,
) -> Result<Vec<DraftRow>, ApiError> {
    list(handle, Shelf::Template, asked.kind, asked.deal).await
}

async fn list(
    handle: &Handle,
    shelf: Shelf,
    kind: Option<DraftKind>,
    deal: Option<DealId>,
) -> Result<Vec<DraftRow>, ApiError> {
    let found = handle.forms(shelf, kind.map(FormKind::from), deal).await?;
    Ok(found.into_iter().map(DraftRow::from).collect())
}

pub(super) async fn show_draft(handle: &Handle, asked: DraftShow) -> Result<DraftView, ApiError> {
    handle.form(Shelf::Draft, asked.id).await?.try_into()
}

pub(super) async fn show_template(
    handle: &Handle,
    asked: TemplateShow,
) -> Result<DraftView, ApiError> {
    handle.form(Shelf::Template, asked.id).await?.try_into()
}

pub(super) async fn remove_draft(handle: &Handle, asked: DraftRemove) -> Result<Done, ApiError> {
    handle.remove_form(Shelf::Draft, asked.id).await?;
    Ok(Done {})
}

pub(super) async fn remove_template(
    handle: &Handle,
    asked: TemplateRemove,
) -> Result<Done, ApiError> {
    handle.remove_form(Shelf::Template, asked.id).await?;
    Ok(Done {})
}

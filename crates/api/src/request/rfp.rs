//! Requests for proposal: sent, listed, called off.

use std::collections::HashSet;

use opener_formats::{FormatError, Timing, Warning, read_rfp};
use opener_negotiation::Role;
use opener_peer::{Handle, Recipients};
use opener_trade::{
    DealId, DocumentId, Duration, Opened, PeerId, PeerText,
    document::Rfp,
    limits::{LABEL_BYTES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{deal, find::require_buyer};
use crate::{
    ApiError, clock,
    view::{DealRow, RfpChanges, RfpView, Signed},
};

/// Sends a request for proposal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RfpSend {
    /// The request as in `docs/rfp.schema.json`, an OCDS release, or the whole content of an RFP document.
    #[ts(type = "Record<string, unknown>")]
    pub rfp: Value,
    /// To these sellers; if neither they nor groups are said, to those that match.
    pub to: Option<Vec<PeerId>>,
    /// To everybody in these groups of contacts who is not blocked.
    pub groups: Option<Vec<PeerText<LABEL_BYTES>>>,
    /// No farther than this from the place of delivery, in kilometres.
    pub radius_km: Option<u32>,
}

/// How the sellers were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every directory answered.
    Directories,
    /// Some directories answered.
    SomeDirectories,
    /// No directory answered: the sellers come from earlier answers and dealings.
    KnownSellers,
    /// The buyer named them.
    Named,
}

/// A request that is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RfpSent {
    /// The deal.
    pub deal: DealId,
    /// The signed RFP.
    pub rfp: DocumentId,
    /// The sellers it goes to.
    pub invited: Vec<PeerId>,
    /// Directories asked.
    pub asked: u32,
    /// Directories that answered.
    pub answered: u32,
    /// How the sellers were found.
    pub reach: Reach,
    /// What was missing or odd in the request and how it was taken.
    pub warnings: Vec<RfpWarning>,
}

/// Something missing or odd in a request, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RfpWarning {
    /// Path of the field.
    pub field: String,
    /// What is odd, and what was made of it, in English.
    pub text: String,
    /// How many further items of the same list have the same.
    pub more: u32,
}

impl From<Warning> for RfpWarning {
    fn from(warning: Warning) -> Self {
        RfpWarning {
            field: warning.field,
            text: warning.text,
            more: warning.more,
        }
    }
}

/// Asks for the requests I have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct RfpList {
    /// Only those that wait for the person here.
    #[ts(optional, as = "Option<bool>")]
    pub needs_me: bool,
    /// At most so many, from 1 to 1000; 100 if nothing is said.
    pub limit: Option<u32>,
}

/// Asks for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RfpShow {
    /// The deal.
    pub deal: DealId,
}

/// Asks what a revision has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RfpCompare {
    /// The deal.
    pub deal: DealId,
    /// Since this revision; since the one before if nothing is said.
    pub since: Option<u32>,
}

/// Calls a request off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RfpCancel {
    /// The deal.
    pub deal: DealId,
    /// Why.
    pub reason: Option<PeerText<REMARK_BYTES>>,
}

pub(super) async fn send(handle: &Handle, asked: RfpSend) -> Result<RfpSent, ApiError> {
    let (rfp, warnings) = content(handle, asked.rfp).await?;
    let to = named(handle, asked.to, asked.groups.unwrap_or_default()).await?;
    let is_named = to.is_some();
    let recipients = match to {
        Some(sellers) if sellers.is_empty() => {
            return Err(ApiError::invalid("to", "name at least one seller"));
        }
        Some(sellers) => Recipients::Named(sellers),
        None => Recipients::Matching {
            radius_km: asked.radius_km,
        },
    };
    let sent = handle.send_rfp(rfp, recipients).await?;
    let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
    let (asked, answered) = (count(sent.found.asked), count(sent.found.answered));
    let reach = match answered {
        _ if is_named => Reach::Named,
        0 => Reach::KnownSellers,
        all if all == asked => Reach::Directories,
        _ => Reach::SomeDirectories,
    };
    Ok(RfpSent {
        deal: sent.deal,
        rfp: sent.rfp.id(),
        invited: sent.invited,
        asked,
        answered,
        reach,
        warnings,
    })
}

/// The sellers named, each once: by id, and by the groups that they are in.
async fn named(
    handle: &Handle,
    to: Option<Vec<PeerId>>,
    groups: Vec<PeerText<LABEL_BYTES>>,
) -> Result<Option<Vec<PeerId>>, ApiError> {
    if groups.is_empty() {
        return Ok(to);
    }
    let mut all = to.unwrap_or_default();
    for group in groups {
        let members = handle.members(group.as_str().trim().to_owned()).await?;
        if members.is_empty() {
            let rule = format!("nobody who is not blocked is in the group `{group}`");
            return Err(ApiError::invalid("groups", rule));
        }
        all.extend(members);
    }
    let mut seen = HashSet::new();
    all.retain(|peer| seen.insert(*peer));
    Ok(Some(all))
}

/// How long bids are taken, and then chosen from, when the request does not say: a week each.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// The content of the RFP, and what was odd in it. The buyer is the profile's unless the request names one.
pub(super) async fn content(
    handle: &Handle,
    json: Value,
) -> Result<(Box<Rfp>, Vec<RfpWarning>), ApiError> {
    if json.get("schedule").is_some() {
        let rfp = super::read(json).map_err(|e| e.within("rfp"))?;
        return Ok((rfp, vec![]));
    }
    let buyer = handle.profile().await?.map(|profile| profile.party());
    let timing = Timing {
        buyer,
        ..Timing::from_now(clock::now(), WEEK, WEEK)
    };
    let reading = read_rfp("rfp", json.to_string().as_bytes(), &timing).map_err(unreadable)?;
    let warnings = reading.warnings.into_iter().map(RfpWarning::from).collect();
    Ok((Box::new(reading.rfp), warnings))
}

fn unreadable(error: FormatError) -> ApiError {
    let path = error.field.trim_start_matches('/').replace('/', ".");
    let field = if path.is_empty() {
        "rfp".to_owned()
    } else {
        format!("rfp.{path}")
    };
    ApiError::invalid(field, error.advice)
}

pub(super) async fn list(handle: &Handle, asked: RfpList) -> Result<Vec<DealRow>, ApiError> {
    let mine = deal::DealList {
        role: Some(Role::Buyer),
        needs_me: asked.needs_me,
        limit: asked.limit,
        ..deal::DealList::default()
    };
    deal::list(handle, mine).await
}

pub(super) async fn show(handle: &Handle, asked: RfpShow) -> Result<RfpView, ApiError> {
    Ok(RfpView::from(&handle.deal(asked.deal).await?))
}

pub(super) async fn changes(handle: &Handle, asked: RfpCompare) -> Result<RfpChanges, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let now = &deal.rfp.body;
    let since = asked.since.unwrap_or(now.revision.saturating_sub(1));
    // Every dialogue holds all revisions: one is enough.
    let one = match deal.role {
        Role::Buyer => deal.dialogues.first().map(|state| state.seller),
        Role::Seller => None,
    };
    let records = handle.records(asked.deal, one).await?;
    let before = records.iter().find_map(|record| match &*record.document {
        Opened::Rfp(rfp) if rfp.body.revision == since => Some(rfp.body.clone()),
        _ => None,
    });
    let before = before.ok_or_else(|| ApiError::not_found("revision"))?;
    Ok(RfpChanges {
        changed: now.changes_from(&before),
        now: now.clone(),
        before,
    })
}

pub(super) async fn cancel(handle: &Handle, asked: RfpCancel) -> Result<Signed, ApiError> {
    require_buyer(&handle.deal(asked.deal).await?)?;
    let document = handle
        .cancel_rfp(asked.deal, asked.reason.unwrap_or_default())
        .await?;
    Ok(Signed { document })
}

//! Bids: sent, listed, withdrawn, judged.

use opener_negotiation::{Role, dialogue::Command};
use opener_peer::{Assessment, Handle};
use opener_trade::{
    DealId, DocumentId, Number, PeerText,
    document::Measure,
    limits::{LABEL_BYTES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    draft::{BidDraft, Context},
    find::{dialogue_of_bid, require_buyer},
};
use crate::{
    ApiError, Code, clock,
    view::{BidRow, BidView, Done, Finding, Signed, bids, lot_key},
};

/// Bids, or revises the bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidSend {
    /// The deal.
    pub deal: DealId,
    /// The bid.
    pub bid: BidDraft,
}

/// Asks for the bids of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidList {
    /// The deal.
    pub deal: DealId,
}

/// Asks for one bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidShow {
    /// The deal.
    pub deal: DealId,
    /// The bid.
    pub bid: DocumentId,
}

/// Takes the standing bid back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct BidWithdraw {
    /// The deal.
    pub deal: DealId,
    /// Why.
    pub reason: Option<PeerText<REMARK_BYTES>>,
}

/// Records what the buyer found about a bid. The newest finding for a criterion, a lot, or the whole bid counts; one
/// with neither value nor exclusion takes an earlier one back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct BidAssess {
    /// The deal.
    pub deal: DealId,
    /// The bid.
    pub bid: DocumentId,
    /// The criterion that the buyer assesses; absent for a finding about the bid.
    pub criterion: Option<PeerText<LABEL_BYTES>>,
    /// The lot that an exclusion is about; absent for all of them.
    pub lot: Option<u16>,
    /// The value found for the criterion.
    pub value: Option<Number>,
    /// Whether the bid is excluded.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub excluded: bool,
    /// Why, in words; needed for an exclusion.
    pub reason: Option<PeerText<REMARK_BYTES>>,
}

/// Admits a late bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BidAdmitLate {
    /// The deal.
    pub deal: DealId,
    /// The bid.
    pub bid: DocumentId,
    /// Why, in words: it is kept as a finding about the bid.
    pub reason: PeerText<REMARK_BYTES>,
}

pub(super) async fn send(handle: &Handle, sent: BidSend) -> Result<Signed, ApiError> {
    let deal = handle.deal(sent.deal).await?;
    if deal.role != Role::Seller {
        return Err(ApiError::not_found("request to bid on"));
    }
    let no_profile = || ApiError::from(opener_peer::PeerError::NoProfile);
    let profile = handle.profile().await?.ok_or_else(no_profile)?;
    let context = Context {
        rfp_id: deal.rfp.id(),
        rfp: &deal.rfp.body,
        seller: profile.party(),
        disclosure: profile.disclosure,
        now: clock::now(),
    };
    let bid = sent
        .bid
        .complete(context)
        .map_err(|e| ApiError::from(e).within("bid"))?;
    let document = handle
        .say(sent.deal, None, Command::Bid(Box::new(bid)))
        .await?;
    Ok(Signed { document })
}

pub(super) async fn list(handle: &Handle, asked: BidList) -> Result<Vec<BidRow>, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    Ok(deal
        .dialogues
        .iter()
        .flat_map(bids)
        .map(|(row, _)| row)
        .collect())
}

pub(super) async fn show(handle: &Handle, asked: BidShow) -> Result<BidView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let state = dialogue_of_bid(&deal, asked.bid)?;
    let found = bids(state)
        .into_iter()
        .find(|(row, _)| row.bid == asked.bid);
    let (row, content) = found.ok_or_else(|| ApiError::not_found("bid"))?;
    let findings = deal
        .assessments
        .iter()
        .filter(|found| found.bid == asked.bid)
        .map(Finding::from);
    Ok(BidView {
        row,
        content: content.clone(),
        findings: findings.collect(),
    })
}

pub(super) async fn withdraw(handle: &Handle, said: BidWithdraw) -> Result<Signed, ApiError> {
    let command = Command::WithdrawBid(said.reason.unwrap_or_default());
    let document = handle.say(said.deal, None, command).await?;
    Ok(Signed { document })
}

pub(super) async fn assess(handle: &Handle, found: BidAssess) -> Result<Done, ApiError> {
    let deal = handle.deal(found.deal).await?;
    require_buyer(&deal)?;
    dialogue_of_bid(&deal, found.bid)?;
    let rfp = &deal.rfp.body;
    let reason = found.reason.unwrap_or_default();
    if found.excluded && reason.is_blank() {
        return Err(ApiError::invalid("reason", "say why the bid is excluded"));
    }
    let criterion = match (&found.criterion, found.lot) {
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "lot",
                "a criterion's value is about the whole bid",
            ));
        }
        (Some(name), None) => {
            let is_assessed =
                |c: &&opener_trade::document::Criterion| c.measure == Measure::Assessment;
            let known = rfp
                .criteria
                .iter()
                .filter(is_assessed)
                .any(|c| c.name == *name);
            if !known {
                return Err(ApiError::invalid(
                    "criterion",
                    "the RFP has no such criterion for the buyer to assess",
                ));
            }
            name.to_string()
        }
        (None, _) if found.value.is_some() => {
            return Err(ApiError::invalid(
                "criterion",
                "say which criterion has this value",
            ));
        }
        (None, Some(lot)) if rfp.lots.iter().any(|known| known.number == lot) => lot_key(lot),
        (None, Some(_)) => return Err(ApiError::not_found("lot")),
        (None, None) => String::new(),
    };
    let finding = Assessment {
        deal: found.deal,
        bid: found.bid,
        criterion,
        value: found.value.map(|value| value.to_string()),
        excluded: found.excluded,
        reason: reason.to_string(),
        at: clock::now(),
    };
    handle.assess(found.deal, finding).await?;
    Ok(Done {})
}

pub(super) async fn admit_late(handle: &Handle, asked: BidAdmitLate) -> Result<Done, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    require_buyer(&deal)?;
    let state = dialogue_of_bid(&deal, asked.bid)?;
    if state
        .late
        .as_ref()
        .is_none_or(|late| late.id() != asked.bid)
    {
        let reason = Some(opener_trade::Reason::NotAllowed);
        return Err(ApiError {
            reason,
            ..ApiError::new(Code::Rejected, "the bid is not late, or admitted already")
        });
    }
    if asked.reason.is_blank() {
        return Err(ApiError::invalid("reason", "say why the bid is admitted"));
    }
    handle.admit_late(asked.deal, asked.bid).await?;
    let finding = Assessment {
        deal: asked.deal,
        bid: asked.bid,
        criterion: String::new(),
        value: None,
        excluded: false,
        reason: asked.reason.to_string(),
        at: clock::now(),
    };
    handle.assess(asked.deal, finding).await?;
    Ok(Done {})
}

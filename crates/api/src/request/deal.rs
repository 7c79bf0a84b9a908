//! Deals: lists, one deal, its documents and deliveries, its transcript.

use opener_negotiation::Role;
use opener_peer::{DealFilter, Handle, StoredRole};
use opener_trade::{DealId, PeerId, PeerText, words::tokens};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{find::dialogue, rows};
use crate::{
    ApiError, clock,
    transcript::Bundle,
    view::{DealRow, DealTotals, DealView, DeliveryView, Done, HistoryView, names},
};

/// Asks for deals: a page, what needs me first, of these the soonest first, then the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct DealList {
    /// Only those where we are on this side.
    pub role: Option<Role>,
    /// Only those that wait for the person here.
    #[ts(optional, as = "Option<bool>")]
    pub needs_me: bool,
    /// Only those where nothing more is to be done, or only those where something is.
    pub over: Option<bool>,
    /// Only those with every one of these words, or words that begin so, in title, lines or names.
    pub search: Option<PeerText<SEARCH_BYTES>>,
    /// The last deal of the page before. A deal that has moved meanwhile may come twice or not at all; an event tells.
    pub after: Option<DealId>,
    /// At most so many, from 1 to 1000; 100 if nothing is said.
    pub limit: Option<u32>,
}

/// Bytes of a text to search for: a long line.
const SEARCH_BYTES: usize = 200;
/// Words searched for at most: every further one costs a look at each deal.
const SEARCH_WORDS: usize = 16;

/// Asks how many deals there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct DealCount {}

/// Asks for one deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DealShow {
    /// The deal.
    pub deal: DealId,
}

/// A person has opened a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DealOpen {
    /// The deal.
    pub deal: DealId,
}

/// Asks for the documents of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DealHistory {
    /// The deal.
    pub deal: DealId,
    /// Buyer: only those with this seller.
    pub seller: Option<PeerId>,
}

/// Asks for the bundle of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DealTranscript {
    /// The deal.
    pub deal: DealId,
    /// Buyer: only the dialogue with this seller, so that the others' bids are not passed on.
    pub seller: Option<PeerId>,
}

/// Asks how far the documents of a deal have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DeliveryList {
    /// The deal.
    pub deal: DealId,
    /// Only those to this peer.
    pub peer: Option<PeerId>,
}

pub(super) async fn list(handle: &Handle, asked: DealList) -> Result<Vec<DealRow>, ApiError> {
    let limit = rows(asked.limit)?;
    let search = asked.search.unwrap_or_default();
    let filter = DealFilter {
        role: asked.role.map(|role| match role {
            Role::Buyer => StoredRole::Buyer,
            Role::Seller => StoredRole::Seller,
        }),
        needs_me_only: asked.needs_me,
        over: asked.over,
        words: tokens(search.as_str())
            .into_iter()
            .take(SEARCH_WORDS)
            .collect(),
    };
    if filter.words.is_empty() && !search.is_blank() {
        return Ok(vec![]);
    }
    let found = handle.deals(filter, limit, asked.after).await?;
    found.into_iter().map(DealRow::try_from).collect()
}

pub(super) async fn totals(handle: &Handle, _: DealCount) -> Result<DealTotals, ApiError> {
    let (counts, unread) = handle.deal_counts().await?;
    Ok(DealTotals {
        all: counts.all,
        needs_me: counts.needs_me,
        buying: counts.buying,
        selling: counts.selling,
        over: counts.over,
        unread,
    })
}

pub(super) async fn show(handle: &Handle, asked: DealShow) -> Result<DealView, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let names = names(handle, &deal).await?;
    Ok(DealView::new(&deal, &names))
}

pub(super) async fn open(handle: &Handle, asked: DealOpen) -> Result<Done, ApiError> {
    handle.open_deal(asked.deal).await?;
    Ok(Done {})
}

pub(super) async fn history(
    handle: &Handle,
    asked: DealHistory,
) -> Result<Vec<HistoryView>, ApiError> {
    let records = handle.records(asked.deal, asked.seller).await?;
    Ok(HistoryView::all(&records))
}

pub(super) async fn transcript(handle: &Handle, asked: DealTranscript) -> Result<Bundle, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    if asked.seller.is_some() {
        dialogue(&deal, asked.seller)?;
    }
    let records = handle.records(asked.deal, asked.seller).await?;
    Ok(Bundle::new(&deal, asked.seller, &records, clock::now()))
}

pub(super) async fn deliveries(
    handle: &Handle,
    asked: DeliveryList,
) -> Result<Vec<DeliveryView>, ApiError> {
    let deal = handle.deal(asked.deal).await?;
    let names = names(handle, &deal).await?;
    let rows = deal
        .deliveries
        .iter()
        .filter(|row| asked.peer.is_none_or(|peer| peer == row.recipient));
    Ok(rows
        .map(|row| DeliveryView::new(&deal, row, names.get(&row.recipient).cloned()))
        .collect())
}

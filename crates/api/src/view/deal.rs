//! Deals and their dialogues.

use std::collections::HashMap;

use opener_negotiation::{
    Role,
    dialogue::{self, Falls},
};
use opener_peer::{DealSnapshot, Handle};
use opener_trade::{DealId, DocumentId, PeerId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    AmendmentView, BargainView, BidRow, DealState, DialogueState, LastRoundView, OrderView,
    ReportView, Turn, Who,
    bid::{bids, count},
};
use crate::ApiError;

/// One dialogue of a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DialogueView {
    /// The seller.
    pub seller: PeerId,
    /// What it calls itself, where known.
    pub seller_name: Option<String>,
    /// Where the dialogue stands.
    pub state: DialogueState,
    /// Whose turn it is.
    pub turn: Turn,
    /// The bids, the newest first.
    pub bids: Vec<BidRow>,
    /// What is open between bid and order.
    pub bargain: BargainView,
    /// The best-and-final round, once the seller is asked into it.
    pub last_round: Option<LastRoundView>,
    /// The order.
    pub order: Option<OrderView>,
    /// The change or cancellation of the concluded order that waits for its answer.
    pub amendment: Option<AmendmentView>,
    /// The final terms, as far as they are signed: by buyer, by seller.
    pub signed_by_buyer: bool,
    /// Whether the seller has signed.
    pub signed_by_seller: bool,
}

/// A deal with everything that belongs to it, but for the texts of its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DealView {
    /// The deal.
    pub deal: DealId,
    /// Our side.
    pub role: Role,
    /// Who asks.
    pub buyer: PeerId,
    /// What the buyer calls itself.
    pub buyer_name: String,
    /// The RFP.
    pub rfp: DocumentId,
    /// Its title.
    pub title: String,
    /// Where the deal stands.
    pub state: DealState,
    /// Whose turn it is.
    pub turn: Turn,
    /// When bidding ends.
    pub closes_at: Timestamp,
    /// Until when the buyer chooses.
    pub award_by: Timestamp,
    /// Lines of the request.
    pub lines: u32,
    /// Lots of the request.
    pub lots: Vec<u16>,
    /// The dialogues: one for each invited seller, or ours with the buyer.
    pub dialogues: Vec<DialogueView>,
    /// How far the final terms have come at each directory.
    pub reports: Vec<ReportView>,
}

impl DealView {
    pub(crate) fn new(deal: &DealSnapshot, names: &HashMap<PeerId, String>) -> Self {
        let rfp = &deal.rfp.body;
        let state = match (&deal.request, deal.dialogues.first()) {
            (Some(request), _) => DealState::Request(request.phase.into()),
            (None, Some(own)) => DealState::Dialogue(own.phase.into()),
            (None, None) => DealState::Dialogue(DialogueState::Delivered),
        };
        let choose_by = deal
            .request
            .as_ref()
            .and_then(|request| request.choose_by());
        let (closes_at, award_by) = moments(deal);
        let own = choose_by.map(|until| Turn {
            who: Who::Me,
            until: Some(until),
            then: Some(Falls::ChoiceEnds),
        });
        DealView {
            deal: deal.deal,
            role: deal.role,
            buyer: deal.rfp.signer(),
            buyer_name: rfp.buyer.name.to_string(),
            rfp: deal.rfp.id(),
            title: rfp.title.to_string(),
            state,
            turn: Turn::first(deal.dialogues.iter().map(Turn::of).chain(own)),
            closes_at,
            award_by,
            lines: count(rfp.lines.len()),
            lots: rfp.lots.iter().map(|lot| lot.number).collect(),
            dialogues: deal
                .dialogues
                .iter()
                .map(|state| dialogue_view(state, names))
                .collect(),
            reports: deal.reports.iter().map(ReportView::from).collect(),
        }
    }
}

/// When bidding ends and until when the buyer chooses, as far as our side knows: by the request or its last round.
fn moments(deal: &DealSnapshot) -> (Timestamp, Timestamp) {
    let schedule = deal.rfp.body.schedule;
    match (&deal.request, deal.dialogues.first()) {
        (Some(request), _) => {
            let schedule = request.schedule();
            (schedule.bid_deadline, schedule.award_by)
        }
        (None, Some(own)) => {
            let closes_at = own.last_round.map(|round| round.deadline);
            (closes_at.unwrap_or(schedule.bid_deadline), own.award_by())
        }
        (None, None) => (schedule.bid_deadline, schedule.award_by),
    }
}

fn dialogue_view(state: &dialogue::State, names: &HashMap<PeerId, String>) -> DialogueView {
    DialogueView {
        seller: state.seller,
        seller_name: name_in_bid(state).or_else(|| names.get(&state.seller).cloned()),
        state: state.phase.into(),
        turn: Turn::of(state),
        bids: bids(state).into_iter().map(|(row, _)| row).collect(),
        bargain: BargainView::from(state),
        last_round: LastRoundView::of(state),
        order: state
            .order
            .as_ref()
            .map(|placed| OrderView::new(state, placed)),
        amendment: state.proposal.as_ref().map(AmendmentView::from),
        signed_by_buyer: state.terms.by_buyer.is_some(),
        signed_by_seller: state.terms.by_seller.is_some(),
    }
}

fn name_in_bid(state: &dialogue::State) -> Option<String> {
    let newest = state
        .standing
        .as_ref()
        .or(state.late.as_ref())
        .or(state.superseded.last());
    newest.map(|offer| offer.bid().seller.name.to_string())
}

/// Contacts that are asked for their names. A request goes to far fewer sellers.
const NAMED_CONTACTS: usize = 5_000;

/// What the peers of a deal call themselves: in their bids, else in their listings.
pub(crate) async fn names(
    handle: &Handle,
    deal: &DealSnapshot,
) -> Result<HashMap<PeerId, String>, ApiError> {
    let mut names: HashMap<PeerId, String> = deal
        .dialogues
        .iter()
        .filter_map(|state| Some((state.seller, name_in_bid(state)?)))
        .collect();
    names.insert(deal.rfp.signer(), deal.rfp.body.buyer.name.to_string());
    if deal
        .dialogues
        .iter()
        .any(|state| !names.contains_key(&state.seller))
    {
        for contact in handle.contacts(NAMED_CONTACTS).await? {
            if !contact.own_name.is_empty() {
                names.insert(contact.peer, contact.own_name);
            } else if !contact.name.is_empty() {
                names.entry(contact.peer).or_insert(contact.name);
            }
        }
    }
    Ok(names)
}

//! A deal in a list.

use opener_negotiation::{Role, dialogue::Falls};
use opener_trade::{DealId, DocumentId, Money, PeerId, Timestamp};
use serde::{Deserialize, Serialize, de::value::Error as Unknown};
use ts_rs::TS;

use super::{DealState, DialogueState, Turn, Who};
use crate::{ApiError, Code};

/// A peer by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Named {
    /// Who it is.
    pub peer: PeerId,
    /// The name that the person here gave it, else what it calls itself; none where nothing is known.
    pub name: Option<String>,
}

/// A deal in a list: everything that a row shows, so that nothing more is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DealRow {
    /// The deal.
    pub deal: DealId,
    /// Our side.
    pub role: Role,
    /// Who asks.
    pub buyer: PeerId,
    /// The other side, at most three, the most important first: whom a contract is with, whose bid waits, the lowest bid.
    pub with: Vec<Named>,
    /// Where the dialogue with the first of them stands.
    pub lead: Option<DialogueState>,
    /// The newest RFP.
    pub rfp: Option<DocumentId>,
    /// Its title.
    pub title: String,
    /// Where the deal stands.
    pub state: DealState,
    /// Nothing more is to be done.
    pub over: bool,
    /// Whose turn it is.
    pub turn: Turn,
    /// Sellers invited.
    pub invited: u32,
    /// Of them, those that have the request.
    pub received: u32,
    /// Of them, those whose bid stands or was ordered.
    pub bids: u32,
    /// Of them, those that will not bid.
    pub declined: u32,
    /// The lowest total among the bids; where we sell, our own.
    pub best: Option<Money>,
    /// Notices about it that nobody has acknowledged.
    pub unread: u32,
    /// When bidding ends.
    pub closes_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
}

/// How many deals there are of each sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DealTotals {
    /// All.
    pub all: u32,
    /// Those that wait for the person here.
    pub needs_me: u32,
    /// Those where we buy.
    pub buying: u32,
    /// Those where we sell.
    pub selling: u32,
    /// Those where nothing more is to be done.
    pub over: u32,
    /// Notices that nobody has acknowledged.
    pub unread: u32,
}

impl TryFrom<opener_peer::ListedDeal> for DealRow {
    type Error = ApiError;

    fn try_from(listed: opener_peer::ListedDeal) -> Result<Self, ApiError> {
        let (row, unread) = (listed.row, listed.unread);
        let role = if row.role.name() == "buyer" {
            Role::Buyer
        } else {
            Role::Seller
        };
        let state = DealState::of_word(role, &row.state).ok_or_else(|| {
            ApiError::new(
                Code::Internal,
                "a deal is kept with an unknown state; look at the log",
            )
        })?;
        let summary = row.summary;
        let who = match (row.needs_me, summary.is_over) {
            (true, _) => Who::Me,
            (false, true) => Who::Nobody,
            (false, false) => Who::Other,
        };
        let names = listed.names.into_iter().map(|name| some_text(&name));
        let party = some_text(&summary.party);
        let with = summary.leads.into_iter().zip(names);
        Ok(DealRow {
            deal: row.deal,
            role,
            buyer: row.buyer,
            with: with
                .map(|(peer, name)| Named {
                    peer,
                    name: name.or_else(|| party.clone()),
                })
                .collect(),
            lead: of_word(&summary.lead_state),
            rfp: row.rfp,
            title: row.title,
            state,
            over: summary.is_over,
            turn: Turn {
                who,
                until: row.act_by.filter(|_| who != Who::Nobody),
                then: of_word::<Falls>(&summary.falls).filter(|_| who != Who::Nobody),
            },
            invited: summary.invited,
            received: summary.received,
            bids: summary.bids,
            declined: summary.declined,
            best: summary.best,
            unread,
            closes_at: row.closes_at,
            updated_at: row.updated_at,
            created_at: row.created_at,
        })
    }
}

fn some_text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// A code from the word that a list keeps; none where a newer version wrote it.
fn of_word<'w, C: Deserialize<'w>>(word: &'w str) -> Option<C> {
    let word: serde::de::value::BorrowedStrDeserializer<'w, Unknown> =
        serde::de::value::BorrowedStrDeserializer::new(word);
    C::deserialize(word).ok()
}

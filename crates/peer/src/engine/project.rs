//! The rows that lists and clocks read. They follow from the machines; the journals are the truth.

use opener_negotiation::{Role, dialogue::Dialogue, request::Request};
use opener_store::{DealRow, DialogueRow, Role as StoredRole, Turn};
use opener_trade::{DealId, Timestamp, words::tokens};

use super::{Key, summary, work::Work};
use crate::{Event, PeerError};

impl Work<'_> {
    /// Writes the rows of everything that this transaction changed.
    pub(super) async fn project(&mut self) -> Result<(), PeerError> {
        let keys: Vec<Key> = self
            .changed
            .dialogues
            .keys()
            .copied()
            .filter(|key| self.touched.contains(&key.0))
            .collect();
        let deals: Vec<DealId> = self.touched.iter().copied().collect();
        for deal in &deals {
            if self.tx.read().deal(*deal).await?.is_none() {
                self.project_deal(*deal).await?;
            }
        }
        for key in keys {
            if let Some(dialogue) = self.changed.dialogues.get(&key) {
                let row = dialogue_row(key, dialogue, self.now);
                self.tx.upsert_dialogue(&row).await?;
                if let Some(offer) = &dialogue.state().standing {
                    let name = tokens(offer.bid().seller.name.as_str());
                    self.tx.add_deal_words(key.0, name).await?;
                }
            }
        }
        for deal in deals {
            self.project_deal(deal).await?;
            self.changed.events.push(Event::Deal { deal });
        }
        Ok(())
    }

    pub(super) async fn project_deal(&mut self, deal: DealId) -> Result<(), PeerError> {
        let before = self.tx.read().deal(deal).await?;
        let created_at = before.as_ref().map_or(self.now, |row| row.created_at);
        let me = self.me();
        let own = self.changed.dialogues.get(&(deal, me));
        let row = match own {
            Some(dialogue) => seller_row(deal, dialogue, self.now, created_at),
            None => {
                let request = match self
                    .changed
                    .requests
                    .get(&deal)
                    .or_else(|| self.machines.requests.get(&deal))
                {
                    Some(request) => request.clone(),
                    None => self.request(deal).await?.clone(),
                };
                let mine = self.tx.read().dialogues(deal).await?;
                buyer_row(deal, &request, &mine, self.now, created_at)
            }
        };
        self.tx.upsert_deal(&row).await?;
        if before.is_none_or(|before| before.rfp != row.rfp) {
            self.index(deal).await?;
        }
        Ok(())
    }

    /// Lets the words of the request find the deal, and the names of those who bid.
    pub(super) async fn index(&mut self, deal: DealId) -> Result<(), PeerError> {
        let me = self.me();
        let words = match self.changed.dialogues.get(&(deal, me)) {
            Some(dialogue) => summary::words(&dialogue.state().rfp.body),
            None => summary::words(&self.request(deal).await?.state().rfp.body),
        };
        Ok(self.tx.add_deal_words(deal, words).await?)
    }
}

fn dialogue_row((deal, seller): Key, dialogue: &Dialogue, now: Timestamp) -> DialogueRow {
    let state = dialogue.state();
    let turn = state.turn();
    DialogueRow {
        deal,
        seller,
        state: phase_name(&state.phase),
        turn: match turn.who {
            Some(Role::Buyer) => Turn::Buyer,
            Some(Role::Seller) => Turn::Seller,
            None => Turn::Nobody,
        },
        act_by: turn.until,
        wake_at: state.wake_at(),
        bid: state.standing.as_ref().map(|offer| offer.id()),
        total: state.standing.as_ref().map(|offer| offer.bid().total),
        updated_at: now,
    }
}

fn seller_row(deal: DealId, dialogue: &Dialogue, now: Timestamp, created_at: Timestamp) -> DealRow {
    let state = dialogue.state();
    let turn = state.turn();
    let rfp = &state.rfp.body;
    DealRow {
        deal,
        role: StoredRole::Seller,
        buyer: state.buyer,
        rfp: Some(state.rfp.id()),
        revision: rfp.revision,
        title: rfp.title.as_str().to_owned(),
        state: phase_name(&state.phase),
        needs_me: turn.who == Some(Role::Seller),
        act_by: turn.until,
        // The dialogue's own row wakes it.
        wake_at: None,
        closes_at: Some(match state.last_round {
            Some(round) => round.deadline,
            None => rfp.schedule.bid_deadline,
        }),
        updated_at: now,
        created_at,
        summary: summary::of_seller(state),
    }
}

fn buyer_row(
    deal: DealId,
    request: &Request,
    dialogues: &[DialogueRow],
    now: Timestamp,
    created_at: Timestamp,
) -> DealRow {
    let state = request.state();
    let (rfp, schedule) = (&state.rfp.body, state.schedule());
    let choosing = state.choose_by().is_some();
    let needs_me = choosing || dialogues.iter().any(|row| row.turn == Turn::Buyer);
    let (act_by, falls) = summary::moment(state, dialogues);
    DealRow {
        deal,
        role: StoredRole::Buyer,
        buyer: state.rfp.signer(),
        rfp: Some(state.rfp.id()),
        revision: rfp.revision,
        title: rfp.title.as_str().to_owned(),
        state: phase_name(&state.phase),
        needs_me,
        act_by,
        wake_at: state.wake_at(),
        closes_at: Some(schedule.bid_deadline),
        updated_at: now,
        created_at,
        summary: summary::of_buyer(state, dialogues, falls),
    }
}

/// The name of a phase, as the api spells it.
pub(super) fn phase_name<P: serde::Serialize>(phase: &P) -> String {
    serde_json::to_value(phase)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

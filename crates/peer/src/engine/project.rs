//! The rows that lists and clocks read. They follow from the machines; the journals are the truth.

use opener_negotiation::{
    Role,
    dialogue::Dialogue,
    request::{self, Request},
};
use opener_store::{DealRow, DialogueRow, Role as StoredRole, Turn};
use opener_trade::{DealId, Timestamp};

use super::{Key, work::Work};
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
            }
        }
        for deal in deals {
            self.project_deal(deal).await?;
            self.changed.events.push(Event::Deal { deal });
        }
        Ok(())
    }

    async fn project_deal(&mut self, deal: DealId) -> Result<(), PeerError> {
        let row = self.tx.read().deal(deal).await?;
        let created_at = row.as_ref().map_or(self.now, |row| row.created_at);
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
                let turns = mine.iter().filter(|row| row.turn == Turn::Buyer);
                buyer_row(deal, &request, turns, self.now, created_at)
            }
        };
        self.tx.upsert_deal(&row).await?;
        Ok(())
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
        closes_at: Some(rfp.schedule.bid_deadline),
        updated_at: now,
        created_at,
    }
}

fn buyer_row<'r>(
    deal: DealId,
    request: &Request,
    turns: impl Iterator<Item = &'r DialogueRow>,
    now: Timestamp,
    created_at: Timestamp,
) -> DealRow {
    let state = request.state();
    let rfp = &state.rfp.body;
    let soonest: Vec<&DialogueRow> = turns.collect();
    let choosing = matches!(state.phase, request::Phase::Evaluating);
    DealRow {
        deal,
        role: StoredRole::Buyer,
        buyer: state.rfp.signer(),
        rfp: Some(state.rfp.id()),
        revision: rfp.revision,
        title: rfp.title.as_str().to_owned(),
        state: phase_name(&state.phase),
        needs_me: choosing || !soonest.is_empty(),
        act_by: soonest
            .iter()
            .filter_map(|row| row.act_by)
            .min()
            .or(choosing.then_some(rfp.schedule.award_by)),
        wake_at: state.wake_at(),
        closes_at: Some(rfp.schedule.bid_deadline),
        updated_at: now,
        created_at,
    }
}

/// The name of a phase, as the api spells it.
pub(super) fn phase_name<P: serde::Serialize>(phase: &P) -> String {
    serde_json::to_value(phase)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

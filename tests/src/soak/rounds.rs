//! What the owners of the peers do: ask, bid, order, sign. After a crash they look where they are and go on.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Result, anyhow, bail, ensure};
use futures::FutureExt;
use opener_api::{
    ApiError, Code,
    request::{
        BidDraft, BidSend, CommitmentDraft, DealList, DealShow, DealTranscript, DeliveryList,
        LineDraft, OrderAnswer, OrderPlace, OrderRespond, RankingShow, RfpSend, TermsSign,
    },
    transcript,
    view::{DealState, DealView, DialogueState, DialogueView},
};
use opener_trade::{DealId, List, document::CommitmentKind};
use tokio::sync::watch;

use super::{
    Ended,
    observer::Observer,
    seat::{Desk, Pulse, Seat},
};
use crate::world::chairs;

/// Rounds that run at the same time.
const AT_ONCE: usize = 2;
/// Deals of one list that are looked at: those that need somebody come first.
const LISTED: u32 = 50;
/// Finished rounds that are looked at again after a start; in the end all are.
const LOOKED_AT_AGAIN: usize = 4;
/// How often a program may fail in a row although its peer runs.
const FAILURES: u32 = 5;

#[derive(Debug, Default)]
struct Known {
    open: Vec<DealId>,
    finished: Vec<DealId>,
}

/// The rounds, as the buyer's owner keeps them.
#[derive(Debug)]
pub struct Rounds {
    known: Mutex<Known>,
    /// No further round is begun.
    closed: watch::Receiver<bool>,
    /// The buyer has done all of them.
    over: watch::Sender<bool>,
}

impl Rounds {
    /// No rounds yet; none are begun after `closed`.
    pub fn new(closed: watch::Receiver<bool>) -> Self {
        Self {
            known: Mutex::default(),
            closed,
            over: watch::channel(false).0,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All deals.
    pub fn all(&self) -> Vec<DealId> {
        let known = self.known();
        known.open.iter().chain(&known.finished).copied().collect()
    }

    /// The open deals and the last finished ones.
    pub fn recent(&self) -> Vec<DealId> {
        let known = self.known();
        let last = known.finished.iter().rev().take(LOOKED_AT_AGAIN);
        known.open.iter().chain(last).copied().collect()
    }

    /// How it ended.
    pub fn ended(&self) -> Ended {
        let known = self.known();
        Ended {
            finished: known.finished.len(),
            unfinished: known.open.len(),
        }
    }

    /// Runs the owner's program of one peer until the rounds are closed and all of them are done.
    pub async fn run(
        &self,
        seat: &Seat,
        is_buyer: bool,
        pulse: &Pulse,
        observer: &Observer,
    ) -> Result<()> {
        let mut failures = 0;
        loop {
            let desk = Desk::open(seat, pulse, observer).await?;
            let ended = self.follow(&desk, is_buyer, observer).await;
            let error = match ended {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if let Some(refusal) = error.downcast_ref::<ApiError>()
                && !matches!(refusal.code, Code::Stopped | Code::Unavailable)
            {
                bail!("{}: {error:#}", seat.name);
            }
            failures = if desk.is_running() { failures + 1 } else { 0 };
            ensure!(failures < FAILURES, "{}: {error:#}", seat.name);
        }
    }

    async fn follow(&self, desk: &Desk<'_>, is_buyer: bool, observer: &Observer) -> Result<()> {
        let mut events = desk.events().await?;
        let (mut closed, mut over) = (self.closed.clone(), self.over.subscribe());
        loop {
            let is_closed = *closed.borrow_and_update();
            let is_over = *over.borrow_and_update();
            if is_buyer {
                if self.buy(desk, observer).await? && is_closed {
                    self.over.send_replace(true);
                    return Ok(());
                }
            } else if self.sell(desk, observer).await? && is_over {
                return Ok(());
            }
            tokio::select! {
                event = events.next() => drop(event?),
                changed = closed.changed() => changed?,
                changed = over.changed() => changed?,
            }
            desk.beat();
            while let Some(event) = events.next().now_or_never() {
                event?;
            }
        }
    }

    /// One look of the buyer. Says whether nothing is open.
    async fn buy(&self, desk: &Desk<'_>, observer: &Observer) -> Result<bool> {
        // A request whose answer was lost in a crash is there all the same.
        for row in desk
            .ask(DealList {
                limit: Some(LISTED),
                ..DealList::default()
            })
            .await?
        {
            let mut known = self.known();
            if !known.open.contains(&row.deal) && !known.finished.contains(&row.deal) {
                known.open.push(row.deal);
            }
        }
        while !*self.closed.borrow() && self.known().open.len() < AT_ONCE {
            let sent = desk
                .ask(RfpSend {
                    rfp: chairs("Chairs"),
                    to: None,
                    groups: None,
                    radius_km: None,
                })
                .await?;
            ensure!(
                sent.invited.len() == 2,
                "{} sellers are found",
                sent.invited.len()
            );
            observer.acknowledged(desk.seat.id, sent.deal, sent.rfp);
            let mut known = self.known();
            if !known.open.contains(&sent.deal) {
                known.open.push(sent.deal);
            }
        }
        let open = self.known().open.clone();
        for deal in open {
            if advance(desk, observer, deal).await? {
                let mut known = self.known();
                known.open.retain(|open| *open != deal);
                known.finished.push(deal);
            }
        }
        Ok(self.known().open.is_empty())
    }

    /// One look of a seller. Says whether nothing is open.
    async fn sell(&self, desk: &Desk<'_>, observer: &Observer) -> Result<bool> {
        let rows = desk
            .ask(DealList {
                limit: Some(LISTED),
                ..DealList::default()
            })
            .await?;
        let is_over = |state| {
            matches!(
                state,
                DealState::Dialogue(DialogueState::Reported | DialogueState::NotChosen)
            )
        };
        let open: BTreeSet<DealId> = rows
            .iter()
            .filter(|row| !is_over(row.state))
            .map(|row| row.deal)
            .collect();
        for deal in &open {
            let shown = desk.ask(DealShow { deal: *deal }).await?;
            let own = shown
                .dialogues
                .first()
                .ok_or_else(|| anyhow!("a deal without a dialogue"))?;
            serve(desk, observer, *deal, own).await?;
        }
        Ok(open.is_empty())
    }
}

/// The buyer's next step in a deal. Says whether it is done: reported, with the directory's receipt.
async fn advance(desk: &Desk<'_>, observer: &Observer, deal: DealId) -> Result<bool> {
    observer.receipts(deal, &desk.ask(DeliveryList { deal, peer: None }).await?);
    let shown = desk.ask(DealShow { deal }).await?;
    note_contracts(desk, observer, &shown);
    let ordered = shown
        .dialogues
        .iter()
        .find(|dialogue| dialogue.order.is_some());
    match ordered {
        None if shown
            .dialogues
            .iter()
            .all(|dialogue| !dialogue.bids.is_empty()) =>
        {
            let ranking = desk.ask(RankingShow { deal, lot: None }).await?;
            let best = ranking
                .proposal
                .first()
                .ok_or_else(|| anyhow!("two bids and no proposal: {ranking:?}"))?;
            let order = OrderPlace {
                deal,
                seller: Some(best.seller),
                bid: Some(best.bid),
                lines: Default::default(),
                lots: List::default(),
                answer_within_s: None,
            };
            desk.sign(deal, order).await?;
            Ok(false)
        }
        None => Ok(false),
        Some(own) if own.state == DialogueState::Concluded && !own.signed_by_buyer => {
            desk.sign(
                deal,
                TermsSign {
                    deal,
                    seller: Some(own.seller),
                },
            )
            .await?;
            Ok(false)
        }
        Some(own) if own.state == DialogueState::Reported => {
            let bundle = desk
                .ask(DealTranscript {
                    deal,
                    seller: Some(own.seller),
                })
                .await?;
            if bundle.reports.is_empty() {
                return Ok(false);
            }
            let verdict = transcript::verify(&serde_json::to_vec(&bundle)?);
            ensure!(verdict.ok, "deal {deal} does not prove itself: {verdict:?}");
            Ok(true)
        }
        Some(own) => {
            let expected = matches!(own.state, DialogueState::Ordered | DialogueState::Concluded);
            ensure!(expected, "deal {deal} ended as {:?}", own.state);
            Ok(false)
        }
    }
}

fn note_contracts(desk: &Desk<'_>, observer: &Observer, shown: &DealView) {
    for dialogue in &shown.dialogues {
        if matches!(
            dialogue.state,
            DialogueState::Concluded | DialogueState::Reported
        ) {
            observer.contract(desk.seat.id, shown.deal, dialogue.seller);
        }
    }
}

/// The seller's next step in a deal.
async fn serve(
    desk: &Desk<'_>,
    observer: &Observer,
    deal: DealId,
    own: &DialogueView,
) -> Result<()> {
    observer.receipts(deal, &desk.ask(DeliveryList { deal, peer: None }).await?);
    match own.state {
        DialogueState::Delivered => {
            let bid = bid(desk, deal)?;
            desk.sign(deal, BidSend { deal, bid }).await
        }
        DialogueState::Ordered => {
            let answer = OrderAnswer::Accept;
            desk.sign(
                deal,
                OrderRespond {
                    deal,
                    seller: None,
                    answer,
                    remark: None,
                },
            )
            .await
        }
        DialogueState::Concluded => {
            observer.contract(desk.seat.id, deal, desk.seat.id);
            match own.signed_by_seller {
                true => Ok(()),
                false => desk.sign(deal, TermsSign { deal, seller: None }).await,
            }
        }
        _ => Ok(()),
    }
}

/// A bid at a price that follows from deal and seller. Half of them bind, so that the program accepts by itself; the
/// others need the owner's answer.
fn bid(desk: &Desk<'_>, deal: DealId) -> Result<BidDraft> {
    let dice: u32 = format!("{deal}{}", desk.seat.id)
        .bytes()
        .map(u32::from)
        .sum();
    let kind = if dice.is_multiple_of(2) {
        CommitmentKind::Firm
    } else {
        CommitmentKind::Indicative
    };
    let line = LineDraft {
        line: 1,
        offer: None,
        description: None,
        quantity: None,
        price: Some((100_000 + dice % 97).into()),
        base_quantity: None,
        amount: None,
        lead_time_days: None,
    };
    Ok(BidDraft {
        lines: vec![line].try_into()?,
        commitment: Some(CommitmentDraft { kind, until: None }),
        ..BidDraft::default()
    })
}

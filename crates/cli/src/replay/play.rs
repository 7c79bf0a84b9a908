//! The round itself, driven through the gateways of the peers: from the request to the directory's receipt.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use opener_api::{
    formats::Reading,
    request::{
        BidAssess, BidShow, DealHistory, DealShow, DealTranscript, DeliveryList, OrderPlace,
        RankingShow, RfpSend, TermsSign,
    },
    transcript::{self, Proof},
    view::{
        BidView, DealView, DeliveryStage, DeliveryView, DialogueState, DialogueView, ProposalView,
    },
};
use opener_trade::{DealId, Kind, PeerId, PeerText, document::Rfp};
use tokio::task::JoinSet;

use super::{
    cast::{self, Seller},
    report::{OrderState, Report, TermsState},
    story::Story,
};
use crate::{
    child::{Program, stop_all},
    client::{Events, Gateway},
    market::{self, seller},
};

/// Seconds that a seller has to answer an order. The sellers' programs accept by themselves, at once.
const ANSWER_WITHIN_S: u32 = 60;

/// Plays a tender in a folder of its own. `report` says at every moment how far it has come.
///
/// # Errors
/// A process does not start, a peer refuses, or the round ends otherwise than with final terms.
pub async fn play(
    reading: &Reading,
    sellers: &[Seller],
    folder: &Path,
    report: &mut Report,
    story: &Story,
) -> Result<()> {
    story.say(&format!(
        "“{}”: {} lines, {} sellers",
        reading.rfp.title,
        reading.rfp.lines.len(),
        sellers.len()
    ));
    let program = Program::own()?;
    let directory = program.directory(&folder.join("directory")).await?;
    let address = directory.address()?;
    let folders = (0..sellers.len()).map(|i| folder.join(format!("seller-{}", i + 1)));
    let peers = std::iter::once((folder.join("buyer"), cast::buyer(&reading.rfp)))
        .chain(folders.zip(sellers.iter().map(|seller| seller.profile.clone())));
    let mut children = market::start(&program, peers, &address).await?;
    let buyer = children.remove(0);
    let mut programs = JoinSet::new();
    for (seller, child) in sellers.iter().cloned().zip(&children) {
        let gateway = child.gateway()?;
        programs.spawn(async move {
            let ended = seller::run(&gateway, |rfp| seller.answer(rfp)).await;
            ended.map_err(|error| anyhow!("{}: {error:#}", seller.name))
        });
    }
    market::registered(&children).await?;
    story.say(&format!(
        "Directory, buyer and {} sellers run as {} processes",
        sellers.len(),
        sellers.len() + 2
    ));
    let seller_of = children
        .iter()
        .map(|child| child.ready.peer_id)
        .zip(sellers)
        .collect();
    let gateway = buyer.gateway()?;
    let events = gateway.events().await?;
    let mut round = Round {
        rfp: &reading.rfp,
        seller_of,
        gateway,
        events,
        report,
        story,
    };
    let played = tokio::select! {
        played = round.run() => played,
        Some(ended) = programs.join_next() => ended?,
    };
    drop(programs);
    stop_all(children.into_iter().chain([buyer, directory])).await;
    played
}

struct Round<'p> {
    rfp: &'p Rfp,
    seller_of: HashMap<PeerId, &'p Seller>,
    gateway: Gateway,
    events: Events,
    report: &'p mut Report,
    story: &'p Story,
}

impl Round<'_> {
    async fn run(&mut self) -> Result<()> {
        let deal = self.send().await?;
        self.collect(deal).await?;
        self.exclude(deal).await?;
        let proposal = self.rank(deal).await?;
        ensure!(!proposal.is_empty(), "no bid can be ordered");
        self.order(deal, &proposal).await?;
        self.report_terms(deal, &proposal).await
    }

    /// SEND.
    async fn send(&mut self) -> Result<DealId> {
        let rfp = serde_json::to_value(self.rfp)?;
        let sent = self
            .gateway
            .ask(RfpSend {
                rfp,
                to: None,
                groups: None,
                radius_km: None,
            })
            .await?;
        self.report.matched = sent.invited.len();
        self.story.say(&format!(
            "Sellers found: {} ({} of {} directories answered)",
            sent.invited.len(),
            sent.answered,
            sent.asked
        ));
        Ok(sent.deal)
    }

    /// Waits until every seller has the request and has answered it.
    async fn collect(&mut self, deal: DealId) -> Result<()> {
        let Self {
            gateway,
            events,
            report,
            story,
            ..
        } = self;
        let of = report.matched;
        let (mut delivered, mut receipts) =
            (story.steps("delivered", of), story.steps("receipts", of));
        let mut answered = story.steps("bids in", of);
        events
            .until(async || {
                let rows = gateway.ask(DeliveryList { deal, peer: None }).await?;
                let requests = rows.iter().filter(|row| row.kind == Kind::Rfp.name());
                let is_there = |row: &&DeliveryView| {
                    row.received_at.is_some() && row.stage != DeliveryStage::Refused
                };
                report.delivered = requests.filter(is_there).count();
                let history = gateway.ask(DealHistory { deal, seller: None }).await?;
                let request = history
                    .iter()
                    .find(|document| document.kind == Kind::Rfp.name());
                report.receipts = request.map_or(0, |request| request.receipts as usize);
                delivered.at(report.delivered);
                receipts.at(report.receipts);
                let shown = gateway.ask(DealShow { deal }).await?;
                let done = shown
                    .dialogues
                    .iter()
                    .filter(|dialogue| has_answered(dialogue))
                    .count();
                answered.at(done);
                Ok((done == of && report.delivered == of && report.receipts == of).then_some(()))
            })
            .await
    }

    /// Excludes what the record shows as refused, with that reason.
    async fn exclude(&mut self, deal: DealId) -> Result<()> {
        let shown = self.gateway.ask(DealShow { deal }).await?;
        for dialogue in &shown.dialogues {
            let (Some(seller), Some(bid)) =
                (self.seller_of.get(&dialogue.seller), dialogue.bids.first())
            else {
                continue;
            };
            for (lot, reason) in seller.refused() {
                let reason = Some(PeerText::truncated(&reason));
                let found = BidAssess {
                    deal,
                    bid: bid.bid,
                    criterion: None,
                    lot,
                    value: None,
                    excluded: true,
                    reason,
                };
                self.gateway.ask(found).await?;
            }
        }
        Ok(())
    }

    async fn rank(&mut self, deal: DealId) -> Result<Vec<ProposalView>> {
        let mut bids: Vec<BidView> = vec![];
        for dialogue in self.gateway.ask(DealShow { deal }).await?.dialogues {
            if let Some(row) = dialogue.bids.first() {
                bids.push(self.gateway.ask(BidShow { deal, bid: row.bid }).await?);
            }
        }
        let whole = self.gateway.ask(RankingShow { deal, lot: None }).await?;
        let mut rankings = vec![];
        for lot in &whole.lots {
            rankings.push(
                self.gateway
                    .ask(RankingShow {
                        deal,
                        lot: Some(*lot),
                    })
                    .await?,
            );
        }
        let proposal = whole.proposal.clone();
        if rankings.is_empty() {
            rankings.push(whole);
        }
        for ranking in &rankings {
            self.report.take_ranking(self.rfp, ranking, &bids);
            self.story.ranking(ranking);
        }
        Ok(proposal)
    }

    /// ORDER: one for each seller, with all the lots it has won; until all are accepted.
    async fn order(&mut self, deal: DealId, proposal: &[ProposalView]) -> Result<()> {
        for award in proposal {
            let order = OrderPlace {
                deal,
                seller: Some(award.seller),
                bid: Some(award.bid),
                lines: Default::default(),
                lots: award.lots.clone().try_into()?,
                answer_within_s: Some(ANSWER_WITHIN_S),
            };
            self.gateway.ask(order).await?;
            self.story
                .say(&format!("Ordered from {}", self.name(award.seller)));
        }
        self.report.order = OrderState::Placed;
        let shown = self.until_all(deal, proposal, is_concluded).await?;
        for award in proposal {
            let order = shown
                .dialogues
                .iter()
                .find(|d| d.seller == award.seller)
                .and_then(|d| d.order.clone());
            let order = order.context("the order is not there any more")?;
            let bid = self
                .gateway
                .ask(BidShow {
                    deal,
                    bid: award.bid,
                })
                .await?;
            self.story.say(&format!(
                "Accepted by {}: {}",
                self.name(award.seller),
                order.total
            ));
            let name = self.name(award.seller);
            self.report
                .take_order(self.rfp, &name, &award.lots, &order, bid.content.tax_basis);
        }
        self.report.order = OrderState::Concluded;
        Ok(())
    }

    /// Signs the final terms, and waits for the other signatures and for the directory's receipts.
    async fn report_terms(&mut self, deal: DealId, proposal: &[ProposalView]) -> Result<()> {
        for award in proposal {
            self.gateway
                .ask(TermsSign {
                    deal,
                    seller: Some(award.seller),
                })
                .await?;
        }
        self.until_all(deal, proposal, |state| state == DialogueState::Reported)
            .await?;
        self.report.final_terms = TermsState::Signed;
        self.story.say("Final terms signed by both sides");
        let Self {
            gateway, events, ..
        } = self;
        for award in proposal {
            let bundle = events
                .until(async || {
                    let bundle = gateway
                        .ask(DealTranscript {
                            deal,
                            seller: Some(award.seller),
                        })
                        .await?;
                    Ok((!bundle.reports.is_empty()).then_some(bundle))
                })
                .await?;
            let json = serde_json::to_vec(&bundle)?;
            let verdict = tokio::task::spawn_blocking(move || transcript::verify(&json)).await?;
            let failed: Vec<String> = verdict
                .checks
                .iter()
                .filter(|check| !check.ok)
                .map(|check| check.detail.clone())
                .collect();
            ensure!(
                verdict.ok,
                "the exported deal does not prove itself: {}",
                failed.join("; ")
            );
            ensure!(
                verdict.proves.contains(&Proof::TermsReported),
                "the directory's receipt does not cover the terms"
            );
        }
        self.report.final_terms = TermsState::Reported;
        self.story
            .say("Final terms reported: the directory's signed receipt is there");
        Ok(())
    }

    /// Waits until the dialogues of all awards are in such a state.
    async fn until_all(
        &mut self,
        deal: DealId,
        proposal: &[ProposalView],
        is_there: fn(DialogueState) -> bool,
    ) -> Result<DealView> {
        let Self {
            gateway, events, ..
        } = self;
        let sellers: Vec<PeerId> = proposal.iter().map(|award| award.seller).collect();
        events
            .until(async || {
                let shown = gateway.ask(DealShow { deal }).await?;
                let mut all = true;
                for dialogue in shown
                    .dialogues
                    .iter()
                    .filter(|dialogue| sellers.contains(&dialogue.seller))
                {
                    if is_there(dialogue.state) {
                        continue;
                    }
                    if !is_under_way(dialogue.state) {
                        bail!("the order ended as {:?}", dialogue.state);
                    }
                    all = false;
                }
                Ok(all.then_some(shown))
            })
            .await
    }

    fn name(&self, seller: PeerId) -> String {
        self.seller_of
            .get(&seller)
            .map_or_else(|| seller.to_string(), |seller| seller.name.clone())
    }
}

fn has_answered(dialogue: &DialogueView) -> bool {
    !dialogue.bids.is_empty()
        || !matches!(
            dialogue.state,
            DialogueState::Invited | DialogueState::Delivered | DialogueState::Engaged
        )
}

const fn is_concluded(state: DialogueState) -> bool {
    matches!(state, DialogueState::Concluded | DialogueState::Reported)
}

const fn is_under_way(state: DialogueState) -> bool {
    is_concluded(state) || matches!(state, DialogueState::Ordered | DialogueState::Answered)
}

//! A seller's own program: it answers what comes in through its gateway, as a firm's system would.

use anyhow::Result;
use opener_api::{
    Event,
    request::{
        BidSend, DealShow, DeclineSend, InboxAcknowledge, InboxList, OrderAnswer, OrderRespond,
        RfpShow, TermsShow, TermsSign,
    },
    view::{DialogueState, NoticeView},
};
use opener_trade::{DealId, PeerText, document::Rfp};

use super::quote::Answer;
use crate::client::Gateway;

/// Answers requests, orders and final terms until the peer stops or refuses something. What waits already is answered
/// first, so nothing is missed between two runs.
///
/// # Errors
/// The peer has stopped, or refuses what its own program says.
pub async fn run(gateway: &Gateway, answer: impl Fn(&Rfp) -> Result<Answer>) -> Result<()> {
    let mut events = gateway.events().await?;
    loop {
        let waiting = gateway.ask(InboxList::default()).await?;
        let is_empty = waiting.is_empty();
        // The oldest first, as they came.
        for notice in waiting.into_iter().rev() {
            act(gateway, &answer, &notice).await?;
            gateway
                .ask(InboxAcknowledge {
                    id: Some(notice.id),
                    deal: None,
                })
                .await?;
        }
        while is_empty && !matches!(events.next().await?, Event::Notice { .. } | Event::Lagged) {}
    }
}

async fn act(
    gateway: &Gateway,
    answer: &impl Fn(&Rfp) -> Result<Answer>,
    notice: &NoticeView,
) -> Result<()> {
    let Some(deal) = notice.deal else {
        return Ok(());
    };
    match notice.kind.as_str() {
        "request_arrived" => answer_request(gateway, answer, deal).await,
        "order_arrived" => accept(gateway, deal).await,
        "deal_concluded" | "terms_to_sign" => sign(gateway, deal).await,
        _ => Ok(()),
    }
}

async fn state(gateway: &Gateway, deal: DealId) -> Result<Option<DialogueState>> {
    let shown = gateway.ask(DealShow { deal }).await?;
    Ok(shown.dialogues.first().map(|own| own.state))
}

async fn answer_request(
    gateway: &Gateway,
    answer: &impl Fn(&Rfp) -> Result<Answer>,
    deal: DealId,
) -> Result<()> {
    // Answered already, if we were stopped before the notice was acknowledged.
    if !matches!(
        state(gateway, deal).await?,
        Some(DialogueState::Delivered | DialogueState::Engaged)
    ) {
        return Ok(());
    }
    let rfp = gateway.ask(RfpShow { deal }).await?;
    match answer(&rfp.content)? {
        Answer::Bid(bid) => drop(gateway.ask(BidSend { deal, bid: *bid }).await?),
        Answer::Decline(reason, words) => {
            let remark = Some(PeerText::truncated(&words));
            gateway
                .ask(DeclineSend {
                    deal,
                    reason,
                    remark,
                })
                .await?;
        }
    }
    Ok(())
}

async fn accept(gateway: &Gateway, deal: DealId) -> Result<()> {
    if state(gateway, deal).await? == Some(DialogueState::Ordered) {
        let answer = OrderAnswer::Accept;
        gateway
            .ask(OrderRespond {
                deal,
                seller: None,
                answer,
                remark: None,
            })
            .await?;
    }
    Ok(())
}

async fn sign(gateway: &Gateway, deal: DealId) -> Result<()> {
    // Until the buyer's receipt is there, nothing is concluded; the notice of that comes by itself.
    let is_concluded = state(gateway, deal).await? == Some(DialogueState::Concluded);
    if is_concluded
        && !gateway
            .ask(TermsShow { deal, seller: None })
            .await?
            .signed_by_seller
    {
        gateway.ask(TermsSign { deal, seller: None }).await?;
    }
    Ok(())
}

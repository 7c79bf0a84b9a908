//! Between request and order: questions, a revision, counter-offers and more time, asked for through the api.

use opener_api::{Request, call};
use opener_negotiation::dialogue::{Command, Phase};
use opener_peer::{Handle, OrderPart, Recipients};
use opener_trade::{Duration, Money};
use serde_json::{Value, json};

use crate::kit::{Actor, bid, directory, in_seconds, peer, profile, rfp};

/// Asks a peer as any program does.
async fn ask(actor: &Actor, method: &str, params: Value) -> Value {
    let request = Request::new(method, params).unwrap();
    let answer = call(&actor.handle, request).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error:?}"))
}

async fn notice(actor: &mut Actor, kind: &'static str) {
    let arrived = |handle: Handle| async move {
        let notices = handle.notices(true, 50).await.unwrap();
        notices
            .iter()
            .any(|notice| notice.kind == kind)
            .then_some(())
    };
    actor.until(kind, arrived).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countered_and_extended_offer_is_ordered_at_its_new_price() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;
    let request = rfp(&profile("Incheon Build", false));
    let anywhere = Recipients::Matching { radius_km: None };
    let sent = buyer
        .handle
        .send_rfp(Box::new(request.clone()), anywhere)
        .await
        .unwrap();
    let deal = sent.deal;
    seller.phase(deal, Phase::Delivered).await;

    ask(
        &seller,
        "question.send",
        json!({ "deal": deal, "line": 1, "text": "절단해서 드릴까요?" }),
    )
    .await;
    notice(&mut buyer, "question_arrived").await;
    let answer = json!({ "deal": deal, "question": "Cut to length?", "text": "Yes, 6 m." });
    ask(&buyer, "answer.send", answer).await;
    notice(&mut seller, "answer_arrived").await;

    let state = seller.phase(deal, Phase::Delivered).await;
    let first = bid(&state, &profile("한일철강", true), 9_840_000);
    seller
        .handle
        .say(deal, None, Command::Bid(Box::new(first)))
        .await
        .unwrap();
    let state = buyer.phase(deal, Phase::BidStanding).await;
    let quantity = state.rfp.body.lines[0].quantity.value;
    let price = json!({ "price": "9500000", "base_quantity": quantity });
    let changes = json!([{ "kind": "line", "line": 1, "price": price }]);
    ask(
        &buyer,
        "counter.send",
        json!({ "deal": deal, "changes": changes }),
    )
    .await;
    notice(&mut seller, "counter_arrived").await;
    ask(&seller, "counter.accept", json!({ "deal": deal })).await;
    notice(&mut buyer, "counter_accepted").await;

    let until = in_seconds(6000);
    ask(
        &seller,
        "extension.grant",
        json!({ "deal": deal, "until": until }),
    )
    .await;
    let extended = |handle: Handle| async move {
        let deal = handle.deal(deal).await.unwrap();
        let standing = deal.dialogues[0].standing.clone()?;
        (standing.bid().valid_until == until).then_some(())
    };
    buyer.until("the extension", extended).await;

    let part = OrderPart {
        lines: Vec::new(),
        lots: Vec::new(),
        answer_within: Duration::from_secs(600),
    };
    buyer
        .handle
        .order(deal, seller.handle.peer_id(), part)
        .await
        .unwrap();
    let state = buyer.phase(deal, Phase::Concluded).await;
    let agreed = Money::from_minor(9_500_000, "KRW".parse().unwrap());
    assert_eq!(state.order.unwrap().order().total, agreed);
    seller.phase(deal, Phase::Concluded).await;

    let winner = seller.handle.peer_id();
    ask(
        &buyer,
        "terms.sign",
        json!({ "deal": deal, "seller": winner }),
    )
    .await;
    notice(&mut seller, "terms_to_sign").await;
    ask(&seller, "terms.sign", json!({ "deal": deal })).await;
    buyer.phase(deal, Phase::Reported).await;
    let bundle = ask(&buyer, "deal.transcript", json!({ "deal": deal })).await;
    let verdict = opener_api::transcript::verify(bundle.to_string().as_bytes());
    assert!(verdict.ok, "{:?}", verdict.checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revised_request_waits_for_bids_to_be_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    seller.is_registered().await;
    buyer.is_registered().await;
    let mut request = rfp(&profile("Incheon Build", false));
    request.rules.extension = Duration::from_secs(60);
    let anywhere = Recipients::Matching { radius_km: None };
    let sent = buyer
        .handle
        .send_rfp(Box::new(request.clone()), anywhere)
        .await
        .unwrap();
    let deal = sent.deal;
    let state = seller.phase(deal, Phase::Delivered).await;
    let first = bid(&state, &profile("한일철강", true), 9_840_000);
    seller
        .handle
        .say(deal, None, Command::Bid(Box::new(first)))
        .await
        .unwrap();
    buyer.phase(deal, Phase::BidStanding).await;

    request.description = "for two warehouses".parse().unwrap();
    let revised = serde_json::to_value(&request).unwrap();
    ask(
        &buyer,
        "rfp.revise",
        json!({ "deal": deal, "rfp": revised }),
    )
    .await;
    let state = seller.phase(deal, Phase::NeedsReconfirm).await;
    let shown = ask(&seller, "deal.show", json!({ "deal": deal })).await;
    let waiting = &shown["dialogues"][0]["bids"][0];
    assert_eq!(
        (&waiting["state"], &waiting["revision"]),
        (&json!("unconfirmed"), &json!(1))
    );
    for side in [&seller, &buyer] {
        let changes = ask(side, "rfp.changes", json!({ "deal": deal })).await;
        assert_eq!(changes["changed"], json!(["description"]));
        assert_eq!(changes["before"]["revision"], json!(1));
    }
    let mut again = bid(&state, &profile("한일철강", true), 9_840_000);
    again.revision = 2;
    seller
        .handle
        .say(deal, None, Command::Bid(Box::new(again)))
        .await
        .unwrap();
    let confirmed = |handle: Handle| async move {
        let deal = handle.deal(deal).await.unwrap();
        let state = &deal.dialogues[0];
        (state.phase == Phase::BidStanding && state.rfp.body.revision == 2).then_some(())
    };
    buyer.until("the confirmation", confirmed).await;

    // A part of the line is no exact order: the seller answers it.
    let part = json!({ "deal": deal, "lines": [{ "line": 1, "quantity": "1" }] });
    ask(&buyer, "order.place", part).await;
    let state = seller.phase(deal, Phase::Ordered).await;
    let placed = state.order.unwrap();
    assert!(!placed.exact);
    assert_eq!(placed.order().lines[0].quantity.value.to_string(), "1");
}

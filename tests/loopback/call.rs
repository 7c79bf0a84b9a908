//! Calls between real peers: rung by signed documents, carried by WebRTC on this computer.

use opener_api::{
    ApiError, Code, Request, call,
    media::{Brought, Media, Parted},
};
use opener_negotiation::dialogue::{Command, Phase};
use opener_peer::{Frame, Handle, MediaKind, Outgoing, Recipients};
use opener_trade::{CallId, DealId, Opened, Reason, document::CallEndReason};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::{Actor, bid, directory, peer, profile, restart, rfp};

/// A buyer and its sellers, each with a bid that stands.
struct Market {
    buyer: Actor,
    sellers: Vec<Actor>,
    deal: DealId,
    running: opener_directory::Running,
    _folder: TempDir,
}

async fn market(sellers: usize) -> Market {
    let folder = tempfile::tempdir().unwrap();
    let running = directory(&folder).await;
    let addresses = running.addresses();
    let mut all = Vec::new();
    for _ in 0..sellers {
        let mut seller = peer("한일철강", true, &addresses[..1]).await;
        seller.is_registered().await;
        all.push(seller);
    }
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    buyer.is_registered().await;
    let anywhere = Recipients::Matching { radius_km: None };
    let request = Box::new(rfp(&profile("Incheon Build", false)));
    let deal = buyer.handle.send_rfp(request, anywhere).await.unwrap().deal;
    for seller in &mut all {
        let state = seller.phase(deal, Phase::Delivered).await;
        let offer = bid(&state, &profile("한일철강", true), 9_840_000);
        let offer = Command::Bid(Box::new(offer));
        seller.handle.say(deal, None, offer).await.unwrap();
    }
    let all_stand = |handle: Handle| async move {
        let deal = handle.deal(deal).await.ok()?;
        let standing = deal.dialogues.iter().filter(|it| it.standing.is_some());
        (standing.count() == sellers).then_some(())
    };
    buyer.until("the bids", all_stand).await;
    Market {
        buyer,
        sellers: all,
        deal,
        running,
        _folder: folder,
    }
}

async fn try_ask(handle: &Handle, method: &str, params: Value) -> Result<Value, ApiError> {
    call(handle, Request::new(method, params).unwrap()).await
}

async fn ask(actor: &Actor, method: &str, params: Value) -> Value {
    let answer = try_ask(&actor.handle, method, params).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error:?}"))
}

/// Waits until the call that is shown is so.
async fn shown(actor: &mut Actor, what: &str, is: impl Fn(&Value) -> bool + Copy) -> Value {
    let found = |handle: Handle| async move {
        let shown = try_ask(&handle, "call.show", json!({})).await.unwrap();
        is(&shown["call"]).then(|| shown["call"].clone())
    };
    actor.until(what, found).await
}

async fn phase(actor: &mut Actor, phase: &'static str) -> Value {
    shown(actor, phase, |call| call["phase"] == phase).await
}

async fn ended(actor: &mut Actor, reason: &'static str) -> Value {
    shown(actor, reason, |call| call["ended"] == reason).await
}

/// The buyer calls a seller, who takes it; both see each other.
async fn connect(market: &mut Market) -> Value {
    let seller = market.sellers[0].handle.peer_id();
    let params = json!({ "deal": market.deal, "seller": seller, "video": true });
    let rung = ask(&market.buyer, "call.start", params).await;
    phase(&mut market.sellers[0], "ringing").await;
    let call = rung["call"].clone();
    let accept = json!({ "call": call, "video": true });
    let taken = ask(&market.sellers[0], "call.accept", accept).await;
    assert_eq!(taken["phase"], "connecting");
    phase(&mut market.buyer, "connected").await;
    phase(&mut market.sellers[0], "connected").await;
    call
}

async fn media(actor: &Actor, call: &Value) -> Media {
    let call: CallId = call.as_str().unwrap().parse().unwrap();
    actor.handle.call_media(call).await.unwrap()
}

fn frame(kind: MediaKind, n: u64) -> Frame {
    // The first bit of a picture says that it needs none before it.
    let mut data = vec![0; 300];
    data[1..9].copy_from_slice(&n.to_le_bytes());
    Frame {
        kind,
        key: true,
        at_us: n * 20_000,
        data: data.into(),
    }
}

/// Sends frames of these kinds until so many have come out at the other side, and gives those.
async fn carry(from: &mut Media, to: &mut Media, kinds: &[MediaKind], wanted: usize) -> Vec<Frame> {
    let mut came = Vec::new();
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(20));
    let mut n = 0;
    while came.len() < wanted {
        tokio::select! {
            _ = pace.tick() => for kind in kinds {
                n += 1;
                assert_eq!(from.from_page.bring(frame(*kind, n)), Brought::Taken);
            },
            out = to.to_page.next() => if let Outgoing::Frame(frame) = out.unwrap() {
                came.push(frame);
            },
        }
    }
    came
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_taken_carries_frames_both_ways_and_leaves_its_times_in_the_deal() {
    let mut market = market(1).await;
    let (deal, seller) = (market.deal, market.sellers[0].handle.peer_id());
    let none = ask(&market.buyer, "call.show", json!({})).await;
    assert_eq!(none, json!({ "call": null }));
    let params = json!({ "deal": deal, "video": true });
    let rung = ask(&market.buyer, "call.start", params.clone()).await;
    assert_eq!(
        (&rung["phase"], &rung["incoming"], &rung["with"]),
        (&json!("ringing"), &json!(false), &json!(seller))
    );
    let call = rung["call"].clone();
    let again = try_ask(&market.buyer.handle, "call.start", params).await;
    assert_eq!(again.unwrap_err().code, Code::Rejected, "one at a time");
    let rings = phase(&mut market.sellers[0], "ringing").await;
    assert_eq!(
        (&rings["call"], &rings["with_name"], &rings["title"]),
        (&call, &json!("Incheon Build"), &json!("철근 SD400"))
    );
    assert_eq!(rings["incoming"], json!(true));
    let id: CallId = call.as_str().unwrap().parse().unwrap();
    let early = market.sellers[0].handle.call_media(id).await;
    assert!(early.is_err(), "nothing is shown before it is taken");
    let accept = json!({ "call": call, "video": true });
    ask(&market.sellers[0], "call.accept", accept.clone()).await;
    let twice = try_ask(&market.sellers[0].handle, "call.accept", accept).await;
    assert_eq!(twice.unwrap_err().code, Code::Rejected);
    phase(&mut market.buyer, "connected").await;
    phase(&mut market.sellers[0], "connected").await;

    let mut at_buyer = media(&market.buyer, &call).await;
    let mut at_seller = media(&market.sellers[0], &call).await;
    let both = [MediaKind::Audio, MediaKind::Video];
    for kind in both {
        let came = carry(&mut at_buyer, &mut at_seller, &[kind], 5).await;
        assert!(
            came.iter()
                .all(|it| it.kind == kind && it.data.len() == 300)
        );
        let came = carry(&mut at_seller, &mut at_buyer, &[kind], 5).await;
        assert!(came.iter().any(|it| it.kind == kind), "{came:?}");
    }
    // Who mutes sends none: of a camera alone no sound comes.
    carry(&mut at_buyer, &mut at_seller, &[MediaKind::Video], 10).await;
    let silent = carry(&mut at_buyer, &mut at_seller, &[MediaKind::Video], 10).await;
    assert!(silent.iter().all(|it| it.kind == MediaKind::Video));

    let mut newer = media(&market.sellers[0], &call).await;
    let parted = loop {
        if let Err(parted) = at_seller.to_page.next().await {
            break parted;
        }
    };
    assert_eq!(parted, Parted::Elsewhere);
    carry(&mut at_buyer, &mut newer, &both, 4).await;
    let goes = shown(&mut market.buyer, "quality", |call| {
        !call["quality"].is_null()
    })
    .await;
    assert_eq!(goes["relayed"], json!(false));

    ask(&market.buyer, "call.finish", json!({ "call": call })).await;
    let mine = ended(&mut market.buyer, "hung_up").await;
    let theirs = ended(&mut market.sellers[0], "hung_up").await;
    for over in [&mine, &theirs] {
        assert!(over["connected_at"].is_string() && over["ended_at"].is_string());
    }
    while newer.to_page.next().await.is_ok() {}
    let gone = try_ask(&market.buyer.handle, "call.finish", json!({ "call": call })).await;
    assert_eq!(gone.unwrap_err().code, Code::NotFound);
    for actor in [&market.buyer, &market.sellers[0]] {
        let end = end_of(actor, deal, &call).await.unwrap();
        assert_eq!(end.0, CallEndReason::HungUp);
        assert!(end.1, "from when it was");
    }
}

/// How the deal's documents say that a call ended, and whether they say from when.
async fn end_of(actor: &Actor, deal: DealId, call: &Value) -> Option<(CallEndReason, bool)> {
    let records = actor.handle.records(deal, None).await.unwrap();
    records.iter().find_map(|record| match &*record.document {
        Opened::CallEnd(end) if call == &json!(end.body.call) => {
            Some((end.body.reason, end.body.connected_at.is_some()))
        }
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_is_declined_cancelled_or_answered_busy() {
    let mut market = market(2).await;
    let deal = market.deal;
    let sellers = [0, 1].map(|n: usize| market.sellers[n].handle.peer_id());
    let start = |n: usize| json!({ "deal": deal, "seller": sellers[n], "video": false });

    let call = ask(&market.buyer, "call.start", start(0)).await["call"].clone();
    phase(&mut market.sellers[0], "ringing").await;
    let by_caller = try_ask(
        &market.buyer.handle,
        "call.accept",
        json!({ "call": call, "video": false }),
    )
    .await;
    assert_eq!(by_caller.unwrap_err().code, Code::Rejected);
    ask(&market.sellers[0], "call.decline", json!({ "call": call })).await;
    ended(&mut market.buyer, "declined").await;
    ended(&mut market.sellers[0], "declined").await;

    let call = ask(&market.buyer, "call.start", start(0)).await["call"].clone();
    phase(&mut market.sellers[0], "ringing").await;
    ask(&market.buyer, "call.finish", json!({ "call": call })).await;
    ended(&mut market.buyer, "cancelled").await;
    ended(&mut market.sellers[0], "cancelled").await;

    let call = ask(&market.buyer, "call.start", start(0)).await["call"].clone();
    phase(&mut market.sellers[0], "ringing").await;
    let other = json!({ "deal": deal, "video": true });
    let busy = ask(&market.sellers[1], "call.start", other).await["call"].clone();
    ended(&mut market.sellers[1], "busy").await;
    let end = end_of(&market.sellers[1], deal, &busy).await.unwrap();
    assert_eq!(end, (CallEndReason::Busy, false));
    let still = ask(&market.buyer, "call.show", json!({})).await;
    assert_eq!(
        (&still["call"]["call"], &still["call"]["phase"]),
        (&call, &json!("ringing")),
        "the one that runs is not touched"
    );
    ask(&market.sellers[0], "call.finish", json!({ "call": call })).await;
    ended(&mut market.buyer, "declined").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_call_each_other_at_once_the_buyers_call_stands() {
    let mut market = market(1).await;
    let deal = market.deal;
    // Either may be the first by chance, and then the other only picks up: three tries are within what may be rung.
    for _ in 0..3 {
        let wish = || json!({ "deal": deal, "video": false });
        let (ours, theirs) = tokio::join!(
            try_ask(&market.buyer.handle, "call.start", wish()),
            try_ask(&market.sellers[0].handle, "call.start", wish()),
        );
        let (Ok(ours), Ok(theirs)) = (&ours, &theirs) else {
            let rung = ours.or(theirs).unwrap()["call"].clone();
            let _ = try_ask(&market.buyer.handle, "call.finish", json!({ "call": rung })).await;
            phase(&mut market.buyer, "ended").await;
            phase(&mut market.sellers[0], "ended").await;
            continue;
        };
        let (ours, theirs) = (ours["call"].clone(), theirs["call"].clone());
        let is_ours = shown(&mut market.sellers[0], "the buyer's call", |call| {
            call["incoming"] == json!(true) && call["phase"] == "ringing"
        });
        assert_eq!(is_ours.await["call"], ours);
        let end = end_of(&market.sellers[0], deal, &theirs).await.unwrap();
        assert_eq!(end, (CallEndReason::Crossed, false));
        let accept = json!({ "call": ours, "video": false });
        ask(&market.sellers[0], "call.accept", accept).await;
        phase(&mut market.buyer, "connected").await;
        let stands = phase(&mut market.sellers[0], "connected").await;
        assert_eq!(stands["call"], ours);
        return;
    }
    panic!("they never called at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_killed_in_a_call_ends_it_when_it_comes_back() {
    let mut market = market(1).await;
    let (deal, seller) = (market.deal, market.sellers[0].handle.peer_id());
    let addresses = market.running.addresses();
    market.buyer.handle.shutdown().await;
    // A machine of its own, which can be switched off.
    let machine = tokio::runtime::Runtime::new().unwrap();
    let folder = market.buyer.folder;
    let path = folder.path().to_owned();
    let first = addresses[0].clone();
    let buyer = machine
        .spawn(async move { restart(folder, None, &[first]).await })
        .await
        .unwrap();
    market.buyer = buyer;
    let call = connect(&mut market).await;
    let params = json!({ "deal": deal, "seller": seller, "video": true });
    machine.shutdown_background();
    assert!(
        try_ask(&market.buyer.handle, "call.start", params)
            .await
            .is_err()
    );

    let folder = market.buyer.folder;
    assert_eq!(folder.path(), path);
    let buyer = restart(folder, None, &addresses[..1]).await;
    let over = ended(&mut market.sellers[0], "peer_gone").await;
    assert_eq!(over["call"], call);
    let none = ask(&buyer, "call.show", json!({})).await;
    assert_eq!(none, json!({ "call": null }));
    let (reason, has_begin) = end_of(&buyer, deal, &call).await.unwrap();
    assert_eq!((reason, has_begin), (CallEndReason::PeerGone, true));
    let params = json!({ "deal": deal, "seller": seller, "video": false });
    ask(&buyer, "call.start", params).await;
    phase(&mut market.sellers[0], "ringing").await;
    buyer.handle.shutdown().await;
    // What it could not say on its way out, it says now.
    let _buyer = restart(buyer.folder, None, &addresses[..1]).await;
    ended(&mut market.sellers[0], "cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_that_nobody_answers_ends() {
    let mut market = market(1).await;
    let wish = json!({ "deal": market.deal, "video": false });
    ask(&market.buyer, "call.start", wish).await;
    phase(&mut market.sellers[0], "ringing").await;
    ended(&mut market.buyer, "no_answer").await;
    ended(&mut market.sellers[0], "no_answer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_network_of_either_changes_the_path_is_renewed_and_the_call_goes_on() {
    let mut market = market(1).await;
    let deal = market.deal;
    let call = connect(&mut market).await;
    let mut at_buyer = media(&market.buyer, &call).await;
    let mut at_seller = media(&market.sellers[0], &call).await;
    for (offers, by_seller) in (2..).zip([true, false]) {
        let moved = match by_seller {
            true => &market.sellers[0],
            false => &market.buyer,
        };
        ask(moved, "network.changed", json!({})).await;
        let renewed = |handle: Handle| async move {
            let records = handle.records(deal, None).await.unwrap();
            let kinds = |answer: bool| {
                let of = |document: &Opened| match answer {
                    true => matches!(document, Opened::CallAnswer(_)),
                    false => matches!(document, Opened::CallOffer(_)),
                };
                records.iter().filter(|it| of(&it.document)).count()
            };
            (kinds(false) >= offers && kinds(true) >= offers).then_some(())
        };
        market.buyer.until("a renewal", renewed).await;
        let back = phase(&mut market.buyer, "connected").await;
        assert_eq!(back["call"], call);
        phase(&mut market.sellers[0], "connected").await;
        let kinds = [MediaKind::Audio, MediaKind::Video];
        carry(&mut at_buyer, &mut at_seller, &kinds, 10).await;
        carry(&mut at_seller, &mut at_buyer, &kinds, 10).await;
    }
}

fn changes(price: &str) -> Value {
    let price = json!({ "price": price, "base_quantity": "12" });
    json!([{ "kind": "line", "line": 1, "price": price }])
}

async fn total(actor: &Actor, deal: DealId) -> i64 {
    let deal = actor.handle.deal(deal).await.unwrap();
    let standing = deal.dialogues[0].standing.as_ref().unwrap();
    standing.bid().total.minor()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_both_agree_to_becomes_a_signed_counter_offer_that_is_accepted() {
    let mut market = market(1).await;
    let deal = market.deal;
    let first = connect(&mut market).await;
    let wrong =
        json!({ "call": first, "changes": [{ "kind": "line", "line": 9, "lead_time_days": 1 }] });
    let refused = try_ask(&market.buyer.handle, "call.card.set", wrong).await;
    assert_eq!(refused.unwrap_err().code, Code::InvalidDocument);
    let card = json!({ "call": first, "changes": changes("9500000"), "remark": "this week" });
    ask(&market.sellers[0], "call.card.set", card).await;
    let read = shown(&mut market.buyer, "the card", |call| {
        !call["card"].is_null()
    })
    .await;
    assert_eq!(
        (
            &read["card"]["revision"],
            &read["card"]["by_me"],
            &read["card"]["remark"]
        ),
        (&json!(1), &json!(false), &json!("this week"))
    );
    // The buyer agrees, the seller writes another one: nothing is agreed.
    ask(
        &market.buyer,
        "call.card.agree",
        json!({ "call": first, "revision": 1 }),
    )
    .await;
    shown(&mut market.sellers[0], "their agreement", |call| {
        call["card"]["they_agree"] == true
    })
    .await;
    let card = json!({ "call": first, "changes": changes("9400000") });
    ask(&market.sellers[0], "call.card.set", card).await;
    let read = shown(&mut market.buyer, "the new card", |call| {
        call["card"]["revision"] == 2
    })
    .await;
    assert_eq!(
        (&read["card"]["i_agree"], &read["card"]["outcome"]),
        (&json!(false), &json!("open"))
    );
    let old = json!({ "call": first, "revision": 1 });
    let stale = try_ask(&market.buyer.handle, "call.card.agree", old)
        .await
        .unwrap_err();
    assert_eq!(
        (stale.code, stale.reason),
        (Code::Rejected, Some(Reason::Stale))
    );

    let agree = json!({ "call": first, "revision": 2 });
    ask(&market.sellers[0], "call.card.agree", agree.clone()).await;
    shown(&mut market.buyer, "their agreement", |call| {
        call["card"]["they_agree"] == true
    })
    .await;
    let signing = ask(&market.buyer, "call.card.agree", agree).await;
    assert_eq!(signing["card"]["outcome"], "signing");
    // Who hangs up at once has agreed all the same.
    ask(&market.buyer, "call.finish", json!({ "call": first })).await;
    let signed = |call: &Value| call["card"]["outcome"] == "signed";
    let mine = shown(&mut market.buyer, "the acceptance", signed).await;
    let theirs = shown(&mut market.sellers[0], "the acceptance", signed).await;
    assert!(mine["card"]["counter"].is_string());
    assert_eq!(mine["card"]["counter"], theirs["card"]["counter"]);
    for actor in [&market.buyer, &market.sellers[0]] {
        assert_eq!(total(actor, deal).await, 9_400_000);
    }
    ended(&mut market.sellers[0], "hung_up").await;

    // The next call, while an ordinary counter-offer of the buyer is open: what is agreed now takes its place.
    let counter = json!({ "deal": deal, "changes": changes("9000000") });
    ask(&market.buyer, "counter.send", counter).await;
    market.sellers[0].phase(deal, Phase::CounteredByBuyer).await;
    let second = connect(&mut market).await;
    let card = json!({ "call": second, "changes": changes("9200000") });
    ask(&market.buyer, "call.card.set", card).await;
    let agree = json!({ "call": second, "revision": 1 });
    ask(&market.buyer, "call.card.agree", agree.clone()).await;
    shown(&mut market.sellers[0], "their agreement", |call| {
        call["card"]["they_agree"] == true
    })
    .await;
    ask(&market.sellers[0], "call.card.agree", agree).await;
    shown(&mut market.buyer, "the acceptance", signed).await;
    shown(&mut market.sellers[0], "the acceptance", signed).await;
    for actor in [&market.buyer, &market.sellers[0]] {
        assert_eq!(total(actor, deal).await, 9_200_000);
    }
    let late = json!({ "call": second, "changes": changes("9100000") });
    let refused = try_ask(&market.buyer.handle, "call.card.set", late).await;
    assert_eq!(refused.unwrap_err().code, Code::Rejected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_offer_that_is_not_what_was_agreed_waits_for_a_person() {
    let mut market = market(1).await;
    let deal = market.deal;
    let call = connect(&mut market).await;
    let card = json!({ "call": call, "changes": changes("9500000") });
    ask(&market.buyer, "call.card.set", card).await;
    shown(&mut market.sellers[0], "the card", |call| {
        !call["card"].is_null()
    })
    .await;
    let agree = json!({ "call": call, "revision": 1 });
    ask(&market.sellers[0], "call.card.agree", agree).await;
    shown(&mut market.buyer, "their agreement", |call| {
        call["card"]["they_agree"] == true
    })
    .await;
    let counter = json!({ "deal": deal, "changes": changes("9000000") });
    ask(&market.buyer, "counter.send", counter).await;
    let state = market.sellers[0].phase(deal, Phase::CounteredByBuyer).await;
    assert!(state.counter.is_some());
    ask(&market.buyer, "call.finish", json!({ "call": call })).await;
    ended(&mut market.sellers[0], "hung_up").await;
    assert_eq!(total(&market.sellers[0], deal).await, 9_840_000);
    let left = market.sellers[0].phase(deal, Phase::CounteredByBuyer).await;
    assert!(left.counter.is_some(), "nobody accepted it");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_kept_over_a_restart_and_their_passwords_are_not_shown() {
    let seller = peer("한일철강", true, &[]).await;
    let server =
        json!({ "url": "turn:turn.example:3478", "username": "ann", "password": "hush-7d1f" });
    let stun = json!({ "url": "stun:stun.example:3478" });
    let set = json!({ "servers": [stun, server], "private": true });
    ask(&seller, "call.settings.set", set).await;
    seller.handle.shutdown().await;
    let seller = restart(seller.folder, None, &[]).await;
    let kept = ask(&seller, "call.settings.get", json!({})).await;
    let shown = json!([
        { "url": "stun:stun.example:3478", "username": null, "has_password": false },
        { "url": "turn:turn.example:3478", "username": "ann", "has_password": true },
    ]);
    assert_eq!(kept, json!({ "servers": shown, "private": true }));
    let again = json!({ "servers": [{ "url": "turn:turn.example:3478", "username": "ann" }], "private": false });
    let kept = ask(&seller, "call.settings.set", again).await;
    assert_eq!(kept["servers"][0]["has_password"], json!(true));
    let tls = json!({ "servers": [{ "url": "turns:turn.example:5349" }], "private": false });
    let refused = try_ask(&seller.handle, "call.settings.set", tls)
        .await
        .unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("servers[0].url"));
}

//! Documents arrive once and in order, whatever the network does.

use std::{cell::RefCell, rc::Rc};

use opener_negotiation::dialogue::{Command, Phase};
use opener_peer::DeliveryState::{Expired, Queued, Received, Sent};
use opener_sim::{Disk, Leg, Network, World, papers};
use opener_trade::{Duration, Kind, Reason};

use crate::cast::{Cast, board, failure, hours, minutes, people, receipt};

#[tokio::test]
async fn a_round_ends_well_on_a_bad_network() {
    for seed in 31..34 {
        let network = Network::new(seed)
            .latency(50..400)
            .loss(0.2)
            .duplicate(0.2)
            .reorder(3);
        let mut cast = Cast::on(seed, network).await;
        let texts = ["One.", "Two.", "Three.", "Four."];
        for text in texts {
            cast.world
                .writes(cast.bo, cast.deal, None, text)
                .await
                .unwrap();
        }
        cast.bid(cast.bo, "0.14", |_| {}).await;
        cast.bid(cast.cleo, "0.15", |_| {}).await;
        let Cast {
            mut world,
            anna,
            bo,
            cleo,
            deal,
        } = cast;
        world.orders(anna, deal, bo, &[]).await.unwrap();
        world.settle().await;
        for actor in [anna, bo] {
            assert_eq!(world.phase(actor, deal, bo).await, Phase::Concluded);
        }
        assert_eq!(world.phase(cleo, deal, cleo).await, Phase::NotChosen);
        for (actor, to) in [(anna, bo), (bo, anna), (cleo, anna), (anna, cleo)] {
            let sent = world.sent(actor, deal, to).await;
            assert!(sent.iter().all(|(_, state)| *state == Received), "{sent:?}");
        }
        let mut heard = vec![];
        for record in world.records(anna, deal).await {
            if let opener_trade::Opened::Chat(chat) = &*record.document {
                heard.push(chat.body.text.to_string());
            }
        }
        assert_eq!(heard, texts, "what one person writes is heard in order");
        let bids = world
            .inbox(anna)
            .await
            .into_iter()
            .filter(|kind| kind == "bid_arrived");
        assert_eq!(bids.count(), 2);
    }
}

#[tokio::test]
async fn a_repeated_document_gets_the_same_receipt_and_no_second_effect() {
    let mut cast = Cast::new(35).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let bid = world.newest(bo, deal, Kind::Bid).await.document;
    let before = world.everything(anna).await;
    let first = world.hand(bo, anna, bid.bytes()).await;
    world.run_for(hours(1)).await;
    world.kill(anna);
    world.restart(anna).await;
    let second = world.hand(bo, anna, bid.bytes()).await;
    assert_eq!(first, second, "the same bytes, an hour and a restart later");
    assert_eq!(receipt(&first).document, bid.id());
    assert_eq!(world.everything(anna).await, before);
}

#[tokio::test]
async fn a_document_that_comes_too_early_waits_in_the_database() {
    let mut world = World::new(36);
    let (anna, bo, cleo) = people(&mut world, Disk::File).await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.settle().await;

    world.section("Bo's line is cut; his bid, the second of his chain, comes first");
    world.network().cut(anna, bo);
    world.says(bo, deal, None, Command::Intent).await.unwrap();
    let bid = papers::bid(&world.deal(bo, deal).await.rfp, "Bo's bolts", "0.14");
    let bid = world.bids(bo, deal, bid).await.unwrap();
    let bytes = world
        .newest(bo, deal, Kind::Bid)
        .await
        .document
        .bytes()
        .clone();
    let came_at = world.now();
    let before = world.everything(anna).await;
    for _ in 0..2 {
        let answer = world.hand(bo, anna, &bytes).await;
        assert_eq!(failure(&answer), Some(Reason::OutOfOrder));
        assert_eq!(world.everything(anna).await, before, "it has no effect yet");
    }

    world.section("Anna's program starts again; then the first one comes");
    world.run_for(minutes(10)).await;
    world.kill(anna);
    world.restart(anna).await;
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    let state = world.dialogue(anna, deal, bo).await;
    assert_eq!(state.phase, Phase::BidStanding);
    assert_eq!(
        state.standing.unwrap().received_at,
        came_at,
        "it counts from when it came"
    );
    assert_eq!(
        board(&world.sent(bo, deal, anna).await),
        [("intent", Received), ("bid", Received)]
    );
    assert_eq!(world.inbox(anna).await, ["intent_arrived", "bid_arrived"]);
    let proved = world.dialogue(bo, deal, bo).await.standing.unwrap();
    assert!(proved.proved && proved.document.id() == bid);
    assert_eq!(proved.received_at, came_at);
}

#[tokio::test]
async fn a_seller_that_is_offline_gets_the_request_when_it_returns() {
    let mut world = World::new(37);
    let (anna, bo, cleo) = people(&mut world, Disk::Memory).await;
    world.kill(bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.run_for(hours(20)).await;
    assert_eq!(
        world.phase(anna, deal, cleo).await,
        Phase::Delivered,
        "Cleo does not wait for Bo"
    );
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Invited);
    let [row] = &world.deliveries(anna, deal, bo).await[..] else {
        panic!("one document is on its way to Bo")
    };
    assert!(
        row.attempts > 100 && matches!(row.state, Queued | Sent),
        "{row:?}"
    );
    assert!(
        row.next_attempt_at
            .is_some_and(|at| at.since(world.now()) <= minutes(5))
    );

    world.section("Bo starts his program");
    world.restart(bo).await;
    world.meet(anna, bo).await;
    let returned = world.now();
    world.settle().await;
    assert!(
        world.now().since(returned) < minutes(1),
        "tried at once, on connection"
    );
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Delivered);
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Delivered);
}

#[tokio::test]
async fn a_program_that_starts_again_tries_at_once_what_was_under_way() {
    let mut world = World::new(48);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    world.network().cut(anna, bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    for waited in [Duration::from_secs(1), hours(1)] {
        world.run_for(waited).await;
        let tried = world.deliveries(anna, deal, bo).await.remove(0).attempts;
        world.kill(anna);
        world.restart(anna).await;
        world.run_for(Duration::from_secs(1)).await;
        let row = world.deliveries(anna, deal, bo).await.remove(0);
        assert_eq!((row.attempts, row.state), (tried + 1, Sent));
    }
}

#[tokio::test]
async fn without_a_connection_the_request_is_tried_again_in_five_minutes() {
    let mut world = World::new(38);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    world.network().cut(anna, bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    world.run_for(hours(3)).await;
    world.network().mend(anna, bo);
    world.run_for(minutes(6)).await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Delivered);
}

#[tokio::test]
async fn a_request_that_is_not_delivered_by_the_deadline_lapses() {
    let mut world = World::new(39);
    let (anna, bo, cleo) = people(&mut world, Disk::Memory).await;
    world.kill(bo);
    let rfp = papers::rfp(world.now());
    let deadline = rfp.schedule.bid_deadline;
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.run_until(deadline.plus(minutes(1))).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::LapsedUndelivered);
    assert_eq!(board(&world.sent(anna, deal, bo).await), [("rfp", Expired)]);
    assert!(world.inbox(anna).await.contains(&"undelivered".to_owned()));
    world.restart(bo).await;
    world.meet(anna, bo).await;
    world.run_for(hours(1)).await;
    assert!(
        world.deals(bo).await.is_empty(),
        "nobody bothers Bo with it any more"
    );
}

#[tokio::test]
async fn a_transient_failure_is_tried_again_with_growing_pauses() {
    let mut cast = Cast::new(40).await;
    let Cast {
        ref mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let sent = Rc::new(RefCell::new(vec![]));
    let seen = sent.clone();
    let busy = busy(world, anna, bo);
    world.tamper(move |letter| {
        if letter.leg == Leg::Answer && letter.to == bo && seen.borrow().len() < 5 {
            seen.borrow_mut().push(());
            return Some(busy.clone());
        }
        Some(letter.bytes.clone())
    });
    let began = world.now();
    world.writes(bo, deal, None, "Hello?").await.unwrap();
    world.settle().await;
    assert_eq!(sent.borrow().len(), 5);
    let [row] = &world.deliveries(bo, deal, anna).await[..] else {
        panic!("one document")
    };
    assert_eq!((row.state, row.attempts), (Received, 6));
    let took = world.now().since(began);
    let pauses = Duration::from_secs(1 + 2 + 4 + 8 + 16);
    assert!(took >= pauses && took < pauses_and(pauses, 1), "{took}");
    assert_eq!(world.inbox(anna).await, ["chat_arrived"]);
}

fn pauses_and(pauses: Duration, seconds: i64) -> Duration {
    Duration::from_millis(pauses.millis() + seconds * 1000)
}

/// Anna's signed "unavailable" for Bo, about no document in particular.
fn busy(world: &World, anna: opener_sim::Actor, bo: opener_sim::Actor) -> std::sync::Arc<[u8]> {
    let failure = opener_trade::document::Failure {
        document: None,
        from: world.id(anna),
        to: world.id(bo),
        reason: Reason::Unavailable,
        head: None,
        detail: papers::text("the disk is full"),
        at: world.now(),
    };
    opener_trade::sign(world.identity(anna), failure)
        .unwrap()
        .bytes()
        .clone()
}

#[tokio::test]
async fn each_recipient_gets_its_documents_in_order_one_at_a_time() {
    let mut cast = Cast::new(41).await;
    let Cast {
        ref mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.network().cut(anna, bo);
    for text in ["first", "second", "third"] {
        world.writes(anna, deal, Some(bo), text).await.unwrap();
        world.writes(anna, deal, Some(cleo), text).await.unwrap();
    }
    world.run_for(minutes(2)).await;
    let states: Vec<_> = world
        .sent(anna, deal, bo)
        .await
        .into_iter()
        .map(|(_, s)| s)
        .collect();
    assert_eq!(
        states[2..],
        [Queued, Queued],
        "the second waits for the first"
    );
    let cleo_has = world.sent(anna, deal, cleo).await;
    assert!(
        cleo_has.iter().all(|(_, state)| *state == Received),
        "Cleo waits for nobody"
    );
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(
        world
            .inbox(bo)
            .await
            .iter()
            .filter(|kind| *kind == "chat_arrived")
            .count(),
        3
    );
    let seqs: Vec<u64> = world
        .records(bo, deal)
        .await
        .iter()
        .filter(|record| record.document.kind() == Some(Kind::Chat))
        .map(|record| record.document.header().unwrap().seq)
        .collect();
    assert_eq!(seqs, [1, 2, 3]);
}

#[tokio::test]
async fn a_document_is_queued_sent_received_read_and_answered() {
    let mut world = World::new(42);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    world.network().cut(anna, bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    assert_eq!(board(&world.sent(anna, deal, bo).await), [("rfp", Queued)]);
    world.run_for(Duration::from_millis(5)).await;
    assert_eq!(board(&world.sent(anna, deal, bo).await), [("rfp", Sent)]);
    world.network().mend(anna, bo);
    world.settle().await;
    let received = world.deliveries(anna, deal, bo).await.remove(0);
    assert_eq!((received.state, received.read_at), (Received, None));
    assert!(received.answered_at.is_some());

    world.section("Bo opens it, twice");
    world.opens(bo, deal).await.unwrap();
    let opened = world.now();
    world.settle().await;
    world.run_for(minutes(1)).await;
    world.opens(bo, deal).await.unwrap();
    world.settle().await;
    assert_eq!(
        world.deliveries(anna, deal, bo).await.remove(0).read_at,
        Some(opened)
    );
    assert_eq!(
        board(&world.sent(bo, deal, anna).await),
        [("receipt", Received)]
    );
    assert!(world.inbox(anna).await.is_empty(), "reading is no news");

    let bid = papers::bid(&world.deal(bo, deal).await.rfp, "Bo's bolts", "0.14");
    world.bids(bo, deal, bid).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::BidStanding);
}

#[tokio::test]
async fn a_lost_receipt_is_no_lost_document() {
    let mut cast = Cast::new(43).await;
    let Cast {
        ref mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let lost = Rc::new(RefCell::new(0));
    let count = lost.clone();
    world.tamper(move |letter| {
        if letter.leg == Leg::Answer && letter.from == anna && *count.borrow() < 3 {
            *count.borrow_mut() += 1;
            return None;
        }
        Some(letter.bytes.clone())
    });
    let bid = cast.draft(bo, "0.14").await;
    let world = &mut cast.world;
    world.bids(bo, deal, bid).await.unwrap();
    world.settle().await;
    assert_eq!(*lost.borrow(), 3);
    assert_eq!(world.inbox(anna).await, ["bid_arrived"]);
    let row = world.deliveries(bo, deal, anna).await.remove(0);
    assert_eq!((row.state, row.attempts), (Received, 4));
    assert_eq!(world.records(anna, deal).await.len(), 2);
}

#[tokio::test]
async fn what_nobody_waited_for_does_not_stop_what_follows() {
    let mut cast = Cast::new(44).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    world.section("both turn off their computers for more than a month");
    world.kill(bo);
    world
        .writes(anna, deal, Some(bo), "Are you there?")
        .await
        .unwrap();
    world.signs(anna, deal, Some(bo)).await.unwrap();
    world.kill(anna);
    world.run_for(hours(31 * 24)).await;
    world.restart(anna).await;
    world.restart(bo).await;
    world.settle().await;
    assert!(
        !world.inbox(bo).await.contains(&"chat_arrived".to_owned()),
        "it has expired"
    );
    world.signs(bo, deal, None).await.unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Reported);
    }
}

#[tokio::test]
async fn a_refused_document_is_shown_as_refused_after_a_restart() {
    let mut cast = Cast::new(45).await;
    let until = cast.world.now().plus(hours(3));
    cast.bid(cast.bo, "0.14", |bid| {
        bid.valid_until = until;
        bid.commitment = opener_trade::document::Commitment::Revocable;
    })
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.run_until(until).await;
    world.network().cut(anna, bo);
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.run_for(minutes(2)).await;
    world.network().mend(anna, bo);
    world.settle().await;
    for restarted in [false, true] {
        for actor in [anna, bo] {
            if restarted {
                world.kill(actor);
                world.restart(actor).await;
            }
            let order = world.newest(actor, deal, Kind::Order).await;
            assert_eq!(order.void, Some(Reason::Expired), "restarted: {restarted}");
        }
    }
}

#[tokio::test]
async fn a_bid_that_crosses_the_award_to_another_is_refused_and_both_agree() {
    let mut cast = Cast::new(46).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    cast.bid(cast.cleo, "0.15", |_| {}).await;
    let better = cast.draft(cast.cleo, "0.13").await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.network().cut(anna, cleo);
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.run_for(minutes(1)).await;
    world.bids(cleo, deal, better).await.unwrap();
    world.network().mend(anna, cleo);
    world.settle().await;
    for actor in [anna, cleo] {
        assert_eq!(world.phase(actor, deal, cleo).await, Phase::NotChosen);
    }
    let last = world.deliveries(cleo, deal, anna).await.pop().unwrap();
    assert_eq!(last.reason, Some(Reason::NotAllowed));
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
}

#[tokio::test]
async fn a_partner_learns_where_a_peer_is_now() {
    let mut cast = Cast::new(47).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        ..
    } = cast;
    let address = |port: u16| -> opener_trade::Address {
        format!("/ip4/192.0.2.7/tcp/{port}").parse().unwrap()
    };
    let mut listings = vec![];
    for port in [4001, 4002] {
        let here = [address(port)];
        let announced = world.act(bo, "announces a new address", async |engine, now| {
            let listing = engine.sign_listing(now, &here).await?.unwrap();
            engine.announce(now, &listing).await?;
            Ok(listing)
        });
        listings.push(announced.await.unwrap());
        world.settle().await;
    }
    let known = world.addresses(anna, bo).await;
    assert_eq!(known, [address(4002).to_string()]);
    world.section("the older listing comes again");
    let answer = world.hand(bo, anna, listings[0].bytes()).await;
    assert_eq!(receipt(&answer).document, listings[0].id());
    assert_eq!(world.addresses(anna, bo).await, known, "the newest counts");
    let mallory = world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    let answer = world.hand(mallory, anna, listings[1].bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotInvited));
}

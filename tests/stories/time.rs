//! Deadlines count: by the clock of whoever set them, once, and for good.

use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::{DeliveryState, PeerError};
use opener_sim::{Disk, Halt, World, papers};
use opener_trade::{
    Duration, Kind, PeerText, Reason, Verified,
    document::{BidWithdraw, Body, Commitment, Document, Header},
    sign,
};

use crate::cast::{Cast, failure, hours, minutes, people};

/// A document that Bo's program would not write: the next of his chain, signed by his key.
fn forced<B: Body>(cast: &Cast, last: &opener_peer::Record, body: B) -> Verified<Document<B>>
where
    Document<B>: opener_trade::envelope::Payload,
{
    let before = last.document.header().unwrap();
    let header = Header {
        seq: before.seq + 1,
        previous: Some(last.document.id()),
        issued_at: cast.world.clock(cast.bo),
        ..before.clone()
    };
    sign(cast.world.identity(cast.bo), Document { header, body }).unwrap()
}

#[tokio::test]
async fn a_late_bid_is_kept_excluded_and_admitted_only_on_the_record() {
    let mut cast = Cast::new(51).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.run_for(papers::DEADLINE).await;
    cast.world.run_for(minutes(1)).await;
    let bid = cast.bid(bo, "0.14", |_| {}).await;
    let mut world = cast.world;
    let state = world.dialogue(anna, deal, bo).await;
    assert_eq!(state.phase, Phase::BidLate);
    assert!(state.standing.is_none() && state.late.is_some());
    assert_eq!(world.inbox(anna).await, ["no_bids", "late_bid_arrived"]);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::BidLate);
    let refused = world.orders(anna, deal, bo, &[]).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::NotAllowed));

    world.section("Anna admits it, and the record says so after a restart");
    world
        .act(anna, "admits the late bid", async |engine, now| {
            engine.admit_late(now, deal, bid).await
        })
        .await
        .unwrap();
    world.kill(anna);
    world.restart(anna).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::BidStanding);
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
}

#[tokio::test]
async fn only_the_buyer_admits_a_late_bid() {
    let mut cast = Cast::new(52).await;
    let (bo, deal) = (cast.bo, cast.deal);
    cast.world.run_for(papers::DEADLINE).await;
    cast.world.run_for(minutes(1)).await;
    let bid = cast.bid(bo, "0.14", |_| {}).await;
    let refused = cast
        .world
        .act(bo, "admits his own late bid", async |engine, now| {
            engine.admit_late(now, deal, bid).await
        })
        .await;
    assert_eq!(refused.unwrap_err().reason(), Some(Reason::NotAllowed));
}

#[tokio::test]
async fn an_expired_bid_cannot_be_ordered() {
    let mut cast = Cast::new(53).await;
    let until = cast.world.now().plus(hours(3));
    cast.bid(cast.bo, "0.14", |bid| {
        bid.valid_until = until;
        bid.commitment = Commitment::Revocable;
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
    assert_eq!(
        world.phase(anna, deal, bo).await,
        Phase::BidStanding,
        "the moment itself counts"
    );
    world.run_for(Duration::from_millis(1)).await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedExpired);
    }
    assert!(world.inbox(anna).await.contains(&"bid_expired".to_owned()));
    let refused = world.orders(anna, deal, bo, &[]).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::Expired));
}

#[tokio::test]
async fn an_order_on_a_bid_that_expires_on_the_way_is_refused_by_the_seller() {
    let mut cast = Cast::new(54).await;
    let until = cast.world.now().plus(hours(3));
    cast.bid(cast.bo, "0.14", |bid| {
        bid.valid_until = until;
        bid.commitment = Commitment::Revocable;
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
    assert_eq!(world.phase(bo, deal, bo).await, Phase::LapsedExpired);
    let state = world.dialogue(anna, deal, bo).await;
    assert!(state.order.is_none(), "the refused order is void");
    assert_eq!(state.phase, Phase::LapsedExpired);
    assert!(
        world
            .inbox(anna)
            .await
            .contains(&"document_refused".to_owned())
    );
    let request = world.deal(anna, deal).await.request.unwrap();
    assert!(request.awards.is_empty(), "the quantity is free again");
}

#[tokio::test]
async fn a_firm_bid_is_neither_withdrawn_nor_worsened() {
    let mut cast = Cast::new(55).await;
    let bid = cast.bid(cast.bo, "0.14", |_| {}).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);

    cast.world.section("Bo's own program refuses");
    let refused = cast.world.withdraws(bo, deal).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::FirmCommitment));
    let dearer = cast.draft(bo, "0.15").await;
    let refused = cast.world.bids(bo, deal, dearer.clone()).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::FirmCommitment));

    cast.world
        .section("Bo writes them by other means, and Anna's program refuses");
    let before = cast.world.dialogue(anna, deal, bo).await;
    let last = cast.world.newest(bo, deal, Kind::Bid).await;
    let withdraw = BidWithdraw {
        bid,
        reason: PeerText::default(),
    };
    for document in [
        forced(&cast, &last, withdraw).bytes().clone(),
        // Its chain goes on after the void withdrawal, which he must name.
        {
            let withdraw = BidWithdraw {
                bid,
                reason: PeerText::default(),
            };
            let void = forced(&cast, &last, withdraw);
            let header = Header {
                seq: void.header.seq + 1,
                previous: Some(void.id()),
                ..void.header.clone()
            };
            let dearer = Document {
                header,
                body: dearer,
            };
            sign(cast.world.identity(bo), dearer)
                .unwrap()
                .bytes()
                .clone()
        },
    ] {
        let answer = cast.world.hand(bo, anna, &document).await;
        assert_eq!(failure(&answer), Some(Reason::FirmCommitment));
        let again = cast.world.hand(bo, anna, &document).await;
        assert_eq!(
            failure(&again),
            Some(Reason::FirmCommitment),
            "and again the same"
        );
    }
    let after = cast.world.dialogue(anna, deal, bo).await;
    assert_eq!(after.phase, Phase::BidStanding);
    let standing = |state: &opener_negotiation::dialogue::State| {
        state.standing.as_ref().map(|offer| offer.id())
    };
    assert_eq!(standing(&after), standing(&before));
}

#[tokio::test]
async fn a_better_bid_replaces_a_firm_one() {
    let mut cast = Cast::new(56).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let better = cast.bid(cast.bo, "0.13", |_| {}).await;
    for actor in [cast.anna, cast.bo] {
        let state = cast.world.dialogue(actor, cast.deal, cast.bo).await;
        assert_eq!(state.standing.unwrap().id(), better);
    }
}

#[tokio::test]
async fn an_unanswered_order_lapses_once_and_the_seller_is_told() {
    let mut cast = Cast::new(57).await;
    cast.bid(cast.bo, "0.14", |bid| {
        bid.commitment = Commitment::Indicative
    })
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    let placed = world.dialogue(anna, deal, bo).await.order.unwrap();
    let decide_at = placed.order().decide_at();
    assert!(decide_at > placed.order().answer_by, "there is grace");
    world.run_until(decide_at).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
    world.run_for(minutes(1)).await;
    for actor in [anna, bo] {
        let state = world.dialogue(actor, deal, bo).await;
        assert_eq!(state.phase, Phase::LapsedUnanswered);
        assert!(
            !state.order.unwrap().broken,
            "an indicative bid promised nothing"
        );
        let told = world
            .inbox(actor)
            .await
            .into_iter()
            .filter(|kind| kind == "order_lapsed");
        assert_eq!(told.count(), 1);
    }
    world.kill(anna);
    world.restart(anna).await;
    world.run_for(hours(2)).await;
    let lapses = world.records(anna, deal).await.into_iter();
    let lapses = lapses.filter(|record| record.document.kind() == Some(Kind::Lapse));
    assert_eq!(lapses.count(), 1, "it is decided once");
    let request = world.deal(anna, deal).await.request.unwrap();
    assert!(request.awards.is_empty(), "the quantity is free again");
    world.accepts(bo, deal).await.unwrap_err();
    assert_eq!(world.phase(bo, deal, bo).await, Phase::LapsedUnanswered);
}

#[tokio::test]
async fn an_acceptance_that_arrives_too_late_is_refused_and_both_agree() {
    let mut cast = Cast::new(58).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    // Bo receives the order, and then the line between them breaks.
    world.run_for(Duration::from_millis(25)).await;
    world.network().cut(anna, bo);
    world.run_for(minutes(30)).await;
    assert_eq!(
        world.phase(bo, deal, bo).await,
        Phase::Answered,
        "Bo waits for Anna"
    );
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
    world.run_for(hours(2)).await;
    let state = world.dialogue(anna, deal, bo).await;
    assert_eq!(state.phase, Phase::LapsedUnanswered);
    assert!(
        state.order.unwrap().broken,
        "the firm bid is recorded as broken"
    );
    assert_eq!(
        world.phase(bo, deal, bo).await,
        Phase::Answered,
        "Bo keeps the quantity"
    );

    world.section("the line is mended");
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedUnanswered);
    }
    let sent = world.sent(bo, deal, anna).await;
    assert_eq!(sent.last().unwrap().1, DeliveryState::Refused);
    let refused = world.deliveries(bo, deal, anna).await.pop().unwrap();
    assert_eq!(refused.reason, Some(Reason::Late));
    assert!(!world.inbox(bo).await.contains(&"deal_concluded".to_owned()));
}

#[tokio::test]
async fn a_withdrawal_and_an_order_that_cross_end_the_same_at_both() {
    let mut cast = Cast::new(59).await;
    cast.bid(cast.bo, "0.14", |bid| {
        bid.commitment = Commitment::Revocable
    })
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.network().cut(anna, bo);
    world.withdraws(bo, deal).await.unwrap();
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.run_for(minutes(1)).await;
    world.network().mend(anna, bo);
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Withdrawn);
    }
    assert!(
        world
            .deal(anna, deal)
            .await
            .request
            .unwrap()
            .awards
            .is_empty()
    );
}

#[tokio::test]
async fn an_open_order_outlives_the_time_to_choose() {
    let mut cast = Cast::new(60).await;
    cast.bid(cast.bo, "0.14", |bid| {
        bid.commitment = Commitment::Indicative
    })
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let award_by = world.deal(anna, deal).await.rfp.body.schedule.award_by;
    world
        .run_until(award_by.plus(Duration::from_secs(-600)))
        .await;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.run_until(award_by.plus(minutes(20))).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
    world.accepts(bo, deal).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    let request = world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Awarded);
}

#[tokio::test]
async fn a_request_without_an_order_ends_when_the_time_to_choose_has_passed() {
    let mut cast = Cast::new(61).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.run_for(papers::AWARD_BY).await;
    world.run_for(minutes(1)).await;
    let request = world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::NoAward);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::NotChosen);
    assert_eq!(world.phase(anna, deal, cleo).await, Phase::LapsedSilent);
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::LapsedSilent);
    assert!(world.inbox(anna).await.contains(&"not_awarded".to_owned()));
}

#[tokio::test]
async fn a_deadline_is_judged_by_the_buyers_clock() {
    for (ahead, before_deadline) in [(10, 5), (-10, 5), (10, -5), (-10, -5)] {
        let mut cast = Cast::new(62).await;
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        cast.world.set_clock(bo, minutes(ahead)).await;
        let deadline = cast
            .world
            .deal(anna, deal)
            .await
            .rfp
            .body
            .schedule
            .bid_deadline;
        cast.world
            .run_until(deadline.plus(minutes(-before_deadline)))
            .await;
        cast.bid(bo, "0.14", |_| {}).await;
        let expected = if before_deadline > 0 {
            Phase::BidStanding
        } else {
            Phase::BidLate
        };
        for actor in [anna, bo] {
            let phase = cast.world.phase(actor, deal, bo).await;
            assert_eq!(
                phase, expected,
                "Bo's clock {ahead} min ahead, {before_deadline} min left"
            );
        }
        let told = cast
            .world
            .inbox(bo)
            .await
            .contains(&"bid_was_late".to_owned());
        assert_eq!(
            told,
            ahead < 0 && before_deadline < 0,
            "Bo learns what he could not know"
        );
    }
}

/// Bo's clock differs by ten minutes; he answers after so many minutes of true time. Anna's clock is true.
async fn bo_answers(ahead: i64, after: i64) -> Cast {
    let mut cast = Cast::new(63).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.set_clock(bo, minutes(ahead)).await;
    cast.bid(bo, "0.14", |bid| bid.commitment = Commitment::Indicative)
        .await;
    let world = &mut cast.world;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    world.network().cut(anna, bo);
    world.run_for(minutes(after)).await;
    world.accepts(bo, deal).await.unwrap();
    world.network().mend(anna, bo);
    world.settle().await;
    cast
}

#[tokio::test]
async fn an_answer_in_time_counts_whatever_the_sellers_clock_shows() {
    for ahead in [10, -10] {
        let Cast {
            mut world,
            anna,
            bo,
            deal,
            ..
        } = bo_answers(ahead, 45).await;
        for actor in [anna, bo] {
            assert_eq!(
                world.phase(actor, deal, bo).await,
                Phase::Concluded,
                "{ahead}"
            );
        }
        world.signs(anna, deal, Some(bo)).await.unwrap();
        world.settle().await;
        world.signs(bo, deal, None).await.unwrap();
        world.settle().await;
        for actor in [anna, bo] {
            assert_eq!(
                world.phase(actor, deal, bo).await,
                Phase::Reported,
                "{ahead}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_too_late_by_the_buyers_clock_does_not_count() {
    // After 65 minutes Bo's clock shows 55, and he knows nothing of the lapse.
    let Cast {
        world,
        anna,
        bo,
        deal,
        ..
    } = bo_answers(-10, 65).await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedUnanswered);
    }
    assert!(!world.inbox(bo).await.contains(&"deal_concluded".to_owned()));
}

#[tokio::test]
async fn a_seller_whose_clock_is_wrong_still_gets_requests() {
    for ahead in [10, -10] {
        let mut world = World::new(64);
        let (anna, bo, _) = people(&mut world, Disk::Memory).await;
        world.set_clock(bo, minutes(ahead)).await;
        let rfp = papers::rfp(world.now());
        let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
        world.settle().await;
        assert_eq!(
            world.phase(anna, deal, bo).await,
            Phase::Delivered,
            "{ahead}"
        );
        let bid = papers::bid(&world.deal(bo, deal).await.rfp, "Bo's bolts", "0.14");
        world.bids(bo, deal, bid).await.unwrap();
        world.settle().await;
        assert_eq!(
            world.phase(anna, deal, bo).await,
            Phase::BidStanding,
            "{ahead}"
        );
    }
}

#[tokio::test]
async fn the_sellers_laptop_sleeps_for_two_days() {
    let mut cast = Cast::asking(World::new(65), |rfp| {
        rfp.schedule.bid_deadline = rfp.schedule.bid_deadline.plus(hours(24));
    })
    .await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.section("the seller's laptop sleeps for two days");
    world.sleep(bo, hours(48));
    world.run_for(hours(1)).await;
    world
        .writes(anna, deal, Some(bo), "Are you there?")
        .await
        .unwrap();
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    world.run_for(hours(3)).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::LapsedUnanswered);
    let late = papers::bid(&world.deal(cleo, deal).await.rfp, "Cleo's screws", "0.15");
    world.bids(cleo, deal, late).await.unwrap();
    world.settle().await;
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, cleo).await, Phase::Concluded);

    world.run_for(hours(44)).await;
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedUnanswered);
    }
    let told = world.inbox(bo).await;
    assert!(!told.contains(&"deal_concluded".to_owned()), "{told:?}");
    assert!(told.contains(&"chat_arrived".to_owned()), "{told:?}");
    assert!(told.contains(&"order_lapsed".to_owned()), "{told:?}");
}

#[tokio::test]
async fn a_clock_in_doubt_refuses_what_a_deadline_decides_until_it_is_confirmed() {
    let cast = Cast::new(66).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let doubt = opener_peer::REFUSE_SKEW;
    let bid = cast.draft(bo, "0.14").await;
    let mut world = cast.world;
    let doubtful = |halt: Halt| matches!(halt, Halt::Refused(PeerError::ClockSkew(_)));
    let over = Duration::from_millis(doubt.millis() + 1);

    measure(&mut world, bo, Some(over)).await;
    assert!(doubtful(
        world.bids(bo, deal, bid.clone()).await.unwrap_err()
    ));
    world.says(bo, deal, None, Command::Intent).await.unwrap();
    world
        .writes(bo, deal, None, "My clock is odd.")
        .await
        .unwrap();
    measure(&mut world, bo, Some(doubt)).await;
    world.bids(bo, deal, bid).await.unwrap();
    world.settle().await;

    let behind = Some(Duration::from_millis(-over.millis()));
    measure(&mut world, anna, behind).await;
    assert!(doubtful(
        world.orders(anna, deal, bo, &[]).await.unwrap_err()
    ));
    let rfp = papers::rfp(world.now());
    assert!(doubtful(world.sends(anna, rfp, &[bo]).await.unwrap_err()));
    let confirm = world.act(anna, "confirms her clock", async |engine, _| {
        engine.confirm_clock();
        Ok(())
    });
    confirm.await.unwrap();
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
}

async fn measure(world: &mut World, actor: opener_sim::Actor, skew: Option<Duration>) {
    let measured = world.act(actor, "compares clocks", async |engine, _| {
        engine.measure_directories(skew.into_iter().cycle().take(3).collect());
        Ok(())
    });
    measured.await.unwrap();
}

//! Best and final: one last bid of those whom Anna admits.

use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::{Engine, LastBids};
use opener_sim::{Actor, papers};
use opener_trade::{
    DocumentId, Duration, Kind, PeerText, Reason, Timestamp,
    document::{BestAndFinal, Commitment, Document, Header},
    sign,
};

use crate::cast::{Cast, failure, hours, minutes};

/// Both have bid, and the deadline has passed.
async fn closed(seed: u64, commitment: fn(&Cast) -> Commitment) -> Cast {
    let mut cast = Cast::new(seed).await;
    let (bo, cleo) = (cast.bo, cast.cleo);
    for (seller, price) in [(bo, "0.14"), (cleo, "0.15")] {
        let binds = commitment(&cast);
        cast.bid(seller, price, |bid| bid.commitment = binds).await;
    }
    cast.world.run_for(papers::DEADLINE).await;
    cast.world.run_for(minutes(1)).await;
    cast
}

fn revocable(_: &Cast) -> Commitment {
    Commitment::Revocable
}

async fn asks(
    cast: &mut Cast,
    sellers: &[Actor],
    within: Duration,
) -> Result<Timestamp, opener_sim::Halt> {
    let (anna, deal) = (cast.anna, cast.deal);
    let deadline = cast.world.now().plus(within);
    let asked = LastBids {
        sellers: sellers
            .iter()
            .map(|seller| cast.world.id(*seller))
            .collect(),
        deadline,
        award_by: None,
        remark: PeerText::default(),
    };
    let ask = async |engine: &mut Engine, now| engine.ask_last_bids(now, deal, asked.clone()).await;
    cast.world.act(anna, "asks for last bids", ask).await?;
    Ok(deadline)
}

async fn standing(cast: &Cast, actor: Actor, seller: Actor) -> DocumentId {
    let state = cast.world.dialogue(actor, cast.deal, seller).await;
    state.standing.unwrap().id()
}

#[tokio::test]
async fn the_admitted_bid_once_more_by_one_deadline_and_nobody_learns_of_the_others() {
    let mut cast = closed(81, revocable).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    let deadline = asks(&mut cast, &[bo, cleo], hours(2)).await.unwrap();
    cast.world.settle().await;
    let request = cast.world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Collecting);
    for seller in [bo, cleo] {
        let round = cast.world.dialogue(seller, deal, seller).await.last_round;
        assert_eq!(round.unwrap().deadline, deadline);
        assert!(
            cast.world
                .inbox(seller)
                .await
                .contains(&"last_bid_asked".to_owned())
        );
        let records = cast.world.records(seller, deal).await;
        let others = [bo, cleo].map(|other| cast.world.id(other));
        for record in records {
            let to = record.document.header().unwrap().to;
            let other = others.iter().find(|other| **other != cast.world.id(seller));
            assert_ne!(to.as_ref(), other, "a paper for somebody else");
        }
    }

    cast.world.section("Bo goes lower, Cleo lets it stand");
    let last = cast
        .bid(bo, "0.13", |bid| bid.commitment = Commitment::Revocable)
        .await;
    let kept = standing(&cast, anna, cleo).await;
    let early = cast.world.orders(anna, deal, cleo, &[]).await.unwrap_err();
    assert_eq!(early.reason(), Some(Reason::NotAllowed));
    let again = cast.draft(bo, "0.12").await;
    let again = cast.world.bids(bo, deal, again).await.unwrap_err();
    assert_eq!(again.reason(), Some(Reason::NotAllowed));

    cast.world
        .section("after the deadline, and a restart, Anna chooses");
    cast.world.run_until(deadline).await;
    cast.world.run_for(minutes(1)).await;
    for actor in [anna, bo, cleo] {
        cast.world.restart(actor).await;
    }
    let request = cast.world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Evaluating);
    assert_eq!(request.last_round.unwrap().sellers.len(), 2);
    assert_eq!(standing(&cast, anna, bo).await, last);
    assert_eq!(standing(&cast, anna, cleo).await, kept);
    let twice = asks(&mut cast, &[bo], hours(2)).await.unwrap_err();
    assert_eq!(twice.reason(), Some(Reason::NotAllowed));
    cast.world.orders(anna, deal, bo, &[]).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(cast.world.phase(actor, deal, bo).await, Phase::Concluded);
    }
    assert_eq!(cast.world.phase(cleo, deal, cleo).await, Phase::NotChosen);
}

#[tokio::test]
async fn who_is_not_admitted_hears_nothing_and_new_bids_are_late() {
    let mut cast = closed(82, revocable).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    asks(&mut cast, &[bo], hours(2)).await.unwrap();
    cast.world.settle().await;
    assert!(
        cast.world
            .dialogue(cleo, deal, cleo)
            .await
            .last_round
            .is_none()
    );
    let kept = standing(&cast, anna, cleo).await;
    cast.bid(cleo, "0.10", |bid| bid.commitment = Commitment::Revocable)
        .await;
    let state = cast.world.dialogue(anna, deal, cleo).await;
    assert!(state.late.is_some(), "kept, not ranked");
    assert_eq!(state.standing.unwrap().id(), kept);
}

#[tokio::test]
async fn a_last_bid_after_its_deadline_is_late_by_annas_clock() {
    let mut cast = closed(83, revocable).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.set_clock(bo, minutes(-10)).await;
    let deadline = asks(&mut cast, &[bo], hours(2)).await.unwrap();
    cast.world.settle().await;
    let kept = standing(&cast, anna, bo).await;
    cast.world.run_until(deadline).await;
    cast.world.run_for(minutes(5)).await;
    cast.bid(bo, "0.10", |bid| bid.commitment = Commitment::Revocable)
        .await;
    for actor in [anna, bo] {
        let state = cast.world.dialogue(actor, deal, bo).await;
        assert!(state.late.is_some());
        assert_eq!(state.standing.unwrap().id(), kept);
    }
    assert!(
        cast.world
            .inbox(bo)
            .await
            .contains(&"bid_was_late".to_owned())
    );
}

#[tokio::test]
async fn what_crosses_the_question_ends_the_same_at_both() {
    for crossing in ["bid", "withdrawal", "nothing"] {
        let mut cast = closed(84, revocable).await;
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        cast.world.section(crossing);
        cast.world.network().cut(anna, bo);
        let better = cast.draft(bo, "0.12").await;
        match crossing {
            "bid" => drop(cast.world.bids(bo, deal, better).await.unwrap()),
            "withdrawal" => drop(cast.world.withdraws(bo, deal).await.unwrap()),
            _ => {}
        }
        asks(&mut cast, &[bo], hours(2)).await.unwrap();
        cast.world.run_for(minutes(1)).await;
        cast.world.network().mend(anna, bo);
        cast.world.settle().await;
        let phases = [
            cast.world.phase(anna, deal, bo).await,
            cast.world.phase(bo, deal, bo).await,
        ];
        if crossing == "withdrawal" {
            assert_eq!(phases, [Phase::Withdrawn, Phase::Withdrawn]);
            continue;
        }
        assert_eq!(phases, [Phase::BidStanding, Phase::BidStanding]);
        assert_eq!(
            standing(&cast, anna, bo).await,
            standing(&cast, bo, bo).await
        );
        let last = cast
            .bid(bo, "0.12", |bid| bid.commitment = Commitment::Revocable)
            .await;
        assert_eq!(standing(&cast, anna, bo).await, last);
        assert_eq!(standing(&cast, bo, bo).await, last);
    }
}

#[tokio::test]
async fn either_all_are_asked_or_nobody() {
    let mut cast = closed(85, revocable).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.world.withdraws(cleo, deal).await.unwrap();
    cast.world.settle().await;
    asks(&mut cast, &[bo, cleo], hours(2)).await.unwrap_err();
    cast.world.settle().await;
    let request = cast.world.deal(anna, deal).await.request.unwrap();
    assert!(request.last_round.is_none());
    assert!(cast.world.dialogue(bo, deal, bo).await.last_round.is_none());
    asks(&mut cast, &[bo], hours(2)).await.unwrap();

    let mut cast = closed(85, revocable).await;
    let bo = cast.bo;
    cast.world
        .orders(cast.anna, cast.deal, bo, &[1])
        .await
        .unwrap();
    let ordered = asks(&mut cast, &[bo], hours(2)).await.unwrap_err();
    assert_eq!(ordered.reason(), Some(Reason::NotAllowed));
}

#[tokio::test]
async fn a_buyers_program_that_asks_twice_or_orders_early_is_refused() {
    let mut cast = closed(86, |cast| {
        let award_by = cast.world.now().plus(papers::AWARD_BY);
        Commitment::Firm { until: award_by }
    })
    .await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let deadline = asks(&mut cast, &[bo], hours(2)).await.unwrap();
    cast.world.settle().await;
    let asked = cast
        .world
        .newest(anna, deal, Kind::BestAndFinal)
        .await
        .document;
    let before = asked.header().unwrap().clone();
    let again = Document {
        header: Header {
            seq: before.seq + 1,
            previous: Some(asked.id()),
            issued_at: cast.world.now(),
            ..before
        },
        body: BestAndFinal {
            rfp: cast.world.deal(bo, deal).await.rfp.id(),
            offer: standing(&cast, bo, bo).await,
            deadline: deadline.plus(hours(1)),
            award_by: deadline.plus(hours(2)),
            remark: PeerText::default(),
        },
    };
    let again = sign(cast.world.identity(anna), again).unwrap();
    let answer = cast.world.hand(anna, bo, again.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotAllowed));
    let round = cast.world.dialogue(bo, deal, bo).await.last_round;
    assert_eq!(round.unwrap().deadline, deadline);

    let state = cast.world.dialogue(bo, deal, bo).await;
    let offer = state.standing.unwrap();
    let moments = opener_decision::Moments {
        answer_by: cast.world.now().plus(minutes(10)),
        grace: minutes(1),
        release_after: cast.world.now().plus(hours(1)),
    };
    let taking = opener_decision::Taking::Whole;
    let order =
        opener_decision::order_from(&state.rfp.body, offer.id(), offer.bid(), taking, moments)
            .unwrap();
    let header = Header {
        seq: again.header.seq + 1,
        previous: Some(again.id()),
        ..again.header.clone()
    };
    let order = sign(
        cast.world.identity(anna),
        Document {
            header,
            body: order,
        },
    )
    .unwrap();
    let answer = cast.world.hand(anna, bo, order.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotAllowed));
    assert_eq!(cast.world.phase(bo, deal, bo).await, Phase::BidStanding);
    let intent = cast.world.says(bo, deal, None, Command::Intent).await;
    assert!(intent.is_err(), "nothing else has opened");
}

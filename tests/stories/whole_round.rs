//! One round from the request to final terms that both have signed.

use opener_decision::{Candidate, rank};
use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::{DealSnapshot, DeliveryState, ReportState};
use opener_sim::{Disk, World, papers};
use opener_trade::{
    Kind, Opened, PeerId,
    document::{Commitment, DeclineReason},
};

use crate::cast::{Cast, people};

/// The sellers in the order of their scores, from the bids that stand.
fn ranking(deal: &DealSnapshot) -> Vec<PeerId> {
    let candidates: Vec<Candidate<'_>> = deal
        .dialogues
        .iter()
        .filter_map(|state| {
            let offer = state.standing.as_ref()?;
            Some(Candidate {
                bid: offer.id(),
                seller: state.seller,
                received_at: offer.received_at,
                offer: offer.bid(),
                standing: true,
                late: false,
                late_override: None,
                assessments: vec![],
                exclusions: vec![],
            })
        })
        .collect();
    let ranking = rank(&deal.rfp.body, &candidates, None);
    assert!(ranking.apart.is_empty(), "{:?}", ranking.apart);
    ranking.ranked.iter().map(|bid| bid.seller).collect()
}

#[tokio::test]
async fn a_round_from_request_to_final_terms() {
    let mut world = World::new(1);
    let (anna, bo, cleo) = people(&mut world, Disk::Memory).await;
    let dora = world
        .join("Dora", papers::seller("Dora's depot"), Disk::Memory)
        .await;
    let library = world
        .join("the directory", papers::buyer("directory"), Disk::Memory)
        .await;
    for actor in [anna, bo, cleo] {
        world.set_directories(actor, vec![world.id(library)]);
    }

    world.section("Anna asks three sellers");
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, cleo, dora]).await.unwrap();
    world.settle().await;
    for seller in [bo, cleo, dora] {
        assert_eq!(world.inbox(seller).await, ["request_arrived"]);
        assert_eq!(world.phase(seller, deal, seller).await, Phase::Delivered);
        assert_eq!(world.phase(anna, deal, seller).await, Phase::Delivered);
        let sent = world.sent(anna, deal, seller).await;
        assert_eq!(sent, [("rfp".to_owned(), DeliveryState::Received)]);
    }

    world.section("Bo means to bid, Cleo bids, Dora declines");
    world.says(bo, deal, None, Command::Intent).await.unwrap();
    let asked = world.deal(cleo, deal).await.rfp;
    let offer = papers::bid(&asked, "Cleo's screws", "0.15");
    world.bids(cleo, deal, offer).await.unwrap();
    world
        .declines(dora, deal, DeclineReason::NoStock)
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Engaged);
    assert_eq!(world.phase(anna, deal, cleo).await, Phase::BidStanding);
    assert_eq!(world.phase(anna, deal, dora).await, Phase::Declined);

    world.section("Bo bids, and then bids better");
    world
        .bids(bo, deal, papers::bid(&asked, "Bo's bolts", "0.16"))
        .await
        .unwrap();
    world.settle().await;
    let seller_ids = |world: &World| [world.id(cleo), world.id(bo)];
    assert_eq!(ranking(&world.deal(anna, deal).await), seller_ids(&world));
    let best = world
        .bids(bo, deal, papers::bid(&asked, "Bo's bolts", "0.14"))
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(ranking(&world.deal(anna, deal).await)[0], world.id(bo));
    assert_eq!(world.dialogue(anna, deal, bo).await.superseded.len(), 1);

    world.section("the deadline passes and Anna orders from Bo, whose program keeps its word");
    world.run_until(asked.body.schedule.bid_deadline).await;
    world.run_for(opener_trade::Duration::from_secs(1)).await;
    let request = world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Evaluating);
    let order = world.orders(anna, deal, bo, &[]).await.unwrap();
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
    world.settle().await;
    for actor in [anna, bo] {
        let state = world.dialogue(actor, deal, bo).await;
        assert_eq!(state.phase, Phase::Concluded);
        assert_eq!(state.standing.unwrap().id(), best);
        assert_eq!(state.order.unwrap().document.id(), order);
    }
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::NotChosen);
    assert_eq!(world.phase(anna, deal, cleo).await, Phase::NotChosen);
    assert_eq!(world.phase(dora, deal, dora).await, Phase::Declined);
    let request = world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Awarded);

    world.section("both sign the final terms");
    world.signs(anna, deal, Some(bo)).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
    world.signs(bo, deal, None).await.unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        let state = world.dialogue(actor, deal, bo).await;
        assert_eq!(state.phase, Phase::Reported);
        let (by_buyer, by_seller) = (
            state.terms.by_buyer.unwrap(),
            state.terms.by_seller.unwrap(),
        );
        assert_eq!(by_buyer.id(), by_seller.id());
        assert_eq!(by_buyer.total.unwrap().amount_text(), "196.00");
        let reports = world.deal(actor, deal).await.reports;
        let due: Vec<_> = reports
            .iter()
            .map(|report| (report.directory, report.state))
            .collect();
        assert_eq!(due, [(world.id(library), ReportState::Queued)]);
    }

    world.section("what each of them was told, once");
    let mut told = world.inbox(anna).await;
    assert_eq!(
        told.split_off(5),
        ["bids_closed", "awarded", "deal_concluded", "terms_signed"]
    );
    told.sort();
    let early = [
        "bid_arrived",
        "bid_arrived",
        "bid_arrived",
        "intent_arrived",
        "seller_declined",
    ];
    assert_eq!(told, early);
    assert_eq!(
        world.inbox(bo).await,
        [
            "request_arrived",
            "order_auto_accepted",
            "deal_concluded",
            "terms_to_sign",
            "terms_signed"
        ]
    );
    assert_eq!(world.inbox(cleo).await, ["request_arrived", "not_chosen"]);
    assert_eq!(world.inbox(dora).await, ["request_arrived"]);
}

#[tokio::test]
async fn a_revocable_bid_accepts_an_exact_order_by_itself() {
    let mut cast = Cast::new(2).await;
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
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
    let order = world.newest(bo, deal, Kind::Order).await;
    let answer = world.newest(bo, deal, Kind::OrderResponse).await;
    assert!(answer.mine && !order.mine);
    assert_eq!(
        answer.at, order.at,
        "the answer is part of the same transaction"
    );
}

#[tokio::test]
async fn an_indicative_bid_waits_for_the_seller() {
    let mut cast = Cast::new(3).await;
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
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Ordered);
    assert_eq!(world.inbox(bo).await, ["request_arrived", "order_arrived"]);

    world.section("Bo accepts by hand, while Anna's line is cut");
    world.network().cut(anna, bo);
    world.accepts(bo, deal).await.unwrap();
    world.run_for(opener_trade::Duration::from_secs(60)).await;
    assert_eq!(
        world.phase(bo, deal, bo).await,
        Phase::Answered,
        "it is Anna who decides"
    );
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
    world.network().mend(anna, bo);
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
}

#[tokio::test]
async fn both_sides_keep_the_same_documents() {
    let mut cast = Cast::new(4).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world
        .writes(anna, deal, Some(bo), "Can you do Thursday?")
        .await
        .unwrap();
    world.writes(bo, deal, None, "Yes.").await.unwrap();
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    let id = world.id(bo);
    let mut of_anna = world.engine(anna).records(deal, Some(id)).await.unwrap();
    let mut of_bo = world.engine(bo).records(deal, None).await.unwrap();
    for records in [&mut of_anna, &mut of_bo] {
        records.sort_by_key(|record| record.document.id());
    }
    assert_eq!(of_anna.len(), 6);
    for (a, b) in of_anna.iter().zip(&of_bo) {
        assert_eq!(a.document.bytes(), b.document.bytes());
        assert_ne!(a.mine, b.mine);
        assert!(a.void.is_none() && b.void.is_none());
        let receipts = |record: &opener_peer::Record| record.receipts.len();
        assert_eq!(
            (receipts(a), receipts(b)),
            match &*a.document {
                // The broadcast has Cleo's receipt too.
                Opened::Rfp(_) => (2, 1),
                _ => (1, 1),
            }
        );
    }
}

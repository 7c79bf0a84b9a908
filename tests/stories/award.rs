//! Never more is awarded than was asked.

use opener_decision::LinePart;
use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::{DealSnapshot, Engine, OrderPart};
use opener_sim::{Actor, World, papers};
use opener_trade::{
    List, Number, PeerText, Reason,
    document::{Commitment, OrderResponse, ResponseStatus},
};

use crate::cast::{Cast, hours, minutes};

/// What is awarded of bolts and washers.
fn awarded(deal: &DealSnapshot) -> [String; 2] {
    let request = deal.request.as_ref().unwrap();
    [1, 2].map(|line| Number::from(request.awarded(line)).to_string())
}

fn request_phase(deal: &DealSnapshot) -> request::Phase {
    deal.request.as_ref().unwrap().phase
}

/// Bo and Cleo bid these lines; Anna has both.
async fn both_bid(
    cast: &mut Cast,
    commitment: Commitment,
    of_bo: &[(u32, &str, &str)],
    of_cleo: &[(u32, &str, &str)],
) {
    let rfp = cast.world.deal(cast.anna, cast.deal).await.rfp;
    for (seller, lines) in [(cast.bo, of_bo), (cast.cleo, of_cleo)] {
        let mut bid = papers::offer(&rfp, cast.world.name(seller), lines);
        bid.commitment = commitment;
        cast.world.bids(seller, cast.deal, bid).await.unwrap();
    }
    cast.world.settle().await;
}

const ALL: &[(u32, &str, &str)] = &[(1, "1000", "0.12"), (2, "400", "0.05")];

/// A revocable bid on the bolts alone, in this unit.
async fn bids_bolts(cast: &mut Cast, seller: Actor, quantity: &str, unit: &str) {
    let rfp = cast.world.deal(seller, cast.deal).await.rfp;
    let name = cast.world.name(seller).to_owned();
    let mut bid = papers::offer(&rfp, &name, &[(1, quantity, "0.12")]);
    let mut lines = bid.lines.to_vec();
    lines[0].quantity.unit = unit.parse().unwrap();
    bid.lines = lines.try_into().unwrap();
    bid.commitment = Commitment::Revocable;
    cast.world.bids(seller, cast.deal, bid).await.unwrap();
    cast.world.settle().await;
}

#[tokio::test]
async fn quantities_in_another_unit_count_in_the_one_that_was_asked_for() {
    let mut cast = Cast::new(75).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.world
        .section("Anna wants 1000 bolts; Bo offers 0.6 thousand, Cleo 35 dozen");
    bids_bolts(&mut cast, bo, "0.6", "MIL").await;
    bids_bolts(&mut cast, cleo, "35", "DZN").await;
    cast.world.orders(anna, deal, bo, &[1]).await.unwrap();
    let more = cast.world.orders(anna, deal, cleo, &[1]).await.unwrap_err();
    assert_eq!(more.reason(), Some(Reason::QuantityExceeded));
    let seller = cast.world.id(cleo);
    let part = OrderPart {
        lines: vec![LinePart {
            line: 1,
            quantity: Some("33".parse().unwrap()),
        }],
        lots: vec![],
        answer_within: hours(1),
    };
    let order = async |engine: &mut Engine, now| engine.order(now, deal, seller, &part).await;
    cast.world
        .act(anna, "orders 33 dozen", order)
        .await
        .unwrap();
    cast.world.settle().await;
    cast.world.accepts(cleo, deal).await.unwrap();
    cast.world.settle().await;
    for seller in [bo, cleo] {
        let phase = cast.world.phase(anna, deal, seller).await;
        assert_eq!(phase, Phase::Concluded);
    }
    let deal = cast.world.deal(anna, deal).await;
    assert_eq!(awarded(&deal), ["996", "0"]);
}

#[tokio::test]
async fn what_cannot_be_counted_together_is_not_ordered() {
    let mut cast = Cast::new(76).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    for (quantity, unit) in [("90", "KGM"), ("4", "SET")] {
        bids_bolts(&mut cast, bo, quantity, unit).await;
        let refused = cast.world.orders(anna, deal, bo, &[]).await.unwrap_err();
        assert_eq!(refused.reason(), Some(Reason::UnitNotConvertible));
        let phase = cast.world.phase(anna, deal, bo).await;
        assert_eq!(phase, Phase::BidStanding);
    }
}

#[tokio::test]
async fn two_sellers_share_a_request_lot_by_lot() {
    let mut cast = Cast::new(71).await;
    both_bid(&mut cast, Commitment::Revocable, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    let refused = world.orders(anna, deal, cleo, &[]).await.unwrap_err();
    assert_eq!(
        refused.reason(),
        Some(Reason::AlreadyAwarded),
        "the bolts are ordered"
    );
    world.orders(anna, deal, cleo, &[2]).await.unwrap();
    world.settle().await;
    let seen = world.deal(anna, deal).await;
    assert_eq!(awarded(&seen), ["1000", "400"]);
    assert_eq!(request_phase(&seen), request::Phase::Awarded);
    for seller in [bo, cleo] {
        world.signs(anna, deal, Some(seller)).await.unwrap();
        world.settle().await;
        world.signs(seller, deal, None).await.unwrap();
        world.settle().await;
        for actor in [anna, seller] {
            assert_eq!(world.phase(actor, deal, seller).await, Phase::Reported);
        }
    }
}

#[tokio::test]
async fn what_two_sellers_offer_together_is_not_ordered_beyond_what_was_asked() {
    let mut cast = Cast::new(72).await;
    let most = &[(1, "600", "0.12")];
    both_bid(&mut cast, Commitment::Revocable, most, most).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    let refused = world.orders(anna, deal, cleo, &[]).await.unwrap_err();
    assert_eq!(
        refused.reason(),
        Some(Reason::QuantityExceeded),
        "400 bolts are left"
    );
    let seen = world.deal(anna, deal).await;
    assert_eq!(awarded(&seen), ["600", "0"]);
    assert_eq!(world.phase(anna, deal, cleo).await, Phase::BidStanding);
}

#[tokio::test]
async fn an_open_order_keeps_its_quantity_and_a_refusal_frees_it() {
    let mut cast = Cast::new(73).await;
    both_bid(&mut cast, Commitment::Indicative, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    for _ in 0..2 {
        let refused = world.orders(anna, deal, cleo, &[]).await.unwrap_err();
        assert_eq!(refused.reason(), Some(Reason::AlreadyAwarded));
        world.settle().await;
    }
    let twice = world.orders(anna, deal, bo, &[]).await.unwrap_err();
    assert!(matches!(
        twice.reason(),
        Some(Reason::AlreadyAwarded | Reason::NotAllowed)
    ));

    world.section("Bo refuses");
    world.refuses(bo, deal).await.unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Refused);
    }
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    world.accepts(cleo, deal).await.unwrap();
    world.settle().await;
    assert_eq!(awarded(&world.deal(anna, deal).await), ["1000", "400"]);
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::Concluded);
}

#[tokio::test]
async fn a_lapsed_order_frees_its_quantity_and_a_late_acceptance_does_not_take_it_back() {
    let mut cast = Cast::new(74).await;
    both_bid(&mut cast, Commitment::Indicative, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    world.network().cut(anna, bo);
    world.accepts(bo, deal).await.unwrap();
    world.run_for(minutes(50)).await;
    let early = world.orders(anna, deal, cleo, &[]).await.unwrap_err();
    assert_eq!(
        early.reason(),
        Some(Reason::AlreadyAwarded),
        "it is not decided yet"
    );
    world.run_for(minutes(12)).await;
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    world.accepts(cleo, deal).await.unwrap();
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(awarded(&world.deal(anna, deal).await), ["1000", "400"]);
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedUnanswered);
    }
    for actor in [anna, cleo] {
        assert_eq!(world.phase(actor, deal, cleo).await, Phase::Concluded);
    }
}

/// Bo answers Anna's order of everything with so many bolts instead.
async fn bo_changes(world: &mut World, bo: Actor, deal: opener_trade::DealId, bolts: &str) {
    let placed = world.dialogue(bo, deal, bo).await.order.unwrap();
    let mut response = OrderResponse::accept(placed.document.id(), placed.order());
    let mut lines = response.lines.into_vec();
    lines[0].quantity = bolts.parse().unwrap();
    lines[0].status = ResponseStatus::Changed;
    response.lines = List::try_from(lines).unwrap();
    world
        .says(bo, deal, None, Command::Respond(Box::new(response)))
        .await
        .unwrap();
    world.settle().await;
}

/// Anna's confirmation of Bo's changed answer, or her refusal.
async fn anna_confirms(
    world: &World,
    cast: (Actor, Actor),
    deal: opener_trade::DealId,
    yes: bool,
) -> OrderResponse {
    let (anna, bo) = cast;
    let placed = world.dialogue(anna, deal, bo).await.order.unwrap();
    if !yes {
        return OrderResponse::refuse(placed.document.id(), placed.order(), PeerText::default());
    }
    let answer = placed.response.unwrap();
    let mut lines = answer.body.lines.clone().into_vec();
    for line in &mut lines {
        line.status = ResponseStatus::Accepted;
    }
    OrderResponse {
        lines: List::try_from(lines).unwrap(),
        ..answer.body.clone()
    }
}

#[tokio::test]
async fn a_smaller_answer_that_is_confirmed_leaves_the_rest_for_others() {
    let mut cast = Cast::new(75).await;
    both_bid(
        &mut cast,
        Commitment::Indicative,
        ALL,
        &[(1, "300", "0.13")],
    )
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    bo_changes(&mut world, bo, deal, "700").await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Conditional);
    }
    let refused = world.orders(anna, deal, cleo, &[]).await.unwrap_err();
    assert_eq!(
        refused.reason(),
        Some(Reason::AlreadyAwarded),
        "nothing is decided yet"
    );
    let yes = anna_confirms(&world, (anna, bo), deal, true).await;
    world
        .says(anna, deal, Some(bo), Command::Respond(Box::new(yes)))
        .await
        .unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Concluded);
    }
    assert_eq!(awarded(&world.deal(anna, deal).await), ["700", "400"]);
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    world.accepts(cleo, deal).await.unwrap();
    world.settle().await;
    let seen = world.deal(anna, deal).await;
    assert_eq!(awarded(&seen), ["1000", "400"]);
    assert_eq!(request_phase(&seen), request::Phase::Awarded);
}

#[tokio::test]
async fn a_changed_answer_that_is_not_taken_leaves_the_bid_standing() {
    let mut cast = Cast::new(76).await;
    both_bid(&mut cast, Commitment::Indicative, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    bo_changes(&mut world, bo, deal, "700").await;
    let no = anna_confirms(&world, (anna, bo), deal, false).await;
    world
        .says(anna, deal, Some(bo), Command::Respond(Box::new(no)))
        .await
        .unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::BidStanding);
    }
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    world.accepts(cleo, deal).await.unwrap();
    world.settle().await;
    assert_eq!(awarded(&world.deal(anna, deal).await), ["1000", "400"]);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::NotChosen);
}

#[tokio::test]
async fn a_larger_answer_cannot_be_confirmed_beyond_what_was_asked() {
    let mut cast = Cast::new(77).await;
    both_bid(
        &mut cast,
        Commitment::Indicative,
        &[(1, "600", "0.12")],
        &[(1, "400", "0.12")],
    )
    .await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    world.accepts(cleo, deal).await.unwrap();
    world.settle().await;
    bo_changes(&mut world, bo, deal, "601").await;
    let before = world.everything(anna).await;
    let yes = anna_confirms(&world, (anna, bo), deal, true).await;
    let refused = world
        .says(anna, deal, Some(bo), Command::Respond(Box::new(yes)))
        .await;
    assert_eq!(
        refused.unwrap_err().reason(),
        Some(Reason::QuantityExceeded)
    );
    assert_eq!(world.everything(anna).await, before, "nothing has changed");
    let no = anna_confirms(&world, (anna, bo), deal, false).await;
    world
        .says(anna, deal, Some(bo), Command::Respond(Box::new(no)))
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(awarded(&world.deal(anna, deal).await), ["400", "0"]);
}

#[tokio::test]
async fn an_order_by_any_other_way_is_reserved_too() {
    let mut cast = Cast::new(78).await;
    both_bid(&mut cast, Commitment::Revocable, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    let order = world
        .dialogue(anna, deal, bo)
        .await
        .order
        .unwrap()
        .order()
        .clone();
    let bid = world
        .dialogue(anna, deal, cleo)
        .await
        .standing
        .unwrap()
        .document
        .id();
    let same = Box::new(opener_trade::document::Order { bid, ..order });
    let refused = world
        .says(anna, deal, Some(cleo), Command::Order(same))
        .await;
    assert_eq!(refused.unwrap_err().reason(), Some(Reason::AlreadyAwarded));
    world.settle().await;
    assert_eq!(awarded(&world.deal(anna, deal).await), ["1000", "400"]);
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::NotChosen);
}

#[tokio::test]
async fn a_request_that_is_called_off_is_off_for_everybody() {
    let mut cast = Cast::new(79).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let draft = cast.draft(cast.cleo, "0.13").await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.network().cut(anna, cleo);
    world.cancels(anna, deal).await.unwrap();
    world.run_for(minutes(1)).await;
    world.bids(cleo, deal, draft).await.unwrap();
    world.network().mend(anna, cleo);
    world.settle().await;
    for seller in [bo, cleo] {
        for actor in [anna, seller] {
            assert_eq!(world.phase(actor, deal, seller).await, Phase::Cancelled);
        }
        let told = world.inbox(seller).await;
        assert_eq!(
            told.iter()
                .filter(|kind| *kind == "request_cancelled")
                .count(),
            1
        );
    }
    assert_eq!(
        request_phase(&world.deal(anna, deal).await),
        request::Phase::Cancelled
    );
    assert!(world.orders(anna, deal, bo, &[]).await.is_err());
    assert!(world.cancels(anna, deal).await.is_err(), "once");
    world.run_for(hours(200)).await;
    assert_eq!(
        request_phase(&world.deal(anna, deal).await),
        request::Phase::Cancelled
    );
}

#[tokio::test]
async fn a_request_with_an_open_order_is_not_called_off_and_what_is_concluded_stays() {
    let mut cast = Cast::new(80).await;
    both_bid(&mut cast, Commitment::Indicative, ALL, ALL).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    world.settle().await;
    let refused = world.cancels(anna, deal).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::NotAllowed));
    world.accepts(bo, deal).await.unwrap();
    world.settle().await;
    world.cancels(anna, deal).await.unwrap();
    world.settle().await;
    let seen = world.deal(anna, deal).await;
    assert_eq!(request_phase(&seen), request::Phase::PartlyAwarded);
    assert_eq!(awarded(&seen), ["1000", "0"]);
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Concluded);
    }
    for actor in [anna, cleo] {
        assert_eq!(world.phase(actor, deal, cleo).await, Phase::Cancelled);
    }
}

//! Only the recipient's own signed receipt makes a document delivered, and only its own failure makes it refused.

use opener_negotiation::dialogue::Phase;
use opener_peer::{Attempt, DeliveryState};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{
    DealId, DocumentId, Kind, Reason,
    document::{Failure, Receipt, Stage},
    sign,
};

use crate::cast::Cast;

/// Anna's order for Bo, taken from the queue and not yet answered.
struct Scene {
    cast: Cast,
    mallory: Actor,
    order: DocumentId,
    attempt: Attempt,
}

async fn scene(seed: u64) -> Scene {
    let mut cast = Cast::new(seed).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let world = &mut cast.world;
    let mallory = world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    let order = world
        .orders(cast.anna, cast.deal, cast.bo, &[])
        .await
        .unwrap();
    let parcels = world
        .act(cast.anna, "sends what is due", async |engine, now| {
            engine.due(now, 16).await
        })
        .await
        .unwrap();
    let attempt = Attempt::from(&parcels[0]);
    assert_eq!((parcels.len(), attempt.document), (1, order));
    Scene {
        cast,
        mallory,
        order,
        attempt,
    }
}

/// Who signs, to whom, about which document.
fn receipt(
    world: &World,
    deal: DealId,
    (by, to): (Actor, Actor),
    document: DocumentId,
    stage: Stage,
) -> Vec<u8> {
    let (from, to, at) = (world.id(by), world.id(to), world.now());
    let receipt = Receipt {
        document,
        deal,
        from,
        to,
        stage,
        at,
    };
    sign(world.identity(by), receipt).unwrap().bytes().to_vec()
}

fn failure(
    world: &World,
    (by, to): (Actor, Actor),
    document: Option<DocumentId>,
    reason: Reason,
) -> Vec<u8> {
    let failure = Failure {
        document,
        from: world.id(by),
        to: world.id(to),
        reason,
        head: None,
        detail: papers::text("no"),
        at: world.now(),
    };
    sign(world.identity(by), failure).unwrap().bytes().to_vec()
}

/// Gives Anna each answer; none of them settles the delivery or the deal. The honest one then does.
async fn settles_nothing(scene: Scene, forged: Vec<(&str, Vec<u8>)>) {
    let Scene {
        cast,
        attempt,
        order,
        ..
    } = scene;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let before = world.dialogue(anna, deal, bo).await;
    for (what, bytes) in forged {
        world.section(what);
        world.answer(anna, attempt, &bytes).await;
        let row = world.delivery(anna, deal, bo, order).await;
        assert_eq!(row.state, DeliveryState::Queued, "{what}");
        assert_eq!(row.answered_at, None, "{what}");
        let after = world.dialogue(anna, deal, bo).await;
        assert_eq!(format!("{after:?}"), format!("{before:?}"), "{what}");
    }
    world.section("the honest answer");
    world.settle().await;
    assert_eq!(
        world.delivery(anna, deal, bo, order).await.state,
        DeliveryState::Received
    );
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
}

#[tokio::test]
async fn a_forged_receipt_does_not_deliver() {
    let scene = scene(101).await;
    let Cast {
        world,
        anna,
        bo,
        cleo,
        deal,
    } = &scene.cast;
    let (anna, bo, cleo, deal, mallory) = (*anna, *bo, *cleo, *deal, scene.mallory);
    let rfp = world.deal(anna, deal).await.rfp.id();
    let received = Stage::Received;
    let mut flipped = receipt(world, deal, (bo, anna), scene.order, received);
    *flipped.last_mut().unwrap() ^= 1;
    let forged = vec![
        (
            "signed by Mallory",
            receipt(world, deal, (mallory, anna), scene.order, received),
        ),
        (
            "signed by Cleo",
            receipt(world, deal, (cleo, anna), scene.order, received),
        ),
        (
            "for another document",
            receipt(world, deal, (bo, anna), rfp, received),
        ),
        (
            "for another recipient",
            receipt(world, deal, (bo, cleo), scene.order, received),
        ),
        (
            "read, not received",
            receipt(world, deal, (bo, anna), scene.order, Stage::Read),
        ),
        ("of another deal", {
            let other = DealId::from_bytes([1; 16]);
            receipt(world, other, (bo, anna), scene.order, received)
        }),
        ("with a broken signature", flipped),
        ("no document at all", b"received, thank you".to_vec()),
        ("nothing", vec![]),
        ("the order itself", {
            let order = world.newest(anna, deal, Kind::Order).await;
            order.document.bytes().to_vec()
        }),
    ];
    settles_nothing(scene, forged).await;
}

#[tokio::test]
async fn a_forged_failure_undoes_nothing() {
    let scene = scene(102).await;
    let Cast {
        world,
        anna,
        bo,
        cleo,
        deal,
    } = &scene.cast;
    let (anna, bo, cleo, mallory) = (*anna, *bo, *cleo, scene.mallory);
    let rfp = world.deal(anna, *deal).await.rfp.id();
    let order = Some(scene.order);
    let forged = vec![
        (
            "signed by Mallory",
            failure(world, (mallory, anna), order, Reason::NotAllowed),
        ),
        (
            "signed by Cleo",
            failure(world, (cleo, anna), order, Reason::Expired),
        ),
        (
            "about another document",
            failure(world, (bo, anna), Some(rfp), Reason::NotAllowed),
        ),
        (
            "for another sender",
            failure(world, (bo, cleo), order, Reason::NotAllowed),
        ),
    ];
    settles_nothing(scene, forged).await;
}

#[tokio::test]
async fn the_recipients_own_failure_undoes_the_document() {
    let scene = scene(103).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = scene.cast;
    let refused = failure(&world, (bo, anna), Some(scene.order), Reason::NotAllowed);
    world.answer(anna, scene.attempt, &refused).await;
    let row = world.delivery(anna, deal, bo, scene.order).await;
    assert_eq!(
        (row.state, row.reason),
        (DeliveryState::Refused, Some(Reason::NotAllowed))
    );
    let state = world.dialogue(anna, deal, bo).await;
    assert_eq!(state.phase, Phase::BidStanding);
    assert!(state.order.is_none());
    assert!(
        world
            .inbox(anna)
            .await
            .contains(&"document_refused".to_owned())
    );
}

#[tokio::test]
async fn a_failure_after_a_receipt_undoes_nothing() {
    let scene = scene(104).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = scene.cast;
    let received = receipt(&world, deal, (bo, anna), scene.order, Stage::Received);
    world.answer(anna, scene.attempt, &received).await;
    let before = world.everything(anna).await;
    let refused = failure(&world, (bo, anna), Some(scene.order), Reason::NotAllowed);
    world.answer(anna, scene.attempt, &refused).await;
    assert_eq!(world.everything(anna).await, before);
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
}

//! The kit itself.

use opener_trade::Duration;

use crate::{Crash, Disk, Network, World, papers};

/// A round with two sellers over a bad network, with a crash in the middle.
async fn story(seed: u64) -> World {
    let network = Network::new(seed)
        .latency(50..400)
        .loss(0.1)
        .duplicate(0.1)
        .reorder(3);
    let mut world = World::with(seed, network);
    let anna = world
        .join("Anna", papers::buyer("Anna's workshop"), Disk::File)
        .await;
    let bo = world
        .join("Bo", papers::seller("Bo's bolts"), Disk::Memory)
        .await;
    let cleo = world
        .join("Cleo", papers::seller("Cleo's screws"), Disk::Memory)
        .await;
    world.plan_crash(Crash {
        actor: anna,
        step: 9,
        down: Duration::from_secs(5),
    });
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.settle().await;
    world.section("both bid");
    for (seller, price) in [(bo, "0.12"), (cleo, "0.14")] {
        let bid = papers::bid(
            &world.deal(seller, deal).await.rfp,
            world.name(seller),
            price,
        );
        world.bids(seller, deal, bid).await.unwrap();
    }
    world.settle().await;
    world.section("Anna orders while her line is cut");
    world.network().cut(anna, bo);
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.run_for(Duration::from_secs(300)).await;
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    world
}

#[tokio::test]
async fn the_same_seed_tells_the_same_story() {
    let first = story(3).await.transcript();
    assert!(first.contains("Bo sends order-response"), "{first}");
    assert!(first.contains("Anna crashes"), "{first}");
    assert_eq!(first, story(3).await.transcript());
    assert_ne!(first, story(4).await.transcript());
}

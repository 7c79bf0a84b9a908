//! The list of deals, as each side reads it.

use std::sync::Arc;

use opener_peer::{Blobs, DealFilter, DealRow, Engine, ListedDeal, Store};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{DealId, Identity, document::DeclineReason, words::tokens};

use crate::cast::people;

async fn row(world: &World, actor: Actor) -> ListedDeal {
    let rows = world
        .engine(actor)
        .deals(&DealFilter::default(), 9, None)
        .await;
    rows.unwrap().remove(0)
}

fn counts(listed: &ListedDeal) -> (u32, u32, u32, u32) {
    let summary = &listed.row.summary;
    (
        summary.invited,
        summary.received,
        summary.bids,
        summary.declined,
    )
}

#[tokio::test]
async fn a_row_tells_whom_it_is_with_how_many_answered_and_what_is_best() {
    let mut world = World::new(41);
    let (anna, bo, cleo) = people(&mut world, Disk::Memory).await;
    let dora = world
        .join("Dora", papers::seller("Dora's depot"), Disk::Memory)
        .await;

    world.section("Anna asks three sellers; Dora's machine is off");
    world.kill(dora);
    let rfp = papers::rfp(world.now());
    let deadline = rfp.schedule.bid_deadline;
    let deal = world.sends(anna, rfp, &[bo, cleo, dora]).await.unwrap();
    world.settle().await;
    let listed = row(&world, anna).await;
    assert_eq!(counts(&listed), (3, 2, 0, 0));
    assert_eq!(listed.row.act_by, Some(deadline));
    assert_eq!(listed.row.summary.falls, "bidding_ends");
    let sold = row(&world, bo).await;
    assert_eq!(sold.row.summary.party, "Anna's workshop");
    assert_eq!((sold.unread, sold.row.needs_me), (1, true));

    world.section("Cleo bids lower than Bo, Dora comes back and declines");
    for (seller, price) in [(bo, "0.19"), (cleo, "0.15")] {
        let asked = world.deal(seller, deal).await.rfp;
        let bid = papers::bid(&asked, world.name(seller), price);
        world.bids(seller, deal, bid).await.unwrap();
    }
    world.restart(dora).await;
    world.meet(anna, dora).await;
    world.settle().await;
    world
        .declines(dora, deal, DeclineReason::NoStock)
        .await
        .unwrap();
    world.settle().await;
    let listed = row(&world, anna).await;
    assert_eq!(counts(&listed), (3, 3, 2, 1));
    assert!(listed.row.needs_me && !listed.row.summary.is_over);
    let leads = [cleo, bo, dora].map(|actor| world.id(actor));
    assert_eq!(listed.row.summary.leads, leads);
    assert_eq!(listed.row.summary.lead_state, "bid_standing");
    let own = row(&world, cleo).await.row.summary;
    assert_eq!((listed.row.summary.best, own.bids), (own.best, 1));
    assert!(own.best.is_some());

    world.section("Anna finds it by a word of the title and by who bid");
    for (asked, found) in [("bolt", 1), ("Cleo", 1), ("Dora", 0), ("tractor", 0)] {
        let filter = DealFilter {
            words: tokens(asked).into_iter().collect(),
            ..DealFilter::default()
        };
        let rows = world.engine(anna).deals(&filter, 9, None).await.unwrap();
        assert_eq!(rows.len(), found, "{asked}");
    }

    world.section("Dora's side is over, and nobody waits for her");
    let over = row(&world, dora).await;
    assert!(over.row.summary.is_over && !over.row.needs_me);
}

#[tokio::test]
async fn a_contract_waits_for_the_signature_of_either_side_and_is_over_with_both() {
    let mut world = World::new(43);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    world.settle().await;
    let asked = world.deal(bo, deal).await.rfp;
    let bid = papers::bid(&asked, "Bo's bolts", "0.19");
    world.bids(bo, deal, bid).await.unwrap();
    world.settle().await;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    let needs = async |world: &World, actor| {
        let row = row(world, actor).await.row;
        (row.needs_me, row.summary.is_over)
    };
    assert_eq!(needs(&world, anna).await, (true, false));
    world.signs(anna, deal, Some(bo)).await.unwrap();
    world.settle().await;
    assert_eq!(needs(&world, anna).await, (false, false), "Bo is to sign");
    assert_eq!(needs(&world, bo).await, (true, false));
    world.signs(bo, deal, None).await.unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(needs(&world, actor).await, (false, true));
    }
}

#[tokio::test]
async fn rows_of_an_earlier_version_are_written_again_from_the_journals() {
    let store = Arc::new(Store::in_memory().await.unwrap());
    let identity = Arc::new(Identity::from_seed([1; 32]));
    let now = World::new(42).now();
    let folder = tempfile::tempdir().unwrap();
    let files = Arc::new(Blobs::open(folder.path(), 0).unwrap());
    let mut engine = Engine::open(store.clone(), files.clone(), identity.clone())
        .await
        .unwrap();
    engine
        .set_profile(now, papers::buyer("Anna's workshop"))
        .await
        .unwrap();
    let sellers = [2, 3].map(|n| Identity::from_seed([n; 32]).peer_id());
    let deal = DealId::of_buyer(identity.peer_id(), [1; 6]);
    engine
        .send_rfp(now, deal, papers::rfp(now), &sellers)
        .await
        .unwrap();
    let before = engine.deals(&DealFilter::default(), 9, None).await.unwrap();
    assert_eq!(counts(&before[0]), (2, 0, 0, 0));
    drop(engine);

    let old = DealRow {
        summary: Default::default(),
        ..before[0].row.clone()
    };
    let mut tx = store.begin().await.unwrap();
    tx.upsert_deal(&old).await.unwrap();
    tx.remove_setting("projection").await.unwrap();
    tx.commit().await.unwrap();
    let engine = Engine::open(store, files, identity).await.unwrap();
    let after = engine.deals(&DealFilter::default(), 9, None).await.unwrap();
    assert_eq!(after, before);
}

//! What rings, and what is put off.

use opener_peer::{
    Event, NoticeId,
    alarm::{Alarms, Loudness, QuietHours},
};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{Category, Duration};

use crate::cast::people;

async fn set(world: &mut World, actor: Actor, alarms: Alarms) {
    let done = world.act(actor, "sets alarms", async |engine, _| {
        engine.set_alarms(alarms).await
    });
    done.await.unwrap();
}

/// The newest notice of an actor, and how loud it was.
async fn newest(world: &World, actor: Actor) -> (NoticeId, Loudness) {
    let notices = world.engine(actor).notices(false, 1).await.unwrap();
    (notices[0].id, notices[0].loud.into())
}

#[tokio::test]
async fn a_request_rings_unless_it_is_too_far_or_too_late_in_the_day() {
    let mut world = World::new(61);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    let ask = async |world: &mut World| {
        let rfp = papers::rfp(world.now());
        let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
        world.settle().await;
        deal
    };
    ask(&mut world).await;
    assert_eq!(newest(&world, bo).await.1, Loudness::Rings);

    world.section("Bo wants no requests at any minute but one");
    let minute = opener_peer::alarm::minute_of_day(world.clock(bo), 0);
    let quiet = QuietHours {
        from: minute,
        until: (minute + 1439) % 1440,
    };
    let night = Alarms {
        quiet: Some(quiet),
        ..Alarms::default()
    };
    set(&mut world, bo, night).await;
    ask(&mut world).await;
    assert_eq!(newest(&world, bo).await.1, Loudness::Silent);

    world.section("Bo wants requests from within 10 km, and no other goods than bolts");
    let bolts = |code: &str| Category {
        scheme: papers::text("CPV"),
        version: None,
        code: papers::text(code),
    };
    let near = Alarms {
        within_km: Some(10),
        categories: vec![bolts("44531000")].try_into().unwrap(),
        ..Alarms::default()
    };
    set(&mut world, bo, near).await;
    // About 11 km to the north.
    for (moved, code, loud) in [
        (0, "44531400", Loudness::Rings),
        (100_000, "44531400", Loudness::Silent),
        (0, "39113000", Loudness::Silent),
    ] {
        let mut rfp = papers::rfp(world.now());
        rfp.delivery.place.latitude_e6 = rfp.delivery.place.latitude_e6.map(|at| at + moved);
        let mut lines = rfp.lines.to_vec();
        lines[0].categories = vec![bolts(code)].try_into().unwrap();
        rfp.lines = lines.try_into().unwrap();
        world.sends(anna, rfp, &[bo]).await.unwrap();
        world.settle().await;
        assert_eq!(newest(&world, bo).await.1, loud, "{moved} {code}");
    }

    world.section("requests are shown without a sound");
    let shown = Alarms {
        kinds: [("request_arrived".to_owned(), Loudness::Shown)].into(),
        ..Alarms::default()
    };
    set(&mut world, bo, shown.clone()).await;
    ask(&mut world).await;
    assert_eq!(newest(&world, bo).await.1, Loudness::Shown);
    assert_eq!(*world.engine(bo).alarms(), shown);
}

#[tokio::test]
async fn what_is_put_off_rings_anew_until_it_is_seen() {
    let mut world = World::new(62);
    let (anna, bo, _) = people(&mut world, Disk::Memory).await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    world.settle().await;
    let (notice, _) = newest(&world, bo).await;
    let until = world.clock(bo).plus(Duration::from_secs(900));
    for wrong in [
        world.clock(bo),
        world.clock(bo).plus(Duration::from_secs(32 * 24 * 3600)),
    ] {
        let refused = world.act(bo, "puts off", async |engine, now| {
            engine.snooze(now, notice, Some(wrong)).await
        });
        assert!(refused.await.is_err());
    }
    let put_off = world.act(bo, "puts off", async |engine, now| {
        engine.snooze(now, notice, Some(until)).await
    });
    put_off.await.unwrap();
    let moments = world.engine(bo).moments().await.unwrap();
    assert_eq!(moments.notice, Some(until));
    let rings = world.act(bo, "a quarter of an hour passes", async |engine, _| {
        engine.take_events();
        engine.tick(until).await?;
        let rings = |event: &Event| {
            matches!(
                event,
                Event::Notice {
                    loudness: Loudness::Rings,
                    ..
                }
            )
        };
        Ok(engine
            .take_events()
            .iter()
            .filter(|event| rings(event))
            .count())
    });
    assert_eq!(rings.await.unwrap(), 1);

    world.section("Bo has seen everything about the deal");
    let seen = world.act(bo, "sees the deal", async |engine, now| {
        engine.acknowledge_deal(now, deal).await
    });
    seen.await.unwrap();
    let again = world.act(bo, "puts off what he has seen", async |engine, now| {
        let until = now.plus(Duration::from_secs(9000));
        engine.snooze(now, notice, Some(until)).await
    });
    assert!(again.await.is_err());
    assert!(world.engine(bo).notices(true, 9).await.unwrap().is_empty());
}

//! Anna calls Bo; Mallory and a broken wire try to.

use opener_negotiation::dialogue::Command;
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{
    CallId, Duration, Fingerprint, Reason,
    document::{CallEnd, CallEndReason, CallOffer},
};

use crate::{
    cast::{Cast, failure, minutes},
    mallory::{forge, header},
};

fn offer(n: u8) -> CallOffer {
    CallOffer {
        call: CallId::from_bytes([n; 16]),
        sdp: "v=0\n".parse().unwrap(),
        fingerprint: Fingerprint::from_bytes([n; 32]),
        renews: None,
    }
}

async fn rings(world: &World, actor: Actor) -> usize {
    let inbox = world.inbox(actor).await;
    inbox.iter().filter(|kind| *kind == "call_arrived").count()
}

#[tokio::test]
async fn a_call_rings_once_and_one_that_comes_too_late_is_missed() {
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = Cast::new(151).await;
    world.section("Anna calls Bo and hangs up");
    let call = Command::CallOffer(offer(1));
    world.says(anna, deal, Some(bo), call).await.unwrap();
    world.settle().await;
    assert_eq!(rings(&world, bo).await, 1);
    let end = |world: &World, n, reason| {
        Command::CallEnd(CallEnd {
            call: CallId::from_bytes([n; 16]),
            reason,
            connected_at: None,
            ended_at: world.now(),
        })
    };
    let over = end(&world, 1, CallEndReason::Cancelled);
    world.says(anna, deal, Some(bo), over).await.unwrap();
    world.settle().await;
    assert!(world.inbox(bo).await.contains(&"call_missed".to_owned()));

    world.section("Bo's machine is off while Anna calls again");
    world.kill(bo);
    let call = Command::CallOffer(offer(2));
    world.says(anna, deal, Some(bo), call).await.unwrap();
    let over = end(&world, 2, CallEndReason::NoAnswer);
    world.says(anna, deal, Some(bo), over).await.unwrap();
    world.run_for(minutes(30)).await;
    world.restart(bo).await;
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(
        rings(&world, bo).await,
        1,
        "it does not ring after the fact"
    );
    let missed = world.inbox(bo).await;
    assert_eq!(
        missed.iter().filter(|kind| *kind == "call_missed").count(),
        2
    );
}

#[tokio::test]
async fn a_changed_offer_and_one_of_another_dialogue_ring_nowhere() {
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = Cast::new(152).await;
    let mallory = world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    let place = header(&world, deal, (anna, bo), (1, None));
    let honest = forge(&world, anna, place, offer(3));

    world.section("every changed byte breaks the signature");
    let step = (honest.bytes().len() / 100).max(1);
    for at in (0..honest.bytes().len()).step_by(step) {
        let mut changed = honest.bytes().to_vec();
        changed[at] ^= 1;
        let answer = world.hand(anna, bo, &changed).await;
        assert!(failure(&answer).is_some(), "byte {at}");
        world.run_for(Duration::from_secs(1)).await;
    }

    world.section("signed by somebody else, for somebody else, or in a deal of others");
    for n in 0..100 {
        let other = [cleo, mallory][usize::from(n % 2)];
        let place = header(&world, deal, (other, bo), (1, None));
        let forged = forge(&world, other, place, offer(n));
        let answer = world.hand(other, bo, forged.bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::NotInvited), "{n}");
        let answer = world.hand(other, bo, honest.bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::NotInvited), "{n}");
        let place = header(&world, deal, (anna, cleo), (1, None));
        let astray = forge(&world, anna, place, offer(n));
        let answer = world.hand(anna, bo, astray.bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::WrongRecipient), "{n}");
        world.run_for(minutes(1)).await;
    }
    assert_eq!(rings(&world, bo).await, 0);
    let place = header(&world, deal, (anna, bo), (1, None));
    let honest = forge(&world, anna, place, offer(3));
    let answer = world.hand(anna, bo, honest.bytes()).await;
    assert_eq!(failure(&answer), None);
    assert_eq!(rings(&world, bo).await, 1, "the honest one rings");
}

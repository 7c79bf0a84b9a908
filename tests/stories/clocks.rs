//! Wrong clocks, clocks that jump, laptops that sleep: what Anna's clock receipted in time is not dropped, and nothing
//! that came too late by it stands unless a stamp proves it.

use std::collections::BTreeMap;

use opener_negotiation::dialogue::State;
use opener_peer::ClockState;
use opener_sim::{Actor, World};
use opener_trade::{DocumentId, Duration, Kind, Opened, Timestamp, document::Commitment};

use crate::cast::{Cast, hours, minutes, receipt};

/// Seeds whose stories are told.
const SEEDS: std::ops::Range<u64> = 500..524;
/// Things that happen in one story.
const STEPS: usize = 30;

/// A simple generator: what happens follows from the seed.
struct Dice(u64);

impl Dice {
    /// One of so many, by the generator of Steele, Lea and Flood (SplitMix64).
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let sides = u64::try_from(to - from + 1).unwrap();
        from + i64::try_from(self.throw(sides)).unwrap()
    }
}

/// The moments at which Anna's program receipted the bids of a seller.
async fn receipted(cast: &Cast, seller: Actor) -> BTreeMap<DocumentId, Timestamp> {
    let records = cast.world.records(cast.anna, cast.deal).await;
    let bids = records.into_iter().filter(|record| {
        record.document.kind() == Some(Kind::Bid)
            && record.document.signer() == cast.world.id(seller)
            && record.void.is_none()
    });
    bids.map(|record| {
        let own = record.receipts.iter().map(|bytes| receipt(bytes));
        let own = own.filter(|receipt| receipt.from == cast.world.id(cast.anna));
        (record.document.id(), own.map(|it| it.at).min().unwrap())
    })
    .collect()
}

async fn tell(seed: u64) -> Cast {
    let mut dice = Dice(seed);
    let mut world = World::new(seed);
    let directory = world.open_directory();
    let named = dice.throw(2) == 0;
    let mut cast = Cast::asking(world, |rfp| {
        rfp.schedule.award_by = rfp.schedule.award_by.plus(hours(96));
        if named {
            rfp.stamps = vec![directory].try_into().unwrap();
        }
    })
    .await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    for actor in [anna, bo, cleo] {
        cast.world.set_directories(actor, vec![directory]);
        let ahead = minutes(dice.between(-10, 10));
        cast.world.set_clock(actor, ahead).await;
    }
    let schedule = cast.world.deal(anna, deal).await.rfp.body.schedule;
    let near = schedule.bid_deadline.plus(minutes(-25));
    cast.world.run_until(near).await;
    if dice.throw(2) == 0 {
        cast.world.network().cut(anna, bo);
    }
    let first = cast.draft(bo, "0.41").await;
    cast.world.bids(bo, deal, first).await.unwrap();
    for _ in 0..STEPS {
        let actor = [anna, bo, cleo][dice.throw(3) as usize];
        let seller = [bo, cleo][dice.throw(2) as usize];
        match dice.throw(9) {
            0 => {
                let ahead = minutes(dice.between(-10, 10));
                cast.world.set_clock(actor, ahead).await;
            }
            1 if cast.world.is_up(actor) => {
                let length = [minutes(20), hours(48)][usize::from(dice.throw(8) == 0)];
                cast.world.sleep(actor, length);
            }
            2 => cast.world.network().cut(anna, seller),
            3 => cast.world.network().mend(anna, seller),
            4 => cast.world.reach_directory(dice.throw(2) == 0),
            5..=7 if cast.world.is_up(seller) => {
                let price = format!("0.{}", dice.between(10, 40));
                let mut bid = cast.draft(seller, &price).await;
                bid.commitment = match dice.throw(3) {
                    0 => Commitment::Indicative,
                    1 => Commitment::Revocable,
                    _ => bid.commitment,
                };
                // A firm bid may refuse a worse one.
                let _ = cast.world.bids(seller, deal, bid).await;
            }
            _ => {}
        }
        let pass = Duration::from_secs(dice.between(1, 600));
        cast.world.run_for(pass).await;
    }
    cast.world.section("everybody is there again");
    cast.world.run_for(hours(50)).await;
    for seller in [bo, cleo] {
        cast.world.network().mend(anna, seller);
    }
    for seller in [bo, cleo] {
        if cast.world.is_up(anna) && cast.world.is_up(seller) {
            cast.world.meet(anna, seller).await;
        }
    }
    cast.world.run_for(minutes(20)).await;
    cast
}

fn id(offer: &Option<opener_negotiation::dialogue::Offer>) -> Option<DocumentId> {
    offer.as_ref().map(|offer| offer.id())
}

/// What must hold at Anna, and agree at the seller.
async fn judge(cast: &Cast, seller: Actor) {
    let deadline = cast.world.deal(cast.anna, cast.deal).await;
    let deadline = deadline.rfp.body.schedule.bid_deadline;
    let state: State = cast.world.dialogue(cast.anna, cast.deal, seller).await;
    let receipted = receipted(cast, seller).await;
    let in_time = |bid: &DocumentId, at: Timestamp| {
        let offers = state.superseded.iter().chain(&state.standing);
        let mut offers = offers.chain(&state.late);
        let stamped = offers
            .find(|offer| offer.id() == *bid)
            .and_then(|offer| offer.stamped_at);
        at <= deadline || stamped.is_some_and(|at| at <= deadline)
    };
    if let Some(standing) = id(&state.standing) {
        assert!(in_time(&standing, receipted[&standing]), "accepted late");
    }
    let records = cast.world.records(cast.anna, cast.deal).await;
    let newest = records
        .iter()
        .rev()
        .find_map(|record| match &*record.document {
            Opened::Bid(bid) => receipted
                .get(&bid.id())
                .filter(|at| in_time(&bid.id(), **at))
                .map(|_| bid.id()),
            _ => None,
        });
    assert_eq!(id(&state.standing), newest, "a receipted bid was dropped");
    let theirs = cast.world.dialogue(seller, cast.deal, seller).await;
    assert_eq!(id(&state.standing), id(&theirs.standing));
    assert_eq!(id(&state.late), id(&theirs.late));
    assert_eq!(state.phase, theirs.phase);
}

#[tokio::test]
async fn whatever_the_clocks_do_receipted_bids_count_and_late_ones_do_not() {
    let (mut stood, mut late, mut proved) = (0, 0, 0);
    for seed in SEEDS {
        let cast = tell(seed).await;
        for seller in [cast.bo, cast.cleo] {
            judge(&cast, seller).await;
            let state = cast.world.dialogue(cast.anna, cast.deal, seller).await;
            stood += usize::from(state.standing.is_some());
            late += usize::from(state.late.is_some());
            let stamped = state
                .standing
                .filter(|offer| offer.received_at > offer.stamped_at.unwrap_or(Timestamp::LATEST));
            proved += usize::from(stamped.is_some());
        }
    }
    assert!(
        stood > 5 && late > 3 && proved > 0,
        "{stood} {late} {proved}"
    );
}

#[tokio::test]
async fn receipts_of_three_peers_tell_a_program_that_its_clock_is_wrong() {
    let mut cast = Cast::new(530).await;
    let (anna, bo, cleo) = (cast.anna, cast.bo, cast.cleo);
    let dora = cast
        .world
        .join(
            "Dora",
            opener_sim::papers::seller("Dora's nuts"),
            opener_sim::Disk::Memory,
        )
        .await;
    cast.world.set_clock(anna, minutes(-2)).await;
    let rfp = opener_sim::papers::rfp(cast.world.now());
    cast.world
        .sends(anna, rfp.clone(), &[bo, cleo])
        .await
        .unwrap();
    cast.world.settle().await;
    let state = cast.world.engine(anna).clock().1;
    assert_eq!(state, ClockState::Unknown, "two peers say nothing");
    cast.world
        .sends(anna, rfp.clone(), &[bo, cleo, dora])
        .await
        .unwrap();
    cast.world.settle().await;
    let (skew, state) = cast.world.engine(anna).clock();
    assert_eq!(state, ClockState::Doubtful);
    assert!(
        (119_000..=121_000).contains(&skew.unwrap().millis()),
        "{skew:?}"
    );
    let refused = cast.world.sends(anna, rfp, &[bo]).await.unwrap_err();
    assert!(matches!(
        refused,
        opener_sim::Halt::Refused(opener_peer::PeerError::ClockSkew(_))
    ));
}

//! A directory's stamp proves a bid whose receipt came too late.

use opener_negotiation::dialogue::{Command, Phase};
use opener_sim::{Crash, World, papers};
use opener_trade::{
    DocumentId, Identity, Kind, PeerId, Reason, Timestamp,
    document::{Commitment, Document, Header, Stamp, TimeProof},
    sign,
};

use crate::cast::{Cast, failure, hours, minutes};

/// All use one directory, and the request prints it. Then it is so many minutes before the deadline.
async fn near_the_deadline(seed: u64, left: i64) -> (Cast, Timestamp) {
    let mut world = World::new(seed);
    let directory = world.open_directory();
    let mut cast = Cast::asking(world, |rfp| {
        rfp.stamps = vec![directory].try_into().unwrap();
    })
    .await;
    for actor in [cast.anna, cast.bo, cast.cleo] {
        cast.world.set_directories(actor, vec![directory]);
    }
    let rfp = cast.world.deal(cast.anna, cast.deal).await.rfp;
    let deadline = rfp.body.schedule.bid_deadline;
    cast.world.run_until(deadline.plus(minutes(-left))).await;
    (cast, deadline)
}

/// Bo bids while Anna cannot be reached, and reaches her only after the deadline.
async fn bids_into_silence(cast: &mut Cast, deadline: Timestamp) -> DocumentId {
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.network().cut(anna, bo);
    let mut bid = cast.draft(bo, "0.14").await;
    bid.commitment = Commitment::Revocable;
    let bid = cast.world.bids(bo, deal, bid).await.unwrap();
    cast.world.run_until(deadline.plus(minutes(30))).await;
    bid
}

async fn mends(cast: &mut Cast) {
    let (anna, bo) = (cast.anna, cast.bo);
    cast.world.network().mend(anna, bo);
    cast.world.meet(anna, bo).await;
    cast.world.settle().await;
}

async fn phases(cast: &Cast) -> [Phase; 2] {
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    [
        cast.world.phase(anna, deal, bo).await,
        cast.world.phase(bo, deal, bo).await,
    ]
}

#[tokio::test]
async fn a_bid_that_a_directory_saw_in_time_stands_although_it_arrives_late() {
    for left in [1, 60] {
        let (mut cast, deadline) = near_the_deadline(91, left).await;
        let bid = bids_into_silence(&mut cast, deadline).await;
        mends(&mut cast).await;
        assert_eq!(
            phases(&cast).await,
            [Phase::BidStanding; 2],
            "{left} min left"
        );
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        let state = cast.world.dialogue(anna, deal, bo).await;
        let standing = state.standing.unwrap();
        assert_eq!(standing.id(), bid);
        assert!(standing.received_at > deadline);
        assert!(standing.stamped_at.unwrap() <= deadline);
        let told = cast.world.inbox(anna).await;
        assert!(told.contains(&"late_bid_proved".to_owned()), "{told:?}");
        for actor in [anna, bo] {
            cast.world.restart(actor).await;
        }
        cast.world.orders(anna, deal, bo, &[]).await.unwrap();
        cast.world.settle().await;
        assert_eq!(phases(&cast).await, [Phase::Concluded; 2]);
    }
}

#[tokio::test]
async fn a_bid_with_a_receipt_in_time_asks_no_directory() {
    let (mut cast, _) = near_the_deadline(92, 60).await;
    let bo = cast.bo;
    cast.bid(bo, "0.14", |_| {}).await;
    cast.world.run_for(hours(2)).await;
    assert!(!cast.world.transcript().contains("asks the directory"));
    let records = cast.world.records(bo, cast.deal).await;
    let proofs = records
        .iter()
        .filter(|it| it.document.kind() == Some(Kind::TimeProof));
    assert_eq!(proofs.count(), 0);
}

#[tokio::test]
async fn a_bid_made_too_late_is_late_whatever_the_directory_stamps() {
    let (mut cast, deadline) = near_the_deadline(93, 1).await;
    cast.world.run_until(deadline.plus(minutes(1))).await;
    let bid = bids_into_silence(&mut cast, deadline).await;
    mends(&mut cast).await;
    assert_eq!(phases(&cast).await, [Phase::BidLate; 2]);
    let state = cast.world.dialogue(cast.anna, cast.deal, cast.bo).await;
    assert_eq!(state.late.unwrap().id(), bid);
}

#[tokio::test]
async fn without_a_directory_a_late_bid_is_late() {
    let (mut cast, deadline) = near_the_deadline(94, 30).await;
    cast.world.reach_directory(false);
    bids_into_silence(&mut cast, deadline).await;
    cast.world.reach_directory(true);
    mends(&mut cast).await;
    assert_eq!(phases(&cast).await, [Phase::BidLate; 2]);
}

#[tokio::test]
async fn the_wish_for_a_stamp_outlives_a_crash_and_a_directory_that_comes_back() {
    for step in 0..12 {
        let (mut cast, deadline) = near_the_deadline(95, 30).await;
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        cast.world.network().cut(anna, bo);
        cast.world.reach_directory(false);
        let mut bid = cast.draft(bo, "0.14").await;
        bid.commitment = Commitment::Revocable;
        cast.world.bids(bo, deal, bid).await.unwrap();
        cast.world.run_until(deadline.plus(minutes(-9))).await;
        cast.world.plan_crash(Crash {
            actor: bo,
            step: cast.world.steps(bo) + step,
            down: minutes(1),
        });
        cast.world.reach_directory(true);
        cast.world.run_until(deadline.plus(minutes(30))).await;
        mends(&mut cast).await;
        assert_eq!(phases(&cast).await, [Phase::BidStanding; 2], "step {step}");
    }
}

#[tokio::test]
async fn after_the_award_a_proof_is_kept_and_changes_nothing() {
    let (mut cast, deadline) = near_the_deadline(96, 30).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.bid(cleo, "0.20", |_| {}).await;
    bids_into_silence(&mut cast, deadline).await;
    cast.world.orders(anna, deal, cleo, &[]).await.unwrap();
    cast.world.run_for(minutes(1)).await;
    assert_eq!(cast.world.phase(anna, deal, cleo).await, Phase::Concluded);
    mends(&mut cast).await;
    let [annas, bos] = phases(&cast).await;
    assert!(
        annas != Phase::BidStanding && bos != Phase::BidStanding,
        "{annas:?} {bos:?}"
    );
    let request = cast.world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.awards.len(), 1);
    assert!(cast.world.orders(anna, deal, bo, &[]).await.is_err());
}

#[tokio::test]
async fn a_last_bid_is_proved_by_the_last_rounds_deadline() {
    let (mut cast, _) = near_the_deadline(97, 60).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.bid(bo, "0.15", |bid| bid.commitment = Commitment::Revocable)
        .await;
    cast.world.run_for(hours(2)).await;
    let deadline = cast.world.now().plus(hours(1));
    let asked = opener_peer::LastBids {
        sellers: vec![cast.world.id(bo)],
        deadline,
        award_by: None,
        remark: Default::default(),
    };
    let ask = async |engine: &mut opener_peer::Engine, now| {
        engine.ask_last_bids(now, deal, asked.clone()).await
    };
    cast.world
        .act(anna, "asks for the last bid", ask)
        .await
        .unwrap();
    cast.world.settle().await;
    let last = bids_into_silence(&mut cast, deadline).await;
    mends(&mut cast).await;
    for actor in [anna, bo] {
        let state = cast.world.dialogue(actor, deal, bo).await;
        assert_eq!(state.standing.unwrap().id(), last);
    }
}

/// A proof as Bo's program would not write it, for a bid of his that is late and not proved.
async fn proof(cast: &Cast, bid: DocumentId, stamp: &[u8]) -> Vec<u8> {
    let last = cast.world.newest(cast.bo, cast.deal, Kind::Bid).await;
    let before = last.document.header().unwrap().clone();
    let header = Header {
        seq: before.seq + 1,
        previous: Some(last.document.id()),
        issued_at: cast.world.now(),
        ..before
    };
    let body = TimeProof {
        document: bid,
        stamp: stamp.to_vec().into(),
    };
    let signed = sign(cast.world.identity(cast.bo), Document { header, body });
    signed.unwrap().bytes().to_vec()
}

#[tokio::test]
async fn mallorys_stamps_prove_nothing() {
    let mallory = Identity::from_seed([66; 32]);
    for (attack, why) in [
        ("by a directory that nobody named", Reason::NotAllowed),
        ("forged in the directory's name", Reason::BadSignature),
        ("of another document", Reason::Malformed),
        (
            "of another document, said to be that one's",
            Reason::NotAllowed,
        ),
    ] {
        let (mut cast, deadline) = near_the_deadline(98, 30).await;
        cast.world.section(attack);
        cast.world.reach_directory(false);
        let bid = bids_into_silence(&mut cast, deadline).await;
        mends(&mut cast).await;
        assert_eq!(phases(&cast).await, [Phase::BidLate; 2]);
        let in_time = deadline.plus(minutes(-1));
        let other = cast.world.deal(cast.anna, cast.deal).await.rfp.id();
        let own = |by: PeerId| Stamp {
            from: by,
            hash: bid,
            at: in_time,
        };
        let (named, stamp) = match attack {
            "by a directory that nobody named" => {
                let signed = sign(&mallory, own(mallory.peer_id())).unwrap();
                (bid, signed.bytes().to_vec())
            }
            "forged in the directory's name" => {
                let mut bytes = cast.world.stamp(bid, deadline.plus(minutes(5))).to_vec();
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                (bid, bytes)
            }
            "of another document" => (bid, cast.world.stamp(other, in_time).to_vec()),
            _ => (other, cast.world.stamp(other, in_time).to_vec()),
        };
        let bytes = proof(&cast, named, &stamp).await;
        let answer = cast.world.hand(cast.bo, cast.anna, &bytes).await;
        assert_eq!(failure(&answer), Some(why), "{attack}");
        let phase = cast.world.phase(cast.anna, cast.deal, cast.bo).await;
        assert_eq!(phase, Phase::BidLate, "{attack}");
    }
}

#[tokio::test]
async fn a_stamp_that_was_not_asked_for_or_lies_about_its_signer_is_passed_over() {
    let (mut cast, deadline) = near_the_deadline(99, 30).await;
    let (bo, deal) = (cast.bo, cast.deal);
    cast.world.reach_directory(false);
    let bid = bids_into_silence(&mut cast, deadline).await;
    let stranger = Identity::from_seed([67; 32]);
    let directory = cast.world.deal(bo, deal).await.rfp.body.stamps[0];
    let forged = Stamp {
        from: stranger.peer_id(),
        hash: bid,
        at: deadline,
    };
    let forged = sign(&stranger, forged).unwrap().bytes().clone();
    let unknown = cast.world.stamp(DocumentId::from_bytes([9; 32]), deadline);
    for bytes in [forged, unknown, b"no stamp at all".as_slice().into()] {
        let takes = async |engine: &mut opener_peer::Engine, now| {
            engine.stamped(now, directory, &bytes).await
        };
        cast.world
            .act(bo, "gets a strange stamp", takes)
            .await
            .unwrap();
    }
    let records = cast.world.records(bo, deal).await;
    let proofs = records
        .iter()
        .filter(|it| it.document.kind() == Some(Kind::TimeProof));
    assert_eq!(proofs.count(), 0);
    mends(&mut cast).await;
    assert_eq!(phases(&cast).await, [Phase::BidLate; 2]);
    let intent = cast.world.says(bo, deal, None, Command::Intent).await;
    assert!(intent.is_err());
    assert!(papers::DEADLINE > hours(1));
}

#[tokio::test]
async fn a_request_prints_the_directories_of_its_buyer() {
    let mut world = World::new(100);
    let directory = world.open_directory();
    let (anna, bo, _) = crate::cast::people(&mut world, opener_sim::Disk::Memory).await;
    world.set_directories(anna, vec![directory]);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo]).await.unwrap();
    world.settle().await;
    let printed = world.deal(bo, deal).await.rfp.body.stamps.to_vec();
    assert_eq!(printed, [directory]);
}

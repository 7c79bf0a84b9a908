//! Attached files: they travel when somebody asks, and are there when all of them is.

use std::{cell::Cell, rc::Rc};

use opener_negotiation::dialogue::Command;
use opener_peer::{AttachedFile, AttachmentState, MAX_FETCHES, PeerError};
use opener_sim::{Actor, Crash, Disk, Halt, Leg, Network, World, papers};
use opener_trade::{
    DealId, Duration, Reason,
    document::{Attachment, Attachments, Chat},
    limits::{ATTACHMENTS, BLOB_CHUNK_BYTES, MAX_ATTACHMENT_BYTES},
};

use crate::cast::{Cast, hours, people};

/// Bytes of which no two pieces are alike.
pub fn bytes(len: usize) -> Vec<u8> {
    let mut random = 0x9e37_79b9_u32;
    let next = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A list of files.
pub fn list(files: Vec<Attachment>) -> Attachments {
    files.try_into().unwrap()
}

/// Anna's request names a file, and has reached Bo and Cleo.
pub async fn asking(mut world: World, disk: Disk, file: &[u8]) -> Cast {
    let (anna, bo, cleo) = people(&mut world, disk).await;
    let drawing = world.adds(anna, "drawing.pdf", file).await.unwrap();
    let mut rfp = papers::rfp(world.now());
    rfp.attachments = list(vec![drawing]);
    let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
    world.settle().await;
    Cast {
        world,
        anna,
        bo,
        cleo,
        deal,
    }
}

/// Text with files.
pub async fn chats(
    world: &mut World,
    from: Actor,
    deal: DealId,
    to: Option<Actor>,
    files: Vec<Attachment>,
) -> Result<(), Halt> {
    let chat = Chat {
        text: papers::text("see here"),
        attachments: list(files),
    };
    world.says(from, deal, to, Command::Chat(chat)).await?;
    world.settle().await;
    Ok(())
}

/// The only file of a deal.
pub async fn only_file(world: &World, actor: Actor, deal: DealId) -> AttachedFile {
    let mut files = world.files(actor, deal).await;
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// Counts the requests for pieces from now on.
fn count_pieces(world: &mut World) -> Rc<Cell<usize>> {
    let count = Rc::new(Cell::new(0));
    let seen = count.clone();
    world.tamper(move |letter| {
        seen.set(seen.get() + usize::from(letter.leg == Leg::AskPiece));
        Some(letter.bytes.clone())
    });
    count
}

const PIECE: usize = BLOB_CHUNK_BYTES as usize;
const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn files_travel_with_the_request_the_bid_and_the_talk_when_they_are_asked_for() {
    let drawing = bytes(2 * PIECE + 7);
    let mut cast = asking(World::new(301), Disk::Memory, &drawing).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let asked = count_pieces(&mut cast.world);
    let file = only_file(&cast.world, bo, deal).await;
    assert_eq!(
        (file.state, file.mine),
        (AttachmentState::NotFetched, false)
    );
    assert_eq!(file.name, "drawing.pdf");
    cast.world.run_for(hours(1)).await;
    assert_eq!(asked.get(), 0, "nothing travels unless it is asked for");

    cast.world.section("Bo wants the drawing");
    cast.world.fetches(bo, &file).await.unwrap();
    cast.world.settle().await;
    assert_eq!(asked.get(), 3);
    assert_eq!(
        only_file(&cast.world, bo, deal).await.state,
        AttachmentState::Here
    );
    assert_eq!(cast.world.file_on_disk(bo, file.sha256), Some(drawing));
    cast.world.fetches(bo, &file).await.unwrap();
    cast.world.settle().await;
    assert_eq!(asked.get(), 3, "it is here");

    cast.world
        .section("Bo's bid names a data sheet, and so does a word of Anna's");
    let sheet = cast
        .world
        .adds(bo, "sheet.pdf", b"grade 8.8")
        .await
        .unwrap();
    cast.bid(bo, "0.14", |bid| {
        bid.attachments = list(vec![sheet.clone()])
    })
    .await;
    let photo = cast.world.adds(anna, "site.jpg", b"a photo").await.unwrap();
    chats(&mut cast.world, anna, deal, Some(bo), vec![photo])
        .await
        .unwrap();
    for (actor, name) in [(anna, "sheet.pdf"), (bo, "site.jpg")] {
        let files = cast.world.files(actor, deal).await;
        let file = files.iter().find(|file| file.name == name).unwrap();
        assert_eq!(file.state, AttachmentState::NotFetched);
        cast.world.fetches(actor, file).await.unwrap();
    }
    cast.world.settle().await;
    for actor in [anna, bo] {
        let states = cast.world.file_states(actor, deal).await;
        assert_eq!(
            states,
            [AttachmentState::Here; 3],
            "her own, his own and theirs"
        );
    }
    let kept = cast.world.file_on_disk(anna, sheet.sha256);
    assert_eq!(kept.as_deref(), Some(b"grade 8.8".as_slice()));
}

#[tokio::test]
async fn a_document_names_only_files_that_are_here() {
    let mut cast = Cast::new(302).await;
    let (bo, deal) = (cast.bo, cast.deal);
    let here = cast.world.adds(bo, "a.pdf", b"here").await.unwrap();
    let gone = Attachment {
        sha256: "ab".repeat(32).parse().unwrap(),
        ..here.clone()
    };
    let longer = Attachment {
        size: here.size + 1,
        ..here.clone()
    };
    for wrong in [gone, longer] {
        let before = cast.world.everything(bo).await;
        let refused = chats(&mut cast.world, bo, deal, None, vec![wrong.clone()]).await;
        assert_eq!(
            refused.unwrap_err().reason(),
            Some(Reason::AttachmentMissing)
        );
        let mut bid = cast.draft(bo, "0.14").await;
        bid.attachments = list(vec![here.clone(), wrong]);
        let refused = cast.world.bids(bo, deal, bid).await.unwrap_err();
        assert_eq!(refused.reason(), Some(Reason::AttachmentMissing));
        assert_eq!(cast.world.everything(bo).await, before, "nothing is said");
    }
    chats(&mut cast.world, bo, deal, None, vec![here])
        .await
        .unwrap();
}

#[tokio::test]
async fn an_empty_file_and_one_byte_too_many_are_not_added() {
    let mut cast = Cast::new(303).await;
    let empty = cast.world.adds(cast.bo, "empty", b"").await.unwrap_err();
    assert!(matches!(empty, Halt::Refused(PeerError::EmptyFile)));
    let limit = usize::try_from(MAX_ATTACHMENT_BYTES).unwrap();
    let large = cast.world.adds(cast.bo, "film", &vec![0; limit + 1]).await;
    assert!(
        matches!(large, Err(Halt::Refused(PeerError::FileTooLarge(size))) if size == MAX_ATTACHMENT_BYTES + 1)
    );
    let largest = cast.world.adds(cast.bo, "plans", &vec![0; limit]).await;
    assert_eq!(largest.unwrap().size, MAX_ATTACHMENT_BYTES);
}

#[tokio::test]
async fn a_fetch_outlives_the_holders_absence_and_a_crash_and_goes_on_where_it_was() {
    let drawing = bytes(10 * MIB);
    let mut cast = asking(World::new(304), Disk::File, &drawing).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let asked = count_pieces(world);
    let file = only_file(world, bo, deal).await;

    world.section("Anna's line breaks in the middle");
    world.fetches(bo, &file).await.unwrap();
    while asked.get() < 13 {
        world.run_for(Duration::from_millis(5)).await;
    }
    world.network().cut(anna, bo);
    world.settle().await;
    let AttachmentState::Fetching { have } = only_file(world, bo, deal).await.state else {
        panic!("it is on its way")
    };
    assert!(have >= 6 * MIB as u64 && have < 7 * MIB as u64, "{have}");
    assert!(
        world.file_on_disk(bo, file.sha256).is_none(),
        "not whole, not there"
    );

    world.section("Bo's computer loses power; what is surely on disk is four MiB");
    world.kill(bo);
    world.restart(bo).await;
    let at_start = only_file(world, bo, deal).await.state;
    assert_eq!(
        at_start,
        AttachmentState::Fetching {
            have: 4 * MIB as u64
        }
    );

    world.section("Anna is back");
    let before = asked.get();
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(asked.get() - before, 12, "the six MiB that are left");
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Here
    );
    assert_eq!(world.file_on_disk(bo, file.sha256), Some(drawing));
}

#[tokio::test]
async fn a_bad_network_only_makes_it_slower() {
    let network = Network::new(305)
        .latency(50..400)
        .loss(0.1)
        .duplicate(0.2)
        .reorder(3);
    let drawing = bytes(3 * MIB + 1);
    let mut cast = asking(World::with(305, network), Disk::Memory, &drawing).await;
    cast.world.run_for(hours(1)).await;
    for seller in [cast.bo, cast.cleo] {
        let file = only_file(&cast.world, seller, cast.deal).await;
        cast.world.fetches(seller, &file).await.unwrap();
    }
    cast.world.run_for(hours(1)).await;
    for seller in [cast.bo, cast.cleo] {
        let file = only_file(&cast.world, seller, cast.deal).await;
        assert_eq!(file.state, AttachmentState::Here);
        let kept = cast.world.file_on_disk(seller, file.sha256);
        assert!(kept.as_deref() == Some(&drawing));
    }
}

#[tokio::test]
async fn fetcher_and_holder_may_crash_at_every_step() {
    let drawing = bytes(2 * PIECE + 1);
    let mut crashed = 0;
    for holder in [false, true] {
        for step in 0.. {
            let mut cast = asking(World::new(306), Disk::Memory, &drawing).await;
            let world = &mut cast.world;
            let actor = if holder { cast.anna } else { cast.bo };
            let file = only_file(world, cast.bo, cast.deal).await;
            world.fetches(cast.bo, &file).await.unwrap();
            let step = world.steps(actor) + step;
            world.plan_crash(Crash {
                actor,
                step,
                down: Duration::from_secs(5),
            });
            world.settle().await;
            if world.crash_is_planned() {
                break;
            }
            crashed += 1;
            assert_eq!(
                only_file(world, cast.bo, cast.deal).await.state,
                AttachmentState::Here
            );
            let kept = world.file_on_disk(cast.bo, file.sha256);
            assert!(kept.as_deref() == Some(&drawing), "step {step}");
        }
    }
    assert!(crashed >= 10, "{crashed}");
}

#[tokio::test]
async fn a_file_that_is_not_wanted_any_more_leaves_nothing_and_can_be_wanted_again() {
    let drawing = bytes(2 * PIECE);
    let mut cast = asking(World::new(307), Disk::Memory, &drawing).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, bo, deal).await;
    let asked = count_pieces(world);
    world.fetches(bo, &file).await.unwrap();
    while asked.get() < 2 {
        world.run_for(Duration::from_millis(1)).await;
    }
    world.network().cut(anna, bo);
    let stop = async |world: &mut World| {
        world
            .act(bo, "does not want it", async |engine, _| {
                engine.stop_fetch(file.document, file.sha256).await
            })
            .await
    };
    stop(world).await.unwrap();
    assert!(matches!(
        stop(world).await,
        Err(Halt::Refused(PeerError::NotFound(_)))
    ));
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::NotFetched
    );
    let parts = std::fs::read_dir(world.file_folder(bo).join("part")).unwrap();
    assert_eq!(parts.count(), 0);
    world.network().mend(anna, bo);
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::NotFetched
    );
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Here
    );
}

#[tokio::test]
async fn a_file_that_its_holder_removed_is_said_to_be_missing() {
    let mut cast = asking(World::new(308), Disk::Memory, b"the drawing").await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, bo, deal).await;
    let remove = async |world: &mut World| {
        world
            .act(anna, "removes the drawing", async |engine, _| {
                engine.remove_blob(file.sha256).await
            })
            .await
    };
    remove(world).await.unwrap();
    assert!(remove(world).await.is_err(), "it is gone");
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Refused(Reason::AttachmentMissing)
    );
    world.section("Anna adds it again, and a person asks again");
    world
        .adds(anna, "drawing.pdf", b"the drawing")
        .await
        .unwrap();
    world.settle().await;
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Here
    );
}

#[tokio::test]
async fn after_thirty_days_nobody_tries_any_more() {
    let mut cast = asking(World::new(309), Disk::Memory, b"the drawing").await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, bo, deal).await;
    world.network().cut(anna, bo);
    world.fetches(bo, &file).await.unwrap();
    world.run_for(hours(29 * 24)).await;
    assert!(matches!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Fetching { have: 0 }
    ));
    world.run_for(hours(25)).await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Refused(Reason::Expired)
    );
}

#[tokio::test]
async fn the_room_for_files_is_bounded_and_only_old_unnamed_ones_make_way() {
    let mut cast = asking(World::new(310), Disk::Memory, &bytes(600)).await;
    let (bo, deal) = (cast.bo, cast.deal);
    let world = &mut cast.world;
    world.set_room(bo, 1000).await;
    let file = only_file(world, bo, deal).await;
    let named = world.adds(bo, "a.pdf", &[1; 300]).await.unwrap();
    chats(world, bo, deal, None, vec![named.clone()])
        .await
        .unwrap();
    let loose = world.adds(bo, "b.pdf", &[2; 101]).await.unwrap();
    let full = world.fetches(bo, &file).await;
    assert!(matches!(full, Err(Halt::Refused(PeerError::NoRoom(1000)))));
    let full = world.adds(bo, "c.pdf", &[3; 600]).await;
    assert!(matches!(full, Err(Halt::Refused(PeerError::NoRoom(1000)))));
    world.run_for(hours(7 * 24 + 1)).await;
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert!(world.file_on_disk(bo, file.sha256).is_some());
    assert!(
        world.file_on_disk(bo, loose.sha256).is_none(),
        "old, and nobody names it"
    );
    assert!(world.file_on_disk(bo, named.sha256).is_some());
}

#[tokio::test]
async fn one_fetch_more_than_there_may_be_is_refused() {
    let mut cast = Cast::new(311).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let mut number = 0_u32;
    while number <= u32::try_from(MAX_FETCHES).unwrap() {
        let mut files = vec![];
        for _ in 0..ATTACHMENTS {
            number += 1;
            files.push(world.adds(anna, "f", &number.to_be_bytes()).await.unwrap());
        }
        chats(world, anna, deal, Some(bo), files).await.unwrap();
    }
    world.network().cut(anna, bo);
    let files = world.files(bo, deal).await;
    for file in &files[..MAX_FETCHES] {
        world.fetches(bo, file).await.unwrap();
    }
    let over = world.fetches(bo, &files[MAX_FETCHES]).await;
    assert!(
        matches!(over, Err(Halt::Refused(PeerError::TooManyFetches(most))) if most == MAX_FETCHES)
    );
    world.network().mend(anna, bo);
    world.run_for(hours(1)).await;
    world.fetches(bo, &files[MAX_FETCHES]).await.unwrap();
    world.settle().await;
    assert!(world.file_on_disk(bo, files[MAX_FETCHES].sha256).is_some());
}

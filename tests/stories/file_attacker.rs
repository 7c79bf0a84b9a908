//! Mallory and the attached files: asking for what is not for her, and giving what is not the file.

use std::sync::Arc;

use opener_negotiation::dialogue::Command;
use opener_peer::{AttachmentState, PeerError};
use opener_sim::{Actor, Disk, Halt, Leg, World, papers};
use opener_trade::{
    DealId, DocumentId, Duration, Opened, Reason,
    blob::{Request, Response},
    document::{Attachment, Chat},
    limits::{BLOB_CHUNK_BYTES, MAX_ATTACHMENT_BYTES},
};

use crate::{
    cast::Cast,
    files::{asking, bytes, chats, list, only_file},
    mallory::{forge, header},
};

const PIECE: usize = BLOB_CHUNK_BYTES as usize;

/// What a program answers to a request for the beginning of a file.
async fn answer(
    world: &mut World,
    from: Actor,
    holder: Actor,
    deal: DealId,
    sha256: DocumentId,
) -> Response {
    let request = Request {
        deal,
        sha256,
        offset: 0,
    };
    let request = minicbor::to_vec(request).unwrap();
    let answer = world.ask_piece(from, holder, &request).await;
    minicbor::decode(&answer).unwrap()
}

fn reason(response: &Response) -> Option<Reason> {
    match response {
        Response::Refused { reason, .. } => Some(*reason),
        Response::Piece { .. } => None,
    }
}

/// Anna's request with a file, and Mallory, who was not invited.
async fn scene(seed: u64) -> (Cast, Actor) {
    let mut cast = asking(World::new(seed), Disk::Memory, &bytes(PIECE + 9)).await;
    let mallory = cast
        .world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    (cast, mallory)
}

/// From now on every piece that arrives is changed so.
fn change_pieces(world: &mut World, change: impl Fn(&mut Vec<u8>) + 'static) {
    world.tamper(move |letter| {
        let Leg::Piece = letter.leg else {
            return Some(letter.bytes.clone());
        };
        let Ok(Response::Piece { bytes }) = minicbor::decode(&letter.bytes) else {
            return Some(letter.bytes.clone());
        };
        let mut bytes = Vec::from(bytes);
        change(&mut bytes);
        let piece = Response::Piece {
            bytes: bytes.into(),
        };
        Some(Arc::from(minicbor::to_vec(piece).unwrap()))
    });
}

#[tokio::test]
async fn who_was_not_invited_gets_nothing_and_learns_nothing() {
    let (mut cast, mallory) = scene(321).await;
    let (anna, deal) = (cast.anna, cast.deal);
    let world = &mut cast.world;
    let sha256 = only_file(world, anna, deal).await.sha256;
    let nowhere = DealId::from_bytes([9; 16]);
    let nothing = DocumentId::from_bytes([9; 32]);
    let mut answers = vec![];
    for (deal, sha256) in [
        (deal, sha256),
        (nowhere, sha256),
        (deal, nothing),
        (nowhere, nothing),
    ] {
        answers.push(answer(world, mallory, anna, deal, sha256).await);
    }
    assert_eq!(reason(&answers[0]), Some(Reason::NotInvited));
    let same = answers.iter().all(|answer| *answer == answers[0]);
    assert!(same, "the answer does not say what is there: {answers:?}");
}

#[tokio::test]
async fn a_file_for_one_seller_or_of_one_deal_is_for_nobody_else() {
    let (mut cast, _) = scene(322).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    let world = &mut cast.world;
    let offer = world.adds(anna, "for-bo.pdf", b"a secret").await.unwrap();
    chats(world, anna, deal, Some(bo), vec![offer.clone()])
        .await
        .unwrap();
    let mut other = papers::rfp(world.now());
    let drawing = world
        .adds(anna, "other.pdf", b"another deal")
        .await
        .unwrap();
    other.attachments = list(vec![drawing.clone()]);
    let other = world.sends(anna, other, &[cleo]).await.unwrap();
    world.settle().await;

    assert_eq!(
        reason(&answer(world, bo, anna, deal, offer.sha256).await),
        None
    );
    assert_eq!(
        reason(&answer(world, cleo, anna, other, drawing.sha256).await),
        None
    );
    for (asker, deal, sha256) in [
        (cleo, deal, offer.sha256),
        (bo, other, drawing.sha256),
        (cleo, deal, drawing.sha256),
        (bo, other, offer.sha256),
    ] {
        let refused = answer(world, asker, anna, deal, sha256).await;
        assert_eq!(reason(&refused), Some(Reason::NotInvited));
    }
}

#[tokio::test]
async fn what_was_fetched_from_one_is_not_given_to_another() {
    let (mut cast, _) = scene(323).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, bo, deal).await;
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    for asker in [anna, cleo] {
        let refused = answer(world, asker, bo, deal, file.sha256).await;
        assert_eq!(
            reason(&refused),
            Some(Reason::NotInvited),
            "Bo signed nothing"
        );
    }
}

#[tokio::test]
async fn wrong_bytes_are_thrown_away_and_never_shown() {
    let (mut cast, _) = scene(324).await;
    let (bo, deal) = (cast.bo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, bo, deal).await;
    change_pieces(world, |bytes| bytes[0] ^= 1);
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    let state = only_file(world, bo, deal).await.state;
    assert_eq!(state, AttachmentState::Refused(Reason::AttachmentHash));
    assert!(world.file_on_disk(bo, file.sha256).is_none());
    let parts = std::fs::read_dir(world.file_folder(bo).join("part")).unwrap();
    assert_eq!(parts.count(), 0, "nothing of it stays");
    world.section("from an honest hand it is still the same file");
    world.trust();
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Here
    );
}

#[tokio::test]
async fn pieces_of_another_length_end_the_fetch_so_that_none_is_endless() {
    let lies: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.push(0),
        |bytes| bytes.truncate(1),
        Vec::clear,
        |bytes| bytes.extend_from_slice(&[0; 4096]),
    ];
    for lie in lies {
        let (mut cast, _) = scene(325).await;
        let (bo, deal) = (cast.bo, cast.deal);
        let world = &mut cast.world;
        let file = only_file(world, bo, deal).await;
        change_pieces(world, lie);
        world.fetches(bo, &file).await.unwrap();
        world.settle().await;
        let state = only_file(world, bo, deal).await.state;
        assert_eq!(state, AttachmentState::Refused(Reason::AttachmentHash));
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_ends_the_fetch() {
    let (mut cast, _) = scene(326).await;
    let (bo, deal) = (cast.bo, cast.deal);
    let world = &mut cast.world;
    world.tamper(|letter| match letter.leg {
        Leg::Piece => Some(Arc::from(
            *b"\x82\x00\xa1\x00\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        )),
        _ => Some(letter.bytes.clone()),
    });
    let file = only_file(world, bo, deal).await;
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    let state = only_file(world, bo, deal).await.state;
    assert_eq!(state, AttachmentState::Refused(Reason::Malformed));
}

/// Mallory, whom Anna invited, says by hand that a file is what it is not, in her `seq`th word.
async fn says_of_a_file(
    world: &mut World,
    mallory: Actor,
    anna: Actor,
    deal: DealId,
    place: (u64, Option<DocumentId>),
    file: Attachment,
) -> DocumentId {
    let header = header(world, deal, (mallory, anna), place);
    let chat = Chat {
        text: papers::text("my offer"),
        attachments: list(vec![file]),
    };
    let signed = forge(world, mallory, header, chat);
    let answer = world.hand(mallory, anna, signed.bytes()).await;
    assert!(matches!(
        opener_trade::open(&answer),
        Ok(Opened::Receipt(_))
    ));
    signed.id()
}

#[tokio::test]
async fn a_lie_about_the_size_is_found_out_before_or_after_the_fetch() {
    let mut world = World::new(327);
    let anna = world
        .join("Anna", papers::buyer("Anna's workshop"), Disk::Memory)
        .await;
    let mallory = world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[mallory]).await.unwrap();
    world.settle().await;
    let own = world.adds(anna, "own.pdf", b"0123456789").await.unwrap();

    world.section("more than travels");
    let huge = Attachment {
        size: MAX_ATTACHMENT_BYTES + 1,
        sha256: DocumentId::from_bytes([7; 32]),
        ..own.clone()
    };
    let first = says_of_a_file(&mut world, mallory, anna, deal, (1, None), huge).await;
    let endless = Attachment {
        size: u64::MAX,
        sha256: DocumentId::from_bytes([8; 32]),
        ..own.clone()
    };
    let second = says_of_a_file(&mut world, mallory, anna, deal, (2, Some(first)), endless).await;
    for file in world.files(anna, deal).await {
        let refused = world.fetches(anna, &file).await;
        assert!(matches!(
            refused,
            Err(Halt::Refused(PeerError::FileTooLarge(_)))
        ));
    }

    world.section("a file that is here, of another size");
    let longer = Attachment {
        size: own.size + 1,
        ..own.clone()
    };
    says_of_a_file(&mut world, mallory, anna, deal, (3, Some(second)), longer).await;
    let file = world.files(anna, deal).await.pop().unwrap();
    assert_eq!(file.state, AttachmentState::Refused(Reason::AttachmentHash));
    let refused = world.fetches(anna, &file).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::AttachmentHash));
}

#[tokio::test]
async fn a_name_with_a_path_and_control_characters_reaches_no_folder() {
    let (mut cast, _) = scene(328).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let name = "../../../../tmp/\u{202e}gpj.exe\u{0}\n..\\..\\C:\\con";
    let sent = world.adds(anna, name, b"a program").await.unwrap();
    chats(world, anna, deal, Some(bo), vec![sent.clone()])
        .await
        .unwrap();
    let file = world.files(bo, deal).await.pop().unwrap();
    assert!(
        !file.name.contains(['\u{202e}', '\u{0}']),
        "{:?}",
        file.name
    );
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    let folder = std::fs::read_dir(world.file_folder(bo)).unwrap();
    let mut names: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected = [sent.sha256.to_string(), "part".to_owned()];
    expected.sort();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn many_requests_at_once_are_held_back_for_their_sender_alone() {
    let (mut cast, mallory) = scene(329).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let sha256 = only_file(world, anna, deal).await.sha256;
    let mut taken = 0;
    let limited = loop {
        let refused = reason(&answer(world, mallory, anna, deal, sha256).await);
        if refused == Some(Reason::RateLimited) {
            break taken;
        }
        taken += 1;
        assert!(taken < 1000, "nobody holds her back");
    };
    assert_eq!(limited, 256);
    assert_eq!(reason(&answer(world, bo, anna, deal, sha256).await), None);
    world.run_for(Duration::from_secs(1)).await;
    let later = reason(&answer(world, mallory, anna, deal, sha256).await);
    assert_eq!(later, Some(Reason::NotInvited));

    world.section("an honest fetcher that is held back waits and goes on");
    for _ in 0..300 {
        answer(world, bo, anna, deal, sha256).await;
    }
    let file = only_file(world, bo, deal).await;
    world.fetches(bo, &file).await.unwrap();
    world.settle().await;
    assert_eq!(
        only_file(world, bo, deal).await.state,
        AttachmentState::Here
    );
}

#[tokio::test]
async fn a_blocked_seller_and_requests_that_make_no_sense_get_no_piece() {
    let (mut cast, _) = scene(330).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let file = only_file(world, anna, deal).await;
    for offset in [file.size, file.size + 1, u64::MAX] {
        let request = Request {
            deal,
            sha256: file.sha256,
            offset,
        };
        let request = minicbor::to_vec(request).unwrap();
        let answer = world.ask_piece(bo, anna, &request).await;
        let answer = minicbor::decode(&answer).unwrap();
        assert_eq!(reason(&answer), Some(Reason::Malformed), "{offset}");
    }
    for garbage in [&b""[..], b"\xff", b"\xa0", &[0xa3; 1000]] {
        let answer = world.ask_piece(bo, anna, garbage).await;
        let answer = minicbor::decode(&answer).unwrap();
        assert_eq!(reason(&answer), Some(Reason::Malformed));
    }
    let id = world.id(bo);
    world
        .act(anna, "blocks Bo", async |engine, now| {
            engine.block(now, id, true).await
        })
        .await
        .unwrap();
    let refused = answer(world, bo, anna, deal, file.sha256).await;
    assert_eq!(reason(&refused), Some(Reason::Blocked));
}

#[tokio::test]
async fn a_revised_request_gives_its_new_files_and_keeps_the_old_ones_for_those_who_had_them() {
    let (mut cast, _) = scene(331).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    let old = only_file(world, anna, deal).await;
    let new = world.adds(anna, "drawing-2.pdf", b"better").await.unwrap();
    let mut revised = world.deal(anna, deal).await.rfp.body.clone();
    revised.revision += 1;
    revised.attachments = list(vec![new.clone()]);
    world
        .act(anna, "revises the request", async |engine, now| {
            engine.revise_rfp(now, deal, revised).await
        })
        .await
        .unwrap();
    world.settle().await;
    for sha256 in [old.sha256, new.sha256] {
        assert_eq!(reason(&answer(world, bo, anna, deal, sha256).await), None);
    }
    world
        .says(
            bo,
            deal,
            None,
            Command::Chat(Chat::of(papers::text("thanks"))),
        )
        .await
        .unwrap();
}

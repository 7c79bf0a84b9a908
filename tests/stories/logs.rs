//! The logs of directories, as peers watch them: a directory that rewrites its log is found out, and told apart from one
//! that only grows.

use std::sync::Arc;

use minicbor::bytes::ByteVec;
use opener_directory::{Database, Directory, Limits};
use opener_peer::{Arrival, HEARD_HEADS, LogQuestion};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{
    DealId, DocumentId, Identity, List, Opened, Timestamp,
    directory::{Request, Response},
    document::{Disclosure, LogHead, Terms},
    envelope::open_as,
    open, sign,
};
use tempfile::TempDir;

/// The directory's key. Two databases under it are two histories.
const KEY: [u8; 32] = [0xd7; 32];

/// A directory with a log, on a folder that goes away.
struct Log {
    directory: Directory,
    _folder: TempDir,
}

fn who(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

fn directory_id() -> opener_trade::PeerId {
    Identity::from_seed(KEY).peer_id()
}

/// The report of a deal between two who are not there.
fn report(deal: u8) -> Request {
    let id = |n: u8| DocumentId::from_bytes([n; 32]);
    let at = Timestamp::from_millis(1_795_183_200_000);
    let terms = Terms {
        deal: DealId::from_bytes([deal; 16]),
        buyer: who(101).peer_id(),
        seller: who(102).peer_id(),
        rfp: id(1),
        bid: id(2),
        order: id(3),
        response: id(4),
        bid_valid_until: at,
        ordered_at: at,
        answer_by: at,
        accepted_at: at,
        disclosure: Disclosure::Conclusion,
        region: None,
        lines: List::default(),
        charges: List::default(),
        total: None,
        delivery: None,
        incoterm: None,
        payment: None,
        change: None,
    };
    let by = |who: Identity| ByteVec::from(sign(&who, terms.clone()).unwrap().bytes().to_vec());
    Request::Report {
        by_buyer: by(who(101)),
        by_seller: by(who(102)),
    }
}

impl Log {
    /// A directory to which these deals were reported.
    async fn of(deals: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            burst: 1_000_000,
            ..Limits::default()
        };
        let file = folder.path().join("identity.key");
        opener_net::private_file::write(&file, &KEY).unwrap();
        let now = Timestamp::from_millis(1_795_183_200_000);
        let directory = Directory::open(folder.path(), &Database::InFolder, limits, now)
            .await
            .unwrap();
        assert_eq!(directory.peer_id(), directory_id());
        let log = Self {
            directory,
            _folder: folder,
        };
        for deal in deals {
            log.report(*deal).await;
        }
        log
    }

    async fn report(&self, deal: u8) {
        let answer = self.ask(&report(deal)).await;
        assert!(matches!(answer, Response::Reported { .. }), "{answer:?}");
    }

    async fn ask(&self, request: &Request) -> Response {
        let now = Timestamp::from_millis(1_795_183_200_000);
        let bytes = minicbor::to_vec(request).unwrap();
        let answer = self.directory.answer(who(101).peer_id(), None, &bytes, now);
        minicbor::decode(&answer.await).unwrap()
    }

    async fn head(&self) -> Vec<u8> {
        let request = Request::Head {
            since: 0,
            also: None,
        };
        match self.ask(&request).await {
            Response::Head { head, .. } => head.into(),
            other => panic!("no head: {other:?}"),
        }
    }
}

/// A peer asks a directory for the head of its log, as its loop does, and says what is wrong with the answer.
async fn looks_at(world: &mut World, peer: Actor, log: &Log) -> Result<(), &'static str> {
    let question: LogQuestion = world
        .engine(peer)
        .log_question(directory_id())
        .await
        .unwrap();
    let request = Request::Head {
        since: question.since(),
        also: question.also(),
    };
    let (head, consistency, also, proofs) = match log.ask(&request).await {
        Response::Head {
            head,
            consistency,
            also,
        } => (head.into(), consistency, also.unwrap_or_default(), true),
        Response::Refused { .. } => (log.head().await, List::default(), List::default(), false),
        other => panic!("no head: {other:?}"),
    };
    let given = proofs.then_some((&consistency[..], &also[..]));
    world
        .act(peer, "looks at the log", async |engine, now| {
            engine
                .log_answered(now, directory_id(), &question, &head, given)
                .await
        })
        .await
        .unwrap()
}

/// Somebody hands over a head, and gets a receipt for it.
async fn hands_over(world: &mut World, from: Actor, to: Actor, head: &[u8]) {
    let arrival = Arrival {
        from: world.id(from),
        bytes: Arc::from(head),
    };
    let receipts = world
        .act(to, "is handed a head", async |engine, now| {
            engine.receive(now, &[arrival]).await
        })
        .await
        .unwrap();
    let Ok(Opened::Receipt(receipt)) = open(&receipts[0]) else {
        panic!("no receipt");
    };
    assert_eq!(receipt.document, open_as::<LogHead>(head).unwrap().id());
}

async fn pair(seed: u64) -> (World, Actor, Actor) {
    let mut world = World::new(seed);
    let anna = world
        .join("Anna", papers::buyer("Anna"), Disk::Memory)
        .await;
    let bo = world.join("Bo", papers::seller("Bo"), Disk::Memory).await;
    for actor in [anna, bo] {
        world.set_directories(actor, vec![directory_id()]);
    }
    (world, anna, bo)
}

async fn sizes(world: &World, peer: Actor) -> (Option<u64>, Option<(u64, u64)>) {
    let status = world.engine(peer).log_status(directory_id()).await.unwrap();
    let fork = status.fork.map(|fork| (fork.one.size, fork.other.size));
    (status.head.map(|head| head.size), fork)
}

#[tokio::test]
async fn a_log_that_only_grows_is_followed() {
    let (mut world, anna, _) = pair(1).await;
    let log = Log::of(&[]).await;
    for deal in 1..=9 {
        assert_eq!(looks_at(&mut world, anna, &log).await, Ok(()));
        log.report(deal).await;
        if deal % 3 == 0 {
            log.report(100 + deal).await;
        }
    }
    assert_eq!(looks_at(&mut world, anna, &log).await, Ok(()));
    assert_eq!(sizes(&world, anna).await, (Some(12), None));
}

#[tokio::test]
async fn a_log_that_was_rewritten_is_a_fork_for_good() {
    let (mut world, anna, _) = pair(2).await;
    let before = Log::of(&[1, 2, 3]).await;
    assert_eq!(looks_at(&mut world, anna, &before).await, Ok(()));
    let after = Log::of(&[1, 9, 3, 4]).await;
    assert!(looks_at(&mut world, anna, &after).await.is_err());
    assert_eq!(sizes(&world, anna).await, (Some(3), Some((3, 4))));
    before.report(4).await;
    assert_eq!(looks_at(&mut world, anna, &before).await, Ok(()));
    assert_eq!(
        sizes(&world, anna).await,
        (Some(4), Some((3, 4))),
        "what was found stays"
    );
}

#[tokio::test]
async fn a_log_that_lost_entries_is_a_fork_although_it_proves_nothing() {
    let (mut world, anna, _) = pair(3).await;
    let before = Log::of(&[1, 2, 3]).await;
    assert_eq!(looks_at(&mut world, anna, &before).await, Ok(()));
    let after = Log::of(&[1, 2]).await;
    assert!(looks_at(&mut world, anna, &after).await.is_err());
    assert_eq!(sizes(&world, anna).await, (Some(3), Some((3, 2))));
}

#[tokio::test]
async fn two_partners_who_were_shown_two_logs_find_it_out() {
    let (mut world, anna, bo) = pair(4).await;
    let hers = Log::of(&[1, 2, 3, 4]).await;
    let his = Log::of(&[1, 2, 9]).await;
    assert_eq!(looks_at(&mut world, anna, &hers).await, Ok(()));
    assert_eq!(looks_at(&mut world, bo, &his).await, Ok(()));
    hands_over(&mut world, bo, anna, &his.head().await).await;
    let heard = world
        .act(anna, "wonders", async |engine, _| Ok(engine.take_heard()))
        .await
        .unwrap();
    assert_eq!(heard, [directory_id()]);
    assert!(looks_at(&mut world, anna, &hers).await.is_err());
    assert_eq!(sizes(&world, anna).await.1, Some((3, 4)));
}

#[tokio::test]
async fn two_partners_of_an_honest_directory_find_nothing() {
    let (mut world, anna, bo) = pair(5).await;
    let log = Log::of(&[1, 2, 3]).await;
    let older = log.head().await;
    log.report(4).await;
    assert_eq!(looks_at(&mut world, anna, &log).await, Ok(()));
    log.report(5).await;
    let newer = log.head().await;
    for head in [&older, &newer] {
        hands_over(&mut world, bo, anna, head).await;
        assert_eq!(looks_at(&mut world, anna, &log).await, Ok(()));
    }
    assert_eq!(sizes(&world, anna).await, (Some(5), None));
    let question = world.engine(anna).log_question(directory_id()).await;
    assert!(question.unwrap().heard.is_none(), "all is compared");
}

#[tokio::test]
async fn heads_that_wait_are_few_and_those_of_strangers_none() {
    let (mut world, anna, bo) = pair(6).await;
    let log = Log::of(&[]).await;
    let most = u8::try_from(HEARD_HEADS).unwrap();
    for deal in 1..=most + 2 {
        log.report(deal).await;
        hands_over(&mut world, bo, anna, &log.head().await).await;
    }
    let mut compared = 0;
    while world
        .engine(anna)
        .log_question(directory_id())
        .await
        .unwrap()
        .heard
        .is_some()
    {
        assert_eq!(looks_at(&mut world, anna, &log).await, Ok(()));
        compared += 1;
    }
    assert_eq!(compared, most);
    let stranger = who(77);
    let head = LogHead {
        from: stranger.peer_id(),
        size: 0,
        root: DocumentId::from_bytes([0; 32]),
        at: world.now(),
    };
    let head = sign(&stranger, head).unwrap();
    hands_over(&mut world, bo, anna, head.bytes()).await;
    let question = world.engine(anna).log_question(stranger.peer_id()).await;
    assert!(question.unwrap().heard.is_none());
}

//! Bytes that nobody meant to send: always an answer, never a panic.

use std::{cell::RefCell, sync::LazyLock};

use opener_trade::{
    DocumentId, Reason, Timestamp,
    directory::{Query, Request, Response},
    limits::MAX_DIRECTORY_REQUEST_BYTES,
    sign,
};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::kit::{
    BUSAN, NOW, World, after, category, decode, list, listing, peer, place, reason, register,
    report, terms, text, words,
};

/// One of every kind, all of peer 1.
static VALID: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (me, other) = (peer(1), peer(2));
    let mut full = listing(&me, 1, "사무용의자 책상");
    full.categories = list(vec![category("CPV", "39112000-0")]);
    let query = Query {
        categories: full
            .categories
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
        place: Some(place("KR", Some(BUSAN))),
        radius_km: Some(400),
        currency: Some("KRW".parse().unwrap()),
        language: Some("ko".parse().unwrap()),
        capability: Some(text("call")),
        ..words("의자 chairs")
    };
    let requests = [
        register(&sign(&me, full).unwrap()),
        Request::Renew { seq: 1 },
        Request::Withdraw,
        Request::Match { query },
        Request::Lookup { peer: me.peer_id() },
        Request::Stamp {
            hash: DocumentId::from_bytes([3; 32]),
        },
        report(&terms(&me, &other, 1), &me, &other),
        Request::Time,
    ];
    requests
        .iter()
        .map(|request| minicbor::to_vec(request).unwrap())
        .collect()
});

struct Attacked {
    runtime: Runtime,
    world: World,
    now: RefCell<Timestamp>,
}

thread_local! {
    static ATTACKED: Attacked = {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let world = runtime.block_on(World::new());
        Attacked { runtime, world, now: RefCell::new(NOW) }
    };
}

fn attack(bytes: &[u8]) -> Response {
    ATTACKED.with(|attacked| {
        let now = attacked
            .now
            .borrow()
            .plus(opener_trade::Duration::from_millis(100));
        *attacked.now.borrow_mut() = now;
        let answer = attacked
            .world
            .directory
            .answer(peer(1).peer_id(), None, bytes, now);
        decode(&attacked.runtime.block_on(answer))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        attack(&bytes);
    }

    #[test]
    fn random_content_behind_a_valid_head_gets_an_answer(
        variant in 0u8..10,
        content in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        attack(&[&[0x82, variant][..], &content].concat());
    }

    #[test]
    fn mutated_requests_get_an_answer(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let mut bytes = which.get(&VALID).clone();
        for (at, value, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => bytes[at] ^= 1 << (value % 8),
                2 => bytes.insert(at, value),
                _ => bytes.truncate(at),
            }
        }
        attack(&bytes);
    }
}

#[tokio::test]
async fn every_truncation_of_every_request_is_malformed() {
    let world = World::new().await;
    for valid in VALID.iter() {
        for end in 0..valid.len() {
            let answer = world
                .directory
                .answer(peer(1).peer_id(), None, &valid[..end], NOW)
                .await;
            assert_eq!(reason(&decode(&answer)), Some(Reason::Malformed));
        }
    }
}

#[tokio::test]
async fn every_request_of_the_list_is_served() {
    let world = World::new().await;
    for valid in VALID.iter().filter(|valid| !valid.starts_with(&[0x82, 2])) {
        let answer = world
            .directory
            .answer(peer(1).peer_id(), None, valid, NOW)
            .await;
        assert_eq!(reason(&decode(&answer)), None);
    }
}

#[tokio::test]
async fn a_request_of_a_newer_version_is_told_so_and_one_with_a_tail_is_malformed() {
    let world = World::new().await;
    let ask = async |bytes: &[u8]| {
        reason(&decode(
            &world
                .directory
                .answer(peer(1).peer_id(), None, bytes, NOW)
                .await,
        ))
    };
    for unknown in [11, 12, 23] {
        let bytes = [0x82, unknown, 0xa0];
        assert_eq!(ask(&bytes).await, Some(Reason::VersionUnsupported));
    }
    assert_eq!(
        ask(&[0x82, 8, 0xa0]).await,
        None,
        "an empty map is no content, too"
    );
    let mut tail = minicbor::to_vec(Request::Time).unwrap();
    assert_eq!(ask(&tail).await, None);
    tail.push(0);
    assert_eq!(ask(&tail).await, Some(Reason::Malformed));
}

#[tokio::test]
async fn one_byte_more_than_a_request_has_is_refused_unread() {
    let world = World::new().await;
    for (len, expected) in [
        (MAX_DIRECTORY_REQUEST_BYTES, Reason::Malformed),
        (MAX_DIRECTORY_REQUEST_BYTES + 1, Reason::TooLarge),
    ] {
        let answer = world
            .directory
            .answer(peer(1).peer_id(), None, &vec![0; len], after(1))
            .await;
        assert_eq!(reason(&decode(&answer)), Some(expected));
    }
}

#[tokio::test]
async fn one_category_or_one_byte_of_words_too_many_is_too_large() {
    use minicbor::Encoder;
    use opener_trade::limits::{MATCH_CATEGORIES, WORDS_BYTES};
    let world = World::new().await;
    let query = |categories: usize, words: usize| {
        let mut encoder = Encoder::new(Vec::new());
        encoder
            .array(2)
            .unwrap()
            .u8(3)
            .unwrap()
            .map(1)
            .unwrap()
            .u8(0)
            .unwrap();
        encoder
            .map(4)
            .unwrap()
            .u8(0)
            .unwrap()
            .array(categories as u64)
            .unwrap();
        for _ in 0..categories {
            encoder.encode(category("CPV", "39112000-0")).unwrap();
        }
        encoder.u8(1).unwrap().str(&"w".repeat(words)).unwrap();
        encoder
            .u8(7)
            .unwrap()
            .bool(false)
            .unwrap()
            .u8(8)
            .unwrap()
            .u8(0)
            .unwrap();
        encoder.into_writer()
    };
    for (bytes, expected) in [
        (query(MATCH_CATEGORIES, WORDS_BYTES), None),
        (query(MATCH_CATEGORIES + 1, 0), Some(Reason::TooLarge)),
        (query(0, WORDS_BYTES + 1), Some(Reason::TooLarge)),
    ] {
        let answer = world
            .directory
            .answer(peer(1).peer_id(), None, &bytes, NOW)
            .await;
        assert_eq!(reason(&decode(&answer)), expected);
    }
}

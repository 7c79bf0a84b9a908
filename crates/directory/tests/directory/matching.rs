//! `match`: the index against the rule itself.

use std::collections::BTreeSet;

use opener_trade::{
    Identity, Reason, Timestamp,
    directory::{Query, Request},
    document::Listing,
    limits::MATCH_PAGE,
};

use crate::kit::{
    BUSAN, Dice, NOW, SEOUL, World, after, category, list, listing, peer, place, reason, signer,
    text, words,
};

const WORDS: &[&str] = &[
    "사무용의자",
    "의자",
    "의자류",
    "책상",
    "철근",
    "SD400철근",
    "물",
    "生コン",
    "東京都",
    "chairs",
    "Chairs,",
    "office",
    "Bürostühle",
    "desk-lamp",
    "A4",
    "!!",
    "레미콘",
    "의사",
    "lamp",
    "사무 용의",
];
const SCHEMES: &[&str] = &["CPV", " cpv ", "UNSPSC", "KTN"];
const CODES: &[&str] = &[
    "39000000-2",
    "39110000-6",
    "39112000-0",
    "39112100-1",
    "44000000",
    "30120000",
    "30121500",
    "30000000",
    "100-0",
    "100-01",
    "-1",
    "ab",
    "abc",
    "한글",
    "한글표",
];
const COUNTRIES: &[&str] = &["KR", "JP", "DE"];
const CURRENCIES: &[&str] = &["KRW", "EUR", "USD"];
const LANGUAGES: &[&str] = &["ko", "en", "de"];

fn position(dice: &mut Dice) -> Option<(i32, i32)> {
    match dice.roll(8) {
        0 => None,
        1 => Some((90_000_000, 180_000_000)),
        2 => Some((
            -16_500_000,
            179_990_000 - (dice.roll(3) as i32) * 179_980_000,
        )),
        3 => Some((
            dice.roll(180_000_000) as i32 - 90_000_000,
            dice.roll(360_000_000) as i32 - 180_000_000,
        )),
        _ => Some((
            SEOUL.0 + dice.roll(4_000_000) as i32 - 2_000_000,
            SEOUL.1 + dice.roll(4_000_000) as i32 - 2_000_000,
        )),
    }
}

fn some_words(dice: &mut Dice, most: u64) -> String {
    let picked: Vec<&str> = (0..dice.roll(most + 1)).map(|_| dice.pick(WORDS)).collect();
    picked.join(" ")
}

fn some<T: std::str::FromStr>(dice: &mut Dice, from: &[&str], most: u64) -> Vec<T>
where
    T::Err: std::fmt::Debug,
{
    (0..dice.roll(most + 1))
        .map(|_| dice.pick(from).parse().unwrap())
        .collect()
}

fn radius(dice: &mut Dice) -> Option<u32> {
    match dice.roll(5) {
        0 => Some(0),
        1 => Some(dice.roll(100) as u32),
        2 => Some(dice.roll(20_038) as u32),
        _ => None,
    }
}

fn random_listing(dice: &mut Dice, who: &Identity) -> Listing {
    let mut listing = listing(who, 1, &some_words(dice, 4));
    listing.name = text(dice.pick(&["한국의자", "Möbel AG", "Acme 404"]));
    listing.roles.sells = !dice.one_in(10);
    let codes = (0..dice.roll(4)).map(|_| category(dice.pick(SCHEMES), dice.pick(CODES)));
    listing.categories = list(codes.collect());
    listing.place = place(dice.pick(COUNTRIES), position(dice));
    listing.radius_km = radius(dice);
    listing.currencies = list(some(dice, CURRENCIES, 2));
    listing.languages = list(some(dice, LANGUAGES, 2));
    if dice.one_in(2) {
        listing.capabilities = list(vec![text("call")]);
    }
    if dice.one_in(8) {
        listing.expires_at = after(50);
    }
    listing
}

fn random_query(dice: &mut Dice) -> Query {
    let codes = (0..dice.roll(4)).map(|_| category(dice.pick(SCHEMES), dice.pick(CODES)));
    Query {
        categories: list(codes.collect()),
        words: text(&some_words(dice, 3)),
        place: (!dice.one_in(3)).then(|| place(dice.pick(COUNTRIES), position(dice))),
        radius_km: radius(dice),
        currency: dice
            .one_in(3)
            .then(|| dice.pick(CURRENCIES).parse().unwrap()),
        language: dice
            .one_in(3)
            .then(|| dice.pick(LANGUAGES).parse().unwrap()),
        capability: dice.one_in(4).then(|| text("call")),
        online_only: dice.one_in(4),
        offset: 0,
    }
}

/// The answer to a query without any index: bytes of the listing, distance, online; in the order of the protocol.
fn brute_force(
    all: &[(Listing, bool)],
    query: &Query,
    now: Timestamp,
) -> Vec<(bool, Option<u32>, opener_trade::PeerId)> {
    let mut fitting: Vec<_> = all
        .iter()
        .filter(|(listing, online)| listing.expires_at > now && (*online || !query.online_only))
        .filter_map(|(listing, online)| {
            let fit = query.fit(listing)?;
            Some((*online, fit.distance_m, listing.from))
        })
        .collect();
    fitting.sort_by_key(|(online, distance, peer)| {
        (
            !online,
            distance.is_none(),
            distance.unwrap_or_default(),
            *peer,
        )
    });
    fitting
}

#[tokio::test]
async fn the_index_finds_what_the_rule_finds_in_the_same_order() {
    let world = World::new().await;
    let mut dice = Dice(20_261_120);
    let mut all = Vec::new();
    for number in 1..=300 {
        let seller = peer(number);
        if dice.one_in(4) {
            let mut old = random_listing(&mut dice, &seller);
            old.seq = 0;
            world.register(&seller, old, NOW).await;
        }
        let listing = random_listing(&mut dice, &seller);
        assert_eq!(
            reason(&world.register(&seller, listing.clone(), NOW).await),
            None
        );
        match dice.roll(10) {
            0 => assert_eq!(
                reason(&world.ask(&seller, &Request::Withdraw, NOW).await),
                None
            ),
            _ => all.push((listing, false)),
        }
    }
    let now = after(100);
    for (listing, online) in &mut all {
        let number = (1..=300)
            .find(|n| peer(*n).peer_id() == listing.from)
            .unwrap();
        if listing.expires_at > now && dice.one_in(2) {
            world
                .ask(&peer(number), &Request::Renew { seq: 1 }, now)
                .await;
            *online = true;
        }
    }
    let (mut hits, mut hits_in_korean) = (0, 0);
    for _ in 0..1000 {
        let query = random_query(&mut dice);
        let expected = brute_force(&all, &query, now);
        let mut found = Vec::new();
        let mut offset = Some(0);
        while let Some(next) = offset {
            let page = world
                .find(
                    Query {
                        offset: next,
                        ..query.clone()
                    },
                    now,
                )
                .await;
            assert_eq!(page.total as usize, expected.len(), "{query:?}");
            found.extend(
                page.sellers
                    .iter()
                    .map(|m| (m.online, m.distance_m, signer(m))),
            );
            offset = page.next;
        }
        assert_eq!(found, expected, "{query:?}");
        hits += found.len();
        if query.words.as_str().contains("의자") {
            hits_in_korean += found.len();
        }
    }
    assert!(
        hits > 10_000 && hits_in_korean > 500,
        "{hits}, {hits_in_korean}"
    );
}

#[tokio::test]
async fn a_two_syllable_korean_word_is_found_inside_a_longer_one() {
    let world = World::new().await;
    world
        .register(&peer(1), listing(&peer(1), 1, "사무용의자 책상"), NOW)
        .await;
    world
        .register(&peer(2), listing(&peer(2), 1, "의사 자리"), NOW)
        .await;
    for query in ["의자", "책상", "사무용", "없는말 의자"] {
        assert_eq!(
            world.find(words(query), NOW).await.peers(),
            [peer(1).peer_id()],
            "{query}"
        );
    }
    for query in ["자의", "의", "책장", "!!"] {
        assert_eq!(world.find(words(query), NOW).await.total, 0, "{query}");
    }
}

#[tokio::test]
async fn online_comes_before_near_and_near_before_unknown() {
    let world = World::new().await;
    let sellers = [
        (1, Some(SEOUL), false),
        (2, Some(BUSAN), true),
        (3, None, true),
        (4, Some(SEOUL), true),
        (5, Some(BUSAN), false),
        (6, None, false),
    ];
    for (number, position, _) in sellers {
        let mut listing = listing(&peer(number), 1, "chairs");
        listing.place = place("KR", position);
        world.register(&peer(number), listing, NOW).await;
    }
    let now = after(95);
    for (number, _, online) in sellers {
        if online {
            world
                .ask(&peer(number), &Request::Renew { seq: 1 }, now)
                .await;
        }
    }
    let query = Query {
        place: Some(place("KR", Some(SEOUL))),
        ..words("chairs")
    };
    let found = world.find(query, now).await;
    let expected = [4, 2, 3, 1, 5, 6].map(|number| peer(number).peer_id());
    assert_eq!(found.peers(), expected);
    let metres: Vec<_> = found
        .sellers
        .iter()
        .map(|seller| seller.distance_m)
        .collect();
    assert!(
        matches!(
            metres[..],
            [
                Some(0),
                Some(325_000..=326_000),
                None,
                Some(0),
                Some(_),
                None
            ]
        ),
        "{metres:?}"
    );
}

#[tokio::test]
async fn the_sellers_own_radius_counts_as_the_buyers_does() {
    let world = World::new().await;
    for (number, radius_km) in [(1, None), (2, Some(300)), (3, Some(330))] {
        let mut listing = listing(&peer(number), 1, "chairs");
        listing.radius_km = radius_km;
        world.register(&peer(number), listing, NOW).await;
    }
    let from_busan = |radius_km| Query {
        place: Some(place("KR", Some(BUSAN))),
        radius_km,
        ..words("chairs")
    };
    let peers = |found: &crate::kit::Found| found.peers().into_iter().collect::<BTreeSet<_>>();
    let expected: BTreeSet<_> = [1, 3].map(|number| peer(number).peer_id()).into();
    assert_eq!(peers(&world.find(from_busan(None), NOW).await), expected);
    assert_eq!(
        peers(&world.find(from_busan(Some(330)), NOW).await),
        expected
    );
    assert_eq!(world.find(from_busan(Some(320)), NOW).await.total, 0);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let count = 2 * MATCH_PAGE as u32 + 1;
    for number in 1..=count {
        world
            .register(&peer(number), listing(&peer(number), 1, "chairs"), NOW)
            .await;
    }
    let page = MATCH_PAGE as u32;
    let mut seen = BTreeSet::new();
    for (offset, len, next) in [
        (0, page, Some(page)),
        (page, page, Some(2 * page)),
        (2 * page, 1, None),
        (count, 0, None),
        (u32::MAX, 0, None),
    ] {
        let found = world
            .find(
                Query {
                    offset,
                    ..words("chairs")
                },
                NOW,
            )
            .await;
        assert_eq!(
            (found.sellers.len() as u32, found.total, found.next),
            (len, count, next)
        );
        seen.extend(found.peers());
    }
    assert_eq!(seen.len() as u32, count);
}

#[tokio::test]
async fn a_last_page_that_is_full_names_no_next() {
    let world = World::new().await;
    for number in 1..=MATCH_PAGE as u32 {
        world
            .register(&peer(number), listing(&peer(number), 1, "chairs"), NOW)
            .await;
    }
    assert_eq!(world.find(words("chairs"), NOW).await.next, None);
}

#[tokio::test]
async fn a_query_off_the_earth_or_without_a_code_is_refused() {
    let world = World::new().await;
    let mut half = place("KR", Some(SEOUL));
    half.latitude_e6 = None;
    let at = |place| Query {
        place: Some(place),
        ..Query::default()
    };
    for query in [
        at(half),
        at(place("KR", Some((i32::MIN, i32::MIN)))),
        at(place("KR", Some((90_000_001, 0)))),
        Query {
            radius_km: Some(20_039),
            ..Query::default()
        },
        Query {
            categories: list(vec![category("CPV", " ")]),
            ..Query::default()
        },
    ] {
        let response = world.ask(&peer(0), &Request::Match { query }, NOW).await;
        assert_eq!(reason(&response), Some(Reason::Malformed));
    }
}

#[tokio::test]
async fn a_full_page_of_the_largest_listings_fits_its_frame() {
    let world = World::new().await;
    let fill = "가".repeat(opener_trade::limits::WORDS_BYTES / 3);
    for number in 1..=MATCH_PAGE as u32 {
        let seller = peer(number);
        let mut listing = listing(&seller, 1, &fill);
        let scheme = |n: usize| {
            format!(
                "{n:02}{}",
                "s".repeat(opener_trade::limits::SCHEME_BYTES - 2)
            )
        };
        let code = "c".repeat(opener_trade::limits::LABEL_BYTES);
        let codes =
            (0..opener_trade::limits::LISTING_CATEGORIES).map(|n| category(&scheme(n), &code));
        listing.categories = list(codes.collect());
        let host = "h".repeat(opener_trade::limits::ADDRESS_BYTES - "/dns//tcp/1".len());
        let address = format!("/dns/{host}/tcp/1").parse().unwrap();
        listing.addresses = list(vec![address; opener_trade::limits::ADDRESSES]);
        listing.url = Some(text(&"u".repeat(opener_trade::limits::URL_BYTES)));
        assert_eq!(reason(&world.register(&seller, listing, NOW).await), None);
    }
    let request = minicbor::to_vec(Request::Match {
        query: Query::default(),
    })
    .unwrap();
    let answer = world
        .directory
        .answer(peer(0).peer_id(), None, &request, NOW)
        .await;
    assert!(
        answer.len() > MATCH_PAGE * opener_trade::limits::MAX_LISTING_BYTES / 2,
        "{}",
        answer.len()
    );
    assert!(answer.len() <= opener_net::Protocol::Directory.max_response_bytes());
}

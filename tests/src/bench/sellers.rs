//! A country of sellers, and what buyers look for there: the same for the same number.

use fastrand::Rng;
use opener_trade::{
    Category, Duration, Identity, List, PeerText, Place, Timestamp, Verified,
    directory::Query,
    document::{Listing, Roles},
    sign,
};

/// 2026-11-20T14:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_183_200_000);

/// Towns around which sellers sit: latitude and longitude in millionths of a degree.
const TOWNS: [(i32, i32); 8] = [
    (37_566_500, 126_978_000),
    (35_179_600, 129_075_600),
    (35_871_400, 128_601_400),
    (37_456_300, 126_705_200),
    (35_159_500, 126_852_600),
    (36_350_400, 127_384_500),
    (35_538_400, 129_311_400),
    (37_881_300, 127_730_000),
];

/// Words of the trades, each seller has a few.
const WORDS: [&str; 40] = [
    "사무용의자",
    "책상",
    "회의테이블",
    "철근",
    "레미콘",
    "시멘트",
    "목재",
    "합판",
    "전선",
    "조명",
    "복사용지",
    "토너",
    "노트북",
    "모니터",
    "키보드",
    "작업복",
    "안전화",
    "장갑",
    "청소용품",
    "세제",
    "생수",
    "커피",
    "과일",
    "쌀",
    "인쇄",
    "현수막",
    "간판",
    "택배상자",
    "포장재",
    "냉난방기",
    "office",
    "chairs",
    "steel",
    "paper",
    "printing",
    "tools",
    "lighting",
    "cables",
    "cleaning",
    "coffee",
];

/// CPV divisions of the categories.
const DIVISIONS: [u32; 10] = [30, 31, 33, 34, 38, 39, 42, 44, 45, 48];

pub(super) struct Seller {
    pub(super) listing: Verified<Listing>,
    pub(super) online: bool,
}

fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    PeerText::new(text).expect("short words")
}

fn near(rng: &mut Rng, town: (i32, i32)) -> Place {
    // Half a degree around the town, closer in more often than far out.
    let mut off = || (rng.i32(-500_000..=500_000) / 1000) * rng.i32(0..=1000);
    Place {
        country: "KR".parse().expect("a country"),
        locality: text("somewhere"),
        latitude_e6: Some(town.0 + off()),
        longitude_e6: Some(town.1 + off()),
    }
}

/// Division, group and class of the CPV.
fn category(rng: &mut Rng) -> Category {
    let division = DIVISIONS[rng.usize(0..DIVISIONS.len())];
    let code = format!(
        "{division}{}{}{}000-0",
        rng.u32(1..=4),
        rng.u32(1..=5),
        rng.u32(1..=9)
    );
    Category {
        scheme: text("CPV"),
        version: None,
        code: text(&code),
    }
}

/// The key of seller number so and so.
pub(crate) fn seller_key(number: u32) -> Identity {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    Identity::from_seed(seed)
}

/// Seller number so and so, signed, expiring in a month; half of them are online.
pub(super) fn seller(number: u32) -> Seller {
    let mut rng = Rng::with_seed(u64::from(number));
    let listing = described(&mut rng, number, NOW);
    Seller {
        listing: sign(&seller_key(number), listing).expect("a good listing"),
        online: rng.bool(),
    }
}

/// What it says of itself, issued then.
pub(crate) fn listing(number: u32, issued_at: Timestamp) -> Listing {
    described(&mut Rng::with_seed(u64::from(number)), number, issued_at)
}

fn described(rng: &mut Rng, number: u32, issued_at: Timestamp) -> Listing {
    let words: Vec<&str> = (0..4).map(|_| WORDS[rng.usize(0..WORDS.len())]).collect();
    let categories: Vec<Category> = (0..rng.usize(1..=3)).map(|_| category(rng)).collect();
    let town = TOWNS[rng.usize(0..TOWNS.len())];
    Listing {
        from: seller_key(number).peer_id(),
        seq: 1,
        issued_at,
        expires_at: issued_at.plus(Duration::from_secs(29 * 24 * 3600)),
        name: text(&format!("상사 {number}")),
        roles: Roles {
            buys: true,
            sells: true,
        },
        categories: List::try_from(categories).expect("few"),
        words: text(&words.join(" ")),
        place: near(rng, town),
        radius_km: rng.bool().then(|| rng.u32(20..=500)),
        currencies: List::try_from(vec!["KRW".parse().expect("a currency")]).expect("one"),
        languages: List::try_from(vec!["ko".parse().expect("a language")]).expect("one"),
        addresses: List::try_from(vec![
            "/ip4/192.0.2.7/udp/4001/quic-v1"
                .parse()
                .expect("an address"),
            "/ip4/192.0.2.7/tcp/4001".parse().expect("an address"),
        ])
        .expect("two"),
        capabilities: List::default(),
        url: None,
    }
}

/// What buyer number so and so looks for: a CPV group, a Korean or English word, a place, online, within a radius.
pub(super) fn query(number: u32, radius_km: u32) -> Query {
    let mut rng = Rng::with_seed(0x0b5e_0000 + u64::from(number));
    let mut group = category(&mut rng);
    group.code = text(&format!("{}00000-0", &group.code.as_str()[..3]));
    Query {
        categories: List::try_from(vec![group]).expect("one"),
        words: text(WORDS[number as usize % WORDS.len()]),
        place: Some(near(&mut rng, TOWNS[number as usize % TOWNS.len()])),
        radius_km: Some(radius_km),
        online_only: true,
        ..Query::default()
    }
}

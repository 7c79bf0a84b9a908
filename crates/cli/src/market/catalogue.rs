//! Small firms with small catalogues, in Korea and Europe, to try things against. Firms and prices are invented.

use opener_api::Profile;
use opener_trade::{
    Category, Invalid, List, PeerText, Place, Unit,
    document::{Disclosure, Line, Roles},
    words::tokens,
};

/// Something sold by the piece, litre or kilogram.
#[derive(Debug)]
pub struct Good {
    /// Its CPV code.
    cpv: &'static str,
    /// What it is called, in English and Korean: any of these words in a line names it.
    words: &'static [&'static str],
    /// What the price is for: code of UN/ECE Recommendation 20.
    pub unit: &'static str,
    /// List price of one unit in euro cents, without tax.
    euro_cents: i64,
    /// List price of one unit in won, without tax.
    won: i64,
}

/// A firm.
#[derive(Debug)]
pub struct Firm {
    /// Its name.
    pub name: &'static str,
    country: &'static str,
    locality: &'static str,
    /// Latitude and longitude in millionths of a degree.
    position: (i32, i32),
    /// How far it delivers, in kilometres.
    radius_km: u32,
    /// The currency of its prices.
    pub currency: &'static str,
    languages: &'static [&'static str],
    /// Its price level, in per cent of the list price.
    pub level: i64,
    /// Days from order to delivery.
    pub lead_time_days: u32,
    /// How well it answers questions of quality, in per cent of what is wanted.
    pub quality: i64,
    words: &'static str,
    goods: &'static [&'static [Good]],
}

const fn good(
    cpv: &'static str,
    words: &'static [&'static str],
    unit: &'static str,
    euro_cents: i64,
    won: i64,
) -> Good {
    Good {
        cpv,
        words,
        unit,
        euro_cents,
        won,
    }
}

const FURNITURE: &[Good] = &[
    good(
        "39112000-0",
        &["chair", "chairs", "의자", "stuhl", "sedia"],
        "H87",
        14_900,
        219_000,
    ),
    good(
        "39121000-6",
        &["desk", "desks", "책상", "schreibtisch"],
        "H87",
        28_900,
        420_000,
    ),
    good(
        "39121200-8",
        &["table", "tables", "테이블", "탁자", "tisch"],
        "H87",
        34_500,
        510_000,
    ),
    good(
        "39122000-3",
        &[
            "cabinet",
            "cabinets",
            "bookcase",
            "drawer",
            "캐비닛",
            "책장",
            "서랍",
        ],
        "H87",
        19_900,
        288_000,
    ),
    good(
        "39130000-2",
        &["partition", "locker", "파티션", "사물함"],
        "H87",
        12_500,
        180_000,
    ),
];
const STATIONERY: &[Good] = &[
    good(
        "30197630-1",
        &["paper", "a4", "용지", "복사지", "papier"],
        "H87",
        420,
        6_200,
    ),
    good(
        "30192100-2",
        &["pen", "pens", "볼펜", "stylo"],
        "H87",
        60,
        900,
    ),
    good(
        "30199230-1",
        &["envelope", "envelopes", "봉투"],
        "H87",
        8,
        110,
    ),
    good(
        "30197000-6",
        &["stapler", "binder", "folder", "스테이플러", "바인더"],
        "H87",
        690,
        9_800,
    ),
    good(
        "30125110-5",
        &["toner", "cartridge", "토너"],
        "H87",
        6_800,
        97_000,
    ),
];
const STEEL: &[Good] = &[
    good(
        "14622000-7",
        &["steel", "sheet", "coil", "강판", "철강"],
        "KGM",
        112,
        1_580,
    ),
    good(
        "44334000-0",
        &["profile", "beam", "rebar", "형강", "철근"],
        "KGM",
        98,
        1_390,
    ),
    good(
        "44163100-1",
        &["pipe", "pipes", "tube", "강관", "파이프"],
        "MTR",
        1_450,
        20_900,
    ),
    good(
        "44316000-8",
        &["bolt", "bolts", "screw", "screws", "볼트", "나사"],
        "H87",
        22,
        310,
    ),
];
const TEXTILES: &[Good] = &[
    good(
        "18100000-0",
        &[
            "workwear",
            "uniform",
            "uniforms",
            "cap",
            "caps",
            "작업복",
            "유니폼",
            "모자",
        ],
        "H87",
        3_400,
        48_000,
    ),
    good(
        "39514000-4",
        &["towel", "towels", "수건", "타월"],
        "H87",
        540,
        7_600,
    ),
    good(
        "19210000-1",
        &["fabric", "cotton", "linen", "원단", "직물"],
        "MTR",
        890,
        12_800,
    ),
    good(
        "39515000-5",
        &["curtain", "curtains", "blind", "커튼", "블라인드"],
        "H87",
        7_900,
        112_000,
    ),
];
const CAFE: &[Good] = &[
    good(
        "15861000-1",
        &["coffee", "beans", "커피", "원두"],
        "KGM",
        1_690,
        23_500,
    ),
    good("15863000-5", &["tea", "차", "홍차"], "KGM", 2_400, 34_000),
    good(
        "39222100-5",
        &["cup", "cups", "lid", "종이컵", "뚜껑"],
        "H87",
        7,
        95,
    ),
    good(
        "42968100-0",
        &["machine", "grinder", "머신", "그라인더"],
        "H87",
        219_000,
        3_150_000,
    ),
];

const fn firm(
    name: &'static str,
    (country, locality, position): (&'static str, &'static str, (i32, i32)),
    (level, lead_time_days, quality): (i64, u32, i64),
    words: &'static str,
    goods: &'static [&'static [Good]],
) -> Firm {
    let korean = country.as_bytes()[0] == b'K';
    Firm {
        name,
        country,
        locality,
        position,
        // Korea from end to end, or most of the European Union.
        radius_km: if korean { 600 } else { 2_500 },
        currency: if korean { "KRW" } else { "EUR" },
        languages: if korean { &["ko", "en"] } else { &["en"] },
        level,
        lead_time_days,
        quality,
        words,
        goods,
    }
}

/// The firms. The first few already sell different goods, in both regions.
pub const FIRMS: &[Firm] = &[
    firm(
        "한강사무가구 Hangang Office",
        ("KR", "서울", (37_566_500, 126_978_000)),
        (100, 7, 90),
        "사무용 가구 의자 책상 office furniture chairs desks",
        &[FURNITURE],
    ),
    firm(
        "Möbelwerk Leipzig GmbH",
        ("DE", "Leipzig", (51_339_700, 12_373_100)),
        (104, 14, 95),
        "office furniture chairs desks Büromöbel Schreibtische",
        &[FURNITURE],
    ),
    firm(
        "가람문구 Garam Stationery",
        ("KR", "서울", (37_560_000, 126_997_000)),
        (96, 2, 80),
        "문구 사무용품 복사지 stationery paper pens toner",
        &[STATIONERY],
    ),
    firm(
        "부산목재가구 Busan Woodwork",
        ("KR", "부산", (35_179_600, 129_075_600)),
        (92, 12, 75),
        "원목 가구 의자 책상 wooden furniture chairs desks",
        &[FURNITURE],
    ),
    firm(
        "Sedie Udine S.r.l.",
        ("IT", "Udine", (46_071_100, 13_234_600)),
        (97, 18, 92),
        "chairs seating sedie poltrone office furniture",
        &[FURNITURE],
    ),
    firm(
        "대전의자공방 Daejeon Chair Works",
        ("KR", "대전", (36_350_400, 127_384_500)),
        (97, 5, 85),
        "사무용 의자 회의실 가구 office chairs meeting tables",
        &[FURNITURE],
    ),
    firm(
        "Meble Poznań Sp. z o.o.",
        ("PL", "Poznań", (52_406_400, 16_925_200)),
        (88, 21, 78),
        "office furniture chairs desks cabinets meble biurowe",
        &[FURNITURE],
    ),
    firm(
        "인천카페설비 Incheon Cafe Supply",
        ("KR", "인천", (37_456_300, 126_705_200)),
        (99, 3, 84),
        "카페 원두 커피 종이컵 coffee beans cups espresso machines",
        &[CAFE],
    ),
    firm(
        "Papeterie Lyonnaise SARL",
        ("FR", "Lyon", (45_764_000, 4_835_700)),
        (103, 4, 88),
        "stationery paper pens envelopes papeterie fournitures",
        &[STATIONERY],
    ),
    firm(
        "포항철강상사 Pohang Steel",
        ("KR", "포항", (36_019_000, 129_343_500)),
        (95, 10, 90),
        "철강 강판 형강 steel sheet profiles pipes bolts",
        &[STEEL],
    ),
    firm(
        "Baltic Coffee OÜ",
        ("EE", "Tallinn", (59_437_000, 24_753_600)),
        (94, 9, 82),
        "coffee tea cups cafe supplies kohv",
        &[CAFE],
    ),
    firm(
        "대구섬유 Daegu Textiles",
        ("KR", "대구", (35_871_400, 128_601_400)),
        (93, 8, 86),
        "섬유 작업복 유니폼 수건 textiles workwear uniforms towels",
        &[TEXTILES],
    ),
    firm(
        "Acciai Brescia S.p.A.",
        ("IT", "Brescia", (45_541_600, 10_211_800)),
        (101, 12, 91),
        "steel sheet profiles pipes acciaio ironmongery",
        &[STEEL],
    ),
    firm(
        "Têxteis do Minho Lda",
        ("PT", "Braga", (41_545_400, -8_426_500)),
        (90, 16, 83),
        "textiles workwear towels fabric têxteis",
        &[TEXTILES],
    ),
];

impl Good {
    /// The list price of one unit in minor units of the firm's currency.
    pub fn price(&self, currency: &str) -> i64 {
        if currency == "KRW" {
            self.won
        } else {
            self.euro_cents
        }
    }

    fn category(&self) -> Result<Category, Invalid> {
        Ok(Category {
            scheme: "CPV".parse()?,
            version: Some("2008".parse()?),
            code: self.cpv.parse()?,
        })
    }

    /// Whether a line asks for this: by code, or by name where the line has no code, in the unit it is sold by.
    fn is_asked(&self, line: &Line) -> Result<bool, Invalid> {
        let own = self.category()?;
        let name = tokens(line.name.as_str());
        let by_name = || {
            self.words
                .iter()
                .any(|word| name.is_superset(&tokens(word)))
        };
        let is_same = match line.categories.is_empty() {
            true => by_name(),
            // A broad code covers several goods: then the name decides.
            false => line
                .categories
                .iter()
                .any(|c| c.is_related(&own) && (c.stem().len() >= own.stem().len() || by_name())),
        };
        Ok(is_same && unit(line.quantity.unit) == self.unit)
    }
}

/// Units that count single pieces are one and the same to a small firm.
fn unit(asked: Unit) -> String {
    match asked.code() {
        "C62" | "EA" | "NAR" | "NMP" | "XPP" | "PCE" => "H87".to_owned(),
        other => other.to_owned(),
    }
}

impl Firm {
    /// The good that a line asks for, if the firm has it.
    ///
    /// # Errors
    /// The catalogue breaks a rule of the language.
    pub fn good(&self, line: &Line) -> Result<Option<&'static Good>, Invalid> {
        for good in self.goods.iter().flat_map(|shelf| shelf.iter()) {
            if good.is_asked(line)? {
                return Ok(Some(good));
            }
        }
        Ok(None)
    }

    /// What the firm says about itself; with a number when there are several of it.
    ///
    /// # Errors
    /// The catalogue breaks a rule of the language.
    pub fn profile(&self, round: usize) -> Result<Profile, Invalid> {
        let name = match round {
            0 => self.name.to_owned(),
            more => format!("{} {}", self.name, more + 1),
        };
        let categories = self
            .goods
            .iter()
            .flat_map(|shelf| shelf.iter())
            .map(Good::category);
        let languages = self.languages.iter().map(|code| code.parse());
        let (latitude, longitude) = self.position;
        Ok(Profile {
            name: PeerText::new(&name)?,
            roles: Roles {
                buys: false,
                sells: true,
            },
            place: Place {
                country: self.country.parse()?,
                locality: self.locality.parse()?,
                latitude_e6: Some(latitude),
                longitude_e6: Some(longitude),
            },
            contact: None,
            categories: categories.collect::<Result<Vec<_>, _>>()?.try_into()?,
            words: self.words.parse()?,
            radius_km: Some(self.radius_km),
            currencies: List::try_from(vec![self.currency.parse()?])?,
            languages: languages.collect::<Result<Vec<_>, Invalid>>()?.try_into()?,
            url: None,
            disclosure: Disclosure::Full,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_firm_has_a_sound_profile_with_its_goods() {
        for firm in FIRMS {
            let profile = firm.profile(0).unwrap();
            profile.place.check().unwrap();
            assert!(!profile.categories.is_empty(), "{}", firm.name);
            for good in firm.goods.iter().flat_map(|shelf| shelf.iter()) {
                assert!(good.price(firm.currency) > 0);
                assert!(
                    good.unit.parse::<Unit>().unwrap().info().is_some(),
                    "{}",
                    good.unit
                );
            }
        }
        assert_ne!(
            FIRMS[0].profile(0).unwrap().name,
            FIRMS[0].profile(1).unwrap().name
        );
    }

    #[test]
    fn both_regions_have_three_firms_with_chairs() {
        for currency in ["KRW", "EUR"] {
            let with_chairs = FIRMS
                .iter()
                .filter(|firm| firm.currency == currency && firm.goods.contains(&FURNITURE));
            let mut levels: Vec<i64> = with_chairs.map(|firm| firm.level).collect();
            levels.sort_unstable();
            levels.dedup();
            assert!(levels.len() >= 3, "{currency}");
        }
    }
}

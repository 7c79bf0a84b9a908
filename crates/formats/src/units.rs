//! Units as people write them.

use opener_trade::Unit;

/// Words for units, in the languages of the tenders we know, and the UN/ECE Recommendation 20 code of each.
const WORDS: &[(&str, &[&str])] = &[
    (
        "H87",
        &[
            "piece",
            "pieces",
            "pc",
            "pcs",
            "pce",
            "item",
            "items",
            "unit",
            "units",
            "each",
            "ea",
            "unidad",
            "unidades",
            "unidad de medida",
            "pieza",
            "piezas",
            "հատ",
            "штука",
            "штуки",
            "штук",
            "шт",
            "одиниця",
            "одиниць",
            "개",
            "대",
            "장",
            "stück",
            "stk",
        ],
    ),
    (
        "LS",
        &[
            "lump sum",
            "global",
            "unidad medida global",
            "unidad de medida global",
            "servicio",
            "service",
            "services",
            "послуга",
            "послуги",
            "робота",
            "роботи",
            "ծառայություն",
            "식",
        ],
    ),
    (
        "SET",
        &[
            "set",
            "sets",
            "kit",
            "kits",
            "juego",
            "juegos",
            "комплект",
            "комплекти",
            "набір",
            "լրակազմ",
            "세트",
            "조",
        ],
    ),
    (
        "PR",
        &[
            "pair",
            "pairs",
            "par",
            "pares",
            "пара",
            "пари",
            "пар",
            "զույգ",
            "켤레",
        ],
    ),
    (
        "XBX",
        &[
            "box",
            "boxes",
            "caja",
            "cajas",
            "ящик",
            "ящики",
            "коробка",
            "տուփ",
            "상자",
            "박스",
        ],
    ),
    (
        "XPK",
        &[
            "pack",
            "packs",
            "package",
            "packages",
            "paquete",
            "paquetes",
            "упаковка",
            "упаковки",
            "пачка",
            "փաթեթ",
            "팩",
        ],
    ),
    (
        "XBO",
        &[
            "bottle",
            "bottles",
            "botella",
            "botellas",
            "пляшка",
            "флакон",
            "շիշ",
            "병",
        ],
    ),
    (
        "XRO",
        &[
            "roll",
            "rolls",
            "rollo",
            "rollos",
            "рулон",
            "рулони",
            "գլան",
            "롤",
        ],
    ),
    (
        "KGM",
        &[
            "kg",
            "kilogram",
            "kilograms",
            "kilogramo",
            "kilogramos",
            "кг",
            "кілограм",
            "килограмм",
            "կգ",
            "կիլոգրամ",
            "킬로그램",
        ],
    ),
    (
        "GRM",
        &[
            "g", "gram", "grams", "gramo", "gramos", "г", "грам", "գրամ", "그램",
        ],
    ),
    (
        "TNE",
        &[
            "t",
            "ton",
            "tons",
            "tonne",
            "tonnes",
            "tonelada",
            "toneladas",
            "т",
            "тонна",
            "тонни",
            "տոննա",
            "톤",
        ],
    ),
    (
        "MTR",
        &[
            "m",
            "metre",
            "metres",
            "meter",
            "meters",
            "metro",
            "metros",
            "metro lineal",
            "м",
            "метр",
            "метри",
            "մետր",
            "미터",
        ],
    ),
    (
        "KMT",
        &[
            "km",
            "kilometre",
            "kilometres",
            "kilometro",
            "kilómetro",
            "kilómetros",
            "км",
            "кілометр",
            "կմ",
        ],
    ),
    (
        "MTK",
        &[
            "m2",
            "m²",
            "square metre",
            "square metres",
            "metro cuadrado",
            "metros cuadrados",
            "м2",
            "м²",
            "квадратний метр",
            "метр квадратний",
            "քառակուսի մետր",
            "քմ",
            "제곱미터",
            "㎡",
        ],
    ),
    (
        "MTQ",
        &[
            "m3",
            "m³",
            "cubic metre",
            "cubic metres",
            "metro cubico",
            "metro cúbico",
            "metros cúbicos",
            "м3",
            "м³",
            "кубічний метр",
            "метр кубічний",
            "խորանարդ մետր",
            "խմ",
            "㎥",
        ],
    ),
    (
        "LTR",
        &[
            "l",
            "litre",
            "litres",
            "liter",
            "liters",
            "litro",
            "litros",
            "л",
            "літр",
            "літри",
            "литр",
            "լիտր",
            "리터",
        ],
    ),
    (
        "HUR",
        &[
            "h",
            "hour",
            "hours",
            "hora",
            "horas",
            "година",
            "години",
            "ժամ",
            "시간",
        ],
    ),
    (
        "DAY",
        &[
            "day", "days", "día", "dia", "días", "dias", "день", "дні", "օր", "일",
        ],
    ),
    (
        "MON",
        &[
            "month",
            "months",
            "mes",
            "meses",
            "місяць",
            "місяці",
            "ամիս",
            "개월",
        ],
    ),
    (
        "ANN",
        &["year", "years", "año", "años", "рік", "տարի", "년"],
    ),
    ("KWH", &["kwh", "квт·год", "квт год", "կվտ/ժ"]),
];

/// The unit that a word means; blanks at the ends, a final stop and capitals do not matter.
pub(crate) fn of_word(word: &str) -> Option<Unit> {
    let word = word.trim().trim_end_matches('.').to_lowercase();
    let known = WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|known| *known == word));
    known.and_then(|(code, _)| code.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_in_the_table_is_current() {
        for (code, _) in WORDS {
            let unit: Unit = code.parse().unwrap();
            assert!(unit.is_current(), "{code}");
        }
    }

    #[test]
    fn no_word_means_two_units_and_each_is_found() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, words) in WORDS {
            for word in *words {
                assert!(seen.insert(word.to_lowercase()), "{word}");
                assert_eq!(of_word(word).unwrap().code(), *code, "{word}");
            }
        }
    }

    #[test]
    fn words_are_found_in_five_scripts() {
        for (word, code) in [
            ("Unidad", "H87"),
            ("Unidad Medida Global", "LS"),
            ("Metros", "MTR"),
            ("Kilogramos", "KGM"),
            ("հատ", "H87"),
            ("Штука", "H87"),
            ("шт.", "H87"),
            (" KG ", "KGM"),
            ("개", "H87"),
        ] {
            assert_eq!(
                of_word(word).map(|unit| unit.to_string()).as_deref(),
                Some(code),
                "{word}"
            );
        }
        assert_eq!(of_word("resma"), None);
    }
}

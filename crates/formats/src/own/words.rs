//! Values that may be written as a few words or spelled out field by field.

use std::{fmt, marker::PhantomData};

use opener_trade::{
    Category, Number, PeerText, Quantity, Unit,
    document::{Incoterm, IncotermRule},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::units;

/// A value with a form in words.
pub(crate) trait FromWords: Sized {
    /// What is expected, for messages.
    const EXPECTED: &'static str;

    /// Reads the words.
    fn from_words(text: &str) -> Option<Self>;
}

/// Reads a type from its words only.
macro_rules! words {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::own::words::Words::<$type>::new())
            }
        }
    };
}
pub(crate) use words;

/// Reads words.
pub(crate) struct Words<T>(PhantomData<T>);

impl<T> Words<T> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromWords> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_words(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// A value in words, or spelled out as `F`.
pub(crate) struct Either<T, F>(PhantomData<(T, F)>);

impl<'de, T: FromWords + From<F>, F: DeserializeOwned> Visitor<'de> for Either<T, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Words::new().visit_str(text)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        F::deserialize(MapAccessDeserializer::new(map)).map(T::from)
    }
}

/// Reads a type from its words or from its fields.
macro_rules! either {
    ($type:ty, $fields:ty) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Either::<$type, $fields>(PhantomData))
            }
        }
    };
}

/// An exact number: a JSON number, or text such as `"12.5"`. Numbers that are not whole arrive here as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact(pub Number);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Exact;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number such as 12.5, of at most 28 digits and without exponent")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
                let number = text.trim().parse();
                number
                    .map(Exact)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Exact, E> {
                self.visit_str(&whole.to_string())
            }

            fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Exact, E> {
                self.visit_str(&whole.to_string())
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

/// A unit: a UN/ECE Rec 20 code, or a common word for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnitWord(pub Unit);

impl FromWords for UnitWord {
    const EXPECTED: &'static str = "a UN/ECE Rec 20 code such as H87 (piece), or a word such as kg";

    fn from_words(text: &str) -> Option<Self> {
        let code: Option<Unit> = text.trim().parse().ok();
        code.filter(|unit| unit.info().is_some())
            .or_else(|| units::of_word(text))
            .map(Self)
    }
}

words!(UnitWord);

/// A quantity: `"12 H87"`, or `{"value": 12, "unit": "H87"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuantityWords(pub Quantity);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuantityFields {
    value: Exact,
    unit: UnitWord,
}

impl From<QuantityFields> for QuantityWords {
    fn from(fields: QuantityFields) -> Self {
        let (value, unit) = (fields.value.0, fields.unit.0);
        Self(Quantity { value, unit })
    }
}

impl FromWords for QuantityWords {
    const EXPECTED: &'static str =
        "a quantity such as \"12 H87\" or {\"value\": 12, \"unit\": \"H87\"}";

    fn from_words(text: &str) -> Option<Self> {
        let (value, unit) = text.trim().split_once(char::is_whitespace)?;
        let unit = UnitWord::from_words(unit)?.0;
        let value = value.parse().ok()?;
        Some(Self(Quantity { value, unit }))
    }
}

either!(QuantityWords, QuantityFields);

/// A category: `"CPV 39112000-0"`, or `{"scheme": "CPV", "code": "39112000-0"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CategoryWords(pub Category);

impl From<Category> for CategoryWords {
    fn from(category: Category) -> Self {
        Self(category)
    }
}

impl FromWords for CategoryWords {
    const EXPECTED: &'static str =
        "a category such as \"CPV 39112000-0\" or {\"scheme\": \"CPV\", \"code\": \"39112000-0\"}";

    fn from_words(text: &str) -> Option<Self> {
        let (scheme, code) = text.trim().split_once(char::is_whitespace)?;
        Some(Self(Category {
            scheme: PeerText::new(scheme).ok()?,
            version: None,
            code: PeerText::new(code.trim()).ok()?,
        }))
    }
}

either!(CategoryWords, Category);

/// An Incoterm: `"DAP Seoul"`, or `{"rule": "DAP", "place": "Seoul", "year": 2020}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IncotermWords(pub Incoterm);

/// The edition in force since 1 January 2020.
const EDITION: u16 = 2020;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncotermFields {
    rule: Rule,
    place: PeerText<{ opener_trade::limits::NAME_BYTES }>,
    #[serde(default = "edition")]
    year: u16,
}

fn edition() -> u16 {
    EDITION
}

impl From<IncotermFields> for IncotermWords {
    fn from(fields: IncotermFields) -> Self {
        Self(Incoterm {
            rule: fields.rule.0,
            place: fields.place,
            year: fields.year,
        })
    }
}

impl FromWords for IncotermWords {
    const EXPECTED: &'static str = "an Incoterm such as \"DAP Seoul\" or {\"rule\": \"DAP\", \"place\": \"Seoul\", \"year\": 2020}";

    fn from_words(text: &str) -> Option<Self> {
        let (rule, place) = text.trim().split_once(char::is_whitespace)?;
        Some(Self(Incoterm {
            rule: Rule::from_words(rule)?.0,
            place: PeerText::new(place.trim()).ok()?,
            year: EDITION,
        }))
    }
}

either!(IncotermWords, IncotermFields);

struct Rule(IncotermRule);

impl FromWords for Rule {
    const EXPECTED: &'static str =
        "one of EXW, FCA, CPT, CIP, DAP, DPU, DDP, FAS, FOB, CFR, CIF, DAT";

    fn from_words(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let rule = de::value::StrDeserializer::<de::value::Error>::new(&text);
        IncotermRule::deserialize(rule).ok().map(Self)
    }
}

words!(Rule);

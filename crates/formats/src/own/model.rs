//! The fields of an RFP file. Names and meanings are those of `docs/rfp.schema.json`.

use std::collections::BTreeMap;

use opener_trade::{
    CountryCode, Currency, Language, List, PeerText,
    document::{Attachments, CommitmentKind, Direction, Disclosure, Measure, TaxBasis},
    limits::{
        CRITERIA, CURRENCIES, DESCRIPTION_BYTES, LABEL_BYTES, LINE_CATEGORIES,
        LINE_DESCRIPTION_BYTES, LINES, LOTS, NAME_BYTES, REMARK_BYTES,
    },
};
use serde::Deserialize;

use super::{
    moment::{Span, When},
    words::{CategoryWords, Exact, IncotermWords, QuantityWords},
};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    pub revision: Option<u32>,
    pub title: PeerText<NAME_BYTES>,
    #[serde(default)]
    pub description: PeerText<DESCRIPTION_BYTES>,
    pub language: Option<Language>,
    pub buyer: Option<Buyer>,
    pub open: Option<When>,
    pub questions_until: Option<When>,
    pub deadline: Option<When>,
    pub award_by: Option<When>,
    pub rules: Option<Rules>,
    pub currencies: List<Currency, CURRENCIES>,
    pub budget: Option<Exact>,
    pub delivery: Option<Delivery>,
    pub incoterm: Option<IncotermWords>,
    pub payment: Option<PeerText<REMARK_BYTES>>,
    pub criteria: Option<List<Criterion, CRITERIA>>,
    pub disclosure: Option<Disclosure>,
    #[serde(default)]
    pub attachments: Attachments,
    #[serde(default)]
    pub lots: List<Lot, LOTS>,
    pub lines: List<Line, LINES>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buyer {
    pub name: PeerText<NAME_BYTES>,
    pub place: Place,
    pub contact: Option<PeerText<NAME_BYTES>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub country: CountryCode,
    #[serde(default)]
    pub locality: PeerText<NAME_BYTES>,
    pub latitude: Option<Exact>,
    pub longitude: Option<Exact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub place: Place,
    pub from: Option<When>,
    pub until: Option<When>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub commitment: Option<CommitmentKind>,
    pub validity: Option<Span>,
    pub partial: Option<bool>,
    pub alternatives: Option<bool>,
    pub repeated: Option<bool>,
    pub max_rounds: Option<u8>,
    pub extension: Option<Span>,
    pub tax: Option<TaxBasis>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Criterion {
    pub name: PeerText<LABEL_BYTES>,
    pub weight: Exact,
    pub measure: Measure,
    pub direction: Option<Direction>,
    pub best: Option<Exact>,
    pub worst: Option<Exact>,
    #[serde(default)]
    pub knock_out: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lot {
    pub number: Option<u16>,
    pub title: PeerText<NAME_BYTES>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub number: Option<u32>,
    pub name: PeerText<NAME_BYTES>,
    #[serde(default)]
    pub description: PeerText<LINE_DESCRIPTION_BYTES>,
    pub quantity: QuantityWords,
    #[serde(default)]
    pub categories: List<CategoryWords, LINE_CATEGORIES>,
    #[serde(default)]
    pub properties: BTreeMap<String, PeerText<NAME_BYTES>>,
    pub delivery: Option<Delivery>,
    #[serde(default)]
    pub optional: bool,
    pub lot: Option<u16>,
}

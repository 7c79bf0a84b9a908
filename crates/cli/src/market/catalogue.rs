//! Small firms with small catalogues, in Korea and Europe, to try things against. Firms and prices are invented; they
//! stand in `catalogue.json`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use opener_api::Profile;
use opener_trade::{
    Category, Currency, Invalid, Money, Number, PeerText, Unit, document::Line, words::tokens,
};
use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    shelves: BTreeMap<String, Vec<Good>>,
    firms: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    profile: Profile,
    level: u32,
    lead_time_days: u32,
    quality: u32,
    shelves: Vec<String>,
}

/// Something that is sold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Good {
    /// Its CPV code.
    cpv: String,
    /// What it is called: any of these words in a line names it.
    words: Vec<String>,
    /// What the price is for.
    unit: Unit,
    /// List price of one unit by currency, in major units, without tax.
    prices: BTreeMap<String, Number>,
}

/// A firm.
#[derive(Debug, Clone)]
pub struct Firm {
    /// What it says about itself.
    pub profile: Profile,
    /// Its price level, in per cent of the list price.
    pub level: u32,
    /// Days from order to delivery.
    pub lead_time_days: u32,
    /// How well it answers questions of quality, in per cent of what is wanted.
    pub quality: u32,
    goods: Vec<Good>,
}

/// The firms. The first few already sell different goods, in both regions.
///
/// # Errors
/// The file is damaged.
pub fn firms() -> Result<Vec<Firm>> {
    let file: File =
        serde_json::from_str(include_str!("catalogue.json")).context("the catalogue")?;
    let shelf = |name: &String| {
        file.shelves
            .get(name)
            .with_context(|| format!("there is no shelf {name}"))
    };
    let firm = |entry: &Entry| -> Result<Firm> {
        let shelves = entry
            .shelves
            .iter()
            .map(shelf)
            .collect::<Result<Vec<_>>>()?;
        let goods: Vec<Good> = shelves.into_iter().flatten().cloned().collect();
        let categories = goods
            .iter()
            .map(Good::category)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Firm {
            profile: Profile {
                categories: categories.try_into()?,
                ..entry.profile.clone()
            },
            level: entry.level,
            lead_time_days: entry.lead_time_days,
            quality: entry.quality,
            goods,
        })
    };
    file.firms.iter().map(firm).collect()
}

/// So many firms; where there are more than in the catalogue, each further one of a kind has a number.
///
/// # Errors
/// The file is damaged.
pub fn take(firms: &[Firm], count: usize) -> Result<Vec<Firm>> {
    let numbered = |i: usize| {
        let (firm, round) = (&firms[i % firms.len()], i / firms.len());
        let name = match round {
            0 => firm.profile.name.clone(),
            more => PeerText::new(&format!("{} {}", firm.profile.name, more + 1))?,
        };
        Ok(Firm {
            profile: Profile {
                name,
                ..firm.profile.clone()
            },
            ..firm.clone()
        })
    };
    (0..count).map(numbered).collect()
}

impl Good {
    /// The list price of one unit.
    pub fn price(&self, currency: Currency) -> Option<Money> {
        Money::exact(*self.prices.get(currency.code())?, currency).ok()
    }

    fn category(&self) -> Result<Category, Invalid> {
        Ok(Category {
            scheme: "CPV".parse()?,
            version: Some("2008".parse()?),
            code: self.cpv.parse()?,
        })
    }

    /// Whether a line asks for this, in the unit it is sold by: by code; where the line has none, or one that covers
    /// several goods, by name.
    fn is_asked(&self, line: &Line) -> bool {
        let Ok(own) = self.category() else {
            return false;
        };
        let name = tokens(line.name.as_str());
        let by_name = || {
            self.words
                .iter()
                .any(|word| name.is_superset(&tokens(word)))
        };
        let by_code = |code: &Category| {
            code.is_related(&own) && (code.stem().len() >= own.stem().len() || by_name())
        };
        let is_same = match line.categories.is_empty() {
            true => by_name(),
            false => line.categories.iter().any(by_code),
        };
        is_same && counted(line.quantity.unit) == self.unit
    }
}

/// Units that count single pieces or packs are one and the same to a small firm (Recommendation 20 and 21 codes).
fn counted(asked: Unit) -> Unit {
    match asked.code() {
        "C62" | "EA" | "NAR" | "NMP" | "XPP" => Unit::PIECE,
        _ => asked,
    }
}

impl Firm {
    /// The good that a line asks for, if the firm has it.
    pub fn good(&self, line: &Line) -> Option<&Good> {
        self.goods.iter().find(|good| good.is_asked(line))
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Option<Currency> {
        self.profile.currencies.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_firm_has_a_sound_profile_and_prices_in_its_currency() {
        let firms = firms().unwrap();
        assert!(firms.len() >= 12);
        for firm in &firms {
            firm.profile.place.check().unwrap();
            let currency = firm.currency().unwrap();
            assert!(!firm.goods.is_empty(), "{}", firm.profile.name);
            for good in &firm.goods {
                assert!(good.price(currency).unwrap().minor() > 0, "{}", good.cpv);
                assert!(good.unit.info().is_some(), "{}", good.unit);
            }
        }
    }

    #[test]
    fn both_regions_have_three_firms_with_chairs_at_prices_of_their_own() {
        let firms = firms().unwrap();
        for currency in ["KRW", "EUR"] {
            let here = firms
                .iter()
                .filter(|firm| firm.currency().unwrap().code() == currency);
            let with_chairs =
                here.filter(|firm| firm.goods.iter().any(|good| good.cpv.starts_with("39112")));
            let mut levels: Vec<u32> = with_chairs.map(|firm| firm.level).collect();
            levels.sort_unstable();
            levels.dedup();
            assert!(levels.len() >= 3, "{currency}");
        }
    }

    #[test]
    fn more_sellers_than_firms_are_told_apart_by_a_number() {
        let firms = firms().unwrap();
        let taken = take(&firms, firms.len() + 1).unwrap();
        assert_eq!(taken[0].profile.name, firms[0].profile.name);
        assert_eq!(
            taken[firms.len()].profile.name.as_str(),
            format!("{} 2", firms[0].profile.name)
        );
    }
}

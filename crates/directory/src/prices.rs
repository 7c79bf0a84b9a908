//! `prices`: what comparable goods cost, from terms whose parties disclosed them.
//!
//! A price is published only where enough pairs of parties stand behind it, so that nobody reads out of it what one deal
//! cost, and each pair counts once, so that nobody moves it by trading with themselves a thousand times.

use std::collections::{BTreeMap, HashSet};

use opener_trade::{
    Category, List, Number, Timestamp,
    directory::{MonthlyPrice, PriceQuery, Response},
    document::Terms,
};
use rust_decimal::Decimal;

use crate::{
    core::Directory,
    limits::{PRICE_MONTHS, PRICE_PAIRS},
    refusal::Refusal,
    store::PriceRow,
};

/// What is comparable: one category, one unit, one currency, one country, one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) scheme: String,
    pub(crate) stem: String,
    pub(crate) unit: String,
    pub(crate) currency: String,
    pub(crate) region: String,
    /// Year and month, UTC: 202611.
    pub(crate) month: i64,
}

/// Year and month of a moment.
fn month(moment: Timestamp) -> i64 {
    let text = moment.to_string();
    let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<i64>().ok());
    number(0, 4).unwrap_or_default() * 100 + number(5, 7).unwrap_or_default()
}

/// The month so many months earlier.
const fn months_before(month: i64, back: i64) -> i64 {
    let months = (month / 100) * 12 + month % 100 - 1 - back;
    months.div_euclid(12) * 100 + months.rem_euclid(12) + 1
}

fn scheme(category: &Category) -> String {
    category.scheme.as_str().trim().to_ascii_lowercase()
}

/// What the lines of terms say about prices: nothing where the parties do not disclose them, where no category or
/// country is named, or where a name holds what no code holds.
pub(crate) fn prices_of(terms: &Terms, now: Timestamp) -> Vec<(Group, String)> {
    let Some(region) = terms.region else {
        return vec![];
    };
    let of_line = |line: &opener_trade::document::TermsLine| {
        let category = line.category.as_ref()?;
        let unit_price = line
            .price
            .price
            .decimal()
            .checked_div(line.price.base_quantity.decimal())?;
        let group = Group {
            scheme: scheme(category),
            stem: category.stem().to_owned(),
            unit: line.quantity.unit.code().to_owned(),
            currency: line.amount.currency().to_string(),
            region: region.code().to_owned(),
            month: month(now),
        };
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        (is_plain(&group.scheme) && is_plain(&group.stem))
            .then(|| (group, Number::from(unit_price).to_string()))
    };
    terms.lines.iter().filter_map(of_line).collect()
}

/// Median and quartiles of each month with enough pairs, newest month first. The newest price of a pair counts.
fn monthly(rows: Vec<PriceRow>) -> Vec<MonthlyPrice> {
    type Pair = (Vec<u8>, Vec<u8>);
    let mut months: BTreeMap<i64, (HashSet<Pair>, Vec<Decimal>)> = BTreeMap::new();
    for (month, buyer, seller, price) in rows {
        let (pairs, prices) = months.entry(month).or_default();
        if let Ok(price) = price.parse::<Number>()
            && pairs.insert((buyer, seller))
        {
            prices.push(price.decimal());
        }
    }
    let published = months
        .into_iter()
        .rev()
        .filter(|(_, (_, prices))| prices.len() >= PRICE_PAIRS);
    published
        .map(|(month, (_, mut prices))| {
            prices.sort_unstable();
            let at = |quarters: usize| Number::from(quantile(&prices, quarters));
            MonthlyPrice {
                month: u32::try_from(month).unwrap_or_default(),
                pairs: u32::try_from(prices.len()).unwrap_or(u32::MAX),
                low: at(1),
                median: at(2),
                high: at(3),
            }
        })
        .collect()
}

/// The value so many quarters up the sorted ones, between two neighbours in proportion (method 7 of Hyndman and Fan,
/// Sample Quantiles in Statistical Packages, 1996).
fn quantile(sorted: &[Decimal], quarters: usize) -> Decimal {
    let steps = sorted.len().saturating_sub(1) * quarters;
    let (below, rest) = (steps / 4, steps % 4);
    let value = |index: usize| sorted.get(index).copied().unwrap_or_default();
    let (low, high) = (value(below), value(below + usize::from(rest > 0)));
    let share = Decimal::from(rest) / Decimal::from(4);
    let between = high.checked_sub(low).and_then(|gap| gap.checked_mul(share));
    between
        .and_then(|step| low.checked_add(step))
        .unwrap_or(low)
        .round_dp(PRICE_DECIMALS)
}

/// Decimals of a published price: as many as unit prices have, and few enough to fit beside 22 digits.
const PRICE_DECIMALS: u32 = 6;

impl Directory {
    pub(crate) async fn prices(
        &self,
        query: &PriceQuery,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        query.category.check()?;
        let group = Group {
            scheme: scheme(&query.category),
            stem: query.category.stem().to_owned(),
            unit: query.unit.code().to_owned(),
            currency: query.currency.to_string(),
            region: query.region.code().to_owned(),
            month: month(now),
        };
        let since = months_before(group.month, PRICE_MONTHS - 1);
        let rows = self.store.prices(&group, since).await?;
        Ok(Response::Prices {
            months: List::try_from(monthly(rows))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(month: i64, pair: u8, price: &str) -> PriceRow {
        (month, vec![pair], vec![pair], price.to_owned())
    }

    #[test]
    fn four_pairs_publish_nothing_and_five_their_median() {
        let rows = |pairs: u8| (1..=pairs).map(|pair| row(202_611, pair, &pair.to_string()));
        assert!(monthly(rows(4).collect()).is_empty());
        let published = monthly(rows(5).collect());
        assert_eq!((published[0].pairs, published[0].month), (5, 202_611));
        let numbers = [published[0].low, published[0].median, published[0].high];
        assert_eq!(numbers.map(|number| number.to_string()), ["2", "3", "4"]);
    }

    #[test]
    fn a_pair_counts_once_with_its_newest_price() {
        let mut rows: Vec<_> = (1..=5).map(|pair| row(202_611, pair, "10")).collect();
        rows.extend((0..100).map(|_| row(202_611, 1, "9999")));
        let published = monthly(rows);
        assert_eq!(
            (published[0].pairs, published[0].high.to_string().as_str()),
            (5, "10")
        );
    }

    #[test]
    fn between_two_values_the_quartile_lies_in_proportion() {
        let sorted = [1, 2, 3, 5].map(Decimal::from);
        let at =
            |sorted: &[Decimal], quarters| Number::from(quantile(sorted, quarters)).to_string();
        assert_eq!(at(&sorted, 1), "1.75");
        assert_eq!(at(&sorted, 2), "2.5");
        assert_eq!(at(&[Decimal::from(7)], 3), "7");
    }

    #[test]
    fn months_are_counted_across_the_turn_of_the_year() {
        assert_eq!(month(Timestamp::from_millis(1_795_183_200_000)), 202_611);
        assert_eq!(months_before(202_602, 3), 202_511);
        assert_eq!(months_before(202_612, 11), 202_601);
    }
}

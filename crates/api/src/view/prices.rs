//! What goods cost, by the reports of others.

use opener_peer::PricesOf;
use opener_trade::{Number, PeerId, directory::MonthlyPrice};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one directory knows of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PricesView {
    /// Which directory.
    pub directory: PeerId,
    /// Months in which at least five pairs of buyer and seller disclosed a price, the newest first.
    pub months: Vec<MonthView>,
}

/// Prices of one month, in major units of the currency for one unit of goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MonthView {
    /// Year and month: `2026-11`.
    pub month: String,
    /// How many pairs of buyer and seller.
    pub pairs: u32,
    /// A quarter of them paid this or less.
    pub low: Number,
    /// Half of them.
    pub median: Number,
    /// Three quarters.
    pub high: Number,
}

impl From<PricesOf> for PricesView {
    fn from(prices: PricesOf) -> Self {
        PricesView {
            directory: prices.directory,
            months: prices.months.into_iter().map(MonthView::from).collect(),
        }
    }
}

impl From<MonthlyPrice> for MonthView {
    fn from(price: MonthlyPrice) -> Self {
        MonthView {
            month: format!("{:04}-{:02}", price.month / 100, price.month % 100),
            pairs: price.pairs,
            low: price.low,
            median: price.median,
            high: price.high,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_reads_as_a_date() {
        let price = MonthlyPrice {
            month: 202_603,
            pairs: 5,
            low: "1".parse().unwrap(),
            median: "2".parse().unwrap(),
            high: "3.5".parse().unwrap(),
        };
        let view = MonthView::from(price);
        assert_eq!((view.month.as_str(), view.pairs), ("2026-03", 5));
        assert_eq!(view.high.to_string(), "3.5");
    }
}

//! What a bid comes to, seen from every side.

use opener_trade::{
    Money,
    document::{Bid, TaxBasis},
};
use serde::Serialize;
use ts_rs::TS;

/// The sums of one bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Totals {
    /// The total as stated.
    pub stated: Money,
    /// Whether that includes tax.
    pub basis: TaxBasis,
    /// The offered lines alone, in the stated basis; absent where the sum does not fit.
    pub lines: Option<Money>,
    /// The charges alone, in the stated basis; absent where the sum does not fit.
    pub charges: Option<Money>,
    /// The tax, where the bid states it.
    pub tax: Option<Money>,
    /// The total without tax, where it is known.
    pub net: Option<Money>,
    /// The total with tax, where it is known.
    pub gross: Option<Money>,
}

/// The sums of a bid: stated, and net and gross where they follow from the taxes it states.
pub fn totals(bid: &Bid) -> Totals {
    let charges = bid.charges.iter().map(|charge| charge.amount);
    Totals {
        stated: bid.total,
        basis: bid.tax_basis,
        lines: Money::sum(bid.currency, bid.offered().map(|line| line.amount)).ok(),
        charges: Money::sum(bid.currency, charges).ok(),
        tax: bid.tax(),
        net: bid.net(),
        gross: bid.gross(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bid, charge, eur, rfp, taxed};

    #[test]
    fn net_gross_and_tax_stand_side_by_side() {
        let rfp = rfp(&[("2", None)]);
        let bid = taxed(charge(bid(&rfp, &[100]), 20, None), "20");
        let totals = totals(&bid);
        assert_eq!(totals.lines, Some(eur(100)));
        assert_eq!(totals.charges, Some(eur(20)));
        assert_eq!((totals.stated, totals.net), (eur(120), Some(eur(120))));
        assert_eq!((totals.tax, totals.gross), (Some(eur(24)), Some(eur(144))));
    }

    #[test]
    fn without_a_word_about_tax_neither_net_nor_gross_is_known() {
        let rfp = rfp(&[("1", None)]);
        let mut bid = bid(&rfp, &[100]);
        bid.tax_basis = TaxBasis::Unstated;
        let totals = totals(&bid);
        assert_eq!((totals.net, totals.gross, totals.tax), (None, None, None));
    }
}

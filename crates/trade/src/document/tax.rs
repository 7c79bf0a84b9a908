//! Tax on a bid.

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::shared::{TaxBasis, wrong_sum};
use crate::{Invalid, Money, Number, PeerText, Reason, limits::LABEL_BYTES};

/// Tax of one category and rate on a part of the total.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Category code of UNCL 5305: `S` standard, `Z` zero, `E` exempt, …
    #[n(0)]
    pub category: PeerText<LABEL_BYTES>,
    /// Rate in per cent.
    #[n(1)]
    pub rate: Number,
    /// The amount without tax that it is computed on.
    #[n(2)]
    pub taxable: Money,
    /// The tax: taxable × rate ÷ 100, rounded half-even to the minor unit.
    #[n(3)]
    pub amount: Money,
}

impl Tax {
    /// Taxable × rate ÷ 100, rounded half-even to the minor unit.
    ///
    /// # Errors
    /// The amount does not fit.
    pub fn amount_on(taxable: Money, rate: Number) -> Result<Money, Invalid> {
        let exact = taxable.amount().decimal().checked_mul(rate.decimal());
        let exact =
            exact.ok_or_else(|| Invalid::new("amount", "is too large"))? / Decimal::ONE_HUNDRED;
        Money::rounded(exact, taxable.currency())
    }

    /// The tax on a whole total, of the same category and rate as another tax.
    ///
    /// With a basis that includes tax, a taxable amount *t* with *t* + round(*t* × rate) = total differs from
    /// total ÷ (1 + rate) by less than half a minor unit: it is the nearest one, or there is none.
    pub(super) fn of_total(total: Money, basis: TaxBasis, like: &Tax) -> Result<Tax, Invalid> {
        let taxable = match basis {
            TaxBasis::Gross => {
                let too_large = || Invalid::new("taxes", "are too large");
                let percent = like.rate.decimal().checked_add(Decimal::ONE_HUNDRED);
                let hundredfold = total.amount().decimal().checked_mul(Decimal::ONE_HUNDRED);
                let net = hundredfold
                    .zip(percent)
                    .and_then(|(amount, percent)| amount.checked_div(percent));
                Money::rounded(net.ok_or_else(too_large)?, total.currency())?
            }
            TaxBasis::Net | TaxBasis::Unstated => total,
        };
        let amount = Self::amount_on(taxable, like.rate).map_err(|e| e.within("taxes"))?;
        if basis == TaxBasis::Gross && taxable.checked_add(amount)? != total {
            return Err(Invalid::because(
                Reason::SumMismatch,
                "taxes",
                format!(
                    "no net amount with {} % tax gives {total}: change it by a minor unit",
                    like.rate
                ),
            ));
        }
        Ok(Tax {
            taxable,
            amount,
            ..like.clone()
        })
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.rate.is_negative() {
            return Err(Invalid::new("rate", "must not be negative"));
        }
        let right = Self::amount_on(self.taxable, self.rate)?;
        if right == self.amount {
            Ok(())
        } else {
            Err(wrong_sum("amount", right))
        }
    }
}

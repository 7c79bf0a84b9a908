//! Money that cannot mix, overflow or be a float.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Invalid, Number, as_text};

/// An ISO 4217 currency that has a defined minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: 2 for EUR, 0 for KRW.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(code: &str) -> Result<Self, Invalid> {
        iso_currency::Currency::from_code(code)
            .filter(|c| c.exponent().is_some())
            .map(Self)
            .ok_or_else(|| Invalid::new("currency", "must be an ISO 4217 code such as EUR or KRW"))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

as_text!(Currency);

/// An amount of money: an integer of minor units and its currency. There is no `+`; sums are checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Money {
    #[n(0)]
    minor: i64,
    #[n(1)]
    currency: Currency,
}

impl Money {
    /// An amount of `minor` units.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in this currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// An exact decimal amount of major units.
    ///
    /// # Errors
    /// It has more decimals than the currency, or does not fit 64 bits of minor units.
    pub fn exact(amount: Number, currency: Currency) -> Result<Self, Invalid> {
        let money = Self::rounded(amount.decimal(), currency)?;
        if money.amount() != amount {
            let places = currency.exponent();
            return Err(Invalid::new(
                "amount",
                format!("{currency} has {places} decimal places"),
            ));
        }
        Ok(money)
    }

    /// A decimal amount of major units, rounded half-even to the minor unit.
    ///
    /// # Errors
    /// It does not fit 64 bits of minor units.
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Self, Invalid> {
        let too_large = || Invalid::new("amount", "does not fit 64 bits of minor units");
        let rounded = amount
            .round_dp_with_strategy(currency.exponent(), RoundingStrategy::MidpointNearestEven);
        let scale = Decimal::from(10u64.pow(currency.exponent()));
        let minor = rounded.checked_mul(scale).ok_or_else(too_large)?;
        Ok(Self {
            minor: i64::try_from(minor).map_err(|_| too_large())?,
            currency,
        })
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units.
    pub fn amount(self) -> Number {
        Decimal::new(self.minor, self.currency.exponent()).into()
    }

    /// The amount in major units with the currency's decimals, e.g. `8154.00`.
    pub fn amount_text(self) -> String {
        Decimal::new(self.minor, self.currency.exponent()).to_string()
    }

    /// The sum.
    ///
    /// # Errors
    /// The currencies differ or the sum overflows.
    pub fn checked_add(self, other: Money) -> Result<Money, Invalid> {
        if self.currency != other.currency {
            let rule = format!("{} and {} do not add", self.currency, other.currency);
            return Err(Invalid::because(
                crate::Reason::CurrencyNotAllowed,
                "currency",
                rule,
            ));
        }
        let minor = self.minor.checked_add(other.minor);
        let minor =
            minor.ok_or_else(|| Invalid::new("amount", "does not fit 64 bits of minor units"))?;
        Ok(Self { minor, ..self })
    }

    /// The sum of amounts in one currency.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Money>,
    ) -> Result<Money, Invalid> {
        amounts
            .into_iter()
            .try_fold(Money::zero(currency), Money::checked_add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount_text(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The JSON form: a decimal string and a code.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyText {
    amount: String,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyText {
            amount: self.amount_text(),
            currency: self.currency,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = MoneyText::deserialize(deserializer)?;
        let amount = text
            .amount
            .parse()
            .map_err(|e: Invalid| serde::de::Error::custom(e.rule))?;
        Money::exact(amount, text.currency).map_err(|e| serde::de::Error::custom(e.rule))
    }
}

crate::value::ts_as!(Money, "{ amount: string, currency: string }");

#[cfg(test)]
mod tests {
    use super::*;

    fn eur() -> Currency {
        "EUR".parse().unwrap()
    }

    fn krw() -> Currency {
        "KRW".parse().unwrap()
    }

    #[test]
    fn two_currencies_do_not_add() {
        let euro = Money::from_minor(100, eur());
        let won = Money::from_minor(100, krw());
        assert_eq!(
            euro.checked_add(won).unwrap_err().reason,
            crate::Reason::CurrencyNotAllowed
        );
    }

    #[test]
    fn overflow_is_an_error() {
        let most = Money::from_minor(i64::MAX, eur());
        assert!(most.checked_add(Money::from_minor(1, eur())).is_err());
        assert!(Money::rounded(Decimal::MAX, eur()).is_err());
    }

    #[test]
    fn a_half_rounds_to_the_even_minor_unit() {
        let cent = |text: &str| {
            Money::rounded(text.parse().unwrap(), eur())
                .unwrap()
                .minor()
        };
        assert_eq!(
            (cent("0.005"), cent("0.015"), cent("0.025"), cent("-0.015")),
            (0, 2, 2, -2)
        );
        assert_eq!(
            Money::rounded("2.5".parse().unwrap(), krw())
                .unwrap()
                .minor(),
            2
        );
    }

    #[test]
    fn an_exact_amount_has_no_more_decimals_than_its_currency() {
        assert_eq!(
            Money::exact("12.50".parse().unwrap(), eur())
                .unwrap()
                .to_string(),
            "12.50 EUR"
        );
        assert!(Money::exact("12.505".parse().unwrap(), eur()).is_err());
        assert!(Money::exact("12.5".parse().unwrap(), krw()).is_err());
    }

    #[test]
    fn json_spells_the_amount_as_a_decimal_string() {
        let money = Money::from_minor(815_400, eur());
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"amount":"8154.00","currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        assert!(serde_json::from_str::<Money>(r#"{"amount":"1","currency":"XAU"}"#).is_err());
    }
}

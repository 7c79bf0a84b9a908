//! Amounts of a record, and the currency of the request.

use opener_trade::{CountryCode, Currency, Money, Number, document::TaxBasis};

use crate::{
    choice::{UNKNOWN_CURRENCY, currency_of_country},
    field::Field,
    warning::Warnings,
};

/// An amount as the record writes it.
#[derive(Debug, Clone)]
pub(crate) struct Amount {
    /// Path of the value.
    pub field: String,
    /// The number, not negative.
    pub number: Number,
    /// Its currency, where the record names one.
    pub currency: Option<Currency>,
    /// Whether it includes tax.
    pub basis: TaxBasis,
}

impl Amount {
    /// Reads an OCDS value: amount, currency, `valueAddedTaxIncluded`.
    pub fn read(field: &Field<'_>, warnings: &mut Warnings) -> Option<Self> {
        let number = field.get("amount").number(warnings)?;
        if number.is_negative() {
            warnings.add(field.get("amount").path(), "is negative; left out");
            return None;
        }
        Some(Self {
            field: field.path().to_owned(),
            number,
            currency: currency(&field.get("currency"), warnings),
            basis: basis(field, warnings),
        })
    }

    /// The same as money. More decimals than the currency has are rounded half to even, with a warning.
    pub fn money(&self, otherwise: Currency, warnings: &mut Warnings) -> Option<Money> {
        let currency = self.currency.unwrap_or_else(|| {
            let text = format!("names no currency; {otherwise} assumed");
            warnings.add(format!("{}/currency", self.field), text);
            otherwise
        });
        let field = || format!("{}/amount", self.field);
        if let Ok(exact) = Money::exact(self.number, currency) {
            return Some(exact);
        }
        let rounded = Money::rounded(self.number.decimal(), currency);
        match rounded {
            Ok(money) => {
                let text = format!(
                    "{} has more decimals than {currency}; rounded to {money}",
                    self.number
                );
                warnings.add(field(), text);
                Some(money)
            }
            Err(_) => {
                warnings.add(field(), "is too large for money; left out");
                None
            }
        }
    }
}

/// A currency code.
pub(crate) fn currency(field: &Field<'_>, warnings: &mut Warnings) -> Option<Currency> {
    let code = field.text(warnings)?;
    let currency = code.to_uppercase().parse().ok();
    if currency.is_none() {
        warnings.add(field.path(), "is no ISO 4217 currency; left out");
    }
    currency
}

/// Whether a value includes tax, where it says so.
pub(crate) fn basis(value: &Field<'_>, warnings: &mut Warnings) -> TaxBasis {
    match value.get("valueAddedTaxIncluded").flag(warnings) {
        Some(true) => TaxBasis::Gross,
        Some(false) => TaxBasis::Net,
        None => TaxBasis::Unstated,
    }
}

/// The currency of the request: the one that most bids are in, else the first that the record names (the tender's
/// value, the values of its lots and items, awards), else the country's own, else the euro.
pub(crate) fn chosen_currency(
    of_bids: &[Currency],
    named: &[Currency],
    country: CountryCode,
    tender: &Field<'_>,
    warnings: &mut Warnings,
) -> Option<Currency> {
    let count = |currency: &Currency| of_bids.iter().filter(|other| *other == currency).count();
    let most = of_bids.iter().rev().max_by_key(|currency| count(currency));
    if let Some(found) = most.or(named.first()) {
        return Some(*found);
    }
    let guess = currency_of_country(country).or_else(|| UNKNOWN_CURRENCY.parse().ok())?;
    let text = format!("no currency is named; {guess} assumed");
    warnings.add(tender.get("value").get("currency").path(), text);
    Some(guess)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn money(json: &str, otherwise: &str) -> (Option<String>, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let amount = Amount::read(&Field::root(&node).get("value"), &mut warnings);
        let otherwise = otherwise.parse().unwrap();
        let money = amount.and_then(|amount| amount.money(otherwise, &mut warnings));
        let texts = warnings.finish().iter().map(ToString::to_string).collect();
        (money.map(|money| money.to_string()), texts)
    }

    #[test]
    fn amounts_are_exact() {
        for (written, read) in [
            ("2583333.2", "2583333.20 AMD"),
            ("3100000.0", "3100000.00 AMD"),
        ] {
            let json = format!(r#"{{"value": {{"amount": {written}, "currency": "AMD"}}}}"#);
            assert_eq!(money(&json, "EUR"), (Some(read.to_owned()), vec![]));
        }
    }

    #[test]
    fn what_is_odd_about_an_amount_is_said() {
        let of = |value: &str| money(&format!(r#"{{"value": {value}}}"#), "KRW");
        let (rounded, warnings) = of(r#"{"amount": 10.5}"#);
        assert_eq!(rounded.as_deref(), Some("10 KRW"));
        assert_eq!(
            warnings[0],
            "value/currency: names no currency; KRW assumed"
        );
        assert_eq!(
            warnings[1],
            "value/amount: 10.5 has more decimals than KRW; rounded to 10 KRW"
        );
        assert_eq!(
            of(r#"{"amount": -1}"#).1,
            ["value/amount: is negative; left out"]
        );
        assert_eq!(of(r#"{"amount": 1e27}"#).0, None);
        assert_eq!(of(r#"{"amount": 1, "currency": "GULDEN"}"#).1.len(), 2);
        assert_eq!(of("{}"), (None, vec![]));
    }

    #[test]
    fn the_currency_is_that_of_most_bids_then_of_the_record_then_of_the_country() {
        let currency = |code: &str| code.parse::<Currency>().unwrap();
        let of = |bids: &[&str], named: &[&str], country: &str| {
            let list = |codes: &[&str]| codes.iter().map(|code| currency(code)).collect::<Vec<_>>();
            let country = country.parse().unwrap();
            let mut warnings = Warnings::default();
            let chosen = chosen_currency(
                &list(bids),
                &list(named),
                country,
                &Field::nowhere("tender"),
                &mut warnings,
            );
            (chosen.unwrap().to_string(), warnings.finish().len())
        };
        assert_eq!(
            of(&["USD", "EUR", "EUR"], &["GBP"], "GB"),
            ("EUR".into(), 0)
        );
        assert_eq!(of(&["USD", "EUR"], &[], "GB"), ("USD".into(), 0));
        assert_eq!(of(&[], &["USD", "PYG"], "PY"), ("USD".into(), 0));
        assert_eq!(of(&[], &[], "AU"), ("AUD".into(), 1));
        assert_eq!(of(&[], &[], "ZZ"), ("EUR".into(), 1));
    }
}
